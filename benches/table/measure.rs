//! Runs processes side by side: wall time, processor time and peak memory of each.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// From start to end.
    pub(crate) wall: f64,
    /// Seconds of all cores, in steps of 10 ms.
    pub(crate) cpu: f64,
}

/// What several runs cost.
#[derive(Debug, Clone)]
pub(crate) struct Series(pub(crate) Vec<Cost>);

impl Series {
    fn sorted(&self, of: impl Fn(&Cost) -> f64) -> Vec<f64> {
        let mut all: Vec<f64> = self.0.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all
    }

    /// The median of the wall time.
    pub(crate) fn wall(&self) -> f64 {
        median(&self.sorted(|cost| cost.wall))
    }

    /// The median of the processor time.
    pub(crate) fn cpu(&self) -> f64 {
        median(&self.sorted(|cost| cost.cpu))
    }

    /// The least and the most wall time.
    pub(crate) fn spread(&self) -> (f64, f64) {
        let all = self.sorted(|cost| cost.wall);
        (all[0], all[all.len() - 1])
    }
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        (sorted[middle - 1] + sorted[middle]) / 2.0
    }
}

/// A command of a table row.
pub(crate) struct Run {
    /// Program and arguments; `sh -c` where there is a pipe in it.
    pub(crate) command: Vec<String>,
}

impl Run {
    /// A program with arguments.
    pub(crate) fn new(command: &[&str]) -> Self {
        Self {
            command: command.iter().map(|&word| word.to_owned()).collect(),
        }
    }

    fn start(&self) -> std::io::Result<std::process::Child> {
        let (program, arguments) = self
            .command
            .split_first()
            .ok_or(std::io::ErrorKind::InvalidInput)?;
        Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
    }

    /// Runs once.
    pub(crate) fn once(&self) -> std::io::Result<Cost> {
        let before = children_cpu();
        let start = Instant::now();
        self.start()?.wait()?;
        let wall = start.elapsed().as_secs_f64();
        Ok(Cost {
            wall,
            cpu: children_cpu() - before,
        })
    }

    /// Peak anonymous memory in MiB and wall time, looked at every millisecond.
    pub(crate) fn peak(&self) -> std::io::Result<(f64, f64)> {
        let start = Instant::now();
        let mut child = self.start()?;
        let status = format!("/proc/{}/status", child.id());
        let mut most = 0u64;
        while child.try_wait()?.is_none() {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let kib = text
                .lines()
                .find_map(|line| line.strip_prefix("RssAnon:"))
                .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
            most = most.max(kib.unwrap_or(0));
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok((most as f64 / 1024.0, start.elapsed().as_secs_f64()))
    }
}

/// Runs all of them in turn, so often, after one round that only warms.
pub(crate) fn interleaved(runs: &[&Run], rounds: usize) -> std::io::Result<Vec<Series>> {
    let mut all = vec![Series(Vec::new()); runs.len()];
    for round in 0..=rounds {
        for (run, series) in runs.iter().zip(&mut all) {
            let cost = run.once()?;
            if round > 0 {
                series.0.push(cost);
            }
        }
    }
    Ok(all)
}

/// Processor seconds of all children so far; 0 where that cannot be known.
fn children_cpu() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(") ").next().unwrap_or_default();
    // cutime and cstime, the 16th and 17th field, of which the first two are cut off
    let ticks = fields.split(' ').skip(13).take(2);
    ticks
        .filter_map(|tick| tick.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
