//! Foreign text into Markdown that shows it and does nothing else: no markup, no links, no mentions, no references.
//!
//! GitHub and GitLab look for mentions, issue numbers, emoji and addresses after rendering, where a backslash no longer
//! helps; a zero-width space between the mark and the name does. Code needs none of that: nothing is looked for in it.

use crate::report::masked;
use crate::report::neutral::{neutral, neutral_lines};
use crate::report::spoken::code_pieces;

/// Keeps a mark and a name apart without being seen.
const GAP: &str = "&#8203;";

/// One line of prose.
pub(in crate::report) fn inline(text: &str) -> String {
    escape(text, true)
}

/// One line inside an HTML element, where Markdown means nothing: a `<summary>`.
pub(super) fn summary(text: &str) -> String {
    escape(text, false)
}

/// Prose in which words between backticks are commands.
pub(in crate::report) fn prose(text: &str) -> String {
    let pieces = code_pieces(text).into_iter();
    pieces
        .map(|(is_code, piece)| if is_code { code(piece) } else { inline(piece) })
        .collect()
}

fn escape(text: &str, markdown: bool) -> String {
    let text = neutral(&masked(text)).into_owned();
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let starts = text
        .trim_start()
        .trim_start_matches(|c: char| c.is_ascii_digit());
    // `1.` and `1)` begin a list
    let mut mark = starts.chars();
    let is_list =
        matches!(mark.next(), Some('.' | ')')) && mark.next().is_none_or(char::is_whitespace);
    let list = is_list.then(|| text.len() - starts.len());
    for (at, c) in text.char_indices() {
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if !markdown => out.push_str("&quot;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '|' | '$' if markdown => {
                out.push('\\');
                out.push(c);
            }
            '-' | '+' | '='
                if markdown && text.get(..at).is_some_and(|head| head.trim().is_empty()) =>
            {
                out.push('\\');
                out.push(c);
            }
            '.' | ')' if markdown && list == Some(at) => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        if refers(c, text.get(..at).unwrap_or_default(), rest) {
            out.push_str(GAP);
        }
    }
    out
}

/// Whether a forge would make something of the mark `c` and what follows it.
fn refers(c: char, before: &str, rest: &str) -> bool {
    let name = rest.starts_with(|c: char| c.is_alphanumeric() || "_\"[".contains(c));
    match c {
        '@' | '#' | '!' | '$' | '%' | '~' | '&' | '^' => name,
        ':' => {
            rest.starts_with("//")
                || (name && is_emoji(before, rest))
                || ends_with(before, "mailto")
        }
        '.' => ends_with(before, "www"),
        '-' => before.ends_with("GH") && name,
        _ => false,
    }
}

/// `:name:`, but not the colons of a time.
fn is_emoji(before: &str, rest: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    let word = rest.split(char::is_whitespace).next();
    word.is_some_and(|word| word.contains(':'))
        && !(before.ends_with(digit) && rest.starts_with(digit))
}

fn ends_with(text: &str, word: &str) -> bool {
    let tail = text
        .len()
        .checked_sub(word.len())
        .and_then(|at| text.get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(word))
}

/// A piece of code within a line.
pub(in crate::report) fn code(text: &str) -> String {
    let text = neutral(&masked(text)).into_owned();
    let ticks = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() {
        " "
    } else {
        ""
    };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Code within a cell of a table: a bar ends the cell, even in code.
pub(super) fn cell_code(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A block of code between fences that nothing inside can close.
pub(in crate::report) fn block(language: &str, text: &str) -> String {
    let text = neutral_lines(&masked(text)).into_owned();
    let fence = "`".repeat((longest_run(&text) + 1).max(3));
    format!(
        "{fence}{language}\n{}\n{fence}\n",
        text.trim_end_matches('\n')
    )
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_names_come_apart() {
        for (text, shown) in [
            ("@octocat fixes #12", r"@&#8203;octocat fixes \#&#8203;12"),
            ("see https://example.com", "see https:&#8203;//example.com"),
            ("a.b@example.com", "a.b@&#8203;example.com"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("1. one", r"1\. one"),
            ("- one", r"\- one"),
            (
                "[a](b) *c* __d__ ~~e~~",
                r"\[a\](b) \*c\* \_\_d\_\_ \~\~&#8203;e\~\~",
            ),
            ("v1.3.2 at 09:12:00Z", "v1.3.2 at 09:12:00Z"),
            ("$x$ :smile:", r"\$&#8203;x\$ :&#8203;smile:"),
        ] {
            assert_eq!(inline(text), shown);
        }
    }

    #[test]
    fn fences_outgrow_their_content() {
        assert_eq!(block("sh", "a\n````\nb"), "`````sh\na\n````\nb\n`````\n");
        assert_eq!(code("a `b`"), "`` a `b` ``");
        assert_eq!(cell_code("a|b"), "`a\\|b`");
    }
}
