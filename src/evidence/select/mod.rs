//! Queries of signatures against the objects and facts of a case: what holds, with captures and what to quote.

mod test;
#[cfg(test)]
mod tests;
mod walk;

use jiff::Timestamp;

use super::{Evidence, Fact, Object};
use crate::detect::Captures;
use crate::packed::View;
use crate::signature::query::{Clause, FactQuery, Query};
use walk::{Found, Place};

/// Combinations of captures followed up on one object.
const STATES: usize = 256;
/// Bytes of a quoted value.
const QUOTE: usize = 300;

/// What came of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection<T> {
    /// It holds, on these: at least as many as asked for, in the order of the evidence.
    Holds(Vec<T>),
    /// It does not hold, and what it looks at was collected.
    Fails,
    /// What it looks at was not collected, so nothing can be said.
    NotCollected,
}

impl<T> Selection<T> {
    /// What it holds on; empty where it does not.
    pub fn found(self) -> Vec<T> {
        match self {
            Self::Holds(found) => found,
            Self::Fails | Self::NotCollected => Vec::new(),
        }
    }
}

/// An object on which a query holds, once for each set of captures.
#[derive(Debug, Clone, PartialEq)]
pub struct Selected<'e> {
    /// The object.
    pub object: &'e Object,
    /// `name`, `namespace`, `node` where the object is about one, and what the query captures.
    pub captures: Captures,
    /// The fields that made it hold.
    pub quoted: Vec<Quoted>,
}

/// A fact on which a query holds, once for each set of captures.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectedFact<'e> {
    /// The fact.
    pub fact: &'e Fact,
    /// `node` where it is of one, and what the query captures.
    pub captures: Captures,
    /// The fields that made it hold.
    pub quoted: Vec<Quoted>,
}

/// A field as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// Its path: `status.conditions[2].status`. Empty for the value of a fact.
    pub path: String,
    /// Its value, bounded; a field that is absent says so.
    pub text: String,
}

/// The objects that `query` selects.
pub fn select<'e>(
    query: &Query,
    evidence: &'e Evidence,
    collected_at: Option<Timestamp>,
) -> Selection<Selected<'e>> {
    Selector::new(evidence, collected_at).objects(query)
}

/// Answers queries over one case.
pub struct Selector<'e> {
    evidence: &'e Evidence,
    collected_at: Option<Timestamp>,
}

impl<'e> Selector<'e> {
    /// Ages count back from `collected_at`, never from now; without it no age test holds.
    pub fn new(evidence: &'e Evidence, collected_at: Option<Timestamp>) -> Self {
        Self {
            evidence,
            collected_at,
        }
    }

    /// The objects on which a query holds.
    pub fn objects(&self, query: &Query) -> Selection<Selected<'e>> {
        let objects = self
            .evidence
            .objects
            .get(query.kind())
            .map_or(&[][..], Vec::as_slice);
        let mut found = Vec::new();
        let mut distinct = 0;
        for object in objects {
            let Some(_run) = query.meter().begin() else {
                return Selection::NotCollected;
            };
            let states = self.object(query, object);
            distinct += usize::from(!states.is_empty());
            found.extend(states);
        }
        if distinct >= query.at_least() {
            return Selection::Holds(found);
        }
        match self.evidence.collected.contains(query.kind()) {
            true => Selection::Fails,
            false => Selection::NotCollected,
        }
    }

    fn object(&self, query: &Query, object: &'e Object) -> Vec<Selected<'e>> {
        let mut captures = Captures::new();
        captures.insert("name".to_owned(), object.name.clone());
        if let Some(namespace) = &object.namespace {
            captures.insert("namespace".to_owned(), namespace.clone());
        }
        let context = Context {
            root: object.value.view(),
            partial: object.is_partial(),
            collected_at: self.collected_at,
        };
        let states = context.all(query.clauses(), captures);
        if states.is_empty() || !expression_holds(query, object) {
            return Vec::new();
        }
        let select = |mut state: State| {
            if let Some(node) = object.node() {
                state
                    .captures
                    .entry("node".to_owned())
                    .or_insert_with(|| node.to_owned());
            }
            Selected {
                object,
                captures: state.captures,
                quoted: state.quoted,
            }
        };
        states.into_iter().map(select).collect()
    }

    /// The facts on which a query holds. A key of which there is no fact at all was not collected.
    pub fn facts(&self, query: &FactQuery) -> Selection<SelectedFact<'e>> {
        let mut examined = false;
        let mut found = Vec::new();
        let mut distinct = 0;
        for fact in &self.evidence.facts {
            let Some(keys) = query.key().captures(&fact.key) else {
                continue;
            };
            let Some(_run) = query.meter().begin() else {
                return Selection::NotCollected;
            };
            examined = true;
            let mut captures: Captures = keys.into_iter().collect();
            if let Some(node) = &fact.node {
                captures
                    .entry("node".to_owned())
                    .or_insert_with(|| node.to_string());
            }
            let context = Context {
                root: (&fact.value).into(),
                partial: false,
                collected_at: self.collected_at,
            };
            let states = context.all(query.clauses(), captures);
            distinct += usize::from(!states.is_empty());
            let select = |state: State| SelectedFact {
                fact,
                captures: state.captures,
                quoted: state.quoted,
            };
            found.extend(states.into_iter().map(select));
        }
        match (distinct >= query.at_least(), examined) {
            (true, _) => Selection::Holds(found),
            (false, true) => Selection::Fails,
            (false, false) => Selection::NotCollected,
        }
    }
}

fn expression_holds(query: &Query, object: &Object) -> bool {
    query
        .expression()
        .is_none_or(|expression| expression.holds(object.value.view()))
}

/// What is true so far of one object.
#[derive(Debug, Clone)]
struct State {
    captures: Captures,
    quoted: Vec<Quoted>,
}

/// One object or fact under test.
struct Context<'v> {
    root: View<'v>,
    /// Whether fields are missing that the object has: then absence proves nothing.
    partial: bool,
    collected_at: Option<Timestamp>,
}

impl Context<'_> {
    /// All clauses together: captures of the same name agree.
    fn all(&self, clauses: &[Clause], captures: Captures) -> Vec<State> {
        let mut states = vec![State {
            captures,
            quoted: Vec::new(),
        }];
        for clause in clauses {
            let places = walk::places(self.root, &clause.path);
            let mut next: Vec<State> = Vec::new();
            for state in &states {
                for place in &places {
                    if next.len() >= STATES {
                        break;
                    }
                    next.extend(self.clause(clause, state, place));
                }
            }
            // The same captures by another way say nothing new.
            let mut seen: Vec<Captures> = Vec::new();
            next.retain(|state| {
                let new = !seen.contains(&state.captures);
                if new {
                    seen.push(state.captures.clone());
                }
                new
            });
            states = next;
            if states.is_empty() {
                break;
            }
        }
        states
    }

    fn clause(&self, clause: &Clause, state: &State, place: &Place<'_>) -> Option<State> {
        let mut captures = state.captures.clone();
        for (name, value) in &place.captures {
            bind(&mut captures, name, value)?;
        }
        if !test::holds(self, &clause.test, &place.found, &mut captures) {
            return None;
        }
        let mut quoted = state.quoted.clone();
        quoted.push(Quoted {
            path: place.shown.clone(),
            text: quote(&place.found),
        });
        Some(State { captures, quoted })
    }
}

/// Captures `value` as `name`; `None` where it stands for something else already.
fn bind(captures: &mut Captures, name: &str, value: &str) -> Option<()> {
    match captures.get(name) {
        Some(other) => (other == value).then_some(()),
        None => {
            captures.insert(name.to_owned(), value.to_owned());
            Some(())
        }
    }
}

fn quote(found: &Found<'_>) -> String {
    let text = match found {
        Found::Value(value) => match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_json().to_string(),
        },
        Found::Absent | Found::Nothing => return "absent".to_owned(),
    };
    match text.len() > QUOTE {
        true => format!("{}...", super::texts::cut(&text, QUOTE)),
        false => text,
    }
}
