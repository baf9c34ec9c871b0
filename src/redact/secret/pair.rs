//! A key word, a separator and a value: `password: x`, `"token":"x"`, `DB_PASSWORD=x`, `--token x`, `Bearer x`.

use super::super::class::{Class, begins_with_pseudonym, without_pseudonyms};
use super::{Found, at, run};

/// Longest value that is looked at.
const MOST: usize = 16 << 10;

/// What may follow a key word inside the key, lower case without dashes: `secret_access_key`, `password1`.
const ENDINGS: &[&str] = &[
    "",
    "key",
    "keyid",
    "id",
    "accesskey",
    "value",
    "data",
    "text",
    "base64",
    "hash",
    "secret",
    "string",
];

/// Values that say there is none.
const NOTHING: &[&[u8]] = &[
    b"",
    b"true",
    b"false",
    b"null",
    b"none",
    b"nil",
    b"yes",
    b"no",
    b"string",
    b"required",
    b"optional",
    b"is",
    b"redacted",
    b"masked",
    b"hidden",
    b"unset",
    b"empty",
    b"default",
];

/// Looks at the value behind the key word at `start..end`.
pub(super) fn find(text: &[u8], start: usize, end: usize, class: Class, out: &mut Vec<Found>) {
    let Some((key_end, ending)) = key(text, start, end, class) else {
        return;
    };
    let Some(value) = Value::behind(text, start, key_end) else {
        return;
    };
    let found = value.text(text);
    if ending == "id" && class != Class::Key {
        return;
    }
    let secret = |found: &[u8]| match class {
        Class::Certificate => found.len() >= 16 && found.iter().all(|b| super::is_base64(*b)),
        Class::Password => value.is_password(found),
        Class::Secret => looks_secret(found, &value) && !is_object_name(found),
        _ => looks_secret(found, &value),
    };
    if secret(found)
        && !is_nothing(found)
        && !begins_with_pseudonym(found)
        && tells_beside_pseudonyms(found, secret)
    {
        let class = match class {
            Class::Certificate if at(text, start).eq_ignore_ascii_case(&b'u') => Class::Secret,
            class => class,
        };
        out.push(Found {
            start: value.start,
            end: value.end,
            class,
        });
    }
}

/// Where the key ends, and what it has behind the key word; nothing where it is another word (`tokens`, `secretName`).
fn key(text: &[u8], start: usize, end: usize, class: Class) -> Option<(usize, &'static str)> {
    let from = match class {
        // passwd, password
        Class::Password if at(text, end).eq_ignore_ascii_case(&b'd') => end + 1,
        Class::Password if text.get(end..end + 3)?.eq_ignore_ascii_case(b"ord") => end + 3,
        Class::Password if text.get(start..end)?.len() > 5 => end,
        Class::Password => return None,
        Class::Secret if at(text, start).eq_ignore_ascii_case(&b'c') => {
            run(text, end, 1, |b| b.eq_ignore_ascii_case(&b's'))
        }
        _ => end,
    };
    let key_end = run(text, from, 24, |b| {
        b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
    });
    let inside = text.get(from..key_end)?;
    let letters = || inside.iter().filter(|b| b.is_ascii_alphabetic());
    let is = |ending: &&&str| letters().map(u8::to_ascii_lowercase).eq(ending.bytes());
    ENDINGS.iter().find(is).map(|ending| (key_end, *ending))
}

struct Value {
    start: usize,
    end: usize,
    /// Both the key and the value are quoted, as in JSON; or the value follows an equals sign at once.
    firm: bool,
    /// The value is all that its line holds behind the key that begins the line.
    whole_line: bool,
}

impl Value {
    fn behind(text: &[u8], key_start: usize, key_end: usize) -> Option<Self> {
        let (after_key, key_quote) = quote(text, key_end);
        let separator = run(text, after_key, 2, |b| b == b' ');
        let (start, equals) = match at(text, separator) {
            b':' | b'=' => {
                let both = matches!(text.get(separator..separator + 2), Some(b":=" | b"=>"));
                let next = separator + 1 + usize::from(both);
                (
                    run(text, next, 2, |b| b == b' ' || b == b'\t'),
                    at(text, separator) == b'=' && at(text, next) != b' ',
                )
            }
            // --token x
            _ if at(text, key_end) == b' '
                && separator == key_end + 1
                && is_flag(text, key_start) =>
            {
                (separator, false)
            }
            _ => return None,
        };
        let (inner, value_quote) = quote(text, start);
        let end = match value_quote {
            Some(close) => closing(text, inner, close),
            None => {
                let to_space = equals && is_env(text, key_start, key_end);
                run(text, inner, MOST, |b| {
                    !(b.is_ascii_whitespace()
                        || matches!(b, b'"' | b'\'' | 0)
                        || !to_space
                            && matches!(b, b'\\' | b',' | b';' | b'&' | b'{' | b'}' | b'[' | b']'))
                })
            }
        };
        let line_end = matches!(
            at(
                text,
                run(text, end, 64, |b| matches!(
                    b,
                    b' ' | b'\r' | b'"' | b'\'' | b','
                ))
            ),
            b'\n' | 0
        );
        Some(Self {
            start: inner,
            end,
            firm: equals || (value_quote.is_some() && key_quote.is_some()),
            whole_line: line_end && begins_line(text, key_start),
        })
    }

    fn text<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }

    fn is_password(&self, value: &[u8]) -> bool {
        self.firm && !value.is_empty()
            || self.whole_line && value.len() > 1
            || value.len() >= 6 && value.iter().any(u8::is_ascii_digit)
    }
}

/// Whether a value that counts as a secret does so without the pseudonyms in it, too: their digits make none of what was
/// none before them.
fn tells_beside_pseudonyms(value: &[u8], secret: impl Fn(&[u8]) -> bool) -> bool {
    let without = |instead: &[u8]| without_pseudonyms(value, instead);
    [&b""[..], b"name-name"]
        .into_iter()
        .all(|instead| without(instead).is_none_or(|left| secret(&left)))
}

/// `token: expired` says what is wrong; `token: x7k2mq...` is the token.
fn looks_secret(value: &[u8], at: &Value) -> bool {
    let mixed =
        || value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    value.len() >= 6
        && !value.contains(&b' ')
        && (value.iter().any(u8::is_ascii_digit)
            || (at.firm || at.whole_line) && value.len() >= 16 && mixed())
}

/// `fleet-default/c-m-7hq4z-machine-plan`, `tls-rancher-internal2`: an object is named, not told.
fn is_object_name(value: &[u8]) -> bool {
    let lower =
        |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'/');
    value.iter().all(lower)
        && value
            .split(|b| matches!(b, b'-' | b'.' | b'/'))
            .filter(|part| part.len() >= 3 && part.iter().all(u8::is_ascii_alphabetic))
            .count()
            >= 2
}

fn is_nothing(value: &[u8]) -> bool {
    NOTHING
        .iter()
        .any(|nothing| value.eq_ignore_ascii_case(nothing))
        || value
            .iter()
            .all(|b| matches!(b, b'*' | b'x' | b'X' | b'.' | b'-' | b'?'))
        || value.starts_with(b"$(")
        || value.starts_with(b"${")
        || value.starts_with(b"{{")
        || value.starts_with(b"<")
        || value.starts_with(b"***")
        || value.starts_with(b"[REDACTED")
}

/// Behind an optional quote, which JSON inside JSON escapes, and how it is closed.
fn quote(text: &[u8], from: usize) -> (usize, Option<&[u8]>) {
    let mark = run(text, from, 3, |b| b == b'\\');
    match at(text, mark) {
        b'"' | b'\'' => (mark + 1, text.get(from..mark + 1)),
        _ => (from, None),
    }
}

/// Where a quoted value ends: before its closing quote, or with its line.
fn closing(text: &[u8], from: usize, close: &[u8]) -> usize {
    let line = run(text, from, MOST, |b| b != b'\n' && b != 0);
    let mut place = from;
    while place < line {
        if text
            .get(place..line)
            .is_some_and(|rest| rest.starts_with(close))
        {
            return place;
        }
        // an escaped quote inside
        place += if at(text, place) == b'\\' && close.len() == 1 {
            2
        } else {
            1
        };
    }
    line
}

fn is_flag(text: &[u8], key_start: usize) -> bool {
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let before = text
        .get(key_start.saturating_sub(32)..key_start)
        .unwrap_or_default();
    let begin = before.iter().rposition(|b| !word(b)).map_or(0, |at| at + 1);
    before.get(begin..).unwrap_or_default().starts_with(b"--")
}

/// `DB_PASSWORD`: capitals only.
fn is_env(text: &[u8], start: usize, end: usize) -> bool {
    text.get(start..end)
        .unwrap_or_default()
        .iter()
        .all(|b| !b.is_ascii_lowercase())
}

/// Whether the key begins its line, or a list item.
fn begins_line(text: &[u8], key_start: usize) -> bool {
    let before = text
        .get(key_start.saturating_sub(80)..key_start)
        .unwrap_or_default();
    let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'"' | b'\'');
    let spaces = line.iter().rposition(|b| !word(b)).map_or(0, |at| at + 1);
    line.get(..spaces)
        .unwrap_or_default()
        .iter()
        .all(|b| matches!(b, b' ' | b'-' | b'\t'))
}

/// The credentials behind `Bearer ` and `Basic `.
pub(super) fn scheme(text: &[u8], from: usize, out: &mut Vec<Found>) {
    let end = run(text, from, MOST, |b| {
        super::is_base64(b) || matches!(b, b'.' | b'~' | b':')
    });
    let value = text.get(from..end).unwrap_or_default();
    let secret = |value: &[u8]| {
        let inner = value.get(1..).unwrap_or_default();
        let mixed =
            inner.iter().any(u8::is_ascii_uppercase) && inner.iter().any(u8::is_ascii_lowercase);
        value.len() >= 8 && (value.iter().any(u8::is_ascii_digit) || value.len() >= 20 || mixed)
    };
    // `Bearer x=***` was masked before
    if secret(value)
        && at(text, end) != b'*'
        && !begins_with_pseudonym(value)
        && tells_beside_pseudonyms(value, secret)
    {
        out.push(Found {
            start: from,
            end,
            class: Class::Token,
        });
    }
}

/// The account behind `user=`, `"username":`; not the systems' and products' own.
pub(super) fn account(text: &[u8], start: usize, end: usize, out: &mut Vec<Found>) {
    if at(text, end).is_ascii_alphanumeric() || !super::super::find::starts_word(text, start) {
        return;
    }
    if let Some(value) = Value::behind(text, start, end)
        && value.firm
    {
        push_account(text, value.start, out);
    }
}

/// The account that a home directory is of.
pub(super) fn home(text: &[u8], end: usize, out: &mut Vec<Found>) {
    push_account(text, end, out);
}

fn push_account(text: &[u8], start: usize, out: &mut Vec<Found>) {
    let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let end = run(text, start, 64, name);
    let Some(found) = text
        .get(start..end)
        .and_then(|name| std::str::from_utf8(name).ok())
    else {
        return;
    };
    // an address is found by itself, `system:...` is no person
    if found.len() < 2
        || matches!(at(text, end), b'@' | b':')
        || begins_with_pseudonym(found.as_bytes())
    {
        return;
    }
    let name = found.to_ascii_lowercase();
    if !super::super::words::is_account(&name)
        && name.bytes().any(|b| b.is_ascii_alphabetic())
        && !name.contains("..")
    {
        out.push(Found {
            start,
            end,
            class: Class::User,
        });
    }
}
