//! Which fields of a kind are dropped while reading: big, and nothing asks for them.

use std::collections::{BTreeMap, BTreeSet};

/// A tree of field names. Lists are transparent: `versions.schema` drops `schema` in every element of `versions`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Prune {
    drop: bool,
    only: Option<BTreeSet<String>>,
    fields: BTreeMap<String, Prune>,
}

/// What to do with the value of a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Field<'p> {
    /// Skip it.
    Drop,
    /// Read it; the tree for what is below, where there is one.
    Keep(Option<&'p Prune>),
}

impl Prune {
    /// Dropped of every object: who wrote which field, and copies of the whole object in annotations.
    pub(super) fn common() -> Self {
        let mut prune = Self::default();
        for path in [
            &["metadata", "managedFields"][..],
            &["metadata", "annotations", "objectset.rio.cattle.io/applied"],
            &[
                "metadata",
                "annotations",
                "kubectl.kubernetes.io/last-applied-configuration",
            ],
        ] {
            prune.drop_path(path);
        }
        prune
    }

    /// Drops the field at `path`.
    pub(super) fn drop_path(&mut self, path: &[&str]) {
        self.at(path).drop = true;
    }

    /// Of the map at `path`, keeps only `keys`.
    pub(super) fn keep_only(&mut self, path: &[&str], keys: &[&str]) {
        self.at(path).only = Some(keys.iter().map(|&k| k.to_owned()).collect());
    }

    fn at(&mut self, path: &[&str]) -> &mut Prune {
        path.iter().fold(self, |node, &key| {
            node.fields.entry(key.to_owned()).or_default()
        })
    }

    /// Keeps what lies on the way of `path`, which somebody asks for. `None` in it is any key.
    pub(super) fn keep(&mut self, path: &[Option<&str>]) {
        self.drop = false;
        let Some((step, rest)) = path.split_first() else {
            // The whole of this value is asked for, but copies of it nobody means stay dropped.
            self.only = None;
            self.fields.values_mut().for_each(|field| field.keep(&[]));
            return;
        };
        match step {
            Some(key) => {
                if let Some(only) = &mut self.only {
                    only.insert((*key).to_owned());
                }
                if let Some(field) = self.fields.get_mut(*key) {
                    field.keep(rest);
                }
            }
            // In practice an element of a list, and lists are transparent. Where it is the end, all below is asked for.
            None => {
                self.only = None;
                self.keep(rest);
            }
        }
    }

    /// Keeps every field whose name occurs in an expression.
    pub(super) fn keep_named(&mut self, expression: &str) {
        let word = |name: &str| {
            expression
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .any(|word| word == name)
        };
        for (name, field) in &mut self.fields {
            field.drop &= !word(name);
            field.keep_named(expression);
        }
    }

    /// What to do with `key` of a map.
    pub(super) fn field(&self, key: &str) -> Field<'_> {
        if self.only.as_ref().is_some_and(|only| !only.contains(key)) {
            return Field::Drop;
        }
        match self.fields.get(key) {
            Some(below) if below.drop => Field::Drop,
            below => Field::Keep(below),
        }
    }
}

/// [`Prune::field`] where there may be no tree.
pub(super) fn field<'p>(prune: Option<&'p Prune>, key: &str) -> Field<'p> {
    prune.map_or(Field::Keep(None), |prune| prune.field(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_keeps_what_it_asks_for() {
        let mut prune = Prune::common();
        prune.drop_path(&["data"]);
        assert_eq!(prune.field("data"), Field::Drop);
        prune.keep(&[Some("data"), Some("Corefile")]);
        assert!(matches!(prune.field("data"), Field::Keep(_)));
        let Field::Keep(Some(metadata)) = prune.field("metadata") else {
            panic!("metadata is kept");
        };
        assert_eq!(metadata.field("managedFields"), Field::Drop);
    }

    #[test]
    fn only_some_keys_of_a_map() {
        let mut prune = Prune::default();
        prune.keep_only(&["data"], &["failed-output"]);
        let Field::Keep(data) = prune.field("data") else {
            panic!("data is kept");
        };
        assert_eq!(field(data, "plan"), Field::Drop);
        assert_eq!(field(data, "failed-output"), Field::Keep(None));
    }
}
