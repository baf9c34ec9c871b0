//! `bundlevet show INPUT ENTRY[:LINE]`.

use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use bundlevet::Problem;
use bundlevet::bundle::{Case, Entry, EntryKind, Job, Skip, Visit};
use bundlevet::report::{Around, Shown, nearest, show};

use super::failure::Failure;
use super::outcome::{Done, Outcome, say};
use super::reading::open_options;

/// A file inside (nested) archives, or the lines around one of its lines.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The bundle, directory or log file
    #[arg(value_name = "INPUT")]
    input: PathBuf,
    /// A path as reports show it, or its end; with a line: `:4211`
    #[arg(value_name = "ENTRY[:LINE]")]
    place: String,
    /// Lines before and after the line
    #[arg(short = 'C', long, value_name = "N", default_value_t = 10)]
    context: u64,
}

const EXAMPLES: &str = "\
Examples:
  bundlevet show bundle.zip nodes/n1.zip/n1/logs/kubelet.log:4211 -C 20
  bundlevet show bundle.zip kubelet.log:4211        the end of a path is enough where it names one file
  bundlevet show bundle.zip nodes.yaml | less       the whole file
  bundlevet show bundle.zip nodes.yaml > nodes.yaml byte for byte";

pub(crate) fn run(args: &Args) -> Outcome {
    let (wanted, line) = place(&args.place);
    let around = line.map(|line| Around {
        line,
        context: args.context,
    });
    let mut seek = Seek {
        wanted: wanted.to_owned(),
        around,
        ..Seek::default()
    };
    walk(&args.input, &mut seek)?;
    if seek.outcome.is_none() {
        let path = resolve(wanted, &seek)?;
        seek = Seek {
            wanted: path,
            around,
            ..Seek::default()
        };
        walk(&args.input, &mut seek)?;
    }
    match seek.outcome {
        Some(Ok(shown)) => finish(&seek.wanted, line, &shown),
        Some(Err(error)) => Err(Failure::Output(error)),
        None => Err(Failure::Said(format!("{} could not be read", seek.wanted))),
    }
}

/// `kubelet.log:42` into path and line.
fn place(text: &str) -> (&str, Option<u64>) {
    match text.rsplit_once(':') {
        Some((path, line)) if !path.is_empty() => match line.parse() {
            Ok(line) if line > 0 => (path, Some(line)),
            _ => (text, None),
        },
        _ => (text, None),
    }
}

fn finish(path: &str, line: Option<u64>, shown: &Shown) -> Outcome {
    if let Some(failure) = &shown.failure {
        say(&format!("{path} could not be read to its end: {failure}"));
    }
    match line {
        Some(line) if shown.last < line => Err(Failure::Said(format!(
            "{path} has only {} lines; there is no line {line}",
            shown.last
        ))),
        _ => Ok(Done::Well),
    }
}

/// Reads jobs one after the other until the visitor has what it wants.
fn walk(input: &Path, seek: &mut Seek) -> Result<(), Failure> {
    let case = Case::open(&[input.to_owned()], &open_options(None))?;
    let mut jobs: Vec<Job> = case.jobs();
    jobs.reverse();
    while let Some(job) = jobs.pop() {
        let mut next = job.run(seek);
        next.reverse();
        jobs.append(&mut next);
        if seek.outcome.is_some() {
            break;
        }
    }
    Ok(())
}

/// Looks for one path, and remembers the others for a second try.
#[derive(Default)]
struct Seek {
    wanted: String,
    around: Option<Around>,
    outcome: Option<io::Result<Shown>>,
    paths: Vec<String>,
    without_bytes: Vec<String>,
    problems: Vec<Problem>,
}

impl Visit for Seek {
    /// One file is wanted, whatever it is: also what no diagnosis reads.
    fn wants(&mut self, entry: &Entry) -> bool {
        self.outcome.is_none() && entry.path == self.wanted
    }

    fn entry(&mut self, _: Entry, bytes: &mut dyn Read) {
        self.outcome = Some(print(bytes, self.around));
    }

    fn skip(&mut self, entry: Entry) {
        match entry.kind {
            _ if self.outcome.is_some() => {}
            EntryKind::Skipped(Skip::Directory | Skip::Empty | Skip::Link) => {
                self.without_bytes.push(entry.path)
            }
            _ => self.paths.push(entry.path),
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// The lines around a place; the whole file without one, byte for byte where no terminal shows it.
fn print(bytes: &mut dyn Read, around: Option<Around>) -> io::Result<Shown> {
    let stdout = io::stdout().lock();
    if around.is_some() || stdout.is_terminal() {
        let mut out = BufWriter::new(stdout);
        let shown = show(bytes, around, &mut out)?;
        out.flush()?;
        return Ok(shown);
    }
    copy(bytes, stdout)
}

fn copy(bytes: &mut dyn Read, mut out: impl Write) -> io::Result<Shown> {
    let mut shown = Shown {
        any: true,
        ..Shown::default()
    };
    let mut buffer = vec![0; 128 << 10];
    loop {
        match bytes.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => out.write_all(buffer.get(..read).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                shown.failure = Some(error.to_string());
                break;
            }
        }
    }
    out.flush()?;
    Ok(shown)
}

/// The one path that is meant, or what to say.
fn resolve(wanted: &str, seek: &Seek) -> Result<String, Failure> {
    let mut meant: Vec<&String> = seek
        .paths
        .iter()
        .filter(|path| means(wanted, path))
        .collect();
    meant.sort();
    match meant.as_slice() {
        [one] => return Ok((*one).clone()),
        [] => {}
        several => {
            let list: Vec<&str> = several.iter().take(10).map(|path| path.as_str()).collect();
            let more = if several.len() > 10 {
                format!("\n  and {} more", several.len() - 10)
            } else {
                String::new()
            };
            return Err(Failure::Said(format!(
                "{wanted} names {} entries; which?\n  {}{more}",
                several.len(),
                list.join("\n  ")
            )));
        }
    }
    if let Some(problem) = seek
        .problems
        .iter()
        .find(|problem| means(wanted, &problem.entry))
    {
        return Err(Failure::Said(format!(
            "{}: {}",
            problem.entry, problem.error
        )));
    }
    if let Some(path) = seek.without_bytes.iter().find(|path| means(wanted, path)) {
        return Err(Failure::Said(format!(
            "{path} is there, but empty, a folder or a link"
        )));
    }
    let near = nearest(wanted, seek.paths.iter().map(String::as_str), 5);
    let hint = if near.is_empty() {
        "`bundlevet inventory INPUT --entries` names them all".to_owned()
    } else {
        format!("did you mean\n  {}", near.join("\n  "))
    };
    Err(Failure::Said(format!("there is no entry {wanted}; {hint}")))
}

/// Whether `wanted` is the path, its end, or the path with its middle left out as text reports show it.
fn means(wanted: &str, path: &str) -> bool {
    if let Some((head, tail)) = wanted.split_once('…') {
        return path.len() >= head.len() + tail.len()
            && path.starts_with(head)
            && path.ends_with(tail);
    }
    let wanted = wanted.trim_start_matches("./").trim_start_matches('/');
    path == wanted
        || path
            .strip_suffix(wanted)
            .is_some_and(|before| before.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        assert_eq!(place("a/b.log:42"), ("a/b.log", Some(42)));
        assert_eq!(place("a/b.log"), ("a/b.log", None));
        assert_eq!(place("a:b/c.log"), ("a:b/c.log", None));
        assert_eq!(place("a.log:0"), ("a.log:0", None));
    }

    #[test]
    fn ends_and_shortened_paths() {
        let path = "nodes/n1.zip/n1/logs/kubelet.log";
        for wanted in [
            path,
            "kubelet.log",
            "logs/kubelet.log",
            "/nodes/n1.zip/n1/logs/kubelet.log",
            "nodes/n1…/kubelet.log",
        ] {
            assert!(means(wanted, path), "{wanted}");
        }
        for wanted in ["let.log", "nodes/n2…/kubelet.log", "kubelet"] {
            assert!(!means(wanted, path), "{wanted}");
        }
    }
}
