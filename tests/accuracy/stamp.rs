//! Times of a thread's lines moved to shortly before collection, and lines put into the envelope of their file.

use jiff::{SignedDuration, Timestamp};
use regex::{Captures, Regex};

/// Hands out times and rewrites the ones that stand in lines.
pub struct Clock {
    end: Timestamp,
    /// Seconds between two lines of one log.
    spacing: i64,
    patterns: [(Regex, Kind); 6],
}

#[derive(Clone, Copy)]
enum Kind {
    Iso,
    Klog,
    Syslog,
    Slashed,
    SlashedOnly,
    Spaced,
}

impl Clock {
    /// A clock whose collection time is `end`.
    pub fn ending(end: &str) -> Self {
        let regex = |text: &str| Regex::new(text).expect("pattern");
        Self {
            end: end.parse().expect("time"),
            spacing: 20,
            patterns: [
                (
                    regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?"),
                    Kind::Iso,
                ),
                (regex(r"\b([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6}"), Kind::Klog),
                (
                    regex(
                        r"^(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d(\.\d+)?",
                    ),
                    Kind::Syslog,
                ),
                (regex(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"), Kind::Slashed),
                (regex(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"), Kind::SlashedOnly),
                (
                    regex(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?"),
                    Kind::Spaced,
                ),
            ],
        }
    }

    /// The same with this many seconds between two lines of one log.
    pub fn spaced(self, spacing: i64) -> Self {
        Self { spacing, ..self }
    }

    /// The time of line `at` of `all`: the last lies five minutes before collection, the others a few seconds apart.
    pub fn time(&self, at: usize, all: usize) -> Timestamp {
        let back = 300 + self.spacing * (all.saturating_sub(at + 1)) as i64;
        self.end - SignedDuration::from_secs(back)
    }

    /// The line with every time in it moved.
    pub fn rebase(&mut self, line: &str, at: usize, all: usize) -> String {
        let time = self.time(at, all);
        let mut text = line.to_owned();
        for (pattern, kind) in &self.patterns {
            let kind = *kind;
            text = pattern
                .replace_all(&text, |found: &Captures<'_>| write(time, kind, found))
                .into_owned();
        }
        text
    }

    /// A time `minutes` before collection.
    pub fn before(&self, minutes: i64) -> Timestamp {
        self.end - SignedDuration::from_mins(minutes)
    }

    /// The line in the envelope that its file has, unless it has one already.
    pub fn wrap(&self, path: &str, line: &str) -> String {
        self.wrap_at(path, line, self.time(0, 1))
    }

    /// The same at a given time.
    pub fn wrap_at(&self, path: &str, line: &str, time: Timestamp) -> String {
        let ident = match path
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".log")
        {
            "rke2-server" | "rke2-agent" => "rke2",
            "k3s-agent" => "k3s",
            "messages" | "messages.txt" | "boot.txt" | "syslog" => "kernel",
            other => other,
        };
        self.wrap_as(path, ident, line, time)
    }

    /// The same where a journal names the program `ident`.
    pub fn wrap_as(&self, path: &str, ident: &str, line: &str, time: Timestamp) -> String {
        let zoned = time.to_zoned(jiff::tz::TimeZone::UTC);
        if path == "events" {
            return line.to_owned();
        }
        if super::own::is_supportconfig(path) {
            if line.contains("]: ") || line.contains(" kernel: ") {
                return format!("{} {line}", zoned.strftime("%Y-%m-%dT%H:%M:%S+0000"));
            }
            let stamp = zoned.strftime("%Y-%m-%dT%H:%M:%S+0000");
            return format!("{stamp} n1 {ident}[1187]: {line}");
        }
        let has_syslog = self.patterns[2].0.is_match(line);
        if path.starts_with("journald/")
            || path.starts_with("systemlogs/")
            || is_journal_of_node(path)
        {
            if has_syslog {
                return line.to_owned();
            }
            return format!(
                "{} n1 {ident}[1187]: {line}",
                zoned.strftime("%b %d %H:%M:%S")
            );
        }
        if path.starts_with("logs/") && !line.starts_with("2025-06-15T") {
            return format!("{} {line}", zoned.strftime("%Y-%m-%dT%H:%M:%S.000000000Z"));
        }
        line.to_owned()
    }
}

fn is_journal_of_node(path: &str) -> bool {
    path.contains(".zip/")
        && !path.ends_with("kubelet.log")
        && !path.ends_with("containerd.log")
        && !path.ends_with("console.log")
}

fn write(time: Timestamp, kind: Kind, found: &Captures<'_>) -> String {
    let zoned = time.to_zoned(jiff::tz::TimeZone::UTC);
    match kind {
        Kind::Iso => {
            let fraction = found.get(1).map_or("", |m| m.as_str());
            format!("{}{fraction}Z", zoned.strftime("%Y-%m-%dT%H:%M:%S"))
        }
        Kind::Klog => format!("{}{}.123456", &found[1], zoned.strftime("%m%d %H:%M:%S")),
        Kind::Syslog => zoned.strftime("%b %d %H:%M:%S").to_string(),
        Kind::Slashed | Kind::SlashedOnly => zoned.strftime("%Y/%m/%d %H:%M:%S").to_string(),
        Kind::Spaced => zoned.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    }
}
