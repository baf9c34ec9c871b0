//! YAML files into the immutable database of signatures.

#[macro_use]
mod words;
mod block;
pub mod check;
mod class;
mod database;
mod digest;
mod embedded;
mod examples;
mod later;
mod load;
mod meter;
mod model;
mod node;
mod pattern;
mod place;
mod problem;
pub mod query;
mod read;
mod template;
mod translated;
mod versions;

pub use class::Class;
pub use database::Database;
pub use digest::digest;
pub(crate) use examples::Examples;
pub use later::Later;
pub use load::SignatureLimits;
pub use model::{
    Check, Condition, Expect, Given, GivenCase, GivenFact, GivenLog, Join, Part, Requirement,
    Signature, Source, Step, StepText, TestCase, TextIn, Then, TimeConstraints, Translation,
    Weight,
};
pub use node::FileLimits;
pub use pattern::{Pattern, Shapes};
pub use problem::{Code, SignatureProblem};
pub use query::{FactQuery, Query};
pub use template::{Filter, Template, shell_quoted};
pub use versions::{Affected, Version, VersionRange, affected};
pub use words::{Kind, Product, Risk, Scope, Severity, Sureness};
