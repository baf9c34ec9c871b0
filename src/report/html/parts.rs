//! What several parts of the page are made of: texts, commands, badges, the search.

use maud::{Markup, html};

use super::{Page, shape};
use crate::rank::{RankedFinding, State};
use crate::report::masked;
use crate::report::spoken::{code_pieces, percent};
use crate::signature::{Severity, Sureness};

/// Prose in which words between backticks are commands.
pub(super) fn prose(text: &str) -> Markup {
    let text = masked(text);
    html! {
        @for (is_code, piece) in code_pieces(&text) {
            @if is_code { code { (piece) } } @else { (piece) }
        }
    }
}

/// Paragraphs as the author broke them.
pub(super) fn paragraphs(text: &str) -> Markup {
    html! {
        @for line in text.lines().filter(|line| !line.trim().is_empty()) { p { (prose(line.trim())) } }
    }
}

/// A command with a button that copies it.
pub(super) fn command(page: &Page, run: &str) -> Markup {
    copied(page, &["cmd"], run)
}

/// What to ask somebody for, to be copied: a command, or words, which do not look like one.
pub(super) fn ask(page: &Page, text: &str) -> Markup {
    let command = text
        .lines()
        .any(|line| PROGRAMS.contains(&line.split(' ').next().unwrap_or_default()));
    copied(page, if command { &["cmd"] } else { &["cmd", "ask"] }, text)
}

/// What the commands that collect begin with.
const PROGRAMS: &[&str] = &["kubectl", "journalctl", "for", "openssl", "sudo", "tar"];

fn copied(page: &Page, classes: &[&str], text: &str) -> Markup {
    let text = masked(text);
    html! {
        div class=(classes.join(" ")) {
            pre { code { (text.trim_end()) } }
            button.copy type="button" data-act="copy" data-done=(page.say("Copied")) { (page.say("Copy")) }
        }
    }
}

pub(super) fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "sev-critical",
        Severity::High => "sev-high",
        Severity::Medium => "sev-medium",
        Severity::Low | Severity::Info => "sev-low",
    }
}

/// How bad, how sure, since when.
pub(super) fn badges(page: &Page, finding: &RankedFinding) -> Markup {
    html! {
        span.badges {
            span.chip.(severity_class(finding.severity)) { (shape::severity(finding.severity)) (page.spoken.severity(finding.severity)) }
            (sure(page, finding.sure, finding.confidence))
            span.chip.plain .ended[finding.state == State::Ended] { (page.spoken.state(finding)) }
        }
    }
}

/// A gauge and the word for it.
fn sure(page: &Page, sure: Sureness, confidence: f64) -> Markup {
    let wide: u32 = percent(confidence)
        .and_then(|percent| percent.parse().ok())
        .unwrap_or(0);
    html! {
        span.chip.plain {
            svg.gauge viewBox="0 0 40 8" width="40" height="8" aria-hidden="true" {
                rect.back width="40" height="8" rx="4" {}
                rect.full width=(wide * 40 / 100) height="8" rx="4" {}
            }
            (page.spoken.sure(sure, confidence))
        }
    }
}

/// Search and filters over everything below.
pub(super) fn finder(page: &Page) -> Markup {
    let diagnosis = page.diagnosis;
    let findings = || diagnosis.causes.iter().chain(&diagnosis.symptoms);
    let levels = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
    ];
    html! {
        div.finder role="search" {
            label.find {
                span.sr { (page.say("Search this report")) }
                input #search type="search" autocomplete="off" spellcheck="false" placeholder=(page.say("Search this report (press /)"));
            }
            @if findings().count() > 1 {
                div.filters role="group" aria-label=(page.say("Show only")) {
                    @for level in levels {
                        @if findings().any(|one| severity_word(one.severity) == level.word()) {
                            button.(severity_class(level)) type="button" aria-pressed="false" data-filter="severity" data-value=(level.word()) {
                                (shape::severity(level)) (page.spoken.severity(level))
                            }
                        }
                    }
                    @if findings().any(|one| one.state == State::Ended) {
                        button type="button" aria-pressed="false" data-filter="state" data-value="alive" { (page.say("not ended")) }
                    }
                }
            }
            output #found aria-live="polite" data-some=(page.say("{n} places")) data-none=(page.say("nothing found")) {}
        }
    }
}

/// The value that the filters know a severity by.
pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => Severity::Low.word(),
        other => other.word(),
    }
}

/// The value that the filters know a state by.
pub(super) fn state_word(state: State) -> &'static str {
    if state.is_alive() { "alive" } else { "ended" }
}
