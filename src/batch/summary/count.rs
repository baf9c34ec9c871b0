//! The lines that count into frequencies.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{CauseCount, Count, DirectoryCount, Failed, Listed, Summary, VersionCount};
use crate::batch::record::{Record, Status};
use crate::signature::Severity;

/// Bundles named as examples of a cause, and causes named with a version or directory.
const FEW: usize = 5;
/// Bundles that are listed one by one.
const LISTED: usize = 500;

type Results<'a> = BTreeMap<&'a str, &'a Record>;

/// The summary of the lines that count `now`, against those that counted `before` the last run, of which `read` lines
/// are.
pub(super) fn summary(now: &Results<'_>, before: &Results<'_>, read: usize) -> Summary {
    let mut status = BTreeMap::new();
    let mut verdicts = BTreeMap::new();
    for record in now.values() {
        *status.entry(record.outcome.status.word()).or_default() += 1;
        if let Some(verdict) = &record.outcome.verdict {
            *verdicts.entry(verdict.clone()).or_default() += 1;
        }
    }
    let causes = causes(now, before);
    let new = causes.iter().filter(|cause| cause.new);
    let mut new: Vec<String> = new.map(|cause| cause.signature.clone()).collect();
    new.sort();
    let known: BTreeSet<&str> = causes
        .iter()
        .map(|cause| cause.signature.as_str())
        .collect();
    let gone = occurring(before)
        .into_keys()
        .filter(|id| !known.contains(id));
    let failed = now
        .values()
        .filter(|record| record.outcome.status != Status::Done);
    let symptoms = now.values().flat_map(|record| &record.outcome.symptoms);
    Summary {
        schema: "bundlevet.batch-summary/v1",
        bundles: now.len(),
        read,
        status,
        verdicts,
        severity: worst(now.values().filter_map(|record| record.severity())),
        new,
        gone: gone.map(str::to_owned).collect(),
        symptoms: counts(symptoms.map(String::as_str), usize::MAX),
        versions: versions(now),
        directories: directories(now),
        failed: failed
            .map(|record| Failed {
                path: record.path.clone(),
                status: record.outcome.status,
                error: record.outcome.error.clone(),
            })
            .collect(),
        listed: listed(now),
        read_bytes: now.values().map(|record| record.outcome.read_bytes).sum(),
        peak_memory: now
            .values()
            .filter_map(|record| record.outcome.peak_memory)
            .max(),
        causes,
    }
}

/// Every bundle in one line, the worst first.
fn listed(now: &Results<'_>) -> Vec<Listed> {
    let mut records: Vec<&Record> = now.values().copied().collect();
    records.sort_by_key(|record| {
        let failed = record.outcome.status != Status::Done;
        (Reverse(failed), Reverse(record.severity()))
    });
    records.truncate(LISTED);
    let line = |record: &Record| {
        let outcome = &record.outcome;
        let said = [&outcome.headline, &outcome.error];
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
            headline: said
                .into_iter()
                .flatten()
                .next()
                .cloned()
                .unwrap_or_default(),
            severity: record.severity(),
        }
    };
    records.into_iter().map(line).collect()
}

fn worst(severities: impl Iterator<Item = Severity>) -> Option<String> {
    severities.max().map(|severity| severity.word().to_owned())
}

/// The ids of a bundle's causes, each once.
fn ids(record: &Record) -> BTreeSet<&str> {
    let causes = record.outcome.causes.iter();
    causes.map(|cause| cause.signature.as_str()).collect()
}

/// In how many bundles each cause occurs.
fn occurring<'a>(results: &Results<'a>) -> BTreeMap<&'a str, usize> {
    let mut bundles = BTreeMap::new();
    for id in results.values().flat_map(|record| ids(record)) {
        *bundles.entry(id).or_default() += 1;
    }
    bundles
}

/// Frequencies, most frequent first.
fn counts<'a>(ids: impl Iterator<Item = &'a str>, most: usize) -> Vec<Count> {
    let mut bundles: BTreeMap<&str, usize> = BTreeMap::new();
    for id in ids {
        *bundles.entry(id).or_default() += 1;
    }
    let count = |(id, bundles): (&str, usize)| Count {
        signature: id.to_owned(),
        bundles,
    };
    let mut counts: Vec<Count> = bundles.into_iter().map(count).collect();
    counts.sort_by_key(|count| Reverse(count.bundles));
    counts.truncate(most);
    counts
}

fn causes(now: &Results<'_>, before: &Results<'_>) -> Vec<CauseCount> {
    let compared = !before.is_empty();
    let before = occurring(before);
    let mut causes: BTreeMap<&str, CauseCount> = BTreeMap::new();
    for record in now.values() {
        for id in ids(record) {
            let Some(found) = record
                .outcome
                .causes
                .iter()
                .find(|cause| cause.signature == id)
            else {
                continue;
            };
            let cause = causes.entry(id).or_insert_with(|| CauseCount {
                signature: id.to_owned(),
                title: found.title.clone(),
                severity: found.severity.clone(),
                bundles: 0,
                first: 0,
                before: before.get(id).copied().unwrap_or(0),
                new: compared && !before.contains_key(id),
                versions: BTreeMap::new(),
                directories: BTreeMap::new(),
                examples: Vec::new(),
            });
            cause.bundles += 1;
            let first = record.outcome.causes.first();
            cause.first += usize::from(first.is_some_and(|first| first.signature == id));
            let both = [&cause.severity, &found.severity];
            let both = both
                .into_iter()
                .filter_map(|word| Severity::from_word(word));
            cause.severity = worst(both).unwrap_or_default();
            for (product, version) in &record.outcome.products {
                *cause
                    .versions
                    .entry(format!("{product} {version}"))
                    .or_default() += 1;
            }
            *cause
                .directories
                .entry(record.directory().to_owned())
                .or_default() += 1;
            if cause.examples.len() < FEW {
                cause.examples.push(record.path.clone());
            }
        }
    }
    let mut causes: Vec<CauseCount> = causes.into_values().collect();
    causes.sort_by_key(|cause| {
        let severity = Severity::from_word(&cause.severity);
        (Reverse(cause.bundles), Reverse(severity))
    });
    causes
}

fn versions(now: &Results<'_>) -> Vec<VersionCount> {
    let mut groups: BTreeMap<(&str, &str), Vec<&Record>> = BTreeMap::new();
    for record in now.values() {
        for (product, version) in &record.outcome.products {
            groups.entry((product, version)).or_default().push(record);
        }
    }
    let count = |((product, version), records): ((&str, &str), Vec<&Record>)| VersionCount {
        product: product.to_owned(),
        version: version.to_owned(),
        bundles: records.len(),
        causes: counts(records.iter().flat_map(|record| ids(record)), FEW),
    };
    let mut versions: Vec<VersionCount> = groups.into_iter().map(count).collect();
    versions.sort_by_key(|version| Reverse(version.bundles));
    versions
}

fn directories(now: &Results<'_>) -> Vec<DirectoryCount> {
    let mut groups: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in now.values() {
        groups.entry(record.directory()).or_default().push(record);
    }
    let count = |(directory, records): (&str, Vec<&Record>)| DirectoryCount {
        directory: directory.to_owned(),
        bundles: records.len(),
        failed: records
            .iter()
            .filter(|record| record.outcome.status != Status::Done)
            .count(),
        causes: counts(records.iter().flat_map(|record| ids(record)), FEW),
    };
    let mut directories: Vec<DirectoryCount> = groups.into_iter().map(count).collect();
    directories.sort_by_key(|directory| Reverse(directory.bundles));
    directories
}
