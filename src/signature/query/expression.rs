//! CEL expressions over one object, compiled at first use.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use cel::{Context, Program, Value};

/// Longest expression; the cost of evaluating one grows with its length and with the object.
const LENGTH: usize = 2000;

/// An expression with the object as variable `o`.
#[derive(Debug, Clone)]
pub struct Expression {
    source: String,
    compiled: OnceLock<Result<Arc<Program>, String>>,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// An object in the form that expressions read. Converting costs twenty times what evaluating does.
#[derive(Debug, Clone)]
pub struct Converted(Value);

impl Converted {
    /// Converts an object; `None` where it cannot be said in CEL.
    pub fn new(object: &serde_json::Value) -> Option<Self> {
        cel::to_value(object).ok().map(Self)
    }
}

impl Expression {
    pub(crate) fn new(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            compiled: OnceLock::new(),
        }
    }

    /// The expression as the file has it.
    pub fn source(&self) -> &str {
        &self.source
    }

    fn program(&self) -> Result<&Arc<Program>, &String> {
        let compile = || {
            if self.source.len() > LENGTH {
                return Err(format!("longer than {LENGTH} bytes"));
            }
            // Every comprehension in another multiplies the cost by the size of a list.
            let loops = ["all(", "exists(", "exists_one(", "map(", "filter("];
            if loops
                .iter()
                .map(|word| self.source.matches(word).count())
                .sum::<usize>()
                > 3
            {
                return Err("more than three of all, exists, map and filter".to_owned());
            }
            // The parser is generated code over foreign text: a panic in it is a problem of the file, not ours.
            match catch_unwind(AssertUnwindSafe(|| Program::compile(&self.source))) {
                Ok(Ok(program)) => Ok(Arc::new(program)),
                Ok(Err(errors)) => Err(errors.to_string()),
                Err(_) => Err("cannot be parsed".to_owned()),
            }
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    /// Compiles it; what is wrong with it.
    pub fn check(&self) -> Option<String> {
        match self.program() {
            Err(error) => Some(format!("cel: {error}")),
            Ok(program) => {
                let references = program.references();
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
    pub fn holds(&self, object: &Converted) -> bool {
        let Ok(program) = self.program() else {
            return false;
        };
        let mut context = Context::default();
        context.add_variable_from_value("o", object.0.clone());
        let result = catch_unwind(AssertUnwindSafe(|| program.execute(&context)));
        matches!(result, Ok(Ok(Value::Bool(true))))
    }
}
