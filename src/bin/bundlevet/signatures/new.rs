//! `bundlevet signatures new`.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;

use bundlevet::bundle::Program;
use bundlevet::report::{nearest, skeleton};

use crate::failure::Failure;
use crate::outcome::{Done, Outcome, say};

/// More than any line that a person pastes.
const LINE_BYTES: u64 = 1 << 20;

#[derive(clap::Args)]
pub(crate) struct NewArgs {
    /// Id of the new signature: component/what-is-wrong
    #[arg(value_name = "ID")]
    id: String,
    /// The program that printed the line
    #[arg(long, value_name = "NAME", value_parser = program)]
    program: Option<Program>,
    /// Write DIR/ID.yaml instead of printing it; an existing file stays
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

fn program(name: &str) -> Result<Program, String> {
    Program::from_name(name).ok_or_else(|| {
        let near = nearest(name, Program::ALL.iter().map(|program| program.name()), 5);
        let hint = if near.is_empty() {
            String::new()
        } else {
            format!("; did you mean {}?", near.join(", "))
        };
        format!("no program of that name{hint}")
    })
}

pub(crate) fn new(args: &NewArgs) -> Outcome {
    let slug = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if !args
        .id
        .split_once('/')
        .is_some_and(|(component, name)| slug(component) && slug(name))
    {
        return Err(Failure::Said(format!(
            "`{}` is no id; write component/what-is-wrong in lower case, etcd/no-space",
            args.id
        )));
    }
    if io::stdin().is_terminal() {
        say("paste the log line, or several of one failure, then end with Enter and Ctrl-D");
    }
    let mut raw = Vec::new();
    io::stdin()
        .lock()
        .take(LINE_BYTES)
        .read_to_end(&mut raw)
        .map_err(|error| Failure::Said(format!("failed to read standard input: {error}")))?;
    let text = skeleton(String::from_utf8_lossy(&raw).trim(), args.program).map_err(|why| {
        Failure::Said(format!("no pattern can be made of what was pasted: {why}"))
    })?;
    match &args.dir {
        None => io::stdout().lock().write_all(text.as_bytes())?,
        Some(dir) => {
            let path = dir.join(format!("{}.yaml", args.id));
            let failed = |error: io::Error| {
                Failure::Library(bundlevet::Error::Report {
                    path: path.clone(),
                    because: error.to_string(),
                })
            };
            fs::create_dir_all(path.parent().unwrap_or(dir)).map_err(failed)?;
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&path)
                .map_err(failed)?;
            file.write_all(text.as_bytes()).map_err(failed)?;
            say(&format!(
                "wrote {}; `bundlevet signatures check {}` says what is still missing",
                path.display(),
                dir.display()
            ));
        }
    }
    Ok(Done::Well)
}
