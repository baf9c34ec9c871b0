//! Redacted copies: nothing that was seeded survives, and the diagnosis is the same.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a broken fixture fails the test"
)]

#[path = "../pack/mod.rs"]
mod pack;
#[path = "../trees/mod.rs"]
mod trees;

mod command;
mod same;
mod seeded;

use std::io::Read;
use std::path::{Path, PathBuf};

use bundlevet::bundle::{Case, Entry, OpenOptions, Visit};
use bundlevet::pipeline::{self, RedactOptions};
use bundlevet::redact::{Key, PackOptions, Redacted};
use bundlevet::{Problem, redact};

/// Redacts into `out`, as the command does.
fn redact(input: &Path, out: &Path) -> Redacted {
    redact_with(input, out, "a key for tests")
}

fn redact_with(input: &Path, out: &Path, key: &str) -> Redacted {
    let open = OpenOptions::default();
    let learned = pipeline::learn(&[input.to_owned()], &open, 2).expect("names");
    let options = RedactOptions {
        open,
        threads: 2,
        key: Key::from_text(key),
        pack: PackOptions {
            level: 1,
            mapping: true,
            scratch: redact::folder_of(out),
        },
    };
    let mut file = std::fs::File::create(out).expect("out");
    pipeline::redact(input, &learned, &options, &mut file)
        .expect("an input")
        .expect("a copy")
}

/// Every entry of a bundle with its bytes, as the reader sees them; problems as well.
#[derive(Default)]
struct Everything {
    entries: Vec<(String, Vec<u8>)>,
    paths: Vec<String>,
    problems: Vec<Problem>,
}

impl Visit for Everything {
    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
        let mut all = Vec::new();
        let _ = bytes.read_to_end(&mut all);
        self.paths.push(entry.path.clone());
        self.entries.push((entry.path, all));
    }

    fn wants(&mut self, _: &Entry) -> bool {
        true
    }

    fn skip(&mut self, entry: Entry) {
        self.paths.push(entry.path);
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn read(path: &Path) -> Everything {
    let case = Case::open(&[path.to_owned()], &OpenOptions::default()).expect("a case");
    let mut all = Everything::default();
    for job in case.jobs() {
        job.run_through(&mut all);
    }
    all.entries.sort();
    all.paths.sort();
    all
}

fn redacted_name(input: &Path) -> PathBuf {
    let name = input.file_name().expect("a name").to_string_lossy();
    input.with_file_name(format!("redacted-{name}"))
}
