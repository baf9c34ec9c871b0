//! Two diagnoses of one cluster into what is new, gone, worse or better, and what cannot be told.

use super::*;
use crate::rank::{NodeSummary, NotExamined, State, Subject, Verdict};
use crate::report::sample;
use crate::signature::Severity;

fn rich() -> Diagnosis {
    sample::rich()
}

fn compared(before: &Diagnosis, after: &Diagnosis, judge: impl Fn(&Comparison<'_>)) {
    let nothing = Evidence::default();
    judge(&compare((before, &nothing), (after, &nothing)));
}

#[test]
fn a_bundle_and_itself_are_the_same() {
    let one = rich();
    compared(&one, &one, |comparison| {
        assert!(
            matches!(comparison.cluster, Cluster::Same(_)),
            "{:?}",
            comparison.cluster
        );
        assert!(
            comparison
                .findings
                .iter()
                .all(|finding| finding.change == Change::Unchanged)
        );
        assert!(
            comparison.versions.is_empty() && comparison.nodes.is_empty() && !comparison.reversed
        );
        assert_eq!(comparison.worst(), None);
    });
}

#[test]
fn what_came_and_what_went() {
    let (whole, mut less) = (rich(), rich());
    let gone = less.causes.remove(0);
    less.not_examined.clear();
    compared(&whole, &less, |comparison| {
        let first = comparison
            .findings
            .iter()
            .find(|finding| finding.change == Change::Gone)
            .unwrap();
        assert_eq!(first.shown().unwrap().signature, gone.signature);
        assert_eq!(comparison.worst(), None, "what went does not fail");
    });
    compared(&less, &whole, |comparison| {
        assert_eq!(comparison.count(Change::New), 1);
        assert_eq!(comparison.worst(), Some(gone.severity));
    });
    // what would show it is missing
    less.not_examined.push(NotExamined {
        what: "node n9".to_owned(),
        because: "nodes/n9.zip holds no files".to_owned(),
        signatures: vec![gone.signature.clone()],
        collect: None,
    });
    compared(&whole, &less, |comparison| {
        let unknown = comparison
            .findings
            .iter()
            .find(|finding| finding.change == Change::Unknown)
            .unwrap();
        assert!(
            unknown.because[0].contains("node n9"),
            "{:?}",
            unknown.because
        );
    });
}

#[test]
fn worse_and_better() {
    let (old, mut new) = (rich(), rich());
    new.causes[0].subjects.push(Subject::node("n77"));
    compared(&old, &new, |comparison| {
        let worse = comparison.findings.first().unwrap();
        assert_eq!(
            (worse.change, worse.because.as_slice()),
            (Change::Worse, ["now also node n77".to_owned()].as_slice())
        );
    });
    compared(&new, &old, |comparison| {
        assert_eq!(
            (
                comparison.count(Change::Better),
                comparison.count(Change::Worse)
            ),
            (1, 0)
        );
    });
    let mut ended = rich();
    ended.causes[0].state = State::Ended;
    ended.causes[0].severity = Severity::Info;
    compared(&old, &ended, |comparison| {
        assert_eq!(
            comparison.count(Change::Better),
            1,
            "{:?}",
            comparison.findings[0].because
        );
    });
}

#[test]
fn nodes_and_versions() {
    let (old, mut new) = (rich(), rich());
    let input = &mut new.inputs[0];
    input
        .products
        .insert("harvester".to_owned(), "v9.9.9".to_owned());
    let node = input.nodes.first_mut().unwrap();
    node.ready = Some("Unknown".to_owned());
    node.kubelet_version = None;
    let changed = node.name.clone();
    input.nodes.push(NodeSummary {
        name: "n88".to_owned(),
        ..NodeSummary::default()
    });
    compared(&old, &new, |comparison| {
        assert_eq!(
            comparison.versions["harvester"].1.as_deref(),
            Some("v9.9.9")
        );
        let of = |name: &str| {
            comparison
                .nodes
                .iter()
                .find(|node| node.name == name)
                .unwrap()
        };
        assert_eq!(of("n88").change, NodeChange::Added);
        let fields: Vec<&str> = of(&changed)
            .fields
            .iter()
            .map(|field| field.field)
            .collect();
        assert_eq!(fields, ["ready", "kubelet"]);
    });
}

#[test]
fn strangers_and_the_wrong_order_are_said() {
    let (old, mut other) = (rich(), rich());
    for node in &mut other.inputs[0].nodes {
        node.name.push_str("-elsewhere");
    }
    other.inputs[0].collected_at = Some(jiff::Timestamp::UNIX_EPOCH);
    compared(&old, &other, |comparison| {
        assert!(
            matches!(comparison.cluster, Cluster::Different(_)),
            "{:?}",
            comparison.cluster
        );
        assert!(comparison.reversed);
    });
    let mut bare = rich();
    bare.verdict = Verdict::Healthy;
    bare.inputs[0].nodes.clear();
    compared(&old, &bare, |comparison| {
        assert!(matches!(comparison.cluster, Cluster::Unknown(_)));
        assert!(
            comparison.nodes.is_empty(),
            "no node is known, so none went"
        );
    });
}
