//! A directory of signature files into everything that is wrong with it: form, style, behaviour.

mod behaviour;
mod benign;
mod crosstalk;
mod envelope;
mod mutation;
mod sample;
mod style;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub use benign::BenignLine;

use super::load::{Directory, SignatureLimits};
use super::{Database, GivenCase, Signature, SignatureProblem, Sureness};

/// What a signature says of a small bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the signature was found.
    pub found: bool,
    /// How sure.
    pub sure: Option<Sureness>,
    /// Subjects of its findings.
    pub subjects: Vec<BTreeMap<String, String>>,
    /// Captures of its findings.
    pub captures: Vec<BTreeMap<String, String>>,
    /// Commands of its fix, filled in.
    pub runs: Vec<String>,
}

/// Evaluates one signature of a database on a small bundle: the stages after this one, handed in by the caller.
pub type RunCase<'a> = dyn Fn(&Database, &Signature, &GivenCase) -> Outcome + Sync + 'a;

/// What is checked besides form and style.
#[derive(Default)]
pub struct CheckOptions<'a> {
    /// Runs tests that are small bundles; without it they are only read.
    pub run_case: Option<&'a RunCase<'a>>,
    /// Lines that mean nothing; signatures that fire on them are too general.
    pub benign: Vec<BenignLine>,
}

/// What came of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Everything that is wrong, in order of file and line.
    pub problems: Vec<SignatureProblem>,
    /// Signature files read.
    pub signatures: usize,
    /// Tests run.
    pub tests: usize,
    /// Tests that could not be run: cases without [`CheckOptions::run_case`].
    pub not_run: usize,
    /// Samples in other envelopes or with other values that were tried.
    pub mutations: usize,
    /// Signatures with a translation, by language.
    pub translated: BTreeMap<String, usize>,
}

impl CheckReport {
    /// Whether a problem is more than a warning.
    pub fn failed(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| !problem.code.is_warning())
    }
}

/// Checks a directory (or one file); samples are also held against the shipped signatures.
pub fn check(dir: &Path, options: &CheckOptions<'_>) -> CheckReport {
    check_directory(Directory::read(dir, &SignatureLimits::default()), options)
}

/// Checks the shipped signatures. Lines are 0: the embedded form has none.
pub fn check_shipped(options: &CheckOptions<'_>) -> CheckReport {
    check_directory(Directory::shipped_with_tests(), options)
}

/// Only runs the tests of the directory: quick enough to be run at every save.
pub fn test(dir: &Path, options: &CheckOptions<'_>) -> CheckReport {
    let directory = Directory::read(dir, &SignatureLimits::default());
    let mut report = CheckReport {
        signatures: directory.files.len(),
        ..CheckReport::default()
    };
    for file in &directory.files {
        report.problems.extend(
            file.problems
                .iter()
                .filter(|p| !p.code.is_warning())
                .cloned(),
        );
    }
    let database = database_of(&directory);
    for signature in own(&directory, &database) {
        behaviour::check(&database, signature, options, &mut report);
    }
    report.problems.extend(directory.problems);
    report.problems.sort();
    report
}

fn check_directory(directory: Directory, options: &CheckOptions<'_>) -> CheckReport {
    let mut report = CheckReport {
        signatures: directory.files.len(),
        ..CheckReport::default()
    };
    let database = database_of(&directory);
    for file in &directory.files {
        report.problems.extend(file.problems.iter().cloned());
    }
    for signature in own(&directory, &database) {
        style::check(signature, &mut report.problems);
        behaviour::check(&database, signature, options, &mut report);
        mutation::check(signature, &mut report);
    }
    style::check_names(&directory, &database, &mut report.problems);
    for translation in &directory.translations {
        *report
            .translated
            .entry(translation.language.clone())
            .or_default() += 1;
    }
    let own: Vec<&Arc<Signature>> = own(&directory, &database).collect();
    crosstalk::check(&database, &own, &mut report.problems);
    benign::check(&own, &options.benign, &mut report.problems);
    report.problems.extend(directory.problems);
    report.problems.sort();
    report.problems.dedup();
    report
}

/// The signatures of the directory over the shipped ones.
fn database_of(directory: &Directory) -> Database {
    let mut signatures: BTreeMap<String, Arc<Signature>> = Database::shipped_with_tests()
        .signatures
        .iter()
        .map(|s| (s.id.clone(), Arc::clone(s)))
        .collect();
    for file in &directory.files {
        if let Some(signature) = &file.signature {
            signatures.insert(file.id.clone(), Arc::new(signature.clone()));
        }
    }
    Database {
        signatures: signatures.into_values().collect(),
        ..Database::shipped().as_ref().clone()
    }
}

fn own<'a>(
    directory: &'a Directory,
    database: &'a Database,
) -> impl Iterator<Item = &'a Arc<Signature>> {
    directory
        .files
        .iter()
        .filter(|file| file.signature.is_some())
        .filter_map(|file| database.get(&file.id))
}

/// A problem of a signature at a line of its file.
fn problem(
    signature: &Signature,
    line: u32,
    code: super::Code,
    message: impl Into<String>,
) -> SignatureProblem {
    SignatureProblem {
        file: signature.file.clone(),
        line,
        code,
        message: message.into(),
    }
}
