//! One test per situation.

use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::rank::{About, Diagnosis, RankedFinding, State, Verdict};
use bundlevet::signature::{Database, Sureness};

use super::bundle::{Bundle, ago, calm, every, ids, journal, klog, text};

const FLAG: &str = r#""Failed to start ContainerManager" err="invalid kernel flag: kernel/panic, expected value: 10, actual value: 0""#;
const PLEG: &str = r#""Skipping pod synchronization" err="PLEG is not healthy: pleg was last seen active 4m7.511s ago; threshold is 3m0s""#;
const KUBELET: &str = "rke2/agent-logs/kubelet.log";
const SERVER: &str = "journald/rke2-server";

/// A chart that is no archive: certain, old, and no failure of a node follows from it.
fn fleet(bundle: Bundle) -> Bundle {
    let lines = every(20, 240, 0, |minutes| {
        let time = ago(minutes);
        format!(
            r#"time="{time}" level=error msg="bundle shop: failed to process bundle: opening gzip reader: gzip: invalid header""#
        )
    });
    bundle.log(
        "rke2/podlogs/cattle-fleet-system-gitjob-6d9c6b5f4-abcde",
        lines,
    )
}

fn refused(minutes: i64) -> String {
    let line = r#"{"level":"warn","ts":"TIME","logger":"etcd-client","caller":"v3@v3.5.13/retry_interceptor.go:63","msg":"retrying of unary invoker failed","target":"etcd-endpoints://0xc0/127.0.0.1:2379","attempt":0,"error":"rpc error: code = DeadlineExceeded desc = latest balancer error: last connection error: connection error: desc = \"transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused\""}"#;
    journal(
        minutes,
        "rke2",
        &line.replace("TIME", &ago(minutes).to_string()),
    )
}

fn info(minutes: i64, words: &str) -> String {
    let time = ago(minutes);
    journal(
        minutes,
        "rke2",
        &format!(r#"time="{time}" level=info msg="{words}""#),
    )
}

fn fatal(minutes: i64, words: &str) -> String {
    let time = ago(minutes);
    journal(
        minutes,
        "rke2",
        &format!(
            r#"time="{time}" level=fatal msg="starting kubernetes: preparing server: {words}""#
        ),
    )
}

fn cause<'a>(d: &'a Diagnosis, id: &str) -> &'a RankedFinding {
    let found = d.causes.iter().find(|cause| cause.signature == id);
    found.unwrap_or_else(|| panic!("no {id}: {:?}", ids(&d.causes)))
}

fn says(finding: &RankedFinding, words: &str) -> bool {
    finding.reasons.iter().any(|reason| reason.contains(words))
}

/// What is user's problem: a failure that holds at the end.
#[test]
fn what_reaches_a_failure_comes_before_what_is_surer_and_older() {
    let both = fleet(Bundle::rke2()).log(KUBELET, every(2, 60, 0, |m| klog(m, PLEG)));
    let d = both.clone().nodes(&[("n1", "Ready")]).scan();
    assert_eq!(
        ids(&d.causes),
        ["fleet/chart-archive-not-gzip", "kubelet/pleg-not-healthy"]
    );
    assert!(d.causes[0].sure > d.causes[1].sure);
    assert!(d.failing.is_empty());
    let d = both.nodes(&[("n1", "NotReady")]).scan();
    assert_eq!(
        ids(&d.causes),
        ["kubelet/pleg-not-healthy", "fleet/chart-archive-not-gzip"]
    );
    assert_eq!(d.failing, ["node n1 is not Ready (False)"]);
    assert_eq!(d.verdict, Verdict::KnownCause);
    assert_eq!(d.symptoms[0].explained_by, ["kubelet/pleg-not-healthy"]);
}

/// The words of the bundle's description are a failure too.
#[test]
fn what_the_reporter_complains_of_comes_first() {
    let of = |words: &str| {
        let helm = every(20, 240, 0, |minutes| {
            format!(
                "{} Error: INSTALLATION FAILED: cannot re-use a name that is still in use",
                ago(minutes)
            )
        });
        let refused = every(10, 60, 0, |minutes| {
            let time = ago(minutes);
            format!(
                r#"{time} time="{time}" level=error msg="admission webhook \"validator.harvesterhci.io\" denied the request: there are degraded volumes, please check all volumes are healthy""#
            )
        });
        let bundle = Bundle::harvester(words)
            .log("logs/cattle-system/helm-operation-k8x2p/helm.log", helm)
            .log(
                "logs/harvester-system/harvester-6f7d9c8b5d-4xkzp/apiserver.log",
                refused,
            );
        bundle.scan()
    };
    let d = of("\"\"");
    assert_eq!(
        ids(&d.causes)[..2],
        [
            "helm/release-name-in-use",
            "upgrade/refused-degraded-volumes"
        ]
    );
    let d = of("The upgrade fails right after I press the button");
    assert_eq!(
        ids(&d.causes)[..2],
        [
            "upgrade/refused-degraded-volumes",
            "helm/release-name-in-use"
        ]
    );
    assert_eq!(
        d.inputs[0].description.as_deref(),
        Some("The upgrade fails right after I press the button")
    );
}

/// Several independent causes: one list, counted, and narrowed to what the user names.
#[test]
fn independent_causes_are_counted_and_can_be_asked_for() {
    let both = fleet(Bundle::rke2())
        .log(KUBELET, every(2, 60, 0, |m| klog(m, FLAG)))
        .nodes(&[("n1", "NotReady")]);
    let d = both.scan();
    assert_eq!(
        ids(&d.causes),
        [
            "kubelet/invalid-kernel-flag",
            "fleet/chart-archive-not-gzip"
        ]
    );
    assert!(
        d.headline
            .starts_with("2 independent problems: kubelet will not start on n1"),
        "{}",
        d.headline
    );
    let about = |words: &str| {
        let options = ScanOptions {
            about: About::parse(words),
            ..ScanOptions::default()
        };
        both.scan_with(Database::shipped(), &options)
    };
    assert_eq!(
        ids(&about("fleet").causes),
        ["fleet/chart-archive-not-gzip"]
    );
    assert_eq!(
        about("node/n1").causes[0].signature,
        "kubelet/invalid-kernel-flag"
    );
    assert!(about("longhorn").causes.is_empty());
}

/// An old problem that was resolved stands below what goes on, however sure.
#[test]
fn what_is_over_comes_below_what_goes_on() {
    let mut lines = every(2, 600, 540, |m| klog(m, FLAG));
    lines.extend(calm(5, 535, 0));
    let d = fleet(Bundle::rke2())
        .log(KUBELET, lines)
        .nodes(&[("n1", "Ready")])
        .scan();
    assert_eq!(
        ids(&d.causes),
        [
            "fleet/chart-archive-not-gzip",
            "kubelet/invalid-kernel-flag"
        ]
    );
    assert_eq!(cause(&d, "kubelet/invalid-kernel-flag").state, State::Ended);
    assert!(!d.headline.contains("kubelet"), "{}", d.headline);
}

/// What begins hours after a cause was over is none of its doing, and does not call it back.
#[test]
fn what_began_long_after_a_cause_is_none_of_its_doing() {
    let server = |from: i64| {
        let mut lines = every(20, 600, 60, |m| info(m, "Cluster is healthy"));
        lines.extend(every(1, from, 0, refused));
        let mut kubelet = every(2, 600, 540, |m| klog(m, FLAG));
        kubelet.extend(calm(5, 535, 0));
        Bundle::rke2()
            .log(KUBELET, kubelet)
            .log(SERVER, lines)
            .scan()
    };
    let d = server(15);
    let flag = cause(&d, "kubelet/invalid-kernel-flag");
    assert_eq!(flag.state, State::Ended);
    assert_eq!(flag.consequences, []);
    assert_eq!(d.verdict, Verdict::SymptomsOnly, "{}", d.headline);
    assert!(d.symptoms[0].explained_by.is_empty());
    // what began while it was there, and goes on, does
    let d = server(550);
    let flag = cause(&d, "kubelet/invalid-kernel-flag");
    assert_eq!(flag.state, State::Ongoing);
    assert_eq!(d.verdict, Verdict::KnownCause, "{}", d.headline);
}

/// A program that exited writes no more: its last words still hold.
#[test]
fn the_last_words_of_a_program_that_exited_still_hold() {
    let other = every(5, 600, 0, |m| {
        format!(r#"time="{}" level=info msg="connecting to shim""#, ago(m))
    });
    let d = Bundle::rke2()
        .log(KUBELET, every(2, 600, 540, |m| klog(m, FLAG)))
        .log("rke2/containerd.log", other)
        .scan();
    assert_eq!(
        cause(&d, "kubelet/invalid-kernel-flag").state,
        State::Ongoing
    );
    assert_eq!(d.verdict, Verdict::KnownCause);
}

/// What is said once and then never again is not over.
#[test]
fn what_happens_once_is_not_over() {
    let token = fatal(
        600,
        "bootstrap data already found and encrypted with different token",
    );
    let newer = "/var/lib/rancher/rke2/server/tls/service.key newer than datastore and could cause a cluster outage. Remove the file(s) from disk and restart to be recreated from datastore.";
    let lines = std::iter::once(token).chain(every(5, 590, 0, |m| fatal(m, newer)));
    let d = Bundle::rke2().log(SERVER, lines).scan();
    assert_eq!(d.causes[0].signature, "k3s/bootstrap-token-mismatch");
    assert_eq!(d.causes[0].state, State::Once);
    assert!(
        d.headline.contains("happened 2025-06-15 02:00 UTC"),
        "{}",
        d.headline
    );
}

const CIRCLE: [(&str, &str); 4] = [
    (
        "a/disk",
        "title: disk\nkind: cause\nseverity: high\nsure: likely\nmatch: ['the alpha store is full']\nleads-to: [etcd-down]\n",
    ),
    (
        "b/etcd",
        "title: etcd\nkind: cause\nseverity: high\nsure: likely\nmatch: ['the beta member halted']\nleads-to: [disk-full]\n",
    ),
    (
        "c/slow",
        "title: slow\nkind: symptom\nclass: etcd-down\nseverity: high\nsure: likely\nmatch: ['the beta member halted']\n",
    ),
    (
        "d/full",
        "title: full\nkind: symptom\nclass: disk-full\nseverity: high\nsure: likely\nmatch: ['the alpha store is full']\n",
    ),
];

/// Causes that feed each other: one problem, oriented by onset where that tells.
#[test]
fn causes_that_feed_each_other_are_one_problem() {
    let circle = |alpha: i64, beta: i64| {
        Bundle::rke2()
            .log(
                KUBELET,
                every(2, alpha, 0, |m| klog(m, "the alpha store is full")),
            )
            .log(
                "rke2/podlogs/kube-system-etcd-n1",
                every(2, beta, 0, |m| klog(m, "the beta member halted")),
            )
            .scan_alone(&CIRCLE)
    };
    let d = circle(40, 43);
    assert_eq!(ids(&d.causes), ["b/etcd", "a/disk"]);
    assert!(says(&d.causes[0], "brings about a/disk"));
    assert!(!d.headline.contains("independent"), "{}", d.headline);
    let d = circle(40, 40);
    assert_eq!(ids(&d.causes), ["a/disk", "b/etcd"]);
    assert!(says(
        &d.causes[0],
        "this and b/etcd feed each other and began together: start here"
    ));
    assert!(!d.headline.contains("independent"), "{}", d.headline);
}

/// The link between cause and consequence was not collected: folded all the same, and said to be assumed.
#[test]
fn a_link_that_was_not_collected_is_assumed() {
    let chain = [
        (
            "a/flag",
            "title: flag\nkind: cause\nseverity: high\nsure: certain\nmatch: ['the alpha flag is wrong']\nleads-to: [kubelet-down]\n",
        ),
        (
            "b/kubelet",
            "title: kubelet\nkind: symptom\nclass: kubelet-down\nseverity: high\nsure: likely\nmatch: ['the beta unit failed']\nleads-to: [node-not-ready]\n",
        ),
        (
            "c/node",
            "title: node\nkind: symptom\nclass: node-not-ready\nseverity: high\nsure: likely\nmatch: ['the gamma node is away']\n",
        ),
    ];
    let ends = Bundle::rke2()
        .log(
            KUBELET,
            every(2, 60, 0, |m| klog(m, "the alpha flag is wrong")),
        )
        .log(
            SERVER,
            every(2, 55, 0, |m| info(m, "the gamma node is away")),
        );
    let d = ends.scan_alone(&chain);
    let followed: Vec<_> = d.causes[0]
        .consequences
        .iter()
        .map(|c| (c.signature.as_str(), c.assumed))
        .collect();
    assert_eq!(followed, [("c/node", true)]);
    assert!(text(&d).contains("the link between was not collected and is assumed"));
    let whole = ends.log(
        "journald/containerd",
        every(2, 58, 0, |m| info(m, "the beta unit failed")),
    );
    let d = whole.scan_alone(&chain);
    assert!(d.causes[0].consequences.iter().all(|c| !c.assumed));
}

/// General lines reach far and prove nothing.
#[test]
fn general_lines_are_no_cause() {
    let crash = r#""Error syncing pod, skipping" err="failed to \"StartContainer\" for \"app\" with CrashLoopBackOff: \"back-off 5m0s restarting failed container=app pod=app-0_default(11)\"" pod="default/app-0""#;
    let unknown = r#""Unable to authenticate the request" err="[x509: certificate signed by unknown authority, context deadline exceeded]""#;
    let loud = Bundle::rke2()
        .log(
            "rke2/podlogs/kube-system-kube-apiserver-n1",
            every(1, 60, 0, |m| klog(m, unknown)),
        )
        .log(SERVER, every(1, 60, 0, refused))
        .nodes(&[("n1", "NotReady"), ("n2", "NotReady")]);
    let d = loud
        .clone()
        .log(KUBELET, every(1, 60, 0, |m| klog(m, crash)))
        .scan();
    assert_eq!(d.verdict, Verdict::SymptomsOnly, "{}", d.headline);
    assert!(d.causes.is_empty(), "{:?}", ids(&d.causes));
    // one quiet line that names the reason outranks all of them
    let mut lines = every(1, 60, 0, |m| klog(m, crash));
    lines.insert(1, klog(60, FLAG));
    lines.push(klog(0, FLAG));
    let d = loud.log(KUBELET, lines).scan();
    assert_eq!(d.causes[0].signature, "kubelet/invalid-kernel-flag");
    assert_eq!(d.causes.len(), 1);
}

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

const SHARED: [(&str, &str); 2] = [
    (
        "a/one",
        "title: one\nkind: cause\nseverity: high\nsure: possible\nmatch: ['the alpha store is full']\nneeds: the list of disks\n",
    ),
    (
        "b/two",
        "title: two\nkind: cause\nseverity: high\nsure: possible\nmatch: ['alpha store is full']\nneeds: the log of beta\n",
    ),
];

/// One line that two causes share: neither, and what would tell them apart.
#[test]
fn a_line_of_two_causes_proves_neither() {
    let d = Bundle::rke2()
        .log(
            KUBELET,
            every(2, 60, 0, |m| klog(m, "the alpha store is full")),
        )
        .scan_alone(&SHARED);
    assert_eq!(d.verdict, Verdict::SymptomsOnly);
    assert_eq!(
        d.headline,
        "2 causes share the same evidence and cannot be told apart: one; two"
    );
    assert!(says(&d.causes[0], "also explained by b/two"));
    let asked: Vec<_> = d
        .not_examined
        .iter()
        .filter_map(|one| one.collect.as_deref())
        .collect();
    assert_eq!(asked, ["the list of disks", "the log of beta"]);
    assert!(text(&d).contains("the list of disks"), "{}", text(&d));
}

/// Of two causes that are certain of one line, the one that stands on a second source as well comes first, whatever
/// their names.
#[test]
fn what_a_second_source_tells_apart_comes_first() {
    let of = |more: &str| {
        format!(
            "title: one\nkind: cause\nseverity: high\nsure: certain\nfind:\n  full: {{log: 'the alpha store is full'}}\n{more}"
        )
    };
    let narrow =
        of("  node: {object: Node, where: {metadata.name: {as: node}}}\nall: [full, node]\n");
    let signatures = [("a/one", of("all: [full]\n")), ("b/two", narrow)];
    let signatures = signatures.each_ref().map(|(id, text)| (*id, text.as_str()));
    let d = Bundle::harvester("\"\"")
        .node_objects(&[("n1", "True", 58)])
        .log(
            "nodes/n1.zip/n1/logs/kubelet.log",
            every(2, 60, 0, |m| klog(m, "the alpha store is full")),
        )
        .scan_alone(&signatures);
    assert_eq!(ids(&d.causes), ["b/two", "a/one"]);
    assert!(says(&d.causes[1], "also explained by b/two"));
}
