//! Object and fact parts into observations, through the queries of the evidence store.

use jiff::Timestamp;

use super::index::Index;
use super::observe::{Answer, Observation, Proof};
use super::{Context, Place};
use crate::detect::Captures;
use crate::evidence::select::{Quoted, Selection};
use crate::evidence::{Fact, Object};
use crate::packed::View;
use crate::signature::{FactQuery, Query};

/// Looks for objects.
pub(super) fn objects(index: &Index<'_>, context: &Context, part: usize, query: &Query) -> Answer {
    match index.selector.objects(query) {
        Selection::Holds(found) => {
            let named = query.captures();
            let seen = found.into_iter().map(|one| {
                let object = one.object;
                let (path, text) = quoted(&one.quoted);
                let mut captures = one.captures;
                let node = captures.get("node").cloned();
                // what every object has is no capture that parts would have to agree on
                for (name, own) in [
                    ("name", Some(&object.name)),
                    ("namespace", object.namespace.as_ref()),
                ] {
                    if captures.get(name) == own {
                        captures.remove(name);
                    }
                }
                if !named.contains("node") {
                    captures.remove("node");
                }
                Observation {
                    part,
                    entry: object.entry,
                    source: index.stream(object.entry),
                    cluster: index.cluster(object.entry),
                    place: place(index, object, node),
                    captures,
                    count: 1,
                    span: span(context, object, &one.quoted),
                    proof: Proof::Object {
                        object: reference(object),
                        path,
                        text,
                    },
                }
            });
            Answer::Held(seen.collect())
        }
        Selection::Fails => Answer::Failed,
        Selection::NotCollected => Answer::NotCollected(format!("{} objects", query.kind().kind)),
    }
}

/// Looks for facts.
pub(super) fn facts(
    index: &Index<'_>,
    context: &Context,
    part: usize,
    query: &FactQuery,
) -> Answer {
    match index.selector.facts(query) {
        Selection::Holds(found) => {
            let named = query.captures();
            let seen = found.into_iter().map(|one| {
                let fact = one.fact;
                let mut captures: Captures = one.captures;
                if !named.contains("node") {
                    captures.remove("node");
                }
                Observation {
                    part,
                    entry: fact.entry,
                    source: index.stream(fact.entry),
                    cluster: index.cluster(fact.entry),
                    place: Place {
                        node: fact.node.as_deref().map(str::to_owned),
                        ..Place::default()
                    },
                    captures,
                    count: 1,
                    span: span_of(fact, context),
                    proof: Proof::Fact {
                        key: fact.key.clone(),
                        line: fact.line,
                        text: fact.text.clone(),
                    },
                }
            });
            Answer::Held(seen.collect())
        }
        Selection::Fails => Answer::Failed,
        Selection::NotCollected => {
            Answer::NotCollected(format!("{} of nodes", query.key().source()))
        }
    }
}

fn place(index: &Index<'_>, object: &Object, node: Option<String>) -> Place {
    let place = index.place_of(&object.key.kind, object.namespace.as_deref(), &object.name);
    Place {
        node: place.node.or(node),
        ..place
    }
}

/// `v1/Node n1`, `harvesterhci.io/v1beta1/Upgrade harvester-system/hvst-upgrade-x`.
fn reference(object: &Object) -> String {
    let (version, kind, name) = (&object.api_version, &object.key.kind, &object.name);
    match &object.namespace {
        Some(namespace) => format!("{version}/{kind} {namespace}/{name}"),
        None => format!("{version}/{kind} {name}"),
    }
}

/// The most telling field, with the others behind: what is absent, or only identifies, tells least.
fn quoted(fields: &[Quoted]) -> (String, String) {
    let rank = |one: &Quoted| (one.path.starts_with("metadata"), one.text == "absent");
    let Some(first) = fields.iter().min_by_key(|one| rank(one)) else {
        return (String::new(), "exists".to_owned());
    };
    let others = fields.iter().filter(|one| *one != first);
    let others: Vec<String> = others
        .map(|one| format!("; {} = {}", one.path, one.text))
        .collect();
    (
        first.path.clone(),
        format!("{}{}", first.text, others.concat()),
    )
}

/// Since when the quoted fields are as they are, where the object says so: the transition of a condition,
/// the first and last time of an Event.
fn span(context: &Context, object: &Object, fields: &[Quoted]) -> Option<(Timestamp, Timestamp)> {
    let time = |value: View<'_>, key: &str| value.get(key)?.as_str()?.parse::<Timestamp>().ok();
    if object.key.kind == "Event" {
        let last = ["lastTimestamp", "eventTime", "deprecatedLastTimestamp"];
        let last = last.iter().find_map(|key| time(object.value.view(), key))?;
        let first = time(object.value.view(), "firstTimestamp").unwrap_or(last);
        return Some((first.min(last), last));
    }
    let conditions = object.value.pointer("/status/conditions")?.as_array()?;
    let since = fields.iter().find_map(|one| {
        let rest = one.path.strip_prefix("status.conditions[")?;
        let at: usize = rest.split(']').next()?.parse().ok()?;
        let condition = conditions.clone().nth(at)?;
        time(condition, "lastTransitionTime").or_else(|| time(condition, "lastUpdateTime"))
    })?;
    Some((since, context.collected_at.unwrap_or(since).max(since)))
}

/// From the end of a certificate to collection, before its end it broke nothing; when a node booted.
fn span_of(fact: &Fact, context: &Context) -> Option<(Timestamp, Timestamp)> {
    if fact.key == "reboot" {
        let time = fact.value.get("time")?.as_str()?.parse().ok()?;
        return Some((time, time));
    }
    let end: Timestamp = fact.value.get("not_after")?.as_str()?.parse().ok()?;
    let collected = context.collected_at?;
    (end <= collected).then_some((end, collected))
}
