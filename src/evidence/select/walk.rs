//! Paths through values: every place a path leads to, with what its wildcards stand for.

use crate::evidence::texts::push_key;
use crate::packed::{Shape, View};
use crate::signature::query::{ConditionType, Path, Step, shown};

/// Places followed up for one path in one object.
const PLACES: usize = 10_000;

/// Somewhere a path leads to.
#[derive(Debug, Clone)]
pub(super) struct Place<'v> {
    /// What its placeholders stand for.
    pub(super) captures: Vec<(String, String)>,
    /// The path written out.
    pub(super) shown: String,
    /// What stands there.
    pub(super) found: Found<'v>,
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Found<'v> {
    /// A value.
    Value(View<'v>),
    /// The field is missing.
    Absent,
    /// A wildcard had nothing to stand for: there is not even a place where a field could be missing.
    Nothing,
}

/// Every place `path` leads to; at least one.
pub(super) fn places<'v>(root: View<'v>, path: &Path) -> Vec<Place<'v>> {
    let mut places = vec![Place {
        captures: Vec::new(),
        shown: String::new(),
        found: Found::Value(root),
    }];
    for step in path.steps() {
        let mut next = Vec::new();
        for place in places {
            if next.len() < PLACES {
                place.step(step, &mut next);
            }
        }
        places = next;
    }
    places
}

impl<'v> Place<'v> {
    fn step(mut self, step: &Step, out: &mut Vec<Self>) {
        let Found::Value(value) = self.found else {
            if matches!(
                step,
                Step::Any | Step::Capture(_) | Step::Condition(ConditionType::Capture(_))
            ) {
                self.found = Found::Nothing;
            }
            if let Step::Key(key) = step {
                push_key(&mut self.shown, key);
            }
            out.push(self);
            return;
        };
        let before = out.len();
        match step {
            Step::Key(key) => {
                if let Some(value) = value.get(key.as_str()) {
                    out.push(self.at_key(key, value, None));
                }
            }
            Step::Index(at) => {
                if let Some(value) = value.item(*at) {
                    out.push(self.at_index(*at, value, None));
                }
            }
            Step::Any => self.each(value, |_, _| true, None, out),
            Step::Capture(name) => self.each(value, |_, _| true, Some((name, "name")), out),
            Step::Where {
                field,
                value: wanted,
            } => {
                let is = |_: &str, element: View<'_>| {
                    element
                        .get(field)
                        .and_then(shown)
                        .is_some_and(|text| text == *wanted)
                };
                self.each(value, is, None, out);
            }
            Step::Condition(ConditionType::Is(wanted)) => {
                let is = |key: &str, element: View<'_>| {
                    let kind = element.get("type").and_then(View::as_str).unwrap_or(key);
                    kind.eq_ignore_ascii_case(wanted)
                };
                self.each(value, is, None, out);
            }
            Step::Condition(ConditionType::Capture(name)) => {
                self.each(value, |_, _| true, Some((name, "type")), out)
            }
        }
        if out.len() == before {
            let wild = matches!(
                step,
                Step::Any | Step::Capture(_) | Step::Condition(ConditionType::Capture(_))
            );
            self.missing(step);
            self.found = if wild { Found::Nothing } else { Found::Absent };
            out.push(self);
        }
    }

    /// Every element of a list or value of a map that passes. A capture takes a map's key; in a list, the element's
    /// own `label` field, or its position.
    fn each(
        &self,
        value: View<'v>,
        passes: impl Fn(&str, View<'_>) -> bool,
        capture: Option<(&str, &str)>,
        out: &mut Vec<Self>,
    ) {
        match value.shape() {
            Shape::Map(map) => {
                for (key, value) in map.filter(|(key, value)| passes(key, *value)) {
                    out.push(self.at_key(key, value, capture.map(|(name, _)| name)));
                }
            }
            Shape::List(list) => {
                for (at, value) in list.enumerate().filter(|(_, value)| passes("", *value)) {
                    let captured = capture.map(|(name, label)| {
                        let own = value.get(label).and_then(shown).or_else(|| shown(value));
                        (name, own.unwrap_or_else(|| at.to_string()))
                    });
                    out.push(self.at_index(at, value, captured));
                }
            }
            _ => {}
        }
    }

    fn at_key(&self, key: &str, value: View<'v>, capture: Option<&str>) -> Self {
        let mut place = self.clone();
        push_key(&mut place.shown, key);
        place.found = Found::Value(value);
        place
            .captures
            .extend(capture.map(|name| (name.to_owned(), key.to_owned())));
        place
    }

    fn at_index(&self, at: usize, value: View<'v>, capture: Option<(&str, String)>) -> Self {
        let mut place = self.clone();
        place.shown.push_str(&format!("[{at}]"));
        place.found = Found::Value(value);
        place
            .captures
            .extend(capture.map(|(name, value)| (name.to_owned(), value)));
        place
    }

    /// Writes out a step that leads nowhere.
    fn missing(&mut self, step: &Step) {
        match step {
            Step::Key(key) => push_key(&mut self.shown, key),
            Step::Index(at) => self.shown.push_str(&format!("[{at}]")),
            Step::Where { field, value } => self.shown.push_str(&format!("[{field}={value}]")),
            Step::Condition(ConditionType::Is(kind)) => {
                self.shown.push_str(&format!("[type={kind}]"))
            }
            Step::Any | Step::Capture(_) | Step::Condition(ConditionType::Capture(_)) => {
                self.shown.push_str(".*")
            }
        }
    }
}
