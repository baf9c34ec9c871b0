//! Leave one out: an incident whose signatures are switched off is an unknown cause. Is the line that decides named?
//!
//! What decides is what the right finding quotes first while its signatures are on. It is named where one of the first
//! three things of the diagnosis quotes it: proven causes, then suspects, then causes that are only possible.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use bundlevet::rank::{Diagnosis, EvidenceItem, RankedFinding, Verdict};
use bundlevet::signature::{Database, Sureness};

/// Things that a reader looks at.
const LOOKED_AT: usize = 3;

/// What became of the incidents.
#[derive(Default)]
pub struct Left {
    rows: Vec<Row>,
    /// Incidents in which the right finding is not there even with its signature, or quotes nothing.
    unusable: Vec<String>,
}

struct Row {
    id: String,
    decisive: String,
    /// Place of the first thing that quotes the decisive line, from 1.
    place: Option<usize>,
    first: Option<(String, Sureness)>,
    verdict: Verdict,
    named: Vec<String>,
}

/// The database without these signatures.
pub fn without(ids: &[String]) -> Arc<Database> {
    let (database, _) = Database::load(&[], ids);
    Arc::new(database)
}

impl Left {
    /// Scans an incident with and without the signatures that answer it.
    pub fn add(&mut self, id: &str, right: &[String], scan: impl Fn(&Arc<Database>) -> Diagnosis) {
        let whole = scan(Database::shipped());
        let decisive: Vec<&str> = decisive(&whole, right);
        if decisive.is_empty() {
            self.unusable.push(id.to_owned());
            return;
        }
        let left = scan(&without(right));
        let named = named(&left);
        let quotes = |texts: &Vec<&str>| {
            texts
                .iter()
                .any(|text| decisive.iter().any(|line| is_same(text, line)))
        };
        self.rows.push(Row {
            id: id.to_owned(),
            decisive: decisive.first().copied().unwrap_or_default().to_owned(),
            place: named.iter().position(quotes).map(|at| at + 1),
            first: left
                .causes
                .first()
                .map(|cause| (cause.signature.clone(), cause.sure)),
            verdict: left.verdict,
            named: named
                .iter()
                .take(LOOKED_AT)
                .filter_map(|texts| texts.first().map(|text| (*text).to_owned()))
                .collect(),
        });
    }

    fn share(&self, counts: impl Fn(&&Row) -> bool) -> f64 {
        self.rows.iter().filter(counts).count() as f64 / self.rows.len().max(1) as f64
    }

    /// Incidents that were measured.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Share in which the decisive line is named among the first so many.
    pub fn named(&self, most: usize) -> f64 {
        self.share(|row| row.place.is_some_and(|place| place <= most))
    }

    /// Share in which another cause stands first and is called certain.
    pub fn wrong_and_certain(&self) -> f64 {
        let certain = |row: &&Row| matches!(row.first, Some((_, Sureness::Certain)));
        self.share(certain)
    }

    fn wrong_and_likely(&self) -> f64 {
        let likely = |row: &&Row| {
            row.verdict == Verdict::KnownCause && matches!(row.first, Some((_, Sureness::Likely)))
        };
        self.share(likely)
    }

    fn silent(&self) -> f64 {
        self.share(|row| row.named.is_empty())
    }

    /// What was not named, with what was.
    pub fn misses(&self) -> String {
        let missed = |row: &&Row| row.place.is_none_or(|place| place > LOOKED_AT);
        let mut out = String::new();
        for row in self.rows.iter().filter(missed) {
            let first = row.first.as_ref().map_or("nothing", |(id, _)| id);
            out += &format!(
                "{}: {:?}, first cause {first}, place {:?}\n  decides: {}\n",
                row.id, row.verdict, row.place, row.decisive
            );
            for named in &row.named {
                out += &format!("  named:   {named}\n");
            }
        }
        out + &format!("not measured: {}\n", self.unusable.join(" "))
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| signature switched off: n | named first | among the first three | wrong and certain | wrong and likely | silent |\n|---|---|---|---|---|---|"
        )?;
        writeln!(
            f,
            "| {} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} |",
            self.len(),
            self.named(1),
            self.named(LOOKED_AT),
            self.wrong_and_certain(),
            self.wrong_and_likely(),
            self.silent()
        )
    }
}

fn text_of(item: &EvidenceItem) -> &str {
    match item {
        EvidenceItem::Line { text, .. }
        | EvidenceItem::Object { text, .. }
        | EvidenceItem::Fact { text, .. } => text,
    }
}

/// What the right findings quote first.
fn decisive<'d>(diagnosis: &'d Diagnosis, right: &[String]) -> Vec<&'d str> {
    let findings = diagnosis.causes.iter().chain(&diagnosis.symptoms);
    findings
        .filter(|one| right.contains(&one.signature))
        .filter_map(|one| one.evidence.first().map(text_of))
        .collect()
}

/// What a diagnosis names, in the order in which reports show it; of each what it quotes.
fn named(diagnosis: &Diagnosis) -> Vec<Vec<&str>> {
    let quotes = |one: &'_ RankedFinding| -> bool { !one.evidence.is_empty() };
    let causes = diagnosis
        .causes
        .iter()
        .filter(|one| quotes(one))
        .map(|one| one.evidence.iter().map(text_of).collect());
    let suspects = diagnosis
        .suspects
        .iter()
        .map(|one| vec![text_of(&one.evidence)]);
    match diagnosis.verdict {
        Verdict::KnownCause => causes.chain(suspects).collect(),
        _ => suspects.chain(causes).collect(),
    }
}

/// Whether two quotes are the same but for numbers: a line that repeats has another time each time.
fn is_same(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        let kept = text.chars().filter(|c| c.is_alphabetic());
        kept.flat_map(char::to_lowercase).collect()
    };
    let (one, other) = (letters(one), letters(other));
    let short = one.len().min(other.len()) < 12;
    one == other || (!short && (one.contains(&other) || other.contains(&one)))
}

/// Threads to the signatures that answer them, as `fixtures/incidents/public.tsv` lists them.
pub fn answers(file: &Path) -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(file).expect("public.tsv");
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let mut fields = line.split('\t');
        let (thread, ids) = (fields.next()?, fields.nth(1)?);
        let ids = ids
            .split(',')
            .filter(|id| id.contains('/'))
            .map(str::to_owned);
        Some((thread_of(thread), ids.collect()))
    })
    .collect()
}

/// `owner/name#1` of a thread or its address.
pub fn thread_of(text: &str) -> String {
    let text = text.trim();
    let path = text.strip_prefix("https://github.com/").unwrap_or(text);
    let path = path.split(" (").next().unwrap_or(path);
    path.replace("/issues/", "#")
        .replace("/pull/", "#")
        .replace("/discussions/", "#")
        .to_ascii_lowercase()
}

/// An incident of a folder, its files without the label.
pub struct Labelled {
    pub id: String,
    pub thread: String,
    pub files: tempfile::TempDir,
}

/// Every incident of a folder, in order.
pub fn labelled(folder: &Path) -> impl Iterator<Item = Labelled> {
    let mut found = Vec::new();
    for group in folders(folder) {
        found.extend(folders(&group));
    }
    found.into_iter().filter_map(|case| {
        let label = std::fs::read_to_string(case.join("label.txt")).ok()?;
        let files = tempfile::tempdir().expect("scratch");
        copy(&case, files.path());
        std::fs::remove_file(files.path().join("label.txt")).expect("label");
        let parts: Vec<_> = case
            .iter()
            .rev()
            .take(2)
            .map(|part| part.to_string_lossy())
            .collect();
        Some(Labelled {
            id: format!("{}/{}", parts.get(1)?, parts.first()?),
            thread: thread_of(label.lines().next()?),
            files,
        })
    })
}

fn folders(path: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(path).expect("folder");
    let mut found: Vec<_> = entries
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("folder") {
        let entry = entry.expect("entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).expect("folder");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("file");
        }
    }
}
