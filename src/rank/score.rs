//! The order of causes and their confidence: every number of the ranking stands in this file.
//!
//! Causes are compared by these, one after the other; the first difference decides (`docs/ranking.md` says why):
//!
//! 1. [`Score::alive`]: what may still hold comes before what has ended.
//! 2. [`Score::proven`]: at least `likely`, and not one of several explanations of the same line.
//! 3. [`Score::reach`]: a failure that is true at the end, or that the reporter names, follows from it.
//! 4. [`Score::minor`]: what is only worth knowing, and leads to no failure, comes last.
//! 5. [`Score::sure`]: the class of sureness.
//! 6. [`Score::rivalled`]: what something as sure explains from as many sources comes after it.
//! 7. [`Score::onset`]: what began first; what has no time comes after what has.
//! 8. [`Score::id`]: so that the order is total.
//!
//! How often something was logged, at which level, and how many symptoms it explains do not count.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::signature::{Severity, Sureness};

/// What decides the rank of a cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Score {
    pub(super) alive: bool,
    pub(super) proven: bool,
    pub(super) reach: bool,
    pub(super) minor: bool,
    pub(super) sure: Sureness,
    pub(super) rivalled: bool,
    pub(super) onset: Option<Timestamp>,
    pub(super) id: String,
}

impl Score {
    /// Smaller is better.
    pub(super) fn key(&self) -> impl Ord + use<> {
        (
            Reverse(self.alive),
            Reverse(self.proven),
            Reverse(self.reach),
            self.minor,
            Reverse(self.sure),
            self.rivalled,
            self.onset.is_none(),
            self.onset,
            self.id.clone(),
        )
    }

    /// Whether it may be called *the* cause.
    pub(super) fn wins(&self) -> bool {
        self.alive && self.proven && !self.minor
    }
}

/// Whether a cause of this severity that leads to no failure is only worth knowing.
pub(super) fn is_minor(severity: Severity, reach: bool) -> bool {
    severity <= Severity::Low && !reach
}

/// Probability that a finding of this class is right, to be calibrated on labelled incidents.
const CERTAIN: f64 = 0.95;
const LIKELY: f64 = 0.8;
const POSSIBLE: f64 = 0.4;
/// What each further independent source adds, and how many count.
const PER_SOURCE: f64 = 0.01;
const SOURCES: usize = 3;
/// What reaching a failure state adds.
const REACHES: f64 = 0.01;
/// Another explanation of the same line halves what is left.
const RIVAL: f64 = 0.5;

/// Confidence between 0 and 1, never 1.
pub(super) fn confidence(sure: Sureness, sources: usize, reach: bool, rival: bool) -> f64 {
    let base = match sure {
        Sureness::Certain => CERTAIN,
        Sureness::Likely => LIKELY,
        Sureness::Possible => POSSIBLE,
    };
    let counted = u8::try_from(sources.min(SOURCES)).unwrap_or(0);
    let mut confidence = base + PER_SOURCE * f64::from(counted);
    if reach {
        confidence += REACHES;
    }
    if rival {
        confidence *= RIVAL;
    }
    // two digits: what a report prints is what was computed
    (confidence * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_is_never_one_and_classes_do_not_overlap() {
        let best = |sure| confidence(sure, 99, true, false);
        let worst = |sure| confidence(sure, 0, false, false);
        assert!(best(Sureness::Certain) < 1.0);
        assert!(best(Sureness::Likely) < worst(Sureness::Certain));
        assert!(best(Sureness::Possible) < worst(Sureness::Likely));
    }
}
