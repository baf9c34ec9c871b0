//! Secrets that are known by how they look: web tokens, join tokens, vendors' keys, hashes, URLs with credentials.

use super::super::class::{Class, begins_with_pseudonym, is_pseudonym, without_pseudonyms};
use super::super::find::starts_word;
use super::{Found, at, is_base64, is_base64_url, run};

/// Longest secret of a shape.
const MOST: usize = 4 << 20;
/// Base64 shorter than this is a word.
const LEAST_BASE64: usize = 48;

/// The known looks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// `eyJ...`: JSON web tokens.
    Jwt,
    /// `K10<hash>::<user>:<password>` of RKE2 and K3s.
    Join,
    /// `token-x7k2q:<secret>` of Rancher.
    Rancher,
    /// Access keys of AWS.
    Aws,
    /// The registration URL of a cluster.
    Import,
    /// `scheme://user:password@host`.
    Url,
    /// GitHub, GitLab, Slack, Google.
    Vendor,
    /// Hashed passwords.
    Crypt,
    /// Public keys, with the comment that names their owner.
    Ssh,
    /// Base64 that begins like this.
    Base64(&'static str, Class),
    /// `"auth":"<base64 of user:password>"` of container registries.
    Auth,
}

/// Looks at what begins at `start`; the word that it was found by ends at `end`.
pub(super) fn find(shape: Shape, text: &[u8], start: usize, end: usize, out: &mut Vec<Found>) {
    let found = match shape {
        Shape::Url => return url(text, start, end, out),
        Shape::Jwt => jwt(text, start).map(|to| (start, to, Class::Token)),
        Shape::Join => join(text, start, end).map(|to| (start, to, Class::Token)),
        Shape::Rancher => rancher(text, start, end),
        Shape::Aws => aws(text, start).map(|to| (start, to, Class::Key)),
        Shape::Import => {
            let to = run(text, end, 256, is_base64_url);
            (to - end >= 16).then_some((end, to, Class::Token))
        }
        Shape::Vendor => {
            let to = run(text, end, 256, is_base64_url);
            (to - end >= 16 && starts_word(text, start)).then_some((start, to, Class::Token))
        }
        Shape::Crypt => {
            let to = run(text, end, 256, |b| {
                b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'$' | b'=')
            });
            (to - end >= 20).then_some((start, to, Class::Password))
        }
        Shape::Ssh => ssh(text, end).map(|(from, to)| (from, to, Class::Key)),
        Shape::Base64(begins, class) => base64(text, start, begins).map(|to| (start, to, class)),
        Shape::Auth => auth(text, end).map(|(from, to)| (from, to, Class::Password)),
    };
    if let Some((start, end, class)) = found
        && !begins_with_pseudonym(text.get(start..end).unwrap_or_default())
    {
        out.push(Found { start, end, class });
    }
}

fn jwt(text: &[u8], start: usize) -> Option<usize> {
    if text.get(start..start + 3) != Some(b"eyJ") || !starts_word(text, start) {
        return None;
    }
    let first = run(text, start, MOST, is_base64_url);
    if first - start < 11 || at(text, first) != b'.' {
        return None;
    }
    let second = run(text, first + 1, MOST, is_base64_url);
    if second - first < 9 {
        return None;
    }
    Some(match at(text, second) {
        b'.' => run(text, second + 1, MOST, is_base64_url),
        _ => second,
    })
}

fn join(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let hash = run(text, end, 128, |b| {
        b.is_ascii_digit() || (b'a'..=b'f').contains(&b)
    });
    if at(text, start) != b'K' || hash - end < 32 || text.get(hash..hash + 2) != Some(b"::") {
        return None;
    }
    Some(run(text, hash + 2, 512, |b| {
        !b.is_ascii_whitespace() && !matches!(b, b'"' | b'\'' | b'\\' | b',' | b'<' | b'>' | 0)
    }))
}

fn rancher(text: &[u8], start: usize, end: usize) -> Option<(usize, usize, Class)> {
    if !starts_word(text, start) {
        return None;
    }
    let name = run(text, end, 96, |b| {
        b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.')
    });
    let secret = run(text, name + 1, 128, |b| {
        b.is_ascii_lowercase() || b.is_ascii_digit()
    });
    let is = name - end >= 5 && at(text, name) == b':' && secret - name > 20;
    is.then_some((name + 1, secret, Class::Token))
}

fn aws(text: &[u8], start: usize) -> Option<usize> {
    let end = run(text, start, 64, |b| {
        b.is_ascii_uppercase() || b.is_ascii_digit()
    });
    (end - start == 20 && starts_word(text, start) && !at(text, end).is_ascii_alphanumeric())
        .then_some(end)
}

fn ssh(text: &[u8], from: usize) -> Option<(usize, usize)> {
    // ecdsa-sha2-nistp256 AAAA...
    let from = match at(text, from) {
        b'n' => run(text, from, 16, |b| b != b' ') + 1,
        _ => from,
    };
    let blob = run(text, from, 4096, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
    });
    if blob - from < 40 || text.get(from..from + 4) != Some(b"AAAA") {
        return None;
    }
    let comment = run(text, blob + 1, 128, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-' | b'_')
    });
    Some((
        from,
        if at(text, blob) == b' ' {
            comment
        } else {
            blob
        },
    ))
}

fn base64(text: &[u8], start: usize, begins: &str) -> Option<usize> {
    if !text.get(start..)?.starts_with(begins.as_bytes()) || !starts_word(text, start) {
        return None;
    }
    let before = start.checked_sub(1).map_or(0, |before| at(text, before));
    if matches!(before, b'+' | b'/') {
        return None;
    }
    let end = run(text, start, MOST, is_base64);
    (end - start >= LEAST_BASE64).then_some(end)
}

/// Behind the closing quote of the key.
fn auth(text: &[u8], end: usize) -> Option<(usize, usize)> {
    let quote = |from: usize| {
        let mark = run(text, from, 3, |b| b == b'\\');
        (at(text, mark) == b'"').then_some(mark + 1)
    };
    let separator = match at(text, end - 1) {
        b'"' => end,
        _ => quote(end - 1)?,
    };
    let separator = run(text, separator, 2, |b| b == b' ');
    if at(text, separator) != b':' {
        return None;
    }
    let from = quote(run(text, separator + 1, 2, |b| b == b' '))?;
    let to = run(text, from, 1024, is_base64);
    (to - from >= 8 && (to - from) % 4 == 0).then_some((from, to))
}

/// Whether what stands alone before the `@` of a URL is a token.
fn is_token(user: &[u8]) -> bool {
    user.len() >= 16 && user.iter().any(u8::is_ascii_digit)
}

/// The password of `user:password@`, or a token that stands alone before the `@`; and the user.
fn url(text: &[u8], start: usize, end: usize, out: &mut Vec<Found>) {
    if !start
        .checked_sub(1)
        .is_some_and(|before| at(text, before).is_ascii_alphanumeric())
    {
        return;
    }
    let word = |b: u8| {
        !(b.is_ascii_whitespace()
            || matches!(
                b,
                b'/' | b'"' | b'\'' | b'\\' | b'<' | b'>' | b'`' | 0 | b'?' | b'#'
            ))
    };
    let to = run(text, end, 512, word);
    let authority = text.get(end..to).unwrap_or_default();
    let Some(sign) = memchr::memrchr(b'@', authority) else {
        return;
    };
    let colon = memchr::memchr(b':', authority.get(..sign).unwrap_or_default());
    let user_end = colon.unwrap_or(sign);
    let user = authority.get(..user_end).unwrap_or_default();
    let mut push = |from: usize, to: usize, class: Class| {
        let value = authority.get(from..to).unwrap_or_default();
        if !value.is_empty() && !is_pseudonym(value) && value != b"***" {
            out.push(Found {
                start: end + from,
                end: end + to,
                class,
            });
        }
    };
    match colon {
        Some(colon) => push(colon + 1, sign, Class::Password),
        None if is_token(user)
            && without_pseudonyms(user, b"").is_none_or(|left| is_token(&left)) =>
        {
            push(0, sign, Class::Token)
        }
        None => {}
    }
}
