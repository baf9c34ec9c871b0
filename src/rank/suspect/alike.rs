//! Suspects into the known causes that are worded like them.
//!
//! A line that no pattern matches is often an old one in other words: of another release, another program, another language.
//! So the words of a suspect are compared with those of every cause: the lines that prove it, its patterns, title and
//! explanation. A word counts as much as few causes have it, a pair of neighbours more than two words. `docs/accuracy.md`
//! says how often that is right; it never makes a cause more than possible.

use std::collections::BTreeMap;

use super::present::Present;
use super::speech::{Feature, features};
use crate::signature::{Database, Examples, Kind, Signature};

/// Suspects that are compared. One further down counts this much less.
const LOOKED: usize = 3;
const FURTHER: f64 = 0.1;
/// Bytes of what is said that are.
const TEXT: usize = 600;
/// What a word counts: in the clause that says what is wrong, in the rest of the line.
const SAID: f64 = 1.0;
const BESIDE: f64 = 0.6;
/// What it counts where a signature has it: in a line that proves it, in its title, in its id, in its explanation, in a pattern.
const EXAMPLE: f64 = 1.0;
const TITLE: f64 = 0.8;
const MEANT: f64 = 0.6;
const PATTERN: f64 = 0.5;
/// What a pair of neighbours counts.
const PAIR: f64 = 1.5;
/// How much rarer words count for more.
const RARITY: f64 = 1.5;
/// What a word counts that no cause has.
const UNHEARD: f64 = 8.0;
/// A cause that is named has so much of what a suspect says, and not by one word alone.
const LEAST: f64 = 0.2;
const SHARED: usize = 3;
/// One that stands out has so much of it, and so many times what the next one has.
const MUCH: f64 = 0.35;
const CLEARLY: f64 = 1.15;

/// What a suspect says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard<'a> {
    /// The innermost clause that says something.
    pub(super) says: &'a str,
    /// All of it, without its envelope, and the error that has a field of its own.
    pub(super) text: [&'a str; 2],
}

/// How much alike a cause of the database is, by its index.
pub(super) type Alike = (usize, f64);

/// The causes that are worded like the first suspects.
#[derive(Debug, Default)]
pub(super) struct Resemblances {
    /// Of each suspect, best first.
    pub(super) of_each: Vec<Vec<Alike>>,
    /// The one that stands out of all, and the suspect.
    pub(super) clearest: Option<(usize, usize)>,
}

/// Compares the first suspects with every cause that may be there.
pub(super) fn resemblances(
    database: &Database,
    suspects: &[Heard<'_>],
    present: Present,
) -> Resemblances {
    let suspects = suspects.get(..LOOKED).unwrap_or(suspects);
    if suspects.is_empty() {
        return Resemblances::default();
    }
    let asked = Asked::of(suspects);
    let examples = Examples::read(database);
    let mut known: Vec<(usize, Vec<(usize, f64)>)> = Vec::new();
    let mut causes = 0_u32;
    let mut having = vec![0_u32; asked.pairs.len()];
    for (index, signature) in database.signatures.iter().enumerate() {
        if signature.kind != Kind::Cause || !present.may_be(signature.component()) {
            continue;
        }
        causes += 1;
        let held = asked.held(signature, &examples);
        for (feature, _) in &held {
            if let Some(count) = having.get_mut(*feature) {
                *count += 1;
            }
        }
        if !held.is_empty() {
            known.push((index, held));
        }
    }
    let worth = asked.worth(causes, &having);
    let of_each: Vec<Vec<Alike>> = asked
        .said
        .iter()
        .map(|said| best(said, &known, &worth))
        .collect();
    Resemblances {
        clearest: clearest(&of_each),
        of_each: of_each.into_iter().map(alike_enough).collect(),
    }
}

/// What suspects say, in features that are numbered from 0.
struct Asked {
    numbers: BTreeMap<Feature, usize>,
    /// Whether each is a pair.
    pairs: Vec<bool>,
    /// Of each suspect, what each feature counts; 0 where it lacks it.
    said: Vec<Vec<f64>>,
    /// Which features there may be, by their lowest bits: most of what is compared is none.
    maybe: Vec<bool>,
}

const MAYBE: u64 = 1 << 16;

const fn maybe(feature: Feature) -> usize {
    (feature.0 >> 32 & (MAYBE - 1)) as usize
}

impl Asked {
    fn of(suspects: &[Heard<'_>]) -> Self {
        let mut asked = Self {
            numbers: BTreeMap::new(),
            pairs: Vec::new(),
            said: Vec::new(),
            maybe: vec![false; MAYBE as usize],
        };
        for suspect in suspects {
            let mut said: BTreeMap<usize, f64> = BTreeMap::new();
            asked.take(suspect.says, SAID, &mut said);
            for text in suspect.text {
                let text = text.get(..text.floor_char_boundary(TEXT)).unwrap_or(text);
                asked.take(text, BESIDE, &mut said);
            }
            let most = said.keys().max().map_or(0, |last| last + 1);
            let mut weights = vec![0.0; most];
            for (number, weight) in said {
                if let Some(place) = weights.get_mut(number) {
                    *place = weight;
                }
            }
            asked.said.push(weights);
        }
        asked
    }

    fn take(&mut self, text: &str, weight: f64, said: &mut BTreeMap<usize, f64>) {
        features(text, |feature, pair| {
            let next = self.pairs.len();
            let number = *self.numbers.entry(feature).or_insert(next);
            if number == next {
                self.pairs.push(pair);
            }
            if let Some(place) = self.maybe.get_mut(maybe(feature)) {
                *place = true;
            }
            let place = said.entry(number).or_default();
            *place = place.max(weight);
        });
    }

    /// The features that a signature has, and what they count there.
    fn held(&self, signature: &Signature, examples: &Examples) -> Vec<(usize, f64)> {
        let mut held: BTreeMap<usize, f64> = BTreeMap::new();
        let mut take = |text: &str, weight: f64| {
            features(text, |feature, _| {
                if self.maybe.get(maybe(feature)) != Some(&true) {
                    return;
                }
                if let Some(number) = self.numbers.get(&feature) {
                    let place = held.entry(*number).or_default();
                    *place = place.max(weight);
                }
            });
        };
        examples.of(signature).for_each(|line| take(line, EXAMPLE));
        take(signature.title.source(), TITLE);
        take(&signature.id, TITLE);
        if let Some(explanation) = &signature.explanation {
            take(explanation.source(), MEANT);
        }
        let patterns = signature.parts.iter().flat_map(|part| part.patterns());
        patterns.for_each(|pattern| take(pattern.source(), PATTERN));
        held.into_iter().collect()
    }

    /// What each feature is worth, as few of the causes have it.
    fn worth(&self, causes: u32, having: &[u32]) -> Vec<f64> {
        let each = self.pairs.iter().zip(having);
        each.map(|(&pair, &having)| {
            let kind = if pair { PAIR } else { 1.0 };
            if having == 0 {
                return kind * UNHEARD;
            }
            let (all, having) = (f64::from(causes), f64::from(having));
            let rarity = (1.0 + (all - having + 0.5) / (having + 0.5)).ln();
            kind * rarity.powf(RARITY)
        })
        .collect()
    }
}

/// The causes by the share that they have of what a suspect says, best first.
fn best(said: &[f64], known: &[(usize, Vec<(usize, f64)>)], worth: &[f64]) -> Vec<Alike> {
    let of = |feature: usize| {
        let said = said.get(feature).copied().unwrap_or_default();
        said * worth.get(feature).copied().unwrap_or_default()
    };
    let whole: f64 = (0..said.len()).map(of).sum();
    let mut alike: Vec<Alike> = known
        .iter()
        .filter_map(|(index, held)| {
            let counted = held.iter().map(|(feature, weight)| weight * of(*feature));
            let shared: Vec<f64> = counted.filter(|worth| *worth > 0.0).collect();
            let share = shared.iter().sum::<f64>() / whole.max(f64::MIN_POSITIVE);
            (shared.len() >= SHARED).then_some((*index, share))
        })
        .collect();
    in_order(&mut alike);
    alike
}

fn in_order(alike: &mut [Alike]) {
    alike.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
}

fn alike_enough(mut alike: Vec<Alike>) -> Vec<Alike> {
    alike.retain(|(_, share)| *share >= LEAST);
    alike
}

/// The cause that is more like some suspect than any other cause is like any.
fn clearest(of_each: &[Vec<Alike>]) -> Option<(usize, usize)> {
    let mut best: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
    let mut less = 1.0;
    for (suspect, alike) in of_each.iter().enumerate() {
        for &(index, share) in alike {
            let place = best.entry(index).or_insert((0.0, suspect));
            if share * less > place.0 {
                *place = (share * less, suspect);
            }
        }
        less -= FURTHER;
    }
    let mut all: Vec<Alike> = best
        .iter()
        .map(|(&index, &(share, _))| (index, share))
        .collect();
    in_order(&mut all);
    let (index, share) = *all.first()?;
    let next = all.get(1).map_or(0.0, |next| next.1);
    let clear = share >= MUCH && share >= CLEARLY * next;
    clear.then(|| best.get(&index).map(|(_, suspect)| (index, *suspect)))?
}
