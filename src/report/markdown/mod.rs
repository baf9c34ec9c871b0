//! The diagnosis into Markdown for a ticket: the answer in the first lines, the proof folded below it.
//!
//! Pasted into GitHub and GitLab it shows what the bundle says and does nothing else: foreign text stands in code, or
//! is escaped so that it makes no markup, links, mentions or references.

mod escape;
mod finding;
mod head;
mod rest;
mod suspects;

#[cfg(test)]
mod tests;

pub(super) use escape::{block, code, inline, prose};

use std::io::{self, Write};

use super::Language;
use super::spoken::Spoken;
use crate::rank::Diagnosis;

/// Characters of the whole: GitHub takes 65,536 in one comment, GitLab more.
const LONGEST: usize = 60_000;

/// Writes the diagnosis as Markdown: at most 40 lines, then folded sections. Sections that no longer fit into a comment
/// are named instead.
pub fn write_markdown(
    diagnosis: &Diagnosis,
    language: Language,
    out: &mut dyn Write,
) -> io::Result<()> {
    let spoken = Spoken(language);
    let mut text = head::head(spoken, diagnosis);
    let mut left_out = Vec::new();
    for section in sections(spoken, diagnosis) {
        let folded = section.folded();
        if text.chars().count() + folded.chars().count() > LONGEST {
            left_out.push(section.title);
        } else {
            text.push('\n');
            text.push_str(&folded);
        }
    }
    if !left_out.is_empty() {
        text.push('\n');
        text.push_str(&spoken.fill(
            "Left out because a comment holds no more: {sections}. The HTML report has all of it.",
            &[("sections", &escape::inline(&left_out.join("; ")))],
        ));
        text.push('\n');
    }
    out.write_all(text.as_bytes())
}

/// A folded part. The title is foreign text.
struct Section {
    title: String,
    body: String,
}

impl Section {
    fn new(title: impl Into<String>, body: String) -> Self {
        Self {
            title: title.into(),
            body,
        }
    }

    /// Markdown begins again after the empty lines; without them the body would be HTML.
    fn folded(&self) -> String {
        let title = escape::summary(&self.title);
        let body = self.body.trim_end();
        format!("<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>\n")
    }
}

fn sections(spoken: Spoken, diagnosis: &Diagnosis) -> Vec<Section> {
    let mut all = Vec::new();
    for (number, cause) in (1..).zip(&diagnosis.causes) {
        let title = format!("{number}. {}", cause.title);
        all.push(Section::new(title, finding::details(spoken, cause)));
    }
    all.extend(rest::sections(spoken, diagnosis));
    all.retain(|section| !section.body.trim().is_empty());
    all
}
