//! Texts with `<name>` and `<name|filter>` into texts with values.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::place::place;
use crate::detect::Captures;

/// A text with places for captures. `<name>` is a place where `name` starts with a letter and holds letters,
/// digits, `_`, `-` and `.`; any other `<` is itself; `\<` is a literal `<`.
#[derive(Debug, Clone, Default)]
pub struct Template {
    source: Cow<'static, str>,
    /// Cut at first use: most texts of a database are shown to nobody.
    pieces: OnceLock<Vec<Piece>>,
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Template {}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place { name: String, filters: Vec<Filter> },
}

/// What is done to a value before it is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// `/` becomes `.`: the dotted spelling of a kernel setting.
    Sysctl,
    /// Lower case.
    Lower,
    /// Only the first of several values.
    First,
    /// All values, separated by `, `.
    Join,
}

impl Filter {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "sysctl" => Some(Self::Sysctl),
            "lower" => Some(Self::Lower),
            "first" => Some(Self::First),
            "join" => Some(Self::Join),
            _ => None,
        }
    }
}

/// A filled text that is longer than its template ends behind so many bytes.
const LONGEST: usize = 64 << 10;

impl Template {
    /// Reads a template. `Err`: what is wrong, for the author.
    pub fn parse(source: &str) -> Result<Self, String> {
        Self::new(source.to_owned().into())
    }

    /// As [`Template::parse`].
    pub(super) fn new(source: Cow<'static, str>) -> Result<Self, String> {
        // Only a filter can be wrong.
        let pieces = if source.contains('|') {
            OnceLock::from(Self::cut(&source)?)
        } else {
            OnceLock::new()
        };
        Ok(Self { source, pieces })
    }

    fn pieces(&self) -> &[Piece] {
        let cut = || Self::cut(&self.source).unwrap_or_default();
        self.pieces.get_or_init(cut)
    }

    fn cut(source: &str) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut rest = source;
        while let Some(at) = rest.find(['<', '\\']) {
            text.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("\\<") {
                text.push('<');
                rest = after;
            } else if let Some(after) = rest.strip_prefix("\\>") {
                text.push('>');
                rest = after;
            } else if let Some((inside, after)) = place(rest) {
                let mut words = inside.split('|');
                let name = words.next().unwrap_or_default();
                let filters = words
                    .map(|word| {
                        Filter::from_word(word).ok_or_else(|| {
                            format!(
                                "unknown filter `{word}` (there are sysctl, lower, first, join)"
                            )
                        })
                    })
                    .collect::<Result<_, _>>()?;
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                pieces.push(Piece::Place {
                    name: name.to_owned(),
                    filters,
                });
                rest = after;
            } else {
                // '<' and '\\' are one byte each
                text.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
        text.push_str(rest);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Ok(pieces)
    }

    /// The text as a reader of the signature sees it: its places by name, without filters and escapes.
    pub fn unfilled(&self) -> String {
        let pieces = self.pieces().iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Place { name, .. } => format!("<{name}>"),
        });
        pieces.collect()
    }

    /// The text as the file has it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Names of the places, in order, repeated as they are.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces().iter().filter_map(|piece| match piece {
            Piece::Place { name, .. } => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The text with the values of one set of captures; a place without a value stays as it is written (`<name>`).
    pub fn fill(&self, captures: &Captures) -> String {
        self.put(&[captures], captures, false)
    }

    /// As [`Template::fill`], for people, with every set of captures: one text per distinct outcome, in order.
    pub fn fill_each(&self, all: &[&Captures]) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        if all.is_empty() {
            texts.push(self.fill_first(all));
        }
        for captures in all {
            let text = self.put(all, captures, false);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }

    /// The first of what [`Template::fill_each`] says, without the others.
    pub fn fill_first(&self, all: &[&Captures]) -> String {
        self.first(all, false)
    }

    /// As [`Template::fill_first`], for a shell: values are quoted where a shell would read them otherwise, and a value
    /// that begins with a dash is not put in.
    pub fn fill_first_command(&self, all: &[&Captures]) -> String {
        self.first(all, true)
    }

    /// As [`Template::fill_first_command`] with one set of captures.
    pub fn fill_command(&self, captures: &Captures) -> String {
        self.put(&[captures], captures, true)
    }

    fn first(&self, all: &[&Captures], shell: bool) -> String {
        let none = Captures::new();
        self.put(all, all.first().copied().unwrap_or(&none), shell)
    }

    fn put(&self, all: &[&Captures], one: &Captures, shell: bool) -> String {
        let mut out = String::with_capacity(self.source.len());
        for piece in self.pieces() {
            if out.len() > LONGEST.max(self.source.len()) {
                // A place of three letters may stand for many long values.
                out.push_str(" ...");
                break;
            }
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Place { name, filters } => {
                    let mut values: Vec<&str> = Vec::new();
                    if filters.contains(&Filter::Join) || filters.contains(&Filter::First) {
                        for value in all.iter().filter_map(|captures| captures.get(name)) {
                            if !values.contains(&value.as_str()) {
                                values.push(value);
                            }
                        }
                        if filters.contains(&Filter::First) {
                            values.truncate(1);
                        }
                    } else {
                        values.extend(one.get(name).map(String::as_str));
                    }
                    // an option smuggled in as a value: quoting would not help
                    if shell {
                        values.retain(|value| !value.starts_with('-'));
                    }
                    if values.is_empty() {
                        out.push('<');
                        out.push_str(name);
                        out.push('>');
                    }
                    for (i, value) in values.iter().enumerate() {
                        if i > 0 {
                            out.push_str(", ");
                        }
                        let value = filtered(value, filters);
                        out.push_str(&if shell { shell_quoted(&value) } else { value });
                    }
                }
            }
        }
        out
    }
}

impl std::fmt::Display for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.source)
    }
}

fn filtered(value: &str, filters: &[Filter]) -> String {
    let mut value = value.to_owned();
    for filter in filters {
        value = match filter {
            Filter::Sysctl => value.replace('/', "."),
            Filter::Lower => value.to_lowercase(),
            Filter::First | Filter::Join => value,
        };
    }
    value
}

/// A value as one word of a POSIX shell. Captured text is foreign: it must never be more than one word.
/// Control characters cannot be part of anything that a command should be given and are dropped.
pub fn shell_quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+=,-".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len() + 2);
    out.push('\'');
    for c in value.chars().filter(|c| !c.is_control()) {
        if c == '\'' {
            out.push_str("'\\''");
        } else {
            out.push(c);
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn captures(pairs: &[(&str, &str)]) -> Captures {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn escaped_brackets_are_text() {
        let template = Template::parse("put \\<path\\> of <node> here").expect("a template");
        let captures = Captures::from([("node".to_owned(), "n1".to_owned())]);
        assert_eq!(template.fill(&captures), "put <path> of n1 here");
    }

    #[test]
    fn fills_filters_and_leaves_what_is_missing() {
        let t = Template::parse("sysctl -w <key|sysctl>=<want> on <node> a < b \\<x>").unwrap();
        let c = captures(&[("key", "kernel/panic"), ("want", "10")]);
        assert_eq!(t.fill(&c), "sysctl -w kernel.panic=10 on <node> a < b <x>");
        assert_eq!(t.names().collect::<Vec<_>>(), ["key", "want", "node"]);
    }

    #[test]
    fn once_per_distinct_capture_and_joined() {
        let a = captures(&[("key", "a"), ("node", "n1")]);
        let b = captures(&[("key", "b"), ("node", "n1")]);
        let each = Template::parse("set <key>").unwrap();
        assert_eq!(each.fill_each(&[&a, &b, &a]), ["set a", "set b"]);
        let joined = Template::parse("<key|join> on <node|first>").unwrap();
        assert_eq!(joined.fill_each(&[&a, &b]), ["a, b on n1"]);
        assert_eq!(joined.fill_each(&[]), ["<key> on <node>"]);
    }

    #[test]
    fn captured_text_is_one_word_of_a_command() {
        let t = Template::parse("kubectl delete node <node>").unwrap();
        let evil = captures(&[("node", "n1; rm -rf /'$(id)'\n")]);
        assert_eq!(
            t.fill_command(&evil),
            "kubectl delete node 'n1; rm -rf /'\\''$(id)'\\'''"
        );
        let flag = captures(&[("node", "--all")]);
        assert_eq!(t.fill_command(&flag), "kubectl delete node <node>");
        assert_eq!(
            t.fill_command(&Captures::new()),
            "kubectl delete node <node>"
        );
    }

    #[test]
    fn an_unknown_filter_is_said() {
        assert!(
            Template::parse("<key|upper>")
                .unwrap_err()
                .contains("upper")
        );
    }

    proptest! {
        #[test]
        fn any_text_parses_or_says_why(text in "\\PC*") {
            if let Ok(t) = Template::parse(&text) {
                t.fill(&Captures::new());
            }
        }

        #[test]
        fn quoted_values_have_balanced_quotes(value in "\\PC*") {
            let quoted = shell_quoted(&value);
            let bare = quoted.replace("'\\''", "");
            prop_assert!(bare.matches('\'').count().is_multiple_of(2));
        }
    }
}
