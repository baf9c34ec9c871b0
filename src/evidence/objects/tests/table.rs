//! Tables that kubectl prints into light objects.

use serde_json::{Value, json};

use super::{names, node, read_text};

/// Columns as kubectl pads them.
fn table(rows: &[&[&str]]) -> String {
    let width = |at: usize| {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.len())
            .max()
            .unwrap_or(0)
            + 3
    };
    let row = |row: &&[&str]| -> String {
        let cells = row
            .iter()
            .enumerate()
            .map(|(at, cell)| format!("{cell:<0$}", width(at)));
        format!("{}\n", cells.collect::<String>().trim_end())
    };
    rows.iter().map(row).collect()
}

#[test]
fn tables_of_the_collector() {
    let nodes = table(&[
        &[
            "NAME",
            "STATUS",
            "ROLES",
            "AGE",
            "VERSION",
            "INTERNAL-IP",
            "OS-IMAGE",
            "CONTAINER-RUNTIME",
        ],
        &[
            "n1",
            "Ready",
            "control-plane,etcd",
            "14d",
            "v1.32.7+rke2r1",
            "192.0.2.1",
            "Ubuntu 22.04.4 LTS",
            "containerd://2.0.5",
        ],
        &[
            "n2",
            "NotReady,SchedulingDisabled",
            "<none>",
            "3m",
            "v1.32.7+rke2r1",
            "192.0.2.2",
            "Ubuntu 22.04.4 LTS",
            "<none>",
        ],
    ]);
    let read = read_text("rke2/kubectl/nodes", &nodes);
    assert_eq!(names(&read), ["Node. -/n1", "Node. -/n2"]);
    assert!(
        !read.collected.contains(&node()),
        "a table shows too little to prove absence"
    );
    let n2 = read
        .objects
        .get(1)
        .map(|object| object.value.view().to_json())
        .unwrap_or_default();
    assert_eq!(
        n2.pointer("/status/conditions/0/status"),
        Some(&json!("False"))
    );
    assert_eq!(n2.pointer("/spec/unschedulable"), Some(&json!(true)));
    assert_eq!(
        n2.pointer("/metadata/creationTimestamp"),
        Some(&json!("2025-12-04T09:13:00Z"))
    );
    assert_eq!(
        n2.pointer("/status/nodeInfo/osImage"),
        Some(&json!("Ubuntu 22.04.4 LTS"))
    );
    let message = "Back-off restarting failed container test-crash in pod";
    let events = table(&[
        &[
            "NAMESPACE",
            "LAST SEEN",
            "TYPE",
            "REASON",
            "OBJECT",
            "SUBOBJECT",
            "SOURCE",
            "MESSAGE",
            "FIRST SEEN",
            "COUNT",
            "NAME",
        ],
        &[
            "default",
            "49s",
            "Warning",
            "BackOff",
            "pod/test-crash",
            "",
            "kubelet, n1",
            message,
            "24m",
            "107",
            "test-crash.18",
        ],
    ]);
    let read = read_text("rke2/kubectl/events", &events);
    let text = read.texts.first().expect("one text");
    assert_eq!(
        text.text,
        "BackOff: Back-off restarting failed container test-crash in pod"
    );
    assert_eq!(
        (text.count, text.node.as_deref(), text.pod.as_deref()),
        (107, Some("n1"), Some("test-crash"))
    );
    assert_eq!(text.time, "2025-12-04T09:15:11Z".parse().ok());
    // a kind without a reader of its own, and without a head: the row is a text
    let read = read_text(
        "rke2/kubectl/releases",
        "rancher-webhook   cattle-system   pending-install   v0.3\n",
    );
    let row = read.texts.first().expect("a row");
    assert_eq!(row.object, "table releases");
    assert_eq!(
        row.text,
        "rancher-webhook   cattle-system   pending-install   v0.3"
    );
    let pods = table(&[
        &[
            "NAMESPACE",
            "NAME",
            "READY",
            "STATUS",
            "RESTARTS",
            "AGE",
            "NODE",
            "READINESS GATES",
        ],
        &[
            "a",
            "p",
            "1/2",
            "CrashLoopBackOff",
            "5 (10s ago)",
            "3d",
            "n1",
            "<none>",
        ],
    ]);
    let read = read_text("rke2/kubectl/pods", &pods);
    let pod = read
        .objects
        .first()
        .map(|object| object.value.view().to_json())
        .unwrap_or_default();
    assert_eq!(
        pod.pointer("/status/containerStatuses/1/state/waiting/reason"),
        Some(&json!("CrashLoopBackOff"))
    );
    assert_eq!(
        pod.pointer("/status/containerStatuses/0/restartCount"),
        Some(&json!(5))
    );
}

#[test]
fn a_table_without_a_name_shows_its_kind_by_its_columns() {
    let text = table(&[
        &["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE"],
        &["a", "p", "0/1", "CrashLoopBackOff", "3", "3d"],
        &["NAME", "STATUS", "ROLES", "AGE", "VERSION"],
        &["n1", "NotReady", "<none>", "3m", "v1.32.7+rke2r1"],
        &["NAME", "COLOUR", "SHAPE", "AGE", "SIZE"],
        &["x", "red", "round", "3m", "7"],
    ]);
    let read = read_text("case/output.txt", &text);
    assert_eq!(names(&read), ["Pod. a/p", "Node. -/n1"]);
    let all = table(&[
        &["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
        &["pod/p", "0/1", "CrashLoopBackOff", "3", "3d"],
    ]);
    assert!(names(&read_text("case/get-all.txt", &all)).is_empty());
}

/// What printPod of kubectl writes under STATUS (pkg/printers/internalversion/printers.go).
#[test]
fn states_of_pods() {
    let state = |status: &str, restarts: &str| {
        let head: &[&str] = &["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE"];
        let row: &[&str] = &["a", "p", "0/1", status, restarts, "3d"];
        let read = read_text("rke2/kubectl/pods", &table(&[head, row]));
        let pod = read
            .objects
            .first()
            .map(|object| object.value.view().to_json())
            .unwrap_or_default();
        let text = |path: &str| pod.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let of = |list: &str, what: &str| text(&format!("/status/{list}/0/state/{what}/reason"));
        (
            text("/status/phase").unwrap_or_default(),
            of("initContainerStatuses", "waiting").or(of("initContainerStatuses", "terminated")),
            of("containerStatuses", "waiting").or(of("containerStatuses", "terminated")),
        )
    };
    let some = |text: &str| Some(text.to_owned());
    let phase = |text: &str| text.to_owned();
    for (status, restarts, expected) in [
        (
            "Init:CrashLoopBackOff",
            "7 (1m ago)",
            (phase("Pending"), some("CrashLoopBackOff"), None),
        ),
        (
            "Init:ImagePullBackOff",
            "0",
            (phase("Pending"), some("ImagePullBackOff"), None),
        ),
        (
            "Init:Error",
            "3 (9s ago)",
            (phase("Pending"), some("Error"), None),
        ),
        ("Init:0/2", "0", (phase("Pending"), None, None)),
        (
            "Error",
            "4 (9s ago)",
            (phase("Running"), None, some("Error")),
        ),
        ("Error", "0", (phase("Failed"), None, None)),
        (
            "InvalidImageName",
            "0",
            (phase("Pending"), None, some("InvalidImageName")),
        ),
        ("Completed", "0", (phase("Succeeded"), None, None)),
        ("Pending", "0", (phase("Pending"), None, None)),
    ] {
        assert_eq!(state(status, restarts), expected, "{status}");
    }
}
