//! One budget of memory for the objects of all entries: the heaviest lists go first, whole.
//!
//! What stays is the same whoever reads what when. A list goes only if it and all lighter ones together exceed the
//! budget, which no order changes; so every worker may apply the budget to its own share, and the merge to the rest.

use std::collections::BTreeSet;

use super::ObjectKey;
use super::collect::Collected;
use crate::error::Problem;

/// The objects of one entry.
#[derive(Debug)]
pub(super) struct List {
    /// Its place in [`Collected::entries`].
    pub(super) entry: u32,
    /// Bytes, estimated.
    pub(super) weight: usize,
    /// Kinds that it lists whole.
    pub(super) kinds: BTreeSet<ObjectKey>,
}

/// Takes the heaviest lists out until the others fit. A kind of which a list is gone does not count as collected: its
/// absence proves nothing.
pub(super) fn keep_within(found: &mut Collected) {
    let Some(budget) = found.budget else { return };
    let mut total = found
        .lists
        .iter()
        .fold(0usize, |sum, list| sum.saturating_add(list.weight));
    if total <= budget {
        return;
    }
    let entries = &found.entries;
    found.lists.sort_by_cached_key(|list| {
        let entry = entries.get(list.entry as usize).map(|read| &read.entry);
        (list.weight, entry.map(|one| (one.input, one.path.clone())))
    });
    let mut gone: BTreeSet<u32> = BTreeSet::new();
    while total > budget
        && let Some(list) = found.lists.pop()
    {
        total -= list.weight.min(total);
        gone.insert(list.entry);
        if let Some(read) = found.entries.get(list.entry as usize) {
            found.problems.push(Problem::new(
                read.entry.path.clone(),
                format!(
                    "its objects take about {} MiB, and those of all entries may take {} MiB (limit objects-memory); they were not examined",
                    list.weight >> 20,
                    budget >> 20
                ),
            ));
        }
        found.incomplete.extend(list.kinds);
    }
    found.objects.retain(|object| !gone.contains(&object.entry));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{Entry, EntryKind, Origin};
    use crate::detect::EntryHits;
    use crate::evidence::{Evidence, Object, ReadEntry};

    const MIB: usize = 1 << 20;

    /// One worker's share: a list of one object for each of these weights.
    fn share(weights: &[usize]) -> Collected {
        let mut found = Collected {
            budget: Some(10 * MIB),
            ..Collected::default()
        };
        for weight in weights {
            let entry = u32::try_from(found.entries.len()).unwrap();
            let key = ObjectKey {
                kind: format!("Kind{weight}"),
                group: String::new(),
            };
            found.entries.push(ReadEntry {
                entry: Entry {
                    input: 0,
                    path: format!("{weight:02}.yaml"),
                    size: None,
                    modified: None,
                    kind: EntryKind::Objects,
                    origin: Origin::default(),
                },
                hits: EntryHits::default(),
            });
            found.objects.push(Object {
                key: key.clone(),
                api_version: "v1".to_owned(),
                name: format!("o{weight}"),
                namespace: None,
                entry,
                value: serde_json::Value::Null.into(),
            });
            found.collected.insert(key.clone());
            found.lists.push(List {
                entry,
                weight: weight * MIB,
                kinds: BTreeSet::from([key]),
            });
            keep_within(&mut found);
        }
        found
    }

    #[test]
    fn what_stays_depends_on_no_order_and_no_thread() {
        let merged = |shares: &[&[usize]]| {
            let shares = shares.iter().map(|weights| share(weights)).collect();
            Evidence::merge(vec!["a".to_owned()], shares)
        };
        let one = merged(&[&[1, 2, 3, 4, 5, 6]]);
        let kept: Vec<&str> = one.objects.keys().map(|key| key.kind.as_str()).collect();
        assert_eq!(kept, ["Kind1", "Kind2", "Kind3", "Kind4"]);
        assert_eq!(one.collected.len(), 4);
        assert_eq!(one.problems.len(), 2);
        assert_eq!(merged(&[&[6, 5, 4, 3, 2, 1]]), one);
        assert_eq!(merged(&[&[6, 1], &[5, 2], &[4, 3]]), one);
        assert_eq!(merged(&[&[6], &[1, 5, 3], &[4, 2]]), one);
    }

    #[test]
    fn what_fits_stays_whole() {
        let found = share(&[4, 6]);
        assert_eq!((found.objects.len(), found.problems.len()), (2, 0));
    }
}
