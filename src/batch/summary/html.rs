//! The summary as one HTML page in the style of the diagnosis, with the way to the report on each bundle.

use std::fmt::Write as _;
use std::io::{self, Write};

use maud::{Markup, html};

use super::{CauseCount, Count, Listed, Summary};
use crate::report::{Language, severity_chip, table, verdict_word, write_alone};
use crate::signature::Severity;

/// Columns that hold numbers.
const NUMBERS: &[&str] = &["Bundles", "Before", "Failed"];

/// Writes the page.
pub fn write_html(summary: &Summary, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let title = super::headline(summary, language);
    let inside = html! {
        (head(summary, &title, language))
        (causes(summary, language))
        (bundles(summary, language))
        (symptoms(summary, language))
        (versions(summary, language))
        (directories(summary, language))
    };
    write_alone(&title, language, &inside, out)
}

fn head(summary: &Summary, title: &str, language: Language) -> Markup {
    let class = match summary.severity.as_deref().and_then(Severity::from_word) {
        _ if !summary.failed.is_empty() => "unsure",
        Some(Severity::Critical | Severity::High) => "bad",
        Some(_) => "unsure",
        None => "good",
    };
    html! {
        section #verdict .(class) {
            h1 { (title) }
            p { (super::verdicts(summary, language)) "; " (super::read(summary, language)) }
            @for (what, ids) in [("New since the last run", &summary.new), ("No longer seen since the last run", &summary.gone)] {
                @if !ids.is_empty() {
                    p { b { (language.say(what)) ":" } @for id in ids { " " code { (id) } } }
                }
            }
        }
    }
}

fn causes(summary: &Summary, language: Language) -> Markup {
    let compared = summary.causes.iter().any(|cause| cause.before > 0);
    let row = |cause: &CauseCount| {
        let severity = Severity::from_word(&cause.severity);
        let new = html! { @if cause.new { " " span.chip.plain { (language.say("new")) } } };
        [
            html! { (cause.bundles) },
            html! { @if compared { (cause.before) } },
            html! { @if let Some(severity) = severity { (severity_chip(severity, language)) } (new) },
            html! { b { (cause.title) } br; code { (cause.signature) } },
            html! { @for path in &cause.examples { (link(summary, path)) br; } },
        ]
    };
    let rows: Vec<_> = summary.causes.iter().map(row).collect();
    let heads = ["Bundles", "Before", "Severity", "Cause", "For example"];
    if compared {
        return table("Causes", heads, NUMBERS, &rows, language);
    }
    let [bundles, _, severity, cause, example] = heads;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|[bundles, _, severity, cause, example]| [bundles, severity, cause, example])
        .collect();
    let heads = [bundles, severity, cause, example];
    table("Causes", heads, NUMBERS, &rows, language)
}

/// Every bundle with its verdict, the worst first.
fn bundles(summary: &Summary, language: Language) -> Markup {
    let row = |listed: &Listed| {
        [
            html! { (link(summary, &listed.path)) },
            html! { @if let Some(severity) = listed.severity { (severity_chip(severity, language)) } },
            html! { b { (language.say(verdict_word(&listed.verdict))) } br; (language.say(&listed.headline)) },
        ]
    };
    let rows: Vec<_> = summary.listed.iter().map(row).collect();
    let left = summary.bundles - rows.len();
    html! {
        (table("Bundles", ["Bundle", "Severity", "Verdict"], NUMBERS, &rows, language))
        @if left > 0 { p { (language.fill("and {n} more, in results.ndjson", &[("n", &left)])) } }
    }
}

fn symptoms(summary: &Summary, language: Language) -> Markup {
    let row = |count: &Count| {
        [
            html! { (count.bundles) },
            html! { code { (count.signature) } },
        ]
    };
    let rows: Vec<_> = summary.symptoms.iter().map(row).collect();
    let title = "Symptoms that no cause explains";
    table(title, ["Bundles", "Signature"], NUMBERS, &rows, language)
}

fn versions(summary: &Summary, language: Language) -> Markup {
    let versions = summary.versions.iter().map(|version| {
        [
            html! { (version.bundles) },
            html! { (version.product) " " (version.version) },
            named(&version.causes),
        ]
    });
    let rows: Vec<_> = versions.collect();
    let heads = ["Bundles", "Version", "Most frequent causes"];
    table("By product version", heads, NUMBERS, &rows, language)
}

fn directories(summary: &Summary, language: Language) -> Markup {
    let directories = summary.directories.iter().map(|directory| {
        [
            html! { (directory.bundles) },
            html! { (directory.failed) },
            html! { code { (directory.directory) } },
            named(&directory.causes),
        ]
    });
    let rows: Vec<_> = directories.collect();
    let heads = ["Bundles", "Failed", "Directory", "Most frequent causes"];
    table("By directory", heads, NUMBERS, &rows, language)
}

fn named(causes: &[Count]) -> Markup {
    html! {
        @for (place, count) in causes.iter().enumerate() {
            @if place > 0 { ", " }
            code { (count.signature) } " (" (count.bundles) ")"
        }
    }
}

/// The name of a bundle, leading to its report where there is one.
fn link(summary: &Summary, path: &str) -> Markup {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut listed = summary.listed.iter();
    let report = listed.find(|listed| listed.path == path);
    html! {
        @match report.and_then(|listed| listed.report.as_deref()) {
            Some(report) => a href=(address(report)) title=(path) { (name) },
            None => span title=(path) { (name) },
        }
    }
}

/// The address of a file beside the page, whatever its name holds.
fn address(file: &str) -> String {
    let mut out = String::from("./");
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
                out.push(char::from(byte));
            }
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}
