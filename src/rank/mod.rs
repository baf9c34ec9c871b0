//! Findings into the diagnosis: anchors, causes in order, consequences folded, what could not be examined.

mod diagnosis;

pub use diagnosis::{
    Check, Consequence, Diagnosis, EvidenceItem, InputSummary, NodeSummary, NotExamined,
    RankedFinding, Remediation, Scanned, State, Step, Subject, Unusual, Verdict,
};
