//! Real bundles of healthy clusters: nothing of severity high or critical that is not true, every member accounted for.
//! They are not part of the repository; without them each test says so and passes.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a broken fixture fails the test"
)]

use std::path::{Path, PathBuf};

use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::rank::Diagnosis;
use bundlevet::signature::{Database, Severity};

/// The folder of real bundles: `BUNDLEVET_SHARED`, or `../shared` beside the repository.
fn shared() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("BUNDLEVET_SHARED")
        .map_or_else(beside, PathBuf::from)
        .join("bundles");
    shared.is_dir().then_some(shared)
}

fn diagnose(prefix: &str) -> Option<Diagnosis> {
    let Some(folder) = shared() else {
        println!("skipped: no real bundles here (set BUNDLEVET_SHARED)");
        return None;
    };
    let found = std::fs::read_dir(folder)
        .expect("folder")
        .map(|e| e.expect("entry").path());
    let bundle = found.into_iter().find(|p| {
        p.file_name()
            .is_some_and(|n| n.to_string_lossy().starts_with(prefix))
    })?;
    Some(
        pipeline::scan(&[bundle], Database::shipped(), &ScanOptions::default())
            .expect("a diagnosis")
            .diagnosis,
    )
}

/// Nothing of severity high or critical but what was looked at and is true.
fn assert_calm(diagnosis: &Diagnosis, is_true: &[&str]) {
    let found = diagnosis.causes.iter().chain(&diagnosis.symptoms);
    let loud: Vec<_> = found
        .filter(|f| f.severity >= Severity::High && !is_true.contains(&f.signature.as_str()))
        .map(|f| (&f.signature, &f.evidence))
        .collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

/// What must not change unseen: no names or texts of the bundle, only what bundlevet makes of it.
fn summary(diagnosis: &Diagnosis) -> String {
    let input = &diagnosis.inputs[0];
    let found = diagnosis.causes.iter().chain(&diagnosis.symptoms);
    let found: Vec<String> = found
        .map(|f| {
            format!(
                "{} {} {} x{}",
                f.signature,
                f.severity.word(),
                f.sure.word(),
                f.count
            )
        })
        .collect();
    let summary = serde_json::json!({
        "verdict": diagnosis.verdict, "kind": input.kind, "products": input.products, "nodes": input.nodes.len(),
        "collected_at": input.collected_at.map(|t| t.to_string()),
        "time_range": input.time_range.map(|(a, b)| [a.to_string(), b.to_string()]),
        "entries": diagnosis.scanned.entries, "skipped": diagnosis.scanned.skipped, "bytes": diagnosis.scanned.bytes,
        "lines": diagnosis.scanned.lines, "findings": found, "problems": diagnosis.problems.len(),
    });
    serde_json::to_string_pretty(&summary).expect("JSON")
}

/// Members that are files, as `unzip -l` and `tar tzf` count them, nested ones included.
fn accounted(diagnosis: &Diagnosis) -> u64 {
    diagnosis.scanned.entries + diagnosis.scanned.skipped.values().sum::<u64>()
}

#[test]
fn harvester_bundle_of_one_node() {
    let Some(diagnosis) = diagnose("supportbundle_9b6b22de") else {
        return;
    };
    // The kernel logs 126,000 EXT4 errors of Grafana's volume, the last one as the bundle is made.
    // volumes were refused for an hour and a half before the node came back
    let is_true = [
        "node/file-system-went-read-only",
        "longhorn/volume-attach-failed",
    ];
    assert_calm(&diagnosis, &is_true);
    insta::assert_snapshot!("harvester", summary(&diagnosis));
    let input = &diagnosis.inputs[0];
    assert_eq!(
        input.products.get("rke2").map(String::as_str),
        Some("v1.21.7+rke2r1")
    );
    assert_eq!(
        input.products.get("rancher").map(String::as_str),
        Some("v2.6.3")
    );
    assert_eq!(input.nodes.len(), 1);
    assert_eq!(input.nodes[0].name, "node1");
    assert!(diagnosis.problems.is_empty(), "{:?}", diagnosis.problems);
    // 1175 members of the bundle and 26 of node1.zip, which is one of the former.
    assert_eq!(accounted(&diagnosis) + 1, 1175 + 26);
}

#[test]
fn logs_collector_of_one_control_plane_node() {
    let Some(diagnosis) = diagnose("w-guard-wg-cp-svtk6-lqtxw") else {
        return;
    };
    assert_calm(&diagnosis, &[]);
    insta::assert_snapshot!("logs_collector", summary(&diagnosis));
    let input = &diagnosis.inputs[0];
    assert_eq!(
        input.products.get("rke2").map(String::as_str),
        Some("v1.32.7+rke2r1")
    );
    assert_eq!(
        input.collected_at.map(|t| t.to_string()),
        Some("2025-12-04T09:17:57.851Z".into())
    );
    assert!(
        input
            .nodes
            .iter()
            .any(|node| node.name == "w-guard-wg-cp-svtk6-lqtxw")
    );
    assert!(diagnosis.problems.is_empty(), "{:?}", diagnosis.problems);
}

#[test]
fn troubleshoot_bundle() {
    let Some(diagnosis) = diagnose("support-bundle-kurl-longhorn") else {
        return;
    };
    assert_calm(&diagnosis, &[]);
    insta::assert_snapshot!("troubleshoot", summary(&diagnosis));
    assert_eq!(
        diagnosis.inputs[0]
            .products
            .get("kubernetes")
            .map(String::as_str),
        Some("v1.23.5")
    );
    assert!(diagnosis.problems.is_empty(), "{:?}", diagnosis.problems);
}
