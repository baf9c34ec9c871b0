//! Files that are written, so that none takes the place of what is read, or of another.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::failure::Failure;

/// Refuses outputs that are an input, or each other.
pub(crate) fn apart<'a>(
    inputs: impl IntoIterator<Item = &'a PathBuf>,
    outputs: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<(), Failure> {
    let mut taken: Vec<&PathBuf> = inputs.into_iter().collect();
    for output in outputs {
        if let Some(other) = taken.iter().find(|other| same(other, output)) {
            return Err(refused(other, output));
        }
        taken.push(output);
    }
    Ok(())
}

/// Refuses a copy of a directory that would stand in it.
pub(crate) fn outside(input: &Path, output: &Path) -> Result<(), Failure> {
    match (real(input), real(output)) {
        (Some(input), Some(output)) if input.is_dir() && output.starts_with(&input) => {
            Err(refused(&input, &output))
        }
        _ => Ok(()),
    }
}

fn refused(input: &Path, output: &Path) -> Failure {
    let (input, output) = (input.display(), output.display());
    Failure::Said(format!(
        "{output} would take the place of {input}; give another path"
    ))
}

/// Whether both are one file. Devices and pipes hold nothing that could be lost.
fn same(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(a), Ok(b)) => a.is_file() && (a.dev(), a.ino()) == (b.dev(), b.ino()),
        (Err(_), Err(_)) => real(one).is_some_and(|one| Some(one) == real(other)),
        _ => false,
    }
}

/// Where a path leads, or will once there is something.
fn real(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().or_else(|| {
        let path = std::path::absolute(path).ok()?;
        Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
    })
}
