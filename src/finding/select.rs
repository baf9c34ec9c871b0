//! Object and fact parts into observations, through the queries of the evidence store.

use super::Context;
use super::index::Index;
use super::observe::Answer;
use crate::signature::{FactQuery, Query};

/// Looks for objects.
pub(super) fn objects(
    _index: &Index<'_>,
    _context: &Context,
    _part: usize,
    _query: &Query,
) -> Answer {
    Answer::NotCollected("Kubernetes objects".to_owned())
}

/// Looks for facts.
pub(super) fn facts(
    _index: &Index<'_>,
    _context: &Context,
    _part: usize,
    _query: &FactQuery,
) -> Answer {
    Answer::NotCollected("facts of nodes".to_owned())
}
