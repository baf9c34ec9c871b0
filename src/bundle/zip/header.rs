//! What a zip says of a member: the header before its data, and what that shares with the directory.

use std::io;

use crate::bundle::name::text;
use crate::bundle::source::{Source, read_full};

/// `PK\x03\x04`.
pub(super) const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Bytes of a local header before the name.
pub(super) const FIXED: usize = 30;

pub(super) const STORED: u16 = 0;
pub(super) const DEFLATED: u16 = 8;

/// The name of a method that is not opened, for messages.
pub(super) fn method_name(method: u16) -> String {
    match method {
        9 => "deflate64".into(),
        12 => "bzip2".into(),
        14 => "lzma".into(),
        93 => "zstd".into(),
        95 => "xz".into(),
        n => n.to_string(),
    }
}

/// What a local header says. Sizes and checksum are zero where `streamed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Local {
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) name_len: usize,
    pub(super) extra_len: usize,
    dos_time: u16,
    dos_date: u16,
    pub(super) name: String,
    pub(super) modified: Option<jiff::Timestamp>,
}

impl Local {
    /// The fixed part; nothing where the signature is another.
    pub(super) fn fixed(bytes: &[u8]) -> Option<Local> {
        if !bytes.starts_with(&LOCAL) {
            return None;
        }
        Some(Local {
            flags: u16_at(bytes, 6)?,
            method: u16_at(bytes, 8)?,
            dos_time: u16_at(bytes, 10)?,
            dos_date: u16_at(bytes, 12)?,
            crc: u32_at(bytes, 14)?,
            packed: u32_at(bytes, 18)?.into(),
            size: u32_at(bytes, 22)?.into(),
            name_len: u16_at(bytes, 26)?.into(),
            extra_len: u16_at(bytes, 28)?.into(),
            name: String::new(),
            modified: None,
        })
    }

    /// Adds what name and extra fields say.
    pub(super) fn with_variable(mut self, name: &[u8], extra: &[u8]) -> Local {
        self.name = text(name);
        self.modified = modified(self.dos_date, self.dos_time, extra);
        let mut wide = [&mut self.size, &mut self.packed];
        widen(extra, &mut wide);
        self
    }

    /// Whether sizes and checksum follow the data instead of standing in the header.
    pub(super) fn streamed(&self) -> bool {
        self.flags & 8 != 0
    }

    /// Whether the data are encrypted.
    pub(super) fn encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Whether this can be a header at all, for scans through damaged archives.
    pub(super) fn plausible(bytes: &[u8]) -> bool {
        Local::fixed(bytes).is_some_and(|local| {
            let version = bytes.get(4).copied().unwrap_or(u8::MAX);
            version <= 63
                && local.name_len > 0
                && local.name_len <= 4096
                && matches!(local.method, 0 | 1..=10 | 12 | 14 | 93..=99)
        })
    }
}

/// Where the data of the member at `at` start; nothing where no member is.
pub(super) fn data_start(source: &dyn Source, at: u64) -> io::Result<Option<u64>> {
    let mut fixed = [0u8; FIXED];
    if read_full(source, at, &mut fixed)? < FIXED {
        return Ok(None);
    }
    Ok(Local::fixed(&fixed).map(|local| {
        let header = (FIXED + local.name_len + local.extra_len) as u64;
        at.saturating_add(header)
    }))
}

/// When a member was changed: seconds of UTC from an extra field, else the DOS time, which has no
/// zone and is taken as UTC.
pub(super) fn modified(date: u16, time: u16, extra: &[u8]) -> Option<jiff::Timestamp> {
    let exact = Extras(extra).find_map(|(id, data)| match (id, data) {
        (0x5455, [flags, a, b, c, d, ..]) if flags & 1 == 1 => {
            let seconds = i32::from_le_bytes([*a, *b, *c, *d]);
            jiff::Timestamp::from_second(seconds.into()).ok()
        }
        _ => None,
    });
    exact.or_else(|| dos_time(date, time))
}

/// Takes from the zip64 field those of the values (in the field's order) that did not fit in 32 bits.
pub(super) fn widen(extra: &[u8], values: &mut [&mut u64]) {
    let Some((_, data)) = Extras(extra).find(|(id, _)| *id == 1) else {
        return;
    };
    let mut wide = data.chunks_exact(8);
    for value in values {
        if **value == u64::from(u32::MAX)
            && let Some(bytes) = wide.next()
        {
            **value = bytes.try_into().map_or(0, u64::from_le_bytes);
        }
    }
}

/// The number of two bytes at `at`.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

/// The number of four bytes at `at`.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// The number of eight bytes at `at`.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

fn dos_time(date: u16, time: u16) -> Option<jiff::Timestamp> {
    let small = |n: u16| i8::try_from(n).ok();
    let civil = jiff::civil::DateTime::new(
        i16::try_from((date >> 9) + 1980).ok()?,
        small((date >> 5) & 15)?,
        small(date & 31)?,
        small(time >> 11)?,
        small((time >> 5) & 63)?,
        small((time & 31) * 2)?,
        0,
    )
    .ok()?;
    Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

/// The extra fields: identifier and data.
struct Extras<'a>(&'a [u8]);

impl<'a> Iterator for Extras<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let [id0, id1, len0, len1, rest @ ..] = self.0 else {
            return None;
        };
        let len = usize::from(u16::from_le_bytes([*len0, *len1]));
        let data = rest.get(..len)?;
        self.0 = rest.get(len..)?;
        Some((u16::from_le_bytes([*id0, *id1]), data))
    }
}
