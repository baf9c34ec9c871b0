//! Tests of placing: a table of member names of every layout, and what must hold of any path.

mod loose;
mod real;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::bundle::{Entry, InputKind, Program};

/// One row per member name: `[root] path | kind and origin`. `UPDATE_EXPECT=1` writes the second column anew; read it
/// before you commit it.
const TABLE: &str = include_str!("table.txt");

/// `log node=n1 ns=kube-system pod=etcd-n1 c=etcd unit=x previous : etcd`; `: *` is every program, `: 27 kubelet ...`
/// a large set by its size and the first few.
fn describe(placement: &Placement) -> String {
    let origin = &placement.origin;
    let mut text = match placement.kind {
        EntryKind::Skipped(why) => format!("skipped:{why:?}"),
        kind => format!("{kind:?}"),
    }
    .to_lowercase();
    for (name, value) in [
        ("node", &origin.node),
        ("ns", &origin.namespace),
        ("pod", &origin.pod),
        ("c", &origin.container),
        ("unit", &origin.unit),
    ] {
        if let Some(value) = value {
            let _ = write!(text, " {name}={value}");
        }
    }
    if origin.instance != Instance::Current {
        let _ = write!(text, " {}", format!("{:?}", origin.instance).to_lowercase());
    }
    if placement.kind == EntryKind::Log {
        let _ = write!(text, " : {}", speakers(origin.programs));
    }
    text
}

fn speakers(set: ProgramSet) -> String {
    if set.is_all() {
        return "*".to_owned();
    }
    let names: Vec<&str> = set.iter().map(Program::name).collect();
    match names.len() {
        0..=7 => names.join(" "),
        n => format!("{n} {} ...", names.get(..5).unwrap_or_default().join(" ")),
    }
}

fn row(line: &str) -> (Option<&str>, &str, &str) {
    let (path, want) = line.split_once('|').unwrap_or((line, ""));
    let path = path.trim();
    let (root, path) = match path
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
    {
        Some((root, path)) => (Some(root), path),
        None => (None, path),
    };
    (root, path, want.trim())
}

fn placed(root: Option<&str>, path: &str) -> Placement {
    place(
        path,
        &Surroundings {
            root,
            ..Surroundings::default()
        },
    )
}

#[test]
fn member_names_of_every_layout() {
    let mut written = String::new();
    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in TABLE.lines() {
        if line.is_empty() || line.starts_with('#') {
            let _ = writeln!(written, "{line}");
            continue;
        }
        rows += 1;
        let (root, path, want) = row(line);
        let have = describe(&placed(root, path));
        if have != want {
            wrong.push(format!("{path}\n  want {want}\n  have {have}"));
        }
        let head = line.split('|').next().unwrap_or_default().trim_end();
        let _ = writeln!(written, "{head} | {have}");
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/bundle/place/tests/table.txt"
        );
        std::fs::write(file, written).expect("the table can be written");
        return;
    }
    assert!(rows >= 120, "{rows} rows");
    assert!(
        wrong.is_empty(),
        "{} rows differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn entry(path: &str) -> Entry {
    let Placement { kind, origin } = placed(Some("rk-1-2025-12-04_09_15_57"), path);
    Entry {
        input: 0,
        path: path.to_owned(),
        size: None,
        modified: None,
        kind,
        origin,
    }
}

fn names(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

#[test]
fn joined_names_are_settled_by_the_bundles_own_lists() {
    let mut entries = [
        entry("rke2/podlogs/shop-front-end-web-7d9f8c6b5-x2z4b"),
        entry("rke2/podlogs/shop-front-db-0-previous"),
        entry("rke2/podlogs/kube-system-etcd-rk-1"),
        entry("rke2/podlogs/default-extra-api-0"),
        entry("rke2/podlogs/nowhere-pod-0"),
    ];
    let pods = BTreeSet::from([("default".to_owned(), "extra-api-0".to_owned())]);
    refine(
        &mut entries,
        &names(&[
            "shop",
            "shop-front",
            "kube-system",
            "default",
            "default-extra",
        ]),
        &pods,
    );
    let have: Vec<String> = entries
        .iter()
        .map(|e| {
            let o = &e.origin;
            format!(
                "{:?} {:?} {:?}",
                o.namespace.as_deref(),
                o.pod.as_deref(),
                o.instance
            )
        })
        .collect();
    assert_eq!(
        have,
        [
            r#"Some("shop-front") Some("end-web-7d9f8c6b5-x2z4b") Current"#,
            r#"Some("shop-front") Some("db-0") Previous"#,
            r#"Some("kube-system") Some("etcd-rk-1") Current"#,
            r#"Some("default") Some("extra-api-0") Current"#,
            "None None Current",
        ]
    );
}

#[test]
fn of_numbered_logs_the_last_is_current() {
    let folder = "var/log/pods/kube-system_etcd-n1_0a1b/etcd";
    let mut entries = [
        entry(&format!("{folder}/9.log")),
        entry(&format!("{folder}/10.log")),
        entry("var/log/pods/kube-system_kube-proxy-n1_0a1b/kube-proxy/3.log"),
    ];
    refine(&mut entries, &BTreeSet::new(), &BTreeSet::new());
    let have: Vec<Instance> = entries.iter().map(|e| e.origin.instance).collect();
    assert_eq!(
        have,
        [Instance::Previous, Instance::Current, Instance::Current]
    );
}

#[test]
fn pods_get_the_node_they_ran_on() {
    let mut entries = [entry(
        "logs/longhorn-system/longhorn-manager-pmjr9/longhorn-manager.log",
    )];
    let nodes = BTreeMap::from([(
        (
            "longhorn-system".to_owned(),
            "longhorn-manager-pmjr9".to_owned(),
        ),
        "n2".to_owned(),
    )]);
    refine_nodes(&mut entries, &nodes);
    assert_eq!(entries[0].origin.node.as_deref(), Some("n2"));
}

#[test]
fn empty_and_missing_node_zips_are_told_apart() {
    let entries = [
        entry("nodes/n1.zip/n1/logs/kernel.log"),
        entry("nodes/n2.zip/n2/"),
        entry("nodes/n9.zip/n9/"),
        // A pod's log is not its node's own data.
        entry("logs/kube-system/etcd-n3/etcd.log"),
    ];
    let have = nodes_without_data(&entries, ["nodes/n8.zip"], &names(&["n1", "n2", "n3"]));
    let gap = |node: &str, found| NodeGap {
        node: node.to_owned(),
        found,
    };
    assert_eq!(
        have,
        [
            gap("n2", NodeData::Empty),
            gap("n3", NodeData::Missing),
            gap("n8", NodeData::Empty),
            gap("n9", NodeData::Empty)
        ]
    );
}

#[test]
fn inputs_are_known_by_their_markers() {
    for (paths, want) in [
        (
            &[
                "metadata.yaml",
                "yamls/cluster/v1/nodes.yaml",
                "logs/harvester-system/x/y.log",
            ][..],
            InputKind::Harvester,
        ),
        (
            &[
                "supportbundle_x/yamls/cluster/v1/nodes.yaml",
                "supportbundle_x/logs/longhorn-system/x/y.log",
            ],
            InputKind::Longhorn,
        ),
        (
            &[
                "yamls/longhorn/volumes.yaml",
                "logs/longhorn-manager-pmjr9/longhorn-manager.log",
            ],
            InputKind::Longhorn,
        ),
        (
            &[
                "yamls/cluster/v1/nodes.yaml",
                "yamls/namespaced/cattle-system/v1/pods.yaml",
            ],
            InputKind::Directory,
        ),
        (
            &["n1/logs/kernel.log", "n1/configs/etc/hostname"],
            InputKind::Node,
        ),
        (&["hostinfos/hostinfo", "logs/dmesg.log"], InputKind::Node),
        (
            &["logs/harvester-system.a-b.c.20240101.log.gz"],
            InputKind::UpgradeLog,
        ),
        (
            &["systeminfo/date", "networking/iptables", "rke2/podlogs/x-y"],
            InputKind::RancherLogsCollector,
        ),
        (
            &["basic-environment.txt", "messages.txt"],
            InputKind::Supportconfig,
        ),
        (
            &[
                "support-bundle/cluster-resources/nodes.json",
                "support-bundle/version.yaml",
            ],
            InputKind::Troubleshoot,
        ),
        (
            &[
                "nodes.json",
                "kube-system/pods.json",
                "kube-system/x/logs.txt",
            ],
            InputKind::ClusterInfoDump,
        ),
        (
            &[
                "q/cluster-scoped-resources/core/nodes/n1.yaml",
                "q/namespaces/a/b.yaml",
            ],
            InputKind::MustGather,
        ),
        (&["var/log/syslog", "etc/os-release"], InputKind::Node),
        (&["a.log", "b/c.txt"], InputKind::Directory),
        (&[], InputKind::Directory),
    ] {
        assert_eq!(input_kind(paths.iter().copied()), want, "{paths:?}");
    }
}

#[test]
fn an_entry_without_bytes_or_a_folder_is_skipped_with_its_origin() {
    let around = Surroundings {
        size: Some(0),
        ..Surroundings::default()
    };
    let empty = place("logs/kube-system/etcd-n1/etcd.log", &around);
    assert_eq!(empty.kind, EntryKind::Skipped(Skip::Empty));
    assert_eq!(empty.origin.node.as_deref(), Some("n1"));
    assert_eq!(
        place("logs/", &around).kind,
        EntryKind::Skipped(Skip::Directory)
    );
}

#[test]
fn the_callers_node_stands_where_the_path_tells_none() {
    let around = Surroundings {
        node: Some("this-host"),
        ..Surroundings::default()
    };
    let own = place("var/log/syslog", &around);
    assert_eq!(own.origin.node.as_deref(), Some("this-host"));
    let pod = place("var/log/pods/kube-system_etcd-n1_0a1b/etcd/0.log", &around);
    assert_eq!(pod.origin.node.as_deref(), Some("n1"));
}

proptest! {
    #[test]
    fn any_path_is_placed(path in "([a-z0-9_./-]|nodes/|logs/|podlogs/|k8s_|rke2/|yamls/|namespaces/|\\PC){0,60}", root in "\\PC{0,12}") {
        let placement = placed(Some(&root), &path);
        let mut entries = [entry(&path)];
        refine(&mut entries, &names(&["a"]), &BTreeSet::new());
        nodes_without_data(&entries, [], &BTreeSet::new());
        input_kind([path.as_str()].into_iter());
        prop_assert!(placement.kind != EntryKind::Log || placement.origin.programs != ProgramSet::NONE);
    }

    #[test]
    fn any_head_is_placed(name in "\\PC{0,20}", head in proptest::collection::vec(any::<u8>(), 0..400)) {
        place_loose(&name, &head);
    }

    #[test]
    fn a_packed_node_is_placed_as_an_extracted_one(file in "(kernel|kubelet|rke2-server|console|NetworkManager)\\.log(\\.1)?") {
        let packed = placed(None, &format!("nodes/n1.zip/n1/logs/{file}"));
        let alone = placed(Some("n1"), &format!("logs/{file}"));
        let extracted = placed(None, &format!("n1/logs/{file}"));
        prop_assert_eq!(&packed, &alone);
        prop_assert_eq!(&packed, &extracted);
    }
}
