//! Which cause comes first, and what follows from it: one test per situation.

use bundlevet::pipeline::ScanOptions;
use bundlevet::rank::{About, State, Verdict};
use bundlevet::signature::Database;

use super::bundle::{Bundle, ago, calm, every, ids, klog, text};
use super::lines::{FLAG, KUBELET, PLEG, SERVER, cause, fatal, fleet, info, refused, says};

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
