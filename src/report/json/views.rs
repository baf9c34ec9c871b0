//! The wire types of the upgrade view, the etcd view and the timeline in `bundlevet.diagnosis/v1`.

use serde::Serialize;

use super::v1::{Text, Time, quoted, range, texts};
use crate::evidence::NodeClock;
use crate::rank::{self, EtcdView, MomentKind, UpgradeView};

#[derive(Serialize)]
pub(super) struct Upgrade<'a> {
    name: &'a str,
    from: Option<&'a str>,
    to: Option<&'a str>,
    state: Option<&'a str>,
    phase: Option<&'a str>,
    conditions: Vec<Condition<'a>>,
    nodes: Vec<UpgradeNode<'a>>,
    blocking: &'a [String],
    restarts: &'a [String],
    jobs: &'a [String],
    waiting_for: Vec<WaitingLine<'a>>,
    next: Option<Text<'a>>,
}

#[derive(Serialize)]
struct Condition<'a> {
    name: &'a str,
    status: Option<&'a str>,
    reason: Option<Text<'a>>,
    message: Option<Text<'a>>,
    since: Option<Time>,
}

#[derive(Serialize)]
struct UpgradeNode<'a> {
    name: &'a str,
    state: Option<&'a str>,
    says: Option<Text<'a>>,
    os_image: Option<&'a str>,
    kubelet_version: Option<&'a str>,
    pending_os: Option<&'a str>,
    ready: Option<&'a str>,
    cordoned: bool,
    hooks_waiting: &'a [String],
}

#[derive(Serialize)]
struct WaitingLine<'a> {
    entry: &'a str,
    line: u64,
    text: Text<'a>,
    count: u64,
    time_range: Option<(Time, Time)>,
}

#[derive(Serialize)]
pub(super) struct Etcd<'a> {
    /// Only where the case holds several.
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'a str>,
    members: Vec<Member<'a>>,
    voters: usize,
    quorum: usize,
    lost: usize,
    doubtful: usize,
    may_lose: usize,
    text: Text<'a>,
    quota: u64,
    alarms: Vec<Text<'a>>,
    slow: Vec<Text<'a>>,
    snapshots: Option<Text<'a>>,
    caution: Option<Text<'a>>,
}

#[derive(Serialize)]
struct Member<'a> {
    name: &'a str,
    id: Option<&'a str>,
    client: Option<&'a str>,
    node: Option<&'a str>,
    learner: bool,
    leader: Option<bool>,
    healthy: Option<bool>,
    version: Option<&'a str>,
    db_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    db_in_use: Option<u64>,
    errors: Option<Text<'a>>,
}

#[derive(Serialize)]
pub(super) struct Moment<'a> {
    time: Time,
    kind: MomentKind,
    text: Text<'a>,
    place: Text<'a>,
    signature: Option<&'a str>,
    entry: Option<&'a str>,
    line: Option<u64>,
    /// Only of nodes whose clock is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_ahead_seconds: Option<f64>,
}

/// A node's clock.
#[derive(Serialize)]
pub(super) struct Clock<'a> {
    node: &'a str,
    ahead_seconds: f64,
    within_seconds: f64,
    from: Text<'a>,
    corrected: bool,
}

pub(super) fn clock<'a>((node, clock): (&'a String, &'a NodeClock)) -> Clock<'a> {
    Clock {
        node,
        ahead_seconds: clock.ahead.as_secs_f64(),
        within_seconds: clock.within.as_secs_f64(),
        from: quoted(&clock.from),
        corrected: clock.corrected,
    }
}

pub(super) fn upgrade(view: &UpgradeView) -> Upgrade<'_> {
    Upgrade {
        name: &view.name,
        from: view.from.as_deref(),
        to: view.to.as_deref(),
        state: view.state.as_deref(),
        phase: view.phase.as_deref(),
        conditions: view.conditions.iter().map(condition).collect(),
        nodes: view.nodes.iter().map(upgrade_node).collect(),
        blocking: &view.blocking,
        restarts: &view.restarts,
        jobs: &view.jobs,
        waiting_for: view.waiting_for.iter().map(waiting_line).collect(),
        next: view.next.as_deref().map(quoted),
    }
}

fn condition(condition: &rank::UpgradeCondition) -> Condition<'_> {
    Condition {
        name: &condition.name,
        status: condition.status.as_deref(),
        reason: condition.reason.as_deref().map(quoted),
        message: condition.message.as_deref().map(quoted),
        since: condition.since.map(Time),
    }
}

fn upgrade_node(node: &rank::UpgradeNode) -> UpgradeNode<'_> {
    UpgradeNode {
        name: &node.name,
        state: node.state.as_deref(),
        says: node.says.as_deref().map(quoted),
        os_image: node.os_image.as_deref(),
        kubelet_version: node.kubelet_version.as_deref(),
        pending_os: node.pending_os.as_deref(),
        ready: node.ready.as_deref(),
        cordoned: node.cordoned,
        hooks_waiting: &node.hooks_waiting,
    }
}

fn waiting_line(line: &rank::WaitingLine) -> WaitingLine<'_> {
    WaitingLine {
        entry: &line.entry,
        line: line.line,
        text: quoted(&line.text),
        count: line.count,
        time_range: range(line.span),
    }
}

pub(super) fn etcd(view: &EtcdView) -> Etcd<'_> {
    Etcd {
        cluster: view.cluster.as_deref(),
        members: view.members.iter().map(member).collect(),
        voters: view.voters,
        quorum: view.quorum,
        lost: view.lost,
        doubtful: view.doubtful,
        may_lose: view.may_lose,
        text: quoted(&view.text),
        quota: view.quota,
        alarms: texts(&view.alarms),
        slow: texts(&view.slow),
        snapshots: view.snapshots.as_deref().map(quoted),
        caution: view.caution.as_deref().map(quoted),
    }
}

fn member(member: &rank::EtcdMember) -> Member<'_> {
    Member {
        name: &member.name,
        id: member.id.as_deref(),
        client: member.client.as_deref(),
        node: member.node.as_deref(),
        learner: member.learner,
        leader: member.leader,
        healthy: member.healthy,
        version: member.version.as_deref(),
        db_size: member.db_size,
        db_in_use: member.db_in_use,
        errors: member.errors.as_deref().map(quoted),
    }
}

pub(super) fn moment(moment: &rank::Moment) -> Moment<'_> {
    Moment {
        time: Time(moment.time),
        kind: moment.kind,
        text: quoted(&moment.text),
        place: quoted(&moment.place),
        signature: moment.signature.as_deref(),
        entry: moment.entry.as_deref(),
        line: moment.line,
        clock_ahead_seconds: moment.clock_ahead.map(|ahead| ahead.as_secs_f64()),
    }
}
