//! Small archives for seeds.

use std::io::Write;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};

/// A zip of these files, deflated; with `streamed`, sizes stand behind the data.
pub(super) fn zip(files: &[(&str, &[u8])], streamed: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes) in files {
        let mut crc = Crc::new();
        crc.update(bytes);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        let _ = encoder.write_all(bytes);
        let packed = encoder.finish().unwrap_or_default();
        let sizes = [crc.sum(), short(packed.len()), short(bytes.len())].map(u32::to_le_bytes);
        let flags: u16 = if streamed { 8 } else { 0 };
        let mut common = Vec::new();
        common.extend_from_slice(&20u16.to_le_bytes());
        common.extend_from_slice(&flags.to_le_bytes());
        common.extend_from_slice(&8u16.to_le_bytes());
        common.extend_from_slice(&[0, 0, 0x56, 0x5a]);
        let at = short(out.len());
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&common);
        out.extend_from_slice(&if streamed { [0; 12] } else { flat(sizes) });
        out.extend_from_slice(&short(name.len()).to_le_bytes());
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&packed);
        if streamed {
            out.extend_from_slice(b"PK\x07\x08");
            out.extend_from_slice(&flat(sizes));
        }
        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&common);
        directory.extend_from_slice(&flat(sizes));
        directory.extend_from_slice(&short(name.len()).to_le_bytes());
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&at.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let start = short(out.len());
    let count = short(files.len());
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    let count = u16::try_from(count).unwrap_or_default().to_le_bytes();
    out.extend_from_slice(&[count, count].concat());
    out.extend_from_slice(&short(directory.len()).to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

fn flat(parts: [[u8; 4]; 3]) -> [u8; 12] {
    let mut out = [0; 12];
    for (to, from) in out.iter_mut().zip(parts.iter().flatten()) {
        *to = *from;
    }
    out
}

/// A tar of these files.
pub(super) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        let _ = builder.append_data(&mut header, name, *bytes);
    }
    builder.into_inner().unwrap_or_default()
}

/// One gzip member.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// An xz stream.
pub(super) fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(0);
    let Ok(mut writer) = lzma_rust2::XzWriter::new(Vec::new(), options) else {
        return Vec::new();
    };
    let _ = writer.write_all(bytes);
    writer.finish().unwrap_or_default()
}

/// A bzip2 stream.
pub(super) fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// A zstd frame.
pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}
