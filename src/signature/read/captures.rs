//! Which captures a part is sure to provide.

use std::collections::BTreeSet;

use crate::signature::node::{Node, Value};
use crate::signature::pattern::Pattern;
use crate::signature::place::place;

/// Names that every one of the patterns captures.
pub(super) fn common_captures(patterns: &[Pattern]) -> BTreeSet<String> {
    let mut patterns = patterns.iter();
    let mut names: BTreeSet<String> = patterns.next().map_or(BTreeSet::new(), |first| {
        first.names().iter().cloned().collect()
    });
    for pattern in patterns {
        names.retain(|name| pattern.names().contains(name));
    }
    names
}

/// Names that an object or fact query captures: `<name>` in paths and patterns, `as: name`, and what every object has.
pub(super) fn query_captures(node: &Node) -> BTreeSet<String> {
    let mut names = BTreeSet::from(["name".to_owned(), "namespace".to_owned()]);
    collect_captures(node, &mut names);
    names
}

fn collect_captures(node: &Node, names: &mut BTreeSet<String>) {
    match &node.value {
        Value::Text(text) | Value::Pattern(text, _) => places(text, names),
        Value::Null | Value::Plain(_) | Value::Later(_) => {}
        Value::List(items) => items.iter().for_each(|item| collect_captures(item, names)),
        Value::Map(entries) => {
            for (key, value) in entries {
                places(&key.text, names);
                if let (true, Value::Text(name)) = (key.text == "as", &value.value) {
                    names.insert(name.clone().into_owned());
                }
                collect_captures(value, names);
            }
        }
    }
}

fn places(text: &str, names: &mut BTreeSet<String>) {
    for (at, _) in text.match_indices('<') {
        if let Some((name, _)) = text.get(at..).and_then(place) {
            names.insert(name.to_owned());
        }
    }
}
