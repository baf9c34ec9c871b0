//! The text of a pattern into an expression, its placeholders, and the runs of bytes that must be in the line.

use std::collections::BTreeMap;

use super::super::place::place;
use super::literals::{self, Run};
use super::shapes::{BOUNDARY, shape};

/// Shapes that an author refines: placeholder name to regular expression.
pub type Shapes = BTreeMap<String, String>;

/// One element of a pattern text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// The program's own words; a single space inside is a single space.
    Words(String),
    /// Any run of white space.
    Space,
    /// An optional quote with any escaping.
    Quote,
    /// Anything, up to [`GAP`] characters. Written after a space it does not go on with the word before it.
    Gap { after_space: bool },
    /// A placeholder.
    Place(String),
}

/// Longest text that `...` stands for, in characters.
pub(super) const GAP: usize = 400;

/// A named group of the expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// Group name in the expression.
    pub(super) group: String,
    /// Name of the placeholder; `None` for a gap.
    pub(super) name: Option<String>,
    /// Trailing punctuation is cut off.
    pub(super) trim: bool,
    /// Brackets around the value are cut off.
    pub(super) bracketed: bool,
}

/// What is known of a pattern text without its expression.
pub(super) struct Outline {
    /// Placeholders, in order, each once.
    pub(super) names: Vec<String>,
    /// Bytes that every matching line contains.
    pub(super) best: Option<Run>,
}

/// What a pattern text becomes.
#[derive(Debug, Clone)]
pub(super) struct Built {
    pub(super) regex: String,
    pub(super) slots: Vec<Slot>,
    /// The pattern ends in words of the program: the last one must not go on as a key.
    pub(super) ends_in_words: bool,
}

/// Reads a pattern text as far as is needed before any line is. `Err`: what is wrong, for the author.
pub(super) fn outline(text: &str, shapes: &Shapes) -> Result<Outline, String> {
    let pieces = pieces(text);
    if !pieces.iter().any(|piece| matches!(piece, Piece::Words(_))) {
        return Err("a pattern needs words of the program besides placeholders".to_owned());
    }
    if !shapes.is_empty() {
        build(text, shapes)?;
    }
    let best = best_run(&pieces, shapes);
    let mut names: Vec<String> = Vec::new();
    for piece in pieces {
        if let Piece::Place(name) = piece
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    Ok(Outline { names, best })
}

/// Bytes that every line contains which matches a pattern text.
pub(super) fn best(text: &str, shapes: &Shapes) -> Option<Run> {
    best_run(&pieces(text), shapes)
}

/// The placeholders of a pattern text, in order, each once.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (at, _) in text.match_indices('<') {
        let escaped = text.get(..at).is_some_and(|before| before.ends_with('\\'));
        if !escaped
            && let Some((name, _)) = text.get(at..).and_then(place)
            && !name.contains('|')
            && !names.iter().any(|have| have == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

/// The groups of a regular expression, found without compiling it: `(?P<name>` and `(?<name>`.
pub(super) fn groups(source: &str) -> Vec<Slot> {
    let mut slots = Vec::new();
    for (at, _) in source.match_indices("(?") {
        let after = source.get(at + 2..).unwrap_or_default();
        let after = after.strip_prefix('P').unwrap_or(after);
        if let Some((name, _)) = after.strip_prefix('<').and_then(|a| a.split_once('>')) {
            slots.push(Slot::untouched(name, name));
        }
    }
    slots
}

/// The expression of a whole field.
pub(super) fn whole(name: &str, shape: &str) -> Built {
    Built {
        regex: format!("^(?P<p0>(?:{shape}))$"),
        slots: vec![Slot::untouched("p0", name)],
        ends_in_words: false,
    }
}

impl Slot {
    fn untouched(group: &str, name: &str) -> Self {
        Self {
            group: group.to_owned(),
            name: Some(name.to_owned()),
            trim: false,
            bracketed: false,
        }
    }
}

/// Builds the expression of a pattern text. `Err`: what is wrong, for the author.
pub(super) fn build(text: &str, shapes: &Shapes) -> Result<Built, String> {
    let pieces = pieces(text);
    let mut regex = String::with_capacity(text.len() * 2);
    let mut slots = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let rest = pieces.get(at + 1..).unwrap_or_default();
        match piece {
            Piece::Words(words) => push_words(&mut regex, words),
            Piece::Space => regex.push_str(r"[\t-\r ]+"),
            Piece::Quote => regex.push_str(QUOTE),
            Piece::Gap { after_space } => {
                let group = format!("g{at}");
                let gap = if *after_space { GAP_AFTER_SPACE } else { ".*?" };
                regex.push_str(&format!("(?P<{group}>{gap})"));
                slots.push(Slot {
                    group,
                    name: None,
                    trim: false,
                    bracketed: false,
                });
            }
            Piece::Place(name) => slots.push(push_place(&mut regex, at, name, rest, shapes)?),
        }
    }
    if let Some(unused) = shapes
        .iter()
        .find(|(_, regex)| regex_syntax::Parser::new().parse(regex).is_err())
    {
        return Err(format!(
            "the shape of <{}> is not a regular expression",
            unused.0
        ));
    }
    Ok(Built {
        regex,
        slots,
        ends_in_words: matches!(pieces.last(), Some(Piece::Words(_) | Piece::Quote)),
    })
}

/// `pod ...` does not reach into ` pod=value`: in a JSON line something else stands there.
const GAP_AFTER_SPACE: &str = r"(?:[^A-Za-z0-9_.=\-\n].*?)?";

const QUOTE: &str = r#"(?:\\*["'])?"#;

fn push_words(regex: &mut String, words: &str) {
    // only ASCII letters match in either case: with Unicode folding `k` would also match the Kelvin sign
    let mut rest = words;
    while !rest.is_empty() {
        let ascii = rest.find(|c: char| !c.is_ascii()).unwrap_or(rest.len());
        let (now, later) = rest.split_at(ascii);
        if !now.is_empty() {
            regex.push_str("(?i-u:");
            regex_syntax::escape_into(now, regex);
            regex.push(')');
        }
        let other = later.find(|c: char| c.is_ascii()).unwrap_or(later.len());
        let (now, later) = later.split_at(other);
        regex_syntax::escape_into(now, regex);
        rest = later;
    }
}

fn push_place(
    regex: &mut String,
    at: usize,
    name: &str,
    rest: &[Piece],
    shapes: &Shapes,
) -> Result<Slot, String> {
    let group = format!("p{at}");
    let default = shape(name);
    let slot = Slot {
        group: group.clone(),
        name: Some(name.to_owned()),
        trim: true,
        bracketed: default.bracketed,
    };
    let quote_follows = matches!(rest.first(), Some(Piece::Quote));
    let last = rest
        .iter()
        .all(|piece| matches!(piece, Piece::Quote | Piece::Space | Piece::Gap { .. }));
    if let Some(own) = shapes.get(name) {
        regex_syntax::Parser::new()
            .parse(own)
            .map_err(|_| format!("the shape of <{name}> is not a regular expression: `{own}`"))?;
        regex.push_str(&format!("(?P<{group}>(?:{own}))"));
        return Ok(Slot {
            trim: false,
            bracketed: false,
            ..slot
        });
    }
    if default.open {
        let open = match (last, quote_follows) {
            (true, true) => r#"[^"\n]+"#,
            (true, false) => ".+",
            (false, _) => ".+?",
        };
        regex.push_str(&format!("(?P<{group}>{open})"));
        return Ok(slot);
    }
    regex.push_str(&format!("(?P<{group}>{})", default.regex));
    if default.bounded && rest.is_empty() {
        regex.push_str(BOUNDARY);
    } else if default.bounded && rest == [Piece::Quote] {
        regex.push_str(&format!(r#"(?:\\*["']|{BOUNDARY})"#));
    }
    Ok(slot)
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut words = String::new();
    let mut rest = text;
    let flush = |words: &mut String, pieces: &mut Vec<Piece>| {
        if !words.is_empty() {
            pieces.push(Piece::Words(std::mem::take(words)));
        }
    };
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\<") {
            words.push('<');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\\.\\.\\.") {
            words.push_str("...");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("...") {
            flush(&mut words, &mut pieces);
            let after_space = pieces.last() == Some(&Piece::Space);
            pieces.push(Piece::Gap { after_space });
            rest = after;
        } else if let Some((name, after)) = place(rest).filter(|(name, _)| !name.contains('|')) {
            flush(&mut words, &mut pieces);
            pieces.push(Piece::Place(name.to_owned()));
            rest = after;
        } else if matches!(c, '"' | '\'') {
            flush(&mut words, &mut pieces);
            pieces.push(Piece::Quote);
            rest = rest.get(1..).unwrap_or_default();
        } else if c.is_ascii_whitespace() {
            let after = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
            let run = rest.len() - after.len();
            let inside = run == 1
                && c == ' '
                && !words.is_empty()
                && after
                    .chars()
                    .next()
                    .is_some_and(|c| !matches!(c, '"' | '\''))
                && !after.starts_with("...")
                && place(after).is_none();
            if inside {
                words.push(' ');
            } else {
                flush(&mut words, &mut pieces);
                pieces.push(Piece::Space);
            }
            rest = after;
        } else {
            words.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    flush(&mut words, &mut pieces);
    without_spaces_at_gaps(pieces)
}

/// `A ... B` also stands for `A B`: white space beside a gap belongs to the gap.
fn without_spaces_at_gaps(pieces: Vec<Piece>) -> Vec<Piece> {
    let gap =
        |at: Option<usize>| matches!(at.and_then(|at| pieces.get(at)), Some(Piece::Gap { .. }));
    let keep: Vec<bool> = pieces
        .iter()
        .enumerate()
        .map(|(at, piece)| *piece != Piece::Space || !(gap(at.checked_sub(1)) || gap(Some(at + 1))))
        .collect();
    let mut keep = keep.into_iter();
    pieces
        .into_iter()
        .filter(|_| keep.next().unwrap_or(true))
        .collect()
}

fn best_run(pieces: &[Piece], shapes: &Shapes) -> Option<Run> {
    let mut best = None;
    each_run(pieces, shapes, &mut |run| {
        best = literals::better(best.take(), Some(run));
    });
    best
}

/// Shows every run of bytes that a line which matches the pattern text contains.
pub(super) fn each_required(text: &str, shapes: &Shapes, take: &mut dyn FnMut(Run)) {
    each_run(&pieces(text), shapes, take);
}

fn each_run(pieces: &[Piece], shapes: &Shapes, take: &mut dyn FnMut(Run)) {
    for (at, piece) in pieces.iter().enumerate() {
        let Piece::Words(words) = piece else { continue };
        // `word<x>` and `word...`: the word may be the beginning of a key
        let key_goes_on = match pieces.get(at + 1) {
            Some(Piece::Gap { after_space }) => !after_space,
            Some(Piece::Place(name)) => {
                shapes.contains_key(name)
                    || shape(name).may_hold_equals()
                    || matches!(pieces.get(at + 2), Some(Piece::Words(next)) if next.starts_with('='))
            }
            _ => false,
        };
        literals::each_run(words.as_bytes(), key_goes_on, take);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Piece {
        Piece::Words(text.to_owned())
    }

    #[test]
    fn spaces_are_exact_inside_words_and_free_beside_the_rest() {
        assert_eq!(
            pieces("lost leader <id> at \"term\"  x ... y\\.\\.\\. \\<z>"),
            [
                words("lost leader"),
                Piece::Space,
                Piece::Place("id".to_owned()),
                Piece::Space,
                words("at"),
                Piece::Space,
                Piece::Quote,
                words("term"),
                Piece::Quote,
                Piece::Space,
                words("x"),
                Piece::Gap { after_space: true },
                words("y... <z>"),
            ]
        );
    }

    #[test]
    fn a_pattern_without_words_is_refused() {
        assert!(outline("<node> <pod>", &Shapes::new()).is_err());
        assert!(outline("...", &Shapes::new()).is_err());
        assert!(outline("", &Shapes::new()).is_err());
    }
}
