//! `--signatures` and `--disable` into the database of a run.

use std::path::PathBuf;
use std::sync::Arc;

use bundlevet::pipeline;
use bundlevet::report::{DatabaseAge, nearest};
use bundlevet::signature::{Database, Signature, SignatureProblem};

use super::failure::Failure;
use super::limits;
use super::outcome::say;

/// Which signatures to use.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct DatabaseArgs {
    /// Add (or override) signatures from this directory; repeatable
    #[arg(long = "signatures", value_name = "DIR")]
    pub(crate) directories: Vec<PathBuf>,
    /// Do without this signature; `kubelet/*` is a component, `*` all that are shipped; repeatable
    #[arg(long, value_name = "ID")]
    pub(crate) disable: Vec<String>,
}

impl DatabaseArgs {
    /// The database, and what is wrong with the user's files (also said on standard error).
    pub(crate) fn load(&self) -> Result<(Arc<Database>, Vec<SignatureProblem>), Failure> {
        self.load_on(0)
    }

    /// The same on so many threads; 0: one per core.
    pub(crate) fn load_on(
        &self,
        threads: usize,
    ) -> Result<(Arc<Database>, Vec<SignatureProblem>), Failure> {
        // Without directories there is nothing that threads would be quicker at.
        match self.directories.is_empty() {
            true => self.read(),
            false => pipeline::on_threads(threads, || self.read()),
        }
    }

    fn read(&self) -> Result<(Arc<Database>, Vec<SignatureProblem>), Failure> {
        if self.directories.is_empty() && self.disable.is_empty() {
            return Ok((Arc::clone(Database::shipped()), Vec::new()));
        }
        for directory in &self.directories {
            if !directory.is_dir() {
                let path = directory.display();
                return Err(Failure::Said(format!(
                    "--signatures {path}: not a directory that can be read"
                )));
            }
        }
        let (database, problems) =
            Database::load_within(&self.directories, &self.disable, &limits::get().signatures);
        let (unknown, problems): (Vec<_>, Vec<_>) = problems
            .into_iter()
            .partition(|problem| problem.file == "--disable");
        if let Some(problem) = unknown.first() {
            return Err(Failure::Said(format!("--disable: {}", problem.message)));
        }
        for problem in &problems {
            say(&problem.to_string());
        }
        let database = Arc::new(database);
        // The process ends with its report: to take thousands of expressions apart before costs milliseconds.
        std::mem::forget(Arc::clone(&database));
        Ok((database, problems))
    }
}

/// The signature with this id, or what was perhaps meant.
pub(crate) fn find<'a>(database: &'a Database, id: &str) -> Result<&'a Arc<Signature>, Failure> {
    if let Some(signature) = database.get(id) {
        return Ok(signature);
    }
    let ids = database
        .signatures
        .iter()
        .map(|signature| signature.id.as_str());
    let near = nearest(id, ids, 5);
    let hint = if near.is_empty() {
        "`bundlevet signatures list` names them all".to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    Err(Failure::Said(format!("there is no signature {id}; {hint}")))
}

/// What the header of a report says of the database.
pub(crate) fn age(database: &Database) -> DatabaseAge {
    let date = database
        .date
        .as_ref()
        .and_then(|date| date.parse::<jiff::civil::Date>().ok());
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    DatabaseAge {
        date: database.date.clone(),
        days: date
            .and_then(|date| today.since((jiff::Unit::Day, date)).ok())
            .map(|span| i64::from(span.get_days())),
        knows: database
            .knows
            .iter()
            .map(|(product, version)| (product.word().to_owned(), version.clone()))
            .collect(),
    }
}
