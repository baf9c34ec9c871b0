//! A zip, member after member, with the sizes in front so that it can be read as a stream, too.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::sink::Sink;
use super::spool::Spool;

/// What is written of a member.
pub(super) struct Member<'m> {
    pub(super) name: &'m str,
    pub(super) modified: Option<Timestamp>,
    /// Deflated, or stored as it is.
    pub(super) deflated: bool,
    pub(super) crc: u32,
    /// Expanded bytes.
    pub(super) size: u64,
}

/// Writes members and, at the end, the directory.
pub(super) struct Writer<'a> {
    out: Box<dyn Sink + 'a>,
    at: u64,
    members: u64,
    directory: Vec<u8>,
}

const U32: u64 = u32::MAX as u64;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// Made on Unix.
const MADE_BY: u16 = 3 << 8 | 45;

impl<'a> Writer<'a> {
    pub(super) fn new(out: Box<dyn Sink + 'a>) -> Self {
        Self {
            out,
            at: 0,
            members: 0,
            directory: Vec::new(),
        }
    }

    /// A member whose packed bytes the spool holds.
    pub(super) fn add(&mut self, member: &Member<'_>, packed: &mut Spool) -> io::Result<()> {
        let packed_size = packed.len();
        let wide = member.size >= U32 || packed_size >= U32;
        let method: u16 = if member.deflated { 8 } else { 0 };
        let (date, time) = dos(member.modified);
        let name = member.name.as_bytes();
        let name_len = u16::try_from(name.len())
            .map_err(|_| io::Error::other("a name of more than 65535 bytes"))?;
        let stamp = stamp(member.modified);

        let mut local = b"PK\x03\x04".to_vec();
        let mut extra = stamp.clone();
        if wide {
            extra.extend_from_slice(&[1, 0, 16, 0]);
            extra.extend_from_slice(&member.size.to_le_bytes());
            extra.extend_from_slice(&packed_size.to_le_bytes());
        }
        shorts(
            &mut local,
            &[if wide { 45 } else { 20 }, FLAGS, method, time, date],
        );
        longs(
            &mut local,
            &[
                member.crc,
                narrow(packed_size, wide),
                narrow(member.size, wide),
            ],
        );
        shorts(&mut local, &[name_len, extra.len() as u16]);
        local.extend_from_slice(name);
        local.extend_from_slice(&extra);
        self.out.write_all(&local)?;
        packed.give(&mut *self.out)?;

        let far = self.at >= U32;
        let mut extra = stamp;
        if wide || far {
            let mut fields = Vec::new();
            if wide {
                fields.extend_from_slice(&member.size.to_le_bytes());
                fields.extend_from_slice(&packed_size.to_le_bytes());
            }
            if far {
                fields.extend_from_slice(&self.at.to_le_bytes());
            }
            shorts(&mut extra, &[1, fields.len() as u16]);
            extra.extend_from_slice(&fields);
        }
        let record = &mut self.directory;
        record.extend_from_slice(b"PK\x01\x02");
        shorts(
            record,
            &[
                MADE_BY,
                if wide || far { 45 } else { 20 },
                FLAGS,
                method,
                time,
                date,
            ],
        );
        longs(
            record,
            &[
                member.crc,
                narrow(packed_size, wide),
                narrow(member.size, wide),
            ],
        );
        shorts(record, &[name_len, extra.len() as u16, 0, 0, 0]);
        let mode: u32 = if member.name.ends_with('/') {
            0o040_755
        } else {
            0o100_644
        };
        longs(record, &[mode << 16, narrow(self.at, far)]);
        record.extend_from_slice(name);
        record.extend_from_slice(&extra);

        self.at += local.len() as u64 + packed_size;
        self.members += 1;
        Ok(())
    }

    /// Writes the directory and ends everything around.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let (start, size, members) = (self.at, self.directory.len() as u64, self.members);
        let mut end = std::mem::take(&mut self.directory);
        let wide = start >= U32 || size >= U32 || members >= 0xffff;
        if wide {
            let at = start + size;
            end.extend_from_slice(b"PK\x06\x06");
            end.extend_from_slice(&44u64.to_le_bytes());
            shorts(&mut end, &[MADE_BY, 45]);
            longs(&mut end, &[0, 0]);
            for field in [members, members, size, start] {
                end.extend_from_slice(&field.to_le_bytes());
            }
            end.extend_from_slice(b"PK\x06\x07\0\0\0\0");
            end.extend_from_slice(&at.to_le_bytes());
            longs(&mut end, &[1]);
        }
        end.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        let count = if wide { 0xffff } else { members as u16 };
        shorts(&mut end, &[count, count]);
        longs(&mut end, &[narrow(size, wide), narrow(start, wide)]);
        shorts(&mut end, &[0]);
        self.out.write_all(&end)?;
        self.out.finish()
    }
}

fn shorts(out: &mut Vec<u8>, fields: &[u16]) {
    for field in fields {
        out.extend_from_slice(&field.to_le_bytes());
    }
}

fn longs(out: &mut Vec<u8>, fields: &[u32]) {
    for field in fields {
        out.extend_from_slice(&field.to_le_bytes());
    }
}

/// The field of 32 bits, all ones where the real one stands elsewhere.
fn narrow(value: u64, elsewhere: bool) -> u32 {
    if elsewhere {
        u32::MAX
    } else {
        u32::try_from(value).unwrap_or(u32::MAX)
    }
}

/// Date and time of DOS, in UTC, two seconds fine.
fn dos(time: Option<Timestamp>) -> (u16, u16) {
    let civil = time
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(TimeZone::UTC)
        .datetime();
    let year = u16::try_from(civil.year())
        .unwrap_or(1980)
        .clamp(1980, 2107)
        - 1980;
    let two = |n: i8| u16::try_from(n).unwrap_or(0);
    (
        year << 9 | two(civil.month()) << 5 | two(civil.day()),
        two(civil.hour()) << 11 | two(civil.minute()) << 5 | two(civil.second() / 2),
    )
}

/// The extra field with the time in seconds of UTC.
fn stamp(time: Option<Timestamp>) -> Vec<u8> {
    let Some(seconds) = time.and_then(|time| i32::try_from(time.as_second()).ok()) else {
        return Vec::new();
    };
    let mut out = vec![0x55, 0x54, 5, 0, 1];
    out.extend_from_slice(&seconds.to_le_bytes());
    out
}
