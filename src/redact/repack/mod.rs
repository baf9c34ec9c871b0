//! A case into a copy of the same shape: every container is opened and packed again around redacted members.
//!
//! The walkers of [`crate::bundle`] say where containers begin and end; for each there is a frame on a stack that takes
//! its members. A member's packed bytes wait in a [`spool`] until their number is known.

mod pump;
mod sink;
mod spool;
mod zip;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;

use super::names::Learned;
use super::stream::{Content, Stream};
use super::tally::{Counts, Mapping};
use super::text::Redactor;
use crate::bundle::{Container, Entry, EntryKind, Member, Skip, Visit};
use crate::error::Problem;
use pump::{Pump, Summed};
use sink::{Out, Sink};
use spool::{Shared, Spool};

/// How a copy is packed.
#[derive(Debug, Clone)]
pub struct PackOptions {
    /// Compression level, 0 to 9.
    pub level: u32,
    /// Whether to keep what stood where.
    pub mapping: bool,
    /// Where members that are too large for memory wait, in files without a name.
    pub scratch: PathBuf,
}

/// What was done to a bundle.
#[derive(Debug, Default)]
pub struct Redacted {
    /// Replaced places by (redacted) path of the entry, where there were any.
    pub entries: BTreeMap<String, Counts>,
    /// Replaced places of all entries.
    pub total: Counts,
    /// Entries that were copied, empty ones among them.
    pub copied: u64,
    /// Expanded bytes that were read.
    pub bytes: u64,
    /// Entries whose bytes were left out, and why.
    pub left_out: BTreeMap<String, String>,
    /// What was wrong with the bundle.
    pub problems: Vec<Problem>,
    /// Names that were learned and stay, because they are common words.
    pub kept: Vec<String>,
    /// Whether there were more names than can be remembered, so that some may have stayed.
    pub overflowed: bool,
    /// What stood where, if it was asked for; no secrets.
    pub mapping: Option<Mapping>,
}

/// Packs what it visits into one copy.
pub struct Repack<'a> {
    redactor: Arc<Redactor>,
    options: PackOptions,
    stack: Vec<Frame<'a>>,
    next: Named,
    stream: Stream,
    done: Redacted,
    failed: Option<io::Error>,
    pump: Pump,
    /// What deflates members, one after the other: making it costs as much as packing a small one.
    packer: Option<DeflateEncoder<Spool>>,
    /// Parts of paths that were redacted; most stand in many paths.
    parts: HashMap<String, String>,
}

/// Parts of paths that are remembered.
const MOST_PARTS: usize = 4_096;

/// The member that stands next.
#[derive(Debug, Clone, Default)]
struct Named {
    /// As reports show it.
    path: String,
    /// The root folder that the path lacks.
    root: Option<String>,
    modified: Option<Timestamp>,
}

/// An open container.
struct Frame<'a> {
    form: Form<'a>,
    /// What the paths of its members begin with.
    prefix: String,
    /// Where the packed container waits for its parent.
    spool: Option<Shared>,
    /// How its parent calls it.
    named: Named,
    names: HashSet<String>,
}

enum Form<'a> {
    Zip(zip::Writer<'a>),
    Tar(Box<::tar::Builder<Box<dyn Sink + 'a>>>),
    /// One thing: the output itself, a compressed stream.
    One(Box<dyn Sink + 'a>),
    /// Its writer went to what it holds.
    Taken,
}

impl<'a> Repack<'a> {
    /// A copy that is written to `out`.
    pub fn new(
        redactor: Arc<Redactor>,
        options: PackOptions,
        out: &'a mut (dyn Write + Send),
    ) -> Self {
        let frame = Frame {
            form: Form::One(Box::new(Out(out))),
            prefix: String::new(),
            spool: None,
            named: Named::default(),
            names: HashSet::new(),
        };
        Self {
            stream: Stream::new(Arc::clone(&redactor), "", Content::Log, options.mapping),
            redactor,
            options,
            stack: vec![frame],
            next: Named::default(),
            done: Redacted::default(),
            failed: None,
            pump: Pump::new(),
            packer: None,
            parts: HashMap::new(),
        }
    }

    /// As [`redacted_path`].
    fn path(&mut self, path: &str) -> String {
        let mut out = String::with_capacity(path.len() + 16);
        for (at, part) in path.split('/').enumerate() {
            if at > 0 {
                out.push('/');
            }
            match self.parts.get(part) {
                Some(known) => out.push_str(known),
                None => {
                    let hidden = self.redactor.text(part);
                    out.push_str(&hidden);
                    if self.parts.len() < MOST_PARTS {
                        self.parts.insert(part.to_owned(), hidden);
                    }
                }
            }
        }
        out
    }

    /// Ends the copy; the report names what was learned and stays.
    pub fn finish(mut self, learned: &Learned) -> io::Result<Redacted> {
        self.done.kept = learned.kept.iter().cloned().collect();
        self.done.overflowed = learned.overflowed;
        while !self.stack.is_empty() {
            self.close();
        }
        match self.failed {
            Some(error) => Err(error),
            None => {
                self.done.mapping = self.stream.tally().mapping.take();
                self.done.problems.sort();
                Ok(self.done)
            }
        }
    }

    /// Whether a writer failed: then nothing more is worth doing.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    fn attempt(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.failed.get_or_insert(error);
        }
    }

    fn try_open(&mut self, container: Container) -> io::Result<()> {
        let named = std::mem::take(&mut self.next);
        // what a stream holds has the stream's name
        self.next = named.clone();
        let nested = self
            .stack
            .iter()
            .any(|frame| matches!(frame.form, Form::Zip(_) | Form::Tar(_)));
        let prefix = if nested {
            format!("{}/", named.path)
        } else {
            String::new()
        };
        let Some(top) = self.stack.last_mut() else {
            return Ok(());
        };
        let (sink, spool): (Box<dyn Sink + 'a>, _) = match &mut top.form {
            form @ Form::One(_) => match std::mem::replace(form, Form::Taken) {
                Form::One(sink) => (sink, None),
                _ => return Ok(()),
            },
            _ => {
                let spool = Shared::new(&self.options.scratch);
                (Box::new(spool.clone()), Some(spool))
            }
        };
        let level = self.options.level;
        let form = match container {
            Container::Zip => Form::Zip(zip::Writer::new(sink)),
            Container::Tar => Form::Tar(Box::new(::tar::Builder::new(sink))),
            Container::Folder => Form::Tar(Box::new(::tar::Builder::new(sink::gzip(sink, level)))),
            Container::Gzip => Form::One(sink::gzip(sink, level)),
            Container::Xz => Form::One(sink::xz(sink, level)?),
            Container::Zstd => Form::One(sink::zstd(sink)),
            Container::Bzip2 => Form::One(sink::bzip2(sink, level)),
        };
        self.stack.push(Frame {
            form,
            prefix,
            spool,
            named,
            names: HashSet::new(),
        });
        Ok(())
    }

    fn try_close(&mut self) -> io::Result<()> {
        let Some(frame) = self.stack.pop() else {
            return Ok(());
        };
        match frame.form {
            Form::Zip(writer) => writer.finish()?,
            Form::Tar(builder) => builder.into_inner()?.finish()?,
            Form::One(sink) => sink.finish()?,
            Form::Taken => {}
        }
        match frame.spool {
            Some(spool) => self.add(&frame.named, Packed::Whole, &mut spool.lock()),
            None => Ok(()),
        }
    }

    /// Puts a member whose bytes the spool holds into the container on top.
    fn add(&mut self, named: &Named, packed: Packed, spool: &mut Spool) -> io::Result<()> {
        let folder = matches!(packed, Packed::Folder);
        let Some(name) = self.name(named, folder) else {
            return Ok(());
        };
        let Some(top) = self.stack.last_mut() else {
            return Ok(());
        };
        match &mut top.form {
            Form::Zip(writer) => {
                let (deflated, crc, size) = match packed {
                    Packed::Deflated { crc, size } => (true, crc, size),
                    Packed::Whole | Packed::Folder => (false, spool.checksum()?, spool.len()),
                };
                let member = zip::Member {
                    name: &name,
                    modified: named.modified,
                    deflated,
                    crc,
                    size,
                };
                writer.add(&member, spool)
            }
            Form::Tar(builder) => {
                let mut header = ::tar::Header::new_gnu();
                header.set_size(spool.len());
                header.set_mode(if folder { 0o755 } else { 0o644 });
                let seconds = named.modified.map_or(0, Timestamp::as_second);
                header.set_mtime(u64::try_from(seconds).unwrap_or(0));
                header.set_entry_type(if folder {
                    ::tar::EntryType::Directory
                } else {
                    ::tar::EntryType::Regular
                });
                spool.read_by(|bytes| builder.append_data(&mut header, &name, bytes))
            }
            Form::One(sink) => spool.give(sink),
            Form::Taken => Ok(()),
        }
    }

    /// The redacted name of a member in the container on top; nothing for one that it has already.
    fn name(&mut self, named: &Named, folder: bool) -> Option<String> {
        let top = self.stack.last()?;
        let inside = named.path.strip_prefix(&top.prefix).unwrap_or(&named.path);
        let whole = match &named.root {
            Some(root) if root == inside => root.clone(),
            Some(root) => format!("{root}/{inside}"),
            None => inside.to_owned(),
        };
        let mut name = self.path(&whole);
        let top = self.stack.last_mut()?;
        if folder {
            name.push('/');
            return top.names.insert(name.clone()).then_some(name);
        }
        let mut unique = name.clone();
        let mut n = 2;
        while !top.names.insert(unique.clone()) {
            unique = format!("{name}-{n}");
            n += 1;
        }
        Some(unique)
    }

    /// Redacts and writes an entry's bytes.
    fn try_entry(&mut self, entry: &Entry, bytes: &mut dyn Read) -> io::Result<()> {
        let named = self.next.clone();
        let content = if entry.kind == EntryKind::Log {
            Content::Log
        } else {
            Content::Other
        };
        self.stream.begin(&entry.path, content);
        let (pump, stream) = (&mut self.pump, &mut self.stream);
        let mut spool = Spool::new(&self.options.scratch);
        let packed = match self.stack.last_mut().map(|frame| &mut frame.form) {
            Some(Form::Zip(_)) => {
                let level = Compression::new(self.options.level);
                // one that failed is not taken again, as nothing is after a failure
                let packer = match self.packer.take() {
                    Some(packer) => packer,
                    None => DeflateEncoder::new(Spool::new(&self.options.scratch), level),
                };
                let mut deflate = Summed::new(packer);
                pump.run(bytes, stream, &mut deflate)?;
                let (crc, size) = (deflate.crc.clone().finalize(), deflate.size);
                // ends what was begun and gives it back
                spool = deflate.inner.reset(Spool::new(&self.options.scratch))?;
                self.packer = Some(deflate.inner);
                Packed::Deflated { crc, size }
            }
            Some(Form::Tar(_)) => {
                pump.run(bytes, stream, &mut spool)?;
                Packed::Whole
            }
            Some(Form::One(sink)) => {
                pump.run(bytes, stream, sink)?;
                Packed::Whole
            }
            Some(Form::Taken) | None => Packed::Whole,
        };
        self.done.bytes += self.pump.read;
        self.note(&entry.path);
        if self.pump.opaque {
            self.leave_out(&entry.path, "binary data that cannot be redacted");
        } else {
            self.done.copied += 1;
        }
        self.add(&named, packed, &mut spool)
    }

    /// Books what was replaced in an entry.
    fn note(&mut self, path: &str) {
        let counts = std::mem::take(&mut self.stream.tally().counts);
        if counts.all() > 0 {
            self.done.total.add(&counts);
            let path = self.path(path);
            self.done.entries.entry(path).or_default().add(&counts);
        }
    }

    fn leave_out(&mut self, path: &str, why: &str) {
        let path = redacted_path(&self.redactor, path);
        self.done.left_out.insert(path, why.to_owned());
    }
}

/// How a member's bytes stand in the spool.
enum Packed {
    /// As they are: text for a tar, an archive for a zip.
    Whole,
    /// A directory: none.
    Folder,
    Deflated {
        crc: u32,
        size: u64,
    },
}

/// A path with every part redacted by itself.
pub(crate) fn redacted_path(redactor: &Redactor, path: &str) -> String {
    let parts: Vec<String> = path.split('/').map(|part| redactor.text(part)).collect();
    parts.join("/")
}

impl Visit for Repack<'_> {
    fn wants(&mut self, entry: &Entry) -> bool {
        entry.kind != EntryKind::Skipped(Skip::Binary)
    }

    fn member(&mut self, member: &Member<'_>) {
        self.next = Named {
            path: member.path.to_owned(),
            root: member.root.map(str::to_owned),
            modified: member.modified,
        };
    }

    fn open(&mut self, container: Container) {
        let result = self.try_open(container);
        self.attempt(result);
    }

    fn close(&mut self) {
        let result = self.try_close();
        self.attempt(result);
    }

    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
        if self.failed.is_none() {
            let result = self.try_entry(&entry, bytes);
            self.attempt(result);
        }
    }

    fn skip(&mut self, entry: Entry) {
        let packed = match entry.kind {
            EntryKind::Skipped(Skip::Link) => {
                return self.leave_out(&entry.path, "a link");
            }
            EntryKind::Skipped(Skip::Directory) => Packed::Folder,
            EntryKind::Skipped(Skip::Empty) => {
                self.done.copied += 1;
                Packed::Whole
            }
            _ => {
                self.leave_out(&entry.path, "binary data that cannot be redacted");
                Packed::Whole
            }
        };
        let named = self.next.clone();
        let mut nothing = Spool::new(&self.options.scratch);
        let result = self.add(&named, packed, &mut nothing);
        self.attempt(result);
    }

    fn problem(&mut self, problem: Problem) {
        let entry = redacted_path(&self.redactor, &problem.entry);
        let error = self.redactor.text(&problem.error);
        self.done.problems.push(Problem::new(entry, error));
    }
}

/// The name of a file under its pseudonym, without the folders around it.
pub fn file_name(redactor: &Redactor, path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy());
    redactor.text(&name.unwrap_or_default())
}

/// The folder that a file stands in, for its scratch files.
pub fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}
