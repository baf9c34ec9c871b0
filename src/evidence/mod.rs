//! Hits, Kubernetes objects and host facts into one indexed store.

mod fact;
pub mod facts;
mod object;
mod store;

pub use fact::Fact;
pub use object::{Object, ObjectKey};
pub use store::{Evidence, ReadEntry};
