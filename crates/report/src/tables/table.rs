//! A table that can be put on a page, into Markdown and on a terminal.

use std::fmt::Write;

use crate::drawing::svg::escape;

/// A captioned table of text cells.
///
/// ```
/// let table = pellucid_report::Table {
///     label: "Table 4".into(),
///     caption: "XOR truth table.".into(),
///     header: vec!["Input 1".into(), "Input 2".into(), "Output".into()],
///     rows: vec![vec!["0".into(), "1".into(), "1".into()]],
///     notes: vec![],
/// };
/// assert!(table.markdown().contains("| 0 | 1 | 1 |"));
/// assert_eq!(table.id(), "table-4");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What it is called, `Table 4`.
    pub label: String,
    /// What it shows.
    pub caption: String,
    /// Heads of the columns.
    pub header: Vec<String>,
    /// Rows of cells, as many as there are heads.
    pub rows: Vec<Vec<String>>,
    /// Remarks below the table.
    pub notes: Vec<String>,
}

impl Table {
    pub(crate) fn new(
        label: &str,
        caption: &str,
        header: &[&str],
        rows: Vec<Vec<String>>,
        notes: &[&str],
    ) -> Self {
        let strings = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        Self {
            label: label.into(),
            caption: caption.into(),
            header: strings(header),
            rows,
            notes: strings(notes),
        }
    }

    /// The label as an identifier, `table-4`.
    pub fn id(&self) -> String {
        self.label.to_lowercase().replace(' ', "-")
    }

    /// A `<table>` with caption, columns of numbers set to the right, and the notes below.
    pub fn html(&self) -> String {
        let numeric = self.numeric_columns();
        let class = |column: usize| if numeric[column] { " class=\"number\"" } else { "" };
        let mut html = format!(
            "<div class=\"table{}\" id=\"{}\"><table><caption><b>{}.</b> {}</caption><thead><tr>",
            if self.header.len() > 6 { " wide" } else { "" },
            escape(&self.id()),
            escape(&self.label),
            escape(&self.caption)
        );
        for (column, head) in self.header.iter().enumerate() {
            let _ = write!(html, "<th scope=\"col\"{}>{}</th>", class(column), escape(head));
        }
        html.push_str("</tr></thead><tbody>");
        for row in &self.rows {
            html.push_str("<tr>");
            for (column, cell) in row.iter().enumerate().take(numeric.len()) {
                let _ = write!(html, "<td{}>{}</td>", class(column), escape(cell));
            }
            html.push_str("</tr>");
        }
        html.push_str("</tbody></table>");
        for note in &self.notes {
            let _ = write!(html, "<p class=\"note\">{}</p>", escape(note));
        }
        html.push_str("</div>");
        html
    }

    /// A Markdown table with caption and notes.
    pub fn markdown(&self) -> String {
        let cells = |row: &[String]| {
            let row: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |\n", row.join(" | "))
        };
        let rule: Vec<&str> = self.numeric_columns().iter().map(|&n| if n { "--:" } else { "---" }).collect();
        let mut text =
            format!("**{}.** {}\n\n{}|{}|\n", self.label, self.caption, cells(&self.header), rule.join("|"));
        self.rows.iter().for_each(|row| text.push_str(&cells(row)));
        self.notes.iter().for_each(|note| {
            let _ = write!(text, "\n{note}\n");
        });
        text
    }

    /// Aligned columns for a terminal.
    pub fn text(&self) -> String {
        let numeric = self.numeric_columns();
        let length = |cell: &String| cell.chars().count();
        let widths: Vec<usize> = (0..numeric.len())
            .map(|c| {
                self.rows
                    .iter()
                    .filter_map(|row| row.get(c))
                    .chain([&self.header[c]])
                    .map(length)
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let line = |row: &[String]| {
            let mut line = String::new();
            for ((cell, &width), &right) in row.iter().zip(&widths).zip(&numeric) {
                let _ =
                    if right { write!(line, "  {cell:>width$}") } else { write!(line, "  {cell:<width$}") };
            }
            format!("{}\n", line.trim_end())
        };
        let rule: usize = widths.iter().map(|w| w + 2).sum::<usize>().saturating_sub(2);
        let mut text =
            format!("{}. {}\n{}  {}\n", self.label, self.caption, line(&self.header), "─".repeat(rule));
        self.rows.iter().for_each(|row| text.push_str(&line(row)));
        self.notes.iter().for_each(|note| {
            let _ = writeln!(text, "  {note}");
        });
        text
    }

    /// Columns of which every filled cell starts as a number does.
    pub(crate) fn numeric_columns(&self) -> Vec<bool> {
        let number = |cell: &String| cell.starts_with(|c: char| c.is_ascii_digit() || "+-−–".contains(c));
        (0..self.header.len())
            .map(|c| {
                let mut cells =
                    self.rows.iter().filter_map(|row| row.get(c)).filter(|cell| !cell.is_empty()).peekable();
                cells.peek().is_some() && cells.all(number)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Table {
        let text = |cells: [&str; 2]| cells.map(String::from).to_vec();
        Table {
            label: "Table 9".into(),
            caption: "Bits & <pieces>.".into(),
            header: text(["Name", "Value"]),
            rows: vec![text(["a|b", "−1.5"]), text(["weight", "10"])],
            notes: vec!["A note.".into()],
        }
    }

    #[test]
    fn html_escapes_and_aligns() {
        let html = sample().html();
        assert!(html.contains("Bits &amp; &lt;pieces&gt;."));
        assert!(html.contains("<td class=\"number\">−1.5</td>"));
        assert!(html.contains("<td>weight</td>"));
        roxmltree::Document::parse(&html).unwrap();
    }

    #[test]
    fn markdown_keeps_its_columns() {
        assert!(sample().markdown().contains("|---|--:|\n| a\\|b | −1.5 |"));
    }

    #[test]
    fn text_lines_up() {
        assert_eq!(
            sample().text(),
            "Table 9. Bits & <pieces>.\n  Name    Value\n  ─────────────\n  a|b      −1.5\n  weight     10\n  A note.\n"
        );
    }
}
