//! Read errors into sentences that say what was lost.

use std::io;

/// What a reader of ours knows about an error beyond its text.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Loss {
    /// All bytes came out, but they are not the bytes that went in.
    #[error("CRC error")]
    Checksum,
    /// The member holds another number of bytes than it declares.
    #[error("declares {declared} bytes and holds {found}")]
    Size { declared: u64, found: u64 },
    /// A limit was reached.
    #[error("{0}")]
    Limit(String),
    /// The packed bytes end before the member does.
    #[error("cut off")]
    CutOff,
    /// A file changed under our hands.
    #[error("the file became shorter while it was read")]
    Shrunk,
}

impl From<Loss> for io::Error {
    fn from(loss: Loss) -> Self {
        let kind = match loss {
            Loss::CutOff | Loss::Shrunk => io::ErrorKind::UnexpectedEof,
            Loss::Limit(_) => io::ErrorKind::QuotaExceeded,
            Loss::Checksum | Loss::Size { .. } => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, loss)
    }
}

/// The same error once more: readers that failed keep failing.
pub(crate) fn again(error: &io::Error) -> io::Error {
    match error.get_ref().and_then(|e| e.downcast_ref::<Loss>()) {
        Some(loss) => loss.clone().into(),
        None if error.get_ref().is_none() => error.kind().into(),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// Whether a file became shorter while it was read.
pub(crate) fn is_shrunk(error: &io::Error) -> bool {
    let known = error.get_ref().and_then(|e| e.downcast_ref::<Loss>());
    matches!(known, Some(Loss::Shrunk))
}

/// One sentence: what happened after `read` bytes, and what that costs.
pub(crate) fn describe(error: &io::Error, read: u64) -> String {
    let known = error.get_ref().and_then(|e| e.downcast_ref::<Loss>());
    match known {
        Some(Loss::Checksum) => {
            format!("CRC error: all {read} bytes were read, but some of them are wrong")
        }
        Some(loss @ Loss::Size { .. }) => format!("{loss}: all {read} bytes were read"),
        Some(loss) => format!("{loss}: {read} bytes read, the rest is lost"),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            format!("cut off: {read} bytes read, the rest is lost")
        }
        None => format!("{error}: {read} bytes read, the rest is lost"),
    }
}
