//! YAML files into the immutable database of signatures.

mod model;

pub use model::{Kind, Risk, Scope, Severity, Sureness};
