//! The decoded line: what patterns match on, and what a report quotes.

use crate::bundle::ProgramSet;

/// One logical line, decoded.
///
/// `text` is the *canonical text* that signatures match on. It is the message with every escape undone,
/// followed by ` key=value` for each structured field in the order the program wrote them, values bare
/// (no quotes added, none kept around a value); fields written before the message (`logger`, `component`) come
/// last. Nested JSON objects have dotted keys, `{name, namespace}` is written `namespace/name`. A klog, logrus, zap and KubeVirt line that say the same
/// thing therefore have the same canonical text: `Failed to start ContainerManager err=invalid kernel flag: ...`.
/// Envelope fields (time, level, caller, stream) are not part of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// The canonical text.
    pub text: String,
    /// Structured fields, in order, values unescaped: `msg` first where the format has one.
    pub fields: Vec<(String, String)>,
    /// The best time in the line, unresolved where it lacks a year or a zone.
    pub stamp: Option<Stamp>,
    /// The other time of a line that states two (the journal's where `stamp` is the message's own): tells how
    /// the writer's clock and zone relate.
    pub second_stamp: Option<Stamp>,
    /// The level that the innermost message claims.
    pub level: Option<Level>,
    /// Programs narrowed by the line itself (a journal identifier, say); `None`: as the entry.
    pub programs: Option<ProgramSet>,
    /// Host named by a syslog or journal envelope.
    pub host: Option<String>,
}

/// A time as a line states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stamp {
    /// With year and zone.
    Utc(jiff::Timestamp),
    /// With a year, no zone: the process's local time.
    Local(jiff::civil::DateTime),
    /// Without a year or zone (`year()` of the value is meaningless); needs the entry's context.
    Yearless(jiff::civil::DateTime),
    /// Seconds since boot (dmesg), as microseconds.
    SinceBoot(i64),
}

/// Severity a program claims for a line. It does not rank: causes often stand at info.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Debug, verbose, trace.
    Debug,
    /// Info and notice.
    Info,
    /// Warning.
    Warn,
    /// Error.
    Error,
    /// Fatal, panic, critical, emergency.
    Fatal,
}
