//! All signatures that a run uses, ordered by id.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::load::{Directory, SignatureLimits};
use super::meter::Meter;
use super::problem::{Code, SignatureProblem, closest};
use super::read;
use crate::error::Problem;

use super::{Class, Kind, Product, Query, Signature, Source, Version};

/// The immutable database.
#[derive(Debug, Clone, Default)]
pub struct Database {
    /// Ordered by id. [`HitSeries::signature`](crate::detect::HitSeries::signature) indexes this.
    pub signatures: Vec<Arc<Signature>>,
    /// Old ids to the ones that took their place.
    pub renamed: BTreeMap<String, String>,
    /// The day the shipped signatures were last brought up to date, `2026-08-21`.
    pub date: Option<String>,
    /// The newest version of each product that the shipped signatures know.
    pub knows: BTreeMap<Product, String>,
    /// Directories of the user, and the time that each may take.
    pub(crate) meters: Vec<(String, Meter)>,
}

impl Database {
    /// Every object query of every signature.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        let parts = self
            .signatures
            .iter()
            .flat_map(|signature| &signature.parts);
        parts.filter_map(|part| match &part.source {
            Source::Object(query) => Some(query),
            Source::Log { .. } | Source::Fact(_) => None,
        })
    }

    /// The signatures that came with bundlevet, without their tests, which no scan looks at.
    pub fn shipped() -> &'static Arc<Database> {
        static SHIPPED: OnceLock<Arc<Database>> = OnceLock::new();
        SHIPPED.get_or_init(|| Arc::new(Self::of_shipped(Directory::shipped())))
    }

    /// The signatures that came with bundlevet, with their tests.
    pub fn shipped_with_tests() -> &'static Arc<Database> {
        static SHIPPED: OnceLock<Arc<Database>> = OnceLock::new();
        SHIPPED.get_or_init(|| Arc::new(Self::of_shipped(Directory::shipped_with_tests())))
    }

    fn of_shipped(directory: Directory) -> Database {
        let mut database = Database::default();
        let mut signatures = BTreeMap::new();
        database.take(directory, true, &mut signatures);
        database.signatures = signatures.into_values().collect();
        database
    }

    /// The shipped signatures, plus (or replaced by) those of user directories in the order given, less the disabled
    /// ids (`kubelet/invalid-kernel-flag`, or `kubelet/*`; `*` stands for all that are shipped). Signatures that
    /// cannot be used are left out and said.
    pub fn load(dirs: &[PathBuf], disabled: &[String]) -> (Database, Vec<SignatureProblem>) {
        Self::load_within(dirs, disabled, &SignatureLimits::default())
    }

    /// As [`load`](Self::load), under other limits.
    pub fn load_within(
        dirs: &[PathBuf],
        disabled: &[String],
        limits: &SignatureLimits,
    ) -> (Database, Vec<SignatureProblem>) {
        let none = Arc::default();
        let shipped = if disabled.iter().any(|wish| wish == "*") {
            &none
        } else {
            Database::shipped()
        };
        let mut database = Database {
            signatures: Vec::new(),
            ..shipped.as_ref().clone()
        };
        let mut signatures: BTreeMap<String, Arc<Signature>> = shipped
            .signatures
            .iter()
            .map(|s| (s.id.clone(), Arc::clone(s)))
            .collect();
        let mut problems = Vec::new();
        for dir in dirs {
            let directory = Directory::read(dir, limits);
            let shown = dir.display().to_string();
            database.meters.push((shown, directory.meter.clone()));
            problems.extend(database.take(directory, false, &mut signatures));
        }
        for wish in disabled.iter().filter(|wish| *wish != "*") {
            let id = database.renamed.get(wish).unwrap_or(wish);
            let before = signatures.len();
            match id.strip_suffix('*') {
                Some(prefix) => signatures.retain(|id, _| !id.starts_with(prefix)),
                None => {
                    signatures.remove(id);
                }
            }
            if signatures.len() == before {
                let hint = closest(id, signatures.keys().map(String::as_str))
                    .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                problems.push(SignatureProblem {
                    file: "--disable".to_owned(),
                    line: 0,
                    code: Code::DeadReference,
                    message: format!("there is no signature `{wish}`{hint}"),
                });
            }
        }
        database.signatures = signatures.into_values().collect();
        (database, problems)
    }

    /// A database of one text.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn of_text(id: &str, text: &str) -> (Database, Vec<SignatureProblem>) {
        let (mut database, mut signatures) = (Database::default(), BTreeMap::new());
        let problems = database.take(Directory::of_text(id, text), true, &mut signatures);
        database.signatures = signatures.into_values().collect();
        (database, problems)
    }

    fn take(
        &mut self,
        directory: Directory,
        shipped: bool,
        signatures: &mut BTreeMap<String, Arc<Signature>>,
    ) -> Vec<SignatureProblem> {
        let mut problems = directory.problems;
        for loaded in directory.files {
            problems.extend(
                loaded
                    .problems
                    .into_iter()
                    .filter(|problem| !problem.code.is_warning()),
            );
            if let Some(mut signature) = loaded.signature {
                signature.shipped = shipped;
                signatures.insert(loaded.id, Arc::new(signature));
            }
        }
        for translation in directory.translations {
            if let Some(signature) = signatures.get_mut(&translation.id) {
                Arc::make_mut(signature)
                    .translations
                    .insert(translation.language, translation.texts);
            }
        }
        for (old, new, _) in directory.renamed {
            self.renamed.insert(old, new);
        }
        if let Some(tree) = directory.version.filter(|_| shipped) {
            (self.date, self.knows) = read::version(&tree);
        }
        problems
    }

    /// What was given up during a scan because it cost too much.
    pub fn given_up(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (directory, meter) in &self.meters {
            if meter.is_spent() {
                let why = "its patterns and queries took longer than they may (limit signature-seconds); from then on they found nothing";
                problems.push(Problem::new(directory.clone(), why));
            }
        }
        for signature in &self.signatures {
            let expressions = signature
                .parts
                .iter()
                .filter_map(|part| match &part.source {
                    Source::Object(query) => query.expression(),
                    Source::Log { .. } | Source::Fact(_) => None,
                });
            for expression in expressions.filter(|expression| expression.gave_up()) {
                problems.push(Problem::new(
                    signature.id.clone(),
                    format!(
                        "`cel: {}` used up its steps on an object, of which it therefore counts as false (limit cel-steps)",
                        expression.source()
                    ),
                ));
            }
        }
        problems
    }

    /// The signature with this id, or with the id that took its place.
    pub fn get(&self, id: &str) -> Option<&Arc<Signature>> {
        self.position(id)
            .or_else(|| self.position(self.renamed.get(id)?))
            .and_then(|at| self.signatures.get(at))
    }

    /// The index of the signature with this id.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.signatures
            .binary_search_by(|s| s.id.as_str().cmp(id))
            .ok()
    }

    /// The id that a misspelt one most likely means.
    pub fn nearest(&self, id: &str) -> Option<&str> {
        closest(id, self.signatures.iter().map(|s| s.id.as_str()))
    }

    /// Symptoms that carry this class, in order of id.
    pub fn symptoms(&self, class: Class) -> impl Iterator<Item = &Arc<Signature>> {
        self.signatures
            .iter()
            .filter(move |s| s.kind == Kind::Symptom && s.class == Some(class))
    }

    /// Causes that lead to this class, in order of id.
    pub fn causes_of(&self, class: Class) -> impl Iterator<Item = &Arc<Signature>> {
        self.signatures
            .iter()
            .filter(move |s| s.kind == Kind::Cause && s.leads_to.contains(&class))
    }

    /// Products of a bundle whose minor version is newer than any the signatures know: product, its version, the
    /// newest known.
    pub fn newer_than_known(
        &self,
        products: &BTreeMap<String, String>,
    ) -> Vec<(Product, String, String)> {
        self.knows
            .iter()
            .filter_map(|(product, known)| {
                let version = products.get(product.word())?;
                let newer = Version::parse(version)?.minor() > Version::parse(known)?.minor();
                newer.then(|| (*product, version.clone(), known.clone()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn write(root: &Path, name: &str, text: &str) {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    const GOOD: &str =
        "title: t\nkind: cause\nseverity: low\nsure: possible\nmatch: ['words of the program']\n";

    #[test]
    fn user_directories_add_override_and_disable() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "site/one.yaml", GOOD);
        write(dir.path(), "site/two.yaml", &GOOD.replace("low", "high"));
        write(dir.path(), "site/bad.yaml", "title: [\n");
        write(dir.path(), "site/worse.yaml", &GOOD.replace("low", "lou"));
        write(dir.path(), "zh-CN/site/one.yaml", "title: 标题\n");
        write(dir.path(), "renamed.yaml", "site/old: site/two\n");
        let second = tempfile::tempdir().unwrap();
        write(
            second.path(),
            "site/one.yaml",
            &GOOD.replace("low", "critical"),
        );

        let dirs = [dir.path().to_owned(), second.path().to_owned()];
        let (database, problems) = Database::load(&dirs, &[]);
        let codes: Vec<_> = problems.iter().map(|p| p.code).collect();
        assert_eq!(codes, [Code::Yaml, Code::UnknownWord], "{problems:#?}");
        assert_eq!(
            database.get("site/one").unwrap().severity.word(),
            "critical"
        );
        assert_eq!(database.get("site/old").unwrap().id, "site/two");
        assert!(!database.get("site/one").unwrap().shipped);

        let (database, problems) =
            Database::load(&dirs[..1], &["site/t*".to_owned(), "site/thre".to_owned()]);
        assert!(database.get("site/two").is_none());
        assert_eq!(
            database.get("site/one").unwrap().translations["zh-CN"]
                .title
                .as_ref()
                .unwrap()
                .source(),
            "标题"
        );
        assert_eq!(problems.last().unwrap().code, Code::DeadReference);
        let ids: Vec<_> = database.signatures.iter().map(|s| &s.id).collect();
        let alone = Database::load(&dirs[1..], &["*".to_owned()]).0;
        assert_eq!(alone.signatures.len(), 1, "nothing that is shipped is left");
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_hostile_directory_costs_little() {
        let dir = tempfile::tempdir().unwrap();
        write(
            dir.path(),
            "a/bomb.yaml",
            "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
        );
        write(dir.path(), "a/deep.yaml", &"[".repeat(10_000));
        write(dir.path(), "a/large.yaml", &"x".repeat(600_000));
        write(
            dir.path(),
            "a/regex.yaml",
            &GOOD.replace(
                "['words of the program']",
                "[{regex: '(?:words){9999}{9999}'}]",
            ),
        );
        fs::write(dir.path().join("a/binary.yaml"), [0xff, 0xfe, 0, 1]).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        let (database, problems) =
            Database::load(&[dir.path().to_owned(), dir.path().join("nowhere")], &[]);
        assert!(!database.signatures.iter().any(|s| s.id.starts_with("a/")));
        assert_eq!(problems.len(), 6, "{problems:#?}");
    }

    #[test]
    fn one_file_and_a_flat_directory_are_directories_too() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "My Site/one.yaml", GOOD);
        let flat = dir.path().join("My Site");
        let (database, problems) = Database::load(std::slice::from_ref(&flat), &[]);
        assert!(problems.is_empty(), "{problems:?}");
        assert!(database.get("my-site/one").is_some());
        assert!(
            Database::load(&[flat.join("one.yaml")], &[])
                .0
                .get("my-site/one")
                .is_some()
        );
    }

    /// A look at the cost of the start: `cargo test --release -- --ignored --nocapture loading_takes`.
    #[test]
    #[ignore = "measures"]
    fn loading_takes_milliseconds() {
        let start = std::time::Instant::now();
        let directory = Directory::shipped();
        let count = directory.files.len().max(1);
        let each = start.elapsed() / u32::try_from(count).unwrap();
        println!("{count} signatures, {each:?} each");
        assert!(each.as_millis() < 5);
    }

    #[test]
    fn what_is_shipped_loads_whole() {
        let directory = Directory::shipped_with_tests();
        assert!(directory.problems.is_empty(), "{:#?}", directory.problems);
        for loaded in &directory.files {
            assert!(
                loaded.signature.is_some(),
                "{}: {:#?}",
                loaded.id,
                loaded.problems
            );
        }
        assert_eq!(Database::shipped().signatures.len(), directory.files.len());
        for (bare, whole) in Database::shipped()
            .signatures
            .iter()
            .zip(&Database::shipped_with_tests().signatures)
        {
            assert_eq!(bare.id, whole.id);
            for (bare, whole) in bare.parts.iter().zip(&whole.parts) {
                let patterns = bare.patterns().iter().chain(&bare.not);
                for (bare, whole) in patterns.zip(whole.patterns().iter().chain(&whole.not)) {
                    assert_eq!(bare.literals(), whole.literals(), "{}", whole.source());
                    assert_eq!(bare.names(), whole.names(), "{}", whole.source());
                }
            }
            assert!(
                bare.tests.is_empty() && !whole.tests.is_empty(),
                "{}",
                whole.id
            );
        }
    }

    /// What a pattern is, whatever of it was put together already.
    fn said(pattern: &crate::signature::Pattern) -> String {
        let (source, names) = (pattern.source(), pattern.names());
        let literals: Vec<_> = pattern
            .literals()
            .iter()
            .map(|l| l.escape_ascii())
            .collect();
        format!("{source} {names:?} {literals:?} {}", pattern.is_block())
    }

    /// All that a scan knows of a signature.
    fn told(one: &Signature) -> Vec<String> {
        let mut told = vec![
            format!("{} {} {:?} {:?}", one.id, one.title, one.kind, one.class),
            format!("{:?} {:?} {:?}", one.severity, one.sure, one.programs),
            format!("{:?} {:?} {:?}", one.affects, one.fixed_in, one.scope),
            format!("{:?} {:?} {:?}", one.subject, one.condition, one.leads_to),
            format!("{:?} {:?} {:?}", one.explanation, one.prevent, one.needs),
            format!("{:?} {:?} {:?}", one.fix, one.check, one.refs),
            format!("{:?}", one.translations),
        ];
        for part in &one.parts {
            told.push(format!("{} {:?} {:?}", part.name, part.programs, part.time));
            told.push(format!(
                "{:?} {:?} {:?}",
                part.text_in, part.captures, part.sure
            ));
            told.extend(part.patterns().iter().chain(&part.not).map(said));
            told.push(match &part.source {
                Source::Log { .. } => String::new(),
                Source::Object(query) => format!("{:?} {:?}", query.kind(), query.clauses()),
                Source::Fact(query) => format!("{:?} {:?}", query.key(), query.clauses()),
            });
        }
        told
    }

    #[test]
    fn what_is_embedded_is_what_the_files_say() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("signatures");
        let directory = Directory::read(&root, &SignatureLimits::default());
        assert!(directory.problems.is_empty(), "{:?}", directory.problems);
        let read = Database::of_shipped(directory);
        let embedded = Database::of_shipped(Directory::shipped());
        assert_eq!(read.signatures.len(), embedded.signatures.len());
        for (read, embedded) in read.signatures.iter().zip(&embedded.signatures) {
            for (read, embedded) in told(read).into_iter().zip(told(embedded)) {
                assert_eq!(read, embedded);
            }
        }
        assert_eq!(
            (&read.renamed, &read.date, &read.knows),
            (&embedded.renamed, &embedded.date, &embedded.knows)
        );
    }
}
