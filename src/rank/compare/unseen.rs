//! A finding of the first bundle that the second does not have, into what the second would have to hold to tell of it.
//!
//! Nobody may call gone what was not looked at: the log of another node, objects that were not collected.

use crate::bundle::EntryKind;
use crate::evidence::{Evidence, ReadEntry};
use crate::rank::{EvidenceItem, RankedFinding};

/// What of the finding's evidence the second bundle has nothing like; nothing where one of its sources is there again.
pub(super) fn lacks(old: &RankedFinding, before: &Evidence, after: &Evidence) -> Option<String> {
    let mut lacking = None;
    for item in &old.evidence {
        match lacks_one(item, before, after) {
            Some(what) => lacking = lacking.or(Some(what)),
            None => return None,
        }
    }
    lacking
}

fn lacks_one(item: &EvidenceItem, before: &Evidence, after: &Evidence) -> Option<String> {
    match item {
        EvidenceItem::Line { entry, .. } => {
            let same = |read: &&ReadEntry| read.entry.path == *entry;
            let old = before.entries.iter().find(same)?;
            let there = after.entries.iter().any(|new| is_like(old, new));
            (!there).then(|| entry.clone())
        }
        EvidenceItem::Object { object, entry, .. } => {
            let kind = object.split(' ').next().unwrap_or_default();
            let kind = kind.rsplit('/').next().unwrap_or_default();
            let there = match kind {
                // a table that no reader knows
                "table" => after
                    .entries
                    .iter()
                    .any(|new| file(&new.entry.path) == file(entry)),
                kind => after.collected.iter().any(|key| key.kind == kind),
            };
            (!there).then(|| entry.clone())
        }
        EvidenceItem::Fact {
            fact, node, entry, ..
        } => {
            let there = after
                .facts
                .iter()
                .any(|one| one.key == *fact && one.node.as_deref() == node.as_deref());
            (!there).then(|| entry.clone())
        }
    }
}

/// Whether a log says what the other would: the same programs speak in it, of the same node where that is known.
fn is_like(old: &ReadEntry, new: &ReadEntry) -> bool {
    let (one, other) = (&old.entry.origin, &new.entry.origin);
    if old.entry.kind != EntryKind::Log || new.entry.kind != EntryKind::Log {
        return file(&old.entry.path) == file(&new.entry.path);
    }
    let node = one.node.is_none() || other.node.is_none() || one.node == other.node;
    let anybody = one.programs.is_all() || other.programs.is_all();
    let program = match anybody {
        true => file(&old.entry.path) == file(&new.entry.path),
        false => one.programs.intersects(other.programs),
    };
    node && program && new.hits.coverage.lines > 0
}

fn file(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Program::{Etcd, Kubelet};
    use crate::finding::build::{evidence, log, node, with_object};
    use crate::report::sample;

    fn finding(evidence: EvidenceItem) -> RankedFinding {
        let mut one = sample::rich().causes.remove(0);
        one.evidence = vec![evidence];
        one
    }

    #[test]
    fn a_line_is_gone_only_where_such_a_log_was_read() {
        let before = evidence(vec![log("n1", Kubelet)]);
        let entry = before.entries[0].entry.path.clone();
        let line = finding(EvidenceItem::Line {
            entry: entry.clone(),
            line: 1,
            time: None,
            text: String::new(),
            captures: Default::default(),
        });
        assert_eq!(
            lacks(&line, &before, &evidence(vec![log("n1", Kubelet)])),
            None
        );
        let other_node = evidence(vec![log("n2", Kubelet)]);
        assert_eq!(lacks(&line, &before, &other_node), Some(entry.clone()));
        let other_program = evidence(vec![log("n1", Etcd)]);
        assert_eq!(lacks(&line, &before, &other_program), Some(entry));
    }

    #[test]
    fn an_object_is_gone_only_where_its_kind_was_collected() {
        let before = with_object(Evidence::default(), node("n1", "False", 0));
        let state = finding(EvidenceItem::Object {
            object: "v1/Node n1".to_owned(),
            path: "status".to_owned(),
            text: String::new(),
            entry: "yamls/nodes.yaml".to_owned(),
            captures: Default::default(),
        });
        let healthy = with_object(Evidence::default(), node("n1", "True", 0));
        assert_eq!(lacks(&state, &before, &healthy), None);
        let without = lacks(&state, &before, &Evidence::default());
        assert_eq!(without.as_deref(), Some("yamls/nodes.yaml"));
    }
}
