//! The tests of a signature into what they prove wrong.

use super::sample::{decoded, fires, literal_is_in, parts, programs, shown};
use super::{CheckOptions, CheckReport, Outcome, problem};
use crate::signature::{
    Code, Database, Expect, Given, Signature, SignatureProblem, Source, TestCase,
};

pub(super) fn check(
    database: &Database,
    signature: &Signature,
    options: &CheckOptions<'_>,
    report: &mut CheckReport,
) {
    for test in &signature.tests {
        match &test.given {
            Given::Hit(lines) => {
                report.tests += 1;
                report.problems.extend(hit(signature, test, lines));
            }
            Given::Quiet(lines) => {
                report.tests += 1;
                report.problems.extend(quiet(signature, test, lines));
            }
            Given::Case(given) => match options.run_case {
                Some(run) => {
                    report.tests += 1;
                    let outcome = run(database, signature, given);
                    report.problems.extend(differs(signature, test, &outcome));
                }
                None => report.not_run += 1,
            },
        }
    }
}

fn hit(signature: &Signature, test: &TestCase, lines: &[String]) -> Vec<SignatureProblem> {
    let mut problems = Vec::new();
    let parts = parts(signature, test);
    let decoded = decoded(lines, programs(signature, test));
    let found = decoded.iter().find_map(|(raw, line)| {
        let (pattern, captures) = parts.iter().find_map(|part| fires(part, line))?;
        Some((raw, pattern, captures))
    });
    let Some((raw, pattern, captures)) = found else {
        let read_as = decoded.first().map_or("", |(_, line)| line.text.as_str());
        let voided = decoded.iter().any(|(_, line)| {
            let not = |pattern: &&crate::signature::Pattern| pattern.matches(line);
            parts.iter().any(|part| part.not.iter().any(|p| not(&p)))
        });
        let why = if voided {
            "a `not` pattern matches it"
        } else {
            "no pattern matches it"
        };
        let message = format!(
            "must match and does not: {why}; it reads `{}`",
            shown(read_as)
        );
        return vec![problem(signature, test.line, Code::TestFailed, message)];
    };
    if !literal_is_in(pattern, raw) {
        let message = format!(
            "none of the literals of `{}` is in the raw line",
            pattern.source()
        );
        problems.push(problem(signature, test.line, Code::LiteralLost, message));
    }
    for (name, want) in &test.expect.captures {
        if !captures
            .iter()
            .any(|set| set.get(name).map_or("", String::as_str) == want)
        {
            let have: Vec<&str> = captures
                .iter()
                .filter_map(|set| set.get(name))
                .map(String::as_str)
                .collect();
            let message = format!("<{name}> is `{}`, expected `{want}`", have.join("`, `"));
            problems.push(problem(signature, test.line, Code::TestFailed, message));
        }
    }
    problems
}

fn quiet(signature: &Signature, test: &TestCase, lines: &[String]) -> Option<SignatureProblem> {
    let parts = parts(signature, test);
    decoded(lines, programs(signature, test))
        .iter()
        .find_map(|(_, line)| {
            let (pattern, _) = parts.iter().find_map(|part| fires(part, line))?;
            let message = format!("must not match, but `{}` does", pattern.source());
            Some(problem(signature, test.line, Code::TestFailed, message))
        })
}

fn differs(signature: &Signature, test: &TestCase, outcome: &Outcome) -> Vec<SignatureProblem> {
    let Expect {
        matches,
        sure,
        subject,
        captures,
        run,
    } = &test.expect;
    let name = test.name.as_deref().unwrap_or("case");
    let mut faults = Vec::new();
    let want = matches.unwrap_or(true);
    if outcome.found != want {
        let message = if want {
            "is not found"
        } else {
            "is found and must not be"
        };
        faults.push(message.to_owned());
    } else if want {
        if sure.is_some() && *sure != outcome.sure {
            let have = outcome.sure.map_or("unknown", |sure| sure.word());
            faults.push(format!(
                "is {have}, expected {}",
                sure.map_or("", |sure| sure.word())
            ));
        }
        let holds = |have: &[std::collections::BTreeMap<String, String>],
                     want: &std::collections::BTreeMap<String, String>| {
            want.is_empty()
                || have
                    .iter()
                    .any(|set| want.iter().all(|(k, v)| set.get(k) == Some(v)))
        };
        if !holds(&outcome.subjects, subject) {
            faults.push(format!(
                "subjects are {:?}, expected {subject:?}",
                outcome.subjects
            ));
        }
        if !holds(&outcome.captures, captures) {
            faults.push(format!(
                "captures are {:?}, expected {captures:?}",
                outcome.captures
            ));
        }
        if let Some(run) = run.as_ref().filter(|run| !outcome.runs.contains(run)) {
            faults.push(format!(
                "no step runs `{run}`, but `{}`",
                outcome.runs.join("`, `")
            ));
        }
    }
    faults
        .into_iter()
        .map(|fault| {
            problem(
                signature,
                test.line,
                Code::TestFailed,
                format!("{name}: {fault}"),
            )
        })
        .collect()
}

/// Patterns that no test proves.
pub(super) fn untested(signature: &Signature) -> Vec<&str> {
    let mut lines = Vec::new();
    for test in &signature.tests {
        match &test.given {
            Given::Hit(hit) => lines.extend(decoded(hit, programs(signature, test))),
            Given::Case(case) => {
                for log in &case.logs {
                    lines.extend(decoded(&log.lines, log.program.into()));
                }
            }
            Given::Quiet(_) => {}
        }
    }
    let mut untested = Vec::new();
    for part in &signature.parts {
        if let Source::Log { patterns } = &part.source {
            for pattern in patterns {
                if !lines.iter().any(|(_, line)| pattern.matches(line)) {
                    untested.push(pattern.source());
                }
            }
        }
    }
    untested
}
