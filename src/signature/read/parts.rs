//! `match` and `find` into parts.

use super::captures::{common_captures, query_captures};
use super::fields::{Reader, get, json};
use crate::bundle::ProgramSet;
use crate::signature::node::{Key, Node, Value};
use crate::signature::pattern::{Pattern, Shapes};
use crate::signature::problem::Code;
use crate::signature::query::{FactQuery, Query};
use crate::signature::{Part, Source, Sureness, TextIn, Then, TimeConstraints};

/// Keys of a part, in their order.
const PART_KEYS: &[&str] = &[
    "log",
    "object",
    "fact",
    "where",
    "cel",
    "sure",
    "programs",
    "text-in",
    "not",
    "where-captures",
    "at-least",
    "within",
    "then",
    "once",
    "persists",
    "lasts",
    "at-end",
    "previous",
];
/// Most parts of one signature; `HitSeries::part` and the work per line are bounded by it.
const MOST_PARTS: usize = 64;
/// What is the same for all parts of a file.
struct Common<'a> {
    programs: ProgramSet,
    not: Vec<Pattern>,
    shapes: Shapes,
    all: &'a mut Vec<Part>,
}

impl Reader {
    /// The parts of a file: `match` is one part of that name, `find` several; follow-ups come after them.
    pub(super) fn parts(&mut self, entries: &[(Key, Node)], programs: ProgramSet) -> Vec<Part> {
        let mut parts = Vec::new();
        let shapes = get(entries, "where-captures").map_or(Shapes::new(), |node| self.shapes(node));
        let not = get(entries, "not").map_or(Vec::new(), |node| self.patterns(node, &shapes));
        let mut common = Common {
            programs,
            not,
            shapes,
            all: &mut parts,
        };
        match (get(entries, "match"), get(entries, "find")) {
            (Some(_), Some(find)) => {
                self.say(
                    find.line,
                    Code::UnknownKey,
                    "a file has either `match` or `find`",
                );
            }
            (Some(node), None) => self.short_form(entries, node, &mut common),
            (None, Some(node)) => self.long_form(node, &mut common),
            (None, None) => {}
        }
        parts
    }

    fn short_form(&mut self, entries: &[(Key, Node)], node: &Node, common: &mut Common<'_>) {
        let patterns = self.log_patterns(node, &common.shapes);
        let mut part = Part {
            name: "match".to_owned(),
            captures: common_captures(&patterns),
            source: Source::Log { patterns },
            not: common.not.clone(),
            programs: common.programs,
            text_in: self.text_in(entries),
            sure: None,
            time: TimeConstraints::default(),
        };
        let follow_up = self.time(entries, &mut part, 1, common);
        common.all.push(part);
        common.all.extend(follow_up);
    }

    fn long_form(&mut self, node: &Node, common: &mut Common<'_>) {
        let entries = self.map(node, "find");
        let mut follow_ups = Vec::new();
        for (key, value) in entries {
            if common.all.len() + follow_ups.len() >= MOST_PARTS {
                self.say(
                    key.line,
                    Code::TooMuch,
                    format!("more than {MOST_PARTS} parts"),
                );
                break;
            }
            let at = entries.len() + follow_ups.len();
            if let Some((part, follow_up)) = self.part(key, value, at, common) {
                common.all.push(part);
                follow_ups.extend(follow_up);
            } else {
                // keeps indexes of follow-ups right; the file is not loaded anyway
                follow_ups.clear();
            }
        }
        common.all.extend(follow_ups);
        self.resolve_named_follow_ups(entries, common.all);
    }

    fn part(
        &mut self,
        key: &Key,
        node: &Node,
        next: usize,
        common: &mut Common<'_>,
    ) -> Option<(Part, Option<Part>)> {
        let what = format!("part `{}`", key.text);
        let entries = match &node.value {
            Value::Map(entries) => entries.as_slice(),
            _ => {
                self.say(
                    node.line,
                    Code::WrongType,
                    format!("{what} is a map with log, object or fact"),
                );
                return None;
            }
        };
        self.keys(entries, PART_KEYS, &what);
        let mut shapes = common.shapes.clone();
        if let Some(node) = get(entries, "where-captures") {
            shapes.append(&mut self.shapes(node));
        }
        let source = match (
            get(entries, "log"),
            get(entries, "object"),
            get(entries, "fact"),
        ) {
            (Some(log), None, None) => Source::Log {
                patterns: self.log_patterns(log, &shapes),
            },
            (None, Some(object), None) => match Query::read(&json(node), self.known) {
                Ok(query) => Source::Object(query),
                Err(faults) => return self.bad_query(object.line, &what, faults),
            },
            (None, None, Some(fact)) => match FactQuery::read(&json(node), self.known) {
                Ok(query) => Source::Fact(query),
                Err(faults) => return self.bad_query(fact.line, &what, faults),
            },
            _ => {
                self.say(
                    key.line,
                    Code::MissingKey,
                    format!("{what} has exactly one of log, object and fact"),
                );
                return None;
            }
        };
        let mut not = get(entries, "not").map_or(Vec::new(), |node| self.patterns(node, &shapes));
        let is_log = matches!(source, Source::Log { .. });
        if is_log {
            not.extend(common.not.iter().cloned());
        }
        self.only_where_it_means_something(entries, is_log, &what);
        let mut part = Part {
            name: key.text.clone().into_owned(),
            captures: match &source {
                Source::Log { patterns } => common_captures(patterns),
                Source::Object(_) | Source::Fact(_) => query_captures(node),
            },
            source,
            not,
            programs: get(entries, "programs").map_or(common.programs, |node| self.programs(node)),
            text_in: self.text_in(entries),
            sure: get(entries, "sure").and_then(|node| {
                self.word(
                    node,
                    "sure",
                    Sureness::ALL,
                    Sureness::word,
                    Code::UnknownWord,
                )
            }),
            time: TimeConstraints::default(),
        };
        let follow_up = self.time(entries, &mut part, next, common);
        Some((part, follow_up))
    }

    fn bad_query<T>(&mut self, line: u32, what: &str, faults: Vec<String>) -> Option<T> {
        for fault in faults {
            self.say(line, Code::BadQuery, format!("{what}: {fault}"));
        }
        None
    }

    fn only_where_it_means_something(&mut self, entries: &[(Key, Node)], is_log: bool, what: &str) {
        let foreign: &[&str] = if is_log {
            &["where", "cel"]
        } else {
            &[
                "text-in", "within", "then", "once", "persists", "lasts", "at-end", "previous",
                "not", "programs",
            ]
        };
        for (key, _) in entries
            .iter()
            .filter(|(key, _)| foreign.contains(&&*key.text))
        {
            let kind = if is_log {
                "a log part"
            } else {
                "an object or fact part"
            };
            self.say(
                key.line,
                Code::UnknownKey,
                format!("{what}: `{}` means nothing in {kind}", key.text),
            );
        }
    }

    /// Time and order; returns the follow-up as a part that will stand at index `next`.
    fn time(
        &mut self,
        entries: &[(Key, Node)],
        part: &mut Part,
        next: usize,
        common: &Common<'_>,
    ) -> Option<Part> {
        let flag = |reader: &mut Self, key: &str| {
            get(entries, key).is_some_and(|node| reader.flag(node, key))
        };
        let span = |reader: &mut Self, key: &str| {
            get(entries, key).and_then(|node| reader.duration(node, key))
        };
        part.time = TimeConstraints {
            at_least: get(entries, "at-least").and_then(|node| self.count(node, "at-least")),
            within: span(self, "within"),
            then: None,
            once: flag(self, "once"),
            persists: span(self, "persists"),
            lasts: span(self, "lasts"),
            at_end: flag(self, "at-end"),
            previous: flag(self, "previous"),
        };
        if part.time.within.is_some() && part.time.at_least.is_none() {
            let line = get(entries, "within").map_or(0, |node| node.line);
            self.say(
                line,
                Code::MissingKey,
                "`within` is the window of `at-least`",
            );
        }
        let node = get(entries, "then")?;
        let Value::Map(then) = &node.value else {
            return None; // a name: resolved once all parts are known
        };
        self.keys(then, &["log", "programs", "not", "within"], "then");
        let Some(log) = get(then, "log") else {
            self.say(node.line, Code::MissingKey, "`then` has `log`");
            return None;
        };
        let mut not =
            get(then, "not").map_or(Vec::new(), |node| self.patterns(node, &common.shapes));
        not.extend(common.not.iter().cloned());
        let patterns = self.log_patterns(log, &common.shapes);
        let follow_up = Part {
            name: format!("{}.then", part.name),
            captures: common_captures(&patterns),
            source: Source::Log { patterns },
            not,
            programs: get(then, "programs").map_or(part.programs, |node| self.programs(node)),
            text_in: part.text_in,
            sure: None,
            time: TimeConstraints::default(),
        };
        part.time.then = Some(Then {
            part: next,
            within: get(then, "within").and_then(|node| self.duration(node, "within")),
        });
        Some(follow_up)
    }

    /// `then: NAME` refers to another part.
    fn resolve_named_follow_ups(&mut self, entries: &[(Key, Node)], parts: &mut [Part]) {
        for (key, value) in entries {
            let Value::Map(part) = &value.value else {
                continue;
            };
            let Some(Node {
                line,
                value: Value::Text(name),
            }) = get(part, "then")
            else {
                continue;
            };
            let target = parts.iter().position(|part| part.name == **name);
            match (target, parts.iter_mut().find(|part| part.name == key.text)) {
                (Some(target), Some(part)) => {
                    part.time.then = Some(Then {
                        part: target,
                        within: None,
                    });
                }
                _ => self.say(
                    *line,
                    Code::DeadReference,
                    format!("`then` names `{name}`, which `find` does not define"),
                ),
            }
        }
    }

    fn text_in(&mut self, entries: &[(Key, Node)]) -> TextIn {
        let Some(node) = get(entries, "text-in") else {
            return TextIn::default();
        };
        let words = self.texts(node, "text-in");
        for word in words
            .iter()
            .filter(|word| !["log", "events", "objects"].contains(&word.as_str()))
        {
            self.say(
                node.line,
                Code::UnknownWord,
                format!("text-in: unknown `{word}`; there are log, events, objects"),
            );
        }
        let has = |word: &str| words.iter().any(|w| w == word);
        TextIn {
            log: has("log"),
            events: has("events"),
            objects: has("objects"),
        }
    }
}
