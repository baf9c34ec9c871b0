//! Observations of several parts into combinations that agree with each other and lie in one window.

use jiff::SignedDuration;

use super::index::Index;
use super::{Observation, timing};
use crate::detect::Captures;
use crate::signature::{Condition, Join};

/// So many combinations of one subject are kept; each is one way in which the signature is true.
const COMBINATIONS: usize = 64;
/// So many steps are made to find them.
const STEPS: usize = 20_000;

/// One way in which all demanded parts are true together: one observation per part.
#[derive(Debug, Clone, Default)]
pub(super) struct Combination<'o> {
    pub(super) chosen: Vec<&'o Observation>,
}

impl Combination<'_> {
    /// The captures of all parts together.
    pub(super) fn captures(&self) -> Captures {
        let mut all = Captures::new();
        for one in &self.chosen {
            for (name, value) in &one.captures {
                all.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        all
    }

    /// Whether `one` agrees with every chosen observation on what the signature joins on.
    pub(super) fn accepts(&self, join: &Join, one: &Observation) -> bool {
        self.chosen.iter().all(|other| agree(join, other, one))
    }
}

/// Every combination of `all`, and of one of `any` where there are any.
pub(super) fn combinations<'o>(
    index: &Index<'_>,
    condition: &Condition,
    all: &[Vec<&'o Observation>],
    any: &[Vec<&'o Observation>],
    demands_any: bool,
) -> Vec<Combination<'o>> {
    let mut search = Search {
        index,
        join: &condition.join,
        window: condition.window(),
        found: Vec::new(),
        steps: 0,
    };
    if demands_any {
        for candidates in any.iter().filter(|candidates| !candidates.is_empty()) {
            let mut levels: Vec<&[&Observation]> = all.iter().map(Vec::as_slice).collect();
            levels.push(candidates);
            search.extend(&levels, &mut Combination::default());
        }
    } else {
        let levels: Vec<&[&Observation]> = all.iter().map(Vec::as_slice).collect();
        search.extend(&levels, &mut Combination::default());
    }
    search.found
}

struct Search<'i, 'e, 'o> {
    index: &'i Index<'e>,
    join: &'i Join,
    window: SignedDuration,
    found: Vec<Combination<'o>>,
    steps: usize,
}

impl<'o> Search<'_, '_, 'o> {
    fn extend(&mut self, levels: &[&[&'o Observation]], so_far: &mut Combination<'o>) {
        let Some((candidates, deeper)) = levels.split_first() else {
            if !so_far.chosen.is_empty() {
                self.found.push(so_far.clone());
            }
            return;
        };
        for &one in *candidates {
            self.steps += 1;
            if self.found.len() >= COMBINATIONS || self.steps > STEPS {
                return;
            }
            if !so_far.accepts(self.join, one) {
                continue;
            }
            so_far.chosen.push(one);
            if timing::share_window(self.index, &so_far.chosen, self.window) {
                self.extend(deeper, so_far);
            }
            so_far.chosen.pop();
        }
    }
}

/// Whether two observations agree. What one of them does not know is no disagreement.
fn agree(join: &Join, a: &Observation, b: &Observation) -> bool {
    fn same<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
        a.zip(b).is_none_or(|(a, b)| a == b)
    }
    if !same(a.cluster.as_ref(), b.cluster.as_ref()) {
        return false;
    }
    match join {
        Join::Captures => a
            .captures
            .iter()
            .all(|(name, value)| b.captures.get(name).is_none_or(|other| other == value)),
        Join::Node => same(a.place.node.as_ref(), b.place.node.as_ref()),
        Join::Namespace => same(a.place.namespace.as_ref(), b.place.namespace.as_ref()),
        Join::Object => {
            same(object(a).as_ref(), object(b).as_ref())
                && same(a.place.namespace.as_ref(), b.place.namespace.as_ref())
        }
        Join::Capture(name) => same(a.captures.get(name), b.captures.get(name)),
    }
}

fn object(one: &Observation) -> Option<String> {
    let place = &one.place;
    place
        .object
        .as_ref()
        .map(|(_, name)| name.clone())
        .or_else(|| place.pod.clone())
}
