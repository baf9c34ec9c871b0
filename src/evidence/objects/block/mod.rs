//! YAML in the one plain block style that bundles' writers use, read an order of magnitude faster than any YAML.
//!
//! The style: block maps and lists, one space after a dash, empty flow maps and lists, plain, quoted and literal
//! scalars, long ones folded at spaces. Anything else (anchors, tags, comments, other flow collections, folded block
//! scalars, tabs, carriage returns) is [`Unexpected`], and the general reader takes over. What this reader accepts,
//! it reads as the general one does; tests hold it to that. One thing it reads that YAML forbids: control characters,
//! for which the general one would give up the whole object.

mod quoted;

use memchr::memchr;
use serde_json::{Map, Value};

use super::limits::ObjectLimits;
use super::prune::{Field, Prune, field};
use super::scalar;

/// The text is not in the plain style, or over a limit: not an error, but another reader's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unexpected;

type Result<T> = std::result::Result<T, Unexpected>;

/// The value of `text`; `None` where it is empty.
pub(super) fn parse(
    text: &str,
    limits: &ObjectLimits,
    prune: Option<&Prune>,
) -> Result<Option<Value>> {
    if memchr(b'\r', text.as_bytes()).is_some() {
        return Err(Unexpected);
    }
    let mut block = Block {
        text,
        next: 0,
        line: None,
        nodes: limits.nodes,
    };
    block.advance()?;
    let Some(line) = block.line else {
        return Ok(None);
    };
    let value = block.node(line.indent, prune, limits.depth)?;
    match block.line {
        None => Ok(value),
        Some(_) => Err(Unexpected),
    }
}

/// A line, or what is left of it after a dash.
#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    /// Column of its first character.
    indent: usize,
    /// Its text from there, without spaces at the end.
    text: &'t str,
    /// Where that stands in the whole text.
    at: usize,
}

impl Line<'_> {
    /// Whether it is an item of a list.
    fn is_item(&self) -> bool {
        self.text.starts_with("- ") || self.text == "-"
    }
}

struct Block<'t> {
    text: &'t str,
    /// Start of the line after the current one.
    next: usize,
    /// The current line; `None` at the end.
    line: Option<Line<'t>>,
    /// Values left to read.
    nodes: usize,
}

impl<'t> Block<'t> {
    /// To the next line that is not blank.
    fn advance(&mut self) -> Result<()> {
        self.line = loop {
            let Some((start, raw)) = self.raw() else {
                break None;
            };
            let content = raw.trim_start_matches(' ');
            let indent = raw.len() - content.len();
            match content.as_bytes().first() {
                None => continue,
                Some(b'\t' | b'#' | b'%') => return Err(Unexpected),
                Some(_) => {}
            }
            break Some(Line {
                indent,
                text: content.trim_end_matches([' ', '\t']),
                at: start + indent,
            });
        };
        Ok(())
    }

    /// The next line as it stands, and where; to be used from a scalar that goes on over lines.
    fn raw(&mut self) -> Option<(usize, &'t str)> {
        let start = self.next;
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        let length = memchr(b'\n', rest.as_bytes());
        self.next = start + length.map_or(rest.len(), |length| length + 1);
        Some((start, rest.get(..length.unwrap_or(rest.len()))?))
    }

    /// Looks at the next line that is not blank: its column and text, and how many blank lines come before it.
    fn ahead(&self) -> Option<(usize, &'t str, usize)> {
        let mut at = self.next;
        let mut blank = 0;
        loop {
            let rest = self.text.get(at..).filter(|rest| !rest.is_empty())?;
            let length = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            let raw = rest.get(..length)?;
            let content = raw.trim_start_matches(' ');
            if !content.is_empty() {
                return Some((raw.len() - content.len(), content, blank));
            }
            blank += 1;
            at += length + 1;
        }
    }

    fn count(&mut self) -> Result<()> {
        self.nodes = self.nodes.checked_sub(1).ok_or(Unexpected)?;
        Ok(())
    }

    /// The map or list that begins at the current line.
    fn node(
        &mut self,
        indent: usize,
        prune: Option<&Prune>,
        depth: usize,
    ) -> Result<Option<Value>> {
        self.count()?;
        let depth = depth.checked_sub(1).ok_or(Unexpected)?;
        match self.line {
            Some(line) if line.is_item() => self.list(indent, prune, depth).map(Some),
            Some(_) => self.map(indent, prune, depth).map(Some),
            None => Ok(None),
        }
    }

    fn list(&mut self, indent: usize, prune: Option<&Prune>, depth: usize) -> Result<Value> {
        let mut list = Vec::new();
        while let Some(line) = self.line {
            if line.indent < indent || (line.indent == indent && !line.is_item()) {
                break;
            }
            if line.indent > indent {
                return Err(Unexpected);
            }
            list.extend(self.element(line, prune, depth)?);
        }
        Ok(Value::Array(list))
    }

    /// What follows a dash.
    fn element(
        &mut self,
        line: Line<'t>,
        prune: Option<&Prune>,
        depth: usize,
    ) -> Result<Option<Value>> {
        let after = line.text.get(1..).ok_or(Unexpected)?;
        let content = after.trim_start_matches(' ');
        let skipped = 1 + after.len() - content.len();
        if content.is_empty() {
            return self.below(line.indent, false, prune, depth);
        }
        let inner = Line {
            indent: line.indent + skipped,
            text: content,
            at: line.at + skipped,
        };
        self.line = Some(inner);
        if inner.is_item() || self.key(inner)?.is_some() {
            return self.node(inner.indent, prune, depth);
        }
        self.scalar(inner.text, inner.at, line.indent)
    }

    fn map(&mut self, indent: usize, prune: Option<&Prune>, depth: usize) -> Result<Value> {
        let mut map = Map::new();
        while let Some(line) = self.line {
            if line.indent < indent || (line.indent == indent && line.is_item()) {
                break;
            }
            if line.indent > indent {
                return Err(Unexpected);
            }
            let Some((key, value_at)) = self.key(line)? else {
                return Err(Unexpected);
            };
            self.count()?;
            let below = match field(prune, &key) {
                Field::Keep(below) => below,
                Field::Drop => {
                    self.skip(indent)?;
                    continue;
                }
            };
            let rest = line.text.get(value_at..).unwrap_or_default();
            let value = rest.trim_start_matches(' ');
            let value = match value.is_empty() {
                true => self.below(indent, true, below, depth)?,
                false => {
                    self.scalar(value, line.at + value_at + rest.len() - value.len(), indent)?
                }
            };
            if let Some(value) = value {
                map.insert(scalar::key(key), value);
            }
        }
        Ok(Value::Object(map))
    }

    /// What stands below a line that ends in its colon or dash. Lists may stand at the column of their key.
    fn below(
        &mut self,
        indent: usize,
        of_key: bool,
        prune: Option<&Prune>,
        depth: usize,
    ) -> Result<Option<Value>> {
        self.advance()?;
        match self.line {
            Some(line) if line.indent > indent => {
                if line.is_item() || self.key(line)?.is_some() {
                    return self.node(line.indent, prune, depth);
                }
                self.scalar(line.text, line.at, indent)
            }
            Some(line) if of_key && line.indent == indent && line.is_item() => {
                self.node(indent, prune, depth)
            }
            _ => Ok(None),
        }
    }

    /// Passes over everything below the current line of a map at `indent`.
    fn skip(&mut self, indent: usize) -> Result<()> {
        loop {
            let Some((start, raw)) = self.raw() else {
                self.line = None;
                return Ok(());
            };
            let content = raw.trim_start_matches(' ');
            let column = raw.len() - content.len();
            if column > indent || content.is_empty() {
                continue;
            }
            if column == indent && (content.starts_with("- ") || content.trim_end() == "-") {
                continue;
            }
            self.next = start;
            return self.advance();
        }
    }

    /// The key that a line begins with, and where its value begins in the line.
    fn key(&self, line: Line<'t>) -> Result<Option<(std::borrow::Cow<'t, str>, usize)>> {
        let bytes = line.text.as_bytes();
        match bytes.first() {
            Some(b'"' | b'\'') => {
                let Some((key, end)) = quoted::one_line(line.text) else {
                    return Ok(None); // goes on in the next line: a value, or nothing this reader knows
                };
                let rest = line.text.get(end..).unwrap_or_default();
                return Ok((rest == ":" || rest.starts_with(": ")).then_some((key, end + 1)));
            }
            Some(b'[' | b'{') if matches!(line.text, "[]" | "{}") => return Ok(None),
            Some(b'?' | b':' | b'-') if bytes.get(1).is_none_or(|b| b" \t".contains(b)) => {
                return Err(Unexpected);
            }
            Some(b'|') => return Ok(None),
            Some(b'\t') => return Err(Unexpected),
            Some(first) if is_special(*first) => return Err(Unexpected),
            _ => {}
        }
        let mut from = 0;
        while let Some(at) = bytes.get(from..).and_then(|rest| memchr(b':', rest)) {
            let colon = from + at;
            match bytes.get(colon + 1) {
                None | Some(b' ') => {
                    let key = line.text.get(..colon).ok_or(Unexpected)?;
                    if (key.contains('#') && !is_plain(key)) || key.ends_with([' ', '\t']) {
                        return Err(Unexpected);
                    }
                    return Ok(Some((key.into(), colon + 1)));
                }
                Some(b'\t') => return Err(Unexpected),
                Some(_) => from = colon + 1,
            }
        }
        Ok(None)
    }

    /// The scalar that begins with `text` at `at`, inside something at the column `parent`; then to the line after it.
    fn scalar(&mut self, text: &'t str, at: usize, parent: usize) -> Result<Option<Value>> {
        self.count()?;
        match text.as_bytes().first() {
            Some(b'"' | b'\'') => {
                let (value, end) = quoted::many_lines(self.text, at, parent).ok_or(Unexpected)?;
                let rest = self.text.get(end..).unwrap_or_default();
                let length = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
                if rest
                    .get(..length)
                    .is_none_or(|rest| !rest.trim_matches([' ', '\t']).is_empty())
                {
                    return Err(Unexpected);
                }
                self.next = (end + length + 1).min(self.text.len());
                self.advance()?;
                Ok(scalar::text(value).map(Value::String))
            }
            Some(b'{') if text == "{}" => {
                self.advance()?;
                Ok(Some(Value::Object(Map::new())))
            }
            Some(b'[') if text == "[]" => {
                self.advance()?;
                Ok(Some(Value::Array(Vec::new())))
            }
            Some(b'|') => self.literal(text, parent),
            // blanks before it end with a tab: the value only begins behind that
            Some(b'\t') => Err(Unexpected),
            Some(first) if is_special(*first) => Err(Unexpected),
            _ => self.plain(text, parent),
        }
    }

    fn plain(&mut self, text: &'t str, parent: usize) -> Result<Option<Value>> {
        let dash = text
            .strip_prefix(['-', '?'])
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        if dash || !is_plain(text) {
            return Err(Unexpected);
        }
        let goes_on =
            |ahead: Option<(usize, &str, usize)>| ahead.is_some_and(|(column, ..)| column > parent);
        if !goes_on(self.ahead()) {
            self.advance()?;
            return Ok(scalar::plain(text.into()));
        }
        let mut folded = text.to_owned();
        while let Some((column, content, blank)) = self.ahead() {
            if column <= parent {
                break;
            }
            let content = content.trim_end_matches([' ', '\t']);
            if !is_plain(content) || content.starts_with(['#', '\t']) {
                return Err(Unexpected);
            }
            match blank {
                0 => folded.push(' '),
                lines => folded.extend(std::iter::repeat_n('\n', lines)),
            }
            folded.push_str(content);
            (0..=blank).for_each(|_| {
                self.raw();
            });
        }
        self.advance()?;
        Ok(scalar::plain(folded.into()))
    }

    /// Whether none of the next lines is longer than `length`: blank lines that are deeper than the text they lead
    /// are an error.
    fn are_short(&self, lines: usize, length: usize) -> bool {
        let rest = self.text.get(self.next..).unwrap_or_default();
        rest.split('\n')
            .take(lines)
            .all(|line| line.len() <= length)
    }

    /// A `|` scalar: `|`, `|-`, `|+`, each with or without the number of columns its lines are deeper.
    fn literal(&mut self, header: &str, parent: usize) -> Result<Option<Value>> {
        let mut keep = None;
        let mut indent = None;
        for c in header.chars().skip(1) {
            match c {
                '-' | '+' if keep.is_none() => keep = Some(c == '+'),
                '1'..='9' if indent.is_none() => {
                    indent = c.to_digit(10).map(|digit| parent + digit as usize)
                }
                _ => return Err(Unexpected),
            }
        }
        let (first, _, blank) = self.ahead().unwrap_or_default();
        let indent = match indent {
            Some(indent) => indent,
            None if first <= parent && blank == 0 => {
                self.advance()?;
                return Ok(None);
            }
            None if first <= parent || !self.are_short(blank, first) => return Err(Unexpected),
            None => first,
        };
        let mut text = String::new();
        let mut newlines = 0;
        while let Some((start, raw)) = self.raw() {
            let content = raw.trim_start_matches(' ');
            let column = raw.len() - content.len();
            if column < indent && !content.is_empty() {
                if column > parent {
                    return Err(Unexpected);
                }
                self.next = start;
                break;
            }
            match raw.get(indent..) {
                Some(line) if !line.is_empty() => {
                    text.extend(std::iter::repeat_n('\n', newlines));
                    text.push_str(line);
                    newlines = 1;
                }
                _ => newlines += 1,
            }
        }
        match keep {
            Some(false) => {}
            Some(true) => text.extend(std::iter::repeat_n('\n', newlines)),
            None if !text.is_empty() => text.push('\n'),
            None => {}
        }
        self.advance()?;
        Ok(scalar::text(text.into()).map(Value::String))
    }
}

/// Whether a plain scalar of the style can not begin with this.
fn is_special(first: u8) -> bool {
    matches!(
        first,
        b'&' | b'*'
            | b'!'
            | b'|'
            | b'>'
            | b'%'
            | b'@'
            | b'`'
            | b'{'
            | b'['
            | b'}'
            | b']'
            | b','
            | b'#'
    )
}

/// Whether a line of a plain scalar holds nothing that ends it.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let colon = || {
        memchr::memchr_iter(b':', bytes)
            .any(|at| bytes.get(at + 1).is_none_or(|&b| matches!(b, b' ' | b'\t')))
    };
    let comment = || {
        memchr::memchr_iter(b'#', bytes).any(|at| {
            at > 0
                && bytes
                    .get(at - 1)
                    .is_some_and(|&b| matches!(b, b' ' | b'\t'))
        })
    };
    !colon() && !comment()
}

#[cfg(test)]
mod tests;
