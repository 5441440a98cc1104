//! The panel as aligned text for a terminal.

use std::fmt::Write;

use super::{NOTHING, Panel, Row, Section};

pub(crate) fn text(panel: &Panel) -> String {
    let mut text = format!("{}\n", printable(&panel.issue));
    if panel.sections.is_empty() {
        let _ = writeln!(text, "  {NOTHING}");
    }
    for section in &panel.sections {
        write_section(&mut text, section);
    }
    text
}

fn write_section(text: &mut String, section: &Section) {
    let _ = writeln!(text, "  {} ({})", section.title, section.rows.len());
    let rows: Vec<[String; 4]> = section
        .rows
        .iter()
        .map(|row| cells(row).map(|cell| printable(&cell)))
        .collect();
    let width = |column: usize| {
        let lengths = rows.iter().map(|row| row[column].chars().count());
        lengths.max().unwrap_or_default()
    };
    let widths = [width(0), width(1), width(2), 0];
    for (row, cells) in section.rows.iter().zip(&rows) {
        let mut line = format!("    {}", row.mark());
        // The mark belongs to what follows it.
        let mut gap = " ";
        for (cell, width) in cells.iter().zip(widths) {
            if width > 0 || !cell.is_empty() {
                let _ = write!(line, "{gap}{cell:<width$}");
                gap = "  ";
            }
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// State, two texts, time.
fn cells(row: &Row) -> [String; 4] {
    let note = row.notes.first().cloned().unwrap_or_default();
    let (first, second) = match &row.environment {
        Some((name, kind)) => (format!("{name} ({kind})"), row.name.clone()),
        None => (row.name.clone(), note),
    };
    [row.state.clone(), first, second, row.time.clone()]
}

/// Names come from branches and jobs: a terminal must not take orders from them.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
