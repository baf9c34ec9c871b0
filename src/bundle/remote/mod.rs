//! A URL into bytes that can be read at any offset, in ranges: a zip's directory without the rest of it.
//!
//! The only network code: nothing here runs unless the user names a URL. Credentials come from the environment as the
//! providers' own tools read it, and are never shown. Requests are repeated by `object_store`, with growing pauses.
//!
//! | file | turns | into |
//! |---|---|---|
//! | `store` | a URL and the environment | a client |
//! | `place` | a place in a store | lists of objects, objects read and written whole |
//! | `source` | an object | bytes at any offset |
//! | `cache` | blocks that were fetched | those that are kept, and how many to fetch next |
//! | `failure` | what went wrong | a sentence without secrets |

mod cache;
mod failure;
mod place;
mod source;
mod store;

pub use place::{Remote, RemoteObject};
