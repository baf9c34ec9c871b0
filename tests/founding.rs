//! The founding cases, packed as their collectors pack them: the cause comes first although it is never the loudest.
#![allow(
    clippy::expect_used,
    clippy::panic,
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

/// Whether the top finding says `words` anywhere: reasons, evidence, explanation, steps.
fn shows(diagnosis: &Diagnosis, words: &str) -> bool {
    let first = diagnosis.causes.first();
    first.is_some_and(|cause| {
        let all = [
            cause.reasons.join("\n"),
            cause.explanation.clone(),
            format!("{:?}", cause.evidence),
            format!("{:?}", cause.remediation),
            format!("{:?}", cause.prevention),
        ];
        let all = all.join("\n");
        all.contains(words) || all.contains(&words.replace('"', "\\\""))
    })
}

/// Whether something is to be collected whose command or name holds `words`.
fn asks_for(diagnosis: &Diagnosis, words: &str) -> bool {
    diagnosis.not_examined.iter().any(|one| {
        one.what.contains(words) || one.collect.as_deref().is_some_and(|c| c.contains(words))
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
fn what_the_node_says_of_itself_stands_beside_the_kubelets_words() {
    let diagnosis = diagnose("rke2-kernel-flags");
    for words in [
        "sysctl",
        "containers of the control plane have exited",
        "started again and again",
    ] {
        assert!(
            shows(&diagnosis, words),
            "{words}: {:?}",
            diagnosis.causes[0]
        );
    }
    let prevention = diagnosis.causes[0]
        .prevention
        .as_deref()
        .unwrap_or_default();
    for words in ["flags", "file limits", "swap", "etcd snapshots"] {
        assert!(prevention.contains(words), "{prevention}");
    }
    let diagnosis = diagnose("rke2-kernel-flags-no-kubelet-log");
    assert_eq!(
        first(&diagnosis),
        "kubelet/exits-with-unset-kernel-settings"
    );
    assert_eq!(diagnosis.causes[0].sure, Sureness::Possible);
    assert_eq!(diagnosis.verdict, Verdict::SymptomsOnly);
    assert!(shows(&diagnosis, "/agent/logs/kubelet.log"));
}

#[test]
fn rancher_panics_over_an_eks_cluster_without_nodes() {
    let diagnosis = diagnose("rancher-eks-zero-nodes");
    assert_eq!(first(&diagnosis), "rancher/eks-panic");
    assert_eq!(diagnosis.causes[0].sure, Sureness::Certain);
    assert!(quotes(&diagnosis, "eks-operator"));
    for words in [
        "a node group scaled to zero",
        "Back up Rancher",
        "at least one node",
        "holds the fix",
        "Repeat the scaling",
    ] {
        assert!(shows(&diagnosis, words), "{words}");
    }
}

#[test]
fn a_node_was_deleted_behind_ranchers_back() {
    let diagnosis = diagnose("rancher-node-deleted-with-kubectl");
    assert_eq!(first(&diagnosis), "rancher/node-not-found");
    assert_eq!(diagnosis.causes[0].sure, Sureness::Certain);
    assert!(
        !diagnosis.headline.contains("independent"),
        "{}",
        diagnosis.headline
    );
    assert!(quotes(&diagnosis, "m-7hq4z") && quotes(&diagnosis, "userAgent"));
    for words in [
        "the audit log shows that kubectl deleted node cp1",
        "still tries to reach host 192.0.2.11",
        "Delete the stale node in Rancher",
        "services, kubelet, etcd, CNI and rancher directories, containers, images and volumes; then reboot",
        "up to an hour",
        "Remove a node by drain, wait, delete in Rancher",
    ] {
        assert!(shows(&diagnosis, words), "{words}");
    }
    let diagnosis = diagnose("rancher-node-deleted-no-audit");
    assert_eq!(first(&diagnosis), "rancher/node-not-found");
    assert_eq!(diagnosis.causes[0].sure, Sureness::Possible);
    assert!(
        asks_for(&diagnosis, "audit log"),
        "{:?}",
        diagnosis.not_examined
    );
}

#[test]
fn the_way_back_from_a_stuck_upgrade_is_given_in_phases() {
    let diagnosis = diagnose("harvester-upgrade-pre-draining");
    let texts: Vec<&str> = diagnosis.causes[0]
        .remediation
        .steps
        .iter()
        .map(|step| step.text.as_str())
        .collect();
    let at = |phase: &str| {
        let found = texts.iter().position(|text| text.contains(phase));
        found.unwrap_or_else(|| panic!("no {phase}: {texts:?}"))
    };
    let phases = ["Phase 1", "Phase 2", "Phase 3", "Phase 4", "Phase 5"].map(at);
    assert!(phases.is_sorted(), "{texts:?}");
    for words in [
        "never completed",
        "runs another OS image",
        "certificate rotate",
        "fresh host name",
        "${g:-0}+1",
        "Run the upgrade pre-check",
        "defragment",
    ] {
        assert!(shows(&diagnosis, words), "{words}");
    }
    let part = diagnose("harvester-upgrade-no-objects");
    assert!(asks_for(&part, "kubectl get upgrade.harvesterhci.io"));
    assert!(
        part.causes
            .iter()
            .all(|cause| cause.sure < Sureness::Certain)
    );
}

#[test]
fn a_lost_server_comes_with_its_arithmetic() {
    let diagnosis = diagnose("k3s-first-server-lost");
    for words in [
        "of three members two must live",
        "s1.node-password.k3s",
        "server_group[1]",
        "kubectl delete node s1",
        "endpoint status --cluster",
        "k3s etcd-snapshot ls",
        "rehearse",
    ] {
        assert!(shows(&diagnosis, words), "{words}");
    }
    let part = diagnose("k3s-first-server-lost-no-members");
    assert_eq!(first(&part), "k3s/first-server-lost");
    assert!(
        part.causes
            .iter()
            .all(|cause| cause.sure < Sureness::Certain)
    );
    assert!(
        part.not_examined
            .iter()
            .any(|one| one.what.starts_with("etcd.health"))
    );
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
    assert!(!diagnosis.etcd.is_empty());
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
