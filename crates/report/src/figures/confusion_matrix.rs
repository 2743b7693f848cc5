//! Figure 10: which digits are taken for which.

use crate::drawing::svg::{Anchor, Svg};
use crate::number::percent;

/// Shades from the rarest confusion to the whole row; a class of the stylesheet each.
const SHADES: u8 = 8;
/// From this shade on, text is set in the colour made for strong shades.
const STRONG: u8 = 7;
/// Shares, as powers of ten, over which the shades are spread.
const DECADES: f64 = 3.0;

/// Draws the counts with true digits in rows and decisions in columns, shaded by their share of the row on a logarithmic
/// scale, with the recall of each row, the precision of each column and the accuracy at the corner.
pub fn confusion_matrix(counts: &[[u64; 10]; 10]) -> Svg {
    let (place, cell) = ([96.0, 56.0], 50.0);
    let ([left, top], side) = (place, 10.0 * cell);
    let mut svg = Svg::new("Confusion matrix", 730.0, 690.0);
    draw_cells(&mut svg, counts, place, cell, 14.0);

    let margin =
        |part: u64, whole: u64| if whole == 0 { "–".into() } else { percent(part as f64 / whole as f64) };
    let sum = |values: &mut dyn Iterator<Item = u64>| values.fold(0, u64::saturating_add);
    for digit in 0..10 {
        let (right, offset) = (counts[digit][digit], cell * (digit as f64 + 0.5));
        let recall = margin(right, sum(&mut counts[digit].iter().copied()));
        let precision = margin(right, sum(&mut counts.iter().map(|row| row[digit])));
        svg.text("pf-muted", [left + side + 62.0, top + offset + 4.0], Anchor::End, 12.0, &recall);
        svg.text("pf-muted", [left + offset, top + side + 20.0], Anchor::Middle, 12.0, &precision);
    }
    let right = sum(&mut (0..10).map(|digit| counts[digit][digit]));
    let accuracy = margin(right, sum(&mut counts.iter().flatten().copied()));
    svg.text("pf-strong", [left + side + 62.0, top + side + 20.0], Anchor::End, 12.0, &accuracy);
    svg.text("pf-text", [left + side + 62.0, top - 12.0], Anchor::End, 13.0, "recall");
    svg.text("pf-text", [left - 12.0, top + side + 20.0], Anchor::End, 13.0, "precision");
    svg.text("pf-text", [left + side / 2.0, top - 34.0], Anchor::Middle, 13.0, "decision");
    svg.upward_text("pf-text", [left - 44.0, top + side / 2.0], 13.0, "true digit");
    shade_key(&mut svg, [left, top + side + 58.0]);
    svg
}

/// The shaded cells with their counts, and the digits at both sides.
pub(super) fn draw_cells(
    svg: &mut Svg,
    counts: &[[u64; 10]; 10],
    [left, top]: [f64; 2],
    cell: f64,
    size: f64,
) {
    for (row, line) in counts.iter().enumerate() {
        let total = line.iter().fold(0_u64, |sum, &n| sum.saturating_add(n));
        let y = top + cell * row as f64;
        for (column, &n) in line.iter().enumerate() {
            let (x, shade) = (left + cell * column as f64, shade(n, total));
            svg.rect(&format!("pf-heat pf-heat{shade}"), [x, y], [cell, cell]);
            if n > 0 {
                let class = if shade >= STRONG { "pf-on-strong" } else { "pf-text" };
                svg.text(
                    class,
                    [x + cell / 2.0, y + f64::midpoint(cell, 0.7 * size)],
                    Anchor::Middle,
                    size,
                    &n.to_string(),
                );
            }
        }
        let (name, middle) = (row.to_string(), cell * (row as f64 + 0.5));
        svg.text("pf-text", [left - 12.0, top + middle + 5.0], Anchor::End, 13.0, &name);
        svg.text("pf-text", [left + middle, top - 12.0], Anchor::Middle, 13.0, &name);
    }
}

/// 0 for none; else 1 for a thousandth of the row or less, up to 8 for all of it, in equal ratios.
fn shade(n: u64, total: u64) -> u8 {
    if n == 0 {
        return 0;
    }
    let share = n as f64 / total as f64;
    let place = (1.0 + share.log10() / DECADES).clamp(0.0, 1.0);
    1 + (place * f64::from(SHADES - 1)).round() as u8
}

fn shade_key(svg: &mut Svg, [left, top]: [f64; 2]) {
    let (width, height) = (44.0, 14.0);
    svg.text("pf-muted", [left, top + 11.0], Anchor::Start, 12.0, "share of the true digit");
    let first = left + 150.0;
    for shade in 0..=SHADES {
        let x = first + width * f64::from(shade) + if shade > 0 { 12.0 } else { 0.0 };
        svg.rect(&format!("pf-heat pf-heat{shade}"), [x, top], [width, height]);
        if shade == 0 {
            svg.text("pf-muted", [x + width / 2.0, top + height + 16.0], Anchor::Middle, 11.0, "0");
        }
    }
    for (power, label) in ["0.1 %", "1 %", "10 %", "100 %"].into_iter().enumerate() {
        // The shades' middles stand for equal steps of the exponent.
        let x = first + 12.0 + width * (1.5 + f64::from(SHADES - 1) * power as f64 / DECADES);
        svg.text("pf-muted", [x, top + height + 16.0], Anchor::Middle, 11.0, label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_follow_the_share_of_the_row() {
        let shades: Vec<u8> = [0, 1, 10, 100, 950, 1000].into_iter().map(|n| shade(n, 1000)).collect();
        assert_eq!(shades, [0, 1, 3, 6, 8, 8]);
        assert_eq!(shade(1, u64::MAX), 1);
    }
}
