//! The diagnosis into text, JSON and the rest.

mod json;
mod neutral;

#[cfg(test)]
mod sample;

pub use json::{SCHEMA, json, write_json, write_ndjson};
pub use neutral::{neutral, neutral_lines};
