//! Numbers, times, subjects and paths as people say them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::page::Paint;
pub(in crate::report) use super::page::columns;
pub(in crate::report) use crate::finding::said::{count, second};
use crate::rank::{EtcdMember, RankedFinding, State, Subject, Verdict};
use crate::signature::{Risk, Severity};

/// `2025-01-25 09:12Z`.
pub(in crate::report) fn minute(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%d %H:%MZ")
        .to_string()
}

/// `01-25 09:12`, where the year stands beside it.
pub(in crate::report) fn short_minute(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC)
        .strftime("%m-%d %H:%M")
        .to_string()
}

/// The two largest units: `7d 5h`, `46m 29s`.
pub(in crate::report) fn duration(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.as_second().saturating_sub(from.as_second()).max(0);
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let at = units
        .iter()
        .position(|(_, size)| seconds >= *size)
        .unwrap_or(3);
    let mut left = seconds;
    let mut words = Vec::new();
    for (name, size) in units.iter().skip(at).take(2) {
        let count = left / size;
        left %= size;
        if count > 0 || words.is_empty() {
            words.push(format!("{count}{name}"));
        }
    }
    words.join(" ")
}

/// `1.2 GiB`.
pub(in crate::report) fn bytes(number: u64) -> String {
    let mut units = ["KiB", "MiB", "GiB", "TiB"].iter();
    let (mut value, mut unit) = (number as f64, "B");
    while value >= 1024.0 {
        let Some(next) = units.next() else { break };
        (value, unit) = (value / 1024.0, next);
    }
    if unit == "B" {
        format!("{number} B")
    } else {
        format!("{value:.1} {unit}")
    }
}

/// `1 entry`, `2 entries`.
pub(in crate::report) fn plural(number: usize, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        count(number as u64),
        if number == 1 { one } else { many }
    )
}

/// `node n1`; `pod a/b` where a namespace says which.
pub(in crate::report) fn subject(subject: &Subject) -> String {
    if subject.0.get("cluster").is_some_and(|name| name == "whole") {
        return "the cluster".to_owned();
    }
    let namespace = subject.0.get("namespace");
    let named: Vec<String> = subject
        .0
        .iter()
        .filter(|(kind, _)| *kind != "namespace")
        .map(|(kind, name)| (kind.as_str(), name))
        .map(|(kind, name)| match namespace {
            Some(namespace) if kind != "node" && kind != "cluster" => {
                format!("{kind} {namespace}/{name}")
            }
            _ => format!("{kind} {name}"),
        })
        .collect();
    match (named.is_empty(), namespace) {
        (true, Some(namespace)) => format!("namespace {namespace}"),
        (true, None) => "the cluster".to_owned(),
        _ => named.join(" "),
    }
}

/// The first few subjects, and how many more there are, one phrase each.
pub(super) fn subjects(list: &[Subject], most: usize) -> Vec<String> {
    let mut words: Vec<String> = list.iter().take(most).map(subject).collect();
    if list.len() > most {
        words.push(format!("and {} more", list.len() - most));
    }
    words
}

/// The middle of a path left out, so that it fits; the end says most, the beginning says where.
pub(in crate::report) fn shorten(path: &str, most: usize) -> String {
    if columns(path) <= most {
        return path.to_owned();
    }
    let room = most.saturating_sub(1);
    let head: String = fitting(path.chars(), room / 3);
    let tail: String = fitting(path.chars().rev(), room - columns(&head))
        .chars()
        .rev()
        .collect();
    // From a separator on, where one is near.
    let tail = match tail.find('/') {
        Some(at) if at * 3 < tail.len() => tail.get(at..).unwrap_or(&tail).to_owned(),
        _ => tail,
    };
    format!("{head}…{tail}")
}

/// A word as a shell reads it whole; `None` where it holds something that cannot be shown as it is.
pub(in crate::report) fn quoted(word: &str) -> Option<String> {
    if *crate::report::neutral(word) != *word {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,+@%=".contains(c);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(plain) {
        return Some(word.to_owned());
    }
    Some(format!("'{}'", word.replace('\'', "'\\''")))
}

fn fitting(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut out = String::new();
    let mut buffer = [0; 4];
    let mut used = 0;
    for c in chars {
        used += columns(c.encode_utf8(&mut buffer));
        if used > room {
            break;
        }
        out.push(c);
    }
    out
}

pub(super) fn severity(severity: Severity) -> (Paint, String) {
    let paint = match severity {
        Severity::Critical | Severity::High => Paint::Red,
        Severity::Medium => Paint::Yellow,
        Severity::Low | Severity::Info => Paint::Plain,
    };
    (paint, severity.word().to_uppercase())
}

pub(super) fn risk(risk: Risk) -> (Paint, &'static str) {
    match risk {
        Risk::Safe => (Paint::Green, "SAFE"),
        Risk::Disruptive => (Paint::Yellow, "DISRUPTIVE"),
        Risk::Destructive => (Paint::Danger, "DESTRUCTIVE"),
    }
}

pub(super) fn verdict(verdict: Verdict) -> (Paint, &'static str) {
    match verdict {
        Verdict::KnownCause => (Paint::Red, "KNOWN CAUSE"),
        Verdict::SymptomsOnly => (Paint::Yellow, "SYMPTOMS ONLY"),
        Verdict::NoKnownCause => (Paint::Yellow, "NO KNOWN CAUSE"),
        Verdict::Healthy => (Paint::Green, "HEALTHY"),
        Verdict::NotExaminable => (Paint::Yellow, "NOT EXAMINABLE"),
    }
}

/// What a member of etcd is; who leads is not always known.
pub(in crate::report) fn etcd_role(member: &EtcdMember) -> &'static str {
    match (member.learner, member.leader) {
        (true, _) => "learner",
        (_, Some(true)) => "leader",
        (_, Some(false)) => "follower",
        (_, None) => "voter",
    }
}

/// Whole percents of a probability that is one.
pub(in crate::report) fn percent(confidence: f64) -> Option<String> {
    let is_one = confidence.is_finite() && confidence > 0.0;
    is_one.then(|| format!("{:.0}", confidence.min(1.0) * 100.0))
}

/// `ongoing since 2025-01-25 09:12Z`.
pub(super) fn state(finding: &RankedFinding) -> String {
    let onset = finding.onset.or(finding.first_seen);
    match (finding.state, onset) {
        (State::Ongoing, Some(onset)) => format!("ongoing since {}", minute(onset)),
        (State::Ongoing, None) => "ongoing".to_owned(),
        (State::Ended, _) => match finding.last_seen {
            Some(last) => format!("ended, last seen {}", minute(last)),
            None => "ended".to_owned(),
        },
        (State::Once, Some(onset)) => format!("happened {}", minute(onset)),
        (State::Once, None) => "happened once".to_owned(),
        (State::Unknown, Some(onset)) => format!("first seen {}", minute(onset)),
        (State::Unknown, None) => "time unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn durations() {
        let from = at("2025-01-18T04:11:00Z");
        for (to, words) in [
            ("2025-01-25T09:58:30Z", "7d 5h"),
            ("2025-01-18T04:57:29Z", "46m 29s"),
            ("2025-01-20T04:11:59Z", "2d"),
            ("2025-01-18T04:11:00Z", "0s"),
            ("2025-01-01T00:00:00Z", "0s"),
        ] {
            assert_eq!(duration(from, at(to)), words);
        }
    }

    #[test]
    fn numbers() {
        assert_eq!(
            (count(1), count(1234), count(1_234_567)),
            ("1".into(), "1,234".into(), "1,234,567".into())
        );
        assert_eq!(
            (bytes(512), bytes(1_288_490_188)),
            ("512 B".into(), "1.2 GiB".into())
        );
    }

    #[test]
    fn words_for_a_shell() {
        assert_eq!(
            quoted("nodes/n1.zip/kubelet.log:42").as_deref(),
            Some("nodes/n1.zip/kubelet.log:42")
        );
        assert_eq!(
            quoted("it's $(here)").as_deref(),
            Some(r"'it'\''s $(here)'")
        );
        assert_eq!(quoted("a\u{1b}b"), None);
    }

    #[test]
    fn paths_keep_both_ends() {
        let path = "nodes/n1.zip/n1/logs/a-very-long-folder/another/rke2-server.service.log";
        assert_eq!(shorten(path, 40), "nodes/n1.zip/…/rke2-server.service.log");
        assert_eq!(shorten(path, 100), path);
        assert!(columns(&shorten(&"磁盘".repeat(50), 21)) <= 21);
    }
}
