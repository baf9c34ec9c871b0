//! Measures what redaction costs beside unpacking and packing again at the same level, in time of the processor, so that
//! what else the machine does hardly counts: `cargo run --release --example redact_cost -- 128M [logs|objects|tarball]`.
#![allow(clippy::print_stdout, reason = "says what it measured")]

#[path = "../benches/generator/mod.rs"]
mod generator;

use std::error::Error;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use bundlevet::Problem;
use bundlevet::bundle::{Case, Entry, OpenOptions, Visit};
use bundlevet::pipeline::{self, RedactOptions};
use bundlevet::redact::{Key, PackOptions};
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use generator::{Shape, Wish, pack};

/// The most that redacting may cost, as a multiple of packing again.
const MOST: f64 = 1.5;
const LEVEL: u32 = 6;

/// Pairs of runs; the median of their ratios counts.
const PAIRS: usize = 5;

/// Unpacks every entry and packs it again, with the checksum that an archive asks for, and does nothing else.
struct Again {
    bytes: u64,
    packed: u64,
}

/// Packs what is written, and sums it up.
struct Packer {
    sum: Crc,
    inner: DeflateEncoder<Vec<u8>>,
}

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.sum.update(bytes.get(..n).unwrap_or_default());
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// What all threads of this process have cost until now; to a hundredth of a second.
fn spent() -> Result<Duration, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?;
    let mut ticks = 0;
    for field in fields.split_whitespace().skip(11).take(2) {
        ticks += field.parse::<u64>()?;
    }
    Ok(Duration::from_millis(ticks * 10))
}

impl Visit for Again {
    fn wants(&mut self, _: &Entry) -> bool {
        true
    }

    fn entry(&mut self, _: Entry, bytes: &mut dyn Read) {
        let mut packer = Packer {
            sum: Crc::new(),
            inner: DeflateEncoder::new(Vec::new(), Compression::new(LEVEL)),
        };
        let mut chunk = vec![0; 128 << 10];
        while let Ok(n @ 1..) = bytes.read(&mut chunk) {
            let _ = packer.write_all(chunk.get(..n).unwrap_or_default());
            self.bytes += n as u64;
        }
        std::hint::black_box(packer.sum.sum());
        let packed = packer.inner.finish();
        self.packed += packed.map_or(0, |packed| packed.len() as u64);
    }

    fn skip(&mut self, _: Entry) {}

    fn problem(&mut self, _: Problem) {}
}

fn again(path: &Path) -> Result<(Duration, u64), Box<dyn Error>> {
    let begun = spent()?;
    let case = Case::open(&[path.to_owned()], &OpenOptions::default())?;
    let mut again = Again {
        bytes: 0,
        packed: 0,
    };
    for job in case.jobs() {
        job.run_through(&mut again);
    }
    Ok((spent()? - begun, again.bytes))
}

fn redact(path: &Path, scratch: &Path) -> Result<(Duration, Duration), Box<dyn Error>> {
    let begun = spent()?;
    let open = OpenOptions::default();
    let learned = pipeline::learn(&[path.to_owned()], &open, 1)?;
    let first = spent()? - begun;
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
    Ok((first, spent()? - begun))
}

fn main() -> Result<(), Box<dyn Error>> {
    let size = std::env::args().nth(1).unwrap_or_else(|| "128M".to_owned());
    let size: u64 = size.trim_end_matches('M').parse::<u64>()? << 20;
    let only = std::env::args().nth(2);
    let dir = tempfile::tempdir()?;
    let mut worst = 0.0_f64;
    for (name, shape, yaml) in [
        ("logs", Shape::Nested, 0.0),
        ("objects", Shape::Nested, 0.5),
        ("tarball", Shape::TarGz, 0.1),
    ] {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let path = dir.path().join(name);
        let wish = Wish {
            size,
            yaml,
            ..Wish::default()
        };
        pack::write(&wish, shape, LEVEL, &path)?;
        let mut pairs = Vec::new();
        for _ in 0..PAIRS {
            let (plain, bytes) = again(&path)?;
            let (first, whole) = redact(&path, dir.path())?;
            let ratio = whole.as_secs_f64() / plain.as_secs_f64();
            pairs.push((ratio, plain, whole, first, bytes));
        }
        pairs.sort_by(|one, other| one.0.total_cmp(&other.0));
        let Some((ratio, plain, whole, first, bytes)) = pairs.get(PAIRS / 2) else {
            continue;
        };
        worst = worst.max(*ratio);
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
