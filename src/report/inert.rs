//! Values into JSON that cannot steer a terminal either: what [`neutral`](super::neutral()) would escape stands as
//! `\uXXXX`, which every reader of JSON turns back into the same text.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::neutral::is_unsafe;

/// Indented by two, with a line feed at the end.
pub(crate) fn write_pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    write(out, value, PrettyFormatter::new())
}

/// On one line, with a line feed at the end.
pub(crate) fn write_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    write(out, value, CompactFormatter)
}

fn write(out: &mut dyn Write, value: &impl Serialize, layout: impl Formatter) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Inert(layout)))?;
    out.write_all(b"\n")
}

/// JSON that another wrote, in visible characters. Outside of its strings there are no others.
pub fn inert_json(text: &str) -> Cow<'_, str> {
    let wild = |c: char| is_unsafe(c) && c != '\n';
    if !text.contains(wild) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if wild(c) {
            let units = &mut [0; 2];
            out.extend(
                c.encode_utf16(units)
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}")),
            );
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The layout of another formatter, with strings of visible characters.
struct Inert<F>(F);

impl<F: Formatter> Formatter for Inert<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        let mut done = 0;
        for (at, c) in text.char_indices().filter(|(_, c)| is_unsafe(*c)) {
            out.write_all(text.get(done..at).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            done = at + c.len_utf8();
        }
        out.write_all(text.get(done..).unwrap_or_default().as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn written(value: &Value) -> [String; 2] {
        let (mut pretty, mut line) = (Vec::new(), Vec::new());
        write_pretty(&mut pretty, value).unwrap();
        write_line(&mut line, value).unwrap();
        [pretty, line].map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn laid_out_as_before() {
        let value = json!({"a": [1, {"b": "plain äöü 磁盘 \"x\"\n"}], "c": {}, "d": []});
        let [pretty, line] = written(&value);
        assert_eq!(pretty, serde_json::to_string_pretty(&value).unwrap() + "\n");
        assert_eq!(line, serde_json::to_string(&value).unwrap() + "\n");
    }

    proptest! {
        #[test]
        fn the_same_value_in_visible_characters(text in "\\PC*|[\\x00-\\x1f\u{7f}-\u{9f}\u{200b}-\u{206f}\u{e0000}-\u{e00ff}a\"\\\\]*") {
            let value = json!({ text.clone(): [text] });
            let plain = serde_json::to_string(&value).unwrap();
            for written in written(&value).into_iter().chain([inert_json(&plain).into_owned()]) {
                prop_assert!(!written.chars().any(|c| is_unsafe(c) && c != '\n'));
                prop_assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), &value);
            }
        }
    }
}
