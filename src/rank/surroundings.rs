//! Quoted lines into the lines around them: a second, bounded pass over the entries that a diagnosis quotes.
//!
//! The first pass keeps the hits alone. Only a report that shows more asks for this, and only what it shows is read:
//! each quoted entry up to its last quoted line. A pipe cannot be read twice.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use super::{Diagnosis, EvidenceItem, RankedFinding};
use crate::bundle::{Entry, Visit};
use crate::error::Problem;

/// Lines before and after a quoted one.
const LINES: usize = 4;
/// Quotes of one finding, entries in all, bytes of one entry, bytes of one line.
const PER_FINDING: usize = 6;
const ENTRIES: usize = 60;
const BYTES: u64 = 256 << 20;
const LINE: usize = 1 << 10;
/// Bytes at the beginning of a quoted line by which it is known again.
const KNOWN: usize = 80;

/// The lines around a quoted one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Surroundings {
    /// Entry path.
    pub entry: String,
    /// The quoted line, from 1.
    pub line: u64,
    /// Which input.
    pub input: usize,
    /// Lines before it, raw and cut to a bounded length; whoever shows them neutralises and masks.
    pub before: Vec<String>,
    /// Lines after it.
    pub after: Vec<String>,
}

/// Which lines of which entries are wanted.
#[derive(Debug, Default)]
pub struct Quoted {
    places: BTreeMap<String, BTreeMap<u64, Quote>>,
    /// With several inputs a path may stand in each of them.
    ambiguous: bool,
}

#[derive(Debug, Clone)]
struct Quote {
    /// How the line begins.
    head: Vec<u8>,
    /// Lines that the quote has of its own: a panic has many.
    own: u64,
}

impl Quoted {
    /// The lines that reports quote: of causes and of symptoms that nothing explains.
    pub fn of(diagnosis: &Diagnosis) -> Self {
        let mut quoted = Self {
            ambiguous: diagnosis.inputs.len() > 1,
            ..Self::default()
        };
        let open = |one: &&RankedFinding| one.explained_by.is_empty();
        let findings = diagnosis
            .causes
            .iter()
            .chain(diagnosis.symptoms.iter().filter(open));
        for finding in findings {
            let lines = finding.evidence.iter().filter_map(|item| match item {
                EvidenceItem::Line {
                    entry, line, text, ..
                } => Some((entry, *line, text)),
                EvidenceItem::Object { .. } | EvidenceItem::Fact { .. } => None,
            });
            for (entry, line, text) in lines.take(PER_FINDING) {
                quoted.add(entry, line, text);
            }
        }
        quoted
    }

    fn add(&mut self, entry: &str, line: u64, text: &str) {
        if self.places.len() >= ENTRIES && !self.places.contains_key(entry) {
            return;
        }
        let first = text.lines().next().unwrap_or_default().as_bytes();
        let head = first.get(..KNOWN).unwrap_or(first).to_vec();
        let own = text.lines().count().max(1) as u64;
        let lines = self.places.entry(entry.to_owned()).or_default();
        lines.entry(line).or_insert(Quote { head, own });
    }

    /// Whether nothing is quoted: no second pass.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// Reads the quoted entries of a case once more.
#[derive(Debug)]
pub struct Gatherer {
    quoted: Arc<Quoted>,
    found: Vec<Surroundings>,
}

impl Gatherer {
    /// A gatherer for one worker.
    pub fn new(quoted: Arc<Quoted>) -> Self {
        Self {
            quoted,
            found: Vec::new(),
        }
    }

    /// Everything this worker found.
    pub fn finish(self) -> Vec<Surroundings> {
        self.found
    }
}

impl Visit for Gatherer {
    fn wants(&mut self, entry: &Entry) -> bool {
        self.quoted.places.contains_key(&entry.path)
    }

    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
        let quoted = Arc::clone(&self.quoted);
        if let Some(lines) = quoted.places.get(&entry.path) {
            gather(&entry, lines, quoted.ambiguous, bytes, &mut self.found);
        }
    }

    fn skip(&mut self, _entry: Entry) {}

    fn problem(&mut self, _problem: Problem) {
        // the first pass has reported it
    }
}

/// Puts what all workers found into a diagnosis, in one order; of two inputs that both hold a line the first counts.
pub fn complete(diagnosis: &mut Diagnosis, mut found: Vec<Surroundings>) {
    found.sort();
    found.dedup_by(|later, first| (&later.entry, later.line) == (&first.entry, first.line));
    diagnosis.surroundings = found;
}

fn gather(
    entry: &Entry,
    wanted: &BTreeMap<u64, Quote>,
    ambiguous: bool,
    bytes: &mut dyn Read,
    found: &mut Vec<Surroundings>,
) {
    let mut reader = BufReader::with_capacity(64 << 10, bytes.take(BYTES));
    let mut before: VecDeque<String> = VecDeque::new();
    // places whose lines after are still to come
    let mut open: Vec<(u64, Surroundings)> = Vec::new();
    let last = wanted
        .iter()
        .map(|(line, quote)| line.saturating_add(quote.own))
        .max();
    let last = last.unwrap_or(0).saturating_add(LINES as u64);
    let (mut raw, mut number) = (Vec::new(), 0u64);
    while number < last && next_line(&mut reader, &mut raw) {
        number += 1;
        for (until, place) in &mut open {
            if number > *until {
                place.after.push(text(&raw));
            }
        }
        found.extend(
            open.extract_if(.., |(_, place)| place.after.len() >= LINES)
                .map(|(_, place)| place),
        );
        if let Some(quote) = wanted.get(&number)
            && (!ambiguous || raw.starts_with(&quote.head))
        {
            let place = Surroundings {
                entry: entry.path.clone(),
                line: number,
                input: entry.input,
                before: before.iter().cloned().collect(),
                after: Vec::new(),
            };
            open.push((number + quote.own - 1, place));
        }
        if before.len() >= LINES {
            before.pop_front();
        }
        before.push_back(text(&raw));
    }
    found.extend(open.into_iter().map(|(_, place)| place));
}

fn text(raw: &[u8]) -> String {
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
    String::from_utf8_lossy(raw).into_owned()
}

/// The next line without its end, cut to [`LINE`] bytes; whether there was one.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> bool {
    line.clear();
    let mut any = false;
    loop {
        // a read error ends the entry: the first pass has reported it
        let (used, ended) = match reader.fill_buf() {
            Ok([]) | Err(_) => return any,
            Ok(rest) => {
                let end = memchr::memchr(b'\n', rest);
                let part = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                let room = LINE.saturating_sub(line.len());
                line.extend_from_slice(part.get(..room.min(part.len())).unwrap_or_default());
                (end.map_or(rest.len(), |end| end + 1), end.is_some())
            }
        };
        any = true;
        reader.consume(used);
        if ended {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{EntryKind, Origin};

    fn around(text: &str, quotes: &[(u64, &str)], ambiguous: bool) -> Vec<Surroundings> {
        let entry = Entry {
            input: 0,
            path: "a.log".into(),
            size: None,
            modified: None,
            kind: EntryKind::Log,
            origin: Origin::default(),
        };
        let mut quoted = Quoted {
            ambiguous,
            ..Quoted::default()
        };
        for (line, text) in quotes {
            quoted.add("a.log", *line, text);
        }
        let mut gatherer = Gatherer::new(Arc::new(quoted));
        assert!(gatherer.wants(&entry));
        gatherer.entry(entry, &mut text.as_bytes());
        gatherer.finish()
    }

    fn numbered(count: usize) -> String {
        (1..=count).map(|n| format!("line {n}\r\n")).collect()
    }

    #[test]
    fn lines_before_and_after() {
        let found = around(&numbered(20), &[(10, "line 10"), (2, "line 2")], false);
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].line, found[0].before.as_slice()),
            (2, ["line 1".to_owned()].as_slice())
        );
        assert_eq!(found[1].before, ["line 6", "line 7", "line 8", "line 9"]);
        assert_eq!(found[1].after, ["line 11", "line 12", "line 13", "line 14"]);
    }

    #[test]
    fn the_end_of_the_entry_and_blocks() {
        let found = around(&numbered(12), &[(12, "line 12")], false);
        assert!(found[0].after.is_empty() && found[0].before.len() == LINES);
        let found = around(&numbered(12), &[(5, "line 5\nline 6\nline 7")], false);
        assert_eq!(found[0].after, ["line 8", "line 9", "line 10", "line 11"]);
    }

    #[test]
    fn another_inputs_entry_of_the_same_name_is_not_meant() {
        assert!(around(&numbered(9), &[(5, "other text")], true).is_empty());
        assert_eq!(around(&numbered(9), &[(5, "line 5")], true).len(), 1);
    }

    #[test]
    fn endless_lines_are_cut() {
        let text = format!("{}\nhit\n", "x".repeat(1 << 20));
        let found = around(&text, &[(2, "hit")], false);
        assert_eq!(found[0].before[0].len(), LINE);
    }
}
