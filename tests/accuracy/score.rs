//! Outcomes of single incidents into the published table.

use std::collections::BTreeMap;
use std::fmt;

use bundlevet::rank::{Diagnosis, EvidenceItem};
use bundlevet::signature::Sureness;

use super::incident::Incident;

/// What became of one incident.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// No signature is expected yet.
    Unmapped,
    /// A bundle cannot show it.
    NotVisible,
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

    fn classes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n| sureness of the first answer | right | of | share |\n|---|---|---|---|"
        )?;
        for sure in [Sureness::Certain, Sureness::Likely, Sureness::Possible] {
            let of: Vec<_> = self
                .outcomes(Some(true))
                .into_iter()
                .filter(|(.., first)| first.is_some_and(|(_, s)| *s == sure))
                .collect();
            let right = of.iter().filter(|(rank, ..)| *rank == Some(1)).count();
            writeln!(
                f,
                "| {} | {right} | {} | {:.2} |",
                sure.word(),
                of.len(),
                right as f64 / of.len().max(1) as f64
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| incidents | n | AC@1 | AC@3 | MRR | grounded | wrong at certain | silent |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        self.line(f, "label confirmed", Some(true))?;
        self.line(f, "label likely", Some(false))?;
        self.line(f, "all", None)?;
        self.classes(f)?;
        let count =
            |wanted: fn(&Outcome) -> bool| self.rows.iter().filter(|(_, o)| wanted(o)).count();
        writeln!(
            f,
            "\nnot visible in a bundle: {}",
            count(|o| matches!(o, Outcome::NotVisible))
        )?;
        writeln!(
            f,
            "without an expected signature: {}",
            count(|o| matches!(o, Outcome::Unmapped))
        )?;
        if std::env::var_os("BUNDLEVET_MISSES").is_none() {
            return Ok(());
        }
        let mut misses: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (incident, outcome) in &self.rows {
            if let Outcome::Scored { rank, first, .. } = outcome
                && *rank != Some(1)
            {
                let first = first.as_ref().map_or_else(
                    || "nothing".to_owned(),
                    |(id, sure)| format!("{id} ({})", sure.word()),
                );
                misses
                    .entry(incident.root_cause_key.clone())
                    .or_default()
                    .push(format!("{}: rank {rank:?}, first {first}", incident.id));
            }
        }
        for (key, list) in misses {
            writeln!(f, "{key}\n  {}", list.join("\n  "))?;
        }
        Ok(())
    }
}
