//! Field paths: `status.nodeStatuses.<node>.state`, `spec.containers.*.image`, `condition.Ready.reason`.

use std::fmt;

/// A path through an object. Empty: the object itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Path {
    steps: Vec<Step>,
    text: String,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A field, or a key of a map.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
    /// Any key of a map, captured.
    Capture(String),
    /// Any element of a list or value of a map.
    Any,
    /// The elements of a list (or values of a map) whose field has this value.
    Where {
        /// Field of the element.
        field: String,
        /// Its value, as text.
        value: String,
    },
    /// A condition by its type, in a list (`conditions[type=X]`) or in a map from type to condition (older Longhorn).
    Condition(ConditionType),
}

/// Which condition.
#[derive(Debug, Clone, PartialEq)]
pub enum ConditionType {
    /// The one of this type, in any case: older Longhorn writes types in lower case.
    Is(String),
    /// Any, its type captured.
    Capture(String),
}

impl Path {
    /// Reads a path. `Err`: what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            rest = match rest.strip_prefix('[') {
                Some(inside) => bracket(inside, &mut steps)?,
                None => segment(rest, &mut steps)?,
            };
            match rest.strip_prefix('.') {
                Some("") => return Err("ends in a dot".to_owned()),
                Some(next) => rest = next,
                None if rest.is_empty() || rest.starts_with('[') => {}
                None => return Err(format!("expected a dot before {rest:?}")),
            }
        }
        if steps.is_empty() {
            return Err("is empty".to_owned());
        }
        Ok(Self {
            steps: with_condition(steps)?,
            text: text.to_owned(),
        })
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Names of its captures.
    pub fn captures(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Capture(name) | Step::Condition(ConditionType::Capture(name)) => {
                Some(name.as_str())
            }
            _ => None,
        })
    }

    /// The field names on the way; `None` is any key, positions in lists are left out.
    pub(super) fn fields(&self) -> Vec<Option<&str>> {
        self.steps
            .iter()
            .filter_map(|step| match step {
                Step::Key(key) => Some(Some(key.as_str())),
                Step::Capture(_) | Step::Any => Some(None),
                Step::Index(_) | Step::Where { .. } | Step::Condition(_) => None,
            })
            .collect()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A segment up to the next dot or bracket.
fn segment<'t>(text: &'t str, steps: &mut Vec<Step>) -> Result<&'t str, String> {
    if let Some(inside) = text.strip_prefix('<') {
        let (name, rest) = inside.split_once('>').ok_or("a < without its >")?;
        steps.push(Step::Capture(capture(name)?));
        return Ok(rest);
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    match word {
        "" => return Err("an empty step".to_owned()),
        "*" => steps.push(Step::Any),
        word if word.contains(['<', '>', '"', '\'', '*', ']', ' ']) => {
            return Err(format!("{word:?} is no field name; quote keys: [\"...\"]"));
        }
        word => steps.push(Step::Key(word.to_owned())),
    }
    Ok(rest)
}

/// What follows a `[`.
fn bracket<'t>(inside: &'t str, steps: &mut Vec<Step>) -> Result<&'t str, String> {
    for quote in ['"', '\''] {
        if let Some(quoted) = inside.strip_prefix(quote) {
            let end = format!("{quote}]");
            let (key, rest) = quoted.split_once(&end).ok_or("a [\" without its \"]")?;
            steps.push(Step::Key(key.to_owned()));
            return Ok(rest);
        }
    }
    let (word, rest) = inside.split_once(']').ok_or("a [ without its ]")?;
    let named = word
        .strip_prefix('<')
        .and_then(|word| word.strip_suffix('>'));
    steps.push(match (word, named, word.split_once('=')) {
        ("*", ..) => Step::Any,
        (_, Some(name), _) => Step::Capture(capture(name)?),
        (_, _, Some((field, value))) if !field.is_empty() => Step::Where {
            field: field.trim().to_owned(),
            value: value.trim().trim_matches(['"', '\'']).to_owned(),
        },
        _ => Step::Index(
            word.parse()
                .map_err(|_| format!("[{word}] is no index, [\"key\"] or [field=value]"))?,
        ),
    });
    Ok(rest)
}

fn capture(name: &str) -> Result<String, String> {
    let good = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    good.then(|| name.to_owned())
        .ok_or_else(|| format!("<{name}> is no name of a capture"))
}

/// Writes out the short form `condition.X`.
fn with_condition(steps: Vec<Step>) -> Result<Vec<Step>, String> {
    if steps.first() != Some(&Step::Key("condition".to_owned())) {
        return Ok(steps);
    }
    let mut rest = steps.into_iter().skip(1);
    let kind = match rest.next() {
        Some(Step::Key(kind)) => ConditionType::Is(kind),
        Some(Step::Capture(name)) => ConditionType::Capture(name),
        _ => return Err("condition. needs a type after it".to_owned()),
    };
    let mut steps = vec![
        Step::Key("status".to_owned()),
        Step::Key("conditions".to_owned()),
        Step::Condition(kind),
    ];
    let before = steps.len();
    steps.extend(rest);
    if steps.len() == before {
        steps.push(Step::Key("status".to_owned()));
    }
    Ok(steps)
}
