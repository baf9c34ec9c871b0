//! Loose files: a name and the first lines into who speaks.

use super::*;

/// Line(s), what they must be told as: programs that must be in the set; `*` for all.
fn told(name: &str, head: &str) -> Placement {
    place_loose(name, head.as_bytes())
}

#[test]
fn the_lines_tell_the_program() {
    use Program::*;
    for (head, has) in [
        (
            r#"E1120 00:44:40.425395    8869 kubelet.go:2448] "Error getting node" err="node \"n1\" not found""#,
            Kubelet,
        ),
        (
            r#"{"level":"warn","ts":"2024-05-14T20:27:09.094119Z","caller":"rafthttp/stream.go:421","msg":"lost TCP streaming connection with remote peer"}"#,
            Etcd,
        ),
        (
            r#"2024-02-09T18:47:14.199355840Z 2024/02/09 18:47:14 [ERROR] error syncing 'fleet-default/x': handler y: z, requeuing"#,
            Rancher,
        ),
        (
            r#"2019-10-13 13:48:14.371819 W | etcdserver: read-only range request "key:\"/registry/x\" " took too long (114.692442ms) to execute"#,
            Etcd,
        ),
        (
            r#"{"component":"virt-handler","level":"info","msg":"re-enqueuing VirtualMachineInstance default/a","pos":"vm.go:1588","timestamp":"2024-01-31T13:23:48.555655Z"}"#,
            VirtHandler,
        ),
        (
            r#"2024-01-31T13:23:48.555760707Z stderr F {"component":"virt-controller","level":"info","msg":"m","timestamp":"2024-01-31T13:23:48.555655Z"}"#,
            VirtController,
        ),
        (
            "Mar 22 23:47:29 n1 rke2[15500]: time=\"2022-03-22T23:47:29Z\" level=info msg=\"Saving etcd snapshot to /var/lib/rancher/rke2/server/db/snapshots/x\"",
            Rke2,
        ),
        (
            "Mar 22 23:56:05 n1 rancher-system-agent[13627]: time=\"2022-03-22T23:56:05Z\" level=debug msg=\"[K8s] secret data/string-data did not change\"",
            RancherSystemAgent,
        ),
        (
            r#"time="2024-05-01T10:00:00Z" level=info msg="Starting k3s v1.28.3+k3s1 (5b7d5e9f)""#,
            K3s,
        ),
        (
            r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","verb":"update"}"#,
            Audit,
        ),
        ("[Thu Nov 20 00:42:53 2025] Linux version 5.14.21", Kernel),
        (
            r#"time="2025-11-27T14:26:16Z" level=warning msg="Failed to get filesystem device type" controller=longhorn-setting"#,
            LonghornManager,
        ),
    ] {
        let placement = told("-", head);
        let set = placement.origin.programs;
        assert_eq!(placement.kind, EntryKind::Log, "{head}");
        assert!(
            set.contains(has) && !set.is_all() && !set.contains(LonghornUi),
            "{head}\n{set:?}"
        );
    }
}

#[test]
fn a_journal_tells_its_host_and_its_programs() {
    let placement = told(
        "journal.txt",
        "-- Logs begin at Sun 2022-03-06 22:45:10 UTC, end at Tue 2022-03-22 23:56:05 UTC. --\n\
         Mar 22 23:47:29 n1 systemd[1]: Started Session 1 of user root.\n\
         Mar 22 23:47:30 n1 kubelet[99]: I0322 23:47:30.000000      99 server.go:1] x\n\
         Mar 22 23:47:31 n1 sshd[100]: Accepted publickey for root\n",
    );
    assert_eq!(placement.origin.node.as_deref(), Some("n1"));
    for program in [
        Program::Kubelet,
        Program::Sshd,
        Program::Kernel,
        Program::Systemd,
    ] {
        assert!(placement.origin.programs.contains(program), "{program:?}");
    }
}

#[test]
fn unknown_text_may_be_anything() {
    assert!(told("-", "hello\nworld\n").origin.programs.is_all());
    assert!(
        told("app.log", "level=warn something happened\n")
            .origin
            .programs
            .is_all()
    );
    assert!(told("-", "").origin.programs.is_all());
}

#[test]
fn the_name_helps_where_lines_do_not() {
    let placement = told("prod-n1-kubelet.log", "something nobody knows\n");
    assert!(placement.origin.programs.contains(Program::Kubelet));
    assert!(!placement.origin.programs.is_all());
    // A name that the lines contradict widens, it does not win.
    let placement = told(
        "kubelet.log",
        r#"2022/03/08 16:13:17 [INFO] [planner] rkecluster fleet-local/local: waiting"#,
    );
    assert!(placement.origin.programs.contains(Program::Rancher));
    assert!(placement.origin.programs.contains(Program::Kubelet));
}

#[test]
fn objects_tables_and_binaries_are_told_by_their_form() {
    for (head, want) in [
        (
            "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\nkind: List\n",
            EntryKind::Objects,
        ),
        (
            "- apiVersion: longhorn.io/v1beta1\n  kind: Volume\n  metadata:\n    name: a\n",
            EntryKind::Objects,
        ),
        (
            "{\n  \"kind\": \"NodeList\",\n  \"apiVersion\": \"v1\",\n  \"items\": []\n}\n",
            EntryKind::Objects,
        ),
        ("{\"apiVersion\":\"v1\",\"items\":[]}", EntryKind::Objects),
        (
            "NAMESPACE   NAME   READY   STATUS   RESTARTS   AGE\nkube-system   a   1/1   Running   0   1d\n",
            EntryKind::Objects,
        ),
        (
            "LAST SEEN   TYPE   REASON   OBJECT   MESSAGE\n",
            EntryKind::Objects,
        ),
        (
            "\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{0}\u{0}\u{0}abc",
            EntryKind::Skipped(Skip::Binary),
        ),
        (
            "{\"level\":\"info\",\"msg\":\"kind: apiVersion\"}\n{\"level\":\"info\"}\n",
            EntryKind::Log,
        ),
        ("+----+----+\n| ENDPOINT | ID |\n", EntryKind::Fact),
        ("NAME of the thing\n", EntryKind::Log),
    ] {
        assert_eq!(told("file", head).kind, want, "{head}");
    }
}

#[test]
fn a_dumped_pod_tells_its_name() {
    let placement = told(
        "logs.txt",
        "==== START logs for container c of pod kube-system/etcd-n1 ====\nx\n",
    );
    assert_eq!(placement.origin.pod.as_deref(), Some("etcd-n1"));
    assert_eq!(placement.origin.node.as_deref(), Some("n1"));
    assert_eq!(placement.origin.programs, Program::Etcd.into());
}

#[test]
fn the_journal_of_one_unit_tells_the_unit() {
    let head = "Mar 22 23:56:05 n1 systemd[1]: Started x.\n\
                Mar 22 23:56:06 n1 rancher-system-agent[13627]: time=\"2022-03-22T23:56:06Z\" level=info msg=\"x\"\n";
    assert_eq!(
        told("-", head).origin.unit.as_deref(),
        Some("rancher-system-agent")
    );
    let head = head.replace("rancher-system-agent", "rke2");
    assert_eq!(told("-", &head).origin.unit, None);
    assert_eq!(
        told("n1/rke2-agent.log", &head).origin.unit.as_deref(),
        Some("rke2-agent")
    );
}
