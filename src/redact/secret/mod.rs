//! Text into the places of its secrets: tokens, passwords, keys. What only talks about secrets stays readable.
//!
//! One automaton finds the words that secrets stand behind or begin with; each has a reader of its own that looks at
//! the few bytes after it. Reports mask with the same finder, so a class known here is known there.

mod object;
mod pair;
mod pem;
mod shape;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::class::Class;

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

/// `None` could only be if the words above were too many; then nothing is found, which the tests would show.
static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(aho_corasick::AhoCorasickKind::DFA))
        .build(TRIGGERS.iter().map(|(word, _)| word))
        .ok()
});

/// Finds secrets in whole lines, in no particular order; some may lie inside others. Gives the class of a block that
/// the text ends in.
pub(crate) fn find(text: &[u8], pem: Pem, out: &mut Vec<Found>) -> Option<Class> {
    let words = WORDS.as_ref()?;
    let mut open = None;
    for hit in words.find_overlapping_iter(text) {
        let Some((_, behind)) = TRIGGERS.get(hit.pattern().as_usize()) else {
            continue;
        };
        let (start, end) = (hit.start(), hit.end());
        match behind {
            Behind::Value(class) => {
                pair::find(text, start, end, *class, out);
                if *class == Class::Secret {
                    object::find(text, start, end, out);
                }
            }
            Behind::User => pair::account(text, start, end, out),
            Behind::Home => pair::home(text, end, out),
            Behind::Scheme => pair::scheme(text, end, out),
            Behind::Shape(shape) => shape::find(*shape, text, start, end, out),
            Behind::Pem => open = pem::find(text, start, pem, out).or(open),
        }
    }
    open
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
