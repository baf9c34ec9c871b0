//! Logs in which nothing known is wrong into the fatal messages that they end with.

use jiff::SignedDuration;

use super::super::anchor::list;
use super::super::{Diagnosis, Unusual, Verdict};
use super::outstanding::{REPORTED, unusual};
use super::survey::EntrySurvey;
use crate::bundle::Instance;
use crate::evidence::{Evidence, ReadEntry};

/// A log that goes on for longer, or for more lines where they have no times, has outlived its fatal message.
const OUTLIVED: SignedDuration = SignedDuration::from_mins(10);
const LINES: u64 = 20;

/// Whether nothing known is wrong, and the input has no states of nodes or pods that would say so too.
pub(super) fn is_unproven(evidence: &Evidence, diagnosis: &Diagnosis) -> bool {
    let states = ["Node", "Pod"]
        .iter()
        .any(|kind| list(evidence, kind, "").next().is_some());
    diagnosis.verdict == Verdict::Healthy && !states
}

/// The last fatal message of a log, if its program says little or nothing after it.
pub(super) fn fatal(read: &ReadEntry, survey: &EntrySurvey) -> Option<Unusual> {
    if read.entry.origin.instance != Instance::Current {
        return None;
    }
    let fatal = survey.templates.iter().filter(|template| template.fatal);
    let last = fatal.max_by_key(|template| template.line)?;
    let after = survey.lines.saturating_sub(last.line);
    let end = read.hits.coverage.span.map(|(_, end)| end);
    let outlived = match end.zip(last.last) {
        Some((end, last)) => end.duration_since(last) > OUTLIVED,
        None => after > LINES,
    };
    if outlived {
        return None;
    }
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

/// Takes back that all is well where programs ended with a fatal message that no signature knows.
pub(super) fn tell(diagnosis: &mut Diagnosis, mut fatal: Vec<Unusual>) {
    fatal.sort_by(|a, b| (a.first_seen, &a.entry).cmp(&(b.first_seen, &b.entry)));
    let Some(first) = fatal.first() else {
        return;
    };
    let more = match fatal.len() {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    diagnosis.verdict = Verdict::NoKnownCause;
    diagnosis.headline = format!(
        "no known cause: {} ends with a fatal message{more}",
        first.entry
    );
    fatal.truncate(REPORTED);
    diagnosis.unusual = fatal;
}
