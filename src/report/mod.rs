//! The diagnosis into text, JSON and the rest.
