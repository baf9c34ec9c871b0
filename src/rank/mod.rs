//! Findings into the diagnosis: anchors, causes in order, consequences folded, what could not be examined.
//!
//! `anchor` lists the failures that have to be explained, `fold` walks from each cause through the classes of
//! symptoms to what follows from it, `score` orders the causes, `verdict` puts the result into a sentence.

mod about;
mod anchor;
mod certificates;
mod chart;
mod checked;
mod class;
mod compare;
mod diagnose;
mod diagnosis;
mod etcd;
mod fold;
mod judge;
mod language;
mod missing;
mod pods;
mod quote;
mod remedy;
mod score;
mod summary;
pub mod surroundings;
mod suspect;
mod texts;
mod timeline;
pub mod unusual;
mod upgrade;
mod verdict;
pub mod window;

pub use about::About;
pub use chart::{Chart, Lane, Mark, MarkKind};
pub use compare::{
    Change, ChangedField, ChangedFinding, ChangedNode, Cluster, Comparison, Coverage, NodeChange,
    compare,
};
pub use diagnose::{context, diagnose, diagnose_about};
pub use diagnosis::{
    Check, Consequence, Diagnosis, EvidenceItem, InputSummary, NodeSummary, NotExamined,
    RankedFinding, Remediation, Scanned, State, Step, Subject, Unusual, Verdict,
};
pub use etcd::{EtcdMember, EtcdView};
pub use language::Told;
pub use summary::summarize;
pub use surroundings::Surroundings;
pub use suspect::{Resemblance, Suspect};
pub use timeline::{Moment, MomentKind};
pub use upgrade::{UpgradeCondition, UpgradeNode, UpgradeView, WaitingLine};

#[cfg(test)]
mod tests;
