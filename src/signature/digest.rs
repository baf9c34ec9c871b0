//! The signatures that a run uses into a digest: results under an equal one need not be made again.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::embedded;

/// SHA-256 (the first 16 digits) of the shipped signatures, of every file of the user's directories, and of what was
/// disabled. A file that cannot be read counts by its name.
pub fn digest(dirs: &[PathBuf], disabled: &[String]) -> String {
    let mut hash = Sha256::new();
    hash.update(embedded::bytes());
    for dir in dirs {
        let mut files = Vec::new();
        collect(dir, &mut files);
        files.sort();
        hash.update([1]);
        for file in files {
            let name = file.strip_prefix(dir).unwrap_or(&file);
            part(&mut hash, name.as_os_str().as_encoded_bytes());
            part(&mut hash, &fs::read(&file).unwrap_or_default());
        }
    }
    for id in disabled {
        hash.update([2]);
        part(&mut hash, id.as_bytes());
    }
    let digits = hash.finalize();
    let digits = digits.iter().take(8).map(|byte| format!("{byte:02x}"));
    digits.collect()
}

/// Lengths keep one part from being taken for two.
fn part(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

/// Links are followed as when signatures are loaded, but not for ever.
fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    const DEEPEST: usize = 16;
    let mut todo = vec![(dir.to_owned(), 0)];
    while let Some((dir, depth)) = todo.pop() {
        let Ok(entries) = fs::read_dir(&dir) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                if depth < DEEPEST {
                    todo.push((path, depth + 1));
                }
            } else {
                files.push(path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_counts() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = [dir.path().to_owned()];
        let shipped = digest(&[], &[]);
        assert_eq!(shipped, digest(&[], &[]));
        assert_ne!(shipped, digest(&[], &["etcd/no-space".into()]));
        let empty = digest(&dirs, &[]);
        fs::write(dir.path().join("a.yaml"), "title: a").unwrap();
        let one = digest(&dirs, &[]);
        fs::write(dir.path().join("a.yaml"), "title: b").unwrap();
        assert!(empty != one && one != digest(&dirs, &[]));
    }
}
