//! What was looked at where: whether the absence of something is a finding of its own, or nobody could have seen it.
//!
//! A log counts as examined at a place where a program that would say it speaks in it (a log in which anybody may speak
//! proves nothing, and of what anybody may say nothing is proven), on that node, and for the time in question. Of a
//! node without any log of its own nothing was examined.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::bundle::{EntryKind, Program, ProgramSet};
use crate::evidence::Evidence;
use crate::signature::{Part, Signature, Source};

/// A log that begins or ends this close to a time still tells about it.
const NEAR: SignedDuration = SignedDuration::from_mins(10);

/// Programs that run on every node, or on every server: what one says on a node, another cannot deny on its own. Pods
/// run where they may.
const OF_NODES: ProgramSet = ProgramSet::of(&[
    Program::Kubelet,
    Program::Rke2,
    Program::K3s,
    Program::Containerd,
    Program::Dockerd,
    Program::Kernel,
    Program::Systemd,
    Program::RancherSystemAgent,
]);

/// One log that was read.
#[derive(Debug, Clone, Copy)]
struct Heard {
    programs: ProgramSet,
    span: Option<(Timestamp, Timestamp)>,
}

/// What was read, by node.
pub struct Examined<'e> {
    evidence: &'e Evidence,
    /// Logs by node; `None`: of no node in particular.
    logs: BTreeMap<Option<&'e str>, Vec<Heard>>,
    /// Every node that anything is known of.
    nodes: BTreeSet<&'e str>,
}

impl<'e> Examined<'e> {
    /// What was read of a case.
    pub fn new(evidence: &'e Evidence) -> Self {
        let mut logs: BTreeMap<Option<&str>, Vec<Heard>> = BTreeMap::new();
        for read in &evidence.entries {
            let programs = read.entry.origin.programs;
            let said = read.entry.kind == EntryKind::Log && read.hits.coverage.lines > 0;
            if said && !programs.is_all() {
                let node = read.entry.origin.node.as_deref();
                logs.entry(node).or_default().push(Heard {
                    programs,
                    span: read.hits.coverage.span,
                });
            }
        }
        let of_logs = evidence.entries.iter();
        let mut nodes: BTreeSet<&str> = of_logs
            .filter_map(|read| read.entry.origin.node.as_deref())
            .collect();
        let listed = evidence.objects.iter().filter(|(key, _)| key.is_node());
        nodes.extend(listed.flat_map(|(_, list)| list.iter().map(|node| node.name.as_str())));
        nodes.extend(
            evidence
                .facts
                .iter()
                .filter_map(|fact| fact.node.as_deref()),
        );
        Self {
            evidence,
            logs,
            nodes,
        }
    }

    /// Whether a rival that was not seen can be ruled out: about one node there, about the cluster wherever it runs.
    pub(super) fn rules_out(
        &self,
        part: &Part,
        node: Option<&str>,
        when: Option<Timestamp>,
    ) -> bool {
        let everywhere = node.is_none()
            && matches!(part.source, Source::Log { .. })
            && !part.programs.is_all()
            && part.programs.intersection(OF_NODES) == part.programs;
        if everywhere && !self.nodes.is_empty() {
            let mut nodes = self.nodes.iter();
            return nodes.all(|node| self.part(part, Some(node), when));
        }
        self.part(part, node, when)
    }

    /// Whether a log in which one of these programs speaks was read at a node (or, without one, anywhere), and covers
    /// a time where there is one.
    pub fn heard(&self, programs: ProgramSet, node: Option<&str>, when: Option<Timestamp>) -> bool {
        let tells = |heard: &Heard| {
            let covers = heard.span.zip(when).is_none_or(|((from, to), when)| {
                from.duration_since(when) <= NEAR && when.duration_since(to) <= NEAR
            });
            covers && heard.programs.intersects(programs)
        };
        if programs.is_all() {
            return false;
        }
        let here = |of: &Option<&str>| node.is_none() || of.is_none() || *of == node;
        self.logs
            .iter()
            .any(|(of, logs)| here(of) && logs.iter().any(tells))
    }

    /// Whether a part could have been seen there.
    pub fn part(&self, part: &Part, node: Option<&str>, when: Option<Timestamp>) -> bool {
        match &part.source {
            Source::Log { .. } if part.text_in.log => self.heard(part.programs, node, when),
            Source::Log { .. } => self
                .evidence
                .collected
                .iter()
                .any(|key| part.text_in.objects || key.kind == "Event"),
            Source::Object(query) => self.evidence.collected.contains(query.kind()),
            Source::Fact(query) => self.evidence.facts.iter().any(|fact| {
                let here = node.is_none() || fact.node.is_none() || fact.node.as_deref() == node;
                here && query.key().captures(&fact.key).is_some()
            }),
        }
    }

    /// Whether everything that a signature demands could have been seen there.
    pub fn signature(
        &self,
        signature: &Signature,
        node: Option<&str>,
        when: Option<Timestamp>,
    ) -> bool {
        let condition = &signature.condition;
        let mut demanded = condition.all.iter().chain(&condition.any);
        demanded.all(|part| {
            let part = signature.parts.get(*part);
            part.is_some_and(|part| self.part(part, node, when))
        })
    }
}
