//! Why a command could not do what was asked, and what to do next.

use std::io;
use std::path::Path;

use bundlevet::bundle::as_url;

/// A reason to end with exit code 2; or a closed pipe, which is success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The library could not go on.
    Library(bundlevet::Error),
    /// Standard output could not be written.
    Output(io::Error),
    /// Anything else, as a whole sentence without a stop.
    Said(String),
}

impl From<bundlevet::Error> for Failure {
    fn from(error: bundlevet::Error) -> Self {
        Self::Library(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Failure {
    /// The message of a failure; `None` for a pipe that was closed by its reader.
    pub(crate) fn message(&self) -> Option<String> {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => None,
            Self::Output(error) => Some(format!("failed to write to standard output: {error}")),
            Self::Said(text) => Some(text.clone()),
            Self::Library(bundlevet::Error::Usage(text)) => Some(text.clone()),
            Self::Library(bundlevet::Error::Input { path, because }) => {
                let hint = input_hint(path);
                Some(format!(
                    "failed to read {}: {because}{hint}",
                    path.display()
                ))
            }
            Self::Library(bundlevet::Error::Report { path, because }) => {
                let hint = output_hint(path);
                Some(format!(
                    "failed to write {}: {because}{hint}",
                    path.display()
                ))
            }
            Self::Library(error) => Some(format!("failed to {error}")),
        }
    }
}

fn output_hint(path: &Path) -> &'static str {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.exists() => "\n  make the directory first, or name another one",
        _ => "",
    }
}

fn input_hint(path: &Path) -> &'static str {
    if path.as_os_str() == "-" {
        "\n  is something piped in? `bundlevet scan bundle.zip` reads a file"
    } else if as_url(path).is_none() && !path.exists() {
        "\n  check the path; several inputs are separated by spaces, `-` is standard input"
    } else {
        ""
    }
}
