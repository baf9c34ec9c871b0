//! Certificates judged at two times: when the bundle was collected, and when what fails began to fail.
//!
//! A bundle may be taken days after a failure: what has ended since is no reason for it, and what was issued since says
//! nothing of the certificates that were in use then.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::NotExamined;
use super::anchor::{Anchor, From, text};
use crate::evidence::{Evidence, Fact};
use crate::finding::said::second;
use crate::finding::{Finding, Proof};

/// K3s and RKE2 give a certificate a year, and write the beginning of their CA as its own.
const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

/// When the first of what objects show to fail began to fail, and its clause.
fn failure(anchors: &[Anchor]) -> Option<(Timestamp, &str)> {
    let shown = anchors.iter().filter(|anchor| anchor.from == From::Object);
    shown
        .filter_map(|anchor| Some((anchor.since?, anchor.text.as_str())))
        .min()
}

/// Whether the certificates that a finding stands on had ended when the failure began, as a reason.
pub(super) fn at_failure(finding: &Finding, anchors: &[Anchor]) -> Option<String> {
    let (since, what) = failure(anchors)?;
    let said = second(since);
    let seen = finding.cases.iter().flat_map(|case| &case.seen);
    let end = seen
        .filter(|one| matches!(&one.proof, Proof::Fact { key, .. } if key == "certificate"))
        .filter_map(|one| one.span.map(|(end, _)| end))
        .min()?;
    let ended = second(end);
    Some(if end <= since {
        format!("had ended at {ended}, before the failure ({what}, {said})")
    } else {
        format!("ended at {ended}, after the failure began ({what}, {said})")
    })
}

/// When a certificate was issued.
fn issued(fact: &Fact) -> Option<Timestamp> {
    let time = |key: &str| text(&fact.value, key)?.parse::<Timestamp>().ok();
    let (from, end) = (time("not_before")?, time("not_after")?);
    let issuer = text(&fact.value, "issuer").unwrap_or_default();
    let leaf = ["k3s-", "rke2-"].iter().any(|mark| issuer.contains(mark)) && !is_ca(fact);
    Some(if leaf { from.max(end - YEAR) } else { from })
}

fn is_ca(fact: &Fact) -> bool {
    match fact.value.get("ca") {
        Some(Value::Bool(ca)) => *ca,
        Some(Value::String(ca)) => ca == "true",
        _ => false,
    }
}

/// Certificates that were issued after the failure began: files, in order.
fn issued_since(evidence: &Evidence, since: Timestamp) -> Vec<&str> {
    let facts = evidence.facts.iter().filter(|f| f.key == "certificate");
    let late = facts.filter(|fact| issued(fact).is_some_and(|issued| issued > since));
    let mut files: Vec<&str> = late.filter_map(|fact| text(&fact.value, "file")).collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// Certificates that cannot say whether their predecessors were good when the failure began.
pub(super) fn reissued(evidence: &Evidence, anchors: &[Anchor]) -> Option<NotExamined> {
    let (since, what) = failure(anchors)?;
    let files = issued_since(evidence, since);
    let first = files.first()?;
    let which = match files.len() {
        1 => format!("{first} was"),
        n => format!("{n} of them ({first} ...) were"),
    };
    Some(NotExamined {
        what: format!("the certificates in use at {}", second(since)),
        because: format!("{which} issued after the failure began ({what})"),
        signatures: Vec::new(),
        collect: Some(format!(
            "logs of that time, which name an expired certificate: journalctl --no-pager -u rke2-server -u k3s --since '{}'",
            (since - SignedDuration::from_hours(1)).strftime("%Y-%m-%d %H:%M:%S UTC")
        )),
    })
}

/// What is known of certificates that are good now, at the time of the failure; empty without a failure.
pub(super) fn then(evidence: &Evidence, anchors: &[Anchor]) -> String {
    let Some((since, _)) = failure(anchors) else {
        return String::new();
    };
    let late = issued_since(evidence, since).len();
    let since = second(since);
    match late {
        0 => format!("; they were good at the failure, {since}, too"),
        n => format!("; {n} issued only after the failure, {since}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::finding::Subject;
    use crate::finding::build::{at, evidence, with_fact};
    use crate::signature::Class;

    fn failed(minute: i64) -> Vec<Anchor> {
        vec![Anchor {
            class: Class::NodeNotReady,
            subject: Subject::node("n1"),
            text: "node n1 is not Ready".to_owned(),
            since: Some(at(minute)),
            from: From::Object,
            inputs: Vec::new(),
        }]
    }

    fn with_certificate(from: &str, end: &str, issuer: &str) -> Evidence {
        let value =
            json!({"file": "a.crt", "not_before": from, "not_after": end, "issuer": issuer});
        with_fact(evidence(Vec::new()), "n1", "certificate", value)
    }

    #[test]
    fn what_was_issued_after_the_failure_says_nothing_of_it() {
        let e = with_certificate("2025-01-25T12:00:00Z", "2026-01-25T12:00:00Z", "CN=ca");
        let missing = reissued(&e, &failed(60)).unwrap();
        assert_eq!(
            missing.because,
            "a.crt was issued after the failure began (node n1 is not Ready)"
        );
        assert_eq!(reissued(&e, &failed(180)), None);
        assert!(then(&e, &failed(180)).ends_with("too"));
        assert_eq!(then(&e, &[]), "");
    }

    #[test]
    fn a_leaf_of_rke2_carries_the_beginning_of_its_ca() {
        let (from, end) = ("2020-01-01T00:00:00Z", "2026-01-25T12:00:00Z");
        let leaf = with_certificate(from, end, "CN=rke2-server-ca@1577836800");
        assert!(reissued(&leaf, &failed(60)).is_some());
        let other = with_certificate(from, end, "CN=ca");
        assert_eq!(reissued(&other, &failed(60)), None);
    }
}
