//! The workers' shares into one [`Evidence`] whose order does not depend on who read what when.

use std::collections::{BTreeMap, BTreeSet};

use super::budget;
use super::collect::{Collected, Matches, TextHits};
use super::texts::{self, Text};
use super::{Evidence, Object, ObjectKey, ReadEntry};
use crate::bundle;
use crate::detect::{About, Captures, Hit, HitSeries, Location, SearchLimits};

impl Evidence {
    /// Merges what the workers found in `inputs`.
    pub fn merge(inputs: Vec<String>, shares: Vec<Collected>) -> Evidence {
        let mut merged = Collected::default();
        for mut share in shares {
            let base = u32::try_from(merged.entries.len()).unwrap_or(u32::MAX);
            share
                .objects
                .iter_mut()
                .for_each(|object| object.entry += base);
            share.facts.iter_mut().for_each(|fact| fact.entry += base);
            share
                .text_hits
                .iter_mut()
                .for_each(|hit| hit.text.entry += base);
            share.lists.iter_mut().for_each(|list| list.entry += base);
            merged.lists.append(&mut share.lists);
            merged.incomplete.append(&mut share.incomplete);
            merged.budget = merged.budget.or(share.budget);
            merged.search = share.search;
            merged.entries.append(&mut share.entries);
            merged.objects.append(&mut share.objects);
            merged.facts.append(&mut share.facts);
            merged.text_hits.append(&mut share.text_hits);
            merged.archives.append(&mut share.archives);
            merged.problems.append(&mut share.problems);
            merged.collected.append(&mut share.collected);
        }
        budget::keep_within(&mut merged);
        merged
            .collected
            .retain(|kind| !merged.incomplete.contains(kind));
        let place = sort_entries(&mut merged.entries);
        let at = |entry: u32| place.get(entry as usize).copied().unwrap_or(u32::MAX);
        merged
            .objects
            .iter_mut()
            .for_each(|object| object.entry = at(object.entry));
        merged
            .facts
            .iter_mut()
            .for_each(|fact| fact.entry = at(fact.entry));
        merged
            .text_hits
            .iter_mut()
            .for_each(|hit| hit.text.entry = at(hit.text.entry));
        merged.facts.sort_by(|a, b| {
            (&a.key, &a.node, a.entry, a.line).cmp(&(&b.key, &b.node, b.entry, b.line))
        });
        merged
            .archives
            .sort_by(|a, b| (a.input, &a.path).cmp(&(b.input, &b.path)));
        merged.problems.sort();
        merged.problems.dedup();
        attach_texts(&mut merged.entries, merged.text_hits, &merged.search);
        let mut evidence = Evidence {
            inputs,
            entries: merged.entries,
            objects: texts::distinct_objects(merged.objects),
            collected: merged.collected,
            facts: merged.facts,
            archives: merged.archives,
            clocks: BTreeMap::new(),
            problems: merged.problems,
            unread: Vec::new(),
        };
        evidence.resolve_names();
        evidence
    }

    /// Ambiguous names (`podlogs/<namespace>-<pod>`) once the bundle's own lists are known.
    fn resolve_names(&mut self) {
        let of_core = |kind: &str| {
            let key = ObjectKey {
                kind: kind.to_owned(),
                group: String::new(),
            };
            self.objects.get(&key).into_iter().flatten()
        };
        let namespaces: BTreeSet<String> = of_core("Namespace")
            .map(|object| object.name.clone())
            .collect();
        let pods: BTreeSet<(String, String)> = of_core("Pod")
            .filter_map(|pod| Some((pod.namespace.clone()?, pod.name.clone())))
            .collect();
        let mut entries: Vec<_> = self.entries.iter().map(|read| read.entry.clone()).collect();
        bundle::refine(&mut entries, &namespaces, &pods);
        let node_of = |pod: &Object| {
            let node = pod.value.pointer("/spec/nodeName")?.as_str()?.to_owned();
            Some(((pod.namespace.clone()?, pod.name.clone()), node))
        };
        let nodes: BTreeMap<(String, String), String> =
            of_core("Pod").filter_map(node_of).collect();
        bundle::refine_nodes(&mut entries, &nodes);
        for (read, entry) in self.entries.iter_mut().zip(entries) {
            read.entry = entry;
        }
    }
}

/// Sorts by (input, path); returns each entry's new place by its old one.
fn sort_entries(entries: &mut Vec<ReadEntry>) -> Vec<u32> {
    let mut order: Vec<(usize, ReadEntry)> =
        std::mem::take(entries).into_iter().enumerate().collect();
    // Two members with one path: the larger first, so that the order does not depend on the reader.
    order.sort_by(|(_, a), (_, b)| {
        let key = |read: &ReadEntry| (read.hits.coverage.bytes, read.hits.coverage.lines);
        (a.entry.input, &a.entry.path)
            .cmp(&(b.entry.input, &b.entry.path))
            .then_with(|| key(b).cmp(&key(a)))
    });
    let mut place = vec![0u32; order.len()];
    for (new, (old, _)) in order.iter().enumerate() {
        if let Some(slot) = place.get_mut(*old) {
            *slot = u32::try_from(new).unwrap_or(u32::MAX);
        }
    }
    entries.extend(order.into_iter().map(|(_, read)| read));
    place
}

/// Hits in objects' texts become series of the entries that the objects stand in.
fn attach_texts(entries: &mut [ReadEntry], found: Vec<TextHits>, limits: &SearchLimits) {
    let mut hits: BTreeMap<(u32, String, String), Matches> = BTreeMap::new();
    let mut kept = Vec::new();
    for TextHits {
        text,
        hits: of_text,
    } in found
    {
        hits.insert(
            (text.entry, text.object.clone(), text.path.clone()),
            of_text,
        );
        kept.push(text);
    }
    let mut series: BTreeMap<u32, BTreeMap<Key, HitSeries>> = BTreeMap::new();
    for text in texts::distinct(kept) {
        let Some(of_text) = hits.get(&(text.entry, text.object.clone(), text.path.clone())) else {
            continue;
        };
        let of_entry = series.entry(text.entry).or_default();
        for (&(signature, part), captures) in of_text {
            for captures in captures {
                add(of_entry, (signature, part), captures, &text, limits);
            }
        }
    }
    for (entry, of_entry) in series {
        if let Some(read) = entries.get_mut(entry as usize) {
            read.hits.series.extend(of_entry.into_values());
        }
    }
}

/// Minutes at most among which the repeats of one Event are shared out.
const SHARES: u64 = 64;

/// When a text was said how often, by minutes. An Event that repeats says when first, when last, and how often: it is taken to
/// have come evenly.
fn minutes(text: &Text) -> Vec<(i64, u32)> {
    let at = |second: i64| second.div_euclid(60);
    let count = u32::try_from(text.count.max(1)).unwrap_or(u32::MAX);
    let (from, to) = match (text.first.or(text.time), text.time.or(text.first)) {
        (Some(from), Some(to)) => (from.as_second(), to.as_second()),
        _ => return Vec::new(),
    };
    let shares = u64::from(count).min(SHARES);
    if shares < 2 || to <= from {
        return vec![(at(to), count)];
    }
    let step = |share: u64| {
        let part = i128::from(to - from) * i128::from(share) / i128::from(shares - 1);
        from.saturating_add(i64::try_from(part).unwrap_or(0))
    };
    let held = |share: u64| {
        let until = |n: u64| u64::from(count) * n / shares;
        u32::try_from(until(share + 1) - until(share)).unwrap_or(u32::MAX)
    };
    (0..shares)
        .map(|share| (at(step(share)), held(share)))
        .collect()
}

type Key = (u32, u16, Captures, Option<About>);

fn add(
    series: &mut BTreeMap<Key, HitSeries>,
    (signature, part): (u32, u16),
    captures: &Captures,
    text: &Text,
    limits: &SearchLimits,
) {
    let about = About {
        node: text.node.clone(),
        namespace: text.namespace.clone(),
        pod: text.pod.clone(),
    };
    let distinct = series
        .range((signature, part, Captures::new(), None)..)
        .take_while(|(key, _)| (key.0, key.1) == (signature, part));
    let full = distinct.count() >= limits.captures;
    let mut key = (signature, part, captures.clone(), Some(about));
    if full && !series.contains_key(&key) {
        key = (signature, part, Captures::new(), None);
    }
    let one = series.entry(key).or_insert_with_key(|key| HitSeries {
        signature,
        part,
        captures: key.2.clone(),
        about: key.3.clone(),
        count: 0,
        first: Vec::new(),
        last: Vec::new(),
        minutes: BTreeMap::new(),
        span: None,
    });
    one.count += text.count.max(1);
    for time in [text.first, text.time].into_iter().flatten() {
        one.span = Some(
            one.span
                .map_or((time, time), |(a, b)| (a.min(time), b.max(time))),
        );
    }
    for (minute, count) in minutes(text) {
        let so_far = one.minutes.entry(minute).or_default();
        *so_far = so_far.saturating_add(count);
    }
    let location = Location::Object {
        object: text.object.clone(),
        path: text.path.clone(),
    };
    let hit = Hit {
        location,
        time: text.first.or(text.time),
        raw: text.text.clone(),
    };
    if one.first.len() < limits.samples {
        one.first.push(hit);
    } else {
        if one.last.len() >= limits.samples.max(1) {
            one.last.remove(0);
        }
        one.last.push(hit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::texts::TextKind;

    fn said(count: u64, first: &str, last: &str) -> Text {
        let time = |text: &str| text.parse().ok();
        Text {
            kind: TextKind::Event,
            text: "Back-off restarting failed container".to_owned(),
            object: "v1/Event default/n1".to_owned(),
            path: "message".to_owned(),
            entry: 0,
            time: time(last),
            first: time(first),
            count,
            node: None,
            namespace: None,
            pod: None,
            uid: None,
        }
    }

    #[test]
    fn an_event_that_repeats_came_evenly() {
        let (first, last) = ("2025-01-02T00:00:00Z", "2025-01-02T00:04:00Z");
        let from = said(1, first, last).first.unwrap().as_second() / 60;
        let expected: Vec<_> = (0..5).map(|n| (from + n, 1)).collect();
        assert_eq!(minutes(&said(5, first, last)), expected);
        // however often, no more than so many places, and none is lost
        let many = minutes(&said(1000, first, last));
        assert_eq!(many.len(), 64);
        assert_eq!(many.iter().map(|(_, n)| n).sum::<u32>(), 1000);
        assert_eq!(many.first().map(|m| m.0), Some(from));
        assert_eq!(many.last().map(|m| m.0), Some(from + 4));
        assert_eq!(minutes(&said(u64::MAX, first, last)).len(), 64);
    }

    #[test]
    fn one_time_holds_them_all() {
        let once = "2025-01-02T00:00:00Z";
        let minute = said(1, once, once).time.unwrap().as_second() / 60;
        assert_eq!(minutes(&said(1, once, once)), [(minute, 1)]);
        assert_eq!(minutes(&said(7, "", once)), [(minute, 7)]);
        assert_eq!(minutes(&said(7, once, "")), [(minute, 7)]);
        // one that ends before it begins
        assert_eq!(
            minutes(&said(7, "2025-01-02T00:09:00Z", once)),
            [(minute, 7)]
        );
        assert_eq!(minutes(&said(7, "", "")), []);
    }
}
