//! Measures what redaction costs beside unpacking and packing again at the same level, on one thread:
//! `cargo run --release --example redact_cost -- 256M`.
#![allow(clippy::print_stdout, reason = "says what it measured")]

#[path = "../benches/generator/mod.rs"]
mod generator;

use std::error::Error;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use bundlevet::Problem;
use bundlevet::bundle::{Case, Entry, OpenOptions, Visit};
use bundlevet::pipeline::{self, RedactOptions};
use bundlevet::redact::{Key, PackOptions};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use generator::{Shape, Wish, pack};

/// The most that redacting may cost, as a multiple of packing again.
const MOST: f64 = 1.5;
const LEVEL: u32 = 6;

/// Unpacks every entry and packs it again, and does nothing else.
struct Again {
    bytes: u64,
    packed: u64,
}

impl Visit for Again {
    fn wants(&mut self, _: &Entry) -> bool {
        true
    }

    fn entry(&mut self, _: Entry, bytes: &mut dyn Read) {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::new(LEVEL));
        self.bytes += io::copy(bytes, &mut packer).unwrap_or(0);
        self.packed += packer.finish().map_or(0, |packed| packed.len() as u64);
    }

    fn skip(&mut self, _: Entry) {}

    fn problem(&mut self, _: Problem) {}
}

fn again(path: &Path) -> Result<(Duration, u64), Box<dyn Error>> {
    let begun = Instant::now();
    let case = Case::open(&[path.to_owned()], &OpenOptions::default())?;
    let mut again = Again {
        bytes: 0,
        packed: 0,
    };
    for job in case.jobs() {
        job.run_through(&mut again);
    }
    Ok((begun.elapsed(), again.bytes))
}

fn redact(path: &Path, scratch: &Path) -> Result<(Duration, Duration), Box<dyn Error>> {
    let begun = Instant::now();
    let open = OpenOptions::default();
    let learned = pipeline::learn(&[path.to_owned()], &open, 1)?;
    let first = begun.elapsed();
    let options = RedactOptions {
        open,
        threads: 1,
        key: Key::from_text("a key to measure with"),
        pack: PackOptions {
            level: LEVEL,
            mapping: false,
            scratch: scratch.to_owned(),
        },
    };
    let mut nowhere = io::sink();
    pipeline::redact(path, &learned, &options, &mut nowhere)??;
    Ok((first, begun.elapsed()))
}

fn main() -> Result<(), Box<dyn Error>> {
    let size = std::env::args().nth(1).unwrap_or_else(|| "128M".to_owned());
    let size: u64 = size.trim_end_matches('M').parse::<u64>()? << 20;
    let dir = tempfile::tempdir()?;
    let mut worst = 0.0_f64;
    for (name, shape, yaml) in [
        ("logs", Shape::Nested, 0.0),
        ("objects", Shape::Nested, 0.5),
        ("tarball", Shape::TarGz, 0.1),
    ] {
        let path = dir.path().join(name);
        let wish = Wish {
            size,
            yaml,
            ..Wish::default()
        };
        pack::write(&wish, shape, LEVEL, &path)?;
        // the best of three: other work on the machine only adds
        let (mut plain, mut first, mut whole, mut bytes) =
            (Duration::MAX, Duration::MAX, Duration::MAX, 0);
        for _ in 0..3 {
            let (took, read) = again(&path)?;
            (plain, bytes) = (plain.min(took), read);
            let (learned, took) = redact(&path, dir.path())?;
            (first, whole) = (first.min(learned), whole.min(took));
        }
        let ratio = whole.as_secs_f64() / plain.as_secs_f64();
        worst = worst.max(ratio);
        println!(
            "{name}: {} MiB, again {:.2} s, redacted {:.2} s (of that {:.2} s to learn names): {ratio:.2} times",
            bytes >> 20,
            plain.as_secs_f64(),
            whole.as_secs_f64(),
            first.as_secs_f64(),
        );
        io::stdout().flush()?;
    }
    if worst > MOST {
        return Err(format!("{worst:.2} times the cost of packing again, more than {MOST}").into());
    }
    Ok(())
}
