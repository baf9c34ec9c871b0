//! A time asked for in which no log has a line, into what the diagnosis says of it: nothing was found because nothing was looked at.

use jiff::Timestamp;

use super::{Diagnosis, NotExamined, Verdict};

/// Says that the logs, which go from `from` to `to`, have no line in the time that was asked for. States of objects and of
/// nodes hold when they are collected: where that lies in the time too, they were looked at.
pub fn outside(diagnosis: &mut Diagnosis, (from, to): (Timestamp, Timestamp), states: bool) {
    let minute = |time: Timestamp| time.strftime("%Y-%m-%d %H:%MZ").to_string();
    let because = format!(
        "no log has a line in the time asked for; they go from {} to {}",
        minute(from),
        minute(to)
    );
    if diagnosis.verdict == Verdict::Healthy && states {
        diagnosis.headline = "nothing known is wrong in what could be read".to_owned();
    } else if diagnosis.verdict == Verdict::Healthy {
        diagnosis.verdict = Verdict::NotExaminable;
        diagnosis.headline.clone_from(&because);
    }
    diagnosis.not_examined.insert(
        0,
        NotExamined {
            what: "the logs".to_owned(),
            because,
            signatures: Vec::new(),
            collect: None,
        },
    );
}
