//! CEL expressions over one object, compiled at first use.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use ::cel::Program;
use regex::RegexBuilder;

use super::cel::{self, Patterns, STEPS, Stop};
use crate::packed::View;

/// Longest expression.
const LENGTH: usize = 2000;
/// Largest of its regular expressions once compiled, in bytes.
const PATTERN: usize = 256 << 10;

/// An expression with the object as variable `o`.
#[derive(Debug)]
pub struct Expression {
    source: String,
    steps: u64,
    compiled: OnceLock<Result<Arc<Compiled>, String>>,
    gave_up: AtomicBool,
}

#[derive(Debug)]
struct Compiled {
    program: Program,
    patterns: Patterns,
}

impl Clone for Expression {
    fn clone(&self) -> Self {
        Self {
            source: self.source.clone(),
            steps: self.steps,
            compiled: self.compiled.clone(),
            gave_up: AtomicBool::new(self.gave_up()),
        }
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Expression {
    pub(crate) fn new(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            steps: STEPS,
            compiled: OnceLock::new(),
            gave_up: AtomicBool::new(false),
        }
    }

    /// The expression as the file has it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// From now on it may take so many steps on an object.
    pub(crate) fn limit(&mut self, steps: u64) {
        self.steps = steps;
    }

    /// Whether its steps were used up on some object, which therefore counts as one of which it does not hold.
    pub fn gave_up(&self) -> bool {
        self.gave_up.load(Ordering::Relaxed)
    }

    fn compiled(&self) -> Result<&Arc<Compiled>, &String> {
        let compile = || {
            if self.source.len() > LENGTH {
                return Err(format!("longer than {LENGTH} bytes"));
            }
            // The parser is foreign: a panic in it is a problem of the file, not ours.
            let program = match catch_unwind(AssertUnwindSafe(|| Program::compile(&self.source))) {
                Ok(Ok(program)) => program,
                Ok(Err(errors)) => return Err(errors.to_string()),
                Err(_) => return Err("cannot be parsed".to_owned()),
            };
            let mut sources = Vec::new();
            cel::literal_patterns(&program.expression().expr, &mut sources)?;
            let mut patterns = Patterns::new();
            for source in sources {
                let pattern = pattern(&source)?;
                patterns.insert(source, pattern);
            }
            Ok(Arc::new(Compiled { program, patterns }))
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    /// Compiles it; what is wrong with it.
    pub fn check(&self) -> Option<String> {
        match self.compiled() {
            Err(error) => Some(format!("cel: {error}")),
            Ok(compiled) => {
                let references = compiled.program.references();
                let known =
                    |name: &str| name == "o" || name.starts_with(['@', '_']) || self.declares(name);
                let unknown = references.variables().into_iter().find(|name| !known(name));
                unknown
                    .map(|name| format!("cel: there is no variable {name:?}, only o, the object"))
            }
        }
    }

    /// Whether `name` is the loop variable of a macro: `.exists(name, ...)`.
    fn declares(&self, name: &str) -> bool {
        self.source.match_indices(name).any(|(at, _)| {
            let (before, rest) = self.source.split_at_checked(at).unwrap_or_default();
            let after = rest.get(name.len()..).unwrap_or_default();
            before.trim_end().ends_with('(') && after.trim_start().starts_with(',')
        })
    }

    /// Whether it is true of the object. An error, such as a missing field, is false.
    pub fn holds<'o>(&self, object: impl Into<View<'o>>) -> bool {
        let Ok(compiled) = self.compiled() else {
            return false;
        };
        let expression = &compiled.program.expression().expr;
        match cel::holds(expression, &compiled.patterns, object.into(), self.steps) {
            Ok(holds) => holds,
            Err(Stop::Wrong) => false,
            Err(Stop::Spent) => {
                self.gave_up.store(true, Ordering::Relaxed);
                false
            }
        }
    }
}

fn pattern(source: &str) -> Result<regex::Regex, String> {
    RegexBuilder::new(source)
        .size_limit(PATTERN)
        .nest_limit(50)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(most) => {
                format!("a regular expression is larger than {most} bytes once compiled")
            }
            error => format!("not a regular expression: {error}"),
        })
}
