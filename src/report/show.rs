//! One member of a bundle into numbered lines around a place.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;

use super::lines::{NumberedLine, each_line};
use super::neutral;

/// Which lines of a member to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// The line that matters, from 1.
    pub line: u64,
    /// Lines before and after it.
    pub context: u64,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Number of the last line that was read.
    pub last: u64,
    /// Whether any line was written.
    pub any: bool,
    /// The member could not be read to its end.
    pub failure: Option<String>,
}

/// Writes lines with their numbers, neutralised, the one that matters marked with `>`; all lines where no place
/// is given. Stops reading once the last wanted line is written.
pub fn show(
    bytes: &mut dyn Read,
    around: Option<Around>,
    out: &mut dyn Write,
) -> io::Result<Shown> {
    let (from, to) = around.map_or((1, u64::MAX), |around| {
        (
            around.line.saturating_sub(around.context).max(1),
            around.line.saturating_add(around.context),
        )
    });
    let mut shown = Shown::default();
    let mut written = Ok(());
    let read = each_line(bytes, &mut |line| {
        if line.number > to {
            return ControlFlow::Break(());
        }
        shown.last = line.number;
        if line.number < from {
            return ControlFlow::Continue(());
        }
        shown.any = true;
        let mark = if around.is_some_and(|around| around.line == line.number) {
            '>'
        } else {
            ' '
        };
        written = writeln!(out, "{mark}{:>7}  {}", line.number, text(&line));
        if written.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    written?;
    shown.failure = read.err().map(|error| error.to_string());
    Ok(shown)
}

/// A line as a terminal may show it.
fn text(line: &NumberedLine<'_>) -> String {
    let mut text = neutral(&String::from_utf8_lossy(line.bytes)).into_owned();
    if line.cut > 0 {
        text.push_str(&format!(" … {} more bytes", line.cut));
    }
    text
}

/// What [`grep`] looks for, and how much of it is shown.
#[derive(Debug, Clone)]
pub struct Search {
    /// Matched against each line without its line feed, as bytes.
    pub pattern: regex::bytes::Regex,
    /// Lines shown before and after each match.
    pub context: usize,
    /// Matching lines per entry, at most.
    pub most: u64,
}

/// Writes the matching lines of one member as `entry:line:text` (`entry-line-text` for those around them) and
/// returns how many matched. Memory is bounded by the context.
pub fn grep(
    entry: &str,
    bytes: &mut dyn Read,
    search: &Search,
    out: &mut dyn Write,
) -> io::Result<u64> {
    let entry = neutral(entry).into_owned();
    let mut before: VecDeque<(u64, String)> = VecDeque::new();
    let mut matches = 0;
    let mut after = 0;
    let mut last_written = 0;
    let mut written = Ok(());
    // A member that breaks off is reported by the job that reads it.
    let _ = each_line(bytes, &mut |line| {
        let hit = matches < search.most && search.pattern.is_match(line.bytes);
        if hit {
            matches += 1;
            after = search.context;
            written = write_hit(
                out,
                &entry,
                &mut before,
                &mut last_written,
                &line,
                search.context > 0,
            );
        } else if after > 0 {
            after -= 1;
            last_written = line.number;
            written = writeln!(out, "{entry}-{}-{}", line.number, text(&line));
        } else if search.context > 0 {
            if before.len() >= search.context {
                before.pop_front();
            }
            before.push_back((line.number, text(&line)));
        }
        if written.is_err() || (matches >= search.most && after == 0) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    written.map(|()| matches)
}

fn write_hit(
    out: &mut dyn Write,
    entry: &str,
    before: &mut VecDeque<(u64, String)>,
    last: &mut u64,
    line: &NumberedLine<'_>,
    grouped: bool,
) -> io::Result<()> {
    let first = before.front().map_or(line.number, |(number, _)| *number);
    if grouped && *last > 0 && first > *last + 1 {
        writeln!(out, "--")?;
    }
    for (number, text) in before.drain(..) {
        writeln!(out, "{entry}-{number}-{text}")?;
    }
    *last = line.number;
    writeln!(out, "{entry}:{}:{}", line.number, text(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten() -> String {
        (1..=10).map(|i| format!("line {i}\n")).collect()
    }

    #[test]
    fn around_a_line() {
        let mut out = Vec::new();
        let shown = show(
            &mut ten().as_bytes(),
            Some(Around {
                line: 5,
                context: 1,
            }),
            &mut out,
        )
        .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "       4  line 4\n>      5  line 5\n       6  line 6\n"
        );
        assert_eq!(
            shown,
            Shown {
                last: 6,
                any: true,
                failure: None
            }
        );
    }

    #[test]
    fn past_the_end() {
        let mut out = Vec::new();
        let shown = show(
            &mut ten().as_bytes(),
            Some(Around {
                line: 50,
                context: 1,
            }),
            &mut out,
        )
        .unwrap();
        assert_eq!((shown.last, shown.any, out.len()), (10, false, 0));
        let all = show(&mut "\x1b[2Jx\n".as_bytes(), None, &mut out).unwrap();
        assert_eq!(
            (all.last, String::from_utf8(out).unwrap()),
            (1, "       1  \\x1b[2Jx\n".to_owned())
        );
    }

    fn found(pattern: &str, context: usize, most: u64) -> (u64, String) {
        let search = Search {
            pattern: regex::bytes::Regex::new(pattern).unwrap(),
            context,
            most,
        };
        let mut out = Vec::new();
        let count = grep("a.log", &mut ten().as_bytes(), &search, &mut out).unwrap();
        (count, String::from_utf8(out).unwrap())
    }

    #[test]
    fn matches_with_their_surroundings() {
        assert_eq!(
            found("line (3|9)$", 0, 100),
            (2, "a.log:3:line 3\na.log:9:line 9\n".into())
        );
        let (count, text) = found("line (3|4|9)$", 1, 100);
        assert_eq!(count, 3);
        assert_eq!(
            text,
            "a.log-2-line 2\na.log:3:line 3\na.log:4:line 4\na.log-5-line 5\n--\na.log-8-line 8\na.log:9:line 9\na.log-10-line 10\n"
        );
    }

    #[test]
    fn stops_at_the_limit() {
        assert_eq!(
            found("line", 0, 2),
            (2, "a.log:1:line 1\na.log:2:line 2\n".into())
        );
        assert_eq!(
            found("line", 1, 1),
            (1, "a.log:1:line 1\na.log-2-line 2\n".into())
        );
    }

    #[test]
    fn a_closed_pipe_is_an_error_for_the_caller() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let failed = show(&mut ten().as_bytes(), None, &mut Closed).unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::BrokenPipe);
    }
}
