//! Tests of one value.

use jiff::{SignedDuration, Timestamp};

use super::walk::{self, Found};
use super::{Context, bind};
use crate::detect::Captures;
use crate::packed::{Shape, View};
use crate::signature::query::{Check, Path, Test, TextRegex, quantity, same, shown};

/// Whether every check of `test` holds of what was found; adds what they capture.
pub(super) fn holds(
    context: &Context<'_>,
    test: &Test,
    found: &Found<'_>,
    captures: &mut Captures,
) -> bool {
    test.checks().all(|check| match found {
        Found::Value(value) => present(context, check, *value, captures),
        // A missing field: only these can hold of it, and only where the object is whole.
        Found::Absent => {
            !context.partial
                && matches!(check, Check::Not(_) | Check::Exists(false))
                && absent(check)
        }
        Found::Nothing => !context.partial && matches!(check, Check::Exists(false)),
    })
}

/// Whether `check` holds of a missing field: `not` does unless what it denies would hold of it.
fn absent(check: &Check) -> bool {
    match check {
        Check::Exists(exists) => !exists,
        Check::Not(test) => !test.checks().all(absent),
        _ => false,
    }
}

fn present(context: &Context<'_>, check: &Check, value: View<'_>, captures: &mut Captures) -> bool {
    match check {
        Check::Is(wanted) => wanted.iter().any(|wanted| same(value, wanted.into())),
        Check::Not(test) => !holds(context, test, &Found::Value(value), &mut captures.clone()),
        Check::Has(key) => match value.shape() {
            Shape::Map(mut map) => map.any(|(name, _)| name == key),
            Shape::List(list) => list.filter_map(shown).any(|text| text == *key),
            _ => false,
        },
        Check::Matches(pattern) => {
            let found = shown(value).map(|text| pattern.get().captures_in(&text));
            found.is_some_and(|found| found.into_iter().any(|found| all_bound(captures, found)))
        }
        Check::Regex(regex) => {
            let found = shown(value).and_then(|text| groups(regex, &text));
            found.is_some_and(|found| all_bound(captures, found))
        }
        Check::Lt(limit) => quantity(value).is_some_and(|number| number < *limit),
        Check::Le(limit) => quantity(value).is_some_and(|number| number <= *limit),
        Check::Gt(limit) => quantity(value).is_some_and(|number| number > *limit),
        Check::Ge(limit) => quantity(value).is_some_and(|number| number >= *limit),
        Check::OlderThan(limit) => age(context, value).is_some_and(|age| age > *limit),
        Check::NewerThan(limit) => age(context, value).is_some_and(|age| age <= *limit),
        Check::Exists(exists) => *exists,
        Check::As(name) => shown(value).is_some_and(|text| bind(captures, name, &text).is_some()),
        Check::SameAs(other) => others(context, other, captures).any(|other| same(value, other)),
        Check::NotSameAs(other) => {
            let mut others = others(context, other, captures).peekable();
            match others.peek() {
                None => !context.partial,
                Some(_) => !others.any(|other| same(value, other)),
            }
        }
    }
}

/// The values at another path of the same object whose wildcards agree with `captures`.
fn others<'v>(
    context: &Context<'v>,
    path: &Path,
    captures: &Captures,
) -> impl Iterator<Item = View<'v>> {
    let agrees =
        |(name, value): &(String, String)| captures.get(name).is_none_or(|other| other == value);
    let places = walk::places(context.root, path);
    let values: Vec<View<'_>> = places
        .into_iter()
        .filter(|place| place.captures.iter().all(agrees))
        .filter_map(|place| match place.found {
            Found::Value(value) => Some(value),
            Found::Absent | Found::Nothing => None,
        })
        .collect();
    values.into_iter()
}

/// How long before the collection a time was; `None` where either is unknown.
fn age(context: &Context<'_>, value: View<'_>) -> Option<SignedDuration> {
    let time: Timestamp = value.as_str()?.parse().ok()?;
    Some(time.duration_until(context.collected_at?))
}

fn groups(regex: &TextRegex, text: &str) -> Option<Vec<(String, String)>> {
    let regex = regex.get()?;
    let found = regex.captures(text)?;
    let group = |name: &str| Some((name.to_owned(), found.name(name)?.as_str().to_owned()));
    Some(regex.capture_names().flatten().filter_map(group).collect())
}

/// Adds all of `found`, or nothing where one stands for something else already.
fn all_bound(captures: &mut Captures, found: impl IntoIterator<Item = (String, String)>) -> bool {
    let mut both = captures.clone();
    let agree = found
        .into_iter()
        .all(|(name, value)| bind(&mut both, &name, &value).is_some());
    if agree {
        *captures = both;
    }
    agree
}
