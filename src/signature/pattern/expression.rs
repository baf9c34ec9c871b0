//! One expression of a pattern, from a text, a field or a regular expression, into matches with their captures.

use std::sync::OnceLock;

use regex_automata::meta;

use super::super::meter::Meter;
use super::super::node::Words;
use super::engine::{self, Engine};
use super::text::{self, Shapes};
use super::{bytes_of, limited, literals, parsed, shapes_of};
use crate::detect::Captures;

/// Matches of one pattern in one text beyond this are not reported.
const MOST_MATCHES: usize = 64;
/// A captured value is cut to this many bytes.
const LONGEST_VALUE: usize = 512;

/// An expression with named groups, put together and compiled at first use.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    source: Origin,
    /// Its captures, in order, each once.
    names: Vec<String>,
    built: OnceLock<Option<text::Built>>,
    pub(super) engine: Engine,
    meter: Meter,
}

/// What an expression is made from.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// A pattern text and the shapes that its author refined.
    Text(Words, Shapes),
    /// A whole field of this shape.
    Field { name: String, shape: String },
    /// A regular expression, and whether it is sure to compile.
    Regex { source: Words, sure: bool },
}

impl Expression {
    pub(super) fn new(source: Origin, names: Vec<String>) -> Self {
        Self {
            source,
            names,
            built: OnceLock::new(),
            engine: Engine::default(),
            meter: Meter::default(),
        }
    }

    pub(super) fn of_text(
        source: &str,
        shapes: &Shapes,
    ) -> Result<(Self, Option<literals::Run>), String> {
        limited(source)?;
        let text::Outline { names, best } = text::outline(source, shapes)?;
        let origin = Origin::Text(source.to_owned().into(), shapes_of(&names, shapes));
        Ok((Self::new(origin, names), best))
    }

    pub(super) fn of_field(
        source: &str,
        shapes: &Shapes,
    ) -> Result<(Self, Option<literals::Run>), String> {
        let name = source.strip_prefix('<').and_then(|s| s.strip_suffix('>'));
        let Some(name) = name.filter(|name| !name.contains(['<', '>', '|', ' '])) else {
            return Self::of_text(source, shapes);
        };
        let shape = shapes.get(name).map_or("(?s:.+)", String::as_str);
        regex_syntax::Parser::new()
            .parse(shape)
            .map_err(|_| format!("the shape of <{name}> is not a regular expression: `{shape}`"))?;
        let origin = Origin::Field {
            name: name.to_owned(),
            shape: shape.to_owned(),
        };
        Ok((Self::new(origin, vec![name.to_owned()]), None))
    }

    pub(super) fn of_regex(source: Words, sure: bool) -> Self {
        let mut names: Vec<String> = Vec::new();
        for slot in text::groups(&source) {
            names.extend(slot.name.filter(|name| !names.contains(name)));
        }
        Self::new(Origin::Regex { source, sure }, names)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Shows the runs of bytes that every matching raw line contains.
    pub(super) fn each_required(&self, take: &mut dyn FnMut(literals::Run)) {
        match &self.source {
            Origin::Text(source, shapes) => text::each_required(source, shapes, take),
            Origin::Regex { source, .. } => {
                if let Ok(hir) = parsed(source) {
                    literals::each_required(&hir, take);
                }
            }
            Origin::Field { .. } => {}
        }
    }

    /// What a line that matches contains, read from the source.
    pub(super) fn literals(&self) -> Vec<Box<[u8]>> {
        match &self.source {
            Origin::Text(source, shapes) => bytes_of(text::best(source, shapes)),
            Origin::Regex { source, .. } => {
                let hir = parsed(source).ok();
                bytes_of(
                    hir.and_then(|hir| literals::of_regex(&hir))
                        .unwrap_or_default(),
                )
            }
            Origin::Field { .. } => Vec::new(),
        }
    }

    pub(super) fn limit(&mut self, program: usize, meter: &Meter) {
        self.engine.limit(program);
        self.meter = meter.clone();
    }

    /// Put together; `None` cannot be, since it was checked when it was read.
    pub(super) fn built(&self) -> Option<&text::Built> {
        let build = || match &self.source {
            Origin::Text(source, shapes) => text::build(source, shapes).ok(),
            Origin::Field { name, shape } => Some(text::whole(name, shape)),
            Origin::Regex { source, .. } => Some(text::Built {
                slots: text::groups(source),
                regex: source.clone().into_owned(),
                ends_in_words: true,
            }),
        };
        self.built.get_or_init(build).as_ref()
    }

    /// The regular expression that is to be searched in a text of so many bytes, and what its groups are.
    pub(super) fn ready(&self, length: usize) -> Option<(&meta::Regex, &text::Built)> {
        let built = self.built()?;
        let regex = self.engine.regex(|| built.regex.clone(), length)?;
        Some((regex, built))
    }

    /// Compiles what may turn out too large. A pattern text without shapes of its author is so only if it has very many
    /// placeholders: the others are as good as compiled.
    pub(super) fn check(&self) -> Result<(), String> {
        let sure = match &self.source {
            Origin::Text(text, shapes) => shapes.is_empty() && places(text) <= SURE_PLACES,
            Origin::Field { .. } => false,
            Origin::Regex { sure, .. } => *sure,
        };
        if sure && self.engine.is_roomy() {
            return Ok(());
        }
        let built = self.built().ok_or("it cannot be put together")?;
        self.engine.check(&built.regex)
    }

    pub(super) fn captures(&self, text: &str) -> Vec<Captures> {
        let mut all: Vec<Captures> = Vec::new();
        let Some((regex, built)) = self.ready(text.len()) else {
            return all;
        };
        let Some(run) = self.meter.begin() else {
            return all;
        };
        let mut from = 0;
        for round in 0..MOST_MATCHES {
            if round > 0 && run.is_over() {
                break;
            }
            let Some(found) = engine::find_at(regex, text, from) else {
                break;
            };
            let Some(whole) = found.get_match() else {
                break;
            };
            let into_key = built.ends_in_words && goes_on_as_key(text, whole.end());
            let next = match accept(built, &found, text) {
                Some(captures) if !into_key => {
                    if !all.contains(&captures) {
                        all.push(captures);
                    }
                    whole.end().max(whole.start() + 1)
                }
                // a gap too long, one name with two values, or the beginning of a key: a match may begin further on
                _ => whole.start() + 1,
            };
            from = (next..=text.len())
                .find(|&at| text.is_char_boundary(at))
                .unwrap_or(text.len());
            if from >= text.len() {
                break;
            }
        }
        all
    }

    pub(super) fn with_values(
        &self,
        text: &str,
        value: &dyn Fn(&str, &str) -> Option<String>,
    ) -> Option<String> {
        let (regex, built) = self.ready(text.len())?;
        let found = engine::find_at(regex, text, 0)?;
        accept(built, &found, text)?;
        let mut out = String::new();
        let mut from = 0;
        // slots stand in the order of the text; a shape that an author wrote knows its values better than we do
        for slot in built.slots.iter().filter(|slot| slot.trim) {
            let (Some(name), Some((start, place))) =
                (&slot.name, engine::group(&found, &slot.group, text))
            else {
                continue;
            };
            let old = cleaned(place, slot);
            let start = start + place.find(old)?;
            let Some(new) = value(name, old) else {
                continue;
            };
            out.push_str(text.get(from..start)?);
            out.push_str(&new);
            from = start + old.len();
        }
        out.push_str(text.get(from..)?);
        Some(out)
    }
}

/// At least the number of placeholders, gaps and quotes of a pattern text.
fn places(text: &str) -> usize {
    let marks = |c: &char| matches!(c, '<' | '"' | '\'' | '.');
    text.chars().filter(marks).count()
}

/// Placeholders, gaps, quotes and dots that a pattern text can have and still be sure to compile.
pub(super) const SURE_PLACES: usize = 24;

fn accept(
    built: &text::Built,
    found: &regex_automata::util::captures::Captures,
    text: &str,
) -> Option<Captures> {
    let mut captures = Captures::new();
    for slot in &built.slots {
        let Some((_, value)) = engine::group(found, &slot.group, text) else {
            continue;
        };
        let Some(name) = &slot.name else {
            if value.chars().nth(text::GAP).is_some() {
                return None;
            }
            continue;
        };
        let value = cleaned(value, slot);
        if captures.get(name).is_some_and(|have| have != value) {
            return None;
        }
        captures.insert(name.clone(), value.to_owned());
    }
    Some(captures)
}

/// Whether the word that ends at `end` goes on up to an equals sign: then it is (part of) a key, which in a JSON line
/// does not stand behind the words before it.
fn goes_on_as_key(text: &str, end: usize) -> bool {
    let in_key = |b: u8| b.is_ascii_alphanumeric() || b"_.-/".contains(&b);
    let bytes = text.as_bytes();
    let ends_in_key = end
        .checked_sub(1)
        .and_then(|at| bytes.get(at))
        .is_some_and(|&b| in_key(b));
    let rest = bytes.get(end..).unwrap_or_default();
    let stop = rest.iter().position(|&b| !in_key(b));
    ends_in_key && stop.and_then(|at| rest.get(at)) == Some(&b'=')
}

fn cleaned<'a>(value: &'a str, slot: &text::Slot) -> &'a str {
    let mut value = value;
    if slot.trim {
        value = value
            .trim()
            .trim_end_matches(['.', ',', ':', ';'])
            .trim_end();
    }
    if slot.bracketed
        && let Some(inside) = value.strip_prefix('[').and_then(|v| v.strip_suffix(']'))
    {
        value = inside;
    }
    let mut end = value.len().min(LONGEST_VALUE);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.get(..end).unwrap_or_default()
}
