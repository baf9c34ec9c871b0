//! What holds for every fixture bundle: neither the order of entries nor the number of threads shows, noise never
//! changes the first cause, and a source that is missing makes nothing surer.

use std::fs;
use std::path::{Path, PathBuf};

use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::rank::Diagnosis;
use bundlevet::signature::{Database, Sureness};

use super::trees;

/// Lines that many programs print, whatever happens.
const NOISE: [&str; 4] = [
    "http: TLS handshake error from 203.0.113.7:40112: EOF",
    "Operation cannot be fulfilled on nodes \"a\": the object has been modified; please apply your changes to the latest version and try again",
    "v1 ComponentStatus is deprecated in v1.19+",
    "Caches are synced",
];

fn scan(path: &Path, threads: usize) -> Diagnosis {
    let options = ScanOptions {
        threads,
        ..ScanOptions::default()
    };
    let paths = [path.to_path_buf()];
    let scan = pipeline::scan(&paths, Database::shipped(), &options).expect("a diagnosis");
    scan.diagnosis
}

/// Everything that a report may say.
fn said(diagnosis: &Diagnosis) -> String {
    format!("{diagnosis:?}")
}

fn cases() -> Vec<String> {
    let folder = trees::case("");
    let entries = fs::read_dir(folder).expect("fixtures");
    let mut names: Vec<String> = entries
        .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A copy of a fixture's tree, and the paths of its files, the largest first.
fn copied(case: &str, into: &Path) -> Vec<PathBuf> {
    let mut files = trees::files(&trees::case(case), false);
    files.sort_by_key(|(_, bytes)| std::cmp::Reverse(bytes.len()));
    let write = |(name, bytes): (String, Vec<u8>)| {
        let path = into.join(name);
        fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        fs::write(&path, bytes).expect("file");
        path
    };
    files.into_iter().map(write).collect()
}

/// The first place where two texts differ.
fn differing(a: &str, b: &str) -> String {
    let at = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let around = |text: &str| -> String {
        let from = text.floor_char_boundary(at.saturating_sub(300));
        text[from..].chars().take(500).collect()
    };
    format!("{}\n---\n{}", around(a), around(b))
}

#[test]
fn neither_order_nor_threads_show() {
    for case in cases() {
        let dir = tempfile::tempdir().expect("scratch");
        let packed = trees::pack(&case, dir.path());
        let one = said(&scan(&packed, 1));
        assert!(one == said(&scan(&packed, 3)), "{case}: threads show");
        let turned = trees::pack_backwards(&case, dir.path());
        let other = said(&scan(&turned, 2));
        assert!(
            one == other,
            "{case}: the order of entries shows: {}",
            differing(&one, &other)
        );
    }
}

#[test]
fn noise_never_changes_the_first_cause() {
    for case in cases() {
        let dir = tempfile::tempdir().expect("scratch");
        let noise = NOISE.repeat(10).join("\n") + "\n";
        for path in copied(&case, dir.path()) {
            let name = path.to_string_lossy().into_owned();
            let log =
                name.ends_with(".log") || name.contains("journald") || name.contains("podlogs");
            if log && !name.contains("collector-output") && !name.contains("bundleGenerationError")
            {
                let text = fs::read_to_string(&path).expect("log");
                fs::write(&path, format!("{noise}{text}\n{noise}")).expect("log");
            }
        }
        let root = fs::read_dir(dir.path())
            .expect("tree")
            .next()
            .expect("root");
        let root = root.expect("entry").path();
        for path in [
            "logs/default/unrelated-0/app.log",
            "rke2/podlogs/default-unrelated-0",
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("folder")).expect("folder");
            fs::write(path, &noise).expect("file");
        }
        let first = |d: &Diagnosis| {
            let cause = d.causes.first();
            cause.map(|c| (c.signature.clone(), c.sure, c.subjects.clone()))
        };
        let quiet = scan(&trees::case(&case), 2);
        let loud = scan(dir.path(), 2);
        assert_eq!(first(&quiet), first(&loud), "{case}");
        assert_eq!(quiet.verdict, loud.verdict, "{case}");
    }
}

/// Takes away one file after the other, at most so many of each bundle.
fn without_one_file(most: usize) {
    for case in cases() {
        let dir = tempfile::tempdir().expect("scratch");
        let files = copied(&case, dir.path());
        let whole = scan(dir.path(), 2);
        let sure = |d: &Diagnosis, id: &str| -> Option<Sureness> {
            d.causes.iter().find(|c| c.signature == id).map(|c| c.sure)
        };
        for path in files.iter().take(most) {
            let bytes = fs::read(path).expect("file");
            fs::remove_file(path).expect("file");
            let part = scan(dir.path(), 2);
            fs::write(path, bytes).expect("file");
            for cause in &part.causes {
                // what nothing ruled out any more is possible, and no more than that
                let before = sure(&whole, &cause.signature).unwrap_or(Sureness::Possible);
                assert!(
                    cause.sure <= before,
                    "{case} without {}: {} is {:?}, was {before:?}: {:?}",
                    path.display(),
                    cause.signature,
                    cause.sure,
                    cause.reasons
                );
            }
        }
    }
}

#[test]
fn a_missing_source_makes_nothing_surer() {
    without_one_file(3);
}

/// All files of all fixtures: run by `.ci/run`.
#[test]
#[ignore = "takes minutes"]
fn no_missing_source_makes_anything_surer() {
    without_one_file(usize::MAX);
}
