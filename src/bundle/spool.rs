//! Standard input into bytes that can be read a second time, as long as they are few.

use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are kept at most.
const MOST: usize = 4 << 20;

/// What is kept of standard input while it is read.
#[derive(Debug, Default)]
pub struct Spool {
    kept: Mutex<Option<Arc<[u8]>>>,
}

impl Spool {
    /// Whether all of it is kept: it can be read again.
    pub fn is_whole(&self) -> bool {
        self.bytes().is_some()
    }

    fn bytes(&self) -> Option<Arc<[u8]>> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What was kept or, the first time, `input`, of which is kept what is read.
    pub(crate) fn read(self: &Arc<Self>, input: impl Read + 'static) -> Box<dyn Read> {
        match self.bytes() {
            Some(bytes) => Box::new(Cursor::new(bytes)),
            None => Box::new(Tee {
                input,
                so_far: Some(Vec::new()),
                spool: Arc::clone(self),
            }),
        }
    }
}

struct Tee<R> {
    input: R,
    /// Nothing once it is too much, or all.
    so_far: Option<Vec<u8>>,
    spool: Arc<Spool>,
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        let bytes = into.get(..read).unwrap_or_default();
        match &mut self.so_far {
            Some(so_far) if so_far.len() + read <= MOST => so_far.extend_from_slice(bytes),
            so_far => *so_far = None,
        }
        if read == 0
            && !into.is_empty()
            && let Some(all) = self.so_far.take()
        {
            let mut kept = self
                .spool
                .kept
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *kept = Some(all.into());
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut from: impl Read) -> Vec<u8> {
        let mut out = Vec::new();
        from.read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn few_bytes_are_read_twice() {
        let spool = Arc::new(Spool::default());
        assert!(!spool.is_whole());
        assert_eq!(all(spool.read(&b"some lines"[..])), b"some lines");
        assert!(spool.is_whole());
        assert_eq!(all(spool.read(&b"others"[..])), b"some lines");
    }

    #[test]
    fn many_are_read_once() {
        let spool = Arc::new(Spool::default());
        let read = all(spool.read(io::repeat(b'x').take(MOST as u64 + 1)));
        assert_eq!(read.len(), MOST + 1);
        assert!(!spool.is_whole());
    }

    #[test]
    fn what_was_left_unread_is_not_whole() {
        let spool = Arc::new(Spool::default());
        let mut few = [0; 3];
        spool.read(&b"some lines"[..]).read_exact(&mut few).unwrap();
        assert!(!spool.is_whole());
    }
}
