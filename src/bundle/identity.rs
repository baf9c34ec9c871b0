//! An input into its identity: what tells an unchanged bundle from a changed one, mostly without reading it whole.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::folder;
use super::sniff::{Format, HEAD, sniff};
use super::source::{Cursor, FileSource, Source, read_full};
use super::split::{self, Kind};
use super::zip;

/// What an input is, by its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Bytes as stored: of the file, of all pieces, of all files of a directory.
    pub bytes: u64,
    /// `zip-` and the SHA-256 of the central directory (which holds every member's name, size and checksum), `file-`
    /// and that of the whole content, `tree-` and that of every file's name, size and time of modification, or
    /// `object-` and that of a remote object's tag, size and time.
    pub digest: String,
}

impl Identity {
    /// Looks at the input at `path`; one piece of a split archive stands for all of them.
    pub fn of(path: &Path) -> io::Result<Identity> {
        if let Some(url) = super::as_url(path) {
            return object(url);
        }
        let meta = fs::metadata(path)?;
        if meta.is_dir() {
            return tree(path);
        }
        if !meta.is_file() {
            return Err(io::Error::other("not a file or directory"));
        }
        let (sources, gaps): (Vec<Arc<dyn Source>>, bool) = match split::find(path)? {
            None => (vec![Arc::new(FileSource::open(path)?)], false),
            Some(split) => match split.kind {
                Kind::Whole(source) => (vec![source], false),
                Kind::StandAlone(sources) => (sources, false),
                Kind::Gaps { runs, .. } => (runs.into_sources(), true),
            },
        };
        of_sources(&sources, gaps)
    }
}

/// The files of which `path` is one piece, in order; `None` for a file of its own.
pub fn pieces(path: &Path) -> io::Result<Option<Vec<PathBuf>>> {
    Ok(split::find(path)?.map(|split| split.paths))
}

/// Whether the file's first bytes are those of an archive or a compressed stream, even one that cannot be opened.
pub fn is_archive(path: &Path) -> io::Result<bool> {
    let mut head = [0u8; HEAD];
    let n = read_full(&FileSource::open(path)?, 0, &mut head)?;
    Ok(!matches!(
        sniff(head.get(..n).unwrap_or_default()),
        Format::Plain | Format::Binary
    ))
}

pub(crate) fn of_sources(sources: &[Arc<dyn Source>], gaps: bool) -> io::Result<Identity> {
    let mut bytes = 0u64;
    let mut hash = Sha256::new();
    let mut by_directory = !gaps;
    for source in sources {
        bytes = bytes.saturating_add(source.len());
        hash.update(source.len().to_le_bytes());
        let from = if gaps {
            None
        } else {
            zip::directory_start(Arc::clone(source)).ok()
        };
        by_directory &= from.is_some();
        let from = from.unwrap_or(0);
        copy(
            &mut Cursor::range(Arc::clone(source), from, u64::MAX),
            &mut hash,
        )?;
    }
    let kind = if by_directory { "zip" } else { "file" };
    Ok(Identity {
        bytes,
        digest: format!("{kind}-{}", hex(hash)),
    })
}

fn copy(from: &mut dyn Read, hash: &mut Sha256) -> io::Result<()> {
    let mut buf = vec![0u8; 256 << 10];
    loop {
        match from.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => hash.update(buf.get(..n).unwrap_or_default()),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// The identity of an object: a zip's directory is fetched, of anything else what the server says of it.
#[cfg(feature = "remote")]
fn object(url: &str) -> io::Result<Identity> {
    let source = Arc::new(super::Remote::new(url)?.open()?);
    let whole: Arc<dyn Source> = Arc::clone(&source) as Arc<dyn Source>;
    if zip::directory_start(Arc::clone(&whole)).is_ok() {
        return of_sources(&[whole], false);
    }
    Ok(Identity {
        bytes: source.len(),
        digest: format!("object-{}", hex(Sha256::new_with_prefix(source.state()))),
    })
}

#[cfg(not(feature = "remote"))]
fn object(_url: &str) -> io::Result<Identity> {
    Err(io::Error::other(super::NO_URLS))
}

/// The identity of a directory, by what its listing says: content that changes under an unchanged size and time is
/// not noticed.
fn tree(path: &Path) -> io::Result<Identity> {
    let mut hash = Sha256::new();
    let mut bytes = 0u64;
    let listing = folder::list(path, super::Limits::default().members)?;
    for file in &listing.files {
        bytes = bytes.saturating_add(file.size);
        hash.update((file.name.len() as u64).to_le_bytes());
        hash.update(file.name.as_bytes());
        hash.update(file.size.to_le_bytes());
        let modified = file.modified.map_or(0, jiff::Timestamp::as_nanosecond);
        hash.update(modified.to_le_bytes());
    }
    Ok(Identity {
        bytes,
        digest: format!("tree-{}", hex(hash)),
    })
}

pub(crate) fn hex(hash: Sha256) -> String {
    use std::fmt::Write;
    hash.finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(path: &Path) -> String {
        Identity::of(path).unwrap().digest
    }

    #[test]
    fn a_changed_byte_changes_what_has_no_directory() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.log");
        fs::write(&path, "one").unwrap();
        let before = Identity::of(&path).unwrap();
        assert_eq!(before.bytes, 3);
        assert!(before.digest.starts_with("file-"));
        fs::write(&path, "two").unwrap();
        assert_ne!(digest(&path), before.digest);
    }

    #[test]
    fn pieces_are_one_input_whichever_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
        // The smallest zip is its end record.
        let mut zip = b"PK\x05\x06".to_vec();
        zip.resize(22, 0);
        write("whole.zip", &zip);
        write("b.zip.001", &zip[..10]);
        write("b.zip.002", &zip[10..]);
        let of = |name: &str| Identity::of(&dir.path().join(name)).unwrap();
        assert_eq!(of("b.zip.001"), of("b.zip.002"));
        assert_eq!(of("whole.zip").digest, of("b.zip.001").digest);
        assert!(of("whole.zip").digest.starts_with("zip-"));
        assert_eq!(
            pieces(&dir.path().join("b.zip.002"))
                .unwrap()
                .unwrap()
                .len(),
            2
        );
        assert_eq!(pieces(&dir.path().join("whole.zip")).unwrap(), None);
    }

    #[test]
    fn a_directory_is_known_by_names_sizes_and_times() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "1").unwrap();
        let before = digest(dir.path());
        assert_eq!(digest(dir.path()), before);
        fs::write(dir.path().join("b"), "").unwrap();
        assert_ne!(digest(dir.path()), before);
    }
}
