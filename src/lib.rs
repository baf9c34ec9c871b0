//! bundlevet opens a support bundle, reads everything in it, and says what broke first,
//! how it knows, and what to do now.
//!
//! The folders are the data flow, in alphabetical order; a stage imports only the stages above it
//! (and [`signature`], from `detect` on, and [`error`]):
//!
//! | stage | turns | into |
//! |---|---|---|
//! | [`bundle`] | paths | entries: bytes in order with an origin; an inventory |
//! | [`decode`] | the raw bytes of a line | a line: envelopes peeled, text unescaped, time, level |
//! | [`detect`] | entries | hits: a pattern of a signature proven at a location |
//! | [`evidence`] | hits, objects, facts | one indexed store |
//! | [`finding`] | evidence and signatures | what is true of which subjects, how sure, and why |
//! | [`preflight`] | facts and objects | checks before an upgrade, an install, a removal |
//! | [`rank`] | findings | the diagnosis: causes in order, consequences folded |
//! | [`redact`] | a case | the same case without secrets and names |
//! | [`report`] | the diagnosis | text, JSON and the rest |
//! | [`signature`] | YAML files | the immutable database |
//! | [`trial`] | the test of a signature | what the real stages say of it |
//! | [`packed`] | JSON values | few bytes that are read in place |
//! | [`settings`] | the text of `bundlevet.toml` | which option of which commands has which values |
//! | [`limits`] | names | what a run may cost, stage by stage |
//! | [`pipeline`] | | the only file that makes threads; those of [`batch`] wait for child processes |
//! | [`batch`] | many bundles | a directory of results, unattended |

pub mod batch;
pub mod bundle;
pub mod decode;
pub mod detect;
pub mod error;
pub mod evidence;
pub mod finding;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzz;
pub mod limits;
pub mod packed;
pub mod pipeline;
pub mod preflight;
pub mod rank;
pub mod redact;
pub mod report;
pub mod settings;
pub mod signature;
pub mod trial;

pub use error::{Error, Problem, Result};
