//! A line of an object or of configuration into whether it can tell a name at all: nearly none does.

use super::objects::spaces;

/// What lines that tell a name begin with, behind indent, dash and quote: keys, words of configuration, months.
const BEGINS: &[&str] = &[
    "address",
    "apiVersion",
    "domain",
    "externalName",
    "host",
    "image",
    "internalAddress",
    "kubernetes.io/hostname",
    "nodeName",
    "nodeID",
    "requestedHostname",
    "search",
    "serverName",
    "Apr",
    "Aug",
    "Dec",
    "Feb",
    "Hostname",
    "Jan",
    "Jul",
    "Jun",
    "Linux",
    "Mar",
    "May",
    "Nov",
    "Oct",
    "Sep",
    "20",
];

/// The third letters of [`BEGINS`] behind their first two, by the bits of their place in the alphabet; all bits where
/// the word has but two, or a letter is none.
static THIRD: [[u32; 32]; 256] = {
    let mut table = [[0; 32]; 256];
    let mut at = 0;
    while at < BEGINS.len() {
        let word = BEGINS[at].as_bytes();
        let third = if word.len() > 2 {
            1 << (word[2] & 31)
        } else {
            u32::MAX
        };
        table[word[0] as usize][(word[1] & 31) as usize] |= third;
        at += 1;
    }
    table
};

/// Whether a line of no special file could tell a name. Nearly none does, so the look is at its first letters only.
pub(super) fn may_tell(line: &[u8]) -> bool {
    let mut rest = line.get(spaces(line)..).unwrap_or_default();
    while let [
        b'-' | b'"' | b'\'' | b' ' | b'\t' | b'\r' | 0x0c,
        inner @ ..,
    ] = rest
    {
        rest = inner;
    }
    match rest {
        // other kinds of space
        [0x80.. | 0x0b, ..] => true,
        [first, second, third, ..] => {
            let letters = THIRD.get(usize::from(*first));
            let bits = letters.and_then(|letters| letters.get(usize::from(second & 31)));
            bits.is_some_and(|bits| bits >> (third & 31) & 1 == 1)
                && BEGINS.iter().any(|word| rest.starts_with(word.as_bytes()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_are_counted_wherever_they_end() {
        for behind in ["", "x", "x and more", "\tx", "\u{a0}x", "\n        "] {
            for count in 0..40 {
                let line = " ".repeat(count) + behind;
                assert_eq!(spaces(line.as_bytes()), count, "{line:?}");
            }
        }
    }

    #[test]
    fn the_quick_look_leaves_out_no_line_that_tells() {
        for key in [
            "kubernetes.io/hostname",
            "nodeName",
            "nodeID",
            "requestedHostname",
            "hostname",
            "Hostname",
            "address",
            "internalAddress",
            "hostIP",
            "host",
            "externalName",
            "serverName",
            "image",
            "apiVersion",
        ] {
            for line in [
                format!("{key}: x"),
                format!("    {key}: x"),
                format!("\t  - {key}: x"),
                format!("- - \"{key}\": \"x\","),
                format!("\u{a0}'{key}': x"),
            ] {
                assert!(may_tell(line.as_bytes()), "{line}");
            }
        }
        for line in [
            "search acme.dev",
            "  domain acme.dev",
            "Linux zeta-4 5.14",
            "Mar 22 22:07:48 zeta-2 sshd[12]: x",
            " 2025-02-22T01:10:00+0000 zeta-2 kernel: x",
        ] {
            assert!(may_tell(line.as_bytes()), "{line}");
        }
        assert!(!may_tell(b"  name: zeta") && !may_tell(b"") && !may_tell(b"- "));
    }
}
