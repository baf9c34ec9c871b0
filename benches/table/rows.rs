//! The rows: what is compared with what, and what it may cost.

use std::error::Error;

use crate::Bench;
use crate::generator::Shape;
use crate::measure::{Run, Series, interleaved};
use crate::peers;

/// The scanner, built with this bench.
const SCANNER: &str = env!("CARGO_BIN_EXE_bundlevet");
/// YAML in the bundle that has some, and the size of the single log, in MiB.
const YAML: u64 = 200;
const SINGLE: u64 = 500;

/// What a ratio is held to.
#[derive(Clone, Copy)]
enum Goal {
    AtMost(f64, f64),
    AtLeast(f64, f64),
}

impl Goal {
    fn judge(self, value: f64) -> String {
        let (reach, stretch, verdict) = match self {
            Goal::AtMost(reach, stretch) if value <= stretch => (reach, stretch, "stretch"),
            Goal::AtMost(reach, stretch) if value <= reach => (reach, stretch, "met"),
            Goal::AtLeast(reach, stretch) if value >= stretch => (reach, stretch, "stretch"),
            Goal::AtLeast(reach, stretch) if value >= reach => (reach, stretch, "met"),
            Goal::AtMost(reach, stretch) | Goal::AtLeast(reach, stretch) => {
                (reach, stretch, "MISSED")
            }
        };
        let sign = if matches!(self, Goal::AtMost(..)) {
            "<="
        } else {
            ">="
        };
        format!("{sign} {reach} ({stretch}) | {verdict}")
    }
}

impl Bench {
    fn scan(&self, bundle: &str, signatures: &str, threads: &str) -> Run {
        let no_shipped = ["--disable", "*", "--signatures", signatures];
        let mut words = vec![SCANNER, "scan", bundle, "--threads", threads];
        words.extend(no_shipped);
        Run::new(&words)
    }

    fn read(&self, bundle: &str, threads: &str) -> Run {
        Run::new(&[&self.own, "--read", bundle, "--threads", threads])
    }

    fn wanted(&self, name: &str) -> bool {
        let only = self.options.only.as_ref();
        only.is_none_or(|only| name.contains(only.as_str()))
    }

    /// One row: `ours` over `theirs`, or the other way round where more is better.
    fn row(
        &self,
        name: &str,
        runs: impl FnOnce() -> Result<(Run, Run), Box<dyn Error>>,
        goal: Goal,
    ) -> Result<(), Box<dyn Error>> {
        if !self.wanted(name) {
            return Ok(());
        }
        let (ours, theirs) = match runs() {
            Ok(runs) => runs,
            Err(why) => {
                println!("| {name} | skipped: {why} | | | | | |");
                return Ok(());
            }
        };
        let all = interleaved(&[&ours, &theirs], self.options.rounds)?;
        let [ours, theirs] = all.as_slice() else {
            return Ok(());
        };
        let (ratio, cpu) = match goal {
            Goal::AtMost(..) => (ours.wall() / theirs.wall(), ours.cpu() / theirs.cpu()),
            Goal::AtLeast(..) => (theirs.wall() / ours.wall(), theirs.cpu() / ours.cpu()),
        };
        println!(
            "| {name} | {} | {} | {ratio:.2} | {cpu:.2} | {} |",
            shown(ours),
            shown(theirs),
            goal.judge(ratio)
        );
        Ok(())
    }
}

fn shown(series: &Series) -> String {
    let (least, most) = series.spread();
    format!("{:.3} ({least:.3} to {most:.3})", series.wall())
}

/// Measures and prints everything.
pub(crate) fn print(bench: &Bench) -> Result<(), Box<dyn Error>> {
    let size = bench.options.size;
    println!(
        "| what | ours, s (spread) | against, s (spread) | ratio | of processor time | goal (stretch) | |"
    );
    println!("|---|---|---|---|---|---|---|");
    against_itself(bench, size)?;
    against_peers(bench, size)?;
    start(bench)?;
    memory(bench, size)?;
    sizes(bench)
}

fn against_itself(bench: &Bench, size: u64) -> Result<(), Box<dyn Error>> {
    let set = |count| bench.signatures(count, true);
    let nested = || bench.bundle(Shape::Nested, size, 0, true);
    bench.row(
        "scan, 300 signatures : inflating",
        || {
            Ok((
                bench.scan(&nested()?, &set(300)?, "2"),
                bench.read(&nested()?, "2"),
            ))
        },
        Goal::AtMost(1.30, 1.15),
    )?;
    bench.row(
        "scan with 200 MiB of YAML : without object queries",
        || {
            let bundle = bench.bundle(Shape::Nested, size, YAML, true)?;
            let logs = bench.signatures(300, false)?;
            Ok((
                bench.scan(&bundle, &set(300)?, "2"),
                bench.scan(&bundle, &logs, "2"),
            ))
        },
        Goal::AtMost(1.5, 1.2),
    )?;
    bench.row(
        "scan without a known cause : inflating",
        || {
            let quiet = bench.bundle(Shape::Nested, size, 0, false)?;
            Ok((bench.scan(&quiet, &set(300)?, "2"), bench.read(&quiet, "2")))
        },
        Goal::AtMost(3.0, 2.0),
    )?;
    bench.row(
        "1000 signatures : 100",
        || {
            Ok((
                bench.scan(&nested()?, &set(1000)?, "2"),
                bench.scan(&nested()?, &set(100)?, "2"),
            ))
        },
        Goal::AtMost(1.25, 1.10),
    )?;
    bench.row(
        "two threads : one",
        || {
            Ok((
                bench.scan(&nested()?, &set(300)?, "2"),
                bench.scan(&nested()?, &set(300)?, "1"),
            ))
        },
        Goal::AtMost(0.55, 0.52),
    )?;
    bench.row(
        "one log of 500 MiB : inflating it on one thread",
        || {
            let one = bench.bundle(Shape::One, SINGLE.min(size), 0, true)?;
            Ok((bench.scan(&one, &set(300)?, "2"), bench.read(&one, "1")))
        },
        Goal::AtMost(1.20, 1.08),
    )?;
    bench.row(
        "a .tar.gz : inflating it on one thread",
        || {
            let tar = bench.bundle(Shape::TarGz, size, 0, true)?;
            Ok((bench.scan(&tar, &set(300)?, "2"), bench.read(&tar, "1")))
        },
        Goal::AtMost(1.20, 1.08),
    )
}

fn against_peers(bench: &Bench, size: u64) -> Result<(), Box<dyn Error>> {
    let set = |count| bench.signatures(count, true);
    bench.row(
        "unzip | rg, 300 patterns : scan",
        || {
            let flat = bench.bundle(Shape::Flat, size, 0, true)?;
            Ok((
                bench.scan(&flat, &set(300)?, "2"),
                peers::unzip_rg(&flat, &bench.patterns(300)?)?,
            ))
        },
        Goal::AtLeast(10.0, 15.0),
    )?;
    bench.row(
        "rg -z, 300 patterns : scan",
        || {
            let tar = bench.bundle(Shape::TarGz, size, 0, true)?;
            Ok((
                bench.scan(&tar, &set(300)?, "2"),
                peers::rg_z(&tar, &bench.patterns(300)?)?,
            ))
        },
        Goal::AtLeast(5.0, 8.0),
    )?;
    // Once is minutes: a smaller bundle.
    let small = size.min(64);
    bench.row(
        "searchkit on the tree, 100 patterns : scan of the bundle",
        || {
            let tree = bench.bundle(Shape::Tree, small, 0, true)?;
            let nested = bench.bundle(Shape::Nested, small, 0, true)?;
            Ok((
                bench.scan(&nested, &set(100)?, "2"),
                peers::searchkit(&tree, &bench.patterns(100)?)?,
            ))
        },
        Goal::AtLeast(50.0, 100.0),
    )
}

/// The whole process on a log of one line: an upper bound of the time to the first byte.
fn start(bench: &Bench) -> Result<(), Box<dyn Error>> {
    let tiny = bench.options.data.join("tiny.log");
    std::fs::write(&tiny, "I0304 00:00:00.000000 1 kubelet.go:1] \"Nothing\"\n")?;
    let tiny = tiny.display().to_string();
    let shipped = Run::new(&[SCANNER, "scan", &tiny]);
    let own = bench.scan(&tiny, &bench.signatures(500, true)?, "2");
    let goal = Goal::AtMost(25.0, 5.0);
    for (name, run) in [
        (
            "start to end of a log of one line, shipped signatures",
            shipped,
        ),
        ("the same, 500 signatures from YAML files", own),
    ] {
        if bench.wanted(name) {
            let all = interleaved(&[&run], bench.options.rounds.max(21))?;
            for series in &all {
                let (ms, cpu) = (series.wall() * 1000.0, series.cpu() * 1000.0);
                let (least, most) = series.spread();
                println!(
                    "| {name} | {ms:.1} ms ({:.1} to {:.1}) | | {ms:.1} ms | {cpu:.0} ms | {} |",
                    least * 1000.0,
                    most * 1000.0,
                    goal.judge(ms)
                );
            }
        }
    }
    Ok(())
}

fn memory(bench: &Bench, size: u64) -> Result<(), Box<dyn Error>> {
    let signatures = bench.signatures(300, true)?;
    let bundles = [
        ("nested", Shape::Nested, size, 0),
        ("nested, 200 MiB of YAML", Shape::Nested, size, YAML),
        (
            "nested, 2 GiB of which 200 MiB YAML",
            Shape::Nested,
            2 * size - YAML.min(size),
            YAML,
        ),
        (".tar.gz", Shape::TarGz, size, 0),
        ("one log", Shape::One, SINGLE.min(size), 0),
    ];
    for (what, shape, logs, yaml) in bundles {
        let name = format!("peak RssAnon, {what}");
        if bench.wanted(&name) {
            let bundle = bench.bundle(shape, logs, yaml, true)?;
            let (peak, wall) = bench.scan(&bundle, &signatures, "2").peak()?;
            let goal = Goal::AtMost(256.0, 96.0).judge(peak);
            println!("| {name} | {wall:.3} | | {peak:.0} MiB | | {goal} |");
        }
    }
    Ok(())
}

fn sizes(bench: &Bench) -> Result<(), Box<dyn Error>> {
    let signatures = bench.signatures(300, true)?;
    let mut sizes = vec![10, 100, 1024];
    if bench.options.large {
        sizes.push(10 * 1024);
    }
    for size in sizes
        .into_iter()
        .filter(|&size| size <= bench.options.size * 10)
    {
        let name = format!("cost against size, {size} MiB");
        if bench.wanted(&name) {
            let bundle = bench.bundle(Shape::Nested, size, 0, true)?;
            let run = bench.scan(&bundle, &signatures, "2");
            let rounds = if size > 2048 { 1 } else { bench.options.rounds };
            for series in &interleaved(&[&run], rounds)? {
                let each = series.wall() * 1e9 / (size as f64 * 1048576.0);
                println!(
                    "| {name} | {} | | {each:.3} ns/byte | {:.2} s | linear | |",
                    shown(series),
                    series.cpu()
                );
            }
        }
    }
    Ok(())
}
