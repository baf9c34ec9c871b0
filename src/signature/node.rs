//! YAML text into a tree that knows its lines, and the tree into the bytes that the binary embeds.
//!
//! Read from events, without recursion and within limits: a signature directory may be anybody's. `build.rs` includes
//! this file too, so it depends on nothing but the YAML parser and `serde_json`.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle};

/// Words of a file; those of shipped ones stay where they are embedded.
pub(super) type Words = Cow<'static, str>;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// Line of its beginning, from 1; 0 where the file was not read (shipped signatures).
    pub line: u32,
    /// What stands there.
    pub value: Value,
}

/// What stands at a node.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// An unquoted `true`, `false` or number, as written.
    Plain(Words),
    /// Any other scalar.
    Text(Words),
    /// A list.
    List(Vec<Node>),
    /// A map in file order; keys are texts.
    Map(Vec<(Key, Node)>),
    /// A text that is a pattern, and its literals as [`write_literals`] writes them. Only among the shipped files.
    Pattern(Words, Bytes),
    /// The bytes of a node that is read later. Only among the shipped files.
    Later(Bytes),
}

/// What is embedded.
pub(super) type Bytes = Cow<'static, [u8]>;

/// A key and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// The key.
    pub text: Words,
    /// Its line, from 1.
    pub line: u32,
}

/// Why a text is not a tree: line and reason.
pub(super) type Fault = (u32, String);

/// Deepest nesting, if nothing else is asked for.
pub(super) const DEEPEST: usize = 48;

/// How large a file may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLimits {
    /// Bytes.
    pub bytes: usize,
    /// Maps and lists in each other.
    pub depth: usize,
    /// Values.
    pub values: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self {
            bytes: 512 * 1024,
            depth: DEEPEST,
            values: 50_000,
        }
    }
}

/// A collection under construction.
enum Open {
    List(u32, Vec<Node>),
    Map(u32, Vec<(Key, Node)>, Option<Key>),
}

/// Reads one YAML document. Aliases, several documents, keys that are no scalars, keys given twice and anything
/// beyond the limits are faults.
#[allow(
    dead_code,
    reason = "the build script and tests read under the default limits"
)]
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    parse_within(text, &FileLimits::default())
}

/// As [`parse`], under other limits.
pub(super) fn parse_within(text: &str, limits: &FileLimits) -> Result<Node, Fault> {
    if text.len() > limits.bytes {
        let most = limits.bytes;
        return Err((
            0,
            format!("larger than {most} bytes (limit signature-bytes)"),
        ));
    }
    let mut parser = Parser::new_from_str(text);
    let mut open: Vec<Open> = Vec::new();
    let mut root: Option<Node> = None;
    let mut nodes = 0;
    while let Some(event) = parser.next_event() {
        let (event, span) =
            event.map_err(|error| (line(error.marker().line()), explained(error.info())))?;
        let at = line(span.start.line());
        let done = match event {
            Event::DocumentStart(_) if root.is_some() => {
                return Err((
                    at,
                    "a second document; one file is one signature".to_owned(),
                ));
            }
            Event::Alias(_) => {
                return Err((
                    at,
                    "aliases (`*name`) are not used in signature files".to_owned(),
                ));
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(at, Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(at, Vec::new(), None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(line, items)) => Some(Node {
                    line,
                    value: Value::List(items),
                }),
                Some(Open::Map(line, entries, _)) => Some(Node {
                    line,
                    value: Value::Map(entries),
                }),
                None => None,
            },
            Event::Scalar(text, style, ..) => Some(Node {
                line: at,
                value: scalar(&text, style),
            }),
            _ => None,
        };
        nodes += 1;
        if nodes > limits.values {
            let most = limits.values;
            return Err((
                at,
                format!("more than {most} values (limit signature-values)"),
            ));
        }
        if open.len() > limits.depth {
            let most = limits.depth;
            return Err((
                at,
                format!("nested deeper than {most} levels (limit signature-depth)"),
            ));
        }
        if let Some(node) = done {
            close(&mut open, &mut root, node)?;
        }
    }
    root.ok_or_else(|| (0, "empty file".to_owned()))
}

fn close(open: &mut [Open], root: &mut Option<Node>, node: Node) -> Result<(), Fault> {
    match open.last_mut() {
        None => *root = Some(node),
        Some(Open::List(_, items)) => items.push(node),
        Some(Open::Map(_, entries, pending)) => match pending.take() {
            Some(key) => entries.push((key, node)),
            None => {
                let line = node.line;
                let text = match node.value {
                    Value::Plain(text) | Value::Text(text) => text,
                    Value::Null => Cow::Borrowed("null"),
                    _ => {
                        return Err((line, "a key must be a text".to_owned()));
                    }
                };
                if entries.iter().any(|(key, _)| key.text == text) {
                    return Err((line, format!("`{text}` is given twice")));
                }
                *pending = Some(Key { text, line });
            }
        },
    }
    Ok(())
}

/// The parser's words, with what usually is behind them.
fn explained(words: &str) -> String {
    let hint = if words.contains("mapping values are not allowed") {
        "; a text with `: ` in it must be quoted"
    } else if words.contains("tab") {
        "; indent with spaces"
    } else {
        ""
    };
    format!("{words}{hint}")
}

fn line(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match style {
        ScalarStyle::Plain => plain(text),
        _ => Value::Text(text.to_owned().into()),
    }
}

/// What a scalar without quotes stands for.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" => Value::Null,
        "true" | "false" => Value::Plain(text.to_owned().into()),
        _ if is_number(text) => Value::Plain(text.to_owned().into()),
        _ => Value::Text(text.to_owned().into()),
    }
}

/// Whether JSON would take the text as a number.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && serde_json::from_str::<serde_json::Number>(text).is_ok()
}

impl Node {
    /// Appends the tree in the form that [`embedded`](super::embedded) reads: a byte that says what comes, numbers seven
    /// bits at a time with the last byte below 128, texts with their length before them.
    #[cfg_attr(not(test), allow(dead_code))] // used by build.rs
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match &self.value {
            Value::Null => out.push(NULL),
            Value::Plain(text) => {
                out.push(PLAIN);
                write_text(text, out);
            }
            Value::Text(text) => {
                out.push(TEXT);
                write_text(text, out);
            }
            Value::List(items) => {
                out.push(LIST);
                write_number(items.len(), out);
                items.iter().for_each(|item| item.write(out));
            }
            Value::Map(entries) => {
                out.push(MAP);
                write_number(entries.len(), out);
                for (key, node) in entries {
                    write_text(&key.text, out);
                    node.write(out);
                }
            }
            Value::Pattern(text, literals) => {
                out.push(PATTERN);
                write_text(text, out);
                write_bytes(literals, out);
            }
            Value::Later(bytes) => {
                out.push(LATER);
                write_bytes(bytes, out);
            }
        }
    }
}

/// What begins with this byte.
pub(super) const NULL: u8 = 0;
pub(super) const PLAIN: u8 = 1;
pub(super) const TEXT: u8 = 2;
pub(super) const LIST: u8 = 3;
pub(super) const MAP: u8 = 4;
pub(super) const PATTERN: u8 = 5;
pub(super) const LATER: u8 = 6;

/// A text and its length.
#[cfg_attr(not(test), allow(dead_code))] // used by build.rs
pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    write_bytes(text.as_bytes(), out);
}

/// Bytes and their number.
#[cfg_attr(not(test), allow(dead_code))] // used by build.rs
pub(super) fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    write_number(bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// The literals of a pattern: how many there are, and each.
#[allow(dead_code)] // used by build.rs
pub(super) fn write_literals(literals: &[Box<[u8]>], out: &mut Vec<u8>) {
    write_number(literals.len(), out);
    literals
        .iter()
        .for_each(|literal| write_bytes(literal, out));
}

/// Seven bits a byte, the lowest first.
#[cfg_attr(not(test), allow(dead_code))] // used by build.rs
pub(super) fn write_number(number: usize, out: &mut Vec<u8>) {
    let mut rest = number;
    while rest >= 128 {
        out.push((rest % 128) as u8 | 128);
        rest /= 128;
    }
    out.push(rest as u8);
}
