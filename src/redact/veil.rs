//! A visitor that sees a case only through a redactor: what it makes of it cannot give anything away.

use std::io::Read;
use std::sync::Arc;

use super::repack::redacted_path;
use super::stream::{Content, Redacting, Stream};
use super::text::Redactor;
use crate::bundle::{Archived, Entry, EntryKind, Origin, Visit};
use crate::error::Problem;

/// Passes everything on, redacted where there is a redactor.
pub struct Veil<V> {
    inner: V,
    veil: Option<(Arc<Redactor>, Stream)>,
}

impl<V> Veil<V> {
    /// In front of a visitor.
    pub fn new(inner: V, redactor: Option<&Arc<Redactor>>) -> Self {
        let veil = redactor.map(|redactor| {
            let stream = Stream::new(Arc::clone(redactor), "", Content::Log, false);
            (Arc::clone(redactor), stream)
        });
        Self { inner, veil }
    }

    /// The visitor.
    pub fn into_inner(self) -> V {
        self.inner
    }

    /// The visitor.
    pub fn inner_mut(&mut self) -> &mut V {
        &mut self.inner
    }

    /// A problem, its path and its words redacted.
    pub fn problem_seen(&self, problem: Problem) -> Problem {
        match &self.veil {
            Some((redactor, _)) => Problem::new(
                redacted_path(redactor, &problem.entry),
                redactor.text(&problem.error),
            ),
            None => problem,
        }
    }

    fn seen(&self, entry: Entry) -> Entry {
        let Some((redactor, _)) = &self.veil else {
            return entry;
        };
        let name = |name: Option<Arc<str>>| name.map(|name| Arc::from(redactor.text(&name)));
        Entry {
            path: redacted_path(redactor, &entry.path),
            origin: Origin {
                node: name(entry.origin.node),
                namespace: name(entry.origin.namespace),
                pod: name(entry.origin.pod),
                container: name(entry.origin.container),
                unit: name(entry.origin.unit),
                ..entry.origin
            },
            ..entry
        }
    }
}

impl<V: Visit> Visit for Veil<V> {
    fn wants(&mut self, entry: &Entry) -> bool {
        match self.veil {
            Some(_) => {
                let seen = self.seen(entry.clone());
                self.inner.wants(&seen)
            }
            None => self.inner.wants(entry),
        }
    }

    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
        let (path, kind) = (entry.path.clone(), entry.kind);
        let seen = self.seen(entry);
        match &mut self.veil {
            Some((_, stream)) => {
                let log = kind == EntryKind::Log;
                stream.begin(&path, if log { Content::Log } else { Content::Other });
                self.inner.entry(seen, &mut Redacting::new(bytes, stream));
            }
            None => self.inner.entry(seen, bytes),
        }
    }

    fn skip(&mut self, entry: Entry) {
        let seen = self.seen(entry);
        self.inner.skip(seen);
    }

    fn problem(&mut self, problem: Problem) {
        let seen = self.problem_seen(problem);
        self.inner.problem(seen);
    }

    fn archive(&mut self, archive: Archived) {
        let path = match &self.veil {
            Some((redactor, _)) => redacted_path(redactor, &archive.path),
            None => archive.path,
        };
        self.inner.archive(Archived { path, ..archive });
    }
}
