//! A decoded text into what it claims: that something went wrong, and the clause that says why.

mod clause;
mod words;

pub(crate) use clause::{Clause, innermost};
pub(crate) use words::{accuses, explains, follows, is_last_word};
