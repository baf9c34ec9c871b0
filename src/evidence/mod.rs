//! Hits, Kubernetes objects and host facts into one indexed store.

mod budget;
pub mod clocks;
mod collect;
mod derived;
mod fact;
pub mod facts;
mod handover;
mod merge;
mod object;
pub mod objects;
mod period;
mod progress;
pub mod select;
mod store;
pub mod texts;

pub use clocks::NodeClock;
pub use collect::{Collected, Collector};
pub use fact::Fact;
pub use handover::{Errand, Idle};
pub use object::{Object, ObjectKey};
pub(crate) use objects::PLAN_KEYS;
pub use objects::{ObjectLimits, Wanted};
pub use progress::Progress;
pub use store::{Evidence, ReadEntry};
