//! Every body on its seeds and on mutations of them, as far as an ordinary test run has time for.

use std::time::{Duration, Instant};

use super::{TARGETS, Target, named};

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        (self.roll() % most.max(1) as u64) as usize
    }
}

/// What the formats are made of.
const WORDS: &[&[u8]] = &[
    b"\n",
    b"\r\n",
    b"\0",
    b"\"",
    b"'",
    b"\\",
    b"\\u0000",
    b"{",
    b"}",
    b"[",
    b"]",
    b": ",
    b"- ",
    b"&a ",
    b"*a ",
    b"!!",
    b"|",
    b">",
    b"---\n",
    b"<",
    b">",
    b"...",
    b"\xff\xfe",
    b"\xf0\x9f",
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"\x1f\x8b\x08",
    b"BZh9",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"\xff\xff\xff\xff",
    b"9223372036854775808",
    b"-1",
    b"1e999",
    b"../",
    b"2025-02-22T00:00:00Z",
    b"time=",
    b"msg=",
    b"stderr P ",
    b"E0222 ",
    b"\x1b[31m",
    b"   ",
];

/// One seed with a few changes, now and then continued by another.
fn mutated(seeds: &[Vec<u8>], target: &Target, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    if dice.below(4) == 0 {
        let other = &seeds[dice.below(seeds.len())];
        bytes.truncate(dice.below(bytes.len() + 1));
        bytes.extend_from_slice(&other[dice.below(other.len() + 1)..]);
    }
    for _ in 0..dice.below(6) + 1 {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(32)).min(bytes.len());
        match dice.below(6) {
            0 if at < bytes.len() => bytes[at] = dice.roll() as u8,
            1 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                let to = dice.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            _ => {
                let word = WORDS[dice.below(WORDS.len())];
                bytes.splice(at..at, word.iter().copied());
            }
        }
    }
    bytes.truncate(target.longest);
    bytes
}

/// Tries a target on its seeds, then on mutations until the time is up or there were enough.
fn try_out(name: &str) {
    let target = named(name);
    let seeds = (target.seeds)();
    assert!(seeds.len() > 3, "{name} has few seeds");
    let begun = Instant::now();
    for seed in seeds.iter().take(60) {
        (target.body)(&seed[..seed.len().min(target.longest)]);
    }
    let seconds = std::env::var("BUNDLEVET_FUZZ_SECONDS").ok();
    let seconds: Option<u64> = seconds.and_then(|seconds| seconds.parse().ok());
    let most = seconds.map_or(Duration::from_millis(1500), Duration::from_secs);
    let mut dice = Dice(0x5eed + seconds.unwrap_or_default());
    let mut tried = seeds.len();
    while begun.elapsed() < most && (seconds.is_some() || tried < seeds.len() + 400) {
        tried += 1;
        let bytes = mutated(&seeds, &target, &mut dice);
        let body = std::panic::AssertUnwindSafe(|| (target.body)(&bytes));
        if let Err(panic) = std::panic::catch_unwind(body) {
            eprintln!("{name} broke on b\"{}\"", bytes.escape_ascii());
            std::panic::resume_unwind(panic);
        }
    }
    if seconds.is_some() {
        eprintln!("{name}: {tried} inputs in {} s", begun.elapsed().as_secs());
    }
}

macro_rules! tried_out {
    ($($name:ident)*) => {
        $(#[test] fn $name() { try_out(stringify!($name)); })*

        #[test]
        fn every_target_is_tried() {
            let tried = [$(stringify!($name)),*];
            let all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(all, tried);
        }
    };
}

tried_out!(archive lines objects tables facts signature cel redaction prefilter names streams results settings);
