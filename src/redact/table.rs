//! Tables with a head in capitals, as kubectl and crictl print them: columns stay below their heads.
//!
//! Readers cut rows where the head's words begin, so a longer pseudonym must move the whole column.

use super::text::{Redactor, Work};

/// Rows that are held to find the widths of columns; later ones get the same widths.
const MOST_HELD: usize = 1 << 20;
/// Space between columns.
const GAP: usize = 3;

/// A table whose rows are still coming.
pub(super) struct Table {
    head: String,
    /// Where columns begin, in bytes.
    starts: Vec<usize>,
    rows: Vec<Vec<u8>>,
    bytes: usize,
}

/// Whether a line that begins like this could be a head.
pub(super) fn may_begin(line: &[u8]) -> bool {
    line.first().is_some_and(u8::is_ascii_uppercase)
}

/// Begins a table where a line is a head: words in capitals, columns two spaces apart.
pub(super) fn begin(line: &[u8]) -> Option<Table> {
    let text = std::str::from_utf8(line).ok()?;
    let body = text.trim_end();
    let capitals = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b" -()%/_".contains(&b);
    if !body.starts_with(|c: char| c.is_ascii_uppercase()) || !body.bytes().all(capitals) {
        return None;
    }
    let mut starts = vec![0];
    let bytes = body.as_bytes();
    for at in 2..bytes.len() {
        if bytes.get(at) != Some(&b' ') && bytes.get(at - 2..at) == Some(b"  ") {
            starts.push(at);
        }
    }
    (starts.len() >= 2).then(|| Table {
        head: text.to_owned(),
        starts,
        rows: Vec::new(),
        bytes: 0,
    })
}

impl Table {
    /// Takes a row; false where the line is none.
    pub(super) fn row(&mut self, line: &[u8]) -> bool {
        let is_row =
            line.len() > 1 && self.bytes < MOST_HELD && line.is_ascii() && begin(line).is_none();
        if is_row {
            self.bytes += line.len();
            self.rows.push(line.to_vec());
        }
        is_row
    }

    /// Writes the table, its cells redacted, its columns as wide as needed.
    pub(super) fn write(self, redactor: &Redactor, work: &mut Work, out: &mut Vec<u8>) {
        let rows: Vec<Row> = self
            .rows
            .iter()
            .map(|row| self.cells(row, redactor, work))
            .collect();
        let mut widths: Vec<usize> = self
            .starts
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .collect();
        for row in &rows {
            if let Row::Cells(cells) = row {
                for (width, cell) in widths.iter_mut().zip(cells) {
                    // a cell that fills its column to the last byte but one stays so
                    if cell.len() + 1 > *width {
                        *width = cell.len() + GAP;
                    }
                }
            }
        }
        let head: Vec<Vec<u8>> = self
            .split(self.head.as_bytes())
            .iter()
            .map(|cell| cell.to_vec())
            .collect();
        padded(&head, &widths, out);
        for row in rows {
            match row {
                Row::Cells(cells) => padded(&cells, &widths, out),
                Row::Text(text) => out.extend_from_slice(&text),
            }
        }
    }

    /// The parts of a line below the heads; trailing spaces belong to the gap but for the last.
    fn split<'l>(&self, line: &'l [u8]) -> Vec<&'l [u8]> {
        let mut cells = Vec::new();
        for (ix, start) in self.starts.iter().enumerate() {
            let end = self
                .starts
                .get(ix + 1)
                .copied()
                .unwrap_or(line.len())
                .min(line.len());
            cells.push(line.get(*start..end).unwrap_or_default());
        }
        let last = cells.len().saturating_sub(1);
        for cell in cells.iter_mut().take(last) {
            *cell = cell.trim_ascii_end();
        }
        cells
    }

    fn cells(&self, line: &[u8], redactor: &Redactor, work: &mut Work) -> Row {
        // text that runs over a column's edge is not laid out like the head
        let laid_out = self.starts.iter().skip(1).all(|start| {
            let before = line.get(start - 1);
            before.is_none_or(|b| matches!(b, b' ' | b'\n' | b'\r'))
        });
        let mut redact = |text: &[u8]| {
            let mut out = Vec::new();
            redactor.lines(text, None, work, &mut out);
            out
        };
        if !laid_out {
            return Row::Text(redact(line));
        }
        let short = self.starts.iter().position(|start| *start >= line.len());
        let mut cells: Vec<Vec<u8>> = self.split(line).into_iter().map(&mut redact).collect();
        if let Some(short) = short {
            // the line ends in an earlier column, with its end
            cells.truncate(short.max(1));
            let start = self.starts.get(short.max(1) - 1).copied().unwrap_or(0);
            if let Some(last) = cells.last_mut() {
                *last = redact(line.get(start..).unwrap_or_default());
            }
        }
        Row::Cells(cells)
    }
}

enum Row {
    Cells(Vec<Vec<u8>>),
    Text(Vec<u8>),
}

fn padded(cells: &[Vec<u8>], widths: &[usize], out: &mut Vec<u8>) {
    let last = cells.len().saturating_sub(1);
    for (ix, cell) in cells.iter().enumerate() {
        out.extend_from_slice(cell);
        if ix < last {
            let width = widths.get(ix).copied().unwrap_or(0);
            out.extend(std::iter::repeat_n(b' ', width.saturating_sub(cell.len())));
        }
    }
}
