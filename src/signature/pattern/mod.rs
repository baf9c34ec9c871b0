//! Patterns of signatures: text into a lazily compiled expression and the literals that a raw line must contain.

mod engine;
mod expression;
mod literals;
mod shapes;
#[cfg(test)]
mod tests;
mod text;

use std::sync::OnceLock;

use crate::decode::{BLOCK_LITERALS, Line};
use crate::detect::Captures;
use expression::{Expression, Origin};
use memchr::memmem::Finder;

use super::embedded;
use super::meter::Meter;
use super::node::Words;

pub(super) use engine::PROGRAM;
pub use text::Shapes;

/// A pattern of a signature. Cheap to keep: its expressions are compiled at first use.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: Words,
    form: Form,
    literals: OnceLock<Vec<Box<[u8]>>>,
    /// The literals as they were looked for when the binary was built.
    embedded: Option<&'static [u8]>,
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

impl Pattern {
    /// A pattern text: the program's own words with placeholders. `Err`: what is wrong, for the author.
    pub fn text(source: &str, shapes: &Shapes) -> Result<Self, String> {
        let (expression, best) = Expression::of_text(source, shapes)?;
        Ok(Self {
            source: source.to_owned().into(),
            names: expression.names(),
            form: Form::Text(expression),
            literals: bytes_of(best).into(),
            embedded: None,
            words: OnceLock::new(),
        })
    }

    /// As [`Pattern::text`], for a text and shapes that are known to be right: its literals are read from `literals`
    /// ([`embedded::literals`]), or looked for, when they are asked for.
    pub(super) fn known_text(
        source: Words,
        shapes: &Shapes,
        literals: Option<&'static [u8]>,
    ) -> Self {
        let names = text::names(&source);
        let origin = Origin::Text(source.clone(), shapes_of(&names, shapes));
        Self::known(source, Expression::new(origin, names), literals)
    }

    /// As [`Pattern::regex`], for an expression that is known to be right.
    pub(super) fn known_regex(source: Words, literals: Option<&'static [u8]>) -> Self {
        let expression = Expression::of_regex(source.clone(), true);
        Self::known(source, expression, literals)
    }

    fn known(source: Words, expression: Expression, embedded: Option<&'static [u8]>) -> Self {
        Self {
            source,
            names: expression.names(),
            form: Form::Text(expression),
            literals: OnceLock::new(),
            embedded,
            words: OnceLock::new(),
        }
    }

    /// A regular expression; its named groups are the captures.
    pub fn regex(source: &str) -> Result<Self, String> {
        limited(source)?;
        let hir = parsed(source)?;
        let runs = literals::of_regex(&hir).unwrap_or_default();
        let expression = Expression::of_regex(source.to_owned().into(), engine::surely_small(&hir));
        Ok(Self {
            source: source.to_owned().into(),
            names: expression.names(),
            form: Form::Text(expression),
            literals: bytes_of(runs).into(),
            embedded: None,
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
            source: words.join(" ").into(),
            form: Form::Fields(parsed),
            literals: bytes_of(best).into(),
            embedded: None,
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
            source: format!("panic with {}", sources.join(", ")).into(),
            literals: BLOCK_LITERALS
                .iter()
                .map(|start| start.to_ascii_lowercase().into_bytes().into())
                .collect::<Vec<_>>()
                .into(),
            embedded: None,
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
        self.literals.get_or_init(|| {
            let embedded = self.embedded.and_then(embedded::literals);
            embedded.unwrap_or_else(|| match &self.form {
                Form::Text(expression) => expression.literals(),
                Form::Fields(_) | Form::Block(_) => Vec::new(),
            })
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

    /// A scan begins, which may ask little: how its expressions are built depends on what one scan asks.
    pub(crate) fn start_over(&self) {
        match &self.form {
            Form::Text(expression) => expression.engine.start_over(),
            Form::Fields(fields) => fields.iter().for_each(|(_, e)| e.engine.start_over()),
            Form::Block(has) => has.iter().for_each(Pattern::start_over),
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
    literals::parsed(source)
        .map_err(|error| format!("not a regular expression: {}", one_line(&error)))
}

/// The regex crate draws its errors over several lines; the last one says what is wrong.
fn one_line(error: &str) -> String {
    let last = error
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or(error);
    last.trim().trim_start_matches("error: ").to_owned()
}
