//! The same diagnosis before and after, pseudonyms aside.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use bundlevet::bundle::OpenOptions;
use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::rank::{Diagnosis, RankedFinding};
use bundlevet::redact::{Key, Redactor};
use bundlevet::signature::Database;

use crate::{redact, redacted_name, trees};

fn scan(path: PathBuf, redact: Option<Arc<Redactor>>) -> Diagnosis {
    let options = ScanOptions {
        threads: 2,
        redact,
        ..ScanOptions::default()
    };
    pipeline::scan(&[path], Database::shipped(), &options)
        .expect("a diagnosis")
        .diagnosis
}

/// What must not change, one line each. Names go through the redactor, which leaves pseudonyms as they are.
fn essence(diagnosis: &Diagnosis, redactor: &Redactor) -> Vec<String> {
    let mut out = vec![format!("{:?}", diagnosis.verdict)];
    let finding = |finding: &RankedFinding| {
        let subjects: BTreeSet<String> = finding
            .subjects
            .iter()
            .map(|subject| redactor.text(&format!("{subject:?}")))
            .collect();
        format!(
            "{} {:?} {:?} {:?} {:.3} {:?} {:?} {} {:?} {:?} explained by {:?} {subjects:?}",
            finding.signature,
            finding.kind,
            finding.severity,
            finding.sure,
            finding.confidence,
            finding.state,
            finding.onset,
            finding.count,
            finding.first_seen,
            finding.last_seen,
            finding.explained_by,
        )
    };
    out.extend(diagnosis.causes.iter().map(finding));
    let mut symptoms: Vec<String> = diagnosis.symptoms.iter().map(finding).collect();
    symptoms.sort();
    out.extend(symptoms);
    let mut nodes: Vec<String> = Vec::new();
    for input in &diagnosis.inputs {
        out.push(format!(
            "{:?} {:?} {:?} {:?}",
            input.kind, input.collected_at, input.time_range, input.products
        ));
        nodes.extend(input.nodes.iter().map(|node| {
            redactor.text(&format!(
                "{} {:?} {:?} {:?} {:?} {:?} {:?}",
                node.name,
                node.roles,
                node.os_image,
                node.kubelet_version,
                node.ready,
                node.upgrade_state,
                node.coverage
            ))
        }));
    }
    nodes.sort();
    out.extend(nodes);
    out.push(format!("problems {}", diagnosis.problems.len()));
    out
}

fn cases() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(trees::case(""))
        .expect("cases")
        .map(|entry| {
            entry
                .expect("case")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn every_fixture_has_the_same_diagnosis() {
    for case in cases() {
        let dir = tempfile::tempdir().expect("scratch");
        let input = trees::pack(&case, dir.path());
        let learned = pipeline::learn(std::slice::from_ref(&input), &OpenOptions::default(), 2)
            .expect("names");
        let redactor = Arc::new(Redactor::new(&learned, Key::from_text("a key for tests")));
        let copy = redacted_name(&input);
        redact(&input, &copy);
        let before = essence(&scan(input.clone(), None), &redactor);
        let after = essence(&scan(copy, None), &redactor);
        assert_eq!(before, after, "{case}: the copy");
        let report = essence(&scan(input, Some(Arc::clone(&redactor))), &redactor);
        assert_eq!(before, report, "{case}: the report");
    }
}
