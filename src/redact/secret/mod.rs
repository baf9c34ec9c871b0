//! Text into the places of its secrets: tokens, passwords, keys. What only talks about secrets stays readable.
//!
//! One search finds the words that secrets stand behind or begin with; each has a reader of its own that looks at
//! the few bytes after it. Reports mask with the same finder, so a class known here is known there.

mod object;
mod pair;
mod pem;
mod shape;

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::class::Class;
use crate::detect::prefilter::Prefilter;

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

/// Words, lower case; they are found in any case.
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
    ("user", Behind::User),
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
    ("eyj", Behind::Shape(Shape::Jwt)),
    ("k10", Behind::Shape(Shape::Join)),
    ("token-", Behind::Shape(Shape::Rancher)),
    ("kubeconfig-", Behind::Shape(Shape::Rancher)),
    ("akia", Behind::Shape(Shape::Aws)),
    ("asia", Behind::Shape(Shape::Aws)),
    ("/v3/import/", Behind::Shape(Shape::Import)),
    ("://", Behind::Shape(Shape::Url)),
    ("ghp_", Behind::Shape(Shape::Vendor)),
    ("gho_", Behind::Shape(Shape::Vendor)),
    ("ghs_", Behind::Shape(Shape::Vendor)),
    ("ghu_", Behind::Shape(Shape::Vendor)),
    ("github_pat_", Behind::Shape(Shape::Vendor)),
    ("glpat-", Behind::Shape(Shape::Vendor)),
    ("xoxb-", Behind::Shape(Shape::Vendor)),
    ("xoxp-", Behind::Shape(Shape::Vendor)),
    ("aiza", Behind::Shape(Shape::Vendor)),
    ("$1$", Behind::Shape(Shape::Crypt)),
    ("$5$", Behind::Shape(Shape::Crypt)),
    ("$6$", Behind::Shape(Shape::Crypt)),
    ("$y$", Behind::Shape(Shape::Crypt)),
    ("$2a$", Behind::Shape(Shape::Crypt)),
    ("$2b$", Behind::Shape(Shape::Crypt)),
    ("$2y$", Behind::Shape(Shape::Crypt)),
    ("ssh-rsa ", Behind::Shape(Shape::Ssh)),
    ("ssh-dss ", Behind::Shape(Shape::Ssh)),
    ("ssh-ed25519 ", Behind::Shape(Shape::Ssh)),
    ("ecdsa-sha2-", Behind::Shape(Shape::Ssh)),
    // base64 of gzip, of "-----", of "#cloud-config", of a JSON web token, of a certificate or key
    ("h4si", Behind::Shape(Shape::Base64("H4sI", Class::Secret))),
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
    (
        "mii",
        Behind::Shape(Shape::Base64("MII", Class::Certificate)),
    ),
    ("-----begin ", Behind::Pem),
];

/// The words that are long enough for the prefilter, with their places in [`TRIGGERS`].
static WORDS: LazyLock<(Prefilter, Vec<usize>)> = LazyLock::new(|| {
    let long = TRIGGERS.iter().enumerate();
    let long = long.filter(|(_, (word, _))| word.len() >= Prefilter::SHORTEST);
    let (places, words) = long
        .map(|(place, (word, _))| (place, Box::from(word.as_bytes())))
        .unzip();
    (Prefilter::new(words), places)
});

/// The shorter ones as they are written; what begins with a `$` is found by that.
const SHORT: [&str; 4] = ["://", "eyJ", "K10", "MII"];

static SHORT_WORDS: LazyLock<Vec<(Finder<'static>, Behind)>> = LazyLock::new(|| {
    let behind = |word: &'static str| {
        let mut known = TRIGGERS.iter();
        let (_, behind) = known.find(|(known, _)| known.eq_ignore_ascii_case(word))?;
        Some((Finder::new(word), *behind))
    };
    SHORT.into_iter().filter_map(behind).collect()
});

/// Finds secrets in whole lines, in no particular order; some may lie inside others. Gives the class of a block that
/// the text ends in.
pub(crate) fn find(text: &[u8], pem: Pem, out: &mut Vec<Found>) -> Option<Class> {
    let (words, places) = &*WORDS;
    let mut found = Vec::new();
    words.find(text, &mut found);
    found.sort_unstable();
    let mut open = None;
    for hit in found {
        let known = places.get(hit.literal as usize);
        let Some((word, behind)) = known.and_then(|place| TRIGGERS.get(*place)) else {
            continue;
        };
        let start = hit.at as usize;
        let begun = look(*behind, text, start, start + word.len(), pem, out);
        open = begun.or(open);
    }
    for (finder, behind) in &*SHORT_WORDS {
        for start in finder.find_iter(text) {
            look(
                *behind,
                text,
                start,
                start + finder.needle().len(),
                pem,
                out,
            );
        }
    }
    for start in memchr::memchr_iter(b'$', text) {
        let hash = TRIGGERS.iter().filter(|(word, _)| word.starts_with('$'));
        for (word, behind) in hash {
            let end = start + word.len();
            let is = |here: &[u8]| here.eq_ignore_ascii_case(word.as_bytes());
            if text.get(start..end).is_some_and(is) {
                look(*behind, text, start, end, pem, out);
            }
        }
    }
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
        Behind::User => pair::account(text, start, end, out),
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
