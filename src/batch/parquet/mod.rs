//! A diagnosis into columns: one Parquet file per bundle and table, for questions over years of tickets.
//!
//! `parquet/<table>/<NAME>.parquet` below the output directory. A bundle that is read again replaces its files, so a
//! table never holds two states of one bundle. `docs/batch.md` has the schema, and a test holds it against [`TABLES`].

mod column;
mod rows;

#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::Path;

use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::rank::Diagnosis;
use crate::report::{self, write_whole};

pub use column::{Column, Kind, TABLES, Table};

/// Writes all tables of one bundle below `directory`, as files called `name`.
pub(super) fn write(
    directory: &Path,
    name: &str,
    bundle: &str,
    evidence: &Evidence,
    diagnosis: &Diagnosis,
) -> Result<()> {
    let report = report::json(diagnosis);
    let about = rows::About::new(bundle, name, &report);
    for table in &TABLES {
        let folder = directory.join(table.name);
        let failed = |error: io::Error| Error::Report {
            path: folder.clone(),
            because: error.to_string(),
        };
        fs::create_dir_all(&folder).map_err(failed)?;
        let bytes = match table.name {
            "bundles" => column::write(table, about.bundle()),
            "findings" => column::write(table, about.findings()),
            "evidence" => column::write(table, about.evidence()),
            _ => column::write(table, about.inventory(evidence)),
        };
        let bytes = bytes.map_err(failed)?;
        write_whole(&folder.join(format!("{name}.parquet")), |out| {
            out.write_all(&bytes)
        })?;
    }
    Ok(())
}
