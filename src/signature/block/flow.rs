//! Lists and maps in brackets on one line into trees.

use super::super::node::{Key, Node, Value, Words};
use super::{plain, quoted};

/// Lists and maps in brackets, on one line.
pub(super) struct Flow<'t, 'n> {
    pub(super) rest: &'t str,
    pub(super) line: u32,
    pub(super) nodes: &'n mut usize,
}

impl Flow<'_, '_> {
    fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn take(&mut self, mark: char) -> bool {
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(super) fn collection(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        let is_list = self.take('[');
        if !is_list && !self.take('{') {
            return None;
        }
        let end = if is_list { ']' } else { '}' };
        let (mut items, mut entries) = (Vec::new(), Vec::<(Key, Node)>::new());
        self.spaces();
        let mut done = self.take(end);
        while !done {
            self.spaces();
            if is_list {
                items.push(self.value(depth)?);
            } else {
                let text = self.key()?;
                if entries.iter().any(|(key, _)| key.text == text) {
                    return None;
                }
                let line = self.line;
                entries.push((Key { text, line }, self.value(depth)?));
            }
            self.spaces();
            done = self.take(end);
            if !done && !self.take(',') {
                return None;
            }
        }
        Some(match is_list {
            true => Value::List(items),
            false => Value::Map(entries),
        })
    }

    /// A key, its colon and the space behind it.
    fn key(&mut self) -> Option<Words> {
        let key = match self.rest.starts_with(['\'', '"']) {
            true => {
                let (key, rest) = quoted(self.rest)?;
                self.rest = rest;
                key
            }
            false => match self.plain()? {
                Value::Text(key) => key,
                _ => return None,
            },
        };
        self.rest = self.rest.strip_prefix(": ")?;
        self.spaces();
        Some(key)
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        *self.nodes = self.nodes.checked_sub(1)?;
        let value = match self.rest.as_bytes().first()? {
            b'[' | b'{' => self.collection(depth)?,
            b'\'' | b'"' => {
                let (text, rest) = quoted(self.rest)?;
                self.rest = rest;
                Value::Text(text)
            }
            _ => self.plain()?,
        };
        Some(Node {
            line: self.line,
            value,
        })
    }

    /// Up to a comma, a bracket or the colon behind a key.
    fn plain(&mut self) -> Option<Value> {
        let bytes = self.rest.as_bytes();
        let ends = |at: usize, b: u8| match b {
            b',' | b'[' | b']' | b'{' | b'}' => true,
            b':' => matches!(
                bytes.get(at + 1),
                None | Some(b' ' | b',' | b'[' | b']' | b'{' | b'}')
            ),
            _ => false,
        };
        let end = bytes.iter().enumerate().position(|(at, &b)| ends(at, b))?;
        let (text, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        plain(text.trim_end_matches(' '), true)
    }
}
