//! The diagnosis into one HTML file that needs nothing else: no network, no server, no second file.
//!
//! Whatever a bundle says goes through maud, which escapes everything that is not markup in this source, and through
//! [`neutral_lines`]. The page's own policy allows one script and one style, by their hashes: even markup that slipped
//! through could neither run nor load anything.

mod alone;
mod cause;
mod cluster;
mod diff;
mod graph;
mod parts;
mod picture;
mod quote;
mod rest;
mod shape;
mod suspects;
mod verdict;
mod views;

#[cfg(test)]
mod tests;

pub(crate) use alone::{severity as severity_chip, table, write_alone};
pub use diff::write_diff_html;

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, html};
use sha2::{Digest, Sha256};

use super::neutral::neutral_lines;
use super::spoken::Spoken;
use super::text::TextOptions;
use crate::rank::Diagnosis;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(include_str!("page.js"), include_str!("picture.js"));

/// What every part of the page needs.
#[derive(Clone, Copy)]
struct Page<'a> {
    diagnosis: &'a Diagnosis,
    options: &'a TextOptions,
    spoken: Spoken,
}

impl Page<'_> {
    fn say(&self, english: &str) -> String {
        self.spoken.say(english)
    }
}

/// A part of the page: its name in addresses, its title, what stands in it.
struct Section {
    id: &'static str,
    title: String,
    /// How many things are in it, where that says something.
    count: Option<usize>,
    body: Markup,
}

/// Writes the diagnosis as one HTML page.
pub fn write_html(
    diagnosis: &Diagnosis,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page {
        diagnosis,
        options,
        spoken: Spoken(options.language),
    };
    let head = head(&page).into_string();
    let body = body(&page).into_string();
    let data = picture::data(&page)?;
    out.write_all(DOCTYPE.into_string().as_bytes())?;
    write!(out, "<html lang=\"{}\"><head>", options.language.tag())?;
    // The one place where what is unsafe to show becomes visible; the markup of this source holds nothing of the kind.
    out.write_all(neutral_lines(&head).as_bytes())?;
    write!(out, "<style>{STYLE}</style></head><body>")?;
    out.write_all(neutral_lines(&body).as_bytes())?;
    write!(
        out,
        "<script type=\"application/json\" id=\"picture-data\">{data}</script>"
    )?;
    writeln!(out, "<script>{SCRIPT}</script></body></html>")
}

/// What stands in `<head>` before the style.
fn head(page: &Page) -> Markup {
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    );
    let verdict = page.spoken.verdict(page.diagnosis.verdict);
    let title = format!("{verdict}: {}", page.diagnosis.headline);
    let title: String = title.chars().take(120).collect();
    head_of(&title, &policy)
}

/// What every page says of itself.
fn head_of(title: &str, policy: &str) -> Markup {
    html! {
        meta charset="utf-8";
        meta http-equiv="Content-Security-Policy" content=(policy);
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        meta name="referrer" content="no-referrer";
        title { (title) " · bundlevet" }
    }
}

/// A source expression of a Content-Security-Policy.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// What stands in `<body>` before the data.
fn body(page: &Page) -> Markup {
    let sections: Vec<Section> = sections(page);
    html! {
        a.skip href="#verdict" { (page.say("To the verdict")) }
        (top(page))
        div.frame {
            nav.side aria-label=(page.say("Sections")) {
                a href="#verdict" { span { (page.say("Verdict")) } }
                @for section in &sections {
                    a href={ "#" (section.id) } {
                        span { (section.title) }
                        @if let Some(count) = section.count { span.count { (count) } }
                    }
                }
            }
            main {
                (verdict::verdict(page))
                (parts::finder(page))
                @for section in &sections {
                    section id=(section.id) {
                        h2 {
                            (section.title)
                            @if let Some(count) = section.count { " " span.count { (count) } }
                        }
                        (section.body)
                    }
                }
                (footer(page))
            }
        }
    }
}

fn top(page: &Page) -> Markup {
    let inputs = &page.diagnosis.inputs;
    let path = inputs.first().map(|input| input.path.as_str());
    let name = path.map(|path| path.rsplit('/').next().unwrap_or(path));
    html! {
        header.top {
            span.brand { (shape::mark()) "bundlevet" }
            span.input title=[path] {
                (name.unwrap_or_default())
                @if inputs.len() > 1 { " " (page.spoken.and_more(inputs.len() - 1)) }
            }
            button.quiet type="button" data-act="theme"
                data-auto=(page.say("Theme: auto")) data-light=(page.say("Theme: light")) data-dark=(page.say("Theme: dark")) {
                (page.say("Theme: auto"))
            }
            button.quiet type="button" data-act="print" { (page.say("Print")) }
        }
    }
}

fn footer(page: &Page) -> Markup {
    let known = page.options.database.date.as_deref();
    let tool = page.spoken.fill(
        "bundlevet {version}, {n} signatures",
        &[
            ("version", &env!("CARGO_PKG_VERSION")),
            ("n", &page.diagnosis.signatures),
        ],
    );
    html! {
        footer {
            p {
                (tool)
                @if let Some(date) = known { " " (page.spoken.fill("of {date}", &[("date", &date)])) }
                " · " (page.say("All times are UTC. This page is one file: it loads nothing and sends nothing."))
            }
        }
    }
}

/// The parts below the verdict, the most telling first.
fn sections(page: &Page) -> Vec<Section> {
    let diagnosis = page.diagnosis;
    let (open, explained): (Vec<_>, Vec<_>) = diagnosis
        .symptoms
        .iter()
        .partition(|one| one.explained_by.is_empty());
    let parts = [
        (
            "causes",
            "Causes",
            diagnosis.causes.len(),
            cause::causes(page),
        ),
        (
            "suspects",
            "Suspicious lines",
            diagnosis.suspects.len(),
            suspects::suspects(page),
        ),
        ("chain", "What explains what", 0, graph::graph(page)),
        ("timeline", "Timeline", 0, picture::picture(page)),
        (
            "symptoms",
            "Symptoms without a known cause",
            open.len(),
            cause::symptoms(page, &open),
        ),
        (
            "explained",
            "Explained symptoms",
            explained.len(),
            cause::explained(page, &explained),
        ),
        (
            "unusual",
            "What stands out",
            diagnosis.unusual.len(),
            rest::unusual(page),
        ),
        ("upgrade", "Upgrade", 0, views::upgrade(page)),
        ("etcd", "etcd", 0, views::etcd(page)),
        (
            "cluster",
            "What was collected",
            0,
            Some(cluster::cluster(page)),
        ),
        (
            "checked",
            "Checked and fine",
            diagnosis.checked.len(),
            rest::checked(page),
        ),
        (
            "missing",
            "Not examined, and what to ask for",
            diagnosis.not_examined.len(),
            rest::missing(page),
        ),
        (
            "problems",
            "Problems with the input",
            diagnosis.problems.len(),
            rest::problems(page),
        ),
    ];
    let whole = |(id, title, count, body): (_, _, usize, Option<Markup>)| {
        Some(Section {
            id,
            title: page.say(title),
            count: Some(count).filter(|count| *count > 0),
            body: body?,
        })
    };
    parts.into_iter().filter_map(whole).collect()
}
