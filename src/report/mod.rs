//! The diagnosis into text, JSON and the rest.

mod diff;
mod html;
pub(crate) mod inert;
mod json;
mod junit;
mod language;
mod lines;
mod markdown;
mod nearest;
mod neutral;
mod pages;
mod plain;
mod preflight;
mod redacted;
mod sarif;
mod secret;
mod show;
mod skeleton;
mod spoken;
mod text;
mod whole;
mod words;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
pub(crate) mod sample;

pub use diff::{DIFF_SCHEMA, diff_json, write_diff_json};
pub(crate) use html::{severity_chip, table, write_alone};
pub use html::{write_diff_html, write_html};
pub use inert::inert_json;
#[cfg(feature = "parquet")]
pub(crate) use json::inventory_entries;
pub use json::{SCHEMA, json, write_inventory_json, write_json, write_ndjson, write_timeline_json};
pub use junit::write_junit;
pub use language::Language;
pub use lines::{LINE_BYTES, NumberedLine, each_line};
pub use markdown::write_markdown;
pub use nearest::nearest;
pub use neutral::{neutral, neutral_lines};
pub use pages::{signature_index, signature_page};
pub use preflight::{PREFLIGHT_SCHEMA, write_preflight_json, write_preflight_openmetrics};
pub use redacted::{write_mapping, write_redacted, write_redacted_json};
pub use sarif::write_sarif;
pub use secret::{hide_secrets, masked};
pub use show::{Around, Search, Shown, grep, show};
pub use skeleton::skeleton;
pub(crate) use spoken::verdict_word;
pub use text::{
    DatabaseAge, TextOptions, write_diff_text, write_inventory, write_preflight_text,
    write_signature, write_text, write_timeline, write_why,
};
pub(crate) use whole::draft_of;
pub use whole::{abandon_all, write_private, write_whole};

use std::io::{self, Write};

use crate::rank::Diagnosis;

/// A form that a diagnosis can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: `bundlevet.diagnosis/v1`.
    Json,
    /// For log stores: one finding per line.
    Ndjson,
    /// For people with a browser: one file with everything in it.
    Html,
    /// For tickets: GitHub and GitLab take it as it is.
    Markdown,
    /// For code-scanning views: SARIF 2.1.0.
    Sarif,
    /// For continuous integration: JUnit XML.
    Junit,
}

impl Format {
    /// Every format, in the order in which help names them.
    pub const ALL: &'static [Format] = &[
        Format::Text,
        Format::Json,
        Format::Ndjson,
        Format::Html,
        Format::Markdown,
        Format::Sarif,
        Format::Junit,
    ];

    /// The word for it on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::Html => "html",
            Format::Markdown => "markdown",
            Format::Sarif => "sarif",
            Format::Junit => "junit",
        }
    }

    /// Another word that people try first.
    pub const fn alias(self) -> Option<&'static str> {
        match self {
            Format::Markdown => Some("md"),
            _ => None,
        }
    }

    /// The format of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.word() == word || format.alias() == Some(word))
    }
}

/// Writes a diagnosis; of `text` the language matters to every format for people, the rest to [`Format::Text`] alone.
pub fn write(
    format: Format,
    diagnosis: &Diagnosis,
    text: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    // Programs read English; people read their language.
    let people = matches!(format, Format::Text | Format::Markdown | Format::Html);
    let told;
    let diagnosis = if people && text.language != Language::English {
        told = diagnosis.in_language(text.language.tag());
        &told
    } else {
        diagnosis
    };
    match format {
        Format::Text => write_text(diagnosis, text, out),
        Format::Json => write_json(diagnosis, out),
        Format::Ndjson => write_ndjson(diagnosis, out),
        Format::Html => write_html(diagnosis, text, out),
        Format::Markdown => write_markdown(diagnosis, text.language, out),
        Format::Sarif => write_sarif(diagnosis, out),
        Format::Junit => write_junit(diagnosis, out),
    }
}
