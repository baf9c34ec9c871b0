//! Directories of signature files into trees and signatures, within limits, each fault with its file and line.
//!
//! Inside a thread pool files are read side by side; what comes of it is the same.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;

use super::meter::Meter;
use super::node::{self, FileLimits, Node};
use super::pattern::PROGRAM;
use super::problem::{Code, SignatureProblem};
use super::query::STEPS;
use super::{Signature, Source, Translation, block, embedded, read};

/// What a directory of signatures may hold, and what its patterns and expressions may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLimits {
    /// Files of one directory.
    pub files: usize,
    /// Each file.
    pub file: FileLimits,
    /// Patterns of one directory.
    pub patterns: usize,
    /// Bytes of one pattern once compiled.
    pub program: usize,
    /// Steps of evaluating one `cel` on one object.
    pub steps: u64,
    /// Seconds that patterns and queries of one directory may take together, on all threads.
    pub seconds: u64,
}

impl Default for SignatureLimits {
    fn default() -> Self {
        Self {
            files: 20_000,
            file: FileLimits::default(),
            patterns: 50_000,
            program: PROGRAM,
            steps: STEPS,
            seconds: 600,
        }
    }
}

/// Folders below the signature directory: language, component.
const DEEPEST: usize = 2;
/// Files that are read before their patterns are counted.
const AT_A_TIME: usize = 256;
/// Files that are worth a thread.
const TOGETHER: usize = 16;
/// Bytes that most files fit into.
const ROOM: usize = 8 << 10;

/// A signature file as read.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    /// Component and slug.
    pub(super) id: String,
    /// As messages show it.
    pub(super) file: String,
    /// The signature, where it can be used at all.
    pub(super) signature: Option<Signature>,
    /// What is wrong with it.
    pub(super) problems: Vec<SignatureProblem>,
}

/// A translation file as read.
#[derive(Debug, Clone)]
pub(super) struct LoadedTranslation {
    pub(super) language: String,
    pub(super) id: String,
    pub(super) file: String,
    pub(super) texts: Translation,
}

/// A signature directory as read.
#[derive(Debug, Clone, Default)]
pub(super) struct Directory {
    /// Its files were checked when they were shipped.
    known: bool,
    /// In order of id.
    pub(super) files: Vec<Loaded>,
    pub(super) translations: Vec<LoadedTranslation>,
    /// `renamed.yaml`: old id, new id, line.
    pub(super) renamed: Vec<(String, String, u32)>,
    /// `version.yaml`.
    pub(super) version: Option<Node>,
    /// The time that all of it may take together.
    pub(super) meter: Meter,
    /// What is wrong with the directory, translations and `renamed.yaml`.
    pub(super) problems: Vec<SignatureProblem>,
}

impl Loaded {
    fn of(id: &str, file: &str, tree: &Node, known: bool) -> Self {
        let read = read::signature(id, file, tree, known);
        let usable = !read
            .problems
            .iter()
            .any(|problem| problem.code.is_structural());
        Self {
            id: id.to_owned(),
            file: file.to_owned(),
            signature: read.signature.filter(|_| usable),
            problems: read.problems,
        }
    }
}

/// What one file of a directory is.
enum File {
    Signature(Box<Loaded>),
    /// Its language and the id of its signature.
    Translation(String, String, Node),
    Renamed(Node),
    Version(Node),
    /// Line, kind and words of what is wrong.
    Bad(u32, Code, String),
    /// Nothing that belongs here.
    Other,
}

impl File {
    fn patterns(&self) -> usize {
        let File::Signature(loaded) = self else {
            return 0;
        };
        let parts = loaded
            .signature
            .iter()
            .flat_map(|signature| &signature.parts);
        parts
            .map(|part| part.patterns().len() + part.not.len())
            .sum()
    }
}

impl Directory {
    /// The shipped files without their tests, which no scan looks at.
    pub(super) fn shipped() -> Self {
        Self::embedded(embedded::shipped(), true)
    }

    /// The shipped files.
    pub(super) fn shipped_with_tests() -> Self {
        Self::embedded(embedded::shipped_with_tests(), false)
    }

    fn embedded(shipped: embedded::Shipped, known: bool) -> Self {
        let mut directory = Self {
            known,
            ..Self::default()
        };
        // One after the other: a thread pool costs more than it saves where only trees are read.
        for (id, tree) in &shipped.signatures {
            let file = format!("signatures/{id}.yaml");
            directory.files.push(Loaded::of(id, &file, tree, known));
        }
        for (language, pairs) in &shipped.translations {
            for (id, tree) in pairs {
                directory.add_translation(
                    language,
                    id,
                    &format!("signatures/{language}/{id}.yaml"),
                    tree,
                );
            }
        }
        if let Some(tree) = &shipped.renamed {
            directory.add_renamed("signatures/renamed.yaml", tree);
        }
        directory.version = shipped.version;
        directory
    }

    /// One text, as a signature, a translation and the files beside them.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn of_text(id: &str, text: &str) -> Self {
        let mut directory = Self::default();
        let file = format!("{id}.yaml");
        match node::parse(text) {
            Ok(tree) => {
                let mut loaded = Loaded::of(id, &file, &tree, false);
                compile(&mut loaded, &SignatureLimits::default(), &Meter::default());
                directory.files.push(loaded);
                directory.add_translation("zh-CN", id, &file, &tree);
                directory.add_renamed(&file, &tree);
                directory.version = Some(tree);
            }
            Err((line, why)) => directory.say(&file, line, Code::Yaml, why),
        }
        directory
    }

    /// A directory, or one file. Links to directories are not followed; every pattern is compiled.
    pub(super) fn read(root: &Path, limits: &SignatureLimits) -> Self {
        let mut directory = Self {
            meter: Meter::new(Duration::from_secs(limits.seconds)),
            ..Self::default()
        };
        let mut paths = Vec::new();
        directory.walk(root, 0, limits.files, &mut paths);
        paths.truncate(limits.files);
        paths.sort();
        let mut patterns = 0;
        for some in paths.chunks(AT_A_TIME) {
            let mut files = side_by_side(some, |path| directory.file(root, path, &limits.file));
            let fits = files.iter().position(|file| {
                patterns += file.patterns();
                patterns > limits.patterns
            });
            // What is over the limit is not compiled either: that is what costs.
            files.truncate(fits.map_or(files.len(), |last| last + 1));
            directory.compile(&mut files, limits);
            for (path, file) in some.iter().zip(files) {
                directory.take(path, file);
            }
            if let Some(path) = fits.and_then(|last| some.get(last)) {
                let most = limits.patterns;
                let why = format!(
                    "more than {most} patterns (limit signature-patterns); the rest is not read"
                );
                directory.say(&path.display().to_string(), 0, Code::TooMuch, why);
                break;
            }
        }
        directory.ended()
    }

    /// Reads one file of a directory.
    fn file(&self, root: &Path, path: &Path, limits: &FileLimits) -> File {
        let shown = path.display().to_string();
        let tree = match tree(path, limits) {
            Ok(tree) => tree,
            Err((line, code, why)) => return File::Bad(line, code, why),
        };
        let inside = path.strip_prefix(root).unwrap_or(path).with_extension("");
        let words: Vec<String> = inside
            .components()
            .map(|c| c.as_os_str().to_string_lossy().into_owned())
            .collect();
        let id = match words.as_slice() {
            [] => {
                let slug = path.file_stem().unwrap_or_default().to_string_lossy();
                format!("{}/{slug}", component_of(path.parent().unwrap_or(root)))
            }
            [one] if one == "renamed" => return File::Renamed(tree),
            [one] if one == "version" => return File::Version(tree),
            [slug] => format!("{}/{slug}", component_of(root)),
            [component, slug] => format!("{component}/{slug}"),
            [language, component, slug] => {
                return File::Translation(language.clone(), format!("{component}/{slug}"), tree);
            }
            _ => return File::Other,
        };
        File::Signature(Box::new(Loaded::of(&id, &shown, &tree, self.known)))
    }

    /// Compiles the patterns of these files, on the threads of the pool that this runs in.
    fn compile(&self, files: &mut [File], limits: &SignatureLimits) {
        let each = |file: &mut File| {
            if let File::Signature(loaded) = file {
                compile(loaded, limits, &self.meter);
            }
        };
        match rayon::current_thread_index() {
            Some(_) => files.par_iter_mut().with_min_len(TOGETHER).for_each(each),
            None => files.iter_mut().for_each(each),
        }
    }

    /// Adds what a file is.
    fn take(&mut self, path: &Path, file: File) {
        let shown = path.display().to_string();
        match file {
            File::Signature(loaded) => self.files.push(*loaded),
            File::Translation(language, id, tree) => {
                self.add_translation(&language, &id, &shown, &tree);
            }
            File::Renamed(tree) => self.add_renamed(&shown, &tree),
            File::Version(tree) => self.version = Some(tree),
            File::Bad(line, code, why) => self.say(&shown, line, code, why),
            File::Other => {}
        }
    }

    fn ended(mut self) -> Self {
        self.files.sort_by(|a, b| a.id.cmp(&b.id));
        self.say_duplicates();
        self
    }

    fn walk(&mut self, path: &Path, depth: usize, most: usize, paths: &mut Vec<PathBuf>) {
        if paths.len() > most {
            return;
        }
        let shown = path.display().to_string();
        if path.is_file() {
            paths.push(path.to_owned());
            return;
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.say(&shown, 0, Code::Unreadable, error.to_string()),
        };
        let mut children: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .collect();
        children.sort();
        for child in children {
            let is_folder = fs::symlink_metadata(&child).is_ok_and(|meta| meta.is_dir());
            let hidden = child
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if hidden {
                continue;
            }
            if is_folder && depth < DEEPEST {
                self.walk(&child, depth + 1, most, paths);
            } else if child
                .extension()
                .is_some_and(|extension| extension == "yaml")
                && child.is_file()
            {
                if paths.len() >= most {
                    // Remembered as one too many, so that the folders above end, too.
                    paths.push(child);
                    return self.say(
                        &shown,
                        0,
                        Code::TooMuch,
                        format!(
                            "more than {most} files (limit signature-files); the rest is not read"
                        ),
                    );
                }
                paths.push(child);
            }
        }
    }

    fn add_translation(&mut self, language: &str, id: &str, file: &str, tree: &Node) {
        let (texts, problems) = read::translation(file, tree);
        self.problems.extend(problems);
        self.translations.push(LoadedTranslation {
            language: language.to_owned(),
            id: id.to_owned(),
            file: file.to_owned(),
            texts,
        });
    }

    fn add_renamed(&mut self, file: &str, tree: &Node) {
        let (pairs, problems) = read::renamed(file, tree);
        self.renamed.extend(pairs);
        self.problems.extend(problems);
    }

    fn say(&mut self, file: &str, line: u32, code: Code, message: impl Into<String>) {
        self.problems.push(SignatureProblem {
            file: file.to_owned(),
            line,
            code,
            message: message.into(),
        });
    }

    fn say_duplicates(&mut self) {
        let twice: Vec<(String, String, String)> = self
            .files
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] if a.id == b.id => Some((a.id.clone(), a.file.clone(), b.file.clone())),
                _ => None,
            })
            .collect();
        for (id, first, second) in twice {
            self.say(
                &second,
                0,
                Code::DuplicateId,
                format!("`{id}` is also given by {first}"),
            );
        }
    }
}

/// The tree of a file, or the line, kind and words of what is wrong with it.
fn tree(path: &Path, limits: &FileLimits) -> Result<Node, (u32, Code, String)> {
    let mut text = String::with_capacity(ROOM);
    let limit = u64::try_from(limits.bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    fs::File::open(path)
        .and_then(|file| file.take(limit).read_to_string(&mut text))
        .map_err(|error| (0, Code::Unreadable, error.to_string()))?;
    let default = *limits == FileLimits::default();
    let quick = default.then(|| block::parse(&text)).flatten();
    quick
        .map_or_else(|| node::parse_within(&text, limits), Ok)
        .map_err(|(line, why)| (line, Code::Yaml, why))
}

/// Does the same with each, on the threads of the pool that this runs in.
fn side_by_side<T: Sync, R: Send>(all: &[T], each: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    match rayon::current_thread_index() {
        Some(_) => all.par_iter().with_min_len(TOGETHER).map(each).collect(),
        None => all.iter().map(each).collect(),
    }
}

/// Compiles every pattern of a file.
fn compile(loaded: &mut Loaded, limits: &SignatureLimits, meter: &Meter) {
    let Some(signature) = &mut loaded.signature else {
        return;
    };
    let mut faults = Vec::new();
    for part in &mut signature.parts {
        match &mut part.source {
            Source::Object(query) => {
                query.limit(limits.steps, meter);
                faults.extend(query.expression().and_then(|expression| expression.check()));
            }
            Source::Fact(query) => query.limit(meter),
            Source::Log { patterns } => {
                for pattern in patterns {
                    pattern.limit(limits.program, meter);
                }
            }
        }
        for pattern in &mut part.not {
            pattern.limit(limits.program, meter);
        }
        for pattern in part.patterns().iter().chain(&part.not) {
            if let Err(why) = pattern.compile() {
                faults.push(format!("`{}`: {why}", pattern.source()));
            }
        }
    }
    if !faults.is_empty() {
        loaded.signature = None;
    }
    for message in faults {
        loaded.problems.push(SignatureProblem {
            file: loaded.file.clone(),
            line: 0,
            code: Code::BadPattern,
            message,
        });
    }
}

/// The component of files that stand directly in a folder: its name.
fn component_of(folder: &Path) -> String {
    let name = folder
        .canonicalize()
        .ok()
        .and_then(|path| {
            path.file_name()
                .map(|name| name.to_string_lossy().to_ascii_lowercase())
        })
        .unwrap_or_default();
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let name = name.trim_matches('-');
    if name.is_empty() {
        "user".to_owned()
    } else {
        name.to_owned()
    }
}
