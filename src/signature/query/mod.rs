//! Object and fact queries: `object:`, `fact:`, `where:`, `cel:` and `at-least:` of a part into tests over values.

mod cel;
mod expression;
mod path;
mod phrase;
mod test;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::meter::Meter;
use crate::evidence::{ObjectKey, objects};

pub use cel::STEPS;
pub use expression::Expression;
pub use path::{ConditionType, Path, Step};
pub use phrase::Phrase;
pub use test::{Check, Test, TextPattern, TextRegex, quantity, same, shown};

/// One line of `where`: some value at the path passes the test.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Where it looks.
    pub path: Path,
    /// What must be true there.
    pub test: Test,
}

/// Which objects a part asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    kind: ObjectKey,
    clauses: Vec<Clause>,
    expression: Option<Expression>,
    at_least: usize,
    meter: Meter,
}

impl Query {
    /// Reads the `object`, `where`, `at-least` and `cel` keys of a part. `Err`: everything that is wrong with them.
    pub fn parse(raw: &Value) -> Result<Self, Vec<String>> {
        Self::read(raw, false)
    }

    /// As [`Query::parse`]; expressions of a `known` one, which was checked when it was shipped, are not compiled yet.
    pub(in crate::signature) fn read(raw: &Value, known: bool) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let kind = match raw.get("object").and_then(Value::as_str).map(kind) {
            Some(Ok(kind)) => kind,
            Some(Err(problem)) => {
                problems.push(problem);
                ObjectKey {
                    kind: String::new(),
                    group: String::new(),
                }
            }
            None => return Err(vec!["object: names no kind".to_owned()]),
        };
        let clauses = match raw.get("where") {
            None => Vec::new(),
            Some(Value::Object(map)) => clauses(map, known, &mut problems),
            Some(_) => {
                problems.push("where: must be a map of paths to tests".to_owned());
                Vec::new()
            }
        };
        let expression = match raw.get("cel") {
            None => None,
            Some(Value::String(source)) => Some(Expression::new(source)),
            Some(_) => {
                problems.push("cel: must be an expression".to_owned());
                None
            }
        };
        let at_least = at_least(raw, &mut problems);
        match problems.is_empty() {
            true => Ok(Self {
                kind,
                clauses,
                expression,
                at_least,
                meter: Meter::default(),
            }),
            false => Err(problems),
        }
    }

    /// The kind asked for.
    pub fn kind(&self) -> &ObjectKey {
        &self.kind
    }

    /// All of these hold on one object.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// And this.
    pub fn expression(&self) -> Option<&Expression> {
        self.expression.as_ref()
    }

    /// On so many objects, at least 1.
    pub fn at_least(&self) -> usize {
        self.at_least
    }

    /// From now on its expression may take so many steps on an object, and all of it what the meter says.
    pub(super) fn limit(&mut self, steps: u64, meter: &Meter) {
        self.meter = meter.clone();
        if let Some(expression) = &mut self.expression {
            expression.limit(steps);
        }
    }

    /// What looking costs.
    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Names that a match captures: `name`, `namespace`, and those of the file.
    pub fn captures(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = ["name", "namespace"].map(str::to_owned).into();
        self.clauses
            .iter()
            .for_each(|clause| clause.captures(&mut names));
        names
    }

    /// The fields it looks at, for a reader that drops others. `None` is any key; positions in lists are left out.
    pub fn paths(&self) -> Vec<Vec<Option<&str>>> {
        self.clauses.iter().flat_map(Clause::paths).collect()
    }

    /// What a checker should say beyond what [`Query::parse`] refuses: expressions are compiled only here and at
    /// first use, because that takes about a millisecond each.
    pub fn check(&self) -> Vec<String> {
        self.expression
            .iter()
            .filter_map(Expression::check)
            .collect()
    }
}

impl Clause {
    fn captures(&self, names: &mut BTreeSet<String>) {
        names.extend(self.path.captures().map(str::to_owned));
        self.test.captures(names);
    }

    fn paths(&self) -> Vec<Vec<Option<&str>>> {
        let mut paths = Vec::new();
        let path = self.path.fields();
        for check in self.test.checks() {
            match check {
                Check::Has(key) => {
                    let mut path = path.clone();
                    path.push(Some(key));
                    paths.push(path);
                }
                Check::SameAs(other) | Check::NotSameAs(other) => paths.push(other.fields()),
                _ => {}
            }
        }
        if paths.is_empty()
            || !self
                .test
                .checks()
                .all(|check| matches!(check, Check::Has(_)))
        {
            paths.push(path);
        }
        paths
    }
}

/// Which facts a part asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct FactQuery {
    key: Phrase,
    clauses: Vec<Clause>,
    at_least: usize,
    meter: Meter,
}

impl FactQuery {
    /// Reads the `fact`, `where` and `at-least` keys of a part. `Err`: everything that is wrong with them.
    pub fn parse(raw: &Value) -> Result<Self, Vec<String>> {
        Self::read(raw, false)
    }

    /// As [`FactQuery::parse`], of a `known` one as [`Query::read`].
    pub(in crate::signature) fn read(raw: &Value, known: bool) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let key = match raw.get("fact").and_then(Value::as_str).map(Phrase::key) {
            Some(Ok(key)) => Some(key),
            Some(Err(problem)) => {
                problems.push(problem);
                None
            }
            None => {
                problems.push("fact: names no key".to_owned());
                None
            }
        };
        let clauses = match raw.get("where") {
            None => Vec::new(),
            Some(Value::Object(map))
                if !map.is_empty() && !map.keys().all(|key| Test::is_word(key)) =>
            {
                clauses(map, known, &mut problems)
            }
            Some(test) => match Test::read(test, known) {
                Ok(test) => vec![Clause {
                    path: Path::default(),
                    test,
                }],
                Err(all) => {
                    problems.extend(all.into_iter().map(|problem| format!("where: {problem}")));
                    Vec::new()
                }
            },
        };
        let at_least = at_least(raw, &mut problems);
        match key {
            Some(key) if problems.is_empty() => Ok(Self {
                key,
                clauses,
                at_least,
                meter: Meter::default(),
            }),
            _ => Err(problems),
        }
    }

    /// The keys asked for; `*` and `<name>` in it stand for anything.
    pub fn key(&self) -> &Phrase {
        &self.key
    }

    /// All of these hold on one fact. An empty path is the fact's value itself.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// On so many facts, at least 1.
    pub fn at_least(&self) -> usize {
        self.at_least
    }

    /// From now on looking takes as long as the meter says.
    pub(super) fn limit(&mut self, meter: &Meter) {
        self.meter = meter.clone();
    }

    /// What looking costs.
    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Names that a match captures: `node`, and those of the file.
    pub fn captures(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = ["node".to_owned()].into();
        names.extend(self.key.names().iter().cloned());
        self.clauses
            .iter()
            .for_each(|clause| clause.captures(&mut names));
        names
    }
}

/// `Node`, `Volume.longhorn.io`.
fn kind(text: &str) -> Result<ObjectKey, String> {
    let (kind, group) = text.split_once('.').unwrap_or((text, ""));
    let good_kind = kind.starts_with(|c: char| c.is_ascii_uppercase())
        && kind.bytes().all(|b| b.is_ascii_alphanumeric());
    let good_group = group
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-');
    if !good_kind || !good_group || (group.is_empty() && text.contains('.')) {
        return Err(format!("object: {text:?} is no Kind or Kind.group"));
    }
    let completed = objects::with_group(kind);
    if group.is_empty() && !completed.is_empty() {
        return Err(format!(
            "object: {kind} has a group: {}",
            completed.join(", ")
        ));
    }
    Ok(ObjectKey {
        kind: kind.to_owned(),
        group: group.to_owned(),
    })
}

fn clauses(map: &Map<String, Value>, known: bool, problems: &mut Vec<String>) -> Vec<Clause> {
    let mut clauses = Vec::new();
    for (path, test) in map {
        match (Path::parse(path), Test::read(test, known)) {
            (Ok(path), Ok(test)) => clauses.push(Clause { path, test }),
            (parsed, tested) => {
                problems.extend(
                    parsed
                        .err()
                        .map(|problem| format!("where: {path}: {problem}")),
                );
                let all = tested.err().unwrap_or_default();
                problems.extend(
                    all.into_iter()
                        .map(|problem| format!("where: {path}: {problem}")),
                );
            }
        }
    }
    clauses
}

fn at_least(raw: &Value, problems: &mut Vec<String>) -> usize {
    match raw.get("at-least") {
        None => 1,
        Some(value) => match value.as_u64() {
            Some(count @ 1..=1_000_000) => usize::try_from(count).unwrap_or(1),
            _ => {
                problems.push(format!("at-least: {value} is no number from 1"));
                1
            }
        },
    }
}
