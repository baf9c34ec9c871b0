//! The names of what killed children were writing into nothing: a report half written never stays.
//!
//! A report has a name of its own only for a moment, or while it is written where the file system knows no other way;
//! a child that is killed then leaves it. A directory of results can be that of several shares, whose children go on:
//! only what belongs to a process that is gone, or to a bundle of this share, is removed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::one::PARQUET;
use crate::report::draft_of;

/// Removes what this process was writing.
pub(super) fn of_process(output: &Path, process: u32) {
    for (path, _, by) in drafts(output) {
        if by == process {
            let _ = fs::remove_file(path);
        }
    }
}

/// Removes what an earlier run was writing about bundles of these names; asked for them only when there is something.
pub(super) fn of_bundles<N: Iterator<Item = String>>(output: &Path, names: impl FnOnce() -> N) {
    let drafts: Vec<_> = drafts(output).collect();
    if drafts.is_empty() {
        return;
    }
    let wanted: BTreeSet<&str> = drafts.iter().map(|(_, name, _)| name.as_str()).collect();
    let ours: BTreeSet<String> = names()
        .filter(|name| wanted.contains(name.as_str()))
        .collect();
    for (path, name, _) in &drafts {
        if ours.contains(name) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Reports and tables that are not complete: their paths, the names of the bundles, and the processes.
fn drafts(output: &Path) -> impl Iterator<Item = (PathBuf, String, u32)> {
    let reports = listed(output).filter_map(|path| {
        let (report, process) = draft_of(path.file_name()?.to_str()?)?;
        let (name, _) = report.rsplit_once(".diagnosis.")?;
        let found = (name.to_owned(), process);
        Some((path, found.0, found.1))
    });
    let tables = listed(&output.join(PARQUET)).flat_map(|table| listed(&table));
    let tables = tables.filter_map(|path| {
        let (table, process) = draft_of(path.file_name()?.to_str()?)?;
        let name = table.strip_suffix(".parquet")?.to_owned();
        Some((path, name, process))
    });
    reports.chain(tables)
}

/// What is in a directory; nothing is in one that is not there.
fn listed(directory: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(output: &Path) -> Vec<String> {
        let names = drafts(output).map(|(path, ..)| {
            let path = path.strip_prefix(output).unwrap();
            path.to_str().unwrap().to_owned()
        });
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn drafts_of_others_are_left_to_them() {
        let output = tempfile::tempdir().unwrap();
        let output = output.path();
        fs::create_dir_all(output.join("parquet/findings")).unwrap();
        for name in [
            ".a.diagnosis.json.17-0.tmp",
            ".a.diagnosis.b.diagnosis.html.18-3.tmp",
            "parquet/findings/.a.parquet.17-0.tmp",
            "parquet/findings/.c.parquet.17-0.tmp",
            "a.diagnosis.json",
            ".summary.json.17-0.tmp",
        ] {
            fs::write(output.join(name), "{").unwrap();
        }
        of_bundles(output, || ["a".to_owned()].into_iter());
        let others = [
            ".a.diagnosis.b.diagnosis.html.18-3.tmp",
            "parquet/findings/.c.parquet.17-0.tmp",
        ];
        assert_eq!(left(output), others);
        of_process(output, 18);
        assert_eq!(left(output), others[1..]);
        of_process(output, 17);
        assert_eq!(left(output), [""; 0]);
        assert!(output.join("a.diagnosis.json").is_file());
        assert!(output.join(".summary.json.17-0.tmp").is_file());
    }
}
