//! Paths into entries: opens archives, directories and loose files, says where each entry comes from.
//!
//! [`Case::open`] lists what the user named; [`Case::jobs`] cuts it into pieces that workers run in
//! any order, each handing its members to a [`Visit`]. Nothing is extracted to disk, formats are
//! told by magic bytes, and what cannot be read is a [`crate::Problem`] that says what was lost.
//!
//! | file | turns | into |
//! |---|---|---|
//! | `case`, `split`, `folder`, `confined` | what the user named | inputs, listed |
//! | `job`, `budget`, `limits`, `level` | inputs | bounded pieces of work |
//! | `zip`, `tar`, `unpack`, `stream` | containers | members |
//! | `live` | a node | what is read of it besides its files |
//! | `leaf`, `placing`, `utf16` | a member | an [`Entry`] for the visitor |
//! | `identity` | an input | what tells it from a changed one |
//! | `remote`, `url` | a URL | bytes in ranges (behind a feature) |
//! | `source`, `peek`, `sniff`, `name`, `loss` | bytes, names, errors | what the above needs of them |

mod budget;
mod case;
mod confined;
mod entry;
mod folder;
mod gzip;
mod identity;
mod job;
mod leaf;
mod level;
mod limits;
mod live;
mod loss;
mod name;
mod origin;
mod peek;
mod place;
mod placing;
mod program;
#[cfg(feature = "remote")]
mod remote;
mod sniff;
mod source;
mod split;
mod spool;
mod stream;
mod tar;
mod time_in_name;
mod unpack;
mod url;
mod utf16;
mod visit;
mod zip;

/// What fuzzing reaches below a case.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzed {
    pub(crate) use super::case::of_bytes as case;
    pub(crate) use super::name::{Name, clean};
    pub(crate) use super::peek::Peek;
    pub(crate) use super::split::pieces_of;
    pub(crate) use super::utf16::{Narrow, Order};
}

pub use case::{Case, Input, OpenOptions};
pub use entry::{Entry, EntryKind, InputKind, Skip};
pub use identity::{Identity, is_archive, pieces};
pub use job::Job;
pub use limits::Limits;
pub use live::{Installed, LiveOptions, Unread, end_programs, give_way, node_name, window};
pub use origin::{Instance, Origin};
pub use place::{
    LIVE_PATHS, NodeData, NodeGap, Placement, Surroundings, input_kind, nodes_without_data, place,
    place_loose, refine, refine_nodes,
};
pub use program::{Program, ProgramSet};
#[cfg(feature = "remote")]
pub use remote::{Remote, RemoteObject};
pub(crate) use sniff::is_opaque;
pub use spool::Spool;
pub use time_in_name::time_in_name;
pub use url::{NO_URLS, as_url, shown_url};
pub use visit::{Archived, Container, Member, Visit};
