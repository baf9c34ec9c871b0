//! `bundlevet signatures pages DIR`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bundlevet::report::{signature_index, signature_page};
use bundlevet::signature::Database;

use crate::database::DatabaseArgs;
use crate::failure::Failure;
use crate::outcome::{Done, Outcome};
use bundlevet::report::write_whole;

#[derive(clap::Args)]
pub(crate) struct PagesArgs {
    /// The directory of the pages; it is made if it is absent
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Write nothing; end with exit code 1 where a page is missing, out of date or of no signature
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(crate) fn pages(args: &PagesArgs) -> Outcome {
    let (database, _) = args.database.load()?;
    let wanted = wanted(&database);
    let there = there(&args.directory)?;
    let changed: Vec<&PathBuf> = wanted
        .iter()
        .filter(|(path, text)| there.get(*path).is_none_or(|old| old != text.as_bytes()))
        .map(|(path, _)| path)
        .collect();
    let superfluous: Vec<&PathBuf> = there
        .keys()
        .filter(|path| !wanted.contains_key(*path))
        .collect();
    let out = &mut io::stdout().lock();
    if args.check {
        for (what, list) in [("out of date", &changed), ("of no signature", &superfluous)] {
            for path in list {
                writeln!(out, "{}: {what}", args.directory.join(path).display())?;
            }
        }
        let fine = changed.is_empty() && superfluous.is_empty();
        return Ok(if fine { Done::Well } else { Done::Found });
    }
    for path in changed.iter().copied() {
        let whole = args.directory.join(path);
        let parent = whole.parent().unwrap_or(&args.directory);
        std::fs::create_dir_all(parent).map_err(|error| failed("create", parent, &error))?;
        let text = wanted.get(path).map(String::as_bytes).unwrap_or_default();
        write_whole(&whole, |out| out.write_all(text))?;
    }
    for path in &superfluous {
        writeln!(
            out,
            "{}: of no signature, delete it",
            args.directory.join(path).display()
        )?;
    }
    writeln!(out, "{} pages, {} written", wanted.len(), changed.len())?;
    Ok(Done::Well)
}

/// Every page by its path below the directory.
fn wanted(database: &Database) -> BTreeMap<PathBuf, String> {
    let pages = database.signatures.iter().map(|signature| {
        (
            PathBuf::from(format!("{}.md", signature.id)),
            signature_page(signature),
        )
    });
    let index = (PathBuf::from("README.md"), signature_index(database));
    pages.chain([index]).collect()
}

/// The pages that are there: `*.md`, and `*/*.md`.
fn there(directory: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, Failure> {
    let mut pages = BTreeMap::new();
    if !directory.exists() {
        return Ok(pages);
    }
    let list = |path: &Path| -> Result<Vec<PathBuf>, Failure> {
        let entries = std::fs::read_dir(path).map_err(|error| failed("read", path, &error))?;
        Ok(entries.flatten().map(|entry| entry.path()).collect())
    };
    let mut files = Vec::new();
    for path in list(directory)? {
        if path.is_dir() {
            files.extend(list(&path)?);
        } else {
            files.push(path);
        }
    }
    for file in files {
        let name = file.strip_prefix(directory).unwrap_or(&file).to_path_buf();
        if name.extension().is_some_and(|extension| extension == "md") {
            let text = std::fs::read(&file).map_err(|error| failed("read", &file, &error))?;
            pages.insert(name, text);
        }
    }
    Ok(pages)
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::Said(format!("failed to {what} {}: {error}", path.display()))
}
