//! The form of a signature into what a reviewer would say.

use std::collections::BTreeSet;

use super::{behaviour, problem};
use crate::signature::load::Directory;
use crate::signature::{
    Code, Database, Given, Kind, Risk, Signature, SignatureProblem, Source, Template,
};

/// Known from where the evidence stood.
const ALWAYS_KNOWN: &[&str] = &["node", "namespace", "pod", "container", "object", "cluster"];
/// A run of words under this many bytes lets too many lines through.
const GOOD_LITERAL: usize = 11;

pub(super) fn check(signature: &Signature, problems: &mut Vec<SignatureProblem>) {
    let mut say = |code: Code, message: String| problems.push(problem(signature, 0, code, message));
    patterns(signature, &mut say);
    captures(signature, &mut say);
    completeness(signature, &mut say);
    tests(signature, &mut say);
    for pattern in behaviour::untested(signature) {
        say(
            Code::UntestedPattern,
            format!("no test matches `{pattern}`"),
        );
    }
}

fn patterns(signature: &Signature, say: &mut impl FnMut(Code, String)) {
    let mut seen = BTreeSet::new();
    for (at, part) in signature.parts.iter().enumerate() {
        for pattern in part.patterns() {
            if !seen.insert((at, pattern.source())) {
                say(
                    Code::DuplicatePattern,
                    format!("`{}` is given twice", pattern.source()),
                );
            }
            let shortest = pattern
                .literals()
                .iter()
                .min_by_key(|literal| literal.len());
            if let Some(literal) =
                shortest.filter(|l| l.len() < GOOD_LITERAL && !pattern.is_block())
            {
                let message = format!(
                    "`{}` is looked for by `{}`, {} bytes; {GOOD_LITERAL} would be better",
                    pattern.source(),
                    String::from_utf8_lossy(literal),
                    literal.len()
                );
                say(Code::WeakLiteral, message);
            }
        }
    }
}

/// Captures of which a finding is sure to have a value.
fn guaranteed(signature: &Signature) -> BTreeSet<&str> {
    let of = |at: &usize| {
        let captures = signature.parts.get(*at).map(|part| &part.captures);
        captures
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<BTreeSet<_>>()
    };
    let mut names: BTreeSet<&str> = signature.condition.all.iter().flat_map(of).collect();
    let mut any = signature.condition.any.iter().map(of);
    if let Some(first) = any.next() {
        names.extend(any.fold(first, |common, next| {
            common.intersection(&next).copied().collect()
        }));
    }
    names.extend(ALWAYS_KNOWN);
    names
}

fn captures(signature: &Signature, say: &mut impl FnMut(Code, String)) {
    let sure = guaranteed(signature);
    let mut possible: BTreeSet<&str> = sure.clone();
    for part in &signature.parts {
        possible.extend(part.captures.iter().map(String::as_str));
        possible.extend(
            part.patterns()
                .iter()
                .flat_map(|p| p.names())
                .map(String::as_str),
        );
    }
    let mut lost = |what: &str, template: &Template, known: &BTreeSet<&str>| {
        for name in template.names().filter(|name| !known.contains(name)) {
            let why = if possible.contains(name) {
                "not every way of matching provides it"
            } else {
                "nothing provides it"
            };
            say(Code::LostCapture, format!("{what} uses <{name}>: {why}"));
        }
    };
    lost("title", &signature.title, &sure);
    for template in signature.subject.values() {
        lost("subject", template, &sure);
    }
    for step in &signature.fix {
        for template in [&step.run, &step.on].into_iter().flatten() {
            lost("a step of fix", template, &sure);
        }
        for template in [Some(&step.text), step.detail.as_ref(), step.loses.as_ref()]
            .into_iter()
            .flatten()
        {
            lost("a step of fix", template, &possible);
        }
        if let Some(check) = &step.check {
            lost("the check of a step", &check.run, &sure);
        }
    }
    for check in &signature.check {
        lost("check", &check.run, &sure);
        if let Some(expect) = &check.expect {
            lost("check", expect, &sure);
        }
    }
    for template in [&signature.explanation, &signature.prevent]
        .into_iter()
        .flatten()
    {
        lost("a text", template, &possible);
    }
}

fn completeness(signature: &Signature, say: &mut impl FnMut(Code, String)) {
    match signature.kind {
        Kind::Cause => {
            if signature.fix.is_empty() {
                say(Code::NoFix, "a cause says what to do".to_owned());
            }
            if signature.check.is_empty() && signature.fix.iter().all(|step| step.check.is_none()) {
                say(
                    Code::NoCheck,
                    "say how to see that all is well again".to_owned(),
                );
            }
            if signature.refs.is_empty() {
                say(
                    Code::NoRefs,
                    "name at least one source under `refs`".to_owned(),
                );
            }
            if signature.explanation.is_none() {
                say(
                    Code::NoExplanation,
                    "a cause explains itself in two or three sentences".to_owned(),
                );
            }
        }
        Kind::Symptom => {
            if signature
                .class
                .is_some_and(|class| signature.leads_to.contains(&class))
            {
                say(
                    Code::SelfLead,
                    "a symptom leads to other classes than its own".to_owned(),
                );
            }
        }
        Kind::Noise => {
            if !signature.leads_to.is_empty() {
                say(Code::NoiseLeads, "noise leads to nothing".to_owned());
            }
        }
    }
    if let Some(link) = signature
        .refs
        .iter()
        .find(|link| !link.starts_with("https://"))
    {
        say(Code::NoRefs, format!("`{link}` is not an https link"));
    }
    let first_is_destructive = signature
        .fix
        .first()
        .is_some_and(|step| step.risk == Risk::Destructive);
    if first_is_destructive && signature.fix.len() > 1 {
        say(
            Code::DestructiveFirst,
            "begin with what loses nothing".to_owned(),
        );
    }
}

fn tests(signature: &Signature, say: &mut impl FnMut(Code, String)) {
    let positive = |given: &Given, expected: Option<bool>| match given {
        Given::Hit(_) => true,
        Given::Quiet(_) => false,
        Given::Case(_) => expected.unwrap_or(true),
    };
    let count = signature
        .tests
        .iter()
        .filter(|test| positive(&test.given, test.expect.matches))
        .count();
    if count == 0 {
        say(Code::NoHit, "at least one test must match".to_owned());
    }
    if count == signature.tests.len() {
        say(
            Code::NoQuiet,
            "at least one test must not match: the nearest line or state that means something else"
                .to_owned(),
        );
    }
    if signature
        .tests
        .iter()
        .any(|test| matches!(test.given, Given::Case(_)))
    {
        return;
    }
    let condition = &signature.condition;
    for (at, part) in signature.parts.iter().enumerate() {
        if matches!(part.source, Source::Log { .. }) {
            continue;
        }
        let message = format!(
            "part `{}` needs a test with `objects` or `facts`",
            part.name
        );
        let decides = condition.all.contains(&at) || condition.any.contains(&at);
        say(
            if decides {
                Code::NoHit
            } else {
                Code::UntestedPart
            },
            message,
        );
    }
}

/// Translations and renames against the signatures that there are.
pub(super) fn check_names(
    directory: &Directory,
    database: &Database,
    problems: &mut Vec<SignatureProblem>,
) {
    for translation in &directory.translations {
        let mut say = |code: Code, message: String| {
            problems.push(SignatureProblem {
                file: translation.file.clone(),
                line: 0,
                code,
                message,
            });
        };
        match database
            .position(&translation.id)
            .and_then(|at| database.signatures.get(at))
        {
            None => say(
                Code::DeadTranslation,
                format!("there is no signature `{}`", translation.id),
            ),
            Some(signature) if translation.texts.fix.len() > signature.fix.len() => {
                let (have, want) = (translation.texts.fix.len(), signature.fix.len());
                say(
                    Code::DeadTranslation,
                    format!("`fix` has {have} steps, the signature {want}"),
                );
            }
            Some(signature) => {
                let mut signature = Signature::clone(signature);
                let tag = translation.language.clone();
                signature
                    .translations
                    .insert(tag.clone(), translation.texts.clone());
                let missing = signature.untranslated(&tag).unwrap_or_default();
                if !missing.is_empty() {
                    say(
                        Code::PartTranslation,
                        format!("not translated: {}", missing.join(", ")),
                    );
                }
            }
        }
    }
    for (old, new, line) in &directory.renamed {
        let message = if database.position(old).is_some() {
            format!("`{old}` still exists")
        } else if database.position(new).is_none() {
            format!("there is no signature `{new}`")
        } else {
            continue;
        };
        problems.push(SignatureProblem {
            file: "renamed.yaml".to_owned(),
            line: *line,
            code: Code::DeadRename,
            message,
        });
    }
}
