//! The lines that count into frequencies, one after the other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{CauseCount, Count, DirectoryCount, Failed, Listed, Summary, VersionCount};
use crate::batch::record::{Record, Status};
use crate::signature::Severity;

/// Bundles named as examples of a cause, and causes named with a version or directory.
const FEW: usize = 5;
/// Bundles that are listed one by one.
const LISTED: usize = 500;

/// Counts records; of each it keeps only what is not there yet.
#[derive(Default)]
pub(super) struct Counter {
    bundles: usize,
    read: usize,
    status: BTreeMap<&'static str, usize>,
    verdicts: BTreeMap<String, usize>,
    severity: Option<Severity>,
    causes: BTreeMap<String, Caused>,
    symptoms: BTreeMap<String, usize>,
    versions: BTreeMap<(String, String), Group>,
    directories: BTreeMap<String, Group>,
    failed: Vec<Failed>,
    /// Bundles to be listed, with whether they have no diagnosis, and their severity.
    listed: Vec<(bool, Option<Severity>, Listed)>,
    read_bytes: u64,
    peak_memory: Option<u64>,
    /// Bundles that each cause had before the last run.
    before: BTreeMap<String, usize>,
    /// Whether there were any bundles then.
    compared: bool,
}

/// A cause over all bundles so far.
struct Caused {
    count: CauseCount,
    /// The bundle that gave it its title: the first by path.
    titled_by: String,
}

/// Bundles of one version or directory.
#[derive(Default)]
struct Group {
    bundles: usize,
    failed: usize,
    causes: BTreeMap<String, usize>,
}

impl Group {
    fn add(&mut self, record: &Record) {
        self.bundles += 1;
        self.failed += usize::from(record.outcome.status != Status::Done);
        for id in ids(record) {
            one_more(&mut self.causes, id);
        }
    }
}

impl Counter {
    /// What counted of a bundle before the last run.
    pub(super) fn before(&mut self, record: &Record) {
        self.compared = true;
        for id in ids(record) {
            one_more(&mut self.before, id);
        }
    }

    /// What counts of a bundle now. Bundles come in any order, each once, and after all of those before.
    pub(super) fn add(&mut self, record: &Record, in_last_run: bool) {
        let outcome = &record.outcome;
        self.bundles += 1;
        self.read += usize::from(in_last_run);
        *self.status.entry(outcome.status.word()).or_default() += 1;
        if let Some(verdict) = &outcome.verdict {
            one_more(&mut self.verdicts, verdict);
        }
        self.severity = self.severity.max(record.severity());
        self.causes(record);
        for id in &outcome.symptoms {
            one_more(&mut self.symptoms, id);
        }
        for (product, version) in &outcome.products {
            let key = (product.clone(), version.clone());
            self.versions.entry(key).or_default().add(record);
        }
        let directory = record.directory().to_owned();
        self.directories.entry(directory).or_default().add(record);
        if outcome.status != Status::Done {
            self.failed.push(Failed {
                path: record.path.clone(),
                status: outcome.status,
                error: outcome.error.clone(),
            });
        }
        let failed = outcome.status != Status::Done;
        self.listed
            .push((failed, record.severity(), Listed::from(record)));
        if self.listed.len() >= 2 * LISTED {
            self.keep_the_worst();
        }
        self.read_bytes = self.read_bytes.saturating_add(outcome.read_bytes);
        self.peak_memory = self.peak_memory.max(outcome.peak_memory);
    }

    fn causes(&mut self, record: &Record) {
        let all = &record.outcome.causes;
        for id in ids(record) {
            let Some(found) = all.iter().find(|cause| cause.signature == id) else {
                continue;
            };
            let before = self.before.get(id).copied().unwrap_or(0);
            let new = self.compared && before == 0;
            let caused = self.causes.entry(id.to_owned()).or_insert_with(|| Caused {
                count: CauseCount {
                    signature: id.to_owned(),
                    title: found.title.clone(),
                    severity: found.severity.clone(),
                    bundles: 0,
                    first: 0,
                    before,
                    new,
                    versions: BTreeMap::new(),
                    directories: BTreeMap::new(),
                    examples: Vec::new(),
                },
                titled_by: record.path.clone(),
            });
            if record.path < caused.titled_by {
                caused.titled_by.clone_from(&record.path);
                caused.count.title.clone_from(&found.title);
            }
            let cause = &mut caused.count;
            cause.bundles += 1;
            let first = all.first().is_some_and(|first| first.signature == id);
            cause.first += usize::from(first);
            let both = [&cause.severity, &found.severity];
            let both = both
                .into_iter()
                .filter_map(|word| Severity::from_word(word));
            cause.severity = word(both.max()).unwrap_or_default();
            for (product, version) in &record.outcome.products {
                one_more(&mut cause.versions, &format!("{product} {version}"));
            }
            one_more(&mut cause.directories, record.directory());
            let at = cause.examples.partition_point(|path| *path < record.path);
            if at < FEW {
                cause.examples.insert(at, record.path.clone());
                cause.examples.truncate(FEW);
            }
        }
    }

    /// Of the bundles to be listed only the worst stay; of equal ones the first by path.
    fn keep_the_worst(&mut self) {
        self.listed
            .sort_by(|(failed, severity, a), (others, than, b)| {
                let worst = (others, than).cmp(&(failed, severity));
                worst.then_with(|| a.path.cmp(&b.path))
            });
        self.listed.truncate(LISTED);
    }

    /// The summary of all that was counted.
    pub(super) fn finish(mut self) -> Summary {
        self.keep_the_worst();
        self.failed.sort_by(|a, b| a.path.cmp(&b.path));
        let gone = self.before.keys();
        let gone = gone.filter(|id| !self.causes.contains_key(*id));
        let gone = gone.cloned().collect();
        let causes = self.causes.into_values();
        let mut causes: Vec<CauseCount> = causes.map(|caused| caused.count).collect();
        causes.sort_by_key(|cause| {
            let severity = Severity::from_word(&cause.severity);
            (Reverse(cause.bundles), Reverse(severity))
        });
        let new = causes.iter().filter(|cause| cause.new);
        let mut new: Vec<String> = new.map(|cause| cause.signature.clone()).collect();
        new.sort();
        let version = |((product, version), group): ((String, String), Group)| VersionCount {
            product,
            version,
            bundles: group.bundles,
            causes: counts(group.causes, FEW),
        };
        let mut versions: Vec<_> = self.versions.into_iter().map(version).collect();
        versions.sort_by_key(|version| Reverse(version.bundles));
        let directory = |(directory, group): (String, Group)| DirectoryCount {
            directory,
            bundles: group.bundles,
            failed: group.failed,
            causes: counts(group.causes, FEW),
        };
        let mut directories: Vec<_> = self.directories.into_iter().map(directory).collect();
        directories.sort_by_key(|directory| Reverse(directory.bundles));
        Summary {
            schema: "bundlevet.batch-summary/v1",
            bundles: self.bundles,
            read: self.read,
            status: self.status,
            verdicts: self.verdicts,
            severity: word(self.severity),
            causes,
            new,
            gone,
            symptoms: counts(self.symptoms, usize::MAX),
            versions,
            directories,
            failed: self.failed,
            listed: self.listed.into_iter().map(|(_, _, line)| line).collect(),
            read_bytes: self.read_bytes,
            peak_memory: self.peak_memory,
        }
    }
}

impl From<&Record> for Listed {
    fn from(record: &Record) -> Listed {
        let outcome = &record.outcome;
        let said = outcome.headline.as_ref().or(outcome.error.as_ref());
        Listed {
            path: record.path.clone(),
            report: record.result.as_deref().map(|result| {
                let page = result.strip_suffix(".json");
                let page = page.filter(|_| record.formats.iter().any(|form| form == "html"));
                page.map_or_else(|| result.to_owned(), |page| format!("{page}.html"))
            }),
            verdict: outcome
                .verdict
                .clone()
                .unwrap_or_else(|| outcome.status.word().to_owned()),
            headline: said.cloned().unwrap_or_default(),
            severity: record.severity(),
        }
    }
}

fn word(severity: Option<Severity>) -> Option<String> {
    severity.map(|severity| severity.word().to_owned())
}

/// The ids of a bundle's causes, each once.
fn ids(record: &Record) -> BTreeSet<&str> {
    let causes = record.outcome.causes.iter();
    causes.map(|cause| cause.signature.as_str()).collect()
}

fn one_more(counts: &mut BTreeMap<String, usize>, id: &str) {
    match counts.get_mut(id) {
        Some(count) => *count += 1,
        None => drop(counts.insert(id.to_owned(), 1)),
    }
}

/// Frequencies, most frequent first.
fn counts(bundles: BTreeMap<String, usize>, most: usize) -> Vec<Count> {
    let count = |(signature, bundles)| Count { signature, bundles };
    let mut counts: Vec<Count> = bundles.into_iter().map(count).collect();
    counts.sort_by_key(|count| Reverse(count.bundles));
    counts.truncate(most);
    counts
}
