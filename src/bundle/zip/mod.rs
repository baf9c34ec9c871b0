//! Zip archives into members: by the central directory where there is one, else by local headers.

mod archive;
mod descriptor;
mod directory;
mod header;
mod member;
mod walk;

pub(crate) use archive::{Archive, Fate, Member, open};
pub(crate) use directory::{directory_start, end_piece};
pub(crate) use member::{inflate_into_memory, nested_source, read_batch};
pub(crate) use walk::{Recovery, walk};
