//! `bundlevet local`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bundlevet::bundle::{LiveOptions, OpenOptions, give_way, node_name, window};
use bundlevet::decode::{Asked, Bound};
use bundlevet::evidence::Progress;
use bundlevet::pipeline::{self, Scan, ScanOptions};
use bundlevet::preflight::{self, Purpose};
use bundlevet::report::{self, Format, TextOptions};
use bundlevet::signature::{Database, Severity};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::{SignedDuration, Timestamp};

use super::database::DatabaseArgs;
use super::failure::Failure;
use super::outcome::{Done, Outcome};
use super::progress::Shown;
use super::reading::{self, size};
use super::scan::{self, Telling};
use super::terminal;

/// Diagnose the node this runs on: RKE2, K3s, RKE1 or Harvester, found by what is on the disk.
///
/// Reads the journal, /var/log/pods, the logs of kubelet and containerd, certificates, kernel settings, disks, and asks
/// etcd and the API server if they answer at once. Writes nothing, runs at the lowest priority, ends within a minute.
/// As root it sees everything; otherwise it says what it could not read.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Examine a node's disk that is mounted here; nothing is run but journalctl, on that disk's journal
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Look at what was later: 2h, 3d or a UTC time (2025-01-25 09:00). Default: the last boot, at least 24 hours, at most 7 days; with --root everything
    #[arg(long, value_name = "TIME", value_parser = reading::bound, allow_hyphen_values = true)]
    since: Option<Bound>,
    /// Stop reading after this long, and say what was skipped
    #[arg(long, value_name = "TIME", default_value = "50s", value_parser = duration)]
    time_limit: SignedDuration,
    /// Stop reading when the process holds this much memory, and say what was skipped
    #[arg(long, value_name = "SIZE", default_value = "128M", value_parser = size)]
    max_memory: u64,
    /// Read only the end of logs larger than this
    #[arg(long, value_name = "SIZE", default_value = "128M", value_parser = size)]
    log_size: u64,
    /// Worker threads; 0: one per core
    #[arg(long, value_name = "N", default_value_t = 2)]
    threads: usize,
    /// Instead of a diagnosis: check what has to hold before an upgrade, an install, or the removal of this node
    #[arg(long, value_name = "PURPOSE", num_args = 0..=1, default_missing_value = "any", value_parser = purposes(), conflicts_with_all = ["why", "top", "since", "outputs"])]
    preflight: Option<Purpose>,
    /// Form of the report on standard output; with --preflight text, json or openmetrics
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = forms())]
    format: Form,
    /// Write a report to a file as well (json=report.json); repeatable
    #[arg(short = 'o', long = "output", value_name = "FORMAT=PATH", value_parser = scan::output)]
    outputs: Vec<(Format, PathBuf)>,
    /// End with exit code 1 if there is a finding of this severity or worse; with --preflight a failed check, by default high
    #[arg(long, value_name = "SEVERITY", value_parser = scan::severities())]
    fail_on: Option<Severity>,
    /// End with exit code 1 if anything could not be read, or checked
    #[arg(long)]
    strict: bool,
    /// Show at most this many causes, and symptoms, in text
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Only say why this signature was found, or why not
    #[arg(long, value_name = "ID", conflicts_with = "format")]
    why: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
}

const EXAMPLES: &str = "\
Examples:
  sudo bundlevet local                                what is wrong here, and what to do
  sudo bundlevet local --since 2h                     look at the last two hours only
  sudo bundlevet local -o json=/dev/shm/report.json   and keep the report
  sudo bundlevet local --root /mnt                    a node that does not boot: its disk, mounted
  sudo bundlevet local --preflight                    everything that should hold
  sudo bundlevet local --preflight upgrade            may this cluster be upgraded? exit code 1: no
  sudo bundlevet local --preflight install            before RKE2 or K3s is installed, or joins
  sudo bundlevet local --preflight remove-node        before this node goes
  sudo bundlevet local --preflight --format openmetrics --fail-on critical

Exit codes: 0 done; 1 findings or failed checks at or above --fail-on, or --strict and something unread or
unchecked; 2 nothing could be read.";

pub(crate) fn run(args: &Args) -> Outcome {
    give_way();
    if let Some(purpose) = args.preflight {
        return args.check(purpose);
    }
    let Form::Diagnosis(format) = args.format else {
        return Err(Failure::Said(
            "--format openmetrics goes with --preflight".to_owned(),
        ));
    };
    let telling = Telling {
        format,
        outputs: &args.outputs,
        fail_on: args.fail_on,
        strict: args.strict,
        top: args.top,
        why: args.why.as_deref(),
        database: &args.database,
        threads: args.threads,
    };
    scan::tell(&telling, |database| args.read(database))
}

/// A form of either report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Diagnosis(Format),
    OpenMetrics,
}

fn forms() -> impl TypedValueParser<Value = Form> {
    let words = Format::ALL.iter().map(|format| format.word());
    PossibleValuesParser::new(words.chain(["openmetrics"]))
        .map(|word| Format::from_word(&word).map_or(Form::OpenMetrics, Form::Diagnosis))
}

fn purposes() -> impl TypedValueParser<Value = Purpose> {
    let words = Purpose::ALL.iter().map(|purpose| purpose.word());
    PossibleValuesParser::new(words).map(|word| {
        let mut all = Purpose::ALL.iter().copied();
        all.find(|purpose| purpose.word() == word)
            .unwrap_or(Purpose::Any)
    })
}

impl Args {
    /// `--preflight`.
    fn check(&self, purpose: Purpose) -> Outcome {
        let (database, _) = self.database.load()?;
        let mut options = self.options(&Arc::new(Progress::default()))?;
        options.kinds = preflight::kinds();
        if let Some(live) = &mut options.open.live {
            live.journals = false;
            live.state_only = true;
        }
        let evidence = pipeline::gather(&[], &database, &options)?;
        let node = options.open.root.as_deref().and_then(node_name);
        let made = preflight::check(&evidence, purpose, node.as_deref(), Timestamp::now());
        let out = &mut io::stdout().lock();
        match self.format {
            Form::OpenMetrics => report::write_preflight_openmetrics(&made, out)?,
            Form::Diagnosis(Format::Json) => report::write_preflight_json(&made, out)?,
            Form::Diagnosis(Format::Text) => {
                let text = TextOptions {
                    width: terminal::width(),
                    color: terminal::color(),
                    language: terminal::language(),
                    ..TextOptions::default()
                };
                report::write_preflight_text(&made, &text, out)?;
            }
            Form::Diagnosis(_) => {
                return Err(Failure::Said(
                    "--preflight writes text, json or openmetrics".to_owned(),
                ));
            }
        }
        let least = self.fail_on.unwrap_or(Severity::High);
        let failed = made.worst().is_some_and(|worst| worst >= least);
        let (_, _, unknown) = made.counts();
        Ok(if failed || self.strict && unknown > 0 {
            Done::Found
        } else {
            Done::Well
        })
    }

    fn read(&self, database: &Arc<Database>) -> Result<Scan, Failure> {
        let progress = Arc::new(Progress::default());
        let options = self.options(&progress)?;
        let _shown = Shown::start(&progress);
        Ok(pipeline::scan(&[], database, &options)?)
    }

    fn options(&self, progress: &Arc<Progress>) -> Result<ScanOptions, Failure> {
        let now = Timestamp::now();
        let root = self.root.clone().unwrap_or_else(|| PathBuf::from("/"));
        let here = self.root.is_none();
        let period = Asked {
            since: self.since,
            until: None,
        };
        let since = match self.since {
            // What "2h ago" means on a mounted disk, its newest log will tell.
            Some(Bound::Before(_)) if !here => None,
            Some(_) => period.resolve(Some(now)).since,
            None => here.then(|| window(now)),
        };
        let mut open = OpenOptions {
            root: Some(root),
            live: Some(LiveOptions {
                state_only: false,
                journals: true,
                here,
                since,
                deadline: Duration::try_from(self.time_limit)
                    .ok()
                    .and_then(|limit| Instant::now().checked_add(limit)),
                memory: Some(self.max_memory),
                log_bytes: Some(self.log_size),
            }),
            ..reading::open_options(None)
        };
        // A node has no nested zips; an archive that somebody left in a log directory is none of ours to hold.
        open.limits.nested_memory = open.limits.nested_memory.min(8 << 20);
        Ok(ScanOptions {
            open,
            threads: self.threads,
            period,
            surroundings: self.format == Form::Diagnosis(Format::Html)
                || self
                    .outputs
                    .iter()
                    .any(|(format, _)| *format == Format::Html),
            progress: Some(Arc::clone(progress)),
            ..reading::scan_options()
        })
    }
}

/// `90s`, `2h`, `3d`.
fn duration(text: &str) -> Result<SignedDuration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match text.get(digits.len()..) {
        Some("s") => 1,
        Some("m" | "min") => 60,
        Some("h") => 3600,
        Some("d") => 86_400,
        _ => return Err("write 50s, 10m, 2h or 3d".to_owned()),
    };
    let number: i64 = digits
        .parse()
        .map_err(|_| "write 50s, 10m, 2h or 3d".to_owned())?;
    let limit = number
        .checked_mul(seconds)
        .filter(|all| (0..=86_400 * 3650).contains(all));
    limit
        .map(SignedDuration::from_secs)
        .ok_or_else(|| "more than ten years".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(duration("90s"), Ok(SignedDuration::from_secs(90)));
        for wrong in ["", "2", "h", "99999999999d", "-1h", "soon"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
