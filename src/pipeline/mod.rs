//! The only folder that makes threads: inputs and a database into a diagnosis.
//!
//! Jobs (members of archives, walks over streams) stand in one queue, heaviest first; every worker takes the next,
//! reads it through its own [`Collector`], and puts back what the job uncovered (the members of a nested archive).
//! A worker without a job helps one with a long log: it looks at the lines that the other inflates.
//! The collectors' finds are merged in the order of inputs and paths, so threads never show in the result.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use crate::bundle::{Case, Entry, OpenOptions, Visit};
use crate::decode::{Asked, Period};
use crate::detect::{Detector, SearchLimits};
use crate::error::{Error, Problem, Result};
use crate::evidence::facts::FactLimits;
use crate::evidence::{
    Collected, Collector, Evidence, Idle, ObjectKey, ObjectLimits, Progress, Wanted,
};
use crate::finding::{self, FindingLimits};
use crate::limits::Limits;
use crate::rank::surroundings::{self, Gatherer, Quoted};
use crate::rank::unusual::{self, Surveyor};
use crate::rank::{self, About, Diagnosis, window};
use crate::redact::{self, Key, Learned, Learner, PackOptions, Redacted, Redactor, Repack, Veil};
use crate::report;
use crate::signature::Database;
use queue::{Queue, Worker, run};

mod queue;
#[cfg(test)]
mod tests;

/// How a scan runs. The defaults suit a workstation.
#[derive(Debug, Clone, Default)]
pub struct ScanOptions {
    /// How inputs are opened, with the limits on what they may hold.
    pub open: OpenOptions,
    /// Worker threads; 0 = one per core.
    pub threads: usize,
    /// Limits on lines and hits.
    pub search: SearchLimits,
    /// Limits on objects.
    pub objects: ObjectLimits,
    /// Limits on facts.
    pub facts: FactLimits,
    /// Limits on findings.
    pub findings: FindingLimits,
    /// Kinds to read beside those that signatures ask for.
    pub kinds: Vec<ObjectKey>,
    /// The time to look at; everything by default.
    pub period: Asked,
    /// What to narrow the diagnosis to.
    pub about: Option<About>,
    /// Whether the lines around quoted ones are read too, for reports that show them.
    pub surroundings: bool,
    /// Hides what must not leave the house before anything else looks at it.
    pub redact: Option<Arc<Redactor>>,
    /// Counts what was read while the scan runs, for progress displays.
    pub progress: Option<Arc<Progress>>,
}

impl ScanOptions {
    /// A scan that may cost so much.
    pub fn within(limits: &Limits) -> Self {
        let limits = limits.clone();
        Self {
            open: OpenOptions {
                limits: limits.inputs,
                ..OpenOptions::default()
            },
            search: limits.search,
            objects: limits.objects,
            facts: limits.facts,
            findings: limits.findings,
            ..Self::default()
        }
    }
}

/// How a redacted copy is made.
#[derive(Debug, Clone)]
pub struct RedactOptions {
    /// How the input is opened.
    pub open: OpenOptions,
    /// Worker threads of the first pass; 0 = one per core. The copy is written by one.
    pub threads: usize,
    /// What pseudonyms depend on.
    pub key: Key,
    /// How the copy is packed.
    pub pack: PackOptions,
}

/// A finished scan.
#[derive(Debug)]
pub struct Scan {
    /// Everything that was learned.
    pub evidence: Evidence,
    /// The answer.
    pub diagnosis: Diagnosis,
}

/// Reads every input and diagnoses them as one case.
pub fn scan(paths: &[PathBuf], database: &Arc<Database>, options: &ScanOptions) -> Result<Scan> {
    let mut evidence = gather(paths, database, options)?;
    let mut inputs = rank::summarize(&evidence);
    let collected = inputs.iter().filter_map(|input| input.collected_at).max();
    let period = options.period.resolve(collected);
    if let Some((since, until)) = period.since.zip(period.until)
        && since > until
    {
        let why = format!("the time asked for ends before it begins: {since} to {until}");
        return Err(Error::Usage(why));
    }
    let logged = spans(&evidence);
    if period.is_bounded() {
        evidence.keep(&period);
        inputs = rank::summarize(&evidence);
    }
    let context = rank::context(&inputs);
    let limits = &options.findings;
    let (findings, problems) = finding::evaluate_within(database, &evidence, &context, limits);
    evidence.problems.extend(problems);
    evidence.problems.extend(database.given_up());
    let about = options.about.as_ref();
    if let Some(about) =
        about.filter(|about| !about.is_known(database, &evidence, &findings, &inputs))
    {
        let names = About::names(database, &evidence, &inputs);
        return Err(Error::Usage(unknown(about, &names)));
    }
    let mut diagnosis = rank::diagnose_about(database, &evidence, findings, inputs, about);
    look_again(paths, database, &evidence, &mut diagnosis, period, options)?;
    if let Some((from, to)) = logged.filter(|_| spans(&evidence).is_none()) {
        // what lies on a node's disk is read as it is now
        let now = options.open.root.is_some();
        let states = now || collected.is_some_and(|collected| period.holds(collected));
        window::outside(&mut diagnosis, (from, to), states);
    }
    look_around(paths, &mut diagnosis, options)?;
    report::hide_secrets(&mut diagnosis);
    Ok(Scan {
        evidence,
        diagnosis,
    })
}

/// First and last time of all logs.
fn spans(evidence: &Evidence) -> Option<(Timestamp, Timestamp)> {
    let spans = evidence
        .entries
        .iter()
        .filter_map(|read| read.hits.coverage.span);
    spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

fn unknown(about: &About, names: &BTreeSet<String>) -> String {
    let near = report::nearest(about.name(), names.iter().map(String::as_str), 3);
    let hint = match near.as_slice() {
        [] => "a node, an object, a namespace or a component can be named".to_owned(),
        near => format!("did you mean {}?", near.join(", ")),
    };
    format!(
        "--about: nothing that was read is named {}; {hint}",
        about.words()
    )
}

/// Whether something of the case cannot be read twice: a long pipe.
fn is_gone(paths: &[PathBuf], options: &ScanOptions) -> bool {
    let piped = paths.iter().any(|path| path.as_os_str() == "-");
    piped && !options.open.stdin.is_whole()
}

/// The second pass, over the few entries that a failure without a known cause implicates.
fn look_again(
    paths: &[PathBuf],
    database: &Database,
    evidence: &Evidence,
    diagnosis: &mut Diagnosis,
    period: Period,
    options: &ScanOptions,
) -> Result<()> {
    let wanted = Arc::new(unusual::implicated(evidence, diagnosis));
    let gone = is_gone(paths, options);
    if gone && !wanted.is_empty() {
        diagnosis.not_examined.push(rank::NotExamined {
            what: "what stands out in standard input".to_owned(),
            because: "it takes a second look, which a long pipe does not give; scan a file instead"
                .to_owned(),
            signatures: Vec::new(),
            collect: None,
        });
    }
    let surveys = if wanted.is_empty() || gone {
        Vec::new()
    } else {
        let case = Case::open(paths, &options.open)?;
        let start = |_: &Arc<Queue>| veiled(Surveyor::new(Arc::clone(&wanted)), options);
        run(&case, options.threads, None, start, |worker| {
            worker.into_inner().finish()
        })?
    };
    unusual::complete(diagnosis, database, evidence, surveys.concat(), &period);
    Ok(())
}

/// The lines around quoted ones, where a report shows them: each quoted entry is read once more, up to its last quote.
fn look_around(paths: &[PathBuf], diagnosis: &mut Diagnosis, options: &ScanOptions) -> Result<()> {
    let quoted = Arc::new(Quoted::of(diagnosis));
    if !options.surroundings || is_gone(paths, options) || quoted.is_empty() {
        return Ok(());
    }
    let case = Case::open(paths, &options.open)?;
    let start = |_: &Arc<Queue>| veiled(Gatherer::new(Arc::clone(&quoted)), options);
    let found = run(&case, options.threads, None, start, |worker| {
        worker.into_inner().finish()
    })?;
    surroundings::complete(diagnosis, found.concat());
    Ok(())
}

/// Reads every input into evidence.
pub fn gather(
    paths: &[PathBuf],
    database: &Arc<Database>,
    options: &ScanOptions,
) -> Result<Evidence> {
    let case = Case::open(paths, &options.open)?;
    let detector = Arc::new(Detector::within(
        database,
        options.period.absolute(),
        &options.search,
    ));
    let mut wanted = Wanted::new(database.queries());
    for kind in &options.kinds {
        wanted.add(kind);
    }
    let wanted = Arc::new(wanted);
    let progress = options.progress.clone().unwrap_or_default();
    let start = |queue: &Arc<Queue>| {
        let objects = options.objects.clone();
        let collector = Collector::new(&detector, &wanted, objects, Arc::clone(&progress))
            .with_facts(options.facts.clone());
        let helper = Arc::clone(queue) as Arc<dyn Idle>;
        veiled(collector.helped_by(helper), options)
    };
    let collected: Vec<Collected> = run(
        &case,
        options.threads,
        options.progress.as_ref(),
        start,
        |worker| worker.into_inner().finish(),
    )?;
    let inputs = case.inputs().iter();
    let inputs = inputs.map(|input| match &options.redact {
        Some(redactor) => redact::file_name(redactor, &input.path),
        None => input.path.display().to_string(),
    });
    let mut evidence = Evidence::merge(inputs.collect(), collected);
    evidence.align_clocks(database);
    evidence.unread = case.unread();
    evidence.derive_facts();
    Ok(evidence)
}

/// Does something on a pool of at most so many threads (0: one per core, but few), for what can make use of one, as
/// [`Database::load`] can.
pub fn on_threads<R: Send>(most: usize, work: impl FnOnce() -> R + Send) -> R {
    /// More do not pay for what takes milliseconds.
    const FEW: usize = 4;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if most == 0 { cores } else { most }.min(FEW);
    if threads == 1 {
        return work();
    }
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// Reads every input to its end and throws the bytes away; how many there were. What a scan costs at least.
pub fn read_only(paths: &[PathBuf], options: &ScanOptions) -> Result<u64> {
    let case = Case::open(paths, &options.open)?;
    let start = |_: &Arc<Queue>| Reader::default();
    let read = run(&case, options.threads, None, start, |reader| reader.bytes)?;
    Ok(read.into_iter().sum())
}

/// Reads and forgets.
#[derive(Default)]
struct Reader {
    buffer: Vec<u8>,
    bytes: u64,
}

impl Visit for Reader {
    fn entry(&mut self, _: Entry, bytes: &mut dyn Read) {
        self.buffer.resize(512 << 10, 0);
        while let Ok(count @ 1..) = bytes.read(&mut self.buffer) {
            self.bytes += count as u64;
        }
    }

    fn skip(&mut self, _: Entry) {}

    fn problem(&mut self, _: Problem) {}
}

impl Worker for Reader {
    fn abandon(&mut self, _: Problem) {}
}

fn veiled<W>(worker: W, options: &ScanOptions) -> Veil<W> {
    Veil::new(worker, options.redact.as_ref())
}

/// Reads every input for the names that it gives away.
pub fn learn(paths: &[PathBuf], open: &OpenOptions, threads: usize) -> Result<Learned> {
    if paths.iter().any(|path| path.as_os_str() == "-") {
        let why = "redacting reads its input twice, which a pipe cannot be; give a file";
        return Err(Error::Usage(why.to_owned()));
    }
    let case = Case::open(paths, open)?;
    let mut learned = Learned::default();
    for found in run(
        &case,
        threads,
        None,
        |_| Learner::default(),
        Learner::finish,
    )? {
        learned.merge(found);
    }
    Ok(learned)
}

/// Writes a redacted copy of an input, packed the same way; a directory becomes a `.tar.gz`.
///
/// The copy is written front to back by one thread, so that it does not depend on how many there are.
pub fn redact(
    path: &Path,
    learned: &Learned,
    options: &RedactOptions,
    out: &mut (dyn Write + Send),
) -> Result<io::Result<Redacted>> {
    let case = Case::open(&[path.to_owned()], &options.open)?;
    let redactor = Arc::new(Redactor::new(learned, options.key.clone()));
    let mut repack = Repack::new(redactor, options.pack.clone(), out);
    let container = case.container(0);
    if let Some(container) = container {
        repack.open(container);
    }
    for job in case.jobs() {
        if repack.has_failed() {
            break;
        }
        job.run_through(&mut repack);
    }
    Ok(repack.finish(learned))
}

impl Worker for Collector {
    fn abandon(&mut self, problem: Problem) {
        Collector::abandon(self, problem);
    }
}

impl Worker for Gatherer {
    // the first pass has reported what cannot be read
    fn abandon(&mut self, _problem: Problem) {}
}

impl<W: Worker> Worker for Veil<W> {
    fn abandon(&mut self, problem: Problem) {
        let problem = self.problem_seen(problem);
        self.inner_mut().abandon(problem);
    }
}

impl Worker for Learner {
    // the second pass reports what cannot be read
    fn abandon(&mut self, _problem: Problem) {}
}

impl Worker for Surveyor {
    // the first pass has reported what cannot be read
    fn abandon(&mut self, _problem: Problem) {}
}
