//! What a diagnosis shows beside the order: steps, evidence, timeline, what is missing and what is fine.

use super::*;

#[test]
fn commands_are_filled_once_per_distinct_captures() {
    let mut signature = cause("a/x").step(
        Risk::Safe,
        "Set it on <node>",
        Some("sysctl -w <key|sysctl>=<want>"),
    );
    signature.title = template("<key> is wrong on <node>");
    let db = database(vec![signature]);
    let hits = |log: build::Log, keys: &[&str]| {
        (1..).zip(keys).fold(log, |log, (line, key)| {
            log.hit_line(&db, "a/x", 0, &[("key", key), ("want", "1")], &[599], line)
        })
    };
    let e = evidence(vec![
        hits(log("n1", Kubelet), &["vm/a", "vm/b", "vm/a"]),
        hits(log("n2", Kubelet), &["vm/a"]),
    ]);
    let d = run(&db, &e);
    assert_eq!(d.causes[0].title, "vm/a is wrong on n1, n2 (and 1 more)");
    let steps: Vec<_> = d.causes[0]
        .remediation
        .steps
        .iter()
        .map(|step| (step.text.as_str(), step.run.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        steps,
        [
            ("Set it on n1", "sysctl -w vm.a=1\nsysctl -w vm.b=1"),
            ("Set it on n2", "sysctl -w vm.a=1"),
        ]
    );
}

#[test]
fn steps_are_for_the_products_found() {
    let only = |negated: bool, range: &str| {
        vec![Requirement {
            negated,
            range: VersionRange::parse(range).unwrap(),
        }]
    };
    let mut signature = cause("a/x")
        .step(Risk::Safe, "h", None)
        .step(Risk::Safe, "not h", None)
        .step(Risk::Safe, "all", None);
    signature.fix.change(|fix| {
        fix[0].only_if = only(false, "harvester >=1.4");
        fix[1].only_if = only(true, "harvester");
    });
    let db = database(vec![signature]);
    let e = evidence(vec![log("n1", Kubelet).hit(&db, "a/x", 0, &[], &[599])]);
    let steps = |products: &[(&str, &str)]| -> Vec<String> {
        let mut input = input(None);
        input.products = products
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let d = run_with(&db, &e, input);
        let steps = d.causes[0].remediation.steps.iter();
        steps.map(|step| step.text.clone()).collect()
    };
    assert_eq!(steps(&[("harvester", "v1.4.1")]), ["h", "all"]);
    assert_eq!(steps(&[("harvester", "v1.3.1")]), ["all"]);
    assert_eq!(steps(&[("rke2", "v1.30.1+rke2r1")]), ["not h", "all"]);
    assert_eq!(
        steps(&[]),
        ["If harvester >=1.4: h", "If not harvester: not h", "all"]
    );
}

#[test]
fn evidence_is_bounded_per_source() {
    let db = database(vec![cause("a/x")]);
    let minutes: Vec<i64> = (0..60).collect();
    let e = evidence(
        (0..20)
            .map(|n| log(&format!("n{n:02}"), Kubelet).hit(&db, "a/x", 0, &[], &minutes))
            .collect(),
    );
    let d = run(&db, &e);
    let quoted = &d.causes[0].evidence;
    assert_eq!(quoted.len(), 12);
    let EvidenceItem::Line { entry, line, .. } = &quoted[0] else {
        panic!("a line is quoted");
    };
    assert_eq!((entry.as_str(), *line), ("nodes/n00/kubelet.log", 1));
}

#[test]
fn a_node_without_logs_is_named() {
    let db = database(kubelet_down());
    let e = evidence(vec![log("n1", Kubelet)]);
    let mut input = input(None);
    for name in ["n1", "n2"] {
        input.nodes.push(NodeSummary {
            name: name.to_owned(),
            ..NodeSummary::default()
        });
    }
    let d = run_with(&db, &e, input);
    assert_eq!(d.not_examined.len(), 1);
    assert_eq!(d.not_examined[0].what, "node n2");
}

#[test]
fn the_timeline_merges_what_mattered() {
    let db = database(kubelet_down());
    let e = evidence(vec![
        log("n1", Kubelet)
            .starts(&[505])
            .hit(&db, "kubelet/flag", 0, &[], &[500, 599]),
        log("n1", Etcd).hit(&db, "node/not-ready", 0, &[], &[510, 520]),
    ]);
    let d = run(&db, &with_object(e, node("n1", "False", 508)));
    let moments: Vec<String> = d
        .timeline
        .iter()
        .map(|m| format!("{} {} {}", m.time.strftime("%H:%M"), m.place, m.text))
        .collect();
    assert_eq!(
        moments,
        [
            "18:20 node n1 kubelet/flag on n1",
            "18:25 node n1 kubelet starts",
            "18:28 node n1 node n1 is not Ready (False)",
            "18:30 node n1 node/not-ready on n1",
            "18:40 node n1 last seen (2 times): node/not-ready on n1",
            "20:00 bundle.zip collected",
        ]
    );
    assert_eq!(d.timeline[0].line, Some(1));
}

#[test]
fn only_the_latest_upgrade_has_to_be_explained() {
    let upgrade = |name: &str, latest: &str, state: &str| {
        serde_json::json!({
            "apiVersion": "harvesterhci.io/v1beta1", "kind": "Upgrade",
            "metadata": {"name": name, "namespace": "harvester-system", "labels":
                {"harvesterhci.io/latestUpgrade": latest, "harvesterhci.io/upgradeState": state}},
        })
    };
    let db = database(kubelet_down());
    let e = with_object(
        evidence(vec![log("n1", Kubelet)]),
        upgrade("a", "false", "UpgradingNodes"),
    );
    let done = with_object(e.clone(), upgrade("b", "true", "Succeeded"));
    assert_eq!(run(&db, &done).verdict, Verdict::Healthy);
    let stuck = with_object(e, upgrade("b", "true", "UpgradingNodes"));
    assert_eq!(
        run(&db, &stuck).headline,
        "no known cause: upgrade b is not complete"
    );
}

#[test]
fn a_bundle_taken_days_later_says_so() {
    let db = database(kubelet_down());
    let e = evidence(vec![
        log("n2", Kubelet).covers(3 * 24 * 60 + 30, 3 * 24 * 60 + 600),
    ]);
    let d = run(&db, &with_object(e, node("n2", "False", 0)));
    assert_eq!(
        d.not_examined[0].because,
        "begins 3 days after the failure (node n2 is not Ready (False))"
    );
    assert!(
        d.not_examined[0]
            .what
            .starts_with("nodes/n2/kubelet.log before 2025-01-28T10:30")
    );
}

#[test]
fn what_signatures_need_is_asked_for() {
    let query = serde_json::json!({"object": "Volume.longhorn.io", "where": {"status.robustness": "degraded"}});
    let mut possible = cause("a/x")
        .sure(Sureness::Possible)
        .with_query("degraded", query);
    possible.condition.more = vec![weight(1)];
    possible.needs = Some("Volumes of Longhorn".to_owned());
    let mut blind = cause("b/unseen").leads_to(&[Class::KubeletDown]);
    blind.parts[0].programs = Rancher.into();
    blind.needs = Some("the log of Rancher".to_owned());
    let down = symptom("kubelet/down", Class::KubeletDown);
    let db = database(vec![possible, blind, down]);
    let e = evidence(vec![
        log("n1", Kubelet).hit(&db, "a/x", 0, &[], &[599]),
        log("n1", Etcd).hit(&db, "kubelet/down", 0, &[], &[1, 599]),
    ]);
    let asked: Vec<_> = run(&db, &e)
        .not_examined
        .into_iter()
        .map(|one| (one.what, one.collect.unwrap_or_default()))
        .collect();
    let has = |what: &str, collect: &str| asked.contains(&(what.to_owned(), collect.to_owned()));
    assert!(has("what proves a/x", "Volumes of Longhorn"), "{asked:?}");
    assert!(has("b/unseen", "the log of Rancher"), "{asked:?}");
}

#[test]
fn kinds_that_would_tell_are_asked_for() {
    let query = serde_json::json!({"object": "Volume.longhorn.io", "where": {"status.robustness": "degraded"}});
    let mut signature = cause("a/x").with_query("degraded", query);
    signature.condition.less = vec![weight(1)];
    let db = database(vec![signature]);
    let e = evidence(vec![log("n1", Kubelet).hit(&db, "a/x", 0, &[], &[599])]);
    let d = run(&db, &e);
    assert_eq!(d.not_examined[0].what, "Volume objects");
    assert_eq!(
        d.not_examined[0].collect.as_deref(),
        Some("kubectl get volume.longhorn.io -A -o yaml")
    );
}

#[test]
fn what_is_fine_is_said() {
    let db = database(kubelet_down());
    let mut e = with_object(evidence(vec![log("n1", Kubelet)]), node("n1", "True", 0));
    e = with_fact(
        e,
        "n1",
        "disk",
        serde_json::json!({"mount": "/", "use_percent": 41}),
    );
    e = with_fact(
        e,
        "n1",
        "certificate",
        serde_json::json!({"file": "a.crt", "not_after": at(600 + 212 * 1440).to_string()}),
    );
    let d = run(&db, &e);
    assert_eq!(
        d.checked,
        [
            "the only node is Ready",
            "1 certificate, the first expires in 212 days (a.crt)",
            "disks at most 41 % full (/ on n1)",
        ]
    );
}
