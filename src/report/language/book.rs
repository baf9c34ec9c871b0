//! A phrase book: English phrases, with or without blanks, and their translations.

use std::collections::HashMap;
use std::sync::LazyLock;

/// How deep the values of blanks are translated themselves.
const DEPTH: usize = 2;
/// Sentences longer than this are not the tool's own.
const LONGEST: usize = 2_000;
/// Letters that a phrase with blanks must have to be recognised in a sentence.
const LETTERS: usize = 3;

/// The phrases of one language.
pub(super) struct Book {
    whole: HashMap<&'static str, &'static str>,
    /// Phrases with blanks, the ones with the most fixed words first.
    blanks: Vec<Phrase>,
}

struct Phrase {
    english: Vec<Piece<'static>>,
    translated: &'static str,
}

/// A piece of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Fixed words.
    Text(&'a str),
    /// `{name}`.
    Blank(&'a str),
}

/// The Chinese phrase book.
pub(super) fn chinese() -> &'static Book {
    static BOOK: LazyLock<Book> = LazyLock::new(|| Book::parse(include_str!("zh-CN.tsv")));
    &BOOK
}

/// Fixed words and blanks of a phrase, in order. A brace that begins no name is text.
pub(super) fn pieces(phrase: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut text = 0;
    let mut from = 0;
    while let Some(open) = phrase.get(from..).and_then(|rest| rest.find('{')) {
        let open = from + open;
        from = open + 1;
        let rest = phrase.get(from..).unwrap_or_default();
        let Some(length) = rest.find('}') else { break };
        let name = rest.get(..length).unwrap_or_default();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            continue;
        }
        if text < open {
            out.push(Piece::Text(phrase.get(text..open).unwrap_or_default()));
        }
        out.push(Piece::Blank(name));
        from += length + 1;
        text = from;
    }
    if text < phrase.len() {
        out.push(Piece::Text(phrase.get(text..).unwrap_or_default()));
    }
    out
}

impl Book {
    /// Lines `English<TAB>translation`; empty lines and `#` lines mean nothing.
    fn parse(text: &'static str) -> Self {
        let mut book = Book {
            whole: HashMap::new(),
            blanks: Vec::new(),
        };
        for line in text.lines() {
            let Some((english, translated)) = line.split_once('\t') else {
                continue;
            };
            if line.starts_with('#') {
                continue;
            }
            book.whole.insert(english, translated);
            let english = pieces(english);
            let phrase = Phrase {
                english,
                translated,
            };
            if phrase.is_telling() {
                book.blanks.push(phrase);
            }
        }
        book.blanks
            .sort_by_key(|phrase| std::cmp::Reverse(phrase.fixed()));
        book
    }

    /// The translation of a phrase with its blanks still in it.
    pub(super) fn template(&self, english: &str) -> Option<&'static str> {
        self.whole.get(english).copied()
    }

    /// The translation of a phrase whose blanks are filled in.
    pub(super) fn translate(&self, english: &str) -> Option<String> {
        self.translate_to(english, DEPTH)
    }

    fn translate_to(&self, english: &str, depth: usize) -> Option<String> {
        if let Some(translated) = self.whole.get(english) {
            return Some((*translated).to_owned());
        }
        if english.len() > LONGEST {
            return None;
        }
        self.blanks.iter().find_map(|phrase| {
            let values = phrase.read(english)?;
            let mut out = String::new();
            for piece in pieces(phrase.translated) {
                match piece {
                    Piece::Text(text) => out.push_str(text),
                    Piece::Blank(name) => {
                        let value = values.iter().find(|(known, _)| *known == name)?.1;
                        let deeper = (depth > 0).then(|| self.translate_value(value, depth - 1));
                        out.push_str(deeper.flatten().as_deref().unwrap_or(value));
                    }
                }
            }
            Some(out)
        })
    }

    /// The translation of what stands in a blank: a phrase, or several behind commas.
    fn translate_value(&self, value: &str, depth: usize) -> Option<String> {
        self.translate_to(value, depth).or_else(|| {
            let mut parts = value.split(", ");
            let first = self.translate_to(parts.next()?, depth)?;
            parts.try_fold(first, |all, part| {
                Some(format!("{all}, {}", self.translate_to(part, depth)?))
            })
        })
    }
}

impl Phrase {
    /// Whether its words tell it from others: `{a}, {b}` would be found in any sentence.
    fn is_telling(&self) -> bool {
        let letters = self.english.iter().map(|piece| match piece {
            Piece::Text(text) => text.bytes().filter(u8::is_ascii_alphabetic).count(),
            Piece::Blank(_) => 0,
        });
        // `If {what}: {rest}` is told by how it begins.
        let begins = match self.english.first() {
            Some(Piece::Text(text)) => text.bytes().filter(u8::is_ascii_alphabetic).count() >= 2,
            _ => false,
        };
        let blank = |piece: &Piece<'_>| matches!(piece, Piece::Blank(_));
        self.english.iter().any(blank) && (begins || letters.sum::<usize>() >= LETTERS)
    }

    fn fixed(&self) -> usize {
        let lengths = self.english.iter().map(|piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::Blank(_) => 0,
        });
        lengths.sum()
    }

    /// The values of the blanks, if the sentence is this phrase. A blank takes as little as it can; the last takes the rest.
    fn read<'a>(&self, sentence: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
        let mut values = Vec::new();
        let mut rest = sentence;
        let mut open = None;
        for (at, piece) in self.english.iter().enumerate() {
            match *piece {
                Piece::Blank(name) => open = Some(name),
                Piece::Text(text) => {
                    let last = at + 1 == self.english.len();
                    let place = match open {
                        None => rest.starts_with(text).then_some(0)?,
                        Some(_) if last => rest.ends_with(text).then(|| rest.len() - text.len())?,
                        Some(_) => rest.find(text)?,
                    };
                    if let Some(name) = open.take() {
                        values.push((name, rest.get(..place).filter(|v| fits(name, v))?));
                    }
                    rest = rest.get(place + text.len()..)?;
                }
            }
        }
        match open {
            Some(name) if fits(name, rest) => values.push((name, rest)),
            Some(_) => return None,
            None if !rest.is_empty() => return None,
            None => {}
        }
        Some(values)
    }
}

/// Blanks that hold one name, number or time. Sentences of signatures and reporters begin with the same words as short
/// phrases do, and must not be taken for them: `Upgrade {name}` is not what `Upgrade from the console hangs` says.
const SHORT: &[&str] = &[
    "path", "name", "node", "n", "all", "from", "to", "count", "version", "file", "mount", "id",
    "days", "used", "there", "voters", "quorum", "up", "failed", "lines", "entries", "minutes",
    "hours", "kind",
];

/// Whether a blank may stand for this; a time has a space in it.
fn fits(blank: &str, value: &str) -> bool {
    let one = !value.contains(' ') || value.starts_with(|c: char| c.is_ascii_digit());
    // `rke2 >= v1.26 or k3s`, and not the beginning of somebody's sentence
    let few = blank != "range" || value.split(' ').count() <= 5;
    !value.is_empty() && few && (one || !SHORT.contains(&blank))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_peoples_sentences_are_left_alone() {
        let book = chinese();
        for sentence in [
            "Upgrade from v1.3.1 to v1.3.2 hangs in pre-draining for hours",
            "Upgrade waits for 2 VMs to leave or stop on a node",
            "Upgrade has node n2 in Pre-draining",
            "node n1 runs kubelet v1.28.12+rke2r1 on Harvester v1.3.1, so its RKE2 was upgraded",
            "so the upgrade was restarted in the middle of the nodes",
            "Check quorum before anything is rebooted or removed",
            "If its job still exists let it finish; else reinstall this node: From the full ISO",
        ] {
            assert_eq!(book.translate(sentence), None);
        }
        assert!(
            book.translate("Upgrade hvst-upgrade-x from v1.3.1 to v1.3.2")
                .is_some()
        );
    }

    #[test]
    fn phrases_come_apart() {
        use Piece::{Blank, Text};
        assert_eq!(
            pieces("and {n} more"),
            [Text("and "), Blank("n"), Text(" more")]
        );
        assert_eq!(pieces("{a}{b}"), [Blank("a"), Blank("b")]);
        assert_eq!(pieces("a { b } {}"), [Text("a { b } {}")]);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn filled_in_sentences_are_recognised() {
        let book = Book::parse(
            "on node {node}: {why}\t{node}：{why}\nnot ready\t未就绪\n{n} out of {all}\t{all} 中的 {n}\n{a}, {b}\t{a}，{b}",
        );
        let said = |english| book.translate(english);
        assert_eq!(said("on node n1: not ready").as_deref(), Some("n1：未就绪"));
        assert_eq!(said("3 out of 5").as_deref(), Some("5 中的 3"));
        assert_eq!(said("on node : not ready"), None);
        assert_eq!(said("one, two"), None, "no word of it is the phrase's own");
        assert_eq!(said("out of"), None);
    }

    #[test]
    fn the_chinese_book_fills_the_blanks_that_its_phrases_have() {
        for line in include_str!("zh-CN.tsv").lines() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (english, chinese) = line.split_once('\t').expect(line);
            let names = |phrase| {
                let mut names: Vec<_> = pieces(phrase)
                    .into_iter()
                    .filter(|piece| matches!(piece, Piece::Blank(_)))
                    .map(|piece| format!("{piece:?}"))
                    .collect();
                names.sort();
                names
            };
            assert_eq!(names(english), names(chinese), "{line}");
            assert!(!chinese.is_empty(), "{line}");
        }
    }
}
