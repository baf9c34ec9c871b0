//! The first bytes of anything into what it is. Names are never asked.

/// How many first bytes [`sniff`] wants to see.
pub(crate) const HEAD: usize = 1024;

/// What bytes are, by their magic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A zip, or a piece of one that starts with a member.
    Zip,
    /// A tar header with a correct checksum.
    Tar,
    /// A compressed stream.
    Packed(Packing),
    /// An archive or compression that is not opened; its name.
    Unsupported(&'static str),
    /// Binary data that no reader knows.
    Binary,
    /// Anything else: text as far as anybody can tell.
    Plain,
}

/// Compressed streams that are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Xz,
    Zstd,
    Bzip2,
}

/// Decides from the first [`HEAD`] bytes (fewer where there are no more).
pub(crate) fn sniff(head: &[u8]) -> Format {
    const MAGICS: &[(&[u8], Format)] = &[
        (b"PK\x03\x04", Format::Zip),
        (b"PK\x05\x06", Format::Zip),
        // The marker of a split archive, or of one that was to be split and was not.
        (b"PK\x07\x08PK\x03\x04", Format::Zip),
        (b"PK00PK\x03\x04", Format::Zip),
        (b"\x1f\x8b\x08", Format::Packed(Packing::Gzip)),
        (b"\xfd7zXZ\x00", Format::Packed(Packing::Xz)),
        (b"\x28\xb5\x2f\xfd", Format::Packed(Packing::Zstd)),
        (b"7z\xbc\xaf\x27\x1c", Format::Unsupported("7z")),
        (b"Rar!\x1a\x07", Format::Unsupported("rar")),
        (b"\x04\x22\x4d\x18", Format::Unsupported("lz4")),
        (b"LZIP\x01", Format::Unsupported("lzip")),
        (b"\x1f\x9d", Format::Unsupported("compress (.Z)")),
        (
            b"\x5d\x00\x00\x80\x00\xff\xff\xff",
            Format::Unsupported("lzma"),
        ),
        (
            b"\x5d\x00\x00\x00\x04\xff\xff\xff",
            Format::Unsupported("lzma"),
        ),
        (b"\x7fELF", Format::Binary),
        (b"\x89PNG\r\n", Format::Binary),
        (b"\xff\xd8\xff", Format::Binary),
        (b"LPKSHHRH", Format::Binary), // systemd journal
        (b"SQLite format 3\x00", Format::Binary),
        (b"\xed\xab\xee\xdb", Format::Binary), // rpm
    ];
    for (magic, format) in MAGICS {
        if head.starts_with(magic) {
            return *format;
        }
    }
    if head.starts_with(b"BZh") && head.get(4..10) == Some(b"1AY&SY") {
        return Format::Packed(Packing::Bzip2);
    }
    if is_tar(head) {
        return Format::Tar;
    }
    if super::utf16::order(head).is_none() && looks_binary(head) {
        return Format::Binary;
    }
    Format::Plain
}

/// Whether bytes that begin like this are no text that anybody reads: binary data, or an archive that is not opened.
pub(crate) fn is_opaque(head: &[u8]) -> bool {
    let head = head.get(..HEAD).unwrap_or(head);
    matches!(sniff(head), Format::Binary | Format::Unsupported(_))
}

/// A tar header: not empty, and its checksum is the sum of its bytes.
pub(crate) fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else {
        return false;
    };
    block.first().is_some_and(|&b| b != 0) && tar_checksum_holds(block)
}

/// Whether the checksum field of a 512 byte header is right, signed or unsigned.
pub(crate) fn tar_checksum_holds(block: &[u8]) -> bool {
    let Some(field) = block.get(148..156) else {
        return false;
    };
    let digits = field
        .iter()
        .skip_while(|b| **b == b' ')
        .take_while(|b| (b'0'..=b'7').contains(b));
    let mut declared = 0u32;
    let mut seen = false;
    for digit in digits {
        declared = declared
            .wrapping_mul(8)
            .wrapping_add(u32::from(digit - b'0'));
        seen = true;
    }
    // text has no number there, and most files are text
    if !seen {
        return false;
    }
    let block = block.get(..512).unwrap_or(block);
    let sum = |bytes: &[u8]| bytes.iter().map(|b| u32::from(*b)).sum::<u32>();
    let signs = |bytes: &[u8]| bytes.iter().map(|b| u32::from(*b >> 7)).sum::<u32>();
    // the field itself counts as spaces
    let unsigned = sum(block) - sum(field) + 8 * u32::from(b' ');
    let negative = i64::from(signs(block) - signs(field));
    declared == unsigned || i64::from(declared) == i64::from(unsigned) - 256 * negative
}

/// More control bytes than any log has. NUL alone is not one: a log that survived a crash has runs of them.
fn looks_binary(head: &[u8]) -> bool {
    // without branches, so that many bytes are looked at together
    let is_control = |b: u8| {
        let low = b.wrapping_sub(1) < 7;
        let high = b.wrapping_sub(0x0e) < 18 && b != 0x1b;
        u8::from(low | high | (b == 0x7f))
    };
    let of = |few: &[u8]| few.iter().map(|b| is_control(*b)).sum::<u8>();
    let control: usize = head.chunks(128).map(|few| usize::from(of(few))).sum();
    head.len() >= 32 && control * 10 > head.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magic_decides() {
        assert_eq!(sniff(b"PK\x03\x04...."), Format::Zip);
        assert_eq!(sniff(b"\x1f\x8b\x08\x00"), Format::Packed(Packing::Gzip));
        assert_eq!(sniff(b"BZh91AY&SY"), Format::Packed(Packing::Bzip2));
        assert_eq!(sniff(b"BZh is not a magic"), Format::Plain);
        assert_eq!(sniff(b"PK and then text"), Format::Plain);
        assert_eq!(sniff(b""), Format::Plain);
        assert_eq!(sniff(b"\x7fELF\x02"), Format::Binary);
    }

    #[test]
    fn a_log_with_nul_and_escapes_is_text() {
        let mut log = vec![0u8; 200];
        log.extend_from_slice(b"\x1b[31mlevel=error\x1b[0m msg=\"x\"\r\n");
        assert_eq!(sniff(&log), Format::Plain);
        assert_eq!(sniff(&[1u8; 64]), Format::Binary);
    }

    #[test]
    fn control_bytes_are_those_that_no_log_has() {
        for b in 0..=u8::MAX {
            let control = matches!(b, 0x01..=0x07 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
            assert_eq!(looks_binary(&[b; 300]), control, "{b}");
        }
    }

    #[test]
    fn checksums_hold_signed_and_unsigned() {
        let mut header = tar::Header::new_gnu();
        header.set_path("größe").unwrap();
        header.set_cksum();
        let mut block = *header.as_bytes();
        assert!(tar_checksum_holds(&block));
        // as old programs sum up: bytes are signed
        let field = 148..156;
        let bytes = block.iter().enumerate();
        let signed: i32 = bytes
            .map(|(at, b)| match field.contains(&at) {
                true => i32::from(b' '),
                false => i32::from(b.cast_signed()),
            })
            .sum();
        block[field].copy_from_slice(format!("{signed:06o}\0 ").as_bytes());
        assert!(tar_checksum_holds(&block));
        block[0] ^= 1;
        assert!(!tar_checksum_holds(&block));
    }

    #[test]
    fn a_tar_header_needs_its_checksum() {
        let mut header = tar::Header::new_gnu();
        header.set_path("a/b").unwrap();
        header.set_size(3);
        header.set_cksum();
        assert!(is_tar(header.as_bytes()));
        let mut broken = *header.as_bytes();
        broken[0] ^= 1;
        assert!(!is_tar(&broken));
        assert!(!is_tar(&[0; 512]));
    }
}
