//! Packs real archives in memory: zips with every trait that occurs, tars, compressed streams.
//!
//! The zip writer is written out here, byte by byte, because the tests need archives that no
//! library agrees to write: lying sizes, overlaps, names twice, descriptors on stored members.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use std::io::Write;

use flate2::{Compression, Crc};

/// One member of a zip to be.
#[derive(Clone)]
pub struct Member {
    pub name: String,
    pub data: Vec<u8>,
    /// Stored instead of deflated.
    pub stored: bool,
    /// Sizes and checksum in a descriptor behind the data.
    pub descriptor: bool,
    /// zip64 fields although nothing is that large.
    pub wide: bool,
    pub encrypted: bool,
    /// Unix mode; a link has 0o120777.
    pub mode: u32,
    /// What directory and header say instead of the truth.
    pub method: Option<u16>,
    pub crc: Option<u32>,
    pub size: Option<u64>,
    /// Which earlier member's data this one points at.
    pub same_as: Option<usize>,
    /// Seconds of UTC in an extended timestamp.
    pub modified: Option<i32>,
}

/// A deflated member.
pub fn member(name: &str, data: impl AsRef<[u8]>) -> Member {
    Member {
        name: name.into(),
        data: data.as_ref().to_vec(),
        stored: false,
        descriptor: false,
        wide: false,
        encrypted: false,
        mode: 0o100_644,
        method: None,
        crc: None,
        size: None,
        same_as: None,
        modified: None,
    }
}

/// A stored member.
pub fn stored(name: &str, data: impl AsRef<[u8]>) -> Member {
    Member {
        stored: true,
        ..member(name, data)
    }
}

/// A directory entry.
pub fn folder(name: &str) -> Member {
    Member {
        stored: true,
        mode: 0o040_755,
        ..member(name, "")
    }
}

impl Member {
    pub fn descriptor(self) -> Member {
        Member {
            descriptor: true,
            ..self
        }
    }

    fn packed(&self) -> Vec<u8> {
        if self.stored {
            self.data.clone()
        } else {
            deflate(&self.data)
        }
    }
}

/// Raw deflate.
pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::DeflateEncoder::new(Vec::new(), Compression::new(6));
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

fn crc(data: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(data);
    crc.sum()
}

/// A zip of these members, with a directory.
pub fn zip(members: &[Member]) -> Vec<u8> {
    let (mut out, records) = local_part(members);
    let start = out.len();
    for record in &records {
        out.extend_from_slice(record);
    }
    let size = out.len() - start;
    let many = members.len() >= 0xffff || members.iter().any(|m| m.wide);
    if many {
        let at = out.len() as u64;
        out.extend_from_slice(b"PK\x06\x06");
        out.extend_from_slice(&44u64.to_le_bytes());
        out.extend_from_slice(&[45, 3, 45, 0]);
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&(members.len() as u64).to_le_bytes());
        out.extend_from_slice(&(members.len() as u64).to_le_bytes());
        out.extend_from_slice(&(size as u64).to_le_bytes());
        out.extend_from_slice(&(start as u64).to_le_bytes());
        out.extend_from_slice(b"PK\x06\x07\0\0\0\0");
        out.extend_from_slice(&at.to_le_bytes());
        out.extend_from_slice(&1u32.to_le_bytes());
    }
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    let count = if many { 0xffff } else { members.len() as u16 };
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    let (size, start) = if many {
        (u32::MAX, u32::MAX)
    } else {
        (size as u32, start as u32)
    };
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

/// The members without a directory, and the records that a directory would have.
pub fn local_part(members: &[Member]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut out = Vec::new();
    let mut records = Vec::new();
    let mut offsets: Vec<u32> = Vec::new();
    for m in members {
        let packed = m.packed();
        let size = m.size.unwrap_or(m.data.len() as u64);
        let crc = m.crc.unwrap_or_else(|| crc(&m.data));
        let method = m.method.unwrap_or(if m.stored { 0 } else { 8 });
        let flags = u16::from(m.encrypted) | u16::from(m.descriptor) << 3;
        let at = match m.same_as {
            Some(ix) => offsets[ix],
            None => out.len() as u32,
        };
        offsets.push(at);
        let mut extra = Vec::new();
        if let Some(seconds) = m.modified {
            extra.extend_from_slice(&[0x55, 0x54, 5, 0, 1]);
            extra.extend_from_slice(&seconds.to_le_bytes());
        }
        let sizes = |described: bool| -> (u32, u32, u32, Vec<u8>) {
            let mut extra = extra.clone();
            if described {
                return (0, 0, 0, extra);
            }
            if m.wide {
                extra.extend_from_slice(&[1, 0, 16, 0]);
                extra.extend_from_slice(&size.to_le_bytes());
                extra.extend_from_slice(&(packed.len() as u64).to_le_bytes());
                return (crc, u32::MAX, u32::MAX, extra);
            }
            (crc, packed.len() as u32, size as u32, extra)
        };
        if m.same_as.is_none() {
            let (crc, packed_size, size_field, extra) = sizes(m.descriptor);
            out.extend_from_slice(b"PK\x03\x04");
            for field in [20, flags, method, 0, 0x21] {
                out.extend_from_slice(&field.to_le_bytes());
            }
            for field in [crc, packed_size, size_field] {
                out.extend_from_slice(&field.to_le_bytes());
            }
            out.extend_from_slice(&(m.name.len() as u16).to_le_bytes());
            out.extend_from_slice(&(extra.len() as u16).to_le_bytes());
            out.extend_from_slice(m.name.as_bytes());
            out.extend_from_slice(&extra);
            out.extend_from_slice(&packed);
            if m.descriptor {
                out.extend_from_slice(b"PK\x07\x08");
                for field in [crc_of(m), packed.len() as u32, size as u32] {
                    out.extend_from_slice(&field.to_le_bytes());
                }
            }
        }
        let (crc, packed_size, size_field, extra) = sizes(false);
        let mut record = b"PK\x01\x02".to_vec();
        for field in [20 | 3 << 8, 20, flags, method, 0, 0x21] {
            record.extend_from_slice(&field.to_le_bytes());
        }
        for field in [crc, packed_size, size_field] {
            record.extend_from_slice(&field.to_le_bytes());
        }
        for field in [m.name.len() as u16, extra.len() as u16, 0, 0, 0] {
            record.extend_from_slice(&field.to_le_bytes());
        }
        record.extend_from_slice(&(m.mode << 16).to_le_bytes());
        record.extend_from_slice(&at.to_le_bytes());
        record.extend_from_slice(m.name.as_bytes());
        record.extend_from_slice(&extra);
        records.push(record);
    }
    (out, records)
}

fn crc_of(m: &Member) -> u32 {
    m.crc.unwrap_or_else(|| crc(&m.data))
}

/// A GNU tar of these files; a name that ends in a slash is a directory.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, data) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mtime(1_700_000_000);
        header.set_mode(0o644);
        if name.ends_with('/') {
            header.set_entry_type(tar::EntryType::Directory);
        }
        tar.append_data(&mut header, name, *data).unwrap();
    }
    tar.into_inner().unwrap()
}

/// One tar member with a name that the library would refuse.
pub fn raw_tar_member(name: &str, kind: tar::EntryType, link: &str, data: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_size(data.len() as u64);
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_cksum();
    let mut out = header.as_bytes().to_vec();
    out.extend_from_slice(data);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

/// One gzip member.
pub fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), Compression::new(6));
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

/// An xz stream.
pub fn xz(data: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut out = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

/// A bzip2 stream.
pub fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

/// A zstd frame.
pub fn zstd(data: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Text that does not compress to nothing: numbered lines.
pub fn lines(n: usize) -> Vec<u8> {
    let mut seed = 7u64;
    let mut out = Vec::new();
    for i in 0..n {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        writeln!(out, "line {i} level=info id={seed:016x}").unwrap();
    }
    out
}

/// Text as Windows tools write it: UTF-16 with its mark.
pub fn utf16(text: &str) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}
