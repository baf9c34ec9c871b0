//! Foreign text into text that cannot steer a terminal: control characters, escapes and bidirectional marks become visible.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One line: every control or invisible character, line breaks too, becomes a visible escape; a tab becomes a space.
/// Doing it twice changes nothing.
pub fn neutral(text: &str) -> Cow<'_, str> {
    replace(text, false)
}

/// As [`neutral`], but line feeds stay (`\r\n` becomes `\n`): for commands and the reporter's own words.
pub fn neutral_lines(text: &str) -> Cow<'_, str> {
    replace(text, true)
}

fn replace(text: &str, keep_lines: bool) -> Cow<'_, str> {
    if !text
        .chars()
        .any(|c| is_unsafe(c) && !(keep_lines && c == '\n'))
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' if keep_lines => out.push('\n'),
            '\r' if keep_lines && rest.peek() == Some(&'\n') => {}
            '\t' => out.push(' '),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if is_unsafe(c) => escape(c, &mut out),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn escape(c: char, out: &mut String) {
    let code = u32::from(c);
    // Writing into a String cannot fail.
    let _ = if code < 0x100 {
        write!(out, "\\x{code:02x}")
    } else {
        write!(out, "\\u{{{code:x}}}")
    };
}

/// Characters that move the cursor, change colours, reorder or hide text, or draw nothing.
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_become_visible() {
        assert_eq!(neutral("a\x1b[31mred\x07"), "a\\x1b[31mred\\x07");
        assert_eq!(neutral("file\u{202e}gpj.exe"), "file\\u{202e}gpj.exe");
        assert_eq!(neutral("one\r\ntwo\tthree"), "one\\r\\ntwo three");
        assert_eq!(neutral_lines("one\r\ntwo\rx"), "one\ntwo\\rx");
        assert_eq!(neutral("\u{9b}2J"), "\\x9b2J");
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(neutral("plain äöü 磁盘 \"x\""), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn nothing_unsafe_stays_and_twice_is_once(text in "\\PC*|[\\x00-\\x1f\u{7f}-\u{9f}\u{200b}-\u{206f}a-z]*") {
            let once = neutral(&text).into_owned();
            prop_assert!(!once.chars().any(is_unsafe));
            prop_assert_eq!(neutral(&once), once.as_str());
        }
    }
}
