//! The members of the real bundles: nothing useful may be irrelevant, and few logs are of unknown programs.
//! `SHOW=1` prints where every member went.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::*;
use crate::bundle::{Case, OpenOptions, Visit};
use crate::error::Problem;

/// Where the real bundles lie, if they do.
fn bundles() -> Option<PathBuf> {
    let root = std::env::var_os("BUNDLEVET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let bundles = root.join("bundles");
    bundles.is_dir().then_some(bundles)
}

/// Keeps the entries and reads none.
#[derive(Default)]
struct Entries(Vec<Entry>);

impl Visit for Entries {
    fn entry(&mut self, entry: Entry, _: &mut dyn Read) {
        self.0.push(entry);
    }
    fn skip(&mut self, entry: Entry) {
        self.0.push(entry);
    }
    fn problem(&mut self, problem: Problem) {
        panic!("{problem:?}");
    }
}

/// All members, nested ones too.
fn entries(bundles: &Path, prefix: &str) -> Vec<Entry> {
    let file = std::fs::read_dir(bundles)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| {
            p.file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with(prefix))
        })
        .unwrap();
    let case = Case::open(&[file], &OpenOptions::default()).unwrap();
    let mut jobs = case.jobs();
    let mut entries = Entries::default();
    while let Some(job) = jobs.pop() {
        jobs.extend(job.run(&mut entries));
    }
    entries.0
}

#[test]
fn members_of_the_real_bundles_are_placed() {
    let Some(bundles) = bundles() else {
        println!("skipped: no real bundles at ../shared/bundles");
        return;
    };
    for (prefix, want, node) in [
        ("supportbundle_", InputKind::Harvester, "node1"),
        (
            "w-guard-wg-cp-",
            InputKind::RancherLogsCollector,
            "w-guard-wg-cp-svtk6-lqtxw",
        ),
        ("support-bundle-kurl", InputKind::Troubleshoot, ""),
    ] {
        let entries = entries(&bundles, prefix);
        assert_eq!(input_kind(entries.iter().map(|e| e.path.as_str())), want);
        for entry in &entries {
            let Entry {
                path, kind, origin, ..
            } = entry;
            if std::env::var_os("SHOW").is_some() {
                let placement = Placement {
                    kind: *kind,
                    origin: origin.clone(),
                };
                println!("{path} | {}", describe(&placement));
            }
            assert_ne!(*kind, EntryKind::Skipped(Skip::Irrelevant), "{path}");
            let foreign = path.contains("/velero/") || path.contains("/demo-");
            let unknown = *kind == EntryKind::Log && origin.programs.is_all();
            assert!(!unknown || foreign, "{path} may be of any program");
            let own = ["systeminfo/", "journald/", "nodes/"]
                .iter()
                .any(|p| path.starts_with(p));
            if own && !matches!(kind, EntryKind::Skipped(_)) {
                assert_eq!(origin.node.as_deref(), Some(node), "{path}");
            }
        }
    }
}
