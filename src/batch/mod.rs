//! Many bundles into a directory of results, unattended: resumable, and none can take the others down with it.
//!
//! Every bundle is diagnosed by a child process of its own ([`diagnose_one`] is what runs in it), under limits of
//! memory and time; what the child says of it becomes one line of `results.ndjson`, and a bundle is finished exactly
//! when its line stands there. `docs/batch.md` describes the files.
//!
//! | file | turns | into |
//! |---|---|---|
//! | `find`, `objects`, `name`, `shard` | what the user named | bundles, each with a name of its own |
//! | `run` | bundles | results, side by side (the threads here only wait for children) |
//! | `child`, `one` | one bundle | what its child process came to; reports |
//! | `leftover` | names of what killed children were writing | nothing |
//! | `parquet` | a diagnosis | columns (behind a feature) |
//! | `journal`, `record` | results | lines of `results.ndjson`, and back |
//! | `publish` | an output directory | objects in a store (behind a feature) |
//! | `summary`, `metrics` | all results | causes by frequency, version, directory; figures for monitoring |
//! | `watch` | directories that uploads go to | bundles that are complete |

mod child;
mod find;
mod journal;
mod leftover;
mod metrics;
mod name;
#[cfg(feature = "remote")]
mod objects;
mod one;
#[cfg(feature = "parquet")]
pub mod parquet;
#[cfg(feature = "remote")]
mod publish;
mod record;
mod run;
mod shard;
pub mod summary;
mod watch;

/// What fuzzing reaches below a directory of results.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzed {
    pub(crate) use super::summary::summary_of;
}

pub use child::{CANNOT_WRITE, ChildLimits, Task};
pub use find::{Bundle, Found, find};
pub use journal::{Journal, Run};
pub use metrics::{RunFigures, write_metrics};
pub use one::{PARQUET, diagnose_one, enter, extension};
#[cfg(feature = "remote")]
pub use publish::Publish;
pub use record::{Cause, Outcome, Record, Status};
pub use run::{BatchOptions, Done, run};
pub use shard::Shard;
pub use summary::Summary;
pub use watch::Watch;
