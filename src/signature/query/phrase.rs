//! A short text with `<name>` and `*` in it, matched as a whole: keys of facts.

use std::sync::OnceLock;

use regex::Regex;

/// A text with placeholders.
#[derive(Debug, Clone)]
pub struct Phrase {
    source: String,
    names: Vec<String>,
    expression: String,
    compiled: OnceLock<Option<Regex>>,
}

impl PartialEq for Phrase {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Phrase {
    /// A key of facts: `sysctl.<key>`, `disk`, `etcd.*`.
    pub(super) fn key(text: &str) -> Result<Self, String> {
        let mut names: Vec<String> = Vec::new();
        let mut expression = String::from("^");
        let mut rest = text;
        while let Some(at) = rest.find(['<', '*']) {
            let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            expression.push_str(&regex::escape(before));
            rest = match from.strip_prefix('<') {
                None => {
                    expression.push_str(".*");
                    from.strip_prefix('*').unwrap_or_default()
                }
                Some(inside) => {
                    let (name, rest) = inside
                        .split_once('>')
                        .ok_or_else(|| format!("fact: {text:?} has a < without its >"))?;
                    let good = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                    if !good
                        || names.iter().any(|other| other == name)
                        || !name.starts_with(|c: char| c.is_ascii_alphabetic())
                    {
                        return Err(format!(
                            "fact: <{name}> is no name of a capture, or there twice"
                        ));
                    }
                    expression.push_str(&format!("(?P<{name}>.+)"));
                    names.push(name.to_owned());
                    rest
                }
            };
        }
        expression.push_str(&regex::escape(rest));
        expression.push('$');
        if text.is_empty() || text.contains(char::is_whitespace) {
            return Err(format!("fact: {text:?} is no key"));
        }
        Ok(Self {
            source: text.to_owned(),
            names,
            expression,
            compiled: OnceLock::new(),
        })
    }

    /// The text as the file has it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Names of its captures.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether `key` is such a text, and what the placeholders stand for.
    pub fn captures(&self, key: &str) -> Option<Vec<(String, String)>> {
        if self.expression.len() == self.source.len() + 2 || !self.source.contains(['<', '*']) {
            return (self.source == key).then(Vec::new);
        }
        let regex = self
            .compiled
            .get_or_init(|| Regex::new(&self.expression).ok())
            .as_ref()?;
        let found = regex.captures(key)?;
        let values = self
            .names
            .iter()
            .filter_map(|name| Some((name.clone(), found.name(name)?.as_str().to_owned())));
        Some(values.collect())
    }
}
