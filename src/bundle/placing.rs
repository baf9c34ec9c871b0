//! The one place where the reader asks what a path means.

use std::io::Read;

use super::level::Level;
use super::place::{self, Placement, Surroundings};
use super::utf16;

/// Places a member by its path; a file that was given by itself by its first bytes.
pub(crate) fn place(level: &Level, path: &str, size: Option<u64>, head: &[u8]) -> Placement {
    if level.depth == 0 {
        let Some(order) = utf16::order(head) else {
            return place::place_loose(path, head);
        };
        let mut text = Vec::new();
        // Reading from memory does not fail.
        let _ = utf16::Narrow::new(head, order).read_to_end(&mut text);
        return place::place_loose(path, &text);
    }
    let around = Surroundings {
        root: level.root.as_deref(),
        node: level.node.as_deref(),
        size,
    };
    place::place(path, &around)
}
