//! Inputs and how they are read: the options that every reading command shares.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use bundlevet::bundle::{OpenOptions, as_url};
use bundlevet::decode::{Asked, Bound};
use bundlevet::evidence::Progress;
use bundlevet::pipeline::{self, Scan, ScanOptions};
use bundlevet::rank::About;
use bundlevet::redact::Redactor;
use bundlevet::signature::Database;

use super::failure::Failure;
use super::limits;
use super::outcome::note;
use super::progress::Shown;
use super::redact::KeyArgs;

/// What to read, and at what cost.
#[derive(clap::Args, Debug)]
pub(crate) struct ReadingArgs {
    /// Bundles, directories or log files; several are one case; `-` is standard input
    #[arg(value_name = "INPUT", required_unless_present = "root")]
    inputs: Vec<PathBuf>,
    /// Read the tree of a live (or mounted) node, `/` on the node itself
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Leave out what is earlier: a UTC time (2025-01-25 09:00), or how long before the collection (90m, 2h, 3d)
    #[arg(long, value_name = "TIME", value_parser = bound, allow_hyphen_values = true)]
    since: Option<Bound>,
    /// Leave out what is later
    #[arg(long, value_name = "TIME", value_parser = bound, allow_hyphen_values = true)]
    until: Option<Bound>,
    /// Worker threads; 0: one per core
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Put pseudonyms in place of secrets, addresses and names before anything is reported
    #[arg(long)]
    redact: bool,
    #[command(flatten)]
    key: KeyArgs,
    /// Memory for nested archives (512M, 2G)
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_memory: Option<u64>,
}

impl ReadingArgs {
    /// What is read, as it was named.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &PathBuf> {
        self.inputs.iter().chain(&self.root)
    }

    /// Worker threads; 0: one per core.
    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// Scans all inputs as one case, with progress on a terminal; with `surroundings`, reads the lines around quotes too.
    pub(crate) fn scan(
        &self,
        database: &Arc<Database>,
        about: Option<About>,
        surroundings: bool,
    ) -> Result<Scan, Failure> {
        let progress = Arc::new(Progress::default());
        let mut options = ScanOptions {
            open: OpenOptions {
                root: self.root.clone(),
                ..open_options(self.max_memory)
            },
            threads: self.threads,
            period: Asked {
                since: self.since,
                until: self.until,
            },
            about,
            surroundings,
            progress: Some(Arc::clone(&progress)),
            ..scan_options()
        };
        // A mistyped name among several would otherwise be found out after the others were read.
        for path in self.inputs() {
            let elsewhere = path.as_os_str() == "-" || as_url(path).is_some();
            if !elsewhere && !path.exists() {
                let because = "no such file or directory".to_owned();
                return Err(bundlevet::Error::Input {
                    path: path.clone(),
                    because,
                }
                .into());
            }
        }
        if self.redact {
            let key = self.key.key()?;
            let learned = pipeline::learn(&self.inputs, &options.open, self.threads)?;
            options.redact = Some(Arc::new(Redactor::new(&learned, key)));
        }
        note(&format!("{} signatures", database.signatures.len()));
        let shown = Shown::start(&progress);
        let begun = Instant::now();
        let scan = pipeline::scan(&self.inputs, database, &options)?;
        drop(shown);
        note(&format!(
            "{} entries, {} bytes read in {:.2} s",
            progress.entries(),
            progress.bytes(),
            begun.elapsed().as_secs_f64()
        ));
        Ok(scan)
    }
}

/// How a scan runs under the limits of this process.
pub(crate) fn scan_options() -> ScanOptions {
    ScanOptions::within(limits::get())
}

/// How inputs are opened with this much memory for nested archives.
pub(crate) fn open_options(max_memory: Option<u64>) -> OpenOptions {
    let mut open = OpenOptions {
        limits: limits::get().inputs.clone(),
        ..OpenOptions::default()
    };
    if let Some(bytes) = max_memory {
        open.limits.nested_memory = bytes;
    }
    open
}

pub(crate) fn bound(text: &str) -> Result<Bound, String> {
    Bound::parse(text)
        .ok_or_else(|| "write 2025-01-25, '2025-01-25 09:00' (UTC), 2h or 3d".to_owned())
}

/// `512M`, `2GiB`, `1048576`.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text
        .get(digits.len()..)
        .unwrap_or_default()
        .to_ascii_uppercase();
    let factor: u64 = match unit.trim_end_matches('B').trim_end_matches('I') {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        "T" => 1 << 40,
        _ => return Err(format!("`{unit}` is no unit; write 512M or 2G")),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "not a size; write 512M or 2G".to_owned())?;
    number
        .checked_mul(factor)
        .ok_or_else(|| "more than any machine has".to_owned())
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes() {
        assert_eq!(
            (size("512M"), size("2GiB"), size("7"), size("1kb")),
            (Ok(512 << 20), Ok(2 << 30), Ok(7), Ok(1024))
        );
        assert!(
            size("x").is_err()
                && size("12Q").is_err()
                && size("99999999T").is_err()
                && size("").is_err()
        );
    }
}
