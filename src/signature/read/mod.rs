//! The tree of a signature file into a [`Signature`], with every structural problem it has.

mod captures;
mod cases;
mod condition;
mod fields;
mod fix;
mod parts;
mod patterns;
#[cfg(test)]
mod tests;
mod translation;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::node::{Key, Node, Value};
use super::problem::{Code, SignatureProblem};
use super::{
    Class, Kind, Later, Product, Scope, Severity, Signature, Sureness, Template, Translation,
    VersionRange,
};
use crate::bundle::{Program, ProgramSet};
pub(super) use fields::Reader;
use fields::get;

/// Keys of a signature file, in their order.
pub(super) const KEYS: &[&str] = &[
    "title",
    "kind",
    "class",
    "severity",
    "sure",
    "programs",
    "affects",
    "fixed-in",
    "scope",
    "subject",
    "match",
    "not",
    "where-captures",
    "text-in",
    "at-least",
    "within",
    "then",
    "once",
    "persists",
    "lasts",
    "at-end",
    "previous",
    "find",
    "all",
    "any",
    "more",
    "less",
    "without",
    "if-missing",
    "window",
    "join",
    "leads-to",
    "explanation",
    "fix",
    "check",
    "prevent",
    "needs",
    "refs",
    "tests",
];

/// What came of a file.
#[derive(Debug)]
pub(super) struct Read {
    /// The signature, as far as it could be read; `None` where there is nothing to go on.
    pub(super) signature: Option<Signature>,
    /// Everything that is wrong.
    pub(super) problems: Vec<SignatureProblem>,
}

/// Reads a signature. Of a `known` one, which was checked when it was shipped, patterns are not checked again.
pub(super) fn signature(id: &str, file: &str, node: &Node, known: bool) -> Read {
    let mut reader = Reader::new(file);
    reader.known = known;
    if !is_id(id) {
        reader.say(
            0,
            Code::BadId,
            format!("`{id}` is not component/slug in lower-case letters, digits and dashes"),
        );
    }
    let entries = reader.map(node, "a signature file");
    reader.keys(entries, KEYS, "a signature file");
    let signature = reader.signature(id, entries);
    Read {
        signature,
        problems: reader.problems,
    }
}

/// Reads a translation.
pub(super) fn translation(file: &str, node: &Node) -> (Translation, Vec<SignatureProblem>) {
    let mut reader = Reader::new(file);
    let translation = reader.translation(node);
    (translation, reader.problems)
}

fn is_id(id: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && !word.starts_with('-')
            && !word.ends_with('-')
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    id.split_once('/')
        .is_some_and(|(component, slug)| word(component) && word(slug))
}

impl Reader {
    fn signature(&mut self, id: &str, entries: &[(Key, Node)]) -> Option<Signature> {
        for key in ["title", "kind", "severity", "sure"] {
            if get(entries, key).is_none() {
                self.say(0, Code::MissingKey, format!("`{key}` is required"));
            }
        }
        let title = get(entries, "title").and_then(|node| self.template(node, "title"));
        let kind = get(entries, "kind")
            .and_then(|node| self.word(node, "kind", Kind::ALL, Kind::word, Code::UnknownWord));
        let severity = get(entries, "severity").and_then(|node| {
            self.word(
                node,
                "severity",
                Severity::ALL,
                Severity::word,
                Code::UnknownWord,
            )
        });
        let sure = get(entries, "sure").and_then(|node| {
            self.word(
                node,
                "sure",
                Sureness::ALL,
                Sureness::word,
                Code::UnknownWord,
            )
        });
        let class = self.class_of(entries, kind);
        let programs = get(entries, "programs").map_or(ProgramSet::ALL, |node| self.programs(node));
        let affects =
            get(entries, "affects").map_or(Vec::new(), |node| self.ranges(node, "affects"));
        let fixed_in =
            get(entries, "fixed-in").map_or(Vec::new(), |node| self.ranges(node, "fixed-in"));
        let scope = get(entries, "scope")
            .and_then(|node| self.word(node, "scope", Scope::ALL, Scope::word, Code::UnknownWord));
        let subject = get(entries, "subject").map_or(BTreeMap::new(), |node| self.subject(node));
        let parts = self.parts(entries, programs);
        let condition = self.condition(entries, &parts);
        let leads_to = get(entries, "leads-to").map_or(Vec::new(), |node| self.classes(node));
        let explanation =
            get(entries, "explanation").and_then(|node| self.template(node, "explanation"));
        let fix = self.later(entries, "fix", Self::steps);
        let check = self.later(entries, "check", Self::checks);
        let prevent = get(entries, "prevent").and_then(|node| self.template(node, "prevent"));
        let needs = get(entries, "needs").and_then(|node| self.text(node, "needs"));
        let refs = self.later(entries, "refs", Self::references);
        let tests = get(entries, "tests").map_or(Vec::new(), |node| self.cases(node, &parts));
        if parts.is_empty() {
            self.say(0, Code::MissingKey, "`match` or `find` is required");
            return None;
        }
        Some(Signature {
            id: id.to_owned(),
            file: self.file.clone(),
            shipped: false,
            title: title?,
            kind: kind?,
            class,
            severity: severity?,
            sure: sure?,
            programs,
            affects,
            fixed_in,
            scope,
            subject,
            parts,
            condition,
            leads_to,
            explanation,
            fix,
            check,
            prevent,
            needs,
            refs,
            tests,
            translations: BTreeMap::new(),
        })
    }

    /// What `read` makes of the value of a key; when somebody asks for it, if the value was put off.
    fn later<T>(
        &mut self,
        entries: &[(Key, Node)],
        key: &str,
        read: fn(&mut Self, &Node) -> Vec<T>,
    ) -> Later<Vec<T>> {
        match get(entries, key) {
            Some(Node {
                value: Value::Later(Cow::Borrowed(bytes)),
                ..
            }) => Later::of(bytes, read),
            Some(node) => read(self, node).into(),
            None => Later::default(),
        }
    }

    fn references(&mut self, node: &Node) -> Vec<String> {
        self.texts(node, "a reference")
    }

    fn class_of(&mut self, entries: &[(Key, Node)], kind: Option<Kind>) -> Option<Class> {
        let node = get(entries, "class");
        match (kind, node) {
            (Some(Kind::Symptom), None) => {
                self.say(0, Code::MissingKey, "a symptom carries a `class`");
                None
            }
            (Some(Kind::Cause | Kind::Noise), Some(node)) => {
                self.say(
                    node.line,
                    Code::UnknownKey,
                    "only a symptom carries a `class`",
                );
                None
            }
            (_, node) => node.and_then(|node| {
                self.word(node, "class", Class::ALL, Class::word, Code::UnknownClass)
            }),
        }
    }

    fn classes(&mut self, node: &Node) -> Vec<Class> {
        let items = self.list(node);
        items
            .into_iter()
            .filter_map(|item| {
                self.word(
                    item,
                    "leads-to",
                    Class::ALL,
                    Class::word,
                    Code::UnknownClass,
                )
            })
            .collect()
    }

    fn programs(&mut self, node: &Node) -> ProgramSet {
        let items = self.list(node);
        let set: ProgramSet = items
            .into_iter()
            .filter_map(|item| {
                self.word(
                    item,
                    "programs",
                    Program::ALL,
                    Program::name,
                    Code::UnknownProgram,
                )
            })
            .collect();
        // an empty list is more likely a slip than a wish to look nowhere
        if set == ProgramSet::NONE {
            ProgramSet::ALL
        } else {
            set
        }
    }

    fn ranges(&mut self, node: &Node, what: &str) -> Vec<VersionRange> {
        let mut ranges = Vec::new();
        for item in self.list(node) {
            if let Some(text) = self.text(item, what) {
                match VersionRange::parse(&text) {
                    Ok(range) => ranges.push(range),
                    Err(why) => self.say(item.line, Code::BadVersions, format!("{what}: {why}")),
                }
            }
        }
        ranges
    }

    fn subject(&mut self, node: &Node) -> BTreeMap<String, Template> {
        let mut subject = BTreeMap::new();
        for (key, value) in self.map(node, "subject") {
            if let Some(template) = self.template(value, "subject") {
                subject.insert(key.text.clone().into_owned(), template);
            }
        }
        subject
    }
}

/// Reads `renamed.yaml`: old id, new id, line.
pub(super) fn renamed(
    file: &str,
    node: &Node,
) -> (Vec<(String, String, u32)>, Vec<SignatureProblem>) {
    let mut reader = Reader::new(file);
    let entries = reader.map(node, "renamed.yaml");
    let pairs = entries
        .iter()
        .filter_map(|(key, value)| {
            let new = reader.text(value, "the new id")?;
            Some((key.text.clone().into_owned(), new, key.line))
        })
        .collect();
    (pairs, reader.problems)
}

/// Reads `version.yaml`: the date, and the newest known version per product.
pub(super) fn version(node: &Node) -> (Option<String>, BTreeMap<Product, String>) {
    let mut reader = Reader::new("version.yaml");
    let entries = reader.map(node, "version.yaml");
    let date = get(entries, "date").and_then(|node| reader.text(node, "date"));
    let mut knows = BTreeMap::new();
    if let Some(node) = get(entries, "knows") {
        for (key, value) in reader.map(node, "knows") {
            if let (Some(product), Some(version)) = (
                Product::from_word(&key.text),
                reader.text(value, "a version"),
            ) {
                knows.insert(product, version);
            }
        }
    }
    (date, knows)
}
