//! What is a source, what is over, and what is said where nothing is sure: one test per situation.

use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::rank::{State, Verdict};
use bundlevet::signature::{Database, Sureness};

use super::bundle::{Bundle, ago, calm, every, ids, klog};
use super::lines::{FLAG, KUBELET, SERVER, cause, fatal, info, refused, says};

const SOURCES: [(&str, &str); 1] = [(
    "a/store",
    "title: store\nkind: cause\nseverity: high\nsure: possible\nfind:\n  full: {log: 'the alpha store is full'}\n  slow: {log: 'the alpha store is slow'}\n  late: {log: 'the alpha store is late'}\nall: [full]\nmore: [slow, late]\n",
)];

/// Five lines of one file are one source; another file is another.
#[test]
fn lines_of_one_file_are_one_source() {
    let say = |words: &'static str| every(2, 60, 0, move |m| klog(m, words));
    let all = [
        "the alpha store is full",
        "the alpha store is slow",
        "the alpha store is late",
    ];
    let one = Bundle::rke2()
        .log(KUBELET, all.into_iter().flat_map(say))
        .scan_alone(&SOURCES);
    assert_eq!(one.causes[0].sure, Sureness::Possible);
    assert!(says(&one.causes[0], "same source, so no surer"));
    let rotated = "rke2/agent-logs/kubelet-2025-06-15T11-00-00.000.log";
    let two = Bundle::rke2()
        .log(KUBELET, say(all[0]))
        .log(rotated, say(all[1]))
        .scan_alone(&SOURCES);
    assert_eq!(
        two.causes[0].sure,
        Sureness::Possible,
        "a rotated file is no other source"
    );
    let etcd = "rke2/podlogs/kube-system-etcd-n1";
    let two = Bundle::rke2()
        .log(KUBELET, say(all[0]))
        .log(etcd, say(all[1]))
        .scan_alone(&SOURCES);
    assert_eq!(two.causes[0].sure, Sureness::Likely);
    let three = Bundle::rke2()
        .log(KUBELET, say(all[0]))
        .log(etcd, say(all[1]))
        .log(SERVER, say(all[2]));
    assert_eq!(three.scan_alone(&SOURCES).causes[0].sure, Sureness::Certain);
}

/// What a start prints is noise; what persists past it is a symptom.
#[test]
fn noise_of_a_start_is_not_a_symptom() {
    let start = || std::iter::once(info(120, "Starting rke2 v1.30.4+rke2r1 (ba0ea7a2)"));
    let healthy = every(5, 110, 0, |m| info(m, "Cluster is healthy"));
    let noise = start().chain([119, 118].map(refused)).chain(healthy);
    let d = Bundle::rke2().log(SERVER, noise).scan();
    assert_eq!(
        (d.verdict, d.symptoms.len()),
        (Verdict::Healthy, 0),
        "{}",
        d.headline
    );
    let d = Bundle::rke2()
        .log(SERVER, start().chain(every(1, 119, 0, refused)))
        .scan();
    assert_eq!(ids(&d.symptoms), ["etcd/client-refused"]);
    assert_eq!(d.verdict, Verdict::SymptomsOnly);
    let words = "dial tcp 127.0.0.1:2379: connect: connection refused";
    let untimed = (0..9).map(|_| words.to_owned());
    let d = Bundle::rke2()
        .log(
            "rke2/podlogs/cattle-system-rancher-7d9c6b5f4-abcde",
            untimed,
        )
        .scan();
    assert_eq!(d.symptoms[0].sure, Sureness::Possible);
    assert!(
        says(&d.symptoms[0], "no time to judge"),
        "{:?}",
        d.symptoms[0].reasons
    );
}

/// Without times place decides, and nothing is claimed about the order.
#[test]
fn without_times_place_decides() {
    let lines = [
        "a listing of what happened",
        "Failed to start ContainerManager: invalid kernel flag: kernel/panic, expected value: 10, actual value: 0",
        "Skipping pod synchronization, PLEG is not healthy",
    ];
    let d = Bundle::rke2()
        .log(
            "rke2/agent-logs/kubelet-notes.log",
            lines.map(str::to_owned),
        )
        .nodes(&[("n1", "NotReady"), ("n2", "NotReady")])
        .scan();
    let first = cause(&d, "kubelet/invalid-kernel-flag");
    assert_eq!((first.state, first.onset), (State::Unknown, None));
    assert!(d.headline.contains("no times in the log"), "{}", d.headline);
    let nodes: Vec<_> = first
        .consequences
        .iter()
        .flat_map(|c| &c.subjects)
        .map(|s| s.get("node"))
        .collect();
    assert_eq!(nodes, [Some("n1")], "n2 fails too, but elsewhere");
}

/// A bundle taken days later: the log begins after the failure, and that is said.
#[test]
fn a_bundle_taken_days_later_says_so() {
    let d = Bundle::harvester("\"\"")
        .node_objects(&[("n1", "True", 9000), ("n2", "False", 3 * 24 * 60 + 60)])
        .log("nodes/n2.zip/n2/logs/kubelet.log", calm(5, 60, 0))
        .scan();
    let late = d
        .not_examined
        .iter()
        .find(|one| one.what.contains("n2/logs/kubelet.log before"));
    let late = late.expect("the log that begins too late");
    assert_eq!(
        late.because,
        "begins 3 days after the failure (node n2 is not Ready (False))"
    );
    assert!(
        late.collect
            .as_deref()
            .is_some_and(|c| c.contains("--since '2025-06-12"))
    );
}

/// A certificate that ran out after the failure did not bring it about.
#[test]
fn a_certificate_is_judged_at_the_time_of_the_failure_too() {
    let certificate = |day: u32| {
        format!(
            "Certificate:\n    Data:\n        Issuer: CN = rke2-server-ca@1718000000\n        Validity\n            Not Before: Jun 10 00:00:00 2024 GMT\n            Not After : Jun {day} 00:00:00 2025 GMT\n        Subject: CN = kube-apiserver\n"
        )
    };
    let node = format!(
        r#"{{"apiVersion":"v1","kind":"List","items":[{{"apiVersion":"v1","kind":"Node","metadata":{{"name":"n1"}},"status":{{"conditions":[{{"type":"Ready","status":"False","lastTransitionTime":"{}"}}]}}}}]}}"#,
        ago(3 * 24 * 60)
    );
    let ended = |day: u32| {
        Bundle::rke2()
            .file(
                "rke2/certs/server/serving-kube-apiserver.crt",
                &certificate(day),
            )
            .file("rke2/kubectl/nodes.json", &node)
            .scan()
    };
    // the node failed on June 12
    let before = ended(11);
    assert_eq!(before.causes[0].signature, "certificates/expired");
    assert_eq!(before.symptoms[0].explained_by, ["certificates/expired"]);
    let after = ended(14);
    let expired = cause(&after, "certificates/expired");
    assert_eq!(
        expired.onset.map(|t| t.to_string()).as_deref(),
        Some("2025-06-14T00:00:00Z")
    );
    assert!(
        after.symptoms[0].explained_by.is_empty(),
        "{:?}",
        after.symptoms[0]
    );
}

/// Everything recovered: healthy now, with the past problem named.
#[test]
fn what_recovered_is_named_as_past() {
    let mut lines = every(2, 600, 540, |m| klog(m, FLAG));
    lines.extend(calm(5, 535, 0));
    let d = Bundle::rke2()
        .log(KUBELET, lines)
        .nodes(&[("n1", "Ready")])
        .scan();
    assert_eq!(d.verdict, Verdict::Healthy);
    assert_eq!(
        d.headline,
        "nothing is wrong now; past problem: kubelet will not start on n1: kernel setting kernel/panic is 0, it requires 10 (certain, ended, last seen 2025-06-15 03:00 UTC)"
    );
}

/// A log alone does not show that all is well if its program died of something that no signature knows.
#[test]
fn a_log_that_ends_fatally_is_not_healthy() {
    let died = || vec![info(9, "Starting"), fatal(8, "the frobnicator is cold")];
    let d = Bundle::rke2().log(SERVER, died()).scan();
    assert_eq!(d.verdict, Verdict::NoKnownCause, "{}", d.headline);
    let said = &d.unusual[0];
    assert!(said.sample.contains("frobnicator"), "{said:?}");
    assert_eq!(
        said.because,
        "a fatal message, and the last line of the log"
    );

    let recovered = died()
        .into_iter()
        .map(|_| fatal(500, "the frobnicator is cold"));
    let lines = recovered.chain(every(5, 480, 0, |m| info(m, "Cluster is healthy")));
    let d = Bundle::rke2().log(SERVER, lines).scan();
    assert_eq!(d.verdict, Verdict::Healthy, "{}", d.headline);

    // the states of the nodes do show it
    let d = Bundle::rke2()
        .log(SERVER, died())
        .nodes(&[("n1", "Ready")])
        .scan();
    assert_eq!(d.verdict, Verdict::Healthy, "{}", d.headline);
}

/// What is read a second time is in the same, corrected time as everything else.
#[test]
fn the_clock_of_a_suspicious_line_is_corrected_too() {
    let fast = "Reference ID    : C0000235 (192.0.2.53)\nSystem time     : 2400.000000000 seconds fast of NTP time\nLeap status     : Normal\n";
    let of = |lines: Vec<String>| {
        Bundle::rke2()
            .file("systeminfo/chronyc", fast)
            .log(SERVER, lines)
            .scan()
    };
    let d = of(vec![
        info(9, "Starting"),
        fatal(8, "the frobnicator is cold"),
    ]);
    assert!(d.clocks["n1"].corrected, "{:?}", d.clocks);
    assert_eq!(d.verdict, Verdict::NoKnownCause, "{}", d.headline);
    assert_eq!(d.unusual[0].first_seen, Some(ago(48)));
    for suspect in &d.suspects {
        assert_eq!(suspect.last_seen, Some(ago(48)), "{suspect:?}");
    }
    // the log goes on for half an hour: the clock does not take that away
    let mut lines = vec![fatal(30, "the frobnicator is cold")];
    lines.extend(every(1, 29, 0, |m| info(m, "Cluster is healthy")));
    let d = of(lines);
    assert_eq!(d.verdict, Verdict::Healthy, "{}", d.headline);
}

/// Who asks about one log asks about the error in it; a whole node repeats some that mean nothing.
#[test]
fn a_single_log_that_repeats_an_error_is_not_healthy() {
    let error = |m| klog(m, "\"Frobnicator is cold\" shard=7");
    let scan_of = |lines: &[String]| {
        let file = tempfile::NamedTempFile::with_suffix(".log").unwrap();
        std::fs::write(file.path(), lines.join("\n") + "\n").unwrap();
        pipeline::scan(
            &[file.path().to_owned()],
            Database::shipped(),
            &ScanOptions::default(),
        )
        .unwrap()
        .diagnosis
    };
    let d = scan_of(&every(2, 20, 0, error));
    assert_eq!(d.verdict, Verdict::NoKnownCause, "{}", d.headline);
    assert!(
        d.headline.ends_with("repeats an error to its end"),
        "{}",
        d.headline
    );
    assert!(d.unusual[0].sample.contains("Frobnicator"));
    let mut lines = every(2, 200, 180, error);
    lines.extend(every(5, 170, 0, |m| info(m, "Cluster is healthy")));
    assert_eq!(scan_of(&lines).verdict, Verdict::Healthy);
    let d = Bundle::rke2().log(SERVER, every(2, 20, 0, error)).scan();
    assert_eq!(d.verdict, Verdict::Healthy, "{}", d.headline);
}

/// Nothing known: no guess, and what is unusual.
#[test]
fn where_nothing_is_known_it_says_what_is_unusual() {
    let mut lines = calm(5, 600, 65);
    lines.extend(every(2, 60, 0, |m| {
        klog(
            m,
            r#""Frobnicator stalled" reason="quux table is at its end" shard=7"#,
        )
    }));
    let d = Bundle::harvester("\"\"")
        .node_objects(&[("n1", "False", 58)])
        .log("nodes/n1.zip/n1/logs/kubelet.log", lines)
        .scan();
    assert_eq!(d.verdict, Verdict::NoKnownCause, "{}", d.headline);
    assert_eq!(d.headline, "no known cause: node n1 is not Ready (False)");
    assert!(d.causes.is_empty());
    assert_eq!(ids(&d.symptoms), ["node/not-ready"]);
    let first = d.unusual.first().expect("what stands out");
    assert!(first.template.contains("Frobnicator stalled"), "{first:?}");
    assert!(
        first.because.contains("2 minutes before the failure"),
        "{first:?}"
    );
}
