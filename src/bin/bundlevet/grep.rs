//! `bundlevet grep PATTERN INPUT...`.

use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;

use bundlevet::Problem;
use bundlevet::bundle::{Case, Entry, EntryKind, Job, Skip, Visit};
use bundlevet::report::{Search, grep};
use regex::bytes::RegexBuilder;

use super::failure::Failure;
use super::outcome::{Done, Outcome, say};
use super::reading::open_options;

/// Search every file of a bundle, nested archives too, and print entry:line:text.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A regular expression, matched against each line
    #[arg(value_name = "PATTERN")]
    pattern: String,
    /// Bundles, directories or log files; `-` is standard input
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,
    /// Upper and lower case are the same
    #[arg(short = 'i', long)]
    ignore_case: bool,
    /// The pattern is plain text
    #[arg(short = 'F', long)]
    fixed_strings: bool,
    /// Lines before and after each match
    #[arg(short = 'C', long, value_name = "N", default_value_t = 0)]
    context: usize,
    /// Only entries whose path holds this text
    #[arg(long, value_name = "TEXT")]
    entry: Option<String>,
    /// Matches per entry, at most
    #[arg(short = 'm', long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true)]
    max_count: u64,
}

const EXAMPLES: &str = "\
Examples:
  bundlevet grep 'lost leader' bundle.zip
  bundlevet grep -F 'err=\"x509:' bundle.zip -C 2 -m 3
  bundlevet grep -i 'no space left' bundle.zip --entry etcd";

pub(crate) fn run(args: &Args) -> Outcome {
    let text = if args.fixed_strings {
        regex::escape(&args.pattern)
    } else {
        args.pattern.clone()
    };
    let pattern = RegexBuilder::new(&text)
        .case_insensitive(args.ignore_case)
        .build()
        .map_err(|error| {
            Failure::Said(format!(
                "PATTERN is not a regular expression: {error}\n  with -F it is plain text"
            ))
        })?;
    // More than a screen of context is `show`'s work, and must fit into memory.
    let search = Search {
        pattern,
        context: args.context.min(1000),
        most: args.max_count,
    };
    let mut find = Find {
        search,
        part: args.entry.clone().unwrap_or_default(),
        entries: 0,
        matches: 0,
        failure: None,
    };
    let case = Case::open(&args.inputs, &open_options(None))?;
    let mut jobs: Vec<Job> = case.jobs();
    jobs.reverse();
    while let Some(job) = jobs.pop() {
        let mut next = job.run(&mut find);
        next.reverse();
        jobs.append(&mut next);
        if find.failure.is_some() {
            break;
        }
    }
    if let Some(error) = find.failure {
        return Err(Failure::Output(error));
    }
    if find.matches == 0 {
        say(&format!("no match in {} entries", find.entries));
    }
    Ok(Done::Well)
}

struct Find {
    search: Search,
    part: String,
    entries: u64,
    matches: u64,
    failure: Option<io::Error>,
}

impl Visit for Find {
    /// Also what no diagnosis reads, as long as it is text.
    fn wants(&mut self, entry: &Entry) -> bool {
        self.failure.is_none()
            && entry.kind != EntryKind::Skipped(Skip::Binary)
            && entry.path.contains(&self.part)
    }

    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
        self.entries += 1;
        let mut out = BufWriter::new(io::stdout().lock());
        match grep(&entry.path, bytes, &self.search, &mut out)
            .and_then(|count| out.flush().map(|()| count))
        {
            Ok(count) => self.matches = self.matches.saturating_add(count),
            Err(error) => self.failure = Some(error),
        }
    }

    fn skip(&mut self, _: Entry) {}

    fn problem(&mut self, problem: Problem) {
        say(&format!("{}: {}", problem.entry, problem.error));
    }
}
