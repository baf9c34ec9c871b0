//! Outcomes of single incidents into the published table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bundlevet::rank::{Diagnosis, EvidenceItem};
use bundlevet::signature::Sureness;

use super::incident::Incident;

/// What became of one incident.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// No signature is expected yet.
    Unmapped,
    /// A bundle cannot show it, because of this.
    NotVisible(String),
    /// Diagnosed.
    Scored {
        /// Place of the right cause, from 1.
        rank: Option<usize>,
        /// The finding quotes one of the incident's lines.
        grounded: bool,
        /// What stands first.
        first: Option<(String, Sureness)>,
    },
}

impl Outcome {
    /// Compares a diagnosis with what was expected.
    pub fn of(diagnosis: &Diagnosis, expected: &[String], incident: &Incident) -> Self {
        let right = |id: &str| expected.iter().any(|e| e == id);
        let rank = diagnosis
            .causes
            .iter()
            .position(|cause| right(&cause.signature))
            .map(|at| at + 1);
        let words: Vec<String> = incident
            .log_lines
            .iter()
            .chain(&incident.object_state)
            .filter_map(|line| longest_word_run(line))
            .collect();
        let grounded = rank
            .and_then(|at| diagnosis.causes.get(at - 1))
            .is_some_and(|cause| {
                cause.evidence.iter().any(|item| {
                    let text = match item {
                        EvidenceItem::Line { text, .. }
                        | EvidenceItem::Object { text, .. }
                        | EvidenceItem::Fact { text, .. } => text,
                    };
                    words.iter().any(|word| text.contains(word.as_str()))
                })
            });
        let first = diagnosis
            .causes
            .first()
            .map(|cause| (cause.signature.clone(), cause.sure));
        Outcome::Scored {
            rank,
            grounded,
            first,
        }
    }
}

/// The longest run of a line without digits, quotes or escapes: it stands in the bundle as it stood in the line.
fn longest_word_run(line: &str) -> Option<String> {
    line.split(|c: char| c.is_ascii_digit() || "\"\\'<>{}[]".contains(c))
        .map(str::trim)
        .max_by_key(|run| run.len())
        .map(str::to_owned)
}

/// Place of the right cause, whether it is grounded, and what stands first.
type Scored<'a> = (Option<usize>, bool, Option<&'a (String, Sureness)>);

/// All outcomes.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<(Incident, Outcome)>,
}

impl Table {
    pub fn add(&mut self, incident: &Incident, outcome: Outcome) {
        self.rows.push((incident.clone(), outcome));
    }

    fn outcomes(&self, confirmed: Option<bool>) -> Vec<Scored<'_>> {
        let rows = self
            .rows
            .iter()
            .filter(|(incident, _)| confirmed.is_none_or(|c| incident.confirmed() == c));
        rows.filter_map(|(_, outcome)| match outcome {
            Outcome::Scored {
                rank,
                grounded,
                first,
            } => Some((*rank, *grounded, first.as_ref())),
            _ => None,
        })
        .collect()
    }

    /// Incidents that were diagnosed.
    pub fn scored(&self) -> usize {
        self.outcomes(None).len()
    }

    /// Share of diagnosed incidents whose first answer is wrong and called certain.
    pub fn wrong_at_certain(&self) -> f64 {
        let all = self.outcomes(None);
        let wrong = all.iter().filter(|(rank, _, first)| {
            *rank != Some(1) && first.is_some_and(|(_, sure)| *sure == Sureness::Certain)
        });
        wrong.count() as f64 / all.len().max(1) as f64
    }

    /// Share of diagnosed incidents whose cause is among the first `most`.
    pub fn hits(&self, most: usize) -> f64 {
        let all = self.outcomes(None);
        let right = all
            .iter()
            .filter(|(rank, ..)| rank.is_some_and(|r| r <= most));
        right.count() as f64 / all.len().max(1) as f64
    }

    /// Share of diagnosed incidents whose cause is found and quotes the incident's own words.
    pub fn grounded(&self) -> f64 {
        let all = self.outcomes(None);
        let right = all
            .iter()
            .filter(|(rank, grounded, _)| rank.is_some() && *grounded);
        right.count() as f64 / all.len().max(1) as f64
    }

    /// What did not come first or is not grounded, by cause.
    pub fn misses(&self) -> String {
        let mut misses: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (incident, outcome) in &self.rows {
            let Outcome::Scored {
                rank,
                first,
                grounded,
            } = outcome
            else {
                continue;
            };
            if *rank == Some(1) && *grounded {
                continue;
            }
            let first = first.as_ref().map_or_else(
                || "nothing".to_owned(),
                |(id, sure)| format!("{id} ({})", sure.word()),
            );
            let quoted = if *grounded { "" } else { ", not grounded" };
            misses
                .entry(incident.root_cause_key.clone())
                .or_default()
                .push(format!(
                    "{}: rank {rank:?}, first {first}{quoted}",
                    incident.id
                ));
        }
        misses
            .iter()
            .map(|(key, list)| format!("{key}\n  {}\n", list.join("\n  ")))
            .collect()
    }

    fn line(&self, f: &mut fmt::Formatter<'_>, name: &str, confirmed: Option<bool>) -> fmt::Result {
        let all = self.outcomes(confirmed);
        let n = all.len().max(1) as f64;
        let share = |count: usize| count as f64 / n;
        let at = |most: usize| {
            share(
                all.iter()
                    .filter(|(rank, ..)| rank.is_some_and(|r| r <= most))
                    .count(),
            )
        };
        let mrr: f64 = all
            .iter()
            .filter_map(|(rank, ..)| rank.map(|r| 1.0 / r as f64))
            .sum::<f64>()
            / n;
        let grounded = share(
            all.iter()
                .filter(|(rank, grounded, _)| rank.is_some() && *grounded)
                .count(),
        );
        let silent = share(all.iter().filter(|(.., first)| first.is_none()).count());
        let wrong = all.iter().filter(|(rank, _, first)| {
            *rank != Some(1) && first.is_some_and(|(_, s)| *s == Sureness::Certain)
        });
        writeln!(
            f,
            "| {name} | {} | {:.3} | {:.3} | {mrr:.3} | {grounded:.3} | {:.3} | {silent:.3} |",
            all.len(),
            at(1),
            at(3),
            share(wrong.count()),
        )
    }

    /// Share of right first answers by sureness, with its interval.
    fn classes(&self, f: &mut fmt::Formatter<'_>, name: &str, confirmed: bool) -> fmt::Result {
        let all = self.outcomes(Some(confirmed));
        if all.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "\n| sureness of the first answer ({name}) | right | of | share | 95 % interval |\n|---|---|---|---|---|"
        )?;
        for sure in [Sureness::Certain, Sureness::Likely, Sureness::Possible] {
            let of = all
                .iter()
                .filter(|(.., first)| first.is_some_and(|(_, s)| *s == sure));
            let (right, of) = of.fold((0_u32, 0_u32), |(right, of), (rank, ..)| {
                (right + u32::from(*rank == Some(1)), of + 1)
            });
            let (low, high) = wilson(right, of);
            writeln!(
                f,
                "| {} | {right} | {of} | {:.2} | {low:.2} to {high:.2} |",
                sure.word(),
                f64::from(right) / f64::from(of.max(1)),
            )?;
        }
        Ok(())
    }

    /// Expected against found, where they differ: component by component.
    fn confusion(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cells: BTreeMap<(String, String), u32> = BTreeMap::new();
        for (incident, outcome) in &self.rows {
            let Outcome::Scored { rank, first, .. } = outcome else {
                continue;
            };
            if *rank == Some(1) {
                continue;
            }
            let expected = match incident.root_cause_key.split_once(',') {
                Some((first, _)) => first.to_owned(),
                None => incident.root_cause_key.clone(),
            };
            let found = first
                .as_ref()
                .map_or_else(|| "nothing".to_owned(), |(id, _)| id.clone());
            *cells.entry((expected, found)).or_default() += 1;
        }
        let named: Vec<_> = cells
            .iter()
            .filter(|((_, found), _)| found != "nothing")
            .collect();
        if named.is_empty() {
            return Ok(());
        }
        writeln!(f, "\n| cause | named instead | times |\n|---|---|---|")?;
        for ((expected, found), times) in named {
            writeln!(f, "| {expected} | {found} | {times} |")?;
        }
        Ok(())
    }

    /// Causes that no bundle shows, with the reason.
    fn not_visible(&self) -> String {
        let mut causes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (incident, outcome) in &self.rows {
            if let Outcome::NotVisible(why) = outcome {
                causes
                    .entry(&incident.root_cause_key)
                    .or_default()
                    .insert(why);
            }
        }
        let lines = causes.iter().map(|(key, why)| {
            let why: Vec<&str> = why.iter().copied().collect();
            format!("| {key} | {} |\n", why.join("; "))
        });
        format!(
            "\n| cause | why a bundle does not show it |\n|---|---|\n{}",
            lines.collect::<String>()
        )
    }
}

/// The 95 % interval of a share after Wilson.
fn wilson(right: u32, of: u32) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let (n, z) = (f64::from(of), 1.96_f64);
    let share = f64::from(right) / n;
    let middle = share + z * z / (2.0 * n);
    let spread = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (
        (middle - spread) / scale,
        ((middle + spread) / scale).min(1.0),
    )
}

#[test]
fn intervals_are_those_of_the_textbook() {
    let (low, high) = wilson(87, 87);
    assert!((low - 0.958).abs() < 0.001 && high > 0.999, "{low} {high}");
    let (low, high) = wilson(25, 29);
    assert!(
        (low - 0.694).abs() < 0.001 && (high - 0.945).abs() < 0.001,
        "{low} {high}"
    );
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| incidents | n | AC@1 | AC@3 | MRR | grounded | wrong at certain | silent |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        for (name, of) in [
            ("label confirmed", Some(true)),
            ("label likely", Some(false)),
            ("all", None),
        ] {
            if !self.outcomes(of).is_empty() {
                self.line(f, name, of)?;
            }
        }
        self.classes(f, "label confirmed", true)?;
        self.classes(f, "label likely", false)?;
        self.confusion(f)?;
        let count =
            |wanted: fn(&Outcome) -> bool| self.rows.iter().filter(|(_, o)| wanted(o)).count();
        writeln!(
            f,
            "\nnot visible in a bundle: {}",
            count(|o| matches!(o, Outcome::NotVisible(_)))
        )?;
        writeln!(
            f,
            "without an expected signature: {}",
            count(|o| matches!(o, Outcome::Unmapped))
        )?;
        if std::env::var_os("BUNDLEVET_MISSES").is_none() {
            return Ok(());
        }
        f.write_str(&self.misses())?;
        f.write_str(&self.not_visible())
    }
}
