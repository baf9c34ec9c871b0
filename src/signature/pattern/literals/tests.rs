//! Literals of patterns, against every line that the patterns find.

use super::*;

fn run(text: &str) -> Option<String> {
    best_run(text.as_bytes(), false).map(|run| String::from_utf8_lossy(&run.bytes).into_owned())
}

fn regex(text: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::Parser::new().parse(text).unwrap();
    let runs = of_regex(&hir)?;
    Some(
        runs.iter()
            .map(|run| String::from_utf8_lossy(&run.bytes).into_owned())
            .collect(),
    )
}

#[test]
fn a_run_does_not_cross_a_key_or_an_escaped_byte() {
    assert_eq!(
        run("Failed to start ContainerManager err=bad").as_deref(),
        Some("failed to start containermanager")
    );
    assert_eq!(run("lost leader id=").as_deref(), Some("lost leader"));
    assert_eq!(
        run("etcdserver: no leader").as_deref(),
        Some("etcdserver: no leader")
    );
    assert_eq!(
        run("a\\nunmarshalling thing").as_deref(),
        Some("nunmarshalling thing")
    );
    assert_eq!(run("=\"'"), None);
    let before_value = |text: &str| {
        best_run(text.as_bytes(), true).map(|run| String::from_utf8_lossy(&run.bytes).into_owned())
    };
    assert_eq!(
        before_value("open /var/lib/").as_deref(),
        Some("open /var/lib/")
    );
    assert_eq!(before_value("for host [").as_deref(), Some("for host ["));
    assert_eq!(
        before_value("https://h:9345/v1-rke2/").as_deref(),
        Some("https://h:9345/v1-rke2/")
    );
    assert_eq!(before_value("syncing volume-").as_deref(), Some("volume-"));
    assert_eq!(run("objectRef.resource=x").as_deref(), Some("objectref"));
    assert_eq!(
        run("pod=kube-system/etcd-member is").as_deref(),
        Some("etcd-member is")
    );
}

#[test]
fn rare_words_are_worth_more_than_common_ones() {
    assert_eq!(
        run("connection refused=x defragmenting").as_deref(),
        Some("x defragmenting")
    );
}

#[test]
fn common_words_are_sorted() {
    assert!(COMMON.is_sorted());
}

#[test]
fn required_runs_of_expressions() {
    assert_eq!(
        regex("lost leader (?P<l>[0-9a-f]+) at term").unwrap(),
        ["lost leader"]
    );
    assert_eq!(
        regex("(?:aaaa bbbb|cccc dddd) x*").unwrap(),
        ["aaaa bbbb", "cccc dddd"]
    );
    assert_eq!(regex("(?:aaaa|)"), None);
    // what is captured or is one of a few makes the words before it longer
    assert_eq!(
        regex(r"\bOutOf(?P<r>memory|cpu)\b").unwrap(),
        ["outofmemory", "outofcpu"]
    );
    assert_eq!(
        regex("the (?P<r>volume head) of").unwrap(),
        ["the volume head of"]
    );
    assert_eq!(regex("(?i-u:abcdefg)").unwrap(), ["abcdefg"]);
    assert_eq!(
        regex("^host IPv[46] unknown$").unwrap(),
        ["host ipv4 unknown", "host ipv6 unknown"]
    );
    assert_eq!(
        regex(r"yaml: (?:line \d+: |unmarshal errors:)").unwrap(),
        ["yaml: line", "yaml: unmarshal errors:"]
    );
    assert_eq!(regex(r"x[ab]+ (?:some|other) words").unwrap().len(), 2);
    // the Kelvin sign folds to k: nothing is certain about those bytes
    assert_eq!(regex("(?i)pack").unwrap(), ["pac"]);
}
