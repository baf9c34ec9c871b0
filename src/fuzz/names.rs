//! Paths and names of members, inputs and their pieces.

use std::collections::BTreeSet;

use super::{chosen, entry};
use crate::bundle::fuzzed::{Name, clean, pieces_of};
use crate::bundle::{Surroundings, input_kind, nodes_without_data, place, place_loose, refine};

/// Any bytes as names: what is clean stays inside and stays clean, and every name has a place.
pub(super) fn names(bytes: &[u8]) {
    let (a, b, rest) = chosen(bytes);
    let text = String::from_utf8_lossy(rest);
    let mut entries = Vec::new();
    for name in text.lines().take(32) {
        if let Name::Clean(cleaned) | Name::WasAbsolute(cleaned) = clean(name) {
            assert!(!cleaned.starts_with('/'), "{cleaned:?}");
            assert!(cleaned.split('/').all(|part| part != ".."), "{cleaned:?}");
            assert!(matches!(clean(&cleaned), Name::Clean(again) if again == cleaned));
        }
        pieces_of(name);
        let around = Surroundings {
            root: (a % 2 == 0).then_some("root"),
            node: (b % 2 == 0).then_some("n1"),
            size: Some(b as u64),
        };
        let placed = place(name, &around);
        let mut entry = entry(name, placed.kind);
        entry.origin = placed.origin;
        entries.push(entry);
    }
    let name = text.lines().next().unwrap_or_default();
    let _ = place_loose(name, rest);
    let _ = place_loose("messages", rest);
    let paths: Vec<String> = entries.iter().map(|entry| entry.path.clone()).collect();
    let _ = input_kind(paths.iter().map(String::as_str));
    let nodes: BTreeSet<String> = ["n1".to_owned()].into();
    let _ = nodes_without_data(&entries, paths.iter().map(String::as_str), &nodes);
    let namespaces: BTreeSet<String> = ["kube-system".to_owned()].into();
    let pods: BTreeSet<(String, String)> =
        [("kube-system".to_owned(), "etcd-n1".to_owned())].into();
    let before = entries.len();
    refine(&mut entries, &namespaces, &pods);
    assert_eq!(entries.len(), before);
}
