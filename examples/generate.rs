//! Makes support bundles to measure with: `cargo run --release --example generate -- --help`.
#![allow(clippy::print_stdout, reason = "says what it made")]

#[path = "../benches/generator/mod.rs"]
mod generator;

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use generator::{Shape, Wish, freeze, pack};

/// Realistic support bundles of any size, the same for the same seed.
#[derive(Parser)]
struct Options {
    /// Where to: a file, or a directory with --count, --shape tree or --freeze
    output: PathBuf,
    /// nested (zip with a zip per node), flat (zip), tar.gz, one (zip of one log), tree (directory), raw (all in one file)
    #[arg(long, default_value = "nested")]
    shape: Shape,
    /// Expanded bytes: 64M, 10G
    #[arg(long, default_value = "64M", value_parser = bytes)]
    size: u64,
    #[arg(long, default_value_t = 3)]
    nodes: usize,
    /// Share of the bytes that are YAML under real kinds
    #[arg(long, default_value_t = 0.0)]
    yaml: f64,
    /// Share of log lines that some signature of the frozen sets asks for
    #[arg(long, default_value_t = 0.001)]
    hits: f64,
    /// Share of log lines of the same words that none asks for
    #[arg(long, default_value_t = 0.015)]
    near: f64,
    /// No cause among the hits: only symptoms
    #[arg(long)]
    no_cause: bool,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Level of compression, 0 to 9
    #[arg(long, default_value_t = 6)]
    level: u32,
    /// So many bundles, of the seeds from --seed on, below the directory OUTPUT
    #[arg(long)]
    count: Option<u64>,
    /// Instead of bundles: the first so many signatures of the frozen sets, below the directory OUTPUT
    #[arg(long)]
    freeze: Option<usize>,
}

fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text.get(digits.len()..).unwrap_or_default() {
        "" => 1,
        "K" | "KiB" => 1 << 10,
        "M" | "MiB" => 1 << 20,
        "G" | "GiB" => 1 << 30,
        other => return Err(format!("{other}: not one of K, M, G")),
    };
    let number: u64 = digits.parse().map_err(|error| format!("{text}: {error}"))?;
    Ok(number * unit)
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    if let Some(count) = options.freeze {
        freeze::freeze(&options.output, count)?;
        return Ok(());
    }
    let wish = |seed: u64| Wish {
        size: options.size,
        nodes: options.nodes,
        yaml: options.yaml,
        hits: options.hits,
        near: options.near,
        cause: !options.no_cause,
        seed,
    };
    let Some(count) = options.count else {
        let total = pack::write(
            &wish(options.seed),
            options.shape,
            options.level,
            &options.output,
        )?;
        println!("{}: {total} bytes expanded", options.output.display());
        return Ok(());
    };
    let ending = match options.shape {
        Shape::TarGz => ".tar.gz",
        Shape::Tree => "",
        Shape::Raw => ".log",
        Shape::Nested | Shape::Flat | Shape::One => ".zip",
    };
    std::fs::create_dir_all(&options.output)?;
    let mut total = 0;
    for seed in options.seed..options.seed + count {
        let path = options.output.join(format!("bundle-{seed:05}{ending}"));
        total += pack::write(&wish(seed), options.shape, options.level, &path)?;
    }
    println!("{count} bundles, {total} bytes expanded");
    Ok(())
}
