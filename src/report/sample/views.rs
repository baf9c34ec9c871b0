//! An upgrade that hangs, an etcd without quorum, and the moments of a failure.

use super::{at, strings};
use crate::rank::*;

pub(super) fn moments() -> Vec<Moment> {
    let moment = |time: &str, kind, text: &str, place: &str| Moment {
        clock_ahead: None,
        time: at(time).unwrap(),
        kind,
        text: text.into(),
        place: place.into(),
        signature: None,
        entry: None,
        line: None,
        translations: std::collections::BTreeMap::new(),
    };
    vec![
        Moment {
            signature: Some("kubelet/invalid-kernel-flag".into()),
            entry: Some("nodes/n1.zip/n1/logs/kubelet.log".into()),
            line: Some(4211),
            ..moment(
                "2025-01-25T09:12:01.557737Z",
                MomentKind::Cause,
                "kubelet will not start on n1",
                "node n1",
            )
        },
        moment(
            "2025-01-25T09:13:00Z",
            MomentKind::Change,
            "node n1 is not Ready \u{1b}[31m(False)",
            "node n1",
        ),
        moment(
            "2025-01-25T10:00:00Z",
            MomentKind::Collected,
            "collected",
            "bundle.zip",
        ),
    ]
}

pub(super) fn upgrade() -> UpgradeView {
    let node = |name: &str, state: &str, ready: &str| UpgradeNode {
        name: name.into(),
        state: Some(state.into()),
        os_image: Some("Harvester v1.3.1".into()),
        kubelet_version: Some("v1.28.12+rke2r1".into()),
        ready: Some(ready.into()),
        ..UpgradeNode::default()
    };
    UpgradeView {
        name: "hvst-upgrade-9x2kd".into(),
        from: Some("v1.3.1".into()),
        to: Some("v1.3.2".into()),
        state: Some("UpgradingNodes".into()),
        phase: Some("NodesUpgraded".into()),
        conditions: vec![
            UpgradeCondition {
                name: "ImageReady".into(),
                status: Some("True".into()),
                since: at("2025-01-25T05:30:00Z"),
                ..UpgradeCondition::default()
            },
            UpgradeCondition {
                name: "NodesUpgraded".into(),
                status: Some("Unknown".into()),
                reason: Some("Waiting".into()),
                message: Some("for node n1".into()),
                since: None,
            },
            UpgradeCondition {
                name: "Completed".into(),
                ..UpgradeCondition::default()
            },
        ],
        nodes: vec![
            UpgradeNode {
                cordoned: true,
                hooks_waiting: strings(&["pre-drain"]),
                says: Some("waits for the job".into()),
                pending_os: Some("Harvester v1.3.2".into()),
                ..node("n1", "Pre-draining", "False")
            },
            node("n2", "Images preloaded", "True"),
        ],
        blocking: strings(&["n1"]),
        restarts: strings(&["hvst-upgrade-aaaaa of 2025-01-24T08:00:00Z"]),
        jobs: strings(&["hvst-upgrade-9x2kd-pre-drain-n1: active"]),
        waiting_for: vec![WaitingLine {
            entry: "logs/harvester-system/hvst-upgrade-9x2kd-pre-drain-n1/pre-drain.log".into(),
            line: 812,
            text: "There are still 1 VMs on the node \u{1b}[0m".into(),
            count: 240,
            span: Some((
                at("2025-01-25T06:00:00Z").unwrap(),
                at("2025-01-25T09:58:00Z").unwrap(),
            )),
        }],
        next: Some("v1.3.2 may be upgraded to v1.4.x next.".into()),
    }
}

pub(super) fn etcd() -> EtcdView {
    let member = |name: &str, healthy| EtcdMember {
        name: format!("{name}-0a1b2c3d"),
        id: Some("8e9e05c52164694d".into()),
        node: Some(name.into()),
        healthy,
        version: Some("3.5.13".into()),
        db_size: Some(123_456_789),
        ..EtcdMember::default()
    };
    EtcdView {
        cluster: None,
        members: vec![
            EtcdMember {
                errors: Some("context deadline exceeded".into()),
                ..member("n1", Some(false))
            },
            EtcdMember {
                leader: Some(true),
                ..member("n2", Some(true))
            },
            EtcdMember {
                learner: true,
                ..member("n3", None)
            },
        ],
        voters: 2,
        quorum: 2,
        lost: 1,
        doubtful: 0,
        may_lose: 0,
        text: "2 members vote, 2 must be there, 1 is lost: quorum is lost".into(),
        quota: 2 << 30,
        alarms: strings(&["NOSPACE on 8e9e05c52164694d"]),
        slow: vec![],
        snapshots: Some("5, the newest etcd-snapshot-n2-1737763202 of 2025-01-25".into()),
        caution: Some("Do not reboot n2.".into()),
    }
}

/// Lanes of a cluster, of a node as a whole and of its parts.
pub(super) fn chart() -> Chart {
    let mark = |time: &str, kind, what: &str, count| Mark {
        time: at(time).unwrap(),
        kind,
        what: what.into(),
        count,
    };
    let span = |from: &str, to: &str| (at(from).unwrap(), at(to).unwrap());
    let lane = |node: Option<&str>, component: &str, marks| Lane {
        node: node.map(Into::into),
        component: component.into(),
        covered: vec![
            span("2025-01-25T05:00:00Z", "2025-01-25T08:40:00Z"),
            span("2025-01-25T09:00:00Z", "2025-01-25T09:58:30Z"),
        ],
        marks,
    };
    let flag = "kubelet/invalid-kernel-flag";
    Chart {
        bucket: 60,
        left_out: 2,
        lanes: vec![
            lane(
                None,
                "upgrade",
                vec![mark(
                    "2025-01-25T05:30:00Z",
                    MarkKind::Change,
                    "ImageReady is True",
                    1,
                )],
            ),
            lane(
                Some("n1"),
                "",
                vec![mark("2025-01-25T08:55:00Z", MarkKind::Boot, "boot", 1)],
            ),
            lane(
                Some("n1"),
                "kubelet",
                vec![
                    mark("2025-01-25T09:12:00Z", MarkKind::Cause, flag, 4),
                    mark("2025-01-25T09:12:00Z", MarkKind::Start, "start", 2),
                    mark("2025-01-25T09:20:00Z", MarkKind::Cause, flag, 8),
                ],
            ),
            lane(
                Some("n2"),
                "etcd",
                vec![mark(
                    "2025-01-25T09:00:00Z",
                    MarkKind::Symptom,
                    "etcd/defragmenting",
                    1,
                )],
            ),
            Lane {
                covered: Vec::new(),
                ..lane(Some("n3"), "", Vec::new())
            },
        ],
    }
}

pub(super) fn surroundings() -> Vec<Surroundings> {
    vec![Surroundings {
        entry: "nodes/n1.zip/n1/logs/kubelet.log".into(),
        line: 4211,
        input: 0,
        before: strings(&[
            "I0125 09:12:01.500000   10917 server.go:1] before <b>",
            "I0125 09:12:01.510000   10917 server.go:2] \u{1b}[31mred",
        ]),
        after: strings(&["systemd[1]: kubelet exited"]),
    }]
}
