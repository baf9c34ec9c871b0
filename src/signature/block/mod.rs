//! YAML as people write signatures, read an order of magnitude faster than any YAML, into the same trees.
//!
//! The style: block maps and lists, quoted and plain scalars on one line, `|` and `>-` texts, lists and maps in
//! brackets on one line, comments on lines of their own. `None` for anything else and for everything that is wrong:
//! the general reader takes over, and has the words for it. What this reader accepts, it reads as the general one
//! does; tests hold it to that.

mod flow;
#[cfg(test)]
mod tests;

use memchr::memchr;

use super::node::{self, Key, Node, Value, Words};
use flow::Flow;

/// Deeper trees are the general reader's.
const DEEPEST: usize = 24;
/// And so are larger ones.
const MOST_NODES: usize = 10_000;

/// The tree of a text in the style.
pub(super) fn parse(text: &str) -> Option<Node> {
    if text.len() > node::FileLimits::default().bytes || !text.chars().all(is_usual) {
        return None;
    }
    let mut block = Block {
        rest: text,
        number: 0,
        line: None,
        nodes: MOST_NODES,
    };
    block.advance()?;
    let line = block.line?;
    let root = match line.indent {
        0 => block.node(line, DEEPEST)?,
        _ => return None,
    };
    block.line.is_none().then_some(root)
}

/// Neither a tab nor another character that YAML has rules for.
fn is_usual(c: char) -> bool {
    match c {
        '\n' | ' '..='~' => true,
        c => {
            c >= '\u{a0}'
                && !matches!(
                    c,
                    '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
                )
        }
    }
}

/// A line, or what is left of it behind a dash.
#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    /// Column of its first character.
    indent: usize,
    /// From there, without spaces at the end.
    text: &'t str,
    number: u32,
}

impl Line<'_> {
    fn is_item(&self) -> bool {
        self.text.starts_with("- ") || self.text == "-"
    }
}

struct Block<'t> {
    /// The lines behind the current one.
    rest: &'t str,
    /// Number of the last line that was taken.
    number: u32,
    /// The current line; `None` at the end.
    line: Option<Line<'t>>,
    /// Values left.
    nodes: usize,
}

impl<'t> Block<'t> {
    /// The next line as it stands.
    fn raw(&mut self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let end = memchr(b'\n', self.rest.as_bytes());
        let (raw, rest) = match end {
            Some(end) => (self.rest.get(..end)?, self.rest.get(end + 1..)?),
            None => (self.rest, ""),
        };
        self.rest = rest;
        Some(raw)
    }

    /// To the next line that says something.
    fn advance(&mut self) -> Option<()> {
        self.line = loop {
            let Some(raw) = self.raw() else {
                break None;
            };
            let content = raw.trim_start_matches(' ');
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let indent = raw.len() - content.len();
            if indent == 0 && (raw.starts_with("---") || raw.starts_with("...")) {
                return None;
            }
            break Some(Line {
                indent,
                text: content.trim_end_matches(' '),
                number: self.number,
            });
        };
        Some(())
    }

    fn count(&mut self) -> Option<()> {
        self.nodes = self.nodes.checked_sub(1)?;
        Some(())
    }

    /// The map or list that begins at a line.
    fn node(&mut self, line: Line<'t>, depth: usize) -> Option<Node> {
        let depth = depth.checked_sub(1)?;
        self.count()?;
        let value = match line.is_item() {
            true => Value::List(self.list(line.indent, depth)?),
            false => Value::Map(self.map(line, depth)?),
        };
        Some(Node {
            line: line.number,
            value,
        })
    }

    fn list(&mut self, indent: usize, depth: usize) -> Option<Vec<Node>> {
        let mut items = Vec::new();
        while let Some(line) = self
            .line
            .filter(|line| line.indent == indent && line.is_item())
        {
            let content = line.text.get(1..)?.trim_start_matches(' ');
            let inner = Line {
                indent: indent + line.text.len() - content.len(),
                text: content,
                number: line.number,
            };
            if content.is_empty() || inner.is_item() {
                return None;
            }
            items.push(match key(content)? {
                Some(_) => self.node(inner, depth)?,
                None => self.value(inner, indent)?,
            });
        }
        Some(items)
    }

    fn map(&mut self, first: Line<'t>, depth: usize) -> Option<Vec<(Key, Node)>> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut next = Some(first);
        while let Some(line) = next {
            let (text, value) = key(line.text)??;
            if entries.iter().any(|(key, _)| key.text == text) {
                return None;
            }
            let key = Key {
                text,
                line: line.number,
            };
            self.count()?;
            let value = match value {
                "" => self.below(line.indent, depth)?,
                text => self.value(Line { text, ..line }, line.indent)?,
            };
            entries.push((key, value));
            next = self.line.filter(|line| line.indent >= first.indent);
            if next.is_some_and(|line| line.indent > first.indent || line.is_item()) {
                // A list at the column of its key ends a map inside a list; elsewhere it is the general reader's.
                next.filter(|line| line.indent == first.indent)?;
                next = None;
            }
        }
        Some(entries)
    }

    /// What stands in the lines below a key.
    fn below(&mut self, indent: usize, depth: usize) -> Option<Node> {
        self.advance()?;
        let line = self.line?;
        match line.indent > indent || (line.indent == indent && line.is_item()) {
            true if line.is_item() || key(line.text)?.is_some() => self.node(line, depth),
            _ => None,
        }
    }

    /// The value that stands in a line, or begins there, inside something at the column `parent`; then to the line
    /// behind it.
    fn value(&mut self, line: Line<'t>, parent: usize) -> Option<Node> {
        self.count()?;
        let value = match line.text.as_bytes().first()? {
            b'|' | b'>' => return self.text(line, parent),
            b'[' | b'{' => {
                let mut flow = Flow {
                    rest: line.text,
                    line: line.number,
                    nodes: &mut self.nodes,
                };
                let value = flow.collection(DEEPEST)?;
                flow.rest.is_empty().then_some(value)?
            }
            b'\'' | b'"' => {
                let (text, rest) = quoted(line.text)?;
                rest.is_empty().then_some(Value::Text(text))?
            }
            _ => plain(line.text, false)?,
        };
        self.advance()?;
        // A deeper line would go on with the value.
        if self.line.is_some_and(|next| next.indent > parent) {
            return None;
        }
        Some(Node {
            line: line.number,
            value,
        })
    }

    /// A text of several lines, kept or folded.
    fn text(&mut self, line: Line<'t>, parent: usize) -> Option<Node> {
        let (folded, ends) = match line.text {
            "|" => (false, true),
            "|-" => (false, false),
            ">" => (true, true),
            ">-" => (true, false),
            _ => return None,
        };
        let mut text = String::new();
        let mut indent = None;
        let mut blank = 0;
        // The general reader counts the lines of such a text from its first.
        let first = self.number + 1;
        loop {
            let (rest, number) = (self.rest, self.number);
            let Some(raw) = self.raw() else { break };
            let content = raw.trim_start_matches(' ');
            let column = raw.len() - content.len();
            if content.is_empty() {
                blank += 1;
                continue;
            }
            let indent = *indent.get_or_insert(column);
            if column <= parent {
                (self.rest, self.number) = (rest, number);
                break;
            }
            // Lines that stand deeper are not folded, and leading blank ones count.
            if column < indent || (folded && column > indent) || (text.is_empty() && blank > 0) {
                return None;
            }
            match (text.is_empty(), folded, blank) {
                (true, ..) => {}
                (_, true, 0) => text.push(' '),
                (_, true, blank) => text.extend(std::iter::repeat_n('\n', blank)),
                (_, false, blank) => text.extend(std::iter::repeat_n('\n', blank + 1)),
            }
            blank = 0;
            text.push_str(raw.get(indent..)?);
        }
        if text.is_empty() || text.ends_with(' ') {
            return None;
        }
        if ends {
            text.push('\n');
        }
        self.advance()?;
        Some(Node {
            line: first,
            value: Value::Text(text.into()),
        })
    }
}

/// The key that a line begins with, and what stands behind its colon. The outer `None`: not in the style.
fn key(text: &str) -> Option<Option<(Words, &str)>> {
    if text.starts_with(['\'', '"']) {
        let (key, rest) = quoted(text)?;
        return Some(match rest.strip_prefix(':') {
            Some("") => Some((key, "")),
            Some(value) if value.starts_with(' ') => Some((key, value.trim_start_matches(' '))),
            _ => None,
        });
    }
    if text.starts_with(['[', '{', '|', '>']) {
        return Some(None);
    }
    let mut from = 0;
    while let Some(at) = memchr(b':', text.as_bytes().get(from..)?) {
        let colon = from + at;
        let value = text.get(colon + 1..)?;
        if value.is_empty() || value.starts_with(' ') {
            let word = text.get(..colon)?;
            // Keys that are no texts read as something else.
            let Value::Text(key) = plain(word, false)? else {
                return None;
            };
            return (!word.ends_with(' ')).then_some(Some((key, value.trim_start_matches(' '))));
        }
        from = colon + 1;
    }
    Some(None)
}

/// A scalar in quotes, and what follows it.
fn quoted(text: &str) -> Option<(Words, &str)> {
    if let Some(inside) = text.strip_prefix('"') {
        let end = memchr(b'"', inside.as_bytes())?;
        let value = inside.get(..end)?;
        return (!value.contains('\\'))
            .then_some((value.to_owned().into(), inside.get(end + 1..)?));
    }
    let mut rest = text.strip_prefix('\'')?;
    let mut value = String::new();
    loop {
        let end = memchr(b'\'', rest.as_bytes())?;
        value.push_str(rest.get(..end)?);
        rest = rest.get(end + 1..)?;
        match rest.strip_prefix('\'') {
            Some(after) => {
                value.push('\'');
                rest = after;
            }
            None => return Some((value.into(), rest)),
        }
    }
}

/// A scalar without quotes.
fn plain(text: &str, in_brackets: bool) -> Option<Value> {
    let bytes = text.as_bytes();
    let (first, more) = bytes.split_first()?;
    let begins = match first {
        b'-' => more
            .first()
            .is_some_and(|&b| b == b'-' || b.is_ascii_alphanumeric()),
        b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|'
        | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' => false,
        _ => true,
    };
    let of_brackets = |b: &u8| matches!(b, b',' | b'[' | b']' | b'{' | b'}');
    // Where a comment or a value would begin; a search for texts takes longer to begin than these few bytes to look at.
    let marked = |pair: &[u8]| matches!(pair, b" #" | b": ");
    let ends_early = bytes.windows(2).any(marked)
        || text.ends_with(':')
        || (in_brackets && bytes.iter().any(of_brackets));
    (begins && !ends_early).then(|| node::plain(text))
}
