//! Quoted scalars: their escapes undone, their lines folded.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// The quoted text that `text` begins with, where it ends in the same line, and where it ends.
pub(super) fn one_line(text: &str) -> Option<(Cow<'_, str>, usize)> {
    let line = text.split('\n').next()?;
    many_lines(line, 0, 0)
}

/// The quoted text at `at`, in something at the column `parent`, and where it ends. `None`: it has no end, or
/// something in it that the plain style does not have.
pub(super) fn many_lines(text: &str, at: usize, parent: usize) -> Option<(Cow<'_, str>, usize)> {
    let (quote, inside) = text.get(at..)?.split_at_checked(1)?;
    let bytes = inside.as_bytes();
    let stop = match quote {
        "\"" => memchr2(b'"', b'\\', bytes)?,
        _ => memchr(b'\'', bytes)?,
    };
    let simple =
        bytes.get(stop) != Some(&b'\\') && !(quote == "'" && bytes.get(stop + 1) == Some(&b'\''));
    if simple && memchr(b'\n', bytes.get(..stop)?).is_none() {
        return Some((inside.get(..stop)?.into(), at + 1 + stop + 1));
    }
    let mut unquote = Unquote {
        rest: inside,
        out: String::new(),
        solid: 0,
        parent,
    };
    let end = match quote {
        "\"" => unquote.double(),
        _ => unquote.single(),
    };
    end?;
    let length = inside.len() - unquote.rest.len();
    Some((unquote.out.into(), at + 1 + length))
}

struct Unquote<'t> {
    rest: &'t str,
    out: String,
    /// Length of `out` up to which spaces at the end are meant: they were escaped.
    solid: usize,
    parent: usize,
}

impl Unquote<'_> {
    fn take(&mut self, bytes: usize) -> Option<&str> {
        let (taken, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(taken)
    }

    fn single(&mut self) -> Option<()> {
        loop {
            let run = memchr2(b'\'', b'\n', self.rest.as_bytes())?;
            let (text, rest) = self.rest.split_at_checked(run)?;
            self.out.push_str(text);
            self.rest = rest;
            if self.rest.starts_with("''") {
                self.out.push('\'');
                self.solid = self.out.len();
                self.rest = self.rest.get(2..)?;
            } else if self.take(1)? == "'" {
                return Some(());
            } else {
                self.fold()?;
            }
        }
    }

    fn double(&mut self) -> Option<()> {
        loop {
            let run = self.rest.find(['"', '\\', '\n'])?;
            let (text, rest) = self.rest.split_at_checked(run)?;
            self.out.push_str(text);
            self.rest = rest;
            match self.take(1)? {
                "\"" => return Some(()),
                "\n" => self.fold()?,
                _ => self.escape()?,
            }
        }
    }

    /// After a newline: one is a space, more are one newline less. Spaces around them do not count.
    fn fold(&mut self) -> Option<()> {
        let kept = self.out.trim_end_matches([' ', '\t']).len().max(self.solid);
        self.out.truncate(kept);
        let mut newlines = 0;
        loop {
            let content = self.rest.trim_start_matches(' ');
            let column = self.rest.len() - content.len();
            if content.starts_with('\t') {
                return None;
            }
            if let Some(next) = content.strip_prefix('\n') {
                newlines += 1;
                self.rest = next;
                continue;
            }
            if column <= self.parent {
                return None;
            }
            self.rest = content;
            break;
        }
        match newlines {
            0 => self.out.push(' '),
            lines => self.out.extend(std::iter::repeat_n('\n', lines)),
        }
        self.solid = self.out.len();
        Some(())
    }

    /// After a backslash.
    fn escape(&mut self) -> Option<()> {
        let code = self.rest.chars().next()?;
        self.rest = self.rest.get(code.len_utf8()..)?;
        let c = match code {
            '\n' => {
                // The line goes on: what comes next follows directly, without the spaces it is indented by.
                let content = self.rest.trim_start_matches(' ');
                if self.rest.len() - content.len() <= self.parent
                    || content.starts_with(['\n', '\t'])
                {
                    return None;
                }
                self.rest = content;
                self.solid = self.out.len();
                return Some(());
            }
            '0' => '\0',
            'a' => '\x07',
            'b' => '\x08',
            't' => '\t',
            'n' => '\n',
            'v' => '\x0b',
            'f' => '\x0c',
            'r' => '\r',
            'e' => '\x1b',
            ' ' => ' ',
            '"' => '"',
            '/' => '/',
            '\\' => '\\',
            'N' => '\u{85}',
            '_' => '\u{a0}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            'x' => self.hex(2)?,
            'u' => self.hex(4)?,
            'U' => self.hex(8)?,
            _ => return None,
        };
        self.out.push(c);
        self.solid = self.out.len();
        Some(())
    }

    fn hex(&mut self, digits: usize) -> Option<char> {
        let digits = self.take(digits)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        char::from_u32(u32::from_str_radix(digits, 16).ok()?)
    }
}
