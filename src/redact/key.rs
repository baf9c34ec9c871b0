//! The key that pseudonyms depend on, and the keyed hash (SipHash-2-4) that makes them.
//!
//! Without the key a pseudonym says nothing of its name, and a list of likely names cannot be tried against it.

use std::fs::File;
use std::io::{self, Read};

/// 128 bits. The same key gives the same pseudonyms in every bundle.
#[derive(Clone)]
pub struct Key {
    k0: u64,
    k1: u64,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// A key that nobody knows and nobody can find out again.
    pub fn random() -> io::Result<Self> {
        let mut bytes = [0u8; 16];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(Self::from_bytes(bytes))
    }

    /// The key of a text. As good as the text is hard to guess.
    pub fn from_text(text: &str) -> Self {
        let fixed = |n: u64| Self { k0: n, k1: !n };
        Self {
            k0: fixed(0x6275_6e64_6c65_7665).sip(text.as_bytes()),
            k1: fixed(0x7420_7265_6461_6374).sip(text.as_bytes()),
        }
    }

    fn from_bytes(bytes: [u8; 16]) -> Self {
        let all = u128::from_le_bytes(bytes);
        #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
        Self {
            k0: all as u64,
            k1: (all >> 64) as u64,
        }
    }

    /// The keyed hash of bytes; `what` keeps uses apart.
    pub(crate) fn hash(&self, what: u8, bytes: &[u8]) -> u64 {
        let apart = Self {
            k0: self.k0 ^ u64::from(what).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            k1: self.k1,
        };
        apart.sip(bytes)
    }

    fn sip(&self, bytes: &[u8]) -> u64 {
        let mut v = [
            self.k0 ^ 0x736f_6d65_7073_6575,
            self.k1 ^ 0x646f_7261_6e64_6f6d,
            self.k0 ^ 0x6c79_6765_6e65_7261,
            self.k1 ^ 0x7465_6462_7974_6573,
        ];
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            absorb(&mut v, u64::from_le_bytes(*word));
        }
        let mut last = [0u8; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        absorb(
            &mut v,
            u64::from_le_bytes(last) | (bytes.len() as u64) << 56,
        );
        v[2] ^= 0xff;
        for _ in 0..4 {
            round(&mut v);
        }
        v[0] ^ v[1] ^ v[2] ^ v[3]
    }
}

fn absorb(v: &mut [u64; 4], word: u64) {
    v[3] ^= word;
    round(v);
    round(v);
    v[0] ^= word;
}

fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[2] = v[2].rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of the SipHash paper's reference implementation: key 00..0f, input 00..n.
    #[test]
    fn it_is_siphash_2_4() {
        let bytes: Vec<u8> = (0..16).collect();
        let key = Key::from_bytes(bytes.clone().try_into().unwrap());
        assert_eq!(key.sip(&[]), 0x726f_db47_dd0e_0e31);
        assert_eq!(key.sip(&bytes[..15]), 0xa129_ca61_49be_45e5);
    }

    #[test]
    fn keys_and_uses_are_apart() {
        let (a, b) = (Key::from_text("a"), Key::from_text("b"));
        assert_ne!(a.hash(0, b"n1"), b.hash(0, b"n1"));
        assert_ne!(a.hash(0, b"n1"), a.hash(1, b"n1"));
        assert_eq!(a.hash(0, b"n1"), Key::from_text("a").hash(0, b"n1"));
        assert_ne!(
            Key::random().unwrap().hash(0, b"n1"),
            Key::random().unwrap().hash(0, b"n1")
        );
        assert_eq!(format!("{a:?}"), "Key");
    }
}
