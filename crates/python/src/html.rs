//! What a notebook shows. Text from files and labels is escaped: it is data.

use crate::table::Table;
use pyo3::prelude::*;

/// The longest text of a cell, in characters.
const LONGEST: usize = 80;

/// Escapes a text for HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Nothing that turns text around, or hides it.
            it if it.is_control()
                || matches!(it, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}') =>
            {
                out.push('\u{fffd}');
            }
            it => out.push(it),
        }
    }
    out
}

/// The first rows of a table.
pub(crate) fn table(
    py: Python<'_>,
    table: &Table,
    name: &str,
    columns: &[String],
    rows: usize,
    shown: usize,
) -> PyResult<String> {
    let heads: String = columns.iter().map(|column| format!("<th>{}</th>", escaped(column))).collect();
    let mut html = format!("<table><thead><tr>{heads}</tr></thead><tbody>");
    for row in 0..rows.min(shown) {
        html.push_str("<tr>");
        for column in 0..columns.len() {
            let text = table.shown(py, column, row)?;
            let cut: String = text.chars().take(LONGEST).collect();
            let more = if cut.len() < text.len() { "…" } else { "" };
            html.push_str(&format!("<td>{}{more}</td>", escaped(&cut)));
        }
        html.push_str("</tr>");
    }
    let rest = match rows.saturating_sub(shown) {
        0 => String::new(),
        rest => format!(", {rest} of them not shown"),
    };
    html.push_str(&format!("</tbody></table><p>{}: {rows} rows{rest}</p>", escaped(name)));
    Ok(html)
}

/// Escapes a text of several lines.
pub(crate) fn escaped_lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}
