//! Text into the places of its addresses, domains and e-mail addresses.
//!
//! Every one of them has a dot, a colon or an at sign, so the search leaps from one such byte to the next.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::words::{self, Top};
use crate::detect::simd;

/// What was found, as it stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address.
    V6(Ipv6Addr),
    /// A hardware address.
    Mac([u8; 6]),
    /// A private domain name; what is registered begins at this byte of it.
    Domain(usize),
    /// An e-mail address; its domain begins at this byte of it.
    Email(usize),
}

/// Which domains are known to be the owner's.
pub(crate) trait Owner {
    /// Whether a (lower case) registrable domain is.
    fn owns(&self, registered: &str) -> bool;
    /// Whether one of them ends with this (lower case) label.
    fn ends(&self, label: &str) -> bool;
    /// Where in a dotted word, if it is a private domain, what is registered begins: [`registered`], perhaps remembered.
    fn registered(&self, word: &[u8]) -> Option<usize>;
}

/// Finds tokens, in order.
pub(crate) fn tokens(text: &[u8], owner: &impl Owner, mut each: impl FnMut(usize, usize, Token)) {
    let (mut dotted, mut colons) = (0, 0);
    let mut points = Vec::with_capacity(text.len() / 16);
    let looked = simd::points(text, &mut points);
    let tail = memchr::memchr3_iter(b'.', b':', b'@', text.get(looked..).unwrap_or_default());
    // what may stand at the very beginning has nothing before it
    let first = (looked > 0).then_some(0);
    let points = points.into_iter().map(|place| place as usize);
    let places = first.into_iter().chain(points);
    for place in places.chain(tail.map(|place| looked + place)) {
        let before = place.checked_sub(1).map_or(0, |at| byte(text, at));
        let after = byte(text, place + 1);
        match byte(text, place) {
            b'.' if place >= dotted => {
                if !before.is_ascii_alphanumeric() || !after.is_ascii_alphanumeric() {
                    continue;
                }
                // fractions of a second have more digits than an octet
                let fraction = || text.get(place + 1..place + 5);
                if before.is_ascii_digit()
                    && after.is_ascii_digit()
                    && !fraction().is_some_and(|four| four.iter().all(u8::is_ascii_digit))
                    && let Some((start, end, address)) = v4(text, place)
                {
                    dotted = end;
                    each(start, end, Token::V4(address));
                    continue;
                }
                let (end, may) = dotted_end(text, place);
                dotted = end;
                if may
                    && may_end(text, place, end, owner)
                    && let (start, end) = dotted_word(text, place)
                    && let Some((start, end, token)) = domain(text, start, end, owner)
                {
                    each(start, end, token);
                }
            }
            b':' if place >= colons
                && (after == b':' || after.is_ascii_hexdigit() && before.is_ascii_hexdigit()) =>
            {
                if let Some(end) = time_of_day(text, place) {
                    colons = end;
                    continue;
                }
                let (start, end) = hex_run(text, place);
                colons = end;
                hex(text, start, end, &mut each);
            }
            b'@' if after.is_ascii_alphanumeric() => {
                if let Some((start, end, at)) = email(text, place) {
                    each(start, end, Token::Email(at));
                }
            }
            _ => {}
        }
    }
}

fn byte(text: &[u8], place: usize) -> u8 {
    text.get(place).copied().unwrap_or(0)
}

/// Whether a word can begin at `place`: nothing alphanumeric stands before it, except what ends an escape
/// (`\n`, `\u003c`, `%2F`, a colour).
pub(crate) fn starts_word(text: &[u8], place: usize) -> bool {
    let back = |n: usize| place.checked_sub(n).map_or(0, |at| byte(text, at));
    let before = back(1);
    if !before.is_ascii_alphanumeric() {
        return true;
    }
    let hex = |n: usize| back(n).is_ascii_hexdigit();
    match before {
        b'n' | b'r' | b't' if back(2) == b'\\' => true,
        b'm' => colour_ends(text, place),
        _ if hex(1) && hex(2) && back(3) == b'%' => true,
        _ => hex(1) && hex(2) && hex(3) && hex(4) && back(5) == b'u' && back(6) == b'\\',
    }
}

/// `ESC [ 31 m`.
fn colour_ends(text: &[u8], place: usize) -> bool {
    let from = place.saturating_sub(12);
    let before = text.get(from..place.saturating_sub(1)).unwrap_or_default();
    let codes = before
        .iter()
        .rposition(|b| !b.is_ascii_digit() && *b != b';');
    codes.is_some_and(|at| {
        byte(before, at) == b'['
            && at > 0
            && matches!(byte(before, at - 1), 0x1b | b'b' | b'e' | b'3')
    })
}

/// Whether a word can end before `place`.
pub(crate) fn ends_word(text: &[u8], place: usize) -> bool {
    !byte(text, place).is_ascii_alphanumeric()
}

/// The first place from `start` on where a word can begin: behind an escape that the word would swallow.
fn behind_escape(text: &[u8], start: usize, end: usize) -> usize {
    let before = start.checked_sub(1).map_or(0, |at| byte(text, at));
    let hex = |from: usize, n: usize| (from..from + n).all(|at| byte(text, at).is_ascii_hexdigit());
    let skip = match (before, byte(text, start)) {
        (b'\\', b'u') if hex(start + 1, 4) => 5,
        (b'\\', b'n' | b'r' | b't') => 1,
        (b'%', _) if hex(start, 2) => 2,
        (b'[', b'0'..=b'9') => {
            let codes = (start..end)
                .take_while(|at| byte(text, *at).is_ascii_digit())
                .count();
            if byte(text, start + codes) == b'm' {
                codes + 1
            } else {
                0
            }
        }
        _ => 0,
    };
    (start + skip).min(end)
}

/// The address with a dot at `place`, its first.
fn v4(text: &[u8], place: usize) -> Option<(usize, usize, Ipv4Addr)> {
    let digits = (1..=3).take_while(|n| {
        place
            .checked_sub(*n)
            .is_some_and(|at| byte(text, at).is_ascii_digit())
    });
    let start = place - digits.count();
    let mut octets = [0u8; 4];
    let mut at = start;
    for (ix, octet) in octets.iter_mut().enumerate() {
        if ix > 0 {
            if byte(text, at) != b'.' {
                return None;
            }
            at += 1;
        }
        let begin = at;
        let mut value = 0u32;
        while at - begin < 4 && byte(text, at).is_ascii_digit() {
            value = value * 10 + u32::from(byte(text, at) - b'0');
            at += 1;
        }
        if at == begin {
            return None;
        }
        *octet = u8::try_from(value).ok()?;
    }
    let after = byte(text, at);
    let goes_on =
        after.is_ascii_alphanumeric() || after == b'.' && byte(text, at + 1).is_ascii_digit();
    let before = start.checked_sub(1).map_or(0, |at| byte(text, at));
    if goes_on || before == b'.' || !starts_word(text, start) {
        return None;
    }
    // libfoo-1.2.3.4-5: a version
    if octets[0] < 10 && before == b'-' && matches!(after, b'-' | b'+' | b'~') {
        return None;
    }
    Some((start, at, Ipv4Addr::from(octets)))
}

fn is_dotted(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')
}

/// Where the dotted word around `place` ends, and whether its last label could be that of a domain: two or more bytes,
/// none of them a digit or a dash. Where dots or dashes follow it, that is left to [`may_end`].
fn dotted_end(text: &[u8], place: usize) -> (usize, bool) {
    let after = text.get(place..).unwrap_or_default();
    let (mut on, mut label, mut letters, mut last) = (0, 0, true, b'.');
    for byte in after.iter().take(255) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'.' => (label, letters) = (on + 1, true),
            b'0'..=b'9' | b'-' | b'_' => letters = false,
            _ => break,
        }
        last = *byte;
        on += 1;
    }
    let trails = matches!(last, b'.' | b'-' | b'_');
    (place + on, trails || letters && on >= label + 2)
}

/// The whole of a dotted word around `place`.
fn dotted_word(text: &[u8], place: usize) -> (usize, usize) {
    let before = text
        .get(place.saturating_sub(255)..place)
        .unwrap_or_default();
    let back = before.iter().rev().take_while(|b| is_dotted(**b)).count();
    (place - back, dotted_end(text, place).0)
}

/// Whether the last label of a dotted word may be that of a domain: nearly all dots are in numbers and file names.
fn may_end(text: &[u8], place: usize, end: usize, owner: &impl Owner) -> bool {
    let word = text.get(place..end).unwrap_or_default();
    let trail = word
        .iter()
        .rev()
        .take_while(|b| matches!(b, b'.' | b'-' | b'_'));
    let word = word.get(..word.len() - trail.count()).unwrap_or_default();
    let label = memchr::memrchr(b'.', word).and_then(|at| word.get(at + 1..));
    let mut lower = [0; 24];
    let Some((label, lower)) = label.and_then(|label| Some((label, lower.get_mut(..label.len())?)))
    else {
        return false;
    };
    if label.len() < 2 || !label.iter().all(u8::is_ascii_alphabetic) {
        return false;
    }
    lower.copy_from_slice(label);
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).is_ok_and(|label| words::top(label).is_some() || owner.ends(label))
}

/// Where `12:34:56` ends whose first colon stands at `place`: no address has but two colons.
fn time_of_day(text: &[u8], place: usize) -> Option<usize> {
    let time: &[u8; 10] = text.get(place.checked_sub(3)?..)?.first_chunk()?;
    let [before, h, hh, b':', m, mm, b':', s, ss, after] = time else {
        return None;
    };
    let digits = [h, hh, m, mm, s, ss].iter().all(|b| b.is_ascii_digit());
    let apart = |b: &u8| !b.is_ascii_hexdigit() && *b != b':';
    (digits && apart(before) && apart(after)).then_some(place + 6)
}

/// The private domain that a dotted word is, if it is one.
fn domain(
    text: &[u8],
    start: usize,
    end: usize,
    owner: &impl Owner,
) -> Option<(usize, usize, Token)> {
    let start = behind_escape(text, start, end);
    let word = text.get(start..end)?;
    let trim = |b: &u8| matches!(b, b'.' | b'-' | b'_');
    let lead = word.iter().take_while(|b| trim(b)).count();
    let trail = word.iter().rev().take_while(|b| trim(b)).count();
    let (start, end) = (start + lead, end.checked_sub(trail)?);
    let word = text.get(start..end)?;
    let last = memchr::memrchr(b'.', word)? + 1;
    let label = word.get(last..)?;
    if !(2..=24).contains(&label.len()) || !label.iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let at = owner.registered(word)?;
    Some((start, end, Token::Domain(at)))
}

/// Where in a dotted word, if it is a private domain, what is registered begins.
pub(crate) fn registered(word: &[u8], owner: &impl Owner) -> Option<usize> {
    let name = String::from_utf8(word.to_ascii_lowercase()).ok()?;
    if name.contains("..") {
        return None;
    }
    is_private(&name, owner).then(|| words::registrable(&name))
}

/// Whether a (lower case) dotted name is somebody's own.
fn is_private(name: &str, owner: &impl Owner) -> bool {
    let Some((_, last)) = name.rsplit_once('.') else {
        return false;
    };
    if last == "example" {
        return false;
    }
    let registered = name.get(words::registrable(name)..).unwrap_or(name);
    if owner.owns(registered) {
        return true;
    }
    let labels = name.split('.').count();
    match words::top(last) {
        Some(Top::Generic | Top::Internal) => !words::is_public(name),
        Some(Top::Country) => labels >= 3 && !words::is_public(name),
        None => false,
    }
}

/// IPv4 addresses between dashes, as clouds name hosts: `ip-192-0-2-1`. Start and end are those of the address.
pub(crate) fn dashed(text: &[u8]) -> Vec<(usize, usize, Ipv4Addr)> {
    let mut out = Vec::new();
    for place in memchr::memmem::find_iter(text, b"ip-") {
        let start = place + 3;
        if !byte(text, start).is_ascii_digit() || !starts_word(text, place) {
            continue;
        }
        let rest = text
            .get(start..(start + 15).min(text.len()))
            .unwrap_or_default();
        let length = rest
            .iter()
            .take_while(|b| b.is_ascii_digit() || **b == b'-')
            .count();
        let run = rest.get(..length).unwrap_or_default();
        let mut parts = run.splitn(5, |b| *b == b'-');
        let four: Vec<&[u8]> = parts.by_ref().take(4).collect();
        let octets: Option<Vec<u8>> = four
            .iter()
            .map(|part| std::str::from_utf8(part).ok()?.parse().ok())
            .collect();
        if let Some([a, b, c, d]) = octets.as_deref() {
            let length = four.iter().map(|part| part.len() + 1).sum::<usize>() - 1;
            if ends_word(text, start + length) {
                out.push((start, start + length, Ipv4Addr::new(*a, *b, *c, *d)));
            }
        }
    }
    out
}

/// Hexadecimal digits, colons and dots around `place`.
fn hex_run(text: &[u8], place: usize) -> (usize, usize) {
    let part = |b: &&u8| b.is_ascii_hexdigit() || **b == b':';
    let before = text.get(place.saturating_sub(8)..place).unwrap_or_default();
    let back = before.iter().rev().take_while(part).count();
    let after = text.get(place..).unwrap_or_default();
    let on = after
        .iter()
        .take(128)
        .take_while(|b| part(b) || **b == b'.')
        .count();
    (place - back, place + on)
}

/// The addresses of a run of hexadecimal digits and colons.
fn hex(text: &[u8], start: usize, end: usize, each: &mut impl FnMut(usize, usize, Token)) {
    let mut end = end;
    while end > start
        && (byte(text, end - 1) == b'.'
            || byte(text, end - 1) == b':' && byte(text, end.wrapping_sub(2)) != b':')
    {
        end -= 1;
    }
    let Some(run) = text.get(start..end) else {
        return;
    };
    let colons = memchr::memchr_iter(b':', run).count();
    if colons < 2 || byte(text, end).is_ascii_alphanumeric() || !starts_word(text, start) {
        return;
    }
    // a hardware address alone, or two and a protocol as the packet filter logs them
    if colons == 5 || colons == 13 {
        let pairs: Option<Vec<u8>> = run.split(|b| *b == b':').map(pair).collect();
        if let Some(pairs) = pairs {
            for (ix, six) in pairs.chunks_exact(6).enumerate() {
                if let Ok(six) = <[u8; 6]>::try_from(six) {
                    each(start + ix * 18, start + ix * 18 + 17, Token::Mac(six));
                }
            }
            return;
        }
    }
    if colons > 8 || run.len() > 45 || run.len() < 3 {
        return;
    }
    let double = memchr::memmem::find(run, b"::").is_some();
    // a fingerprint
    if !double && run.split(|b| *b == b':').all(|group| group.len() == 2) {
        return;
    }
    if (double || colons == 7 || colons == 6)
        && let Some(address) = std::str::from_utf8(run)
            .ok()
            .and_then(|run| run.parse().ok())
    {
        each(start, end, Token::V6(address));
    }
}

fn pair(digits: &[u8]) -> Option<u8> {
    if digits.len() != 2 {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// What systemd writes behind an at sign.
const UNITS: &[&str] = &[
    "automount",
    "conf",
    "device",
    "go",
    "log",
    "mount",
    "path",
    "scope",
    "service",
    "slice",
    "socket",
    "swap",
    "target",
    "timer",
    "yaml",
];

/// The e-mail address around the at sign.
fn email(text: &[u8], place: usize) -> Option<(usize, usize, usize)> {
    let local = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-');
    let before = text.get(place.saturating_sub(64)..place)?;
    let start = place - before.iter().rev().take_while(local).count();
    let start = behind_escape(text, start, place);
    let (_, end) = dotted_word(text, place + 1);
    let word = text.get(place + 1..end)?;
    let trail = word
        .iter()
        .rev()
        .take_while(|b| !b.is_ascii_alphanumeric())
        .count();
    let end = end - trail;
    let name = std::str::from_utf8(text.get(place + 1..end)?)
        .ok()?
        .to_ascii_lowercase();
    let (_, last) = name.rsplit_once('.')?;
    let plausible = start < place
        && (2..=24).contains(&last.len())
        && last.bytes().all(|b| b.is_ascii_alphabetic())
        && !UNITS.contains(&last)
        && last != "example"
        && !name.contains('_')
        && !words::is_public(&name)
        && !in_url(text, start);
    plausible.then_some((start, end, place + 1 - start))
}

/// Whether what stands before is the beginning of a URL with credentials.
fn in_url(text: &[u8], start: usize) -> bool {
    let before = text
        .get(start.saturating_sub(160)..start)
        .unwrap_or_default();
    let word = before
        .iter()
        .rposition(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'<' | b'`'))
        .map_or(0, |at| at + 1);
    memchr::memmem::find(before.get(word..).unwrap_or_default(), b"://").is_some()
}

#[cfg(test)]
mod tests;
