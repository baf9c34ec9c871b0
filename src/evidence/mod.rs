//! Hits, Kubernetes objects and host facts into one indexed store.

mod fact;
pub mod facts;
mod object;
pub mod objects;
pub mod select;
mod store;
pub mod texts;

pub use fact::Fact;
pub use object::{Object, ObjectKey};
pub use store::{Evidence, ReadEntry};
