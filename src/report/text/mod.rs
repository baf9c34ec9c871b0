//! The diagnosis into text for people: the answer on the first screen, the proof below it.

mod cause;
mod diff;
mod explain;
mod header;
mod inputs;
mod inventory;
mod page;
mod preflight;
mod rest;
mod suspects;
mod views;
mod why;
pub(in crate::report) mod words;
mod wrap;

#[cfg(test)]
mod signature_tests;
#[cfg(test)]
mod tests;

pub(super) use header::{
    besides_from, failing_besides, headline, headline_alone, headline_is_first, newer,
    same_problem, unproven,
};

pub use diff::write_diff_text;
pub use explain::write_signature;
pub(super) use explain::{asked, requirement};
pub use inventory::write_inventory;
pub use preflight::write_preflight_text;
pub(super) use suspects::{resemblance, seen};
pub use views::write_timeline;
pub use why::write_why;

use std::collections::BTreeMap;
use std::io::{self, Write};

use page::Page;

use crate::rank::{Diagnosis, Verdict};
use crate::report::Language;

/// How the text is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextOptions {
    /// Columns of the page; clamped to 40 to 400.
    pub width: usize,
    /// Whether colours may be used.
    pub color: bool,
    /// At most this many causes, and this many symptoms; `None`: all.
    pub top: Option<usize>,
    /// What is known of the database, for the header.
    pub database: DatabaseAge,
    /// The language of the report.
    pub language: Language,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            top: None,
            database: DatabaseAge::default(),
            language: Language::English,
        }
    }
}

/// How old the signatures are and which products they know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatabaseAge {
    /// The day of the newest signature, `2026-11-20`.
    pub date: Option<String>,
    /// Days from then to today, where the caller knows today.
    pub days: Option<i64>,
    /// Newest version of each product that the signatures were written for.
    pub knows: BTreeMap<String, String>,
}

/// Writes the diagnosis as text.
pub fn write_text(
    diagnosis: &Diagnosis,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(options.width, options.color).in_language(options.language);
    let top = options.top.unwrap_or(usize::MAX);
    // With several inputs an entry's path does not say which of them it stands in.
    let input = match diagnosis.inputs.as_slice() {
        [one] => Some(one.path.as_str()),
        _ => None,
    };
    header::answer(&mut page, diagnosis, options);
    header::failing(&mut page, diagnosis);
    let known = diagnosis.verdict == Verdict::KnownCause;
    if !known {
        suspects::suspects(&mut page, &diagnosis.suspects, top);
    }
    inputs::inputs(&mut page, diagnosis, options);
    rest::clocks(&mut page, &diagnosis.clocks);
    for (number, finding) in (1..).zip(diagnosis.causes.iter().take(top)) {
        cause::cause(&mut page, number, finding, input);
    }
    let causes = diagnosis.causes.len();
    if causes > top {
        rest::left_out(&mut page, causes - top, "cause", "causes");
    }
    rest::symptoms(&mut page, diagnosis, top, input);
    views::upgrade(&mut page, diagnosis.upgrade.as_ref());
    for view in &diagnosis.etcd {
        views::etcd(&mut page, view);
    }
    rest::checked(&mut page, &diagnosis.checked);
    if known {
        suspects::suspects(&mut page, &diagnosis.suspects, top);
    }
    rest::unusual(&mut page, &diagnosis.unusual);
    rest::not_examined(&mut page, &diagnosis.not_examined);
    rest::problems(&mut page, &diagnosis.problems);
    out.write_all(page.into_text().as_bytes())
}
