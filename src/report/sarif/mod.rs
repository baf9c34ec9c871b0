//! The diagnosis into SARIF 2.1.0, for code-scanning views and dashboards: one result per finding, one rule per signature.
//!
//! SARIF's own words stand here (rule, result, level); everywhere else a rule is a signature.

mod build;
mod other;
mod wire;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use super::inert;
use crate::rank::Diagnosis;

/// Writes a SARIF log of one run, indented by two, with a line feed at the end. Holds no timings.
pub fn write_sarif(diagnosis: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
    inert::write_pretty(out, &build::log(diagnosis))
}
