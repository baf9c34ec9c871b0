//! What was written before and comes back: results of a batch, and the settings of `bundlevet.toml`.

use jiff::Timestamp;

use super::chosen;
use crate::batch::fuzzed::summary_of;
use crate::batch::summary::{write_html, write_json, write_table};
use crate::batch::{Outcome, Record, RunFigures, write_metrics};
use crate::report::{Language, inert};
use crate::settings;

/// Any bytes as `results.ndjson`: what is read of it can be written and read again, and its summary is text in every
/// form.
pub(super) fn results(bytes: &[u8]) {
    let (a, b, rest) = chosen(bytes);
    let _ = serde_json::from_slice::<Outcome>(rest);
    let Some((records, summary)) = summary_of(rest, a as u64 % 4) else {
        return;
    };
    assert!(summary.bundles <= records.len());
    assert!(summary.read <= summary.bundles);
    assert_eq!(summary.bundles == 0, records.is_empty());
    let mut figures = RunFigures::new(summary.bundles);
    let mut again = Vec::new();
    for record in &records {
        figures.add(record);
        assert!(inert::write_line(&mut again, record).is_ok());
    }
    let back = summary_of(&again, 0).map(|(records, _)| records);
    let back = back.unwrap_or_default();
    let whole = |records: &[Record]| records.iter().map(without_fractions).collect::<Vec<_>>();
    assert_eq!(whole(&back), whole(&records), "written and read again");
    let mut out = Vec::new();
    let written = write_json(&summary, &mut out)
        .and_then(|()| write_table(&summary, b % 120 + 1, Language::English, &mut out))
        .and_then(|()| write_html(&summary, Language::Chinese, &mut out));
    assert!(written.is_ok(), "{written:?}");
    visible(&out);
    let mut metrics = Vec::new();
    let written = write_metrics(&summary, &figures, 1.0, Timestamp::UNIX_EPOCH, &mut metrics);
    assert!(written.is_ok(), "{written:?}");
    visible(&metrics);
    for line in String::from_utf8_lossy(&metrics).lines() {
        assert!(line.starts_with(['#', 'b']), "{line}");
    }
}

fn visible(out: &[u8]) {
    let text = std::str::from_utf8(out);
    let text = text.expect("UTF-8");
    let wild = |c: char| c.is_control() && c != '\n';
    assert!(!text.contains(wild), "{text:?}");
}

/// The last digit of a fraction may differ between what was written and what is read.
fn without_fractions(record: &Record) -> Record {
    let mut record = record.clone();
    record.seconds = 0.0;
    for cause in &mut record.outcome.causes {
        cause.confidence = 0.0;
    }
    record
}

/// Any text as `bundlevet.toml`: bounded settings, or a reason in words.
pub(super) fn settings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match settings::settings(&text) {
        Ok(settings) => {
            assert!(settings.len() <= text.len());
            for setting in settings {
                assert!(setting.section.len() < 200);
                assert!(setting.values.len() <= text.len());
            }
        }
        Err(because) => assert!(!because.trim().is_empty()),
    }
}

/// Lines of results, one of each kind.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let record = |path: &str, run: u64, rest: &str| {
        format!(
            r#"{{"schema":"bundlevet.batch/v1","path":"{path}","name":"a","result":"a.diagnosis.json",{rest},"bytes":12,"digest":"zip-0","database":"0","tool":"0.1.0","formats":["html"],"run":{run},"finished_at":"2025-02-22T00:00:00Z","seconds":0.5}}"#
        )
    };
    let done = r#""status":"done","error":null,"verdict":"known_cause","headline":"etcd is full","severity":"critical","causes":[{"signature":"etcd/full","title":"etcd is full","severity":"critical","sure":"certain","confidence":0.95,"state":"ongoing"}],"symptoms":["etcd/slow"],"kind":"harvester","products":{"harvester":"v1.4.1"},"collected_at":"2025-02-22T00:00:00Z","entries":3,"read_bytes":9,"lines":4,"problems":1,"peak_memory":7"#;
    let failed = r#""status":"timeout","error":"slow","verdict":null,"headline":null,"severity":null,"causes":[],"symptoms":[],"kind":null,"products":{},"collected_at":null,"entries":0,"read_bytes":0,"lines":0,"problems":0,"peak_memory":null"#;
    let lines = [
        record("/in/a.zip", 1, done),
        record("/in/b.zip", 1, failed),
        record("/in/a.zip", 2, failed),
        record("s3://bucket/c.zip", 2, done),
        format!("{{{done}}}"),
    ];
    let mut seeds: Vec<Vec<u8>> = lines.iter().map(|line| line.clone().into_bytes()).collect();
    seeds.push((lines.join("\n") + "\n").into_bytes());
    let choice = |seed: Vec<u8>| [&[2, 80], seed.as_slice()].concat();
    seeds.into_iter().map(choice).collect()
}

/// Files of settings.
pub(super) fn settings_seeds() -> Vec<Vec<u8>> {
    let samples = [
        "threads = 8\nsignatures = [\"/etc/bundlevet/signatures\"]\n\n[scan]\nfail-on = \"high\"\noutput = [\"json=last.json\"]\n",
        "[signatures.check]\nstrict = true\n",
        "a.b.c = 'x'\nb = { c = 1, d = [1, 2] }\n[[scan]]\nx = 2025-02-22T00:00:00Z\n",
        "since = 2025-02-22\nlimit = 1_000\nx = \"\"\"\na\\u001b\\\n  b\"\"\"\n\"quoted key\" = 0x1F\nf = 1e3\ni = -inf\n",
    ];
    samples.map(|text| text.as_bytes().to_vec()).to_vec()
}
