//! Numbers as people write them: a true minus sign, powers of ten, thousands apart.

const NOT_FINITE: &str = "not finite";

/// `value` with `digits` decimals.
pub(crate) fn fixed(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return NOT_FINITE.into();
    }
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.chars().all(|c| c == '0' || c == '.') => zero.into(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// `value` in as few decimals as it takes, `0.002`; small values as powers of ten.
pub(crate) fn plain(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 { scientific(value, 1) } else { trim(&fixed(value, 6)).into() }
}

/// `value` as mantissa and power of ten with `digits` decimals, `1.10 × 10⁻¹⁰`.
pub(crate) fn scientific(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return NOT_FINITE.into();
    }
    if value == 0.0 {
        return "0".into();
    }
    let text = format!("{value:.digits$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    if exponent == "0" {
        return mantissa.replace('-', "−");
    }
    format!("{} × 10{}", mantissa.replace('-', "−"), superscript(exponent))
}

/// A whole number with thousands apart, `50,400`.
pub(crate) fn count(value: usize) -> String {
    let digits = value.to_string();
    let first = digits.len() % 3;
    let mut groups = vec![&digits[..first]];
    groups.extend((first..digits.len()).step_by(3).map(|i| &digits[i..i + 3]));
    groups.into_iter().filter(|g| !g.is_empty()).collect::<Vec<_>>().join(",")
}

/// A number rounded to a whole one with thousands apart, `−1,250`.
pub(crate) fn whole(value: f64) -> String {
    if !value.is_finite() {
        return NOT_FINITE.into();
    }
    let sign = if value <= -0.5 { "−" } else { "" };
    format!("{sign}{}", count(value.abs().round() as usize))
}

/// A duration in the unit that suits it, `6.3 ms`, `41.2 s`, `5 min 12 s`.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() => NOT_FINITE.into(),
        s if s < 0.1 => format!("{:.1} ms", s * 1e3),
        s if s < 10.0 => format!("{s:.2} s"),
        s if s < 120.0 => format!("{s:.1} s"),
        s => format!("{} min {} s", (s / 60.0).floor(), (s % 60.0).floor()),
    }
}

/// A measured time with three digits in the unit that suits it, `28.8 µs`, `6.32 ms`, `0.334 s`, `140 s`.
pub(crate) fn timing(seconds: f64) -> String {
    let (value, unit) = match seconds.abs() {
        s if !s.is_finite() => return NOT_FINITE.into(),
        s if s >= 0.1 || s == 0.0 => (seconds, "s"),
        s if s >= 0.999_5e-3 => (seconds * 1e3, "ms"),
        _ => (seconds * 1e6, "µs"),
    };
    let decimals = match value.abs() {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.999_5 || v == 0.0 => 2,
        _ => 3,
    };
    format!("{} {unit}", fixed(value, decimals))
}

/// A factor, `4.7×`; large ones without decimals.
pub(crate) fn times(factor: f64) -> String {
    if factor.abs() < 9.95 {
        format!("{}×", fixed(factor, 2))
    } else if factor.abs() < 99.5 {
        format!("{}×", fixed(factor, 1))
    } else {
        format!("{}×", whole(factor))
    }
}

/// A share as a percentage with one decimal, `28.3 %`.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", fixed(100.0 * share, 1))
}

/// How far `ours` lies from `theirs`, `−14.9 %`; empty where there is nothing to divide by.
pub(crate) fn change(ours: f64, theirs: f64) -> String {
    let relative = ours / theirs - 1.0;
    if !relative.is_finite() {
        return String::new();
    }
    let sign = if relative > 0.0 { "+" } else { "" };
    format!("{sign}{}", percent(relative))
}

/// How far the share `ours` lies from `theirs` in percentage points, `+19.9 points`.
pub(crate) fn points(ours: f64, theirs: f64) -> String {
    let difference = 100.0 * (ours - theirs);
    if !difference.is_finite() {
        return String::new();
    }
    let sign = if difference > 0.0 { "+" } else { "" };
    format!("{sign}{} points", fixed(difference, 1))
}

/// An integer's digits raised.
pub(crate) fn superscript(digits: &str) -> String {
    let raised = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' | '4'..='9' => char::from_u32('⁰' as u32 + (c as u32 - '0' as u32)).unwrap_or(c),
        other => other,
    };
    digits.chars().map(raised).collect()
}

/// Without the zeros that end a decimal fraction.
pub(crate) fn trim(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_written_by_hand() {
        assert_eq!(fixed(-0.12345, 3), "−0.123");
        assert_eq!(fixed(-0.0001, 2), "0.00");
        assert_eq!(fixed(f64::NAN, 2), "not finite");
        assert_eq!(plain(0.002), "0.002");
        assert_eq!(plain(20.0), "20");
        assert_eq!(plain(2e-6), "2.0 × 10⁻⁶");
        assert_eq!(scientific(1.1e-10, 2), "1.10 × 10⁻¹⁰");
        assert_eq!(scientific(-2.5, 1), "−2.5");
        assert_eq!(scientific(0.0, 2), "0");
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(50_400), "50,400");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(whole(-1250.4), "−1,250");
        assert_eq!(whole(f64::INFINITY), "not finite");
        assert_eq!(duration(0.0063), "6.3 ms");
        assert_eq!(duration(0.47), "0.47 s");
        assert_eq!(duration(41.24), "41.2 s");
        assert_eq!(duration(312.9), "5 min 12 s");
        assert_eq!(timing(28.84e-6), "28.8 µs");
        assert_eq!(timing(0.000_999_8), "1.00 ms");
        assert_eq!(timing(0.006_32), "6.32 ms");
        assert_eq!(timing(0.0951), "95.1 ms");
        assert_eq!(timing(0.334_4), "0.334 s");
        assert_eq!(timing(1.0), "1.00 s");
        assert_eq!(timing(23.76), "23.8 s");
        assert_eq!(timing(140.2), "140 s");
        assert_eq!(timing(0.0), "0.00 s");
        assert_eq!(timing(f64::NAN), "not finite");
        assert_eq!(times(1.346), "1.35×");
        assert_eq!(times(4.7), "4.70×");
        assert_eq!(times(12.34), "12.3×");
        assert_eq!(times(1234.0), "1,234×");
        assert_eq!(percent(0.2831), "28.3 %");
        assert_eq!(change(0.9, 1.0), "−10.0 %");
        assert_eq!(change(1.0, 0.0), "");
        assert_eq!(points(0.951, 0.752), "+19.9 points");
        assert_eq!(points(0.736, 0.752), "−1.6 points");
        assert_eq!(superscript("-10"), "⁻¹⁰");
    }
}
