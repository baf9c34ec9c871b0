//! The founding cases, packed as their collectors pack them: the cause comes first although it is never the loudest.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a broken fixture fails the test"
)]

mod trees;

use std::path::PathBuf;

use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::rank::{Diagnosis, EvidenceItem, Verdict};
use bundlevet::report;
use bundlevet::signature::{Database, Risk, Severity, Sureness};

fn scan(paths: &[PathBuf], threads: usize) -> Diagnosis {
    let options = ScanOptions {
        threads,
        ..ScanOptions::default()
    };
    pipeline::scan(paths, Database::shipped(), &options)
        .expect("a diagnosis")
        .diagnosis
}

fn diagnose(case: &str) -> Diagnosis {
    let dir = tempfile::tempdir().expect("scratch");
    scan(&[trees::pack(case, dir.path())], 2)
}

fn first(diagnosis: &Diagnosis) -> &str {
    diagnosis
        .causes
        .first()
        .map_or("none", |cause| cause.signature.as_str())
}

/// Whether the top finding quotes a line that holds `text`.
fn quotes(diagnosis: &Diagnosis, text: &str) -> bool {
    diagnosis.causes.first().is_some_and(|cause| {
        cause.evidence.iter().any(|item| match item {
            EvidenceItem::Line { text: line, .. } => line.contains(text),
            EvidenceItem::Object { text: value, .. } | EvidenceItem::Fact { text: value, .. } => {
                value.contains(text)
            }
        })
    })
}

#[test]
fn kubelet_refuses_the_kernel_settings() {
    let diagnosis = diagnose("rke2-kernel-flags");
    assert_eq!(first(&diagnosis), "kubelet/invalid-kernel-flag");
    assert_eq!(diagnosis.verdict, Verdict::KnownCause);
    assert!(quotes(
        &diagnosis,
        "invalid kernel flag: vm/overcommit_memory"
    ));
    let cause = &diagnosis.causes[0];
    assert_eq!(
        (cause.severity, cause.sure),
        (Severity::Critical, Sureness::Certain)
    );
    let commands: Vec<&str> = cause
        .remediation
        .steps
        .iter()
        .filter_map(|step| step.run.as_deref())
        .collect();
    assert!(
        commands
            .iter()
            .any(|run| run.contains("vm.overcommit_memory=1")),
        "{commands:?}"
    );
    assert!(
        commands.iter().any(|run| run.contains("kernel.panic=10")),
        "{commands:?}"
    );
}

#[test]
fn rancher_panics_over_an_eks_cluster_without_nodes() {
    let diagnosis = diagnose("rancher-eks-zero-nodes");
    assert!(
        first(&diagnosis).starts_with("rancher/"),
        "{}",
        first(&diagnosis)
    );
    assert!(
        quotes(&diagnosis, "eks"),
        "{:?}",
        diagnosis.causes.first().map(|c| &c.evidence)
    );
}

#[test]
fn a_node_was_deleted_behind_ranchers_back() {
    let diagnosis = diagnose("rancher-node-deleted-with-kubectl");
    assert!(
        first(&diagnosis).starts_with("rancher/"),
        "{}",
        first(&diagnosis)
    );
    assert!(quotes(&diagnosis, "m-7hq4z") || quotes(&diagnosis, "kubectl"));
}

#[test]
fn an_upgrade_waits_for_an_etcd_without_quorum() {
    let diagnosis = diagnose("harvester-upgrade-pre-draining");
    assert_eq!(first(&diagnosis), "upgrade/pre-drain-without-etcd-quorum");
    let found: Vec<&str> = diagnosis
        .causes
        .iter()
        .map(|c| c.signature.as_str())
        .collect();
    assert!(
        found.contains(&"upgrade/restarted-in-node-phase"),
        "{found:?}"
    );
    let upgrade = diagnosis.upgrade.as_ref().expect("the upgrade view");
    assert!(format!("{upgrade:?}").contains("Pre-draining"));
    let steps = &diagnosis.causes[0].remediation.steps;
    assert_eq!(steps.first().map(|step| step.risk), Some(Risk::Safe));
    assert!(steps.iter().any(|step| {
        step.run
            .as_deref()
            .is_some_and(|run| run.contains("--cluster-reset"))
    }));
    assert!(
        steps
            .iter()
            .filter(|step| step.risk == Risk::Destructive)
            .all(|step| step.loses.is_some())
    );
}

#[test]
fn the_first_k3s_server_is_lost() {
    let diagnosis = diagnose("k3s-first-server-lost");
    assert_eq!(first(&diagnosis), "k3s/first-server-lost");
    assert!(diagnosis.etcd.is_some());
}

#[test]
fn without_the_decisive_source_it_is_less_sure_and_says_what_to_collect() {
    for (whole, part) in [
        ("rke2-kernel-flags", "rke2-kernel-flags-no-kubelet-log"),
        (
            "harvester-upgrade-pre-draining",
            "harvester-upgrade-no-objects",
        ),
        ("k3s-first-server-lost", "k3s-first-server-lost-no-members"),
        (
            "rancher-node-deleted-with-kubectl",
            "rancher-node-deleted-no-audit",
        ),
    ] {
        let (whole, part) = (diagnose(whole), diagnose(part));
        let sure = |d: &Diagnosis| {
            let right = whole.causes.first().map(|c| c.signature.clone());
            d.causes
                .iter()
                .find(|c| Some(&c.signature) == right.as_ref())
                .map(|c| c.sure)
        };
        assert!(
            sure(&part) < sure(&whole),
            "{:?} {:?}",
            whole.headline,
            part.headline
        );
        assert!(!part.not_examined.is_empty(), "{}", part.headline);
    }
}

#[test]
fn quiet_bundles_have_nothing_of_severity_medium() {
    for case in ["quiet-rke2", "quiet-harvester", "quiet-longhorn"] {
        let diagnosis = diagnose(case);
        let loud: Vec<_> = diagnosis
            .causes
            .iter()
            .chain(&diagnosis.symptoms)
            .filter(|f| f.severity >= Severity::Medium)
            .map(|f| &f.signature)
            .collect();
        assert!(loud.is_empty(), "{case}: {loud:?}");
        assert_eq!(diagnosis.verdict, Verdict::Healthy, "{case}");
    }
}

#[test]
fn threads_never_show() {
    let dir = tempfile::tempdir().expect("scratch");
    for case in ["harvester-upgrade-pre-draining", "rke2-kernel-flags"] {
        let bundle = trees::pack(case, dir.path());
        let json =
            |threads| report::json(&scan(std::slice::from_ref(&bundle), threads)).to_string();
        let one = json(1);
        assert_eq!(one, json(2), "{case}");
        assert_eq!(one, json(8), "{case}");
    }
}

#[test]
fn an_upload_in_pieces_gives_the_same_diagnosis() {
    let dir = tempfile::tempdir().expect("scratch");
    let whole = trees::pack("harvester-upgrade-pre-draining", dir.path());
    let bytes = std::fs::read(&whole).expect("bundle");
    let stem = whole
        .file_stem()
        .expect("name")
        .to_string_lossy()
        .into_owned();
    let pieces = tempfile::tempdir().expect("scratch");
    for (at, piece) in bytes.chunks(bytes.len() / 3 + 1).enumerate() {
        let name = format!("{stem}.{:03}.zip", at + 1);
        std::fs::write(pieces.path().join(name), piece).expect("piece");
    }
    let named = pieces.path().join(format!("{stem}.002.zip"));
    let (packed, split) = (scan(&[whole], 2), scan(&[named], 2));
    assert_eq!(packed.headline, split.headline);
    assert_eq!(packed.scanned, split.scanned);
    assert_eq!(packed.causes, split.causes);
    assert_eq!(split.problems, []);
}

#[test]
fn packed_and_extracted_agree() {
    let dir = tempfile::tempdir().expect("scratch");
    for case in [
        "harvester-upgrade-pre-draining",
        "k3s-first-server-lost",
        "rancher-eks-zero-nodes",
    ] {
        let packed = scan(&[trees::pack(case, dir.path())], 2);
        let extracted = scan(&[trees::case(case)], 2);
        let essence = |d: &Diagnosis| -> Vec<(String, u64, Vec<String>)> {
            let found = d.causes.iter().chain(&d.symptoms);
            found
                .map(|f| {
                    (
                        f.signature.clone(),
                        f.count,
                        f.subjects.iter().map(|s| format!("{s:?}")).collect(),
                    )
                })
                .collect()
        };
        assert_eq!(essence(&packed), essence(&extracted), "{case}");
        assert_eq!(packed.headline, extracted.headline, "{case}");
    }
}
