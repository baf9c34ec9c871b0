//! Kubernetes object files into objects: every layout in which a bundle holds them.

mod block;
mod general;
mod json;
mod kinds;
mod limits;
mod place;
mod prune;
mod scalar;
mod secret;
mod sink;
mod structs;
mod table;
mod telling;
#[cfg(test)]
mod tests;
mod wanted;
mod window;
mod yaml;

/// What fuzzing reaches below an entry.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzed {
    use super::prune::Prune;
    use super::{ObjectLimits, block, general};

    /// What the block reader accepts, it reads as the general one does, or that one refuses it for a character
    /// that YAML does not allow.
    pub(crate) fn readers_agree(text: &str, limits: &ObjectLimits) {
        // The general reader takes it for the end of the text.
        if text.contains('\0') {
            return;
        }
        // It counts blanks behind the last newline as one more line of a literal text, which YAML 1.2 (8.1.1.2) does not.
        let text = text.trim_end_matches([' ', '\t']);
        for prune in [None, Some(&Prune::common())] {
            let Ok(fast) = block::parse(text, limits, prune) else {
                continue;
            };
            match general::parse(text, limits, prune) {
                Err(why) if why.contains("unprintable character") => {}
                general => assert_eq!(Ok(fast), general, "{text:?}"),
            }
        }
    }
}

use std::io::{Cursor, Read};

pub use kinds::with_group;
pub use limits::{ObjectLimits, ObjectsRead};
pub(crate) use wanted::PLAN_KEYS;
pub use wanted::Wanted;

use crate::bundle::Entry;
use sink::Sink;

/// Reads the objects of one entry: a list, a bare array, one object or several documents, as YAML or JSON, or a table
/// that `kubectl get -o wide` printed. `index` is the entry's index in [`Evidence::entries`](super::Evidence).
/// Never fails: what is wrong is a problem in the result, and everything else is still there.
pub fn read(
    index: u32,
    entry: &Entry,
    bytes: &mut dyn Read,
    wanted: &Wanted,
    limits: &ObjectLimits,
) -> ObjectsRead {
    if !wanted.wants(&entry.path) {
        return ObjectsRead::default();
    }
    let mut sink = Sink::new(index, entry, wanted, limits);
    let head = match head(bytes) {
        Ok(head) => head,
        Err(error) => {
            sink.problem(format!("stopped reading: {error}"));
            return sink.finish();
        }
    };
    let form = Form::of(&head);
    let mut bytes = Cursor::new(head).chain(bytes);
    match form {
        Form::Empty => {}
        Form::NothingFound => sink.collected(None),
        Form::Message => {}
        Form::Json => json::read(&mut bytes, &mut sink),
        Form::Table => table::read(&mut bytes, &mut sink),
        Form::Yaml => yaml::read(
            &mut window::Window::new(&mut bytes, limits.item_bytes),
            &mut sink,
        ),
    }
    sink.finish()
}

/// How an entry is written, from its first bytes.
enum Form {
    Empty,
    /// kubectl found no such object: a whole list, with nothing in it.
    NothingFound,
    /// An error of kubectl instead of objects: not evidence of anything in the cluster.
    Message,
    Json,
    Table,
    Yaml,
}

impl Form {
    fn of(head: &[u8]) -> Self {
        let text = head.trim_ascii_start();
        let first_line = text.split(|&b| b == b'\n').next().unwrap_or_default();
        match text.first() {
            None => Self::Empty,
            Some(b'{' | b'[') => Self::Json,
            Some(_) if text.starts_with(b"No resources found") => Self::NothingFound,
            Some(_) if text.starts_with(b"Error from server") || text.starts_with(b"error: ") => {
                Self::Message
            }
            Some(_) if text.starts_with(b"The connection to the server") => Self::Message,
            Some(_) if table::is_header(first_line) || table::is_row(first_line) => Self::Table,
            Some(_) => Self::Yaml,
        }
    }
}

/// The first bytes, without a byte order mark.
fn head(bytes: &mut dyn Read) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    bytes.take(4096).read_to_end(&mut head)?;
    if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    Ok(head)
}
