//! A weighed complaint into words: who says it, what depends on it, where to look next.

use jiff::SignedDuration;

use super::super::{Diagnosis, EvidenceItem, State, Step, Subject};
use super::weigh::Weighed;
use super::{Candidate, Suspect};
use crate::bundle::Program;
use crate::signature::Risk;

/// Things named that depend on it.
const DEPENDENTS: usize = 4;
/// How far before a line the surroundings are asked for.
const BEFORE: SignedDuration = SignedDuration::from_mins(5);

/// The suspect.
pub(super) fn tell(one: &Weighed, diagnosis: &Diagnosis) -> Suspect {
    let candidate = &one.candidate;
    let subject = subject(candidate);
    let who = who(candidate, &subject);
    let says = one.clause.says.clone();
    let state = match (one.outlived, candidate.span) {
        (true, _) => State::Ended,
        (false, Some(_)) => State::Ongoing,
        (false, None) => State::Unknown,
    };
    Suspect {
        title: format!("{who} says: {says}"),
        says,
        program: candidate.program.clone(),
        state,
        count: candidate.count,
        first_seen: candidate.span.map(|(first, _)| first),
        last_seen: candidate.span.map(|(_, last)| last),
        evidence: candidate.evidence.clone(),
        reasons: one
            .reasons
            .iter()
            .map(|reason| (*reason).to_owned())
            .collect(),
        depends: depends(candidate, &subject, diagnosis),
        next: next(candidate),
        resembles: Vec::new(),
        subject,
    }
}

fn subject(candidate: &Candidate) -> Subject {
    let place = &candidate.place;
    let mut subject = Subject::default();
    let mut name = |key: &str, value: &Option<String>| {
        if let Some(value) = value {
            subject.0.insert(key.to_owned(), value.clone());
        }
    };
    if place.pod.is_some() {
        name("namespace", &place.namespace);
    }
    name("pod", &place.pod);
    if place.pod.is_none() {
        name("node", &place.node);
    }
    match subject.0.is_empty() {
        true => Subject::cluster(),
        false => subject,
    }
}

/// `k3s on n1`, `the pod a/b`, `rke2-server.log`.
fn who(candidate: &Candidate, subject: &Subject) -> String {
    let file = || {
        candidate
            .entry
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let place = &candidate.place;
    let object = match &candidate.evidence {
        EvidenceItem::Object { object, .. } if place.pod.is_none() => Some(object.clone()),
        _ => None,
    };
    match (&candidate.program, object) {
        (_, Some(object)) => object,
        (Some(program), None) if subject.is_cluster() => program.clone(),
        (Some(program), None) => format!("{program} ({subject})"),
        (None, None) if subject.is_cluster() => file(),
        (None, None) => subject.to_string(),
    }
}

/// What fails in the same place, and what cannot work without the program.
fn depends(candidate: &Candidate, subject: &Subject, diagnosis: &Diagnosis) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    let programs = candidate.programs;
    let speaks = |program: Program| !programs.is_all() && programs.contains(program);
    let known = [
        (
            Program::Etcd,
            "the API server and everything that asks it depend on etcd",
        ),
        (
            Program::KubeApiserver,
            "every controller and kubelet depends on the API server",
        ),
        (
            Program::Containerd,
            "every container of the node depends on containerd",
        ),
        (
            Program::Kubelet,
            "every pod of the node depends on the kubelet",
        ),
        (
            Program::Rke2,
            "all Kubernetes programs of the node depend on rke2",
        ),
        (
            Program::K3s,
            "all Kubernetes programs of the node depend on k3s",
        ),
    ];
    let single = programs.iter().count() == 1;
    let own = known.iter().find(|(program, _)| single && speaks(*program));
    list.extend(own.map(|(_, says)| (*says).to_owned()));
    let alive = diagnosis.symptoms.iter().filter(|one| one.state.is_alive());
    let there = alive.filter(|symptom| {
        let narrow = |other: &&Subject| !other.is_cluster();
        symptom
            .subjects
            .iter()
            .filter(narrow)
            .any(|other| shares(other, subject))
    });
    list.extend(there.map(|symptom| symptom.title.clone()));
    let name = subject.get("pod").or_else(|| subject.get("node"));
    let failing = diagnosis.failing.iter();
    list.extend(
        failing
            .filter(|clause| name.is_some_and(|name| names(clause, name)))
            .cloned(),
    );
    list.truncate(DEPENDENTS);
    list
}

/// Whether a clause is about this name, and not about one that begins like it.
fn names(clause: &str, name: &str) -> bool {
    clause.split([' ', '/', ':']).any(|word| word == name)
}

fn shares(one: &Subject, other: &Subject) -> bool {
    ["pod", "node"]
        .iter()
        .any(|key| one.get(key).is_some() && one.get(key) == other.get(key))
}

/// What to look at: the lines around it, and what the program said just before.
fn next(candidate: &Candidate) -> Vec<Step> {
    let step = |text: &str, run: Option<String>| Step {
        risk: Risk::Safe,
        place: None,
        text: text.to_owned(),
        run,
        takes: None,
        loses: None,
        check: None,
    };
    let place = &candidate.place;
    let namespace = place.namespace.as_deref().filter(|name| is_name(name));
    let pod = place.pod.as_deref().filter(|name| is_name(name));
    let since = candidate
        .span
        .map(|(first, _)| first.checked_sub(BEFORE).unwrap_or(first));
    let since = since.map(|time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
    let mut steps = vec![step(
        "Read what stands around it, and search for its words in the program's documentation and its reported problems",
        None,
    )];
    match (namespace, pod, &candidate.evidence) {
        (Some(namespace), Some(pod), EvidenceItem::Line { .. }) => {
            let container = place.container.as_deref().filter(|name| is_name(name));
            let container = container
                .map(|name| format!(" -c {name}"))
                .unwrap_or_default();
            steps.push(step(
                "See whether it is said now, and what the container said before it last ended",
                Some(format!(
                    "kubectl -n {namespace} logs {pod}{container} --tail=200\nkubectl -n {namespace} logs {pod}{container} --previous --tail=200"
                )),
            ));
        }
        (Some(namespace), Some(pod), _) => steps.push(step(
            "See the pod's state and Events now",
            Some(format!("kubectl -n {namespace} describe pod {pod}")),
        )),
        (_, _, EvidenceItem::Line { .. }) => {
            let unit = candidate.unit.as_deref().filter(|name| is_name(name));
            if let Some(unit) = unit {
                let since = since
                    .map(|time| format!(" --since '{time}'"))
                    .unwrap_or_default();
                steps.push(step(
                    "See what the service said just before",
                    Some(format!("journalctl -u {unit}{since} --no-pager")),
                ));
            }
        }
        _ => {}
    }
    steps
}

/// Whether a name from the bundle may stand in a command as it is.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '@');
    !name.is_empty() && !name.starts_with('-') && name.chars().all(plain)
}
