//! What each stage costs, in bytes per second: `cargo bench --bench stages`.
//!
//! `--stage NAME --rounds N` runs one stage so often and says nothing: what `.ci/instructions` counts.
#![allow(clippy::print_stdout, reason = "prints what it measured")]

#[path = "../generator/mod.rs"]
mod generator;

use std::error::Error;
use std::hint::black_box;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use bundlevet::bundle::{Entry, EntryKind, OpenOptions, Origin, Program, ProgramSet};
use bundlevet::decode;
use bundlevet::detect::Detector;
use bundlevet::evidence::{ObjectLimits, Wanted, objects};
use bundlevet::pipeline::{RedactOptions, ScanOptions, learn, read_only, redact, scan};
use bundlevet::redact::{Key, PackOptions};
use bundlevet::signature::Database;
use clap::Parser;
use generator::tree::Tree;
use generator::{Shape, Wish, pack};

/// Measures the stages of a scan, one thread each.
#[derive(Parser)]
struct Options {
    /// Only this stage, without a word
    #[arg(long)]
    stage: Option<String>,
    /// Runs of each stage
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Expanded MiB that a stage reads in one run
    #[arg(long, default_value_t = 64)]
    size: u64,
    /// Cargo passes it
    #[arg(long, hide = true)]
    bench: bool,
}

/// A stage: its name, the bytes of one run, and a run.
type Stage = (&'static str, u64, Box<dyn Fn()>);

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let scratch = tempfile::tempdir()?;
    let asked = |name: &str| options.stage.as_deref().is_none_or(|stage| stage == name);
    let mut stages: Vec<Stage> = Vec::new();
    let size = options.size << 20;
    if asked("inflate") || asked("scan") {
        stages.extend(whole(size, scratch.path().join("bundle.zip"))?);
    }
    stages.extend(lines(size)?);
    stages.extend(yaml(size)?);
    if asked("redact-logs") || asked("redact-objects") {
        stages.extend(redaction(size, scratch.path())?);
    }
    for (name, bytes, run) in stages.iter().filter(|(name, ..)| asked(name)) {
        let mut seconds: Vec<f64> = (0..options.rounds)
            .map(|_| {
                let start = Instant::now();
                run();
                start.elapsed().as_secs_f64()
            })
            .collect();
        seconds.sort_by(f64::total_cmp);
        if options.stage.is_none() {
            let rate = |seconds: f64| *bytes as f64 / seconds / 1e6;
            let (least, median, most) = (
                seconds[0],
                seconds[seconds.len() / 2],
                seconds[seconds.len() - 1],
            );
            println!(
                "{name:10} {:7.0} MB/s ({:.0} to {:.0})",
                rate(median),
                rate(most),
                rate(least)
            );
        }
    }
    Ok(())
}

fn frozen() -> Arc<Database> {
    let set = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/benches/signatures-300"
    ));
    Arc::new(Database::load(&[set], &["*".to_owned()]).0)
}

fn entry(kind: EntryKind, path: &str, size: usize) -> Entry {
    Entry {
        input: 0,
        path: path.to_owned(),
        size: Some(size as u64),
        modified: None,
        kind,
        origin: Origin {
            programs: [Program::Kubelet].into_iter().collect::<ProgramSet>(),
            ..Origin::default()
        },
    }
}

/// Inflating a nested bundle, and all that a scan does.
fn whole(size: u64, path: PathBuf) -> Result<Vec<Stage>, Box<dyn Error>> {
    let wish = Wish {
        size,
        ..Wish::default()
    };
    let bytes = pack::write(&wish, Shape::Nested, 6, &path)?;
    let options = ScanOptions {
        threads: 1,
        ..ScanOptions::default()
    };
    let (paths, database) = ([path], frozen());
    let (again, same) = (paths.clone(), options.clone());
    Ok(vec![
        (
            "inflate",
            bytes,
            Box::new(move || drop(black_box(read_only(&paths, &options)))),
        ),
        (
            "scan",
            bytes,
            Box::new(move || drop(black_box(scan(&again, &database, &same)))),
        ),
    ])
}

/// The kubelet's log of a calm day, and one with candidates, through the engine; and every line decoded.
fn lines(size: u64) -> Result<Vec<Stage>, Box<dyn Error>> {
    let log = |hits: f64, near: f64| -> Result<Vec<u8>, Box<dyn Error>> {
        let wish = Wish {
            size,
            hits,
            near,
            ..Wish::default()
        };
        let tree = Tree::single(&wish);
        let mut text = Vec::new();
        tree.write(&tree.outer[0], &mut text)?;
        Ok(text)
    };
    let detector = Detector::new(&frozen());
    let look = |text: Vec<u8>| -> Box<dyn Fn()> {
        let (detector, entry) = (
            detector.clone(),
            entry(EntryKind::Log, "kubelet.log", text.len()),
        );
        Box::new(move || {
            let mut scanner = detector.scanner();
            scanner.begin(&entry);
            scanner.feed(&text);
            black_box(scanner.finish());
        })
    };
    let (calm, busy) = (log(0.0, 0.0)?, log(0.001, 0.015)?);
    let text = calm.clone();
    let decode_all = move || {
        let origin = Origin::default();
        for line in text.split(|&byte| byte == b'\n') {
            black_box(decode::decode(line, &origin));
        }
    };
    let (calm_bytes, busy_bytes) = (calm.len() as u64, busy.len() as u64);
    Ok(vec![
        ("prefilter", calm_bytes, look(calm)),
        ("candidates", busy_bytes, look(busy)),
        ("decode", calm_bytes, Box::new(decode_all)),
    ])
}

/// Pods as a bundle lists them, asked by the object queries of the frozen set.
fn yaml(size: u64) -> Result<Vec<Stage>, Box<dyn Error>> {
    let wish = Wish {
        size,
        yaml: 1.0,
        ..Wish::default()
    };
    let tree = Tree::new(&wish);
    let path = "yamls/namespaced/kube-system/v1/pods.yaml";
    let pods = tree.outer.iter().find(|member| member.path == path);
    let mut text = Vec::new();
    if let Some(pods) = pods {
        tree.write(pods, &mut text)?;
    }
    let database = frozen();
    let wanted = Wanted::new(database.queries());
    let entry = entry(EntryKind::Objects, path, text.len());
    Ok(vec![(
        "objects",
        text.len() as u64,
        Box::new(move || {
            let limits = ObjectLimits::default();
            black_box(objects::read(
                0,
                &entry,
                &mut text.as_slice(),
                &wanted,
                &limits,
            ));
        }),
    )])
}

/// Both passes over a nested bundle of logs and one of objects; the copy is stored, so that packing hardly counts.
fn redaction(size: u64, scratch: &Path) -> Result<Vec<Stage>, Box<dyn Error>> {
    let mut stages: Vec<Stage> = Vec::new();
    for (name, yaml) in [("redact-logs", 0.0), ("redact-objects", 1.0)] {
        let path = scratch.join(name);
        let wish = Wish {
            size,
            yaml,
            ..Wish::default()
        };
        let bytes = pack::write(&wish, Shape::Nested, 6, &path)?;
        let options = RedactOptions {
            open: OpenOptions::default(),
            threads: 1,
            key: Key::from_text("a key to measure with"),
            pack: PackOptions {
                level: 0,
                mapping: false,
                scratch: scratch.to_owned(),
            },
        };
        stages.push((
            name,
            bytes,
            Box::new(move || {
                let learned =
                    learn(std::slice::from_ref(&path), &options.open, 1).unwrap_or_default();
                drop(black_box(redact(
                    &path,
                    &learned,
                    &options,
                    &mut io::sink(),
                )));
            }),
        ));
    }
    Ok(stages)
}
