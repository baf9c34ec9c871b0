//! Severities, states, times and subjects in words of the reader's language, for the formats that are pages.

use std::borrow::Cow;
use std::fmt::Display;

use super::Language;
use super::text::words;
use crate::rank::{RankedFinding, State, Step, Subject, Suspect, Unusual, Verdict};
use crate::signature::{Risk, Severity, Sureness};

/// What people read for the word of a verdict in JSON; any other word stays.
pub(crate) fn verdict_word(word: &str) -> &str {
    match word {
        "known_cause" => "Known cause",
        "symptoms_only" => "Symptoms only",
        "no_known_cause" => "No known cause",
        "healthy" => "Healthy",
        "not_examinable" => "Not examinable",
        other => other,
    }
}

/// Says things in one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spoken(pub(super) Language);

impl Spoken {
    /// A phrase of the tool's own.
    pub(super) fn say(self, english: &str) -> String {
        self.0.say(english).into_owned()
    }

    /// A phrase with blanks.
    pub(super) fn fill(self, english: &str, values: &[(&str, &dyn Display)]) -> String {
        self.0.fill(english, values)
    }

    /// Who says what: the words of others stay as they are.
    pub(super) fn suspect(self, one: &Suspect) -> String {
        let who = one.title.strip_suffix(one.says.as_str());
        match who.and_then(|who| who.strip_suffix(" says: ")) {
            Some(who) => self.fill("{who} says: {says}", &[("who", &who), ("says", &one.says)]),
            None => one.title.clone(),
        }
    }

    /// What a fact says: the tool's own words where it was worked out from several places, else those of the bundle.
    pub(super) fn fact<'t>(self, key: &str, text: &'t str) -> Cow<'t, str> {
        let worked_out = ["reboot", "uptime", "log-stopped", "etcd.snapshots"].contains(&key);
        match worked_out || key.starts_with("differs.") {
            true => Cow::Owned(self.say(text)),
            false => Cow::Borrowed(text),
        }
    }

    /// `1 time`, `1,432 times`.
    pub(super) fn times(self, count: u64) -> String {
        if count == 1 {
            self.say("once")
        } else {
            self.fill("{n} times", &[("n", &words::count(count))])
        }
    }

    /// How often, since when, and why it stands out; what is there once has no first time.
    pub(super) fn stands_out(self, one: &Unusual) -> String {
        let first = one.first_seen.map(words::second);
        let mut said: Vec<String> = match (one.count, first) {
            (0 | 1, first) => first.into_iter().collect(),
            (n, first) => {
                let first = first.map(|time| self.fill("first {time}", &[("time", &time)]));
                std::iter::once(self.times(n)).chain(first).collect()
            }
        };
        if !one.because.is_empty() {
            said.push(self.say(&one.because));
        }
        said.join(", ")
    }

    pub(super) fn verdict(self, verdict: Verdict) -> String {
        self.say(verdict_word(verdict.word()))
    }

    pub(super) fn severity(self, severity: Severity) -> String {
        self.say(severity.word())
    }

    pub(super) fn risk(self, risk: Risk) -> String {
        self.say(match risk {
            Risk::Safe => "safe",
            Risk::Disruptive => "disruptive",
            Risk::Destructive => "destructive",
        })
    }

    /// `certain (97 %)`.
    pub(super) fn sure(self, sure: Sureness, confidence: f64) -> String {
        match percent(confidence) {
            Some(percent) => format!("{} ({percent} %)", self.say(sure.word())),
            None => self.say(sure.word()),
        }
    }

    /// `ongoing since 2025-01-25 09:12Z`.
    pub(super) fn state(self, finding: &RankedFinding) -> String {
        let onset = finding.onset.or(finding.first_seen).map(words::minute);
        let last = finding.last_seen.map(words::minute);
        match (finding.state, onset, last) {
            (State::Ongoing, Some(time), _) => {
                self.fill("ongoing since {time}", &[("time", &time)])
            }
            (State::Ongoing, None, _) => self.say("ongoing"),
            (State::Ended, _, Some(time)) => {
                self.fill("ended, last seen {time}", &[("time", &time)])
            }
            (State::Ended, _, None) => self.say("ended"),
            (State::Once, Some(time), _) => self.fill("happened {time}", &[("time", &time)]),
            (State::Once, None, _) => self.say("happened once"),
            (State::Unknown, Some(time), _) => self.fill("first seen {time}", &[("time", &time)]),
            (State::Unknown, None, _) => self.say("time unknown"),
        }
    }

    /// `12 times, 2025-01-25 09:12:01Z to 2025-01-25 09:58:30Z (46m 29s)`.
    pub(super) fn seen(self, finding: &RankedFinding) -> Option<String> {
        let (first, last) = (finding.first_seen?, finding.last_seen?);
        let times = self.times(finding.count);
        let from = words::second(first);
        Some(if first == last {
            format!("{times}, {from}")
        } else {
            self.fill(
                "{times}, {from} to {to} ({duration})",
                &[
                    ("times", &times),
                    ("from", &from),
                    ("to", &words::second(last)),
                    ("duration", &words::duration(first, last)),
                ],
            )
        })
    }

    /// `node n1`, `pod a/b`, `the cluster`.
    pub(super) fn subject(self, subject: &Subject) -> String {
        self.say(&words::subject(subject))
    }

    /// The first few subjects, and how many more there are.
    pub(super) fn subjects(self, list: &[Subject], most: usize) -> String {
        let mut names: Vec<String> = list
            .iter()
            .take(most)
            .map(|one| self.subject(one))
            .collect();
        if list.len() > most {
            names.push(self.and_more(list.len() - most));
        }
        names.join(", ")
    }

    /// `1 node`, `{n} nodes`.
    pub(super) fn counted(self, n: usize, one: &str, many: &str) -> String {
        if n == 1 {
            self.say(one)
        } else {
            self.fill(many, &[("n", &words::count(n as u64))])
        }
    }

    pub(super) fn and_more(self, n: usize) -> String {
        self.fill("and {n} more", &[("n", &n)])
    }

    /// Where a step is to be done, in front of what is to be done.
    pub(super) fn place(self, step: &Step) -> Option<String> {
        step.place.as_deref().map(|place| self.say(place))
    }
}

pub(super) use super::text::words::percent;

/// A web address that may become a link: `http` or `https`, ASCII, without anything that a format could take for its own.
pub(super) fn is_link(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c);
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && rest.chars().all(plain)
    })
}

/// A text with `commands` in it: pieces, and whether each stood between backticks.
pub(super) fn code_pieces(text: &str) -> Vec<(bool, &str)> {
    if !text.matches('`').count().is_multiple_of(2) || text.contains("``") {
        return vec![(false, text)];
    }
    let pieces = text.split('`').enumerate();
    pieces
        .map(|(at, piece)| (at % 2 == 1, piece))
        .filter(|(_, piece)| !piece.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_become_links() {
        assert!(is_link(
            "https://github.com/kubernetes/kubernetes/issues/66241"
        ));
        for text in [
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://a\"b",
            "https://a<b",
            "http:///x",
        ] {
            assert!(!is_link(text), "{text}");
        }
    }

    #[test]
    fn commands_in_texts() {
        assert_eq!(
            code_pieces("run `a b` now"),
            [(false, "run "), (true, "a b"), (false, " now")]
        );
        assert_eq!(code_pieces("a ` b"), [(false, "a ` b")]);
    }
}
