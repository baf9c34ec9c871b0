//! A signature whose words turn out to be everybody's: what many programs say about many subjects proves little.

use std::collections::BTreeSet;

use super::index::Index;
use super::observe::Answer;
use super::{Case, Proof};
use crate::signature::{Kind, Signature, Sureness};

/// So many different programs.
const SPEAKERS: usize = 12;
/// So many different subjects.
const ABOUT: usize = 12;

/// Cases that stand on such lines alone are at most possible; an object, a fact or a further source lifts the cap.
pub(super) fn cap(
    index: &Index<'_>,
    signature: &Signature,
    answers: &[Answer],
    cases: &mut [Case],
) {
    if signature.kind != Kind::Cause || cases.len() < ABOUT {
        return;
    }
    let speakers = speakers(index, signature, answers);
    if speakers < SPEAKERS {
        return;
    }
    let about = cases.len();
    let lines_only = |case: &Case| {
        case.sources == 0
            && case
                .seen
                .iter()
                .all(|one| matches!(one.proof, Proof::Series(_)))
    };
    for case in cases.iter_mut().filter(|case| lines_only(case)) {
        if case.sure > Sureness::Possible {
            case.sure = Sureness::Possible;
            case.reasons.push(format!(
                "at most possible: {speakers} different programs say so about {about} subjects, which is too general"
            ));
        }
    }
}

/// Different programs, containers and units that said what the signature demands.
fn speakers(index: &Index<'_>, signature: &Signature, answers: &[Answer]) -> usize {
    let condition = &signature.condition;
    let demanded = condition.all.iter().chain(&condition.any);
    let seen = demanded
        .filter_map(|part| answers.get(*part))
        .flat_map(Answer::observations)
        .filter(|one| matches!(one.proof, Proof::Series(_)));
    let names: BTreeSet<&str> = seen
        .filter_map(|one| {
            let origin = &index.evidence.entries.get(one.entry as usize)?.entry.origin;
            let named = origin.container.as_deref().or(origin.unit.as_deref());
            named.or_else(|| origin.programs.iter().next().map(|program| program.name()))
        })
        .collect();
    names.len()
}

#[cfg(test)]
mod tests {
    use crate::bundle::Program;
    use crate::finding::build::{cause, database, evidence, log};
    use crate::finding::{Context, evaluate};
    use crate::signature::{Scope, Signature, Sureness};

    fn found(pods: usize) -> (Sureness, Vec<String>) {
        let db = database(vec![Signature {
            scope: Some(Scope::Object),
            ..cause("a/general")
        }]);
        let logs = (0..pods).map(|n| {
            let log = log("n1", Program::Harvester);
            let log = log.pod("default", &format!("p{n}"), &format!("c{n}"));
            log.hit(&db, "a/general", 0, &[], &[1, 599])
        });
        let findings = evaluate(&db, &evidence(logs.collect()), &Context::default());
        let lead = findings[0].lead().unwrap();
        (findings[0].sure, lead.reasons.clone())
    }

    #[test]
    fn what_everybody_says_is_at_most_possible() {
        assert_eq!(found(11).0, Sureness::Certain);
        let (sure, reasons) = found(12);
        assert_eq!(sure, Sureness::Possible);
        assert!(reasons.last().unwrap().contains("12 different programs"));
    }
}
