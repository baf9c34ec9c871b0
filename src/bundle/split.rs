//! One piece of a split upload into all its pieces: `x.001.zip`, `x.5.zip`, `x.zip.001`, `x.z01` and
//! `x.zip`, `x.zip.part1`, `x.zip.aa`. Names say which files belong together, contents whether they do.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use crate::error::Problem;

use super::Visit;
use super::leaf::Found;
use super::level::Level;
use super::sniff::{Format, HEAD, sniff};
use super::source::{Cursor, FileSource, Pieces, Source, clip, read_full};
use super::zip::{self, Recovery};

/// Pieces are numbered up to this.
const MOST_PIECES: u32 = 999;
/// How far into a later piece the start of a member is looked for.
const LOOK: usize = 4 << 20;
/// The end record with the longest comment.
const TAIL: usize = 22 + u16::MAX as usize;

/// The pieces of one upload, as they lie beside each other.
pub(crate) struct Split {
    /// All that are there, in order.
    pub(crate) paths: Vec<PathBuf>,
    /// One problem per gap.
    pub(crate) missing: Vec<Problem>,
    pub(crate) kind: Kind,
}

/// How the pieces are to be read.
pub(crate) enum Kind {
    /// Slices of one file, all there as far as names tell.
    Whole(Arc<dyn Source>),
    /// Each is an archive of its own.
    StandAlone(Vec<Arc<dyn Source>>),
    /// Slices with gaps: runs that follow each other without one.
    Gaps { first: bool, runs: Runs },
}

/// What is there of a split zip with pieces missing.
#[derive(Clone)]
pub(crate) struct Runs(Vec<Arc<dyn Source>>);

impl Runs {
    /// All that there is, with an unknown amount missing before it.
    pub(crate) fn one(source: Arc<dyn Source>) -> Runs {
        Runs(vec![source])
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.iter().fold(0, |n, run| n.saturating_add(run.len()))
    }

    /// The runs, in order.
    pub(crate) fn into_sources(self) -> Vec<Arc<dyn Source>> {
        self.0
    }

    /// The first run, and how many bytes the others have.
    pub(crate) fn first(&self) -> Option<(Arc<dyn Source>, u64)> {
        let first = self.0.first()?;
        Some((Arc::clone(first), self.len() - first.len()))
    }

    /// Reads the members that stand whole in one of the runs.
    pub(crate) fn recover(self, level: Level, found: Found, visit: &mut dyn Visit) {
        let mut recovery = Recovery::new(level, found.path);
        if let Some(last) = self.0.last() {
            recovery.learn(Arc::clone(last));
        }
        for run in self.0 {
            recovery.run(&mut Cursor::new(run), visit);
        }
        recovery.finish(visit);
    }
}

/// How the names of an upload's pieces are made.
#[derive(Debug, PartialEq, Eq)]
struct Pattern {
    prefix: String,
    suffix: String,
    scheme: Scheme,
    /// Digits or letters of the named piece.
    width: usize,
    /// Whether such a name says by itself that this is a piece, without the first one beside it.
    telling: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    /// Counted from 1, rarely from 0.
    Digits,
    /// Counted from aa.
    Letters,
    /// `.z01`, `.z02`, ... and the last is `.zip`.
    Span,
}

/// Looks for the other pieces of the file at `path`; nothing where it is a file of its own.
pub(crate) fn find(path: &Path) -> io::Result<Option<Split>> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Ok(None);
    };
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return Ok(None),
    };
    for pattern in patterns(name) {
        if !pattern.telling && !has_company(path, folder, &pattern) {
            continue;
        }
        // A folder that cannot be listed has no other pieces to show.
        let Ok(numbered) = siblings(folder, &pattern) else {
            continue;
        };
        if let Some(split) = assemble(&pattern, numbered)? {
            return Ok(Some(split));
        }
    }
    Ok(None)
}

/// Whether a file with an ordinary name can be a piece: the first is beside it, or it says so itself.
/// Spares listing a folder of ten thousand logs for each of them.
fn has_company(path: &Path, folder: &Path, pattern: &Pattern) -> bool {
    let first = match pattern.scheme {
        Scheme::Letters => 0,
        Scheme::Digits | Scheme::Span => 1,
    };
    folder.join(pattern.name(first)).is_file()
        || pattern.scheme == Scheme::Span
            && FileSource::open(path).is_ok_and(|source| is_last_of_span(&source))
}

const ARCHIVES: [&str; 12] = [
    ".zip", ".tar", ".gz", ".tgz", ".xz", ".txz", ".bz2", ".tbz", ".tbz2", ".zst", ".tzst", ".7z",
];

/// What the name may be a piece of; several can fit, the likeliest first.
fn patterns(name: &str) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    let lower = name.to_ascii_lowercase();
    let mut push = |prefix: &str, suffix: &str, scheme, width, telling| {
        patterns.push(Pattern {
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
            scheme,
            width,
            telling,
        });
    };
    let is_part = |prefix: &str| {
        ["part", "part-", "part_", "part."]
            .iter()
            .any(|part| prefix.to_ascii_lowercase().ends_with(part))
    };
    // x.001.zip, x.part1.zip
    for archive in ARCHIVES {
        let Some(stem) = lower.ends_with(archive).then(|| name.len() - archive.len()) else {
            continue;
        };
        let (Some(stem), Some(suffix)) = (name.get(..stem), name.get(stem..)) else {
            continue;
        };
        let (prefix, digits) = digits_at_end(stem);
        if (1..=3).contains(&digits)
            && (prefix.len() > 1 && prefix.ends_with('.') || is_part(prefix))
        {
            push(prefix, suffix, Scheme::Digits, digits, true);
        }
    }
    // x.zip.001, x.zip.part1
    let (prefix, digits) = digits_at_end(name);
    let of_archive = |prefix: &str| {
        let prefix = prefix.to_ascii_lowercase();
        let bare = prefix.strip_suffix("part").unwrap_or(&prefix);
        let bare = bare.trim_end_matches(['.', '-', '_']);
        ARCHIVES.iter().any(|archive| bare.ends_with(archive))
    };
    if (1..=3).contains(&digits) && (of_archive(prefix) || is_part(prefix)) {
        push(prefix, "", Scheme::Digits, digits, true);
    }
    // x.z01, x.zip
    if let Some(stem) = lower.ends_with(".zip").then(|| name.len() - 4).or_else(|| {
        let stem = name.len().checked_sub(4)?;
        let extension = lower.get(stem..)?.strip_prefix(".z")?;
        extension
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then_some(stem)
    }) && let Some(stem) = name.get(..stem)
    {
        push(stem, "", Scheme::Span, 2, !lower.ends_with(".zip"));
    }
    // x.zip.aa, xaa, x-aa
    for width in [2, 3] {
        if let Some(cut) = name.len().checked_sub(width)
            && let (Some(prefix), Some(letters)) = (name.get(..cut), name.get(cut..))
            && !prefix.is_empty()
            && letters.bytes().all(|b| b.is_ascii_lowercase())
        {
            push(prefix, "", Scheme::Letters, width, of_archive(prefix));
        }
    }
    patterns
}

/// The names of the first pieces of what `name` may be a piece of; each is one of its own pattern.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn pieces_of(name: &str) -> Vec<String> {
    let mut names = Vec::new();
    for pattern in patterns(name) {
        let number = pattern.number(name).unwrap_or(1);
        let other = pattern.name(number);
        assert_eq!(pattern.number(&other), Some(number), "{name:?}: {other:?}");
        names.push(other);
    }
    names
}

/// The text before the digits at the end, and how many those are.
fn digits_at_end(text: &str) -> (&str, usize) {
    let prefix = text.trim_end_matches(|c: char| c.is_ascii_digit());
    (prefix, text.len() - prefix.len())
}

impl Pattern {
    /// The number of the piece with this name.
    fn number(&self, name: &str) -> Option<u32> {
        let middle = name
            .strip_prefix(self.prefix.as_str())?
            .strip_suffix(self.suffix.as_str())?;
        match self.scheme {
            Scheme::Digits => {
                let digits =
                    (1..=3).contains(&middle.len()) && middle.bytes().all(|b| b.is_ascii_digit());
                middle.parse().ok().filter(|_| digits)
            }
            Scheme::Letters if middle.len() == self.width => {
                middle.bytes().try_fold(0u32, |n, b| {
                    b.is_ascii_lowercase().then(|| n * 26 + u32::from(b - b'a'))
                })
            }
            Scheme::Letters => None,
            Scheme::Span => match middle.to_ascii_lowercase().strip_prefix(".z")? {
                // Wherever the numbers end, it is the last.
                "ip" => Some(MOST_PIECES),
                digits if digits.len() == 2 => digits.parse().ok(),
                _ => None,
            },
        }
    }

    /// The name of the piece with this number.
    fn name(&self, number: u32) -> String {
        let (prefix, suffix, width) = (&self.prefix, &self.suffix, self.width);
        match self.scheme {
            Scheme::Digits => format!("{prefix}{number:0width$}{suffix}"),
            Scheme::Span if number == MOST_PIECES => format!("{prefix}.zip"),
            Scheme::Span => format!("{prefix}.z{number:02}"),
            Scheme::Letters => {
                let mut letters = Vec::new();
                let mut rest = number;
                for _ in 0..width {
                    letters.push(char::from(b'a' + u8::try_from(rest % 26).unwrap_or(0)));
                    rest /= 26;
                }
                let letters: String = letters.into_iter().rev().collect();
                format!("{prefix}{letters}{suffix}")
            }
        }
    }
}

/// The files beside a piece that the pattern fits.
fn siblings(folder: &Path, pattern: &Pattern) -> io::Result<BTreeMap<u32, PathBuf>> {
    let mut numbered: BTreeMap<u32, PathBuf> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let Some(number) = pattern.number(name) else {
            continue;
        };
        if number > MOST_PIECES || !fs::metadata(entry.path()).is_ok_and(|meta| meta.is_file()) {
            continue;
        }
        // `x.1.zip` beside `x.001.zip`: the one that is spelled like the named one.
        let spelled_alike = pattern.name(number) == name;
        if spelled_alike || !numbered.contains_key(&number) {
            numbered.insert(number, entry.path());
        }
    }
    Ok(numbered)
}

/// Decides by contents whether these are pieces of one upload.
fn assemble(pattern: &Pattern, numbered: BTreeMap<u32, PathBuf>) -> io::Result<Option<Split>> {
    let first = match pattern.scheme {
        Scheme::Letters => 0,
        Scheme::Digits if numbered.contains_key(&0) => 0,
        Scheme::Digits | Scheme::Span => 1,
    };
    let has_first = numbered.contains_key(&first);
    if numbered.len() < 2 && has_first {
        return Ok(None);
    }
    let mut sources: Vec<(u32, Arc<dyn Source>)> = Vec::new();
    for (number, path) in &numbered {
        sources.push((*number, Arc::new(FileSource::open(path)?)));
    }
    let formats = sources
        .iter()
        .map(|(_, source)| format(&**source))
        .collect::<io::Result<Vec<_>>>()?;
    let own = sources
        .iter()
        .zip(&formats)
        .all(|((_, source), format)| *format == Format::Zip && end_piece(&**source) == Some(0));
    let archive = |format: &Format| matches!(format, Format::Zip | Format::Tar | Format::Packed(_));
    let belongs = if has_first {
        formats.first().is_some_and(archive)
    } else {
        // Later pieces alone show themselves by what is in them. Whole archives are just that.
        let spans = numbered.len() > 1 && pattern.scheme == Scheme::Span;
        let says_so = || sources.iter().any(|(_, source)| is_last_of_span(&**source));
        (pattern.telling || spans || says_so())
            && !own
            && sources.iter().any(|(_, source)| holds_members(&**source))
    };
    if !belongs {
        return Ok(None);
    }
    let missing = gaps(pattern, first, &sources);
    let paths = numbered.into_values().collect();
    let kind = if own && pattern.scheme != Scheme::Span {
        Kind::StandAlone(sources.into_iter().map(|(_, source)| source).collect())
    } else if missing.is_empty() {
        Kind::Whole(joined(sources.into_iter().map(|(_, source)| source)))
    } else {
        Kind::Gaps {
            first: has_first,
            runs: runs(pattern, sources),
        }
    };
    Ok(Some(Split {
        paths,
        missing,
        kind,
    }))
}

/// Whether the piece `next` follows the piece `number`.
fn follows(pattern: &Pattern, number: u32, next: u32) -> bool {
    next == number + 1 || pattern.scheme == Scheme::Span && next == MOST_PIECES
}

/// One problem per gap between the pieces.
fn gaps(pattern: &Pattern, first: u32, sources: &[(u32, Arc<dyn Source>)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut expected = first;
    for (number, _) in sources {
        let last_of_span = pattern.scheme == Scheme::Span && *number == MOST_PIECES;
        if *number > expected && !(last_of_span && expected > first) {
            let name = pattern.name(expected);
            let why = match number - expected {
                _ if last_of_span => {
                    "this piece and others of the split archive are missing".into()
                }
                1 => "this piece of the split archive is missing".to_owned(),
                n => format!(
                    "this piece of the split archive and the next {} are missing",
                    n - 1
                ),
            };
            let why = format!("{why}: members that lie in it, even in part, are lost");
            problems.push(Problem::new(name, why));
        }
        expected = number + 1;
    }
    if pattern.scheme == Scheme::Span && expected <= MOST_PIECES {
        let why = "the last piece of the split archive is missing: members that lie in it are lost";
        problems.push(Problem::new(pattern.name(MOST_PIECES), why));
    }
    problems
}

fn runs(pattern: &Pattern, sources: Vec<(u32, Arc<dyn Source>)>) -> Runs {
    let mut runs: Vec<Vec<Arc<dyn Source>>> = Vec::new();
    let mut before = None;
    for (number, source) in sources {
        match runs.last_mut() {
            Some(run) if before.is_some_and(|n| follows(pattern, n, number)) => run.push(source),
            _ => runs.push(vec![source]),
        }
        before = Some(number);
    }
    Runs(runs.into_iter().map(joined).collect())
}

fn joined(pieces: impl IntoIterator<Item = Arc<dyn Source>>) -> Arc<dyn Source> {
    Arc::new(Pieces::new(pieces.into_iter().collect()))
}

fn format(source: &dyn Source) -> io::Result<Format> {
    let mut head = [0u8; HEAD];
    let n = read_full(source, 0, &mut head)?;
    Ok(sniff(head.get(..n).unwrap_or_default()))
}

/// The number of the piece that a zip's end record stands on, where it has one.
fn end_piece(source: &dyn Source) -> Option<u16> {
    let mut tail = vec![0u8; clip(source.len(), TAIL)];
    let at = source.len() - tail.len() as u64;
    read_full(source, at, &mut tail).ok()?;
    zip::end_piece(&tail)
}

/// Whether the end record of a zip is at the end.
pub(crate) fn ends_zip(source: &dyn Source) -> bool {
    end_piece(source).is_some()
}

/// Whether a zip says of itself that it has other pieces.
fn is_last_of_span(source: &dyn Source) -> bool {
    end_piece(source).is_some_and(|piece| piece != 0 && piece != u16::MAX)
}

/// Whether a member of a zip begins in the first part, or the zip ends with the piece.
fn holds_members(source: &dyn Source) -> bool {
    let mut start = vec![0u8; clip(source.len(), LOOK)];
    let begins =
        read_full(source, 0, &mut start).is_ok() && memmem::find(&start, b"PK\x03\x04").is_some();
    begins || ends_zip(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pieces_are_recognised() {
        for (name, number, next) in [
            ("b.001.zip", 1, "b.002.zip"),
            ("b.5.zip", 5, "b.6.zip"),
            ("b.zip.001", 1, "b.zip.002"),
            ("b.tar.gz.02", 2, "b.tar.gz.03"),
            ("b.z01", 1, "b.z02"),
            ("b.zip.part1", 1, "b.zip.part2"),
            ("b.part01.zip", 1, "b.part02.zip"),
            ("b.zip.aa", 0, "b.zip.ab"),
            ("b.zipaz", 25, "b.zipba"),
            ("xaa", 0, "xab"),
        ] {
            let fits = patterns(name)
                .into_iter()
                .any(|p| p.number(name) == Some(number) && p.name(number + 1) == next);
            assert!(fits, "{name}: {:?}", patterns(name));
        }
        let span = patterns("b.zip")
            .into_iter()
            .find(|p| p.scheme == Scheme::Span);
        assert_eq!(span.unwrap().number("b.zip"), Some(MOST_PIECES));
    }

    #[test]
    fn rotated_logs_and_years_are_no_pieces() {
        for name in [
            "kubelet.log.1",
            "syslog.2",
            "audit-2024.log",
            "b.2025.zip",
            "b.zip2",
        ] {
            let digits = patterns(name)
                .into_iter()
                .filter(|p| p.scheme == Scheme::Digits && p.number(name).is_some());
            assert_eq!(digits.count(), usize::from(name == "b.zip2"), "{name}");
        }
    }
}
