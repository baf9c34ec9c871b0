//! Records of several runs into the summary that people and programs read.

use super::*;
use crate::batch::Journal;
use crate::batch::record::{Cause, Outcome, Record, SCHEMA};

fn record(path: &str, status: Status, causes: &[&str], version: &str) -> Record {
    let cause = |id: &&str| Cause {
        signature: (*id).to_owned(),
        title: format!("What {id} means for <n1> & co."),
        severity: "high".into(),
        sure: "likely".into(),
        confidence: 0.8,
        state: "ongoing".into(),
    };
    let failed = (status != Status::Done).then(|| "not finished after 5 s (--timeout)".to_owned());
    Record {
        schema: SCHEMA.into(),
        path: path.into(),
        name: path.rsplit('/').next().unwrap().into(),
        result: (status == Status::Done)
            .then(|| format!("{}.json", path.rsplit('/').next().unwrap())),
        outcome: Outcome {
            error: failed,
            verdict: (status == Status::Done).then(|| "known_cause".into()),
            severity: (!causes.is_empty()).then(|| "high".into()),
            causes: causes.iter().map(cause).collect(),
            symptoms: vec!["node/not-ready".into()],
            products: BTreeMap::from([("harvester".to_owned(), version.to_owned())]),
            read_bytes: 1000,
            peak_memory: Some(30 << 20),
            ..Outcome::failed(status, "")
        },
        bytes: 10,
        digest: "zip-0".into(),
        database: "0".into(),
        tool: "0".into(),
        formats: Vec::new(),
        run: 1,
        finished_at: jiff::Timestamp::UNIX_EPOCH,
        seconds: 1.0,
    }
}

/// Two runs: in the second one bundle changed, and one came.
fn sample() -> Summary {
    let dir = tempfile::tempdir().unwrap();
    let runs = [
        vec![
            record(
                "/t/1/a.zip",
                Status::Done,
                &["etcd/no-space", "etcd/slow"],
                "v1.3.1",
            ),
            record("/t/1/b.zip", Status::Done, &["etcd/no-space"], "v1.3.1"),
            record("/t/2/c.zip", Status::Timeout, &[], "v1.3.1"),
        ],
        vec![
            record("/t/1/a.zip", Status::Done, &["etcd/no-space"], "v1.4.0"),
            record("/t/2/d<i>.zip", Status::Done, &["tls/expired"], "v1.4.0"),
        ],
    ];
    for (run, time) in runs.into_iter().zip(1..) {
        let mut journal = Journal::open(dir.path(), None).unwrap();
        for mut record in run {
            record.run = journal.run().number;
            record.finished_at = jiff::Timestamp::from_second(time).unwrap();
            journal.append(&record).unwrap();
        }
        journal.finish().unwrap();
    }
    summarize(dir.path()).unwrap()
}

#[test]
fn the_last_line_of_a_path_counts_and_news_are_told() {
    let summary = sample();
    assert_eq!((summary.bundles, summary.read), (4, 2));
    assert_eq!(summary.new, ["tls/expired"]);
    assert_eq!(summary.gone, ["etcd/slow"]);
    let causes = summary
        .causes
        .iter()
        .map(|c| (c.signature.as_str(), c.bundles, c.before, c.new));
    assert_eq!(
        causes.collect::<Vec<_>>(),
        [("etcd/no-space", 2, 2, false), ("tls/expired", 1, 0, true)]
    );
    assert_eq!(summary.versions[0].bundles, 2);
    assert_eq!(summary.directories[1].failed, 1);
}

#[test]
fn as_a_table() {
    let mut text = Vec::new();
    write_table(&sample(), 80, Language::English, &mut text).unwrap();
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
}

#[test]
fn as_a_page() {
    let mut page = Vec::new();
    write_html(&sample(), Language::English, &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(!page.contains("d<i>.zip"), "names are escaped");
    let body = page.split_once("</head>").unwrap().1;
    insta::assert_snapshot!(body.replace("><", ">\n<"));
    let mut page = Vec::new();
    write_html(&sample(), Language::Chinese, &mut page).unwrap();
    assert!(String::from_utf8(page).unwrap().contains("已知原因"));
}

#[test]
fn shares_are_merged() {
    let dir = tempfile::tempdir().unwrap();
    for (shard, path) in [("1/2", "/t/a"), ("2/2", "/t/b")] {
        let mut journal = Journal::open(dir.path(), shard.parse().ok()).unwrap();
        journal
            .append(&record(path, Status::Done, &["etcd/slow"], "v1"))
            .unwrap();
    }
    let summary = summarize(dir.path()).unwrap();
    assert_eq!((summary.bundles, summary.causes[0].bundles), (2, 2));
    assert!(!summary.causes[0].new, "there was no run before");
}

#[test]
fn what_a_result_says_stands_in_visible_characters() {
    let dir = tempfile::tempdir().unwrap();
    let wild = "a\u{1b}[31m\u{7f}\u{9b}2J\r\nb";
    for status in [Status::Done, Status::Timeout] {
        let mut journal = Journal::open(dir.path(), None).unwrap();
        let mut record = record(
            &format!("/t/{wild}/{}.zip", status.word()),
            status,
            &[wild],
            wild,
        );
        record.run = journal.run().number;
        record.outcome.verdict = Some(wild.into());
        record.outcome.severity = Some(wild.into());
        record.outcome.error = Some(wild.into());
        record.outcome.symptoms = vec![wild.into()];
        journal.append(&record).unwrap();
        journal.finish().unwrap();
    }
    let summary = summarize(dir.path()).unwrap();
    let (mut table, mut page) = (Vec::new(), Vec::new());
    write_table(&summary, 120, Language::English, &mut table).unwrap();
    write_html(&summary, Language::English, &mut page).unwrap();
    for text in [table, page].map(|out| String::from_utf8(out).unwrap()) {
        assert!(text.contains("\\x1b[31m\\x7f"), "{text}");
        let mut wild = text.lines().filter(|line| line.contains(char::is_control));
        assert_eq!(wild.next(), None);
    }
}
