//! Logs in which nothing known is wrong into the fatal messages that they end with, and the errors that they repeat.

use jiff::SignedDuration;

use super::super::anchor::list;
use super::super::{Diagnosis, InputSummary, Unusual, Verdict, suspect};
use super::kinds::Template;
use super::outstanding::{REPORTED, unusual};
use super::survey::EntrySurvey;
use crate::bundle::{InputKind, Instance};
use crate::evidence::{Evidence, ReadEntry};

/// A log that goes on for longer, or for more lines where they have no times, has outlived its fatal message.
pub(in crate::rank) const OUTLIVED: SignedDuration = SignedDuration::from_mins(10);
const LINES: u64 = 20;
/// An error that is said so often is no incident of a moment.
const AGAIN: u64 = 5;

/// Whether nothing known is wrong, and the input has no states of nodes or pods that would say so too.
pub(super) fn is_unproven(evidence: &Evidence, diagnosis: &Diagnosis) -> bool {
    let states = ["Node", "Pod"]
        .iter()
        .any(|kind| list(evidence, kind, "").next().is_some());
    diagnosis.verdict == Verdict::Healthy && (!states || suspect::is_picked(evidence, diagnosis))
}

/// The last fatal message of a log, if its program says little or nothing after it.
pub(super) fn fatal(read: &ReadEntry, survey: &EntrySurvey) -> Option<Unusual> {
    if read.entry.origin.instance != Instance::Current {
        return None;
    }
    let fatal = survey.templates.iter().filter(|template| template.fatal);
    let last = fatal.max_by_key(|template| template.line)?;
    if is_outlived(read, survey, last) {
        return None;
    }
    let after = survey.lines.saturating_sub(last.line);
    let because = match after {
        0 => "a fatal message, and the last line of the log".to_owned(),
        1 => "a fatal message, and one more line to the end of the log".to_owned(),
        n => format!("a fatal message, and {n} more lines to the end of the log"),
    };
    let one = unusual(survey, &last.sample, last.count, last.first, because);
    Some(Unusual {
        template: last.text.clone(),
        ..one
    })
}

/// The error that a log repeats most, if it goes on to its end.
pub(super) fn repeated(read: &ReadEntry, survey: &EntrySurvey) -> Option<Unusual> {
    let goes_on = |template: &&Template| {
        template.severe && template.count >= AGAIN && !is_outlived(read, survey, template)
    };
    let errors = survey.templates.iter().filter(goes_on);
    let most = errors.max_by_key(|template| (template.count, template.line))?;
    let because = "an error that it repeats to its end".to_owned();
    let one = unusual(survey, &most.sample, most.count, most.first, because);
    Some(Unusual {
        template: most.text.clone(),
        ..one
    })
}

/// Whether the log went on for long after it said this for the last time.
fn is_outlived(read: &ReadEntry, survey: &EntrySurvey, template: &Template) -> bool {
    let end = read.hits.coverage.span.map(|(_, end)| end);
    match end.zip(template.last) {
        Some((end, last)) => end.duration_since(last) > OUTLIVED,
        None => survey.lines.saturating_sub(template.line) > LINES,
    }
}

/// What an entry is called in a sentence.
fn named(entry: &str) -> &str {
    match entry {
        "-" => "standard input",
        path => path,
    }
}

/// Takes back that all is well where programs ended with a fatal message that no signature knows; where none did, where
/// they repeat an error to their end. Programs of a whole node repeat errors that mean nothing; who asks about single
/// logs asks about these.
pub(super) fn tell(diagnosis: &mut Diagnosis, mut fatal: Vec<Unusual>, mut repeated: Vec<Unusual>) {
    fatal.sort_by(|a, b| (a.first_seen, &a.entry).cmp(&(b.first_seen, &b.entry)));
    repeated.sort_by(|a, b| (b.count, &a.entry).cmp(&(a.count, &b.entry)));
    let loose = |input: &InputSummary| input.kind == InputKind::File;
    let more = match fatal.len() {
        0 | 1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    let (mut list, headline) = match (fatal.first(), repeated.first()) {
        (Some(first), _) => {
            let entry = named(&first.entry);
            let says = format!("no known cause: {entry} ends with a fatal message{more}");
            (fatal, says)
        }
        (None, Some(first)) if diagnosis.inputs.iter().all(loose) => {
            let entry = named(&first.entry);
            let says = format!("no known cause: {entry} repeats an error to its end");
            (repeated, says)
        }
        _ => return,
    };
    list.truncate(REPORTED);
    diagnosis.verdict = Verdict::NoKnownCause;
    diagnosis.headline = headline;
    diagnosis.unusual = list;
}
