//! Patterns of signatures: text into a lazily compiled expression and the literals that a raw line must contain.

mod engine;
mod literals;
mod shapes;
#[cfg(test)]
mod tests;
mod text;

use std::sync::OnceLock;

use crate::decode::{BLOCK_LITERALS, Line};
use crate::detect::Captures;
use engine::Engine;
use memchr::memmem::Finder;
use regex_automata::meta;

use super::meter::Meter;

pub(super) use engine::PROGRAM;
pub use text::Shapes;

/// A pattern of a signature. Cheap to keep: its expressions are compiled at first use.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    form: Form,
    literals: OnceLock<Vec<Box<[u8]>>>,
    /// What a matching line holds besides; put together for the first line that holds a literal.
    words: OnceLock<Vec<Finder<'static>>>,
    names: Vec<String>,
}

#[derive(Debug, Clone)]
enum Form {
    /// Found anywhere in the text.
    Text(Expression),
    /// Each found in the field of that name.
    Fields(Vec<(String, Expression)>),
    /// A panic whose block holds all of these.
    Block(Vec<Pattern>),
}

/// Longest source of a pattern, in bytes.
const LONGEST: usize = 4000;
/// Matches of one pattern in one text beyond this are not reported.
const MOST_MATCHES: usize = 64;
/// A captured value is cut to this many bytes.
const LONGEST_VALUE: usize = 512;

impl Pattern {
    /// A pattern text: the program's own words with placeholders. `Err`: what is wrong, for the author.
    pub fn text(source: &str, shapes: &Shapes) -> Result<Self, String> {
        let (expression, best) = Expression::of_text(source, shapes)?;
        Ok(Self {
            source: source.to_owned(),
            names: expression.names(),
            form: Form::Text(expression),
            literals: bytes_of(best).into(),
            words: OnceLock::new(),
        })
    }

    /// As [`Pattern::text`], for a text and shapes that are known to be right: its literals are looked for when they are
    /// asked for.
    pub(super) fn known_text(source: &str, shapes: &Shapes) -> Self {
        let names = text::names(source);
        let origin = Origin::Text(source.to_owned(), shapes_of(&names, shapes));
        Self::known(source, Expression::new(origin, names))
    }

    /// As [`Pattern::regex`], for an expression that is known to be right.
    pub(super) fn known_regex(source: &str) -> Self {
        Self::known(source, Expression::of_regex(source, true))
    }

    fn known(source: &str, expression: Expression) -> Self {
        Self {
            source: source.to_owned(),
            names: expression.names(),
            form: Form::Text(expression),
            literals: OnceLock::new(),
            words: OnceLock::new(),
        }
    }

    /// A regular expression; its named groups are the captures.
    pub fn regex(source: &str) -> Result<Self, String> {
        limited(source)?;
        let hir = parsed(source)?;
        let runs = literals::of_regex(&hir).unwrap_or_default();
        let expression = Expression::of_regex(source, engine::surely_small(&hir));
        Ok(Self {
            source: source.to_owned(),
            names: expression.names(),
            form: Form::Text(expression),
            literals: bytes_of(runs).into(),
            words: OnceLock::new(),
        })
    }

    /// Pattern texts by field name: each must be found in its field.
    pub fn fields(fields: &[(String, String)], shapes: &Shapes) -> Result<Self, String> {
        let mut parsed = Vec::new();
        let mut names = Vec::new();
        let mut best = None;
        let mut words = Vec::new();
        for (field, text) in fields {
            // a field may be given as a placeholder alone: the field itself is what makes it specific
            let (expression, run) = Expression::of_field(text, shapes)?;
            for name in expression.names() {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            best = literals::better(best, run);
            words.push(format!("{field}={text}"));
            parsed.push((field.clone(), expression));
        }
        if parsed.is_empty() {
            return Err("`fields` names no field".to_owned());
        }
        Ok(Self {
            source: words.join(" "),
            form: Form::Fields(parsed),
            literals: bytes_of(best).into(),
            words: OnceLock::new(),
            names,
        })
    }

    /// A panic whose block holds all of these patterns.
    pub fn block(has: Vec<Pattern>) -> Self {
        let mut names = Vec::new();
        for name in has.iter().flat_map(|pattern| &pattern.names) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let sources: Vec<_> = has.iter().map(Pattern::source).collect();
        Self {
            source: format!("panic with {}", sources.join(", ")),
            literals: BLOCK_LITERALS
                .iter()
                .map(|start| start.to_ascii_lowercase().into_bytes().into())
                .collect::<Vec<_>>()
                .into(),
            words: OnceLock::new(),
            names,
            form: Form::Block(has),
        }
    }

    /// The pattern as the file has it, for people.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Lower-cased; at least one of them occurs (ASCII case-insensitively) in the raw bytes of every line that
    /// matches. Empty: the pattern must be tried on every line. For a block: in its first lines.
    pub fn literals(&self) -> &[Box<[u8]>] {
        self.literals.get_or_init(|| match &self.form {
            Form::Text(expression) => expression.literals(),
            Form::Fields(_) | Form::Block(_) => Vec::new(),
        })
    }

    /// Whether a raw line can match, as far as the words tell that every matching line holds besides a literal: much
    /// cheaper than to decode the line. `lower`: its bytes in lower case. Only for lines that are
    /// [verbatim](crate::decode::is_verbatim).
    pub fn may_match(&self, lower: &[u8]) -> bool {
        let words = self.words.get_or_init(|| self.required());
        words.iter().all(|word| word.find(lower).is_some())
    }

    /// The runs of bytes that every matching raw line contains, the most telling first.
    fn required(&self) -> Vec<Finder<'static>> {
        let mut runs = Vec::new();
        if let Form::Text(expression) = &self.form {
            expression.each_required(&mut |run| runs.push(run));
        }
        // Without those that say nothing, and those that the prefilter has found already.
        let known = |run: &literals::Run| match self.literals() {
            [only] => *only == run.bytes,
            _ => false,
        };
        runs.retain(|run| run.worth > 0 && !known(run));
        runs.sort_by_key(|run| std::cmp::Reverse(run.worth));
        let finder = |run: literals::Run| Finder::new(&run.bytes).into_owned();
        runs.into_iter().map(finder).collect()
    }

    /// Names of its captures, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether it asks for a block: the lines of a panic, decoded and joined with newlines into one [`Line`].
    pub fn is_block(&self) -> bool {
        matches!(self.form, Form::Block(_))
    }

    /// Every distinct match in the canonical text, in order; empty: no match.
    pub fn captures(&self, line: &Line) -> Vec<Captures> {
        match &self.form {
            Form::Text(expression) => expression.captures(&line.text),
            Form::Block(has) => in_block(has, &line.text),
            Form::Fields(fields) => in_fields(fields, line),
        }
    }

    /// As [`Pattern::captures`], for a text that is no log line: a field of an object. Field patterns never match.
    pub fn captures_in(&self, text: &str) -> Vec<Captures> {
        match &self.form {
            Form::Text(expression) => expression.captures(text),
            Form::Block(has) => in_block(has, text),
            Form::Fields(_) => Vec::new(),
        }
    }

    /// Whether the line matches.
    pub fn matches(&self, line: &Line) -> bool {
        !self.captures(line).is_empty()
    }

    /// The text with other values in the places of the first match: `value` gives a new one for a name and its value,
    /// or `None` to keep it. `None` where the pattern does not match, or is not a pattern text.
    pub(super) fn with_values(
        &self,
        text: &str,
        value: &dyn Fn(&str, &str) -> Option<String>,
    ) -> Option<String> {
        match &self.form {
            Form::Text(expression) => expression.with_values(text, value),
            Form::Fields(_) | Form::Block(_) => None,
        }
    }

    /// From now on its expressions may be so large once compiled, and take as long as the meter says.
    pub(super) fn limit(&mut self, program: usize, meter: &Meter) {
        match &mut self.form {
            Form::Text(expression) => expression.limit(program, meter),
            Form::Fields(fields) => {
                for (_, expression) in fields {
                    expression.limit(program, meter);
                }
            }
            Form::Block(has) => has.iter_mut().for_each(|one| one.limit(program, meter)),
        }
    }

    /// Compiles now. `Err`: why an expression cannot be used.
    pub fn compile(&self) -> Result<(), String> {
        match &self.form {
            Form::Text(expression) => expression.check(),
            Form::Fields(fields) => fields.iter().try_for_each(|(_, e)| e.check()),
            Form::Block(has) => has.iter().try_for_each(Pattern::compile),
        }
    }
}

/// The shapes of these placeholders.
fn shapes_of(names: &[String], shapes: &Shapes) -> Shapes {
    let own = shapes.iter().filter(|(name, _)| names.contains(name));
    own.map(|(name, shape)| (name.clone(), shape.clone()))
        .collect()
}

fn bytes_of(runs: impl IntoIterator<Item = literals::Run>) -> Vec<Box<[u8]>> {
    runs.into_iter().map(|run| run.bytes).collect()
}

fn in_block(has: &[Pattern], text: &str) -> Vec<Captures> {
    if !BLOCK_LITERALS.iter().any(|start| text.contains(start)) {
        return Vec::new();
    }
    let mut all = Captures::new();
    for pattern in has {
        let Some(captures) = pattern.captures_in(text).into_iter().next() else {
            return Vec::new();
        };
        for (name, value) in captures {
            all.entry(name).or_insert(value);
        }
    }
    vec![all]
}

fn in_fields(fields: &[(String, Expression)], line: &Line) -> Vec<Captures> {
    let mut all = Captures::new();
    for (name, expression) in fields {
        let found = line
            .fields
            .iter()
            .filter(|(key, _)| key == name || (name == "msg" && key == "message"))
            .find_map(|(_, value)| expression.captures(value).into_iter().next());
        let Some(captures) = found else {
            return Vec::new();
        };
        for (name, value) in captures {
            if all.get(&name).is_some_and(|have| *have != value) {
                return Vec::new();
            }
            all.insert(name, value);
        }
    }
    vec![all]
}

/// An expression with named groups, put together and compiled at first use.
#[derive(Debug, Clone)]
struct Expression {
    source: Origin,
    /// Its captures, in order, each once.
    names: Vec<String>,
    built: OnceLock<Option<text::Built>>,
    engine: Engine,
    meter: Meter,
}

/// What an expression is made from.
#[derive(Debug, Clone)]
enum Origin {
    /// A pattern text and the shapes that its author refined.
    Text(String, Shapes),
    /// A whole field of this shape.
    Field { name: String, shape: String },
    /// A regular expression, and whether it is sure to compile.
    Regex { source: String, sure: bool },
}

impl Expression {
    fn new(source: Origin, names: Vec<String>) -> Self {
        Self {
            source,
            names,
            built: OnceLock::new(),
            engine: Engine::default(),
            meter: Meter::default(),
        }
    }

    fn of_text(source: &str, shapes: &Shapes) -> Result<(Self, Option<literals::Run>), String> {
        limited(source)?;
        let text::Outline { names, best } = text::outline(source, shapes)?;
        let origin = Origin::Text(source.to_owned(), shapes_of(&names, shapes));
        Ok((Self::new(origin, names), best))
    }

    fn of_field(source: &str, shapes: &Shapes) -> Result<(Self, Option<literals::Run>), String> {
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

    fn of_regex(source: &str, sure: bool) -> Self {
        let mut names: Vec<String> = Vec::new();
        for slot in text::groups(source) {
            names.extend(slot.name.filter(|name| !names.contains(name)));
        }
        let source = source.to_owned();
        Self::new(Origin::Regex { source, sure }, names)
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Shows the runs of bytes that every matching raw line contains.
    fn each_required(&self, take: &mut dyn FnMut(literals::Run)) {
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
    fn literals(&self) -> Vec<Box<[u8]>> {
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

    fn limit(&mut self, program: usize, meter: &Meter) {
        self.engine.limit(program);
        self.meter = meter.clone();
    }

    /// Put together; `None` cannot be, since it was checked when it was read.
    fn built(&self) -> Option<&text::Built> {
        let build = || match &self.source {
            Origin::Text(source, shapes) => text::build(source, shapes).ok(),
            Origin::Field { name, shape } => Some(text::whole(name, shape)),
            Origin::Regex { source, .. } => Some(text::Built {
                slots: text::groups(source),
                regex: source.clone(),
                ends_in_words: true,
            }),
        };
        self.built.get_or_init(build).as_ref()
    }

    /// The regular expression that is to be searched in a text of so many bytes, and what its groups are.
    fn ready(&self, length: usize) -> Option<(&meta::Regex, &text::Built)> {
        let built = self.built()?;
        let regex = self.engine.regex(|| built.regex.clone(), length)?;
        Some((regex, built))
    }

    /// Compiles what may turn out too large. A pattern text without shapes of its author is so only if it has very many
    /// placeholders: the others are as good as compiled.
    fn check(&self) -> Result<(), String> {
        let sure = match &self.source {
            Origin::Text(text, shapes) => shapes.is_empty() && places(text) <= SURE_PLACES,
            Origin::Field { .. } => false,
            Origin::Regex { sure, .. } => *sure,
        };
        if sure {
            return Ok(());
        }
        let built = self.built().ok_or("it cannot be put together")?;
        self.engine.check(&built.regex)
    }

    fn captures(&self, text: &str) -> Vec<Captures> {
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

    fn with_values(
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
const SURE_PLACES: usize = 24;

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

fn limited(source: &str) -> Result<(), String> {
    if source.len() > LONGEST {
        return Err(format!("longer than {LONGEST} bytes"));
    }
    Ok(())
}

/// An expression that stands by itself. `Err`: why it cannot be used; `Ok`: whether it is sure to compile.
pub(super) fn checked(source: &str) -> Result<bool, String> {
    limited(source)?;
    let hir = regex_syntax::Parser::new().parse(source);
    let hir = hir.map_err(|error| one_line(&error.to_string()))?;
    Ok(engine::surely_small(&hir))
}

fn parsed(source: &str) -> Result<regex_syntax::hir::Hir, String> {
    let mut builder = regex_syntax::ParserBuilder::new();
    let hir = builder.nest_limit(50).build().parse(source);
    hir.map_err(|error| format!("not a regular expression: {}", one_line(&error.to_string())))
}

/// The regex crate draws its errors over several lines; the last one says what is wrong.
fn one_line(error: &str) -> String {
    let last = error
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or(error);
    last.trim().trim_start_matches("error: ").to_owned()
}
