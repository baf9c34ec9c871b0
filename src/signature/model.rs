//! What a signature file says, as data: names resolved to indexes, words to enums, defaults filled in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::{
    Class, FactQuery, Kind, Later, Pattern, Product, Query, Risk, Scope, Severity, Sureness,
    Template, VersionRange,
};
use crate::bundle::{Program, ProgramSet};
use crate::evidence::ObjectKey;

/// One signature: one root cause and remedy, or one recognisable symptom.
#[derive(Debug, Clone)]
pub struct Signature {
    /// `kubelet/invalid-kernel-flag`: the path below the signature directory, without `.yaml`.
    pub id: String,
    /// The file it was read from, as messages show it.
    pub file: String,
    /// Came with bundlevet (not from a user's directory).
    pub shipped: bool,
    /// One line, what a person would say.
    pub title: Template,
    /// Cause, symptom or noise.
    pub kind: Kind,
    /// The class a symptom carries; `None` for causes and noise.
    pub class: Option<Class>,
    /// How bad, if true.
    pub severity: Severity,
    /// How sure one match alone makes us.
    pub sure: Sureness,
    /// The programs that can say it.
    pub programs: ProgramSet,
    /// Ranges in which it can happen; empty: every version.
    pub affects: Vec<VersionRange>,
    /// Ranges in which it is repaired.
    pub fixed_in: Vec<VersionRange>,
    /// What one finding is about; `None`: the node where the origin has one, else the cluster.
    pub scope: Option<Scope>,
    /// Names the subject from captures; empty: derived from `scope`.
    pub subject: BTreeMap<String, Template>,
    /// Sources, in file order. [`HitSeries::part`](crate::detect::HitSeries::part) indexes this.
    pub parts: Vec<Part>,
    /// How the parts make it true.
    pub condition: Condition,
    /// Classes of symptoms that follow from it.
    pub leads_to: Vec<Class>,
    /// Two or three sentences an engineer can forward.
    pub explanation: Option<Template>,
    /// What to do, in order.
    pub fix: Later<Vec<Step>>,
    /// How to see that all is well again.
    pub check: Later<Vec<Check>>,
    /// How to keep it from happening again.
    pub prevent: Option<Template>,
    /// What must be in the bundle for it to be found.
    pub needs: Option<String>,
    /// Links.
    pub refs: Later<Vec<String>>,
    /// Its own proof.
    pub tests: Vec<TestCase>,
    /// Texts in other languages, by tag (`zh-CN`).
    pub translations: BTreeMap<String, Translation>,
}

impl Signature {
    /// The component, the first folder of the id.
    pub fn component(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    /// The part with this name.
    pub fn part(&self, name: &str) -> Option<usize> {
        self.parts.iter().position(|part| part.name == name)
    }
}

/// One named source of a signature.
#[derive(Debug, Clone)]
pub struct Part {
    /// Name under `find`; `match` for the short form. Follow-ups (`then`) are parts of their own, named `NAME.then`.
    pub name: String,
    /// Where it is looked for.
    pub source: Source,
    /// Patterns that void a match of this part in the same line (top-level `not` included).
    pub not: Vec<Pattern>,
    /// The programs that can say it: its own list, or the signature's.
    pub programs: ProgramSet,
    /// Where a `log` part looks.
    pub text_in: TextIn,
    /// Captures that every match of this part provides, in order of name.
    pub captures: BTreeSet<String>,
    /// A finding that stands on this part begins at most this sure; `None`: as sure as the signature.
    pub sure: Option<Sureness>,
    /// Time and order.
    pub time: TimeConstraints,
}

impl Part {
    /// The patterns of a `log` part; empty for others.
    pub fn patterns(&self) -> &[Pattern] {
        match &self.source {
            Source::Log { patterns } => patterns,
            Source::Object(_) | Source::Fact(_) => &[],
        }
    }
}

/// Where a part is looked for.
#[derive(Debug, Clone)]
pub enum Source {
    /// Texts: any of the patterns.
    Log {
        /// At least one.
        patterns: Vec<Pattern>,
    },
    /// Kubernetes objects.
    Object(Query),
    /// Facts of nodes or the cluster.
    Fact(FactQuery),
}

/// Which texts a `log` part looks at (`text-in`); all by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextIn {
    /// Log lines, plan and job output, kubectl tables.
    pub log: bool,
    /// Event messages.
    pub events: bool,
    /// Condition reasons and messages, waiting and terminated messages.
    pub objects: bool,
}

impl Default for TextIn {
    fn default() -> Self {
        Self {
            log: true,
            events: true,
            objects: true,
        }
    }
}

/// Time and order of the hits of a `log` part. The default asks for one hit, at any time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimeConstraints {
    /// At least so many hits, inside `within` where given.
    pub at_least: Option<u32>,
    /// The window of `at_least`.
    pub within: Option<SignedDuration>,
    /// Must be followed by another part.
    pub then: Option<Then>,
    /// The first occurrence counts; it never counts as ended.
    pub once: bool,
    /// Still hit that long after the program's last start.
    pub persists: Option<SignedDuration>,
    /// Hits span at least that long.
    pub lasts: Option<SignedDuration>,
    /// Still hit in the last part of the coverage.
    pub at_end: bool,
    /// Only in a previous container's log.
    pub previous: bool,
}

/// A follow-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Then {
    /// Index of the part that must follow.
    pub part: usize,
    /// At most so long after; `None`: any time after.
    pub within: Option<SignedDuration>,
}

/// How the parts make a signature true. Numbers are indexes into [`Signature::parts`].
#[derive(Debug, Clone, Default)]
pub struct Condition {
    /// All of these, in one window.
    pub all: Vec<usize>,
    /// And at least one of these; empty: no such demand. (The loader has already put every otherwise unused part
    /// into `all` where the file names neither.)
    pub any: Vec<usize>,
    /// Each makes it surer by one class.
    pub more: Vec<Weight>,
    /// Each makes it less sure by one class.
    pub less: Vec<Weight>,
    /// Must be absent, where the source was collected.
    pub without: Vec<usize>,
    /// At most this sure where the source of the part was not collected.
    pub if_missing: Vec<(usize, Sureness)>,
    /// The window of `all` and `any`; `None`: [`Condition::WINDOW`].
    pub window: Option<SignedDuration>,
    /// What the parts must agree on.
    pub join: Join,
}

impl Condition {
    /// The default window: one hour.
    pub const WINDOW: SignedDuration = SignedDuration::from_hours(1);

    /// The window in force.
    pub fn window(&self) -> SignedDuration {
        self.window.unwrap_or(Self::WINDOW)
    }
}

/// A part that makes a finding surer or less sure.
#[derive(Debug, Clone)]
pub struct Weight {
    /// Index of the part.
    pub part: usize,
    /// The reason to show; `None`: derived from the part.
    pub reason: Option<Template>,
}

/// What the parts of one finding must agree on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Join {
    /// Captures of the same name.
    #[default]
    Captures,
    /// The node.
    Node,
    /// The namespace.
    Namespace,
    /// The object.
    Object,
    /// One capture, by name.
    Capture(String),
}

/// One step of a fix.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it can break.
    pub risk: Risk,
    /// What it does.
    pub text: Template,
    /// More about it (`text:`).
    pub detail: Option<Template>,
    /// The command.
    pub run: Option<Template>,
    /// Where to run it.
    pub on: Option<Template>,
    /// Products for which it is meant; any of them; empty: all.
    pub only_if: Vec<Requirement>,
    /// Expected duration, in words.
    pub takes: Option<String>,
    /// What is gone afterwards, and what to save first.
    pub loses: Option<Template>,
    /// How to see that this step worked.
    pub check: Option<Check>,
}

/// A product a step is meant for (or not).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// `not harvester`.
    pub negated: bool,
    /// The product and its versions.
    pub range: VersionRange,
}

/// A command and what it shows when all is well.
#[derive(Debug, Clone)]
pub struct Check {
    /// The command.
    pub run: Template,
    /// What it shows.
    pub expect: Option<Template>,
}

/// The texts of a signature in another language; what is absent stays English.
#[derive(Debug, Clone, Default)]
pub struct Translation {
    /// Title.
    pub title: Option<Template>,
    /// Explanation.
    pub explanation: Option<Template>,
    /// Texts of the steps, by position.
    pub fix: Vec<StepText>,
    /// Prevention.
    pub prevent: Option<Template>,
    /// What must be in the bundle.
    pub needs: Option<String>,
    /// The reasons of `more` and `less`, by the name of their part.
    pub reasons: BTreeMap<String, Template>,
}

/// The texts of one step in another language.
#[derive(Debug, Clone, Default)]
pub struct StepText {
    /// What it does.
    pub text: Option<Template>,
    /// More about it.
    pub detail: Option<Template>,
    /// Where to run it.
    pub on: Option<Template>,
    /// Expected duration.
    pub takes: Option<String>,
    /// What is gone afterwards.
    pub loses: Option<Template>,
}

/// One test of a signature.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// What it shows, in words.
    pub name: Option<String>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Index of the part that a hit or quiet line belongs to; `None`: any.
    pub part: Option<usize>,
    /// The program that prints a hit or quiet line; `None`: any of the part's.
    pub program: Option<Program>,
    /// What is given.
    pub given: Given,
    /// What must come out.
    pub expect: Expect,
}

/// What a test gives.
#[derive(Debug, Clone)]
pub enum Given {
    /// Lines of which at least one must match.
    Hit(Vec<String>),
    /// Lines of which none may match.
    Quiet(Vec<String>),
    /// A small bundle.
    Case(Box<GivenCase>),
}

/// A small bundle, for signatures with several sources.
#[derive(Debug, Clone, Default)]
pub struct GivenCase {
    /// Logs.
    pub logs: Vec<GivenLog>,
    /// Kubernetes objects, as collected.
    pub objects: Vec<serde_json::Value>,
    /// Facts.
    pub facts: Vec<GivenFact>,
    /// Kinds that were collected, even if no object of theirs is given.
    pub collected: Vec<ObjectKey>,
    /// Detected versions.
    pub products: BTreeMap<Product, String>,
}

/// A log of one program on one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenLog {
    /// Who speaks.
    pub program: Program,
    /// Where.
    pub node: Option<String>,
    /// The raw lines.
    pub lines: Vec<String>,
}

/// A fact of a node.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenFact {
    /// Its key.
    pub key: String,
    /// Where.
    pub node: Option<String>,
    /// Its value.
    pub value: serde_json::Value,
}

/// What a test expects. Absent parts are not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expect {
    /// Whether the signature is found; cases only (default: it is).
    pub matches: Option<bool>,
    /// How sure.
    pub sure: Option<Sureness>,
    /// The subject.
    pub subject: BTreeMap<String, String>,
    /// Values of placeholders.
    pub captures: BTreeMap<String, String>,
    /// A command among those of the fix, filled in.
    pub run: Option<String>,
}
