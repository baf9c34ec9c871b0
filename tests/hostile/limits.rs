//! Every limit there is, set low by its option: what it costs is said in words that name it, and the rest is done.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use bundlevet::limits::{ALL, Limits};
use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::signature::Database;

use crate::GOOD;
use crate::child::{Scanned, scan};
use crate::pack::{gzip, member, xz, zip, zstd};

/// How a limit shows.
enum Shows {
    /// As a problem of the scan, in these words; what stands beside is found.
    Problem(&'static str),
    /// The same, but what stands beside may be lost to it, too.
    ProblemOfAll(&'static str),
    /// On standard error, for it is about signatures.
    Said(&'static str),
    /// Nothing is lost: the log that is found lies in the archive.
    Nothing,
    /// Nothing is lost: hits are counted, fewer are shown.
    FewerLines,
}
use Shows::{FewerLines, Nothing, Problem, ProblemOfAll, Said};

/// An input that reaches a limit.
struct Case {
    /// The limit and how low it is set; more behind it, where it takes more to reach it.
    limits: &'static [&'static str],
    /// Files of the bundle, beside one with [`GOOD`].
    files: Vec<(&'static str, Vec<u8>)>,
    /// A file of a directory of signatures.
    signature: Option<String>,
    shows: Shows,
}

fn case(limits: &'static [&'static str], files: &[(&'static str, &[u8])], shows: Shows) -> Case {
    let files = files.iter().map(|(name, bytes)| (*name, bytes.to_vec()));
    Case {
        limits,
        files: files.collect(),
        signature: None,
        shows,
    }
}

/// One that signatures reach.
fn signed(limits: &'static [&'static str], signature: String, shows: Shows) -> Case {
    Case {
        signature: Some(signature),
        ..case(
            limits,
            &[("yamls/cluster/v1/nodes.yaml", nodes(2, "").as_bytes())],
            shows,
        )
    }
}

const LOG: &str = "logs/ns/p/c.log";
const NODES: &str = "yamls/cluster/v1/nodes.yaml";
const HEAD: &str = "title: x\nkind: cause\nseverity: low\nsure: possible\nexplanation: x\n";

/// A list of nodes that are not ready.
fn nodes(count: usize, more: &str) -> String {
    let node = |n| {
        format!(
            "- apiVersion: v1\n  kind: Node\n  metadata:\n    name: n{n}\n{more}  status:\n    conditions:\n    - type: Ready\n      status: \"False\"\n      reason: KubeletNotReady\n      message: container runtime network not ready, because of node {n}\n"
        )
    };
    let items: String = (0..count).map(node).collect();
    format!("apiVersion: v1\nitems:\n{items}kind: List\n")
}

/// A Secret with the output of a machine plan.
fn plan() -> String {
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let output = base64("a line that an instruction printed\n".repeat(50).as_bytes());
    let outputs = base64(&gzip(format!("{{\"install\":\"{output}\"}}").as_bytes()));
    format!(
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Secret\n  type: rke.cattle.io/machine-plan\n  metadata: {{name: n1-machine-plan, namespace: fleet-default}}\n  data:\n    applied-output: {outputs}\nkind: List\n"
    )
}

fn inputs() -> Vec<Case> {
    let log: Vec<u8> = (0..4000u32)
        .flat_map(|n| format!("line {} of many\n", n.wrapping_mul(2_654_435_761)).into_bytes())
        .collect();
    let zeros = b"aaaaaaa\n".repeat(512 << 10);
    let inner = zip(&[member("n/logs/kubelet.log", GOOD)]);
    let twice = zip(&[member("n/in.zip", &inner)]);
    let long = "y".repeat(200 << 10);
    let values: String = ["panic", "panic_on_oops", "overcommit"]
        .map(|key| GOOD.replace("kernel/panic", &format!("kernel/{key}")))
        .concat();
    vec![
        case(
            &["member-bytes=1K"],
            &[(LOG, &log)],
            Problem("limit member-bytes"),
        ),
        case(
            &["total-bytes=1K"],
            &[(LOG, &log)],
            ProblemOfAll("limit total-bytes"),
        ),
        case(
            &["members=2"],
            &[(LOG, b"x"), ("logs/ns/p/d.log", b"x")],
            Problem("limit members"),
        ),
        case(
            &["depth=1"],
            &[("nodes/n1.zip", &twice)],
            Problem("limit depth"),
        ),
        case(&["nested-memory=16"], &[("nodes/n1.zip", &twice)], Nothing),
        case(
            &["ratio=3", "ratio-after=4K"],
            &[(LOG, &log.repeat(9))],
            Problem("limit ratio"),
        ),
        case(
            &["ratio-after=1K", "ratio=100"],
            &[(LOG, &zeros)],
            Problem("limit ratio"),
        ),
        case(
            &["dictionary=1K"],
            &[("logs/ns/p/c.log.xz", &wide_xz(&log))],
            Problem("limit dictionary"),
        ),
        case(
            &["dictionary=1K"],
            &[("logs/ns/p/c.log.zst", &zstd(&log))],
            Problem("limit dictionary"),
        ),
        case(
            &["line-bytes=64K"],
            &[(LOG, long.as_bytes())],
            Problem("limit line-bytes"),
        ),
        case(
            &["samples=1"],
            &[(
                "logs/kube-system/kubelet/kubelet.log",
                GOOD.repeat(20).as_bytes(),
            )],
            FewerLines,
        ),
        case(
            &["captures=1"],
            &[("logs/kube-system/kubelet/kubelet.log", values.as_bytes())],
            Problem("limit captures"),
        ),
    ]
}

/// A stream that asks for 32 MiB, far more than it needs.
fn wide_xz(log: &[u8]) -> Vec<u8> {
    let mut options = lzma_rust2::XzOptions::with_preset(6);
    options.lzma_options.dict_size = 32 << 20;
    let mut out = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    std::io::Write::write_all(&mut out, log).unwrap();
    let bytes = out.finish().unwrap();
    assert_ne!(bytes, xz(log));
    bytes
}

fn objects() -> Vec<Case> {
    let few = nodes(3, "");
    let deep = nodes(2, "    a: {b: {c: {d: {e: {f: g}}}}}\n");
    let alias = nodes(2, "    a: &a x\n    b: [*a, *a, *a]\n");
    let large = nodes(
        1,
        &format!("    annotations: {{x: {}}}\n", "y".repeat(3000)),
    );
    let facts =
        "MemTotal: 1 kB\nMemFree: 1 kB\nMemAvailable: 1 kB\nSwapTotal: 1 kB\nSwapFree: 0 kB\n"
            .repeat(30);
    let of_nodes =
        |limits, text: &str, words| case(limits, &[(NODES, text.as_bytes())], Problem(words));
    vec![
        of_nodes(&["object-bytes=2K"], &large, "limit object-bytes"),
        of_nodes(&["object-depth=5"], &deep, "limit object-depth"),
        of_nodes(&["object-values=8"], &alias, "limit object-values"),
        of_nodes(&["object-aliases=2"], &alias, "limit object-aliases"),
        of_nodes(&["list-items=1"], &few, "limit list-items"),
        of_nodes(&["list-memory=1K"], &few, "limit list-memory"),
        of_nodes(&["objects-memory=1K"], &few, "limit objects-memory"),
        of_nodes(&["texts=1"], &few, "limit texts"),
        of_nodes(&["text-bytes=24"], &few, "limit text-bytes"),
        case(
            &["plan-bytes=64"],
            &[(
                "yamls/namespaced/fleet-default/v1/secrets.yaml",
                plan().as_bytes(),
            )],
            Problem("limit plan-bytes"),
        ),
        case(
            &["fact-bytes=100"],
            &[("nodes/n1/proc/meminfo", facts.as_bytes())],
            Problem("limit fact-bytes"),
        ),
        case(
            &["facts=1"],
            &[("nodes/n1/proc/meminfo", facts.as_bytes())],
            Problem("limit facts"),
        ),
        Case {
            signature: Some(format!(
                "{HEAD}find:\n  n: {{object: Node}}\nall: [n]\nsubject: node\n"
            )),
            ..case(
                &["subjects=1"],
                &[(NODES, few.as_bytes())],
                Problem("limit subjects"),
            )
        },
    ]
}

fn signatures() -> Vec<Case> {
    let plain = format!("{HEAD}match: ['some words of a site', 'others']\n");
    let deep = format!(
        "{HEAD}find:\n  n: {{object: Node, where: {{all: [{{not: {{a: b}}}}]}}}}\nall: [n]\n"
    );
    let slow = format!("{HEAD}match: [{{regex: 'E[0-9]+ .*kernel flag.*value.*'}}]\n");
    let cel = format!(
        "{HEAD}find:\n  n: {{object: Node, cel: 'o.status.conditions.all(c, c.type == \"Ready\" && c.reason != c.message)'}}\nall: [n]\n"
    );
    vec![
        signed(
            &["signature-files=0"],
            plain.clone(),
            Said("limit signature-files"),
        ),
        signed(
            &["signature-bytes=64"],
            plain.clone(),
            Said("limit signature-bytes"),
        ),
        signed(&["signature-depth=2"], deep, Said("limit signature-depth")),
        signed(
            &["signature-values=4"],
            plain.clone(),
            Said("limit signature-values"),
        ),
        signed(
            &["signature-patterns=1"],
            plain,
            Said("limit signature-patterns"),
        ),
        signed(
            &["signature-seconds=0"],
            slow.clone(),
            Problem("limit signature-seconds"),
        ),
        signed(
            &["pattern-program=100"],
            slow,
            Said("limit pattern-program"),
        ),
        signed(&["cel-steps=3"], cel, Problem("limit cel-steps")),
    ]
}

/// Scans a case, under its limits or under those that everybody has.
fn scanned(case: &Case, folder: &Path, limits: &[&str]) -> Scanned {
    let name = |name: &str| format!("sb/{name}");
    let mut files = vec![(
        name("logs/kube-system/kubelet/a.log"),
        GOOD.as_bytes().to_vec(),
    )];
    if matches!(case.shows, Nothing) {
        files.clear();
    }
    files.extend(
        case.files
            .iter()
            .map(|(path, bytes)| (name(path), bytes.clone())),
    );
    let members: Vec<_> = files
        .iter()
        .map(|(name, bytes)| member(name, bytes))
        .collect();
    let input = folder.join("bundle.zip");
    fs::write(&input, zip(&members)).unwrap();
    let mut options: Vec<&str> = limits.iter().flat_map(|limit| ["--limit", limit]).collect();
    let site = folder.join("signatures");
    if let Some(text) = &case.signature {
        fs::create_dir_all(site.join("site")).unwrap();
        fs::write(site.join("site/one.yaml"), text).unwrap();
        options.extend(["--signatures", site.to_str().unwrap()]);
    }
    scan(&input, &options).within(400)
}

/// How often the kernel flag stands in a log, and how many of its lines are kept.
fn counted(folder: &Path, limit: &str) -> (u64, usize) {
    let mut limits = Limits::default();
    limits.set(limit).unwrap();
    let options = ScanOptions::within(&limits);
    let scanned = pipeline::scan(&[folder.join("bundle.zip")], Database::shipped(), &options);
    let series = scanned.unwrap().evidence.entries;
    let hits = series.iter().flat_map(|entry| &entry.hits.series);
    let longest = hits.max_by_key(|hits| hits.count).unwrap();
    (longest.count, longest.first.len() + longest.last.len())
}

fn holds(case: &Case) {
    let folder = tempfile::tempdir().unwrap();
    let name = case.limits[0];
    let low = scanned(case, folder.path(), case.limits);
    let usual = scanned(case, folder.path(), &[]);
    let (low_said, usual_said) = match case.shows {
        Said(_) => (low.complaint.clone(), usual.complaint.clone()),
        _ => (low.problems(), usual.problems()),
    };
    let beside =
        |scanned: &Scanned| assert!(scanned.found_good(), "{name}: {low_said}{}", low.complaint);
    beside(&usual);
    assert!(!usual_said.contains("limit "), "{name}: {usual_said}");
    match case.shows {
        Problem(words) | Said(words) | ProblemOfAll(words) => {
            assert!(
                low_said.contains(words),
                "{name}: {low_said}{}",
                low.complaint
            );
            if !matches!(case.shows, ProblemOfAll(_)) {
                beside(&low);
            }
        }
        Nothing => {
            beside(&low);
            assert_eq!(low_said, "", "{name}");
        }
        FewerLines => {
            beside(&low);
            assert_eq!(low_said, "", "{name}");
            assert_eq!(counted(folder.path(), case.limits[0]), (20, 2));
            assert_eq!(counted(folder.path(), "samples=5"), (20, 10));
        }
    }
}

#[test]
fn every_limit_can_be_reached_and_is_named() {
    let cases: Vec<Case> = [inputs(), objects(), signatures()]
        .into_iter()
        .flatten()
        .collect();
    let tried: Vec<&str> = cases
        .iter()
        .map(|case| case.limits[0].split('=').next().unwrap())
        .collect();
    for limit in ALL {
        assert!(
            tried.contains(&limit.name),
            "no input reaches {}",
            limit.name
        );
    }
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| holds(case)));
            let why = tried.err()?;
            Some(why.downcast_ref::<String>().cloned().unwrap_or_default())
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}
