//! The small bundle of a signature's test into what the signature says of it: the real stages, on given evidence.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use crate::bundle::{Entry, EntryKind, Origin, Visit};
use crate::detect::{Detector, EntryHits};
use crate::evidence::{Collector, Evidence, Fact, ObjectLimits, ReadEntry, Wanted};
use crate::finding;
use crate::rank;
use crate::signature::check::Outcome;
use crate::signature::{Database, GivenCase, GivenLog, Signature};

/// Evaluates a signature, alone, on a small bundle. Fits [`RunCase`](crate::signature::check::RunCase).
pub fn run_case(_: &Database, signature: &Signature, given: &GivenCase) -> Outcome {
    let database = Arc::new(Database {
        signatures: vec![Arc::new(signature.clone())],
        ..Database::default()
    });
    let evidence = evidence(&database, given);
    let inputs = rank::summarize(&evidence);
    let mut context = rank::context(&inputs);
    for (product, version) in &given.products {
        context
            .products
            .insert(product.word().to_owned(), version.clone());
    }
    let findings = finding::evaluate(&database, &evidence, &context);
    let Some(found) = findings.first() else {
        return Outcome::default();
    };
    let mut outcome = Outcome {
        found: true,
        sure: Some(found.sure),
        subjects: found
            .cases
            .iter()
            .map(|case| case.subject.0.clone())
            .collect(),
        captures: found
            .cases
            .iter()
            .flat_map(|case| case.captures.iter().cloned())
            .collect(),
        runs: Vec::new(),
    };
    let diagnosis = rank::diagnose(&database, &evidence, findings, inputs);
    for ranked in diagnosis.causes.iter().chain(&diagnosis.symptoms) {
        let steps = ranked.remediation.steps.iter();
        outcome
            .runs
            .extend(steps.filter_map(|step| step.run.clone()));
    }
    outcome
}

fn evidence(database: &Arc<Database>, given: &GivenCase) -> Evidence {
    let detector = Arc::new(Detector::new(database));
    let wanted = Arc::new(Wanted::new(database.queries()));
    let mut collector = Collector::new(&detector, &wanted, ObjectLimits::default(), Arc::default());
    for (at, log) in given.logs.iter().enumerate() {
        let text = log.lines.join("\n") + "\n";
        collector.entry(log_entry(at, log), &mut text.as_bytes() as &mut dyn Read);
    }
    for (kind, items) in by_kind(&given.objects) {
        let text =
            serde_json::json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
        let entry = entry(
            format!("objects/{kind}.json"),
            EntryKind::Objects,
            Origin::default(),
        );
        collector.entry(entry, &mut text.as_bytes() as &mut dyn Read);
    }
    let mut evidence = Evidence::merge(vec!["test".to_owned()], vec![collector.finish()]);
    evidence.collected.extend(given.collected.iter().cloned());
    add_facts(&mut evidence, given);
    evidence.derive_facts();
    evidence
}

/// Objects by version and kind: in a bundle each kind is a file of its own, and files are what makes sources
/// independent.
fn by_kind(objects: &[serde_json::Value]) -> BTreeMap<String, Vec<&serde_json::Value>> {
    let mut kinds: BTreeMap<String, Vec<&serde_json::Value>> = BTreeMap::new();
    for object in objects {
        let word = |key: &str| {
            object
                .get(key)
                .and_then(serde_json::Value::as_str)
                .unwrap_or("none")
        };
        let kind = format!("{}/{}", word("apiVersion"), word("kind"));
        kinds.entry(kind).or_default().push(object);
    }
    kinds
}

/// Facts are given as such; they stand in an entry of their own, the last.
fn add_facts(evidence: &mut Evidence, given: &GivenCase) {
    if given.facts.is_empty() {
        return;
    }
    let index = u32::try_from(evidence.entries.len()).unwrap_or(u32::MAX);
    evidence.entries.push(ReadEntry {
        entry: entry("~facts".to_owned(), EntryKind::Fact, Origin::default()),
        hits: EntryHits::default(),
    });
    for (line, fact) in (1..).zip(&given.facts) {
        evidence.facts.push(Fact {
            key: fact.key.clone(),
            node: fact.node.as_deref().map(Arc::from),
            value: fact.value.clone(),
            entry: index,
            line,
            text: format!("{} {}", fact.key, fact.value),
        });
    }
    evidence.facts.sort_by(|a, b| {
        (&a.key, &a.node, a.entry, a.line).cmp(&(&b.key, &b.node, b.entry, b.line))
    });
}

fn log_entry(at: usize, log: &GivenLog) -> Entry {
    let origin = Origin {
        node: log.node.as_deref().map(Arc::from),
        programs: log.program.into(),
        ..Origin::default()
    };
    let node = log.node.as_deref().unwrap_or("cluster");
    entry(
        format!("{node}/{}.{at}.log", log.program.name()),
        EntryKind::Log,
        origin,
    )
}

fn entry(path: String, kind: EntryKind, origin: Origin) -> Entry {
    Entry {
        input: 0,
        path,
        size: None,
        modified: None,
        kind,
        origin,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::signature::check::{BenignLine, CheckOptions, check};

    const CASES: &str = r#"
title: 'etcd on <node> lost its leader while <stuck> waits'
kind: cause
severity: critical
sure: likely
find:
  no_leader: {log: 'etcdserver: no leader', programs: [etcd]}
  waiting: {object: Upgrade.harvesterhci.io, where: {'status.nodeStatuses.<stuck>.state': Pre-draining}}
  flag: {fact: sysctl.kernel.panic, where: {not: "10"}}
all: [no_leader, waiting]
more: [flag]
scope: cluster
fix:
  - safe: Look
    run: kubectl get node <stuck>
tests:
  - name: both
    logs: {etcd@n1: '{"level":"warn","ts":"2024-05-02T07:00:00.000Z","msg":"rejected: etcdserver: no leader"}'}
    objects:
      - apiVersion: harvesterhci.io/v1beta1
        kind: Upgrade
        metadata: {name: u1, namespace: harvester-system}
        status: {nodeStatuses: {n2: {state: Pre-draining}}}
    facts: [{fact: sysctl.kernel.panic, node: n1, value: "0"}]
    expect: {match: true, captures: {stuck: n2}, run: kubectl get node n2}
  - name: only one
    logs: {etcd@n1: '{"level":"warn","ts":"2024-05-02T07:00:00.000Z","msg":"rejected: etcdserver: no leader"}'}
    collected: [Upgrade.harvesterhci.io]
    expect: {match: false}
  - name: wrong on purpose
    logs: {etcd@n1: nothing}
    expect: {match: true}
"#;

    #[test]
    fn cases_run_through_the_real_stages() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("test")).unwrap();
        fs::write(dir.path().join("test/one.yaml"), CASES).unwrap();
        let options = CheckOptions {
            run_case: Some(&run_case),
            ..CheckOptions::default()
        };
        let report = crate::signature::check::test(dir.path(), &options);
        let problems: Vec<_> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(report.tests, 3);
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(
            problems[0].contains("wrong on purpose: is not found"),
            "{problems:#?}"
        );
    }

    /// The shipped files, from their folder so that messages have lines, against the lines of `benign` where present.
    #[test]
    fn shipped_signatures_pass() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let shared =
            std::env::var_os("BUNDLEVET_SHARED").map_or_else(|| root.join("../shared"), Into::into);
        let mut benign = Vec::new();
        for name in ["harvester.tsv", "rancher.tsv"] {
            match fs::read_to_string(shared.join("benign").join(name)) {
                Ok(text) => benign.extend(BenignLine::parse_all(&text)),
                Err(_) => println!("skipped: no benign/{name}"),
            }
        }
        let options = CheckOptions {
            benign,
            run_case: Some(&run_case),
        };
        let report = check(&root.join("signatures"), &options);
        let (warnings, errors): (Vec<_>, Vec<_>) =
            report.problems.iter().partition(|p| p.code.is_warning());
        for warning in warnings {
            println!("{warning}");
        }
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        assert!(report.signatures > 0 && report.not_run == 0);
    }
}
