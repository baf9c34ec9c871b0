//! One file of a directory into its bytes: a plain file, one of `/proc`, the end of a long log, what a program prints.

use std::io;
use std::sync::Arc;

use super::{Fate, File};
use crate::bundle::confined;
use crate::bundle::job::Job;
use crate::bundle::leaf::{self, Found};
use crate::bundle::level::Level;
use crate::bundle::live::{self, Made};
use crate::bundle::loss::describe;
use crate::bundle::peek::Peek;
use crate::bundle::sniff::{Format, HEAD, sniff};
use crate::bundle::source::{Cursor, FileSource, Source, read_full};
use crate::bundle::unpack::CHUNK;
use crate::bundle::{EntryKind, Skip, Surroundings, Visit, place, stream};
use crate::error::Problem;

/// Reads one file of a directory; a zip comes back as jobs.
pub(crate) fn read(level: &Level, file: &File, visit: &mut dyn Visit) -> Vec<Job> {
    let found = Found {
        path: file.name.clone(),
        size: Some(file.size),
        packed: Some(file.size),
        modified: file.modified,
    };
    found.announce(level, visit);
    if !matches!(file.fate, Fate::Skip(_)) && level.shared.share.leaves_out(&file.name) {
        found.skip(level, Skip::Irrelevant, visit);
        return Vec::new();
    }
    match &file.fate {
        Fate::Made(made) => read_made(level, made, found, visit),
        Fate::Skip(why) => found.skip(level, *why, visit),
        Fate::Lost(why) => found.lost(why.clone(), visit),
        Fate::Read => match confined::open(&file.path).and_then(FileSource::of) {
            // Some files of /proc can only be written to.
            Err(_) if file.name.starts_with("proc/") => {
                found.skip(level, Skip::Irrelevant, visit);
            }
            // Rotated away, or the pod is gone.
            Err(e) if level.live && e.kind() == io::ErrorKind::NotFound => {
                found.skip(level, Skip::Irrelevant, visit);
            }
            Err(e) => found.lost(format!("{e}: not read"), visit),
            Ok(source) if source.len() == 0 => read_proc(level, file, found, visit),
            Ok(source) => {
                let source: Arc<dyn Source> = Arc::new(source);
                let bytes = latest(level, &found, &source, visit);
                let mut bytes = Peek::new(bytes, CHUNK);
                if sniff(bytes.peek(HEAD)) != Format::Zip {
                    stream::walk(level, found, bytes, visit);
                } else {
                    match level.inside(&found) {
                        Ok(inside) => return vec![Job::zip(inside, found, source)],
                        Err(why) => found.lost(why, visit),
                    }
                }
            }
        },
    }
    Vec::new()
}

/// Files of /proc have no length and content all the same.
fn read_proc(level: &Level, file: &File, found: Found, visit: &mut dyn Visit) {
    let found = Found {
        size: None,
        packed: None,
        ..found
    };
    match confined::open(&file.path) {
        Ok(bytes) => {
            let mut bytes = Peek::new(bytes, HEAD);
            if bytes.peek(1).is_empty() {
                return found.skip(level, Skip::Empty, visit);
            }
            stream::walk(level, found, bytes, visit);
        }
        Err(e) => found.lost(describe(&e, 0), visit),
    }
}

/// The bytes of a file; of a live node's larger log only its end, from the start of a line on.
fn latest(level: &Level, found: &Found, source: &Arc<dyn Source>, visit: &mut dyn Visit) -> Cursor {
    let len = source.len();
    let log = || place(&found.path, &Surroundings::default()).kind == EntryKind::Log;
    match level.shared.log_bytes.filter(|most| len > *most) {
        Some(most) if log() => {
            let mut head = [0; HEAD];
            let read = read_full(&**source, 0, &mut head).unwrap_or(0);
            if sniff(head.get(..read).unwrap_or_default()) != Format::Plain {
                return Cursor::new(Arc::clone(source));
            }
            let start = line_after(&**source, len - most);
            visit.problem(Problem::new(
                found.path.clone(),
                format!("larger than {most} bytes (limit --log-size): read from byte {start} on, lines are counted from there"),
            ));
            Cursor::range(Arc::clone(source), start, len - start)
        }
        _ => Cursor::new(Arc::clone(source)),
    }
}

/// The start of the first line after an offset.
fn line_after(source: &dyn Source, offset: u64) -> u64 {
    let mut window = vec![0; 64 << 10];
    let read = read_full(source, offset, &mut window).unwrap_or(0);
    let feed = memchr::memchr(b'\n', window.get(..read).unwrap_or_default());
    feed.map_or(offset, |at| offset + at as u64 + 1)
}

/// Reads what is no file of a live node.
fn read_made(level: &Level, made: &Made, found: Found, visit: &mut dyn Visit) {
    let cluster = Level {
        node: None,
        ..level.clone()
    };
    let level = if made.cluster { &cluster } else { level };
    let found = Found {
        size: None,
        packed: None,
        ..found
    };
    match &made.from {
        live::Source::Text(text) => {
            stream::walk(level, found, Peek::new(text.as_bytes(), CHUNK), visit);
        }
        live::Source::Ask { port, path } => match live::ask(*port, path) {
            Ok(text) => stream::walk(level, found, Peek::new(text.as_bytes(), CHUNK), visit),
            Err(_) => found.skip(level, Skip::Irrelevant, visit),
        },
        live::Source::Run(program) => run(level, program, found, visit),
    }
}

/// Reads the output of a program. One without output is what it says on standard error: not read, and why.
fn run(level: &Level, program: &live::Program, found: Found, visit: &mut dyn Visit) {
    if !leaf::is_wanted(level, &found, visit) {
        return found.skip(level, Skip::Irrelevant, visit);
    }
    let name = found.path.clone();
    if program.is_given_up() {
        return found.lost(
            "not asked for: an earlier question got no answer in time",
            visit,
        );
    }
    let mut running = match program.start(level.shared.share.deadline()) {
        Ok(running) => running,
        Err(error) => return found.lost(format!("{}: {error}", program.path.display()), visit),
    };
    let mut bytes = Peek::new(&mut running, CHUNK);
    if bytes.peek(1).is_empty() {
        let failure = bytes.failure();
        drop(bytes);
        let said = running.said();
        let well = running.ended_well();
        if running.was_late() {
            program.give_up();
        }
        return match failure {
            Some(error) => found.lost(describe(&error, 0), visit),
            None if live::is_closed(&said) => {
                level.shared.share.closed(&name);
                found.skip(level, Skip::Irrelevant, visit);
            }
            None if !well && !live::is_absent(&said) => found.lost(live::first_line(&said), visit),
            None => found.skip(level, Skip::Empty, visit),
        };
    }
    stream::walk(level, found, bytes, visit);
    if running.was_late() {
        program.give_up();
    }
    if running.was_cut() {
        visit.problem(Problem::new(
            name.clone(),
            "only the newest lines were read (limit journal lines); `--since` chooses others",
        ));
    }
    if live::is_closed(&running.said()) {
        level.shared.share.closed(&name);
    }
}
