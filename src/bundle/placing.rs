//! The one place where the reader asks what a path means.

use std::borrow::Cow;
use std::io::Read;

use super::level::Level;
use super::place::{self, Placement, Surroundings};
use super::{EntryKind, utf16};

/// Places a member by its path; by its first bytes a file that was given by itself, and one whose path says nothing.
pub(crate) fn place(level: &Level, path: &str, size: Option<u64>, head: &[u8]) -> Placement {
    if level.depth == 0 {
        return by_content(path, head);
    }
    let around = Surroundings {
        root: level.root.as_deref(),
        node: level.node.as_deref(),
        size,
    };
    let mut placed = place::place(path, &around);
    if placed.is_open() {
        // A log stays what its surroundings make of it, also one that quotes objects; a document shows what it is.
        if place::holds_objects(&narrow(head)) {
            placed.kind = EntryKind::Objects;
        }
    }
    placed
}

fn by_content(path: &str, head: &[u8]) -> Placement {
    place::place_loose(path, &narrow(head))
}

/// The first bytes as UTF-8, where they are UTF-16.
fn narrow(head: &[u8]) -> Cow<'_, [u8]> {
    let Some(order) = utf16::order(head) else {
        return head.into();
    };
    let mut text = Vec::new();
    // Reading from memory does not fail.
    let _ = utf16::Narrow::new(head, order).read_to_end(&mut text);
    text.into()
}
