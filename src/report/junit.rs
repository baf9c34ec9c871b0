//! The diagnosis into JUnit XML, for continuous integration: what fails is a failed case, what is fine a passed one, what
//! could not be examined a skipped one.

use std::fmt::Write as _;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::rank::{Diagnosis, EvidenceItem, RankedFinding, Suspect};
use crate::report::{masked, neutral, neutral_lines, plain};

/// Pieces of evidence in the text of a failed case.
const QUOTED: usize = 6;

/// Writes a JUnit report: the suites `causes`, `symptoms`, `failing` (what objects show to fail), `suspicious lines`
/// (skipped: no diagnosis, but what a person should read), `checked`, `not examined` and `unreadable`. Holds no timings.
pub fn write_junit(diagnosis: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
    let mut report = Report::new(env!("CARGO_PKG_NAME"));
    let suites = [
        ("causes", diagnosis.causes.iter().map(failed).collect()),
        ("symptoms", symptoms(diagnosis)),
        (
            "failing",
            diagnosis
                .failing
                .iter()
                .map(|clause| failing(clause))
                .collect(),
        ),
        (
            "suspicious lines",
            diagnosis.suspects.iter().map(suspicious).collect(),
        ),
        (
            "checked",
            diagnosis
                .checked
                .iter()
                .map(|phrase| passed(phrase))
                .collect(),
        ),
        ("not examined", not_examined(diagnosis)),
        ("unreadable", unreadable(diagnosis)),
    ];
    for (name, cases) in suites {
        let cases: Vec<TestCase> = cases;
        if !cases.is_empty() || name == "causes" {
            let mut suite = TestSuite::new(name);
            if name == "causes" {
                suite.add_property(("headline", neutral(&diagnosis.headline).as_ref()));
            }
            suite.add_test_cases(cases);
            report.add_test_suite(suite);
        }
    }
    // Written at once, so that an error of the writer stays what it is: a closed pipe is none.
    let text = report.to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

/// What a cause explains is no failure of its own: it is told and passes.
fn symptoms(diagnosis: &Diagnosis) -> Vec<TestCase> {
    let symptoms = diagnosis.symptoms.iter();
    let cases = symptoms.map(|finding| {
        if finding.explained_by.is_empty() {
            return failed(finding);
        }
        let mut case = case(finding, TestCaseStatus::success());
        case.set_system_out(format!("explained by {}", finding.explained_by.join(", ")));
        case
    });
    cases.collect()
}

fn failed(finding: &RankedFinding) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(finding.severity.word());
    status.set_message(neutral(&finding.title).as_ref());
    status.set_description(body(finding));
    case(finding, status)
}

fn case(finding: &RankedFinding, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(neutral(&finding.title).as_ref(), status);
    case.set_classname(finding.signature.replace('/', "."));
    case
}

/// Why, where, and what to do.
fn body(finding: &RankedFinding) -> String {
    let mut out = format!("{}, {}\n", finding.severity.word(), finding.sure.word());
    let mut say = |text: &str| {
        let _ = writeln!(out, "{}", neutral_lines(text));
    };
    say(&finding.explanation);
    for reason in &finding.reasons {
        say(&format!("- {reason}"));
    }
    for item in finding.evidence.iter().take(QUOTED) {
        say(&quote(item));
    }
    for (number, step) in (1..).zip(&finding.remediation.steps) {
        say(&format!("{number}. {}", plain::step(step)));
        if let Some(run) = &step.run {
            say(&plain::command(run));
        }
    }
    out
}

fn quote(item: &EvidenceItem) -> String {
    match item {
        EvidenceItem::Line {
            entry, line, text, ..
        } => {
            format!("{}:{line}: {}", neutral(entry), neutral(&masked(text)))
        }
        EvidenceItem::Object {
            object, path, text, ..
        } => {
            format!(
                "{} {}: {}",
                neutral(object),
                neutral(path),
                neutral(&masked(text))
            )
        }
        EvidenceItem::Fact { fact, text, .. } => format!("{fact}: {}", neutral(&masked(text))),
    }
}

/// What fails without a known cause must not look like a success.
fn failing(clause: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type("failing");
    status.set_message(neutral(clause).as_ref());
    let mut case = TestCase::new(neutral(clause).as_ref(), status);
    case.set_classname("failing");
    case
}

fn suspicious(one: &Suspect) -> TestCase {
    let mut said = vec![quote(&one.evidence)];
    said.extend(
        one.reasons
            .iter()
            .map(|reason| neutral(reason).into_owned()),
    );
    for step in &one.next {
        said.push(plain::step(step));
        said.extend(step.run.as_deref().map(plain::command));
    }
    let mut status = TestCaseStatus::skipped();
    status.set_message("not a diagnosis: read it first");
    status.set_description(neutral_lines(&said.join("\n")).as_ref());
    let mut case = TestCase::new(neutral(&masked(&one.title)).as_ref(), status);
    case.set_classname("suspicious-line");
    case
}

fn passed(phrase: &str) -> TestCase {
    let mut case = TestCase::new(neutral(phrase).as_ref(), TestCaseStatus::success());
    case.set_classname("checked");
    case
}

fn not_examined(diagnosis: &Diagnosis) -> Vec<TestCase> {
    let missing = diagnosis.not_examined.iter();
    let cases = missing.map(|what| {
        let mut status = TestCaseStatus::skipped();
        let collect = what
            .collect
            .as_deref()
            .map(|run| format!("; collect it with: {run}"));
        let because = format!("{}{}", what.because, collect.unwrap_or_default());
        status.set_message(neutral(&because).as_ref());
        let mut case = TestCase::new(neutral(&what.what).as_ref(), status);
        case.set_classname("not-examined");
        case
    });
    cases.collect()
}

fn unreadable(diagnosis: &Diagnosis) -> Vec<TestCase> {
    let problems = diagnosis.problems.iter();
    let cases = problems.map(|problem| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(neutral(&problem.error).as_ref());
        let mut case = TestCase::new(neutral(&problem.entry).as_ref(), status);
        case.set_classname("unreadable");
        case
    });
    cases.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn junit() -> String {
        let mut out = Vec::new();
        write_junit(&sample::rich(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_rich_diagnosis() {
        insta::assert_snapshot!(junit());
    }

    #[test]
    fn a_parser_reads_the_same_back() {
        let diagnosis = sample::rich();
        let report = Report::deserialize_from_str(&junit()).unwrap();
        let suite = |name: &str| {
            report
                .test_suites
                .iter()
                .find(|suite| suite.name == *name)
                .unwrap()
        };
        assert_eq!(suite("causes").test_cases.len(), diagnosis.causes.len());
        assert_eq!(suite("causes").failures, diagnosis.causes.len());
        assert_eq!(suite("failing").failures, diagnosis.failing.len());
        let suspects = &suite("suspicious lines").test_cases;
        assert_eq!(suspects.len(), diagnosis.suspects.len());
        let skipped = &suite("not examined").test_cases;
        assert_eq!(skipped.len(), diagnosis.not_examined.len());
        let is_skipped = |case: &TestCase| matches!(case.status, TestCaseStatus::Skipped { .. });
        assert!(skipped.iter().all(is_skipped));
        assert_eq!(suite("unreadable").errors, diagnosis.problems.len());
    }

    #[test]
    fn hostile_text_stays_text() {
        let mut diagnosis = sample::rich();
        diagnosis.causes[0].title = "</testcase><testcase name='x'/>\u{1b}[31m\u{0}]]>".into();
        let mut out = Vec::new();
        write_junit(&diagnosis, &mut out).unwrap();
        let report = Report::deserialize(out.as_slice()).unwrap();
        assert_eq!(
            report.test_suites[0].test_cases.len(),
            diagnosis.causes.len()
        );
        assert!(!out.contains(&0x1b) && !out.contains(&0));
    }
}
