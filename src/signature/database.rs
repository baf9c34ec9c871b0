//! All signatures that a run uses, ordered by id.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::{Class, Kind, Signature};

/// The immutable database.
#[derive(Debug, Clone, Default)]
pub struct Database {
    /// Ordered by id. [`HitSeries::signature`](crate::detect::HitSeries::signature) indexes this.
    pub signatures: Vec<Arc<Signature>>,
}

impl Database {
    /// The signatures that came with bundlevet.
    pub fn shipped() -> &'static Arc<Database> {
        static SHIPPED: OnceLock<Arc<Database>> = OnceLock::new();
        SHIPPED.get_or_init(Arc::default)
    }

    /// The shipped signatures, plus (or replaced by) those of user directories, less the disabled ids.
    pub fn load(_dirs: &[PathBuf], _disabled: &[String]) -> (Database, Vec<SignatureProblem>) {
        (Database::default(), Vec::new())
    }

    /// The signature with this id.
    pub fn get(&self, id: &str) -> Option<&Arc<Signature>> {
        self.position(id).and_then(|at| self.signatures.get(at))
    }

    /// The index of the signature with this id.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.signatures
            .binary_search_by(|s| s.id.as_str().cmp(id))
            .ok()
    }

    /// Symptoms that carry this class, in order of id.
    pub fn symptoms(&self, class: Class) -> impl Iterator<Item = &Arc<Signature>> {
        self.signatures
            .iter()
            .filter(move |s| s.kind == Kind::Symptom && s.class == Some(class))
    }

    /// Causes that lead to this class, in order of id.
    pub fn causes_of(&self, class: Class) -> impl Iterator<Item = &Arc<Signature>> {
        self.signatures
            .iter()
            .filter(move |s| s.kind == Kind::Cause && s.leads_to.contains(&class))
    }
}

/// Something wrong with a signature file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignatureProblem {
    /// The file.
    pub file: String,
    /// Line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}
