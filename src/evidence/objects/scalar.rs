//! Scalars as bundles hold them into JSON values: support-bundle-kit's null rewrite undone, e-notation made integer.
//!
//! support-bundle-kit edits the JSON text before it writes YAML: every null and empty string becomes the string
//! `null`, and a string that ends in a quote gets `null` glued on. Numbers pass through a float64.

use std::borrow::Cow;

use serde_json::{Number, Value};

/// A string with the null rewrite undone; `None` where it stands for nothing.
pub(super) fn text(text: Cow<'_, str>) -> Option<String> {
    if text.is_empty() || text == "null" {
        return None;
    }
    Some(unglued(text))
}

/// A map key: as [`text`], but a key called `null` stays.
pub(super) fn key(key: Cow<'_, str>) -> String {
    unglued(key)
}

fn unglued(text: Cow<'_, str>) -> String {
    let mut text = text.into_owned();
    if text.ends_with("\"null") {
        text.truncate(text.len() - 4);
    }
    text
}

/// An unquoted YAML scalar, as the writers of bundles mean it: `true`, `false`, `null`, `~`, decimal numbers; all else is text.
pub(super) fn plain(raw: Cow<'_, str>) -> Option<Value> {
    match raw.as_bytes().first() {
        None => None,
        Some(b'0'..=b'9' | b'-' | b'+' | b'.') => {
            number(&raw).or_else(|| text(raw).map(Value::String))
        }
        Some(b't' | b'f' | b'n' | b'~' | b'T' | b'F' | b'N') => match &*raw {
            "true" | "True" | "TRUE" => Some(Value::Bool(true)),
            "false" | "False" | "FALSE" => Some(Value::Bool(false)),
            "null" | "Null" | "NULL" | "~" => None,
            _ => text(raw).map(Value::String),
        },
        Some(_) => text(raw).map(Value::String),
    }
}

/// A decimal number; e-notation without a fraction is an integer. `None` for anything else, such as `010` or `1.2.3`.
fn number(raw: &str) -> Option<Value> {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    let (first, rest) = digits.as_bytes().split_first()?;
    if !first.is_ascii_digit() || digits.len() > 32 {
        return None;
    }
    if *first == b'0' && rest.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    if rest.iter().all(u8::is_ascii_digit) {
        if let Ok(integer) = raw.parse::<i64>() {
            return Some(Value::Number(integer.into()));
        }
        if let Ok(integer) = raw.parse::<u64>() {
            return Some(Value::Number(integer.into()));
        }
    }
    let allowed = |b: &u8| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    if !rest.iter().all(allowed) {
        return None;
    }
    float(raw.parse::<f64>().ok()?).map(Value::Number)
}

/// A float, as an integer where it is one and an `i64` holds it.
pub(super) fn float(value: f64) -> Option<Number> {
    if !value.is_finite() {
        return None;
    }
    if value.fract() == 0.0 && value.abs() < 9.2e18 {
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(raw: &str) -> Option<Value> {
        plain(Cow::Borrowed(raw))
    }

    #[test]
    fn the_null_rewrite_is_undone() {
        assert_eq!(text("null".into()), None);
        assert_eq!(text("".into()), None);
        assert_eq!(
            text("Pulling image \"a/b:c\"null".into()).as_deref(),
            Some("Pulling image \"a/b:c\"")
        );
        assert_eq!(text("nonnull".into()).as_deref(), Some("nonnull"));
        assert_eq!(
            key("v:\"machine.cluster.x-k8s.io\"null".into()),
            "v:\"machine.cluster.x-k8s.io\""
        );
    }

    #[test]
    fn e_notation_is_an_integer_again() {
        assert_eq!(read("2e+09"), Some(json!(2_000_000_000)));
        assert_eq!(read("3.94085056512e+11"), Some(json!(394_085_056_512_i64)));
        assert_eq!(read("-5"), Some(json!(-5)));
        assert_eq!(read("0.25"), Some(json!(0.25)));
    }

    #[test]
    fn what_only_looks_like_a_number_stays_text() {
        for raw in [
            "010",
            "1.2.3",
            "1.20.3+rke2r1",
            "10.52.0.44",
            "-",
            "1e",
            "2022-03-08",
            ".inf",
            "12Gi",
        ] {
            assert_eq!(read(raw), Some(json!(raw)), "{raw}");
        }
        assert_eq!(read("true"), Some(json!(true)));
        assert_eq!(read("yes"), Some(json!("yes")));
        assert_eq!(read("~"), None);
    }
}
