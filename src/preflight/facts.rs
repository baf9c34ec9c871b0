//! The evidence of one node, as checks ask for it.

use jiff::Timestamp;
use serde_json::Value;

use super::{Outcome, Purpose};
use crate::evidence::{Evidence, Fact, Object, ObjectKey};
use crate::packed::View;

/// What a check sees.
pub(super) struct Facts<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) purpose: Purpose,
    pub(super) node: Option<&'a str>,
    pub(super) at: Timestamp,
}

impl<'a> Facts<'a> {
    /// Every fact with this key.
    pub(super) fn all(&self, key: &'a str) -> impl Iterator<Item = &'a Fact> {
        self.evidence
            .facts
            .iter()
            .filter(move |fact| fact.key == key)
    }

    /// The first value of this key.
    pub(super) fn value(&self, key: &'a str) -> Option<&'a Value> {
        self.all(key).next().map(|fact| &fact.value)
    }

    /// A kernel setting.
    pub(super) fn sysctl(&self, key: &str) -> Option<i64> {
        let key = format!("sysctl.{key}");
        let fact = self.evidence.facts.iter().find(|fact| fact.key == key)?;
        fact.value.as_str()?.trim().parse().ok()
    }

    /// A key of the product's configuration, RKE2's or K3s'.
    pub(super) fn config(&self, key: &str) -> Option<&'a Value> {
        let keys = [format!("config.rke2.{key}"), format!("config.k3s.{key}")];
        let facts = self.evidence.facts.iter();
        let mut found = facts.filter(|fact| keys.contains(&fact.key));
        found.next_back().map(|fact| &fact.value)
    }

    /// Whether a product stands in the node's version facts or configuration, or on its disk.
    pub(super) fn is_member(&self) -> bool {
        self.evidence.facts.iter().any(|fact| {
            fact.key.starts_with("config.")
                || fact.key == "certificate"
                || fact.key.starts_with("etcd.")
        })
    }

    /// The objects of a kind, where the API server listed them.
    pub(super) fn objects(&self, kind: &str, group: &str) -> Option<&'a [Object]> {
        let key = ObjectKey {
            kind: kind.to_owned(),
            group: group.to_owned(),
        };
        match self.evidence.objects.get(&key) {
            Some(objects) => Some(objects),
            None => self.evidence.collected.contains(&key).then_some(&[]),
        }
    }
}

/// For what only the API server knows.
pub(super) fn without_api(facts: &Facts<'_>, what: &str) -> Outcome {
    let because = facts
        .evidence
        .unread
        .iter()
        .find(|unread| unread.what.starts_with("the cluster's objects"))
        .map_or("the API server was not asked", |unread| {
            unread.because.as_str()
        });
    Outcome::unknown(
        format!("{what} not listed: {because}"),
        "run it as root on a server whose API answers",
    )
}

/// A text below an object.
pub(super) fn text<'v>(value: impl Into<View<'v>>, pointer: &str) -> Option<&'v str> {
    value.into().pointer(pointer)?.as_str()
}

/// Names for people: the first few, and how many more.
pub(super) fn several(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}
