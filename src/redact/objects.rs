//! Objects of kind Secret, line by line, in YAML and indented JSON: their data are replaced whatever they look like.
//!
//! Writers sort keys, so `data` comes before `kind`: the lines of a `data` map are held until the kind is known. An
//! object is at most 1 MiB, so what is held is bounded.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::class::{Class, is_pseudonym};
use super::table;
use super::text::{Redactor, Work};
use crate::evidence::PLAN_KEYS;

/// More lines than this are no Secret.
const MOST_HELD: usize = 2 << 20;
/// Most bytes that a packed value is expanded to.
const MOST_EXPANDED: u64 = 16 << 20;

/// One line, as far as maps are concerned.
struct Pair<'l> {
    indent: usize,
    /// The line begins an item of a list.
    item: bool,
    key: &'l str,
    value: &'l str,
}

fn pair(line: &str) -> Option<Pair<'_>> {
    let body = line.trim_end();
    let mut rest = body.trim_start_matches(' ');
    let mut item = false;
    while let Some(inner) = rest.strip_prefix("- ") {
        item = true;
        rest = inner.trim_start_matches(' ');
    }
    let indent = body.len() - rest.len();
    let (key, value) = match rest.strip_prefix('"') {
        Some(quoted) => {
            let (key, value) = quoted.split_once('"')?;
            (key, value.trim_start().strip_prefix(':')?)
        }
        None => {
            let (key, value) = rest.split_once(':')?;
            if !(value.is_empty() || value.starts_with(' ')) || key.contains([' ', '{', '[']) {
                return None;
            }
            (key, value)
        }
    };
    Some(Pair {
        indent,
        item,
        key,
        value: value.trim_start(),
    })
}

/// Spaces at the beginning of a text, eight at a time: most bytes of objects are these.
pub(super) fn spaces(text: &[u8]) -> usize {
    const EIGHT: u64 = u64::from_ne_bytes([b' '; 8]);
    let mut count = 0;
    while let Some(eight) = text.get(count..).and_then(<[u8]>::first_chunk) {
        let others = u64::from_le_bytes(*eight) ^ EIGHT;
        if others != 0 {
            return count + others.trailing_zeros() as usize / 8;
        }
        count += 8;
    }
    let rest = text.get(count..).unwrap_or_default();
    count + rest.iter().take_while(|b| **b == b' ').count()
}

/// Whether a line that goes on like this behind its indent could be of the few that are followed: a `kind`, the `data` of
/// an object, an item of a list.
fn may_tell(body: &[u8]) -> bool {
    let key = match body {
        [b'-', ..] => return true,
        [b'"', key @ ..] => key,
        key => key,
    };
    match key.first() {
        Some(b'k') => key.starts_with(b"kind"),
        Some(b'd') => key.starts_with(b"data"),
        Some(b's') => key.starts_with(b"stringData"),
        _ => false,
    }
}

fn unquoted(value: &str) -> &str {
    let value = value.trim_end_matches(',');
    let inner = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    let inner = inner.or_else(|| value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')));
    inner.unwrap_or(value)
}

/// A `data` map (and what follows it in its object) whose kind is not known yet.
struct Hold {
    indent: usize,
    secret: Option<bool>,
    in_data: bool,
    /// Lines with whether they are data.
    lines: Vec<(Vec<u8>, bool)>,
    bytes: usize,
}

/// Follows the lines of a file.
pub(super) struct Objects {
    hold: Option<Hold>,
    /// Indent and answer of the last `kind` that holds for the lines to come.
    known: Option<(usize, bool)>,
    /// The file holds Secrets by its name.
    all: bool,
}

/// What becomes of lines.
pub(super) enum Out<'l> {
    /// To be redacted as any text.
    Plain(&'l [u8]),
    /// As it is now.
    Done(Vec<u8>),
}

impl Objects {
    pub(super) fn new(path: &str) -> Self {
        let file = path
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        Self {
            hold: None,
            known: None,
            all: file.starts_with("secret"),
        }
    }

    /// Bytes of the whole lines at the beginning of a text that go on as any text, without a look at each: most lines of
    /// objects.
    pub(super) fn plain(&mut self, text: &[u8]) -> usize {
        if self.hold.is_some() {
            return 0;
        }
        let mut end = 0;
        while let Some(rest) = text.get(end..).filter(|rest| !rest.is_empty()) {
            let indent = spaces(rest);
            let body = rest.get(indent..).unwrap_or_default();
            if indent == 0 && table::may_begin(body) {
                break;
            }
            let length = indent + memchr::memchr(b'\n', body).map_or(body.len(), |at| at + 1);
            let closes = self.known.is_some_and(|(known, _)| indent < known);
            if closes || may_tell(body) && self.concerns(indent, body) {
                let line = rest.get(..length).unwrap_or_default();
                let text = std::str::from_utf8(line).unwrap_or("");
                if pair(text).is_some_and(|pair| self.opens(&pair).is_some()) {
                    break;
                }
            }
            end += length;
        }
        end
    }

    /// Whether a line that may tell something could change what is known: an item of a list does so only if it begins with
    /// one of the few keys, or ends the object of the last `kind`.
    fn concerns(&self, indent: usize, body: &[u8]) -> bool {
        let mut key = body;
        while let [b'-', b' ', inner @ ..] = key {
            let spaces = inner.iter().take_while(|b| **b == b' ').count();
            key = inner.get(spaces..).unwrap_or_default();
        }
        let own = indent + body.len() - key.len();
        let ends = || self.known.is_some_and(|(known, _)| own <= known);
        key.len() == body.len() || key.first() == Some(&b'-') || may_tell(key) || ends()
    }

    /// Follows the kinds of objects; where a line opens a map of data that may be a Secret's, what is known of that.
    fn opens(&mut self, pair: &Pair<'_>) -> Option<Option<bool>> {
        if self
            .known
            .is_some_and(|(indent, _)| pair.indent < indent || pair.item && pair.indent <= indent)
        {
            self.known = None;
        }
        if pair.key == "kind" {
            self.known = Some((pair.indent, unquoted(pair.value) == "Secret"));
        }
        let map = matches!(pair.value, "" | "{");
        if !matches!(pair.key, "data" | "stringData") || !map {
            return None;
        }
        let known = self
            .known
            .filter(|(indent, _)| *indent == pair.indent)
            .map(|(_, secret)| secret);
        let secret = if self.all { Some(true) } else { known };
        (secret != Some(false)).then_some(secret)
    }

    /// One line with its end.
    pub(super) fn line(
        &mut self,
        line: &[u8],
        redactor: &Redactor,
        work: &mut Work,
        out: &mut dyn FnMut(Out<'_>, &mut Work),
    ) {
        let text = std::str::from_utf8(line).unwrap_or("");
        let found = pair(text);
        if self.hold.is_some() {
            match self.held(line, text, found.as_ref()) {
                Held::Yes => {
                    let full = self
                        .hold
                        .as_ref()
                        .is_some_and(|hold| hold.bytes > MOST_HELD);
                    let decided = self
                        .hold
                        .as_ref()
                        .is_some_and(|hold| hold.secret.is_some() && !hold.in_data);
                    if full || decided {
                        self.release(full, redactor, work, out);
                    }
                    return;
                }
                Held::No => self.release(true, redactor, work, out),
            }
        }
        if let Some(pair) = &found
            && let Some(secret) = self.opens(pair)
        {
            self.hold = Some(Hold {
                indent: pair.indent,
                secret,
                in_data: true,
                lines: vec![(line.to_vec(), false)],
                bytes: 0,
            });
            return;
        }
        out(Out::Plain(line), work);
    }

    /// Takes a line that belongs to the held object.
    fn held(&mut self, line: &[u8], text: &str, found: Option<&Pair<'_>>) -> Held {
        let Some(hold) = &mut self.hold else {
            return Held::No;
        };
        let indent = text.len() - text.trim_start_matches(' ').len();
        let body = text.trim();
        let inside =
            body.is_empty() || indent > hold.indent && found.is_none_or(|p| p.indent > hold.indent);
        let closes = found.is_none() && indent == hold.indent && body.starts_with('}');
        let mut data = hold.in_data && inside;
        if closes {
            hold.in_data = false;
            data = false;
        } else if let Some(pair) = found.filter(|p| p.indent == hold.indent && !p.item) {
            hold.in_data =
                matches!(pair.key, "data" | "stringData") && matches!(pair.value, "" | "{");
            if pair.key == "kind" {
                let secret = unquoted(pair.value) == "Secret";
                hold.secret = Some(hold.secret.unwrap_or(secret));
                self.known = Some((pair.indent, secret));
            }
            data = false;
        } else if !inside {
            return Held::No;
        }
        hold.bytes += line.len();
        hold.lines.push((line.to_vec(), data));
        Held::Yes
    }

    /// Lets held lines go. `end` where the object goes on no further, or is too large.
    pub(super) fn release(
        &mut self,
        end: bool,
        redactor: &Redactor,
        work: &mut Work,
        out: &mut dyn FnMut(Out<'_>, &mut Work),
    ) {
        let Some(mut hold) = self.hold.take() else {
            return;
        };
        let lines = std::mem::take(&mut hold.lines);
        let large = hold.bytes > MOST_HELD;
        // An object that never said its kind: base64 everywhere is a Secret's data.
        let secret = hold.secret.unwrap_or_else(|| !large && all_base64(&lines));
        for (line, data) in &lines {
            if secret && *data {
                out(Out::Done(blank(line, redactor, work)), work);
            } else {
                out(Out::Plain(line), work);
            }
        }
        if large && hold.in_data {
            // the rest of the same map
            self.hold = Some(Hold {
                bytes: 0,
                secret: Some(secret),
                ..hold
            });
        } else if !end && hold.secret == Some(true) {
            // stringData may follow
            self.known = Some((hold.indent, true));
        }
    }
}

enum Held {
    Yes,
    No,
}

fn all_base64(lines: &[(Vec<u8>, bool)]) -> bool {
    let mut values = 0;
    for (line, data) in lines {
        let Some(found) = std::str::from_utf8(line)
            .ok()
            .filter(|_| *data)
            .and_then(pair)
        else {
            continue;
        };
        let value = unquoted(found.value);
        if value.len() < 8 || STANDARD.decode(value).is_err() {
            return false;
        }
        values += 1;
    }
    values > 0
}

/// The line of a Secret's data without the data.
fn blank(line: &[u8], redactor: &Redactor, work: &mut Work) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    let end = text.len() - text.trim_end_matches(['\n', '\r']).len();
    let (body, end) = text.split_at(text.len() - end);
    let mut out = String::new();
    match pair(body) {
        Some(found)
            if !matches!(
                found.value,
                "" | "{" | "{}" | "|" | "|-" | "|+" | ">" | ">-"
            ) =>
        {
            let value = unquoted(found.value);
            if matches!(value, "" | "null") {
                return line.to_vec();
            }
            // values end their lines, but for quotes and a comma
            let at = body.len() - body.trim_end().len();
            let after = found.value.trim_end_matches(',').len()
                - found
                    .value
                    .trim_end_matches(',')
                    .trim_end_matches(['"', '\''])
                    .len();
            let commas = found.value.len() - found.value.trim_end_matches(',').len();
            let value_end = body.len() - at - commas - after.min(1);
            let value_start = value_end.saturating_sub(value.len());
            out.push_str(body.get(..value_start).unwrap_or_default());
            out.push_str(&hidden(found.key, value, redactor, work));
            out.push_str(body.get(value_end..).unwrap_or_default());
        }
        Some(_) => out.push_str(body),
        None => {
            let inner = body.trim();
            let indent = body.len() - body.trim_start().len();
            out.push_str(body.get(..indent).unwrap_or_default());
            if matches!(inner, "" | "}" | "}," | "]" | "]," | "***") {
                out.push_str(inner);
            } else {
                work.tally.counts.count(Class::Secret);
                out.push_str("***");
            }
        }
    }
    out.push_str(end);
    out.into_bytes()
}

/// What stands in place of a value.
fn hidden(key: &str, value: &str, redactor: &Redactor, work: &mut Work) -> String {
    let decoded = STANDARD.decode(value).ok();
    if let Some(bytes) = &decoded {
        if is_pseudonym(bytes) {
            return value.to_owned();
        }
        // how a plan went is needed to diagnose: redacted inside, not replaced
        if PLAN_KEYS.contains(&key)
            && let Some(inner) = redacted(bytes, redactor, work)
        {
            return STANDARD.encode(inner);
        }
    } else if is_pseudonym(value.as_bytes()) {
        return value.to_owned();
    }
    let with = redactor.pseudonym(Class::Secret, value.as_bytes());
    work.tally.counts.count(Class::Secret);
    match decoded {
        Some(_) => STANDARD.encode(with),
        None => with,
    }
}

/// Text, packed or not, redacted and packed the same way.
fn redacted(bytes: &[u8], redactor: &Redactor, work: &mut Work) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let packed = bytes.starts_with(b"\x1f\x8b");
    if packed {
        let mut inner = flate2::read::MultiGzDecoder::new(bytes).take(MOST_EXPANDED);
        inner.read_to_end(&mut plain).ok()?;
    } else {
        plain.extend_from_slice(bytes);
    }
    std::str::from_utf8(&plain).ok()?;
    let mut out = Vec::with_capacity(plain.len());
    // outputs of plans are JSON of base64 of text
    if let Ok(serde_json::Value::Object(outputs)) = serde_json::from_slice(&plain) {
        let inner = outputs.into_iter().map(|(name, value)| {
            let value = plan_value(value, redactor, work);
            (redactor.text(&name), value)
        });
        let all: serde_json::Map<String, serde_json::Value> = inner.collect();
        serde_json::to_writer(&mut out, &all).ok()?;
    } else {
        redactor.lines(&plain, None, work, &mut out);
    }
    if !packed {
        return Some(out);
    }
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(&out).ok()?;
    packer.finish().ok()
}

/// A value of a plan's JSON: base64 of text inside, or text.
fn plan_value(value: serde_json::Value, redactor: &Redactor, work: &mut Work) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => {
            let decoded = STANDARD.decode(&text).ok().filter(|_| text.len() >= 8);
            let plain = decoded
                .as_deref()
                .and_then(|bytes| std::str::from_utf8(bytes).ok());
            let mut out = Vec::new();
            redactor.lines(plain.unwrap_or(&text).as_bytes(), None, work, &mut out);
            match plain {
                Some(_) => Value::String(STANDARD.encode(out)),
                None => Value::String(String::from_utf8_lossy(&out).into_owned()),
            }
        }
        Value::Object(map) => {
            let map = map
                .into_iter()
                .map(|(key, value)| (key, plan_value(value, redactor, work)));
            Value::Object(map.collect())
        }
        Value::Array(items) => Value::Array(
            items
                .into_iter()
                .map(|item| plan_value(item, redactor, work))
                .collect(),
        ),
        other => other,
    }
}
