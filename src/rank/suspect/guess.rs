//! A known cause that a suspect is worded like into a possible cause: what to do about it, with nothing that a match would tell.

use std::collections::BTreeMap;

use super::super::{Diagnosis, RankedFinding, Told, context, remedy, score};
use crate::detect::Captures;
use crate::signature::{Severity, Signature, Sureness, Template};

/// A guess is worth knowing. How bad it would be is not known before it is one: it trips no exit code.
const MOST_SEVERE: Severity = Severity::Low;

/// The cause, as far as the suspect with this index tells.
pub(super) fn guess(
    diagnosis: &Diagnosis,
    signature: &Signature,
    suspect: usize,
) -> Option<RankedFinding> {
    let like = diagnosis.suspects.get(suspect)?;
    let captures: [Captures; 1] = [like
        .subject
        .0
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()];
    let products = context(&diagnosis.inputs).products;
    let told = texts(signature, &captures, &products);
    let translations = signature.translations.keys().filter_map(|tag| {
        let signature = signature.in_language(tag)?;
        Some((tag.clone(), texts(&signature, &captures, &products)))
    });
    Some(RankedFinding {
        signature: signature.id.clone(),
        kind: signature.kind,
        severity: signature.severity.min(MOST_SEVERE),
        sure: Sureness::Possible,
        confidence: score::confidence(Sureness::Possible, 0, false, false),
        state: like.state,
        problem: None,
        onset: like.first_seen,
        subjects: vec![like.subject.clone()],
        reasons: vec![
            format!(
                "suspicious line {} is worded like what this cause says",
                suspect + 1
            ),
            "no pattern of it matches: compare before anything is done".to_owned(),
        ],
        count: like.count,
        first_seen: like.first_seen,
        last_seen: like.last_seen,
        evidence: vec![like.evidence.clone()],
        consequences: Vec::new(),
        explained_by: Vec::new(),
        references: signature.refs.to_vec(),
        translations: translations.collect(),
        title: told.title,
        explanation: told.explanation,
        remediation: told.remediation,
        prevention: told.prevention,
    })
}

fn texts(
    signature: &Signature,
    captures: &[Captures; 1],
    products: &BTreeMap<String, String>,
) -> Told {
    let all: Vec<&Captures> = captures.iter().collect();
    let text = |template: &Option<Template>| template.as_ref().map(|t| t.fill_first(&all));
    Told {
        title: signature.title.fill_first(&all),
        explanation: text(&signature.explanation).unwrap_or_default(),
        remediation: remedy::remediation(signature, captures, products),
        prevention: text(&signature.prevent),
        reasons: BTreeMap::new(),
    }
}
