//! Evidence and signatures into findings: what is true of which subjects, how sure, and why.
//!
//! Each signature is judged by itself: `index` looks the evidence up by part, `observe` turns a part into
//! observations (or says that its source was not collected), `timing` applies time and order, `join` finds
//! observations of all parts that agree, `sureness` moves the class of sureness with a reason for every change,
//! `state` says whether it still holds. Which finding explains which is decided later, in [`rank`](crate::rank).

mod account;
mod clusters;
mod context;
mod evaluate;
mod examined;
mod general;
mod index;
mod join;
mod observe;
pub(crate) mod said;
mod select;
mod state;
mod subject;
mod sureness;
mod timing;

pub use account::{Account, PartAccount, Status};
pub(crate) use clusters::Clusters;
pub use context::Context;
pub use evaluate::{Case, Finding, FindingLimits, evaluate, evaluate_within, why};
pub use examined::Examined;
pub use observe::{Observation, Proof};
pub use state::State;
pub use subject::{Place, Subject};
pub use sureness::Told;
pub use timing::CLOCK_TOLERANCE;

#[cfg(test)]
pub(crate) mod build;
#[cfg(test)]
mod tests;
