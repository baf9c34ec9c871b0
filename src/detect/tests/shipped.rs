//! Every positive sample of the shipped signatures, in every envelope: found, and found alike by both ways.

use std::sync::Arc;

use rayon::prelude::*;

use super::{SMALL, Sizes, entry};
use crate::bundle::ProgramSet;
use crate::detect::{Detector, EntryHits, Scanner};
use crate::signature::{Database, Given, Signature};

const TIME: &str = "2024-05-03T15:04:15.346227804Z";

/// A line as a container runtime, docker or a journal would keep it.
fn envelopes(line: &str) -> Vec<String> {
    let half = line.floor_char_boundary(line.len() / 2);
    let (front, back) = line.split_at(half);
    let docker = serde_json::json!({"log": format!("{line}\n"), "stream": "stderr", "time": TIME});
    vec![
        line.to_owned(),
        format!("{TIME} {line}"),
        format!("{TIME} stderr F {line}"),
        format!("{TIME} stdout P {front}\n{TIME} stderr F other\n{TIME} stdout F {back}"),
        docker.to_string(),
        format!("May 03 15:04:15 node1 process[12]: {line}"),
    ]
}

fn scan(scanner: &mut Scanner, text: &str, naive: bool) -> EntryHits {
    let entry = entry(ProgramSet::ALL);
    if naive {
        scanner.begin_naively(&entry);
    } else {
        scanner.begin(&entry);
    }
    scanner.feed(text.as_bytes());
    scanner.finish()
}

/// Signatures whose samples are scanned together. Trying every pattern takes a hundred times longer than searching, so
/// the groups go side by side and the naive way reads each sample once, in another envelope than the sample before.
const GROUP: usize = 32;

#[test]
fn shipped_samples_are_found_in_every_envelope_by_both_ways() {
    let database = Database::shipped_with_tests();
    let detector = Detector::new(database);
    let groups = database.signatures.par_chunks(GROUP).enumerate();
    let samples = groups.map(|(group, signatures)| found_in_group(&detector, group, signatures));
    assert!(samples.sum::<usize>() > 0);
}

/// How many samples these signatures have.
fn found_in_group(detector: &Detector, group: usize, signatures: &[Arc<Signature>]) -> usize {
    let (mut everything, mut samples) = (String::new(), 0);
    let mut scanner = detector.scanner();
    for (index, signature) in (group * GROUP..).zip(signatures) {
        for case in &signature.tests {
            let Given::Hit(lines) = &case.given else {
                continue;
            };
            let block = lines.iter().any(|line| line.contains('\n'));
            let text = lines.join("\n") + "\n";
            let enveloped: Vec<Vec<String>> = text.lines().map(envelopes).collect();
            for kind in 0..envelopes("").len() {
                let lines: Vec<&str> = enveloped
                    .iter()
                    .filter_map(|line| line.get(kind).map(String::as_str))
                    .collect();
                let text = lines.join("\n") + "\n";
                let hits = scan(&mut scanner, &text, false);
                if samples % envelopes("").len() == kind {
                    everything.push_str(&text);
                }
                let mut found = hits.series.iter().map(|series| series.signature as usize);
                let found = found.any(|found| found == index);
                assert!(found || block, "{} not found in {text}", signature.id);
            }
            samples += 1;
        }
    }
    let naive = scan(&mut detector.scanner(), &everything, true);
    for chunk in [1000, 4099, 100_000] {
        let mut small = detector.scanner_of_size(Sizes {
            chunk,
            window: Sizes::default().window,
            ..SMALL
        });
        assert_eq!(scan(&mut small, &everything, false), naive);
    }
    samples
}
