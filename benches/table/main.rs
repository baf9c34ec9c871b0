//! The table of docs/performance.md in one run: `cargo bench --bench table`, `-- --help` for its options.
//!
//! Every row compares whole processes that run in turn, ours and the peers'. Bundles are made where they are missing.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a table on standard output, progress on standard error"
)]

#[path = "../generator/mod.rs"]
mod generator;
mod measure;
mod peers;
mod rows;

use std::error::Error;
use std::path::{Path, PathBuf};

use bundlevet::pipeline::{ScanOptions, read_only};
use clap::Parser;
use generator::failure::Failure;
use generator::{Shape, Wish, freeze, pack};

/// Measures bundlevet against its own inflater and its peers.
#[derive(Parser)]
struct Options {
    /// Runs of each command after the first, which only warms
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Expanded MiB of the bundles
    #[arg(long, default_value_t = 1024)]
    size: u64,
    /// Where bundles are kept between runs
    #[arg(long, default_value = "target/bench-data")]
    data: PathBuf,
    /// Only rows whose name holds this
    #[arg(long)]
    only: Option<String>,
    /// A bundle ten times as large as well
    #[arg(long)]
    large: bool,
    /// Reads this input to its end, throws the bytes away and ends: what the others are compared with
    #[arg(long, hide = true)]
    read: Option<PathBuf>,
    #[arg(long, hide = true, default_value_t = 0)]
    threads: usize,
    /// Cargo passes it
    #[arg(long, hide = true)]
    bench: bool,
}

/// What rows are made of.
struct Bench {
    options: Options,
    /// This program.
    own: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    if let Some(path) = &options.read {
        let scan = ScanOptions {
            threads: options.threads,
            ..ScanOptions::default()
        };
        read_only(std::slice::from_ref(path), &scan)?;
        return Ok(());
    }
    std::fs::create_dir_all(&options.data)?;
    let own = std::env::current_exe()?.display().to_string();
    let bench = Bench { options, own };
    rows::print(&bench)
}

impl Bench {
    /// A bundle of so many MiB, made if it is not there.
    fn bundle(
        &self,
        shape: Shape,
        mebibytes: u64,
        yaml_mebibytes: u64,
        cause: bool,
    ) -> Result<String, Box<dyn Error>> {
        let (word, ending) = match shape {
            Shape::Nested => ("nested", "zip"),
            Shape::Flat => ("flat", "zip"),
            Shape::TarGz => ("bundle", "tar.gz"),
            Shape::One => ("one", "zip"),
            Shape::Tree => ("tree", "d"),
            Shape::Raw => ("raw", "log"),
        };
        let cause_word = if cause { "cause" } else { "quiet" };
        let name = format!("{word}-{mebibytes}-{yaml_mebibytes}-{cause_word}.{ending}");
        let path = self.options.data.join(name);
        if !path.exists() {
            eprintln!("making {}", path.display());
            let all = mebibytes + yaml_mebibytes;
            let wish = Wish {
                size: all << 20,
                yaml: yaml_mebibytes as f64 / all as f64,
                cause,
                ..Wish::default()
            };
            let unfinished = path.with_extension("unfinished");
            pack::write(&wish, shape, 6, &unfinished)?;
            std::fs::rename(&unfinished, &path)?;
        }
        Ok(path.display().to_string())
    }

    /// The directory of the first `count` frozen signatures; without those that ask for objects, if so wished.
    fn signatures(&self, count: usize, objects: bool) -> Result<String, Box<dyn Error>> {
        let frozen =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("benches/signatures-{count}"));
        if frozen.is_dir() && objects {
            return Ok(frozen.display().to_string());
        }
        let path = self
            .options
            .data
            .join(format!("signatures-{count}-{objects}"));
        for (index, failure) in Failure::first(count).iter().enumerate() {
            if failure.object.is_some() && !objects {
                continue;
            }
            let folder = path.join(failure.program);
            std::fs::create_dir_all(&folder)?;
            std::fs::write(
                folder.join(format!("f{index:03}.yaml")),
                freeze::file(index, failure),
            )?;
        }
        Ok(path.display().to_string())
    }

    /// The patterns of the first `count` signatures as expressions, one a line.
    fn patterns(&self, count: usize) -> Result<String, Box<dyn Error>> {
        let path = self.options.data.join(format!("patterns-{count}"));
        let lines: Vec<String> = Failure::first(count)
            .into_iter()
            .map(|failure| failure.regex)
            .collect();
        std::fs::write(&path, lines.join("\n") + "\n")?;
        Ok(path.display().to_string())
    }
}
