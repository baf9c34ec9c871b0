//! A bundle into the same bundle without what must not leave the house: secrets, addresses, names of hosts and people.
//!
//! First everything is read to learn the names that a bundle gives away ([`Learner`]); then a [`Redactor`] knows them,
//! and every entry and every path goes through it. The same key gives the same pseudonyms; without the key nothing
//! leads back.
//!
//! | file | turns | into |
//! |---|---|---|
//! | `learn`, `telling`, `names`, `short`, `words` | entries | names that are to be hidden, and words that stay |
//! | `secret` | text | places of secrets (reports mask with it, too) |
//! | `find`, `address`, `class`, `key` | text | places of addresses and domains; pseudonyms |
//! | `text`, `objects`, `table`, `stream` | bytes | redacted bytes |
//! | `repack`, `tally` | a case | a packed copy, and what was replaced in it |

mod address;
mod class;
mod find;
mod key;
mod learn;
mod names;
mod objects;
mod repack;
mod secret;
mod short;
mod stream;
mod table;
mod tally;
mod telling;
mod text;
mod veil;
mod words;

/// What fuzzing reaches below a copy.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzed {
    pub(crate) use super::stream::Stream;
}

pub use class::Class;
pub use key::Key;
pub use learn::Learner;
pub use names::Learned;

pub use repack::{PackOptions, Redacted, Repack, file_name, folder_of};
pub use stream::Content;
pub use tally::{Counts, Mapping};
pub use text::Redactor;
pub(crate) use text::secrets;
pub use veil::Veil;
