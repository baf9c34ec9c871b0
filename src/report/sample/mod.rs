//! Diagnoses made by hand, rich and hostile, for the tests of every format.

mod entries;
mod hostile;
mod views;

pub(super) use entries::evidence;
pub(super) use hostile::{HOSTILE, hostile};
use views::{chart, etcd, moments, surroundings, upgrade};

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::bundle::InputKind;
use crate::error::Problem;
use crate::rank::*;
use crate::signature::{Kind, Risk, Severity, Sureness};

pub(super) fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().expect("a timestamp"))
}

pub(super) fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

fn subject(pairs: &[(&str, &str)]) -> Subject {
    Subject(map(pairs))
}

/// A three-node Harvester bundle with two causes, symptoms and everything a report can show.
pub(crate) fn rich() -> Diagnosis {
    Diagnosis {
        clocks: BTreeMap::new(),
        verdict: Verdict::KnownCause,
        headline: "2 independent problems: kubelet will not start on n1: kernel setting kernel/panic is 0, it requires 10 (certain, ongoing since 2025-01-25 09:12 UTC); A certificate of rancher has expired (likely, ended)".into(),
        inputs: vec![harvester()],
        failing: strings(&["node n1 is not Ready (False)", "upgrade hvst-upgrade-9x2kd is not complete"]),
        scanned: Scanned {
            entries: 1234,
            skipped: BTreeMap::from([("empty", 12), ("unwanted objects", 310)]),
            bytes: 1_288_490_188,
            lines: 8_123_456,
        },
        causes: vec![kernel_flag(), certificates()],
        symptoms: vec![not_ready(), defragmenting()],
        timeline: moments(),
        chart: chart(),
        surroundings: surroundings(),
        upgrade: Some(upgrade()),
        etcd: vec![etcd()],
        suspects: vec![suspect()],
        unusual: vec![Unusual {
            entry: "logs/kube-system/kube-controller-manager-n1/kube-controller-manager.log".into(),
            template: "Unable to sync <*> quota: <*> \u{202e}evil".into(),
            count: 1432,
            first_seen: at("2025-01-25T09:12:01Z"),
            sample: "E0125 09:12:01.000000       1 quota.go:1] Unable to sync a quota: b \u{202e}evil".into(),
            because: "first seen within a minute of the onset".into(),
        }],
        checked: strings(&["etcd quorum 3 of 3", "certificates 212 days", "disks under 80 %", "clocks within 1 s"]),
        not_examined: vec![
            NotExamined {
                what: "node n3".into(),
                because: "nodes/n3.zip holds no files".into(),
                signatures: strings(&["kubelet/invalid-kernel-flag", "etcd/no-space", "kubelet/swap-on"]),
                collect: Some("kubectl -n harvester-system get pods -l app=support-bundle-agent -o wide\nfor u in rke2-server rke2-agent rancher-system-agent; do journalctl -u $u --since '7 days ago' --no-pager > $u.log; done".into()),
            },
            NotExamined { what: "PodDisruptionBudgets".into(), because: "the list was not collected".into(), signatures: vec![], collect: None },
        ],
        problems: vec![
            Problem::new("nodes/n2.zip/n2/logs/messages.1.gz", "gzip member 3 is cut off after 1048576 bytes; the rest of the file was not read"),
            Problem::new("logs/evil\u{1b}]0;owned\u{7}.log", "holds a line of more than 100 MB, cut\r\nnext"),
        ],
        signatures: 240,
    }
}

fn harvester() -> InputSummary {
    let node =
        |name: &str, roles: &[&str], ready: &str, os: &str, kubelet: &str, state: Option<&str>| {
            NodeSummary {
                name: name.into(),
                roles: strings(roles),
                os_image: Some(os.into()),
                kubelet_version: Some(kubelet.into()),
                ready: Some(ready.into()),
                upgrade_state: state.map(Into::into),
                coverage: Some((
                    at("2025-01-18T04:11:00Z").unwrap(),
                    at("2025-01-25T09:58:30Z").unwrap(),
                )),
            }
        };
    InputSummary {
        path: "supportbundle_8f0c2a9e-7f42-4f0a-b2d4-1f6d2f1f0a55_2025-01-25T10-00-00Z.zip".into(),
        kind: InputKind::Harvester,
        collected_at: at("2025-01-25T10:00:00Z"),
        time_range: Some((at("2025-01-18T04:11:00Z").unwrap(), at("2025-01-25T09:59:58Z").unwrap())),
        description: Some("After the upgrade to v1.3.2 n1 does not come back.\nWe rebooted it \u{1b}[31mtwice\u{1b}[0m, see https://example.com/ticket/4711 for the screenshots and the discussion so far.".into()),
        products: map(&[("harvester", "v1.3.2"), ("rke2", "v1.28.12+rke2r1"), ("longhorn", "v1.6.2"), ("rancher", "v2.8.5")]),
        nodes: vec![
            node("n1", &["control-plane", "etcd"], "False", "Harvester v1.3.2", "v1.28.12+rke2r1", Some("Pre-draining")),
            node("n2", &["control-plane", "etcd"], "True", "Harvester v1.3.1", "v1.27.13+rke2r1", Some("Images preloaded")),
            NodeSummary { coverage: None, ..node("n3.a-rather-long-host-name.example.com", &["control-plane", "etcd", "worker"], "Unknown", "Harvester v1.3.1", "v1.27.13+rke2r1", Some("Images preloaded")) },
        ],
    }
}

fn finding(
    signature: &str,
    title: &str,
    kind: Kind,
    severity: Severity,
    sure: Sureness,
) -> RankedFinding {
    RankedFinding {
        signature: signature.into(),
        title: title.into(),
        kind,
        severity,
        sure,
        confidence: 0.97,
        state: State::Ongoing,
        problem: Some(0),
        onset: at("2025-01-25T09:12:01.557737Z"),
        subjects: vec![subject(&[("node", "n1")])],
        reasons: vec![],
        explanation: String::new(),
        count: 12,
        first_seen: at("2025-01-25T09:12:01.557737Z"),
        last_seen: at("2025-01-25T09:58:30Z"),
        evidence: vec![],
        consequences: vec![],
        explained_by: vec![],
        remediation: Remediation::default(),
        prevention: None,
        references: vec![],
        translations: BTreeMap::new(),
    }
}

fn kernel_flag() -> RankedFinding {
    RankedFinding {
        reasons: strings(&[
            "nothing else prints this line",
            "the kubelet of n1 exits within a second of it, 12 times in 46 minutes",
            "n1 is NotReady since one minute after the first hit",
        ]),
        explanation: "With protect-kernel-defaults the kubelet checks these settings, never sets them, and exits.".into(),
        evidence: kernel_evidence(),
        consequences: vec![
            Consequence { signature: "node/not-ready".into(), title: "Node n1 is not Ready".into(), subjects: vec![subject(&[("node", "n1")])], assumed: false },
            Consequence { signature: "upgrade/stuck".into(), title: "The upgrade does not go on".into(), subjects: vec![subject(&[("upgrade", "hvst-upgrade-9x2kd")])], assumed: true },
        ],
        remediation: Remediation {
            summary: "Set the kernel settings that the kubelet requires, then start the service again.".into(),
            steps: kernel_steps(),
            verify: vec![Check { run: "sysctl -n kernel.panic".into(), expect: Some("10".into()) }],
        },
        prevention: Some("Set these before a node joins; `bundlevet local --preflight` checks them.".into()),
        references: strings(&["https://github.com/kubernetes/kubernetes/issues/66241"]),
        ..finding(
            "kubelet/invalid-kernel-flag",
            "kubelet will not start on n1: kernel setting kernel/panic is 0, it requires 10",
            Kind::Cause,
            Severity::Critical,
            Sureness::Certain,
        )
    }
}

fn kernel_evidence() -> Vec<EvidenceItem> {
    vec![
        EvidenceItem::Line {
            entry: "nodes/n1.zip/n1/logs/kubelet.log".into(),
            line: 4211,
            time: at("2025-01-25T09:12:01.557737Z"),
            text: r#"E0125 09:12:01.557737   10917 kubelet.go:1479] "Failed to start ContainerManager" err="invalid kernel flag: kernel/panic, expected value: 10, actual value: 0""#.into(),
            captures: map(&[("key", "kernel/panic"), ("want", "10"), ("have", "0")]),
        },
        EvidenceItem::Line {
            entry: "nodes/n1.zip/n1/logs/a-very-long-folder-name-from-some-collector/and-another-one/rke2-server.service.log".into(),
            line: 99,
            time: None,
            text: "kubelet exited: \u{1b}[2J\u{1b}[31mexit status 1\u{1b}[0m 磁盘 \u{202e}txt.exe".into(),
            captures: map(&[]),
        },
        EvidenceItem::Object {
            object: "v1/Node n1".into(),
            path: "status.conditions[3].message".into(),
            text: "Kubelet stopped posting node status.".into(),
            entry: "yamls/cluster/v1/nodes.yaml".into(),
            captures: map(&[]),
        },
        EvidenceItem::Fact { fact: "sysctl.kernel.panic".into(), node: Some("n1".into()), text: "0".into(), entry: "nodes/n1.zip/n1/hostinfos/sysctl-a".into() },
        EvidenceItem::Fact { fact: "etcd.quorum".into(), node: None, text: "2 of 3".into(), entry: "etcd/memberlist".into() },
    ]
}

fn kernel_steps() -> Vec<Step> {
    let step = |risk, text: &str| Step {
        risk,
        place: Some("node n1".into()),
        text: text.into(),
        run: None,
        takes: None,
        loses: None,
        check: None,
    };
    vec![
        Step { run: Some("sysctl -w kernel.panic=10\nsysctl -w vm.overcommit_memory=1".into()), ..step(Risk::Safe, "Set it now (lost at reboot)") },
        Step {
            place: None,
            run: Some("printf 'kernel.panic=10\\nkernel.panic_on_oops=1\\nvm.overcommit_memory=1\\nvm.panic_on_oom=0\\n' | tee /oem/99_kubelet_sysctl.conf".into()),
            ..step(Risk::Safe, "Keep it (Harvester, where /etc/sysctl.d does not survive a reboot): write it where the installer reads it at every boot")
        },
        Step {
            run: Some("systemctl restart rke2-server".into()),
            takes: Some("3m".into()),
            check: Some(Check { run: "kubectl get node n1".into(), expect: Some("Ready".into()) }),
            ..step(Risk::Disruptive, "Start the service again")
        },
        Step {
            run: Some("/opt/rke2/bin/rke2-uninstall.sh".into()),
            takes: Some("1h".into()),
            loses: Some("Everything on the node: etcd member, images, volumes' replicas. Save a snapshot first.".into()),
            ..step(Risk::Destructive, "If all else fails, remove the node and join it again")
        },
    ]
}

fn certificates() -> RankedFinding {
    RankedFinding {
        confidence: 0.6,
        state: State::Ended,
        problem: Some(1),
        onset: None,
        first_seen: None,
        last_seen: None,
        count: 1,
        subjects: (1..=11)
            .map(|i| {
                subject(&[
                    ("namespace", "cattle-system"),
                    ("pod", &format!("rancher-{i}")),
                ])
            })
            .collect(),
        ..finding(
            "cert/expired",
            "A certificate <script>alert(1)</script> of rancher has expired",
            Kind::Cause,
            Severity::High,
            Sureness::Likely,
        )
    }
}

fn not_ready() -> RankedFinding {
    RankedFinding {
        explained_by: strings(&["kubelet/invalid-kernel-flag"]),
        ..finding(
            "node/not-ready",
            "Node n1 is not Ready",
            Kind::Symptom,
            Severity::High,
            Sureness::Certain,
        )
    }
}

fn defragmenting() -> RankedFinding {
    RankedFinding {
        state: State::Once,
        problem: None,
        evidence: vec![EvidenceItem::Line {
            entry: "logs/kube-system/etcd-n2/etcd.log".into(),
            line: 7,
            time: at("2025-01-25T09:00:00Z"),
            text: format!(
                r#"{{"level":"info","msg":"{}defragmenting the database","path":"/db","tail":"{}"}}"#,
                "x".repeat(700),
                "y".repeat(700)
            ),
            captures: map(&[("path", "/db")]),
        }],
        ..finding(
            "etcd/defragmenting",
            "etcd on n2 defragments its database: it was restarted",
            Kind::Symptom,
            Severity::Low,
            Sureness::Possible,
        )
    }
}

fn suspect() -> Suspect {
    Suspect {
        title: "k3s (node n2) says: no IPv6 address was found \u{202e}on node".into(),
        says: "no IPv6 address was found \u{202e}on node".into(),
        program: Some("k3s".into()),
        subject: Subject::node("n2"),
        state: State::Ongoing,
        count: 3,
        first_seen: at("2025-01-25T09:12:01Z"),
        last_seen: at("2025-01-25T09:58:30Z"),
        evidence: EvidenceItem::Line {
            entry: "nodes/n2.zip/n2/logs/k3s.log".into(),
            line: 77,
            time: at("2025-01-25T09:12:01Z"),
            text: "level=fatal msg=\"network policy: no IPv6 address was found \u{202e}on node\""
                .into(),
            captures: BTreeMap::new(),
        },
        reasons: strings(&["its program calls it fatal", "the log ends with it"]),
        depends: strings(&["node n2 is not Ready (Unknown)"]),
        next: vec![Step {
            risk: Risk::Safe,
            place: None,
            text: "See what the service said just before".into(),
            run: Some("journalctl -u k3s --since '2025-01-25 09:07:01 UTC' --no-pager".into()),
            takes: None,
            loses: None,
            check: None,
        }],
        resembles: vec![Resemblance {
            signature: "network/address-family-missing".into(),
            title: "<node> has no address of a family \u{202e}that is asked for".into(),
        }],
    }
}

/// Nothing found in an input that says little.
pub(super) fn quiet() -> Diagnosis {
    Diagnosis {
        clocks: BTreeMap::new(),
        verdict: Verdict::Healthy,
        headline: "Nothing is wrong at the time of collection".into(),
        inputs: vec![InputSummary {
            path: "-".into(),
            kind: InputKind::File,
            collected_at: None,
            time_range: None,
            description: None,
            products: BTreeMap::new(),
            nodes: vec![],
        }],
        failing: vec![],
        scanned: Scanned {
            entries: 1,
            skipped: BTreeMap::new(),
            bytes: 512,
            lines: 3,
        },
        causes: vec![],
        symptoms: vec![],
        timeline: Vec::new(),
        chart: Chart::default(),
        surroundings: Vec::new(),
        upgrade: None,
        etcd: Vec::new(),
        suspects: vec![],
        unusual: vec![],
        checked: vec![],
        not_examined: vec![],
        problems: vec![],
        signatures: 240,
    }
}

/// Everything of a finding that captures fill.
fn finding_mut(finding: &mut RankedFinding, text: &str) {
    let own = || text.to_owned();
    finding.title = own();
    finding.explanation = own();
    finding.reasons = vec![own()];
    finding.subjects = vec![subject(&[("pod", text), ("namespace", text)])];
    for one in &mut finding.consequences {
        one.title = own();
        one.subjects = vec![subject(&[("node", text)])];
    }
    finding.remediation.summary = own();
    for step in &mut finding.remediation.steps {
        (step.text, step.place, step.run) = (own(), Some(own()), Some(own()));
        (step.takes, step.loses) = (Some(own()), Some(own()));
    }
    for check in &mut finding.remediation.verify {
        (check.run, check.expect) = (own(), Some(own()));
    }
    finding.prevention = Some(own());
    finding.references.push(own());
}
