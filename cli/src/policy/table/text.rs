//! Rows and columns on a terminal.

use std::io;

/// What stands between columns.
const GAP: &str = "  ";

/// Writes rows of cells, each of one or more lines, in columns that are wide enough.
pub(super) fn write(out: &mut impl io::Write, rows: &[Vec<Vec<String>>]) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column)).flatten();
            cells.map(String::len).max().unwrap_or(0)
        })
        .collect();
    for row in rows {
        let height = row.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| {
                    let text = cell.get(line).map_or("", String::as_str);
                    format!("{text:<width$}")
                })
                .collect();
            writeln!(out, "{}", cells.join(GAP).trim_end())?;
        }
    }
    Ok(())
}
