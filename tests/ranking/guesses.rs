//! Where no pattern matches: known causes that a suspicious line is worded like.

use std::sync::Arc;

use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::rank::{Diagnosis, Verdict};
use bundlevet::signature::{Database, Severity, Sureness};

use super::bundle::{Bundle, every};
use super::lines::{SERVER, fatal, info};

fn signature(title: &str, line: &str) -> String {
    format!(
        "title: {title} on <node>\nkind: cause\nseverity: critical\nsure: certain\nmatch:\n  - '{line}'\nfix:\n  - safe: Warm it up on <node>\n    run: frobctl --warm\ntests:\n  - hit: '{line}'\n"
    )
}

/// What is said of a server that died of this, with the shipped signatures and these.
fn died_of(words: &str, signatures: &[(&str, String)]) -> Diagnosis {
    Bundle::rke2()
        .log(SERVER, vec![info(9, "Starting"), fatal(8, words)])
        .scan_with(&shipped_and(signatures), &ScanOptions::default())
}

fn shipped_and(signatures: &[(&str, String)]) -> Arc<Database> {
    let dir = tempfile::tempdir().expect("scratch");
    for (id, text) in signatures {
        let path = dir.path().join(format!("{id}.yaml"));
        std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        std::fs::write(path, text).expect("signature");
    }
    let (database, problems) = Database::load(&[dir.path().to_path_buf()], &[]);
    assert!(problems.is_empty(), "{problems:#?}");
    Arc::new(database)
}

const COLD: &str = "frobnicator too cold to warm its shards";

#[test]
fn a_cause_in_other_words_is_possible_and_worth_knowing() {
    let known = [(
        "k3s/frobnicator-cold",
        signature("The frobnicator is cold", COLD),
    )];
    let d = died_of("shards of the frobnicator: cannot warm, too cold", &known);
    assert_eq!(d.verdict, Verdict::NoKnownCause, "{}", d.headline);
    let suspect = d.suspects.first().expect("a suspect");
    assert_eq!(suspect.resembles[0].signature, "k3s/frobnicator-cold");
    assert_eq!(
        suspect.resembles[0].title,
        "The frobnicator is cold on <node>"
    );
    let [guess] = d.causes.as_slice() else {
        panic!("{:#?}", d.causes);
    };
    assert_eq!(guess.signature, "k3s/frobnicator-cold");
    assert_eq!(guess.title, "The frobnicator is cold on n1");
    assert_eq!(guess.sure, Sureness::Possible);
    assert_eq!(guess.severity, Severity::Low);
    assert_eq!(guess.evidence, std::slice::from_ref(&suspect.evidence));
    assert_eq!(guess.remediation.steps[0].text, "Warm it up on n1");
    assert!(guess.reasons[0].contains("suspicious line 1"), "{guess:?}");
}

#[test]
fn other_words_are_no_cause() {
    let known = [(
        "k3s/frobnicator-cold",
        signature("The frobnicator is cold", COLD),
    )];
    let d = died_of("zorp quux: gribble does not fit the wombat", &known);
    assert_eq!(d.verdict, Verdict::NoKnownCause, "{}", d.headline);
    assert!(!d.suspects.is_empty());
    assert!(d.causes.is_empty(), "{:#?}", d.causes);
    let mut like = d.suspects.iter().flat_map(|one| &one.resembles);
    assert!(like.all(|one| one.signature != "k3s/frobnicator-cold"));
}

/// Two that are as much alike are both named, and neither is made a cause.
#[test]
fn one_of_two_is_not_guessed() {
    let known = ["k3s/frobnicator-cold", "k3s/frobnicator-icy"];
    let known = known.map(|id| (id, signature("The frobnicator is cold", COLD)));
    let d = died_of("shards of the frobnicator: cannot warm, too cold", &known);
    assert!(d.causes.is_empty(), "{:#?}", d.causes);
    let named = d.suspects[0].resembles.iter();
    let named: Vec<&str> = named.map(|one| one.signature.as_str()).collect();
    assert_eq!(named[..2], ["k3s/frobnicator-cold", "k3s/frobnicator-icy"]);
}

#[test]
fn a_cause_that_is_found_needs_no_guess() {
    let known = [(
        "k3s/frobnicator-cold",
        signature("The frobnicator is cold", COLD),
    )];
    let d = died_of(COLD, &known);
    assert_eq!(d.causes[0].sure, Sureness::Certain);
    assert_eq!(d.causes.len(), 1);
}

/// What a log outlived by hours is neither a suspect nor a guess.
#[test]
fn a_healthy_log_gets_no_guess() {
    let known = [(
        "k3s/frobnicator-cold",
        signature("The frobnicator is cold", COLD),
    )];
    let lines = every(5, 480, 0, |m| {
        info(m, "shards of the frobnicator: warm, not too cold")
    });
    let d = Bundle::rke2()
        .log(SERVER, lines)
        .nodes(&[("n1", "Ready")])
        .scan_with(&shipped_and(&known), &ScanOptions::default());
    assert_eq!(d.verdict, Verdict::Healthy, "{}", d.headline);
    assert!(d.causes.is_empty() && d.suspects.is_empty());
}

/// Of a few lines that somebody picked, one that is worded like a known cause is enough to doubt that all is well; a bundle
/// whose nodes and pods are well holds many such lines.
#[test]
fn a_verdict_that_all_is_well_stands_beside_no_guess() {
    let known = [(
        "k3s/frobnicator-cold",
        signature("The frobnicator is cold", COLD),
    )];
    let warning = info(
        9,
        "Dropping it: shards of the frobnicator: cannot warm, too cold",
    )
    .replace("level=info", "level=warning");
    let database = shipped_and(&known);

    let dir = tempfile::tempdir().expect("scratch");
    let path = dir.path().join("rke2.log");
    std::fs::write(&path, format!("{warning}\n")).expect("file");
    let scan = pipeline::scan(&[path], &database, &ScanOptions::default()).expect("a diagnosis");
    let d = scan.diagnosis;
    assert_eq!(d.verdict, Verdict::NoKnownCause, "{}", d.headline);
    assert_eq!(d.causes.len(), 1, "{:#?}", d.causes);

    let d = Bundle::rke2()
        .log(SERVER, vec![warning])
        .nodes(&[("n1", "Ready")])
        .scan_with(&database, &ScanOptions::default());
    assert_eq!(d.verdict, Verdict::Healthy, "{}", d.headline);
    assert!(d.causes.is_empty(), "{:#?}", d.causes);
}
