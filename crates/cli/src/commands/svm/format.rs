//! Numbers as C's printf writes them, for scripts that read LIBSVM's lines.

/// `%.{digits}g`: so many digits, without zeros at the end.
pub fn general(x: f64, digits: u8) -> String {
    if !x.is_finite() {
        return if x.is_nan() {
            "nan".into()
        } else if x > 0.0 {
            "inf".into()
        } else {
            "-inf".into()
        };
    }
    let scientific = format!("{x:.*e}", usize::from(digits) - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < -4 || exponent >= i32::from(digits) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", without_zeros(mantissa), exponent.abs());
    }
    let decimals = (i32::from(digits) - 1 - exponent) as usize;
    without_zeros(&format!("{x:.decimals$}")).to_owned()
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

#[cfg(test)]
mod tests {
    use super::general;

    #[test]
    fn numbers_are_those_of_printf() {
        // From printf("%g") and printf("%.17g") of glibc.
        for (x, six, seventeen) in [
            (0.0, "0", "0"),
            (94.814_814_814_814_81, "94.8148", "94.81481481481481"),
            (100.0, "100", "100"),
            (1e6, "1e+06", "1000000"),
            (123_456.7, "123457", "123456.7"),
            (0.1, "0.1", "0.10000000000000001"),
            (1e-5, "1e-05", "1.0000000000000001e-05"),
            (0.000_123_456_78, "0.000123457", "0.00012345678000000001"),
            (-2.5e20, "-2.5e+20", "-2.5e+20"),
            (-1.0, "-1", "-1"),
        ] {
            assert_eq!(general(x, 6), six);
            assert_eq!(general(x, 17), seventeen);
        }
        assert_eq!(general(f64::NAN, 6), "nan");
        assert_eq!(general(f64::NEG_INFINITY, 6), "-inf");
    }
}
