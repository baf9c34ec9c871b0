//! Text into the places of its secrets: tokens, passwords, keys. What only talks about secrets stays readable.
//!
//! One search finds the words that secrets stand behind or begin with; each has a reader of its own that looks at
//! the few bytes after it. Reports mask with the same finder, so a class known here is known there.

mod object;
mod pair;
mod pem;
mod shape;

use std::sync::LazyLock;

use super::class::Class;
use super::short::Exact;
use crate::detect::prefilter::{Found as Hit, Prefilter};

pub(crate) use pem::{Pem, continued};

/// A secret in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) class: Class,
}

/// What stands behind a word.
#[derive(Debug, Clone, Copy)]
enum Behind {
    /// A separator and the secret.
    Value(Class),
    /// `Bearer x`, `Basic x`.
    Scheme,
    /// The word begins a secret of this shape.
    Shape(shape::Shape),
    /// A separator and an account.
    User,
    /// An account.
    Home,
    /// A block between BEGIN and END.
    Pem,
}

use shape::Shape;

/// Words of five letters and more, lower case; they are found in any case. Shorter ones would cost more than all others
/// together, so `user` is looked for with what may follow it.
const TRIGGERS: &[(&str, Behind)] = &[
    ("passw", Behind::Value(Class::Password)),
    ("passphrase", Behind::Value(Class::Password)),
    ("secret", Behind::Value(Class::Secret)),
    ("credential", Behind::Value(Class::Secret)),
    ("userdata", Behind::Value(Class::Certificate)),
    ("networkdata", Behind::Value(Class::Certificate)),
    ("certificate-data", Behind::Value(Class::Certificate)),
    (
        "certificate-authority-data",
        Behind::Value(Class::Certificate),
    ),
    ("token", Behind::Value(Class::Token)),
    ("username", Behind::User),
    ("user=", Behind::User),
    ("user ", Behind::User),
    ("user\"", Behind::User),
    ("user'", Behind::User),
    ("user\\", Behind::User),
    ("/home/", Behind::Home),
    ("r_sess", Behind::Value(Class::Token)),
    ("api-key", Behind::Value(Class::Key)),
    ("api_key", Behind::Value(Class::Key)),
    ("apikey", Behind::Value(Class::Key)),
    ("access-key", Behind::Value(Class::Key)),
    ("access_key", Behind::Value(Class::Key)),
    ("accesskey", Behind::Value(Class::Key)),
    ("account-key", Behind::Value(Class::Key)),
    ("account_key", Behind::Value(Class::Key)),
    ("accountkey", Behind::Value(Class::Key)),
    ("private-key", Behind::Value(Class::Key)),
    ("private_key", Behind::Value(Class::Key)),
    ("privatekey", Behind::Value(Class::Key)),
    ("client-key", Behind::Value(Class::Key)),
    ("auth\"", Behind::Shape(Shape::Auth)),
    ("auth\\", Behind::Shape(Shape::Auth)),
    ("bearer ", Behind::Scheme),
    ("basic ", Behind::Scheme),
    ("token-", Behind::Shape(Shape::Rancher)),
    ("kubeconfig-", Behind::Shape(Shape::Rancher)),
    ("/v3/import/", Behind::Shape(Shape::Import)),
    ("github_pat_", Behind::Shape(Shape::Vendor)),
    ("glpat-", Behind::Shape(Shape::Vendor)),
    ("xoxb-", Behind::Shape(Shape::Vendor)),
    ("xoxp-", Behind::Shape(Shape::Vendor)),
    ("ssh-rsa ", Behind::Shape(Shape::Ssh)),
    ("ssh-dss ", Behind::Shape(Shape::Ssh)),
    ("ssh-ed25519 ", Behind::Shape(Shape::Ssh)),
    ("ecdsa-sha2-", Behind::Shape(Shape::Ssh)),
    // base64 of gzip, of "-----", of "#cloud-config", of a JSON web token, of a certificate or key
    (
        "ls0tls1c",
        Behind::Shape(Shape::Base64("LS0tLS1C", Class::Secret)),
    ),
    (
        "i2nsb3vklwnvbmzpz",
        Behind::Shape(Shape::Base64("I2Nsb3VkLWNvbmZpZ", Class::Secret)),
    ),
    (
        "zxlkagjh",
        Behind::Shape(Shape::Base64("ZXlKaGJH", Class::Secret)),
    ),
    ("-----begin ", Behind::Pem),
];

/// Shorter ones, as they are written.
const SHORT: &[(&str, Behind)] = &[
    ("eyJ", Behind::Shape(Shape::Jwt)),
    ("K10", Behind::Shape(Shape::Join)),
    ("AKIA", Behind::Shape(Shape::Aws)),
    ("ASIA", Behind::Shape(Shape::Aws)),
    ("://", Behind::Shape(Shape::Url)),
    ("ghp_", Behind::Shape(Shape::Vendor)),
    ("gho_", Behind::Shape(Shape::Vendor)),
    ("ghs_", Behind::Shape(Shape::Vendor)),
    ("ghu_", Behind::Shape(Shape::Vendor)),
    ("AIza", Behind::Shape(Shape::Vendor)),
    ("$1$", Behind::Shape(Shape::Crypt)),
    ("$5$", Behind::Shape(Shape::Crypt)),
    ("$6$", Behind::Shape(Shape::Crypt)),
    ("$y$", Behind::Shape(Shape::Crypt)),
    ("$2a$", Behind::Shape(Shape::Crypt)),
    ("$2b$", Behind::Shape(Shape::Crypt)),
    ("$2y$", Behind::Shape(Shape::Crypt)),
    ("H4sI", Behind::Shape(Shape::Base64("H4sI", Class::Secret))),
    (
        "MII",
        Behind::Shape(Shape::Base64("MII", Class::Certificate)),
    ),
];

/// What is looked for of a word: those of seven letters would need a search of their own.
fn needle(word: &str) -> &[u8] {
    let length = if word.len() == 7 { 6 } else { word.len() };
    word.as_bytes().get(..length).unwrap_or_default()
}

/// What a search for secrets looks for, whoever makes it; [`find_at`] takes its hits by their place in this list.
pub(crate) fn needles() -> impl Iterator<Item = Box<[u8]>> {
    TRIGGERS.iter().map(|(word, _)| Box::from(needle(word)))
}

static WORDS: LazyLock<Prefilter> = LazyLock::new(|| Prefilter::new(needles().collect()));

static SHORT_WORDS: LazyLock<Exact> =
    LazyLock::new(|| Exact::new(SHORT.iter().map(|(word, _)| *word)));

/// Finds secrets in whole lines, in no particular order; some may lie inside others. Gives the class of a block that
/// the text ends in.
pub(crate) fn find(text: &[u8], pem: Pem, out: &mut Vec<Found>) -> Option<Class> {
    let mut hits = Vec::new();
    WORDS.find(text, &mut hits);
    hits.sort_unstable();
    find_at(text, pem, &hits, out)
}

/// As [`find`], where the [`needles`] stand already known, in order.
pub(crate) fn find_at(text: &[u8], pem: Pem, hits: &[Hit], out: &mut Vec<Found>) -> Option<Class> {
    let mut open = None;
    for hit in hits {
        let Some((word, behind)) = TRIGGERS.get(hit.literal as usize) else {
            continue;
        };
        let start = hit.at as usize;
        let end = start + word.len();
        let whole = |here: &[u8]| here.eq_ignore_ascii_case(word.as_bytes());
        if word.len() == needle(word).len() || text.get(start..end).is_some_and(whole) {
            let begun = look(*behind, text, start, end, pem, out);
            open = begun.or(open);
        }
    }
    SHORT_WORDS.each(text, |start, end, word| {
        if let Some((_, behind)) = SHORT.get(word) {
            look(*behind, text, start, end, pem, out);
        }
    });
    open
}

/// Looks at what stands behind a word at `start..end`; the class of a block that stays open.
fn look(
    behind: Behind,
    text: &[u8],
    start: usize,
    end: usize,
    pem: Pem,
    out: &mut Vec<Found>,
) -> Option<Class> {
    match behind {
        Behind::Value(class) => {
            pair::find(text, start, end, class, out);
            if class == Class::Secret {
                object::find(text, start, end, out);
            }
        }
        Behind::User => {
            let word = text.get(start..end).unwrap_or_default();
            let beyond = word.iter().rev().take_while(|b| !b.is_ascii_alphabetic());
            pair::account(text, start, end - beyond.count(), out);
        }
        Behind::Home => pair::home(text, end, out),
        Behind::Scheme => pair::scheme(text, end, out),
        Behind::Shape(shape) => shape::find(shape, text, start, end, out),
        Behind::Pem => return pem::find(text, start, pem, out),
    }
    None
}

/// The byte at a place, 0 beyond the text.
fn at(text: &[u8], place: usize) -> u8 {
    text.get(place).copied().unwrap_or(0)
}

/// The end of the run of bytes from `start` that `is` holds for, at most `most` of them.
fn run(text: &[u8], start: usize, most: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start + rest.iter().take(most).take_while(|b| is(**b)).count()
}

fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_')
}

fn is_base64_url(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')
}

#[cfg(test)]
mod tests;
