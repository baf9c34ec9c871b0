//! The lines by which signatures are proven, as examples of what programs say: those of shipped ones are read only when
//! somebody asks.

use std::collections::BTreeMap;

use super::node::Words;
use super::{Database, Given, Signature, embedded};

/// The lines of tests that must match.
#[derive(Debug)]
pub(crate) struct Examples {
    /// Of the shipped files, by id.
    shipped: BTreeMap<Words, Vec<Words>>,
}

impl Examples {
    /// Reads those of the shipped files, if the database has some of these.
    pub(crate) fn read(database: &Database) -> Self {
        let shipped = database.signatures.iter().any(|one| one.shipped);
        Self {
            shipped: shipped.then(embedded::hits).unwrap_or_default(),
        }
    }

    /// Those of a signature.
    pub(crate) fn of<'a>(&'a self, signature: &'a Signature) -> impl Iterator<Item = &'a str> {
        let own = signature.tests.iter().flat_map(|test| match &test.given {
            Given::Hit(lines) => lines.as_slice(),
            Given::Quiet(_) | Given::Case(_) => &[],
        });
        let known = signature.shipped && signature.tests.is_empty();
        let shipped = known.then(|| self.shipped.get(signature.id.as_str()));
        let shipped = shipped.flatten().into_iter().flatten();
        own.map(String::as_str)
            .chain(shipped.flat_map(|text| text.lines()))
            .filter(|line| !line.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_examples_are_those_of_the_whole_files() {
        let read = Examples::read(Database::shipped());
        let mut some = 0;
        for (short, whole) in Database::shipped()
            .signatures
            .iter()
            .zip(&Database::shipped_with_tests().signatures)
        {
            let (short, whole): (Vec<_>, Vec<_>) =
                (read.of(short).collect(), read.of(whole).collect());
            assert_eq!(short, whole);
            some += short.len();
        }
        assert!(some > Database::shipped().signatures.len());
    }
}
