//! Pages without a script, in the style of the diagnosis: a comparison, the summary of a batch.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, html};

use super::{STYLE, hash, head_of, parts, shape};
use crate::report::Language;
use crate::report::neutral::neutral_lines;
use crate::report::spoken::Spoken;
use crate::signature::Severity;

/// Writes a page of a title and what stands below it. What a bundle says was escaped by maud, and is neutralised here.
pub(crate) fn write_alone(
    title: &str,
    language: Language,
    inside: &Markup,
    out: &mut dyn Write,
) -> io::Result<()> {
    let policy = format!(
        "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE)
    );
    let head = head_of(title, &policy);
    let tool = concat!("bundlevet ", env!("CARGO_PKG_VERSION"));
    let body = html! {
        header.top { span.brand { (shape::mark()) "bundlevet" } span.input { (title) } }
        main.alone {
            (inside)
            footer { p { (tool) " · " (Spoken(language).say("All times are UTC. This page is one file: it loads nothing and sends nothing.")) } }
        }
    };
    out.write_all(DOCTYPE.into_string().as_bytes())?;
    write!(out, "<html lang=\"{}\"><head>", language.tag())?;
    out.write_all(neutral_lines(&head.into_string()).as_bytes())?;
    write!(out, "<style>{STYLE}</style></head><body>")?;
    out.write_all(neutral_lines(&body.into_string()).as_bytes())?;
    writeln!(out, "</body></html>")
}

/// A section with a table, if it has rows; columns named in `numbers` stand right.
pub(crate) fn table<const N: usize>(
    title: &str,
    heads: [&str; N],
    numbers: &[&str],
    rows: &[[Markup; N]],
    language: Language,
) -> Markup {
    let spoken = Spoken(language);
    let number = |head: &str| numbers.contains(&head);
    html! {
        @if !rows.is_empty() {
            section {
                h2 { (spoken.say(title)) }
                div.scroll {
                    table {
                        thead { tr { @for head in heads { th scope="col" .number-column[number(head)] { (spoken.say(head)) } } } }
                        tbody {
                            @for row in rows {
                                tr { @for (head, cell) in heads.iter().zip(row) { td .number-column[number(head)] data-head=(spoken.say(head)) { div { (cell) } } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How bad, by word and shape.
pub(crate) fn severity(severity: Severity, language: Language) -> Markup {
    html! {
        span.chip.(parts::severity_class(severity)) { (shape::severity(severity)) (Spoken(language).severity(severity)) }
    }
}
