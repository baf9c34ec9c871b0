//! One JSON object on a line into flat fields in the order written.
//!
//! Not a JSON parser in general: it keeps the order and the spelling of numbers, takes an object that the
//! end of the line cuts off, and flattens nested objects to dotted keys (`responseStatus.code=200`). A nested
//! `{"name":..,"namespace":..}` becomes `namespace/name`, as klog writes the same reference. Arrays, and
//! objects nested deeper than [`DEPTH_LIMIT`], stay compact JSON.

use super::message::{FIELD_LIMIT, Message};
use super::quote;

/// Objects nested deeper stay compact JSON.
const DEPTH_LIMIT: usize = 5;
/// Dotted keys longer than this are not flattened further: bounds what a hostile line can expand to.
const KEY_LIMIT: usize = 128;

/// A zap, KubeVirt, logrus JSON, slog JSON, audit or other record. `None` where `text` does not begin with an
/// object that has at least one member.
pub(super) fn read(text: &str) -> Option<Message> {
    let mut message = Message::default();
    let (rest, whole) = walk(text, &mut |key, value| {
        message.assign(key, value);
        message.len() < FIELD_LIMIT
    })?;
    message.rest.push_str(rest.trim());
    // Broken in its middle (cut and glued, or shortened by hand): still a log line if its head says so.
    (whole || message.msg.is_some() && (message.level.is_some() || message.stamp.is_some()))
        .then_some(message)
}

/// Whether the record claims to be a log line: JSON inside a message is only taken for one if it does.
pub(super) fn read_log(text: &str) -> Option<Message> {
    if !looks_like_log(text) {
        return None;
    }
    read(text).filter(|m| m.msg.is_some() && (m.level.is_some() || m.stamp.is_some()))
}

/// Cheap look before the work: a quoted `msg` or `message` key.
pub(super) fn looks_like_log(text: &str) -> bool {
    text.starts_with("{\"")
        && (memchr::memmem::find(text.as_bytes(), b"\"msg\":").is_some()
            || memchr::memmem::find(text.as_bytes(), b"\"message\":").is_some())
}

/// Hands the flattened members of the object at the start of `text` to `take` until it says no more;
/// returns what stands behind the object, or behind the last member taken.
pub(super) fn members<'a>(
    text: &'a str,
    take: &mut dyn FnMut(&str, String) -> bool,
) -> Option<&'a str> {
    let (rest, whole) = walk(text, take)?;
    whole.then_some(rest)
}

/// As [`members`], but also says how far a broken object could be read, and whether it was whole.
fn walk<'a>(text: &'a str, take: &mut dyn FnMut(&str, String) -> bool) -> Option<(&'a str, bool)> {
    let mut count = 0_usize;
    let mut counted = |key: &str, value: String| {
        count += 1;
        take(key, value)
    };
    let end = object(text, "", 0, &mut counted)?;
    (count > 0).then_some((end.rest, !end.broken))
}

/// Where reading stopped.
struct End<'a> {
    rest: &'a str,
    /// `false`: the taker wants no more, or what follows is no JSON.
    more: bool,
    /// `rest` is no JSON.
    broken: bool,
}

impl<'a> End<'a> {
    fn at(rest: &'a str, more: bool) -> Option<Self> {
        Some(End {
            rest,
            more,
            broken: false,
        })
    }

    fn broken(rest: &'a str) -> Option<Self> {
        Some(End {
            rest,
            more: false,
            broken: true,
        })
    }
}

fn object<'a>(
    text: &'a str,
    prefix: &str,
    depth: usize,
    take: &mut dyn FnMut(&str, String) -> bool,
) -> Option<End<'a>> {
    let mut rest = text.strip_prefix('{')?.trim_start();
    if let Some(after) = rest.strip_prefix('}') {
        return End::at(after, prefix.is_empty() || take(prefix, "{}".to_owned()));
    }
    while !rest.is_empty() {
        let Some((key, after)) = quote::read(rest) else {
            return End::broken(rest);
        };
        if after.is_empty() {
            // Cut off inside a key: keep what is there of it.
            return End::at("", take(&dotted(prefix, &key), String::new()));
        }
        let value = after.trim_start().strip_prefix(':').map(str::trim_start);
        let Some(end) = value.and_then(|value| member(value, &dotted(prefix, &key), depth, take))
        else {
            return End::broken(rest);
        };
        rest = end.rest.trim_start();
        if end.broken {
            return Some(end);
        }
        if let Some(after) = rest.strip_prefix('}') {
            return End::at(after, end.more);
        }
        if !end.more {
            return End::at(rest, false);
        }
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None if rest.is_empty() => {}
            None => return End::broken(rest),
        }
    }
    End::at(rest, true)
}

fn dotted(prefix: &str, key: &str) -> String {
    if prefix.is_empty() {
        return key.to_owned();
    }
    format!("{prefix}.{key}")
}

/// One value: text unescaped, an object flattened or turned into a reference, all else as it is written.
fn member<'a>(
    value: &'a str,
    key: &str,
    depth: usize,
    take: &mut dyn FnMut(&str, String) -> bool,
) -> Option<End<'a>> {
    match value.as_bytes().first() {
        None => End::at("", take(key, String::new())),
        Some(b'"') => {
            let (text, rest) = quote::read(value)?;
            End::at(rest, take(key, text))
        }
        Some(b'{') => {
            if let Some((reference, rest)) = reference(value) {
                return End::at(rest, take(key, reference));
            }
            if depth < DEPTH_LIMIT && key.len() < KEY_LIMIT {
                return object(value, key, depth + 1, take);
            }
            let (compact, rest) = value.split_at_checked(balanced(value))?;
            End::at(rest, take(key, compact.to_owned()))
        }
        Some(b'[') => {
            let (compact, rest) = value.split_at_checked(balanced(value))?;
            End::at(rest, take(key, compact.to_owned()))
        }
        Some(_) => {
            let end = value
                .find(|c: char| matches!(c, ',' | '}' | ']') || c.is_whitespace())
                .unwrap_or(value.len());
            let (scalar, rest) = value.split_at_checked(end)?;
            let known = matches!(scalar, "true" | "false" | "null");
            let number = scalar
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
            if scalar.is_empty() || !(known || number || rest.is_empty()) {
                return None;
            }
            End::at(rest, take(key, scalar.to_owned()))
        }
    }
}

/// `{"name":"n","namespace":"ns"}` (in either order, nothing else) as `ns/n`, `{"name":"n"}` as `n`.
fn reference(text: &str) -> Option<(String, &str)> {
    let mut name = None;
    let mut namespace = None;
    let mut rest = text.strip_prefix('{')?;
    loop {
        let (key, after) = quote::read(rest.trim_start())?;
        let (value, after) = quote::read(after.trim_start().strip_prefix(':')?.trim_start())?;
        match key.as_str() {
            "name" if name.is_none() => name = Some(value),
            "namespace" if namespace.is_none() => namespace = Some(value),
            _ => return None,
        }
        let after = after.trim_start();
        if let Some(after) = after.strip_prefix('}') {
            let name = name?;
            return Some(match namespace.filter(|ns| !ns.is_empty()) {
                Some(namespace) => (format!("{namespace}/{name}"), after),
                None => (name, after),
            });
        }
        rest = after.strip_prefix(',')?;
    }
}

/// Length of the bracketed value that `text` starts with; all of `text` where it does not close.
pub(super) fn balanced(text: &str) -> usize {
    let b = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&c) = b.get(at) {
        match c {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            b'"' => {
                let body = text.get(at + 1..).unwrap_or("");
                at += 1 + quote::closing(body);
            }
            _ => {}
        }
        at += 1;
    }
    b.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &str) -> Option<String> {
        read(line).map(|m| m.finish().0)
    }

    #[test]
    fn flattens_in_order() {
        for (line, want) in [
            (
                r#"{"msg":"m","a":{"b":{"c":1,"d":"x y"}},"e":[1,"z"],"f":null}"#,
                r#"m a.b.c=1 a.b.d=x y e=[1,"z"] f=null"#,
            ),
            (r#"{"x":1,"msg":"m","y":true}"#, "m y=true x=1"),
            (
                r#"{"msg":"m","Bundle":{"name":"mcc","namespace":"fleet-local"},"o":{"name":"n"}}"#,
                "m Bundle=fleet-local/mcc o=n",
            ),
            (
                r#"{"msg":"m","o":{},"p":{"name":"n","x":1}}"#,
                "m o={} p.name=n p.x=1",
            ),
            (r#"{"msg":"cut in the mid"#, "cut in the mid"),
            (r#"{"msg":"m","error":"cut \"he"#, r#"m error=cut "he"#),
            (r#"{"msg":"m","arr":["a","#, r#"m arr=["a","#),
            (
                r#"{ "msg" : "m" , "n" : -1.5e3 } trailing"#,
                "m n=-1.5e3 trailing",
            ),
            (
                r#"{"a":{"b":{"c":{"d":{"e":{"f":{"g":1}}}}}}}"#,
                r#"a.b.c.d.e.f={"g":1}"#,
            ),
        ] {
            assert_eq!(text(line).as_deref(), Some(want), "{line}");
        }
        for bad in [
            "{}",
            "{",
            "{a:1}",
            r#"{"a" 1}"#,
            r#"{"a":b}"#,
            "[1]",
            r#"{"a":1;"b":2}"#,
        ] {
            assert_eq!(text(bad), None, "{bad}");
        }
    }
}
