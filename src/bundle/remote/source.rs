//! An object into bytes at any offset, fetched in blocks.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::StreamExt;
use object_store::path::Path as Key;
use object_store::{Error, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt};

use super::cache::Cache;
use super::failure::failed;
use super::store::runtime;
use crate::bundle::source::{Source, clip};

/// What is fetched at once for a read that stands alone.
const BLOCK: u64 = 256 << 10;
/// How often a body that breaks off is asked for, besides what the client repeats by itself.
const BODIES: usize = 3;

/// An object, as it was when it was opened.
pub(crate) struct RemoteSource {
    store: Arc<dyn ObjectStore>,
    key: Key,
    len: u64,
    /// Tells this state of the object from another; not a weak tag, which cannot be asked for.
    tag: Option<String>,
    state: String,
    modified: i64,
    fetched: Mutex<Fetched>,
}

#[derive(Default)]
struct Fetched {
    cache: Cache,
    bytes: u64,
    /// Why nothing can be read any more: a server that is gone is asked once, not once for each member.
    dead: Option<String>,
}

impl RemoteSource {
    /// Asks for the first block, which says how long the object is: signed URLs allow no other question.
    pub(super) fn open(store: Arc<dyn ObjectStore>, key: Key) -> io::Result<Self> {
        let got = runtime()?.block_on(get(&*store, &key, 0..BLOCK, None));
        let (meta, first) = match got {
            Ok((meta, bytes)) => (meta, Some(bytes)),
            Err(Failure::Store(error)) => match empty(&*store, &key) {
                Some(meta) => (meta, None),
                None => return Err(failed(error)),
            },
            Err(Failure::Short) => return Err(short()),
        };
        let tag = meta.e_tag.clone().filter(|tag| !tag.starts_with("W/"));
        let source = Self {
            store,
            key,
            len: meta.size,
            state: format!(
                "{} {} {}",
                meta.e_tag.as_deref().unwrap_or_default(),
                meta.size,
                meta.last_modified.timestamp()
            ),
            tag,
            modified: meta.last_modified.timestamp(),
            fetched: Mutex::default(),
        };
        if let Some(first) = first {
            source.take(0, &first);
        }
        Ok(source)
    }

    /// What tells this state of the object from another, as far as the server says so.
    pub(crate) fn state(&self) -> &str {
        &self.state
    }

    /// Seconds since the epoch.
    pub(crate) fn modified(&self) -> i64 {
        self.modified
    }

    /// Every change under the lock is whole when it panics, so a poisoned lock still holds good data.
    fn fetched(&self) -> MutexGuard<'_, Fetched> {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn block(&self, number: u64) -> io::Result<Arc<[u8]>> {
        let count = {
            let mut fetched = self.fetched();
            if let Some(bytes) = fetched.cache.used(number) {
                return Ok(bytes);
            }
            if let Some(why) = &fetched.dead {
                return Err(io::Error::other(why.clone()));
            }
            fetched.cache.ahead(number)
        };
        let start = number * BLOCK;
        let end = start.saturating_add(count * BLOCK).min(self.len);
        let tag = self.tag.as_deref();
        let got = runtime()?.block_on(get(&*self.store, &self.key, start..end, tag));
        match got {
            // Not every server minds what tag is asked for.
            Ok((meta, _))
                if meta.size != self.len || self.tag.is_some() && meta.e_tag != self.tag =>
            {
                Err(self.dead("the object was replaced while it was read".to_owned()))
            }
            Ok((_, bytes)) => {
                self.take(start, &bytes);
                bytes
                    .get(..clip(BLOCK, bytes.len()))
                    .map(Arc::from)
                    .ok_or_else(short)
            }
            Err(Failure::Store(error)) => Err(self.dead(failed(error).to_string())),
            Err(Failure::Short) => Err(self.dead(short().to_string())),
        }
    }

    fn dead(&self, why: String) -> io::Error {
        let mut fetched = self.fetched();
        let why = fetched.dead.get_or_insert(why).clone();
        io::Error::other(why)
    }

    /// Keeps what was fetched from `start`, a block's first byte.
    fn take(&self, start: u64, bytes: &[u8]) {
        let mut fetched = self.fetched();
        fetched.bytes += bytes.len() as u64;
        let (end, sum) = (start + bytes.len() as u64, fetched.bytes);
        tracing::debug!(start, end, fetched = sum, of = self.len, "fetched");
        for (chunk, number) in bytes.chunks(clip(BLOCK, usize::MAX)).zip(start / BLOCK..) {
            fetched.cache.keep(number, chunk.into());
        }
    }
}

enum Failure {
    Store(Error),
    Short,
}

fn short() -> io::Error {
    io::Error::other("the server sent less than it was asked for")
}

/// One range. A body that breaks off is asked for again; one that does not end is cut off.
async fn get(
    store: &dyn ObjectStore,
    key: &Key,
    range: std::ops::Range<u64>,
    tag: Option<&str>,
) -> Result<(ObjectMeta, Vec<u8>), Failure> {
    let mut last = Failure::Short;
    for _ in 0..BODIES {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range.clone())),
            // An object that is replaced while it is read gives an error, not a mixture.
            if_match: tag.map(str::to_owned),
            ..GetOptions::default()
        };
        // The client repeats this by itself.
        let got = store.get_opts(key, options).await.map_err(Failure::Store)?;
        let (meta, range) = (got.meta.clone(), got.range.clone());
        let wanted = clip(range.end.saturating_sub(range.start), usize::MAX);
        let mut bytes = Vec::new();
        let mut body = got.into_stream();
        let whole = loop {
            match body.next().await {
                Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
                Some(Err(error)) => {
                    last = Failure::Store(error);
                    break false;
                }
                None => break bytes.len() == wanted,
            }
            if bytes.len() >= wanted {
                bytes.truncate(wanted);
                break true;
            }
        };
        if whole {
            return Ok((meta, bytes));
        }
    }
    Err(last)
}

/// The object, if it is empty: then no range of it can be asked for.
fn empty(store: &dyn ObjectStore, key: &Key) -> Option<ObjectMeta> {
    let meta = runtime().ok()?.block_on(store.head(key)).ok()?;
    (meta.size == 0).then_some(meta)
}

impl Source for RemoteSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.len || buf.is_empty() {
            return Ok(0);
        }
        let block = self.block(offset / BLOCK)?;
        let from = clip(offset % BLOCK, usize::MAX);
        let rest = block.get(from..).unwrap_or_default();
        let n = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        Ok(n)
    }
}
