//! What must be true of one value: a scalar, a list of scalars, or a map of checks.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use jiff::SignedDuration;
use regex::Regex;
use serde_json::Value;

use super::Path;
use crate::packed::{Shape, View};
use crate::signature::Pattern;
use crate::signature::pattern::{Shapes, checked};

/// All of these hold of the value.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    checks: Vec<Check>,
}

/// One check of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// Equal to any of these scalars, as text or number.
    Is(Vec<Value>),
    /// The test does not hold, or there is no value.
    Not(Box<Test>),
    /// A map with this key, or a list with this scalar.
    Has(String),
    /// A text that a pattern matches.
    Matches(TextPattern),
    /// A text in which a regular expression is found; its named groups are captures.
    Regex(TextRegex),
    /// A number or quantity below this.
    Lt(f64),
    /// A number or quantity not above this.
    Le(f64),
    /// A number or quantity above this.
    Gt(f64),
    /// A number or quantity not below this.
    Ge(f64),
    /// A time longer ago than this, at the time of collection.
    OlderThan(SignedDuration),
    /// A time not longer ago than this, at the time of collection.
    NewerThan(SignedDuration),
    /// There is a value, or there is none.
    Exists(bool),
    /// Always; the value is captured under this name.
    As(String),
    /// Equal to another field of the same object.
    SameAs(Path),
    /// Different from another field of the same object, or that one is absent.
    NotSameAs(Path),
}

/// A pattern as `match` has them.
#[derive(Debug, Clone)]
pub struct TextPattern(Box<Pattern>);

impl PartialEq for TextPattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.source() == other.0.source()
    }
}

impl TextPattern {
    fn new(source: &str) -> Result<Self, String> {
        let pattern = Pattern::text(source, &Shapes::default());
        pattern
            .map(|pattern| Self(Box::new(pattern)))
            .map_err(|problem| format!("matches: {problem}"))
    }

    /// The pattern.
    pub fn get(&self) -> &Pattern {
        &self.0
    }
}

/// A regular expression, compiled at first use.
#[derive(Clone)]
pub struct TextRegex {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

// Whether it was compiled already is nobody's business.
impl fmt::Debug for TextRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TextRegex").field(&self.source).finish()
    }
}

impl PartialEq for TextRegex {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl TextRegex {
    fn new(source: &str) -> Result<Self, String> {
        let sure = checked(source).map_err(|error| format!("regex: {error}"))?;
        let compiled = if sure {
            OnceLock::new()
        } else {
            OnceLock::from(Some(regex_syntax_of(source)?))
        };
        Ok(Self {
            source: source.to_owned(),
            compiled,
        })
    }

    /// One that was checked before.
    fn of_known(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            compiled: OnceLock::new(),
        }
    }

    /// The expression as the file has it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names that a match captures. An expression without any is not compiled for the answer.
    fn names(&self) -> impl Iterator<Item = &str> {
        let named = ["(?P<", "(?<"]
            .iter()
            .any(|group| self.source.contains(group));
        let compiled = named.then(|| self.get()).flatten();
        compiled
            .into_iter()
            .flat_map(Regex::capture_names)
            .flatten()
    }

    /// The compiled expression.
    pub fn get(&self) -> Option<&Regex> {
        self.compiled
            .get_or_init(|| regex_syntax_of(&self.source).ok())
            .as_ref()
    }
}

fn regex_syntax_of(source: &str) -> Result<Regex, String> {
    regex::RegexBuilder::new(source)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| {
            format!(
                "regex: {}",
                error.to_string().lines().last().unwrap_or_default().trim()
            )
        })
}

/// The words of a test.
const WORDS: &[&str] = &[
    "not",
    "has",
    "matches",
    "regex",
    "lt",
    "le",
    "gt",
    "ge",
    "older-than",
    "newer-than",
    "exists",
    "as",
    "same-as",
    "not-same-as",
    "in",
];

impl Test {
    /// Reads a test. `Err`: everything that is wrong with it.
    pub fn parse(raw: &Value) -> Result<Self, Vec<String>> {
        Self::read(raw, false)
    }

    /// As [`Test::parse`]; expressions of a `known` one, which was checked when it was shipped, are not compiled yet.
    pub(in crate::signature) fn read(raw: &Value, known: bool) -> Result<Self, Vec<String>> {
        match raw {
            Value::Object(map) if map.is_empty() => Err(vec!["a test without a word".to_owned()]),
            Value::Object(map) => {
                let mut checks = Vec::new();
                let mut problems = Vec::new();
                for (word, value) in map {
                    match check(word, value, known) {
                        Ok(check) => checks.push(check),
                        Err(all) => problems.extend(all),
                    }
                }
                match problems.is_empty() {
                    true => Ok(Self { checks }),
                    false => Err(problems),
                }
            }
            Value::Null => Err(vec![
                "no value to compare with; for an absent field write {exists: false}".to_owned(),
            ]),
            scalars => scalars_of(scalars).map(|scalars| Self {
                checks: vec![Check::Is(scalars)],
            }),
        }
    }

    /// Whether `word` is one of a test's words.
    pub(super) fn is_word(word: &str) -> bool {
        WORDS.contains(&word)
    }

    /// The checks.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter()
    }

    /// Adds the names that a match captures.
    pub(super) fn captures(&self, names: &mut BTreeSet<String>) {
        for check in &self.checks {
            match check {
                Check::As(name) => {
                    names.insert(name.clone());
                }
                Check::Matches(pattern) => names.extend(pattern.0.names().iter().cloned()),
                Check::Regex(regex) => names.extend(regex.names().map(str::to_owned)),
                _ => {}
            }
        }
    }
}

fn check(word: &str, value: &Value, known: bool) -> Result<Check, Vec<String>> {
    let text = || {
        value
            .as_str()
            .ok_or_else(|| vec![format!("{word}: must be a text")])
    };
    let path = || {
        let path = text()?;
        Path::parse(path).map_err(|problem| vec![format!("{word}: {path}: {problem}")])
    };
    Ok(match word {
        "not" => Check::Not(Box::new(Test::read(value, known)?)),
        "in" => Check::Is(scalars_of(value)?),
        "has" => {
            Check::Has(shown(value.into()).ok_or_else(|| vec!["has: must be a key".to_owned()])?)
        }
        "matches" => Check::Matches(TextPattern::new(text()?).map_err(|problem| vec![problem])?),
        "regex" if known => Check::Regex(TextRegex::of_known(text()?)),
        "regex" => Check::Regex(TextRegex::new(text()?).map_err(|problem| vec![problem])?),
        "lt" => Check::Lt(number(word, value)?),
        "le" => Check::Le(number(word, value)?),
        "gt" => Check::Gt(number(word, value)?),
        "ge" => Check::Ge(number(word, value)?),
        "older-than" => Check::OlderThan(duration(word, value)?),
        "newer-than" => Check::NewerThan(duration(word, value)?),
        "exists" => Check::Exists(
            value
                .as_bool()
                .ok_or_else(|| vec!["exists: must be true or false".to_owned()])?,
        ),
        "as" => Check::As(text()?.to_owned()),
        "same-as" => Check::SameAs(path()?),
        "not-same-as" => Check::NotSameAs(path()?),
        word => {
            return Err(vec![format!(
                "{word:?} is no word of a test; there are {}",
                WORDS.join(", ")
            )]);
        }
    })
}

fn scalars_of(value: &Value) -> Result<Vec<Value>, Vec<String>> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        scalar => std::slice::from_ref(scalar),
    };
    if list.is_empty()
        || list
            .iter()
            .any(|value| value.is_array() || value.is_object() || value.is_null())
    {
        return Err(vec![format!("{value} is no scalar or list of scalars")]);
    }
    Ok(list.to_vec())
}

fn number(word: &str, value: &Value) -> Result<f64, Vec<String>> {
    quantity(value.into()).ok_or_else(|| vec![format!("{word}: {value} is no number or quantity")])
}

fn duration(word: &str, value: &Value) -> Result<SignedDuration, Vec<String>> {
    let parsed = value.as_str().and_then(duration_of);
    parsed.ok_or_else(|| {
        vec![format!(
            "{word}: {value} is no duration such as 10m, 1h30m, 2d"
        )]
    })
}

/// `90s`, `10m`, `1h30m`, `2d`.
fn duration_of(text: &str) -> Option<SignedDuration> {
    let mut rest = text;
    let mut seconds = 0i64;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (digits, unit) = rest.split_at_checked(end)?;
        let (unit, after) = match unit.strip_prefix("ms") {
            Some(after) => (0, after),
            None => {
                let scale = match unit.chars().next()? {
                    's' => 1,
                    'm' => 60,
                    'h' => 3600,
                    'd' => 86_400,
                    'w' => 7 * 86_400,
                    _ => return None,
                };
                (scale, unit.get(1..)?)
            }
        };
        seconds = seconds.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        rest = after;
    }
    (!text.is_empty()).then(|| SignedDuration::from_secs(seconds))
}

/// A number, or a Kubernetes quantity: `10Gi`, `250m`, `1e3`, `1.5k`.
pub fn quantity(value: View<'_>) -> Option<f64> {
    match value.shape() {
        Shape::Number(number) => number.as_f64(),
        Shape::Text(text) => {
            let text = text.trim();
            let text = text.strip_suffix('%').unwrap_or(text);
            if let Ok(number) = text.parse::<f64>() {
                return number.is_finite().then_some(number);
            }
            let end = text.rfind(|c: char| c.is_ascii_digit() || c == '.')? + 1;
            let (digits, suffix) = text.split_at_checked(end)?;
            let scale = match suffix {
                "n" => 1e-9,
                "u" => 1e-6,
                "m" => 1e-3,
                "k" => 1e3,
                "M" => 1e6,
                "G" => 1e9,
                "T" => 1e12,
                "P" => 1e15,
                "E" => 1e18,
                "Ki" => 1024.0,
                "Mi" => 1024.0 * 1024.0,
                "Gi" => 1024.0 * 1024.0 * 1024.0,
                "Ti" => 1024.0_f64.powi(4),
                "Pi" => 1024.0_f64.powi(5),
                "Ei" => 1024.0_f64.powi(6),
                _ => return None,
            };
            Some(digits.parse::<f64>().ok()? * scale)
        }
        _ => None,
    }
}

/// A scalar as text.
pub fn shown(value: View<'_>) -> Option<String> {
    match value.shape() {
        Shape::Text(text) => Some(text.to_owned()),
        Shape::Number(number) => Some(number.to_string()),
        Shape::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Whether two scalars say the same, as text or as numbers.
pub fn same(a: View<'_>, b: View<'_>) -> bool {
    match (a.shape(), b.shape()) {
        (Shape::Number(a), Shape::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Shape::Number(number), Shape::Text(text)) | (Shape::Text(text), Shape::Number(number)) => {
            text == number.to_string()
                || text
                    .parse::<f64>()
                    .is_ok_and(|parsed| number.as_f64() == Some(parsed))
        }
        // YAML makes a boolean of the `True` that conditions hold as text.
        (Shape::Bool(value), Shape::Text(text)) | (Shape::Text(text), Shape::Bool(value)) => {
            text.eq_ignore_ascii_case(if value { "true" } else { "false" })
        }
        _ => a == b,
    }
}
