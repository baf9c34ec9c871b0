//! What collectors print into facts, and error texts into none.

use serde_json::json;

use super::*;
use crate::bundle::{EntryKind, Origin};

fn facts(path: &str, text: &str) -> Vec<Fact> {
    let origin = Origin {
        node: Some("n1".into()),
        ..Origin::default()
    };
    let entry = Entry {
        input: 0,
        path: path.into(),
        size: None,
        modified: None,
        kind: EntryKind::Fact,
        origin,
    };
    read(&entry, &mut text.as_bytes(), &FactLimits::default()).facts
}

fn value(path: &str, text: &str, key: &str) -> Value {
    facts(path, text)
        .into_iter()
        .find(|fact| fact.key == key)
        .map_or(Value::Null, |fact| fact.value)
}

#[test]
fn an_error_text_is_not_data() {
    let text = "Error from server (Forbidden): nodes is forbidden: User \"x\" cannot list\n";
    let found = facts("systeminfo/dfh", text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key, "not-collected");
    assert!(error_text("bash: etcdctl: command not found").is_some());
    assert!(error_text("Filesystem Size").is_none());
}

#[test]
fn bundle_metadata_with_a_folded_description() {
    let text = "bundlename: x\nkubernetesversion: v1.27.13+rke2r1\nbundlecreatedat: \"2025-01-25T10:00:00Z\"\nissuedescription: upgrade stuck for\n  two hours\n";
    assert_eq!(
        value("metadata.yaml", text, "bundle.description"),
        json!("upgrade stuck for two hours")
    );
    assert_eq!(
        value("metadata.yaml", text, "bundle.kubernetes"),
        json!("v1.27.13+rke2r1")
    );
    assert_eq!(
        value(
            "metadata.yaml",
            "issuedescription: \"null\"\n",
            "bundle.description"
        ),
        Value::Null
    );
    let block = "issuedescription: |-\n  first\n  second\nissueurl: x\n";
    assert_eq!(
        value("metadata.yaml", block, "bundle.description"),
        json!("first\nsecond")
    );
}

#[test]
fn disks_without_the_overlays() {
    let text = "Filesystem      Size  Used Avail Use% Mounted on\n/dev/vda1        78G   71G  2.0G  91% /\noverlay 78G 71G 2G 91% /run/k3s/x\n";
    let found = facts("systeminfo/dfh", text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].value["use_percent"], 91);
    assert_eq!(found[0].line, 2);
}

#[test]
fn dates_with_zone_and_twelve_hours() {
    assert_eq!(
        value(
            "systeminfo/date",
            "Thu Dec  4 09:15:58 UTC 2025\n",
            "collected-at"
        ),
        json!("2025-12-04T09:15:58Z")
    );
    assert_eq!(
        value(
            "systeminfo/date",
            "Thu Dec  4 09:15:58 PM UTC 2025\n",
            "collected-at"
        ),
        json!("2025-12-04T21:15:58Z")
    );
    assert_eq!(
        value(
            "systeminfo/date",
            "Thu Dec  4 09:15:58 +0200 2025\n",
            "collected-at"
        ),
        json!("2025-12-04T07:15:58Z")
    );
    assert_eq!(
        value("systeminfo/date", "nonsense\n", "collected-at"),
        Value::Null
    );
}

#[test]
fn certificates_say_until_when() {
    let text = "Certificate:\n        Issuer: CN = ca\n            Not Before: Nov 20 00:44:27 2025 GMT\n            Not After : Nov 20 00:44:29 2026 GMT\n        Subject: CN = system:admin\n                DNS:localhost, IP Address:127.0.0.1\n";
    let cert = value("rke2/certs/server/client-admin.crt", text, "certificate");
    assert_eq!(cert["not_after"], "2026-11-20T00:44:29Z");
    assert_eq!(cert["names"], json!(["localhost", "127.0.0.1"]));
    assert_eq!(cert["file"], "client-admin.crt");
}

#[test]
fn etcd_members_and_endpoints() {
    let list = "15e9d2d844399be2, started, n1-fecd6ae7, https://192.0.2.1:2380, https://192.0.2.1:2379, true\n";
    assert_eq!(
        value("etcd/memberlist", list, "etcd.member")["learner"],
        true
    );
    let status = "+---+\n|         ENDPOINT       |        ID        | VERSION | DB SIZE | IS LEADER | IS LEARNER | RAFT TERM | RAFT INDEX | RAFT APPLIED INDEX | ERRORS |\n| https://192.0.2.1:2379 | 15e9d2d844399be2 |  3.5.21 |   50 MB |      true |      false |         2 |    7529562 |            7529562 |        |\n";
    let endpoint = value("etcd/endpointstatus", status, "etcd.endpoint");
    assert_eq!(endpoint["is_leader"], true);
    assert_eq!(endpoint["db_size"], 50_000_000);
    let json = r#"{"members":[{"ID":"1579312354","name":"n1-0a1b2c3d","peerURLs":["https://192.0.2.1:2380"],"clientURLs":["https://192.0.2.1:2379"]},{"ID":"16","isLearner":true}]}"#;
    let members = facts("etcd/memberlist.json", json);
    assert_eq!(members[0].value["id"], "5e2264e2");
    assert_eq!(
        (&members[1].value["status"], &members[1].value["learner"]),
        (&json!("unstarted"), &json!(true))
    );
    assert_eq!(
        value(
            "etcd/alarmlist",
            "memberID:1234 alarm:NOSPACE\n",
            "etcd.alarm"
        )["alarm"],
        "NOSPACE"
    );
}

#[test]
fn configuration_in_yaml_and_in_one_line_of_json() {
    let yaml = "cni: multus,canal\ntls-san:\n  - 192.0.2.7\ntoken: '***'\n";
    let path = "nodes/n1.zip/n1/configs/etc/rancher/rke2/config.yaml.d/90-harvester-server.yaml";
    assert_eq!(
        value(path, yaml, "config.rke2.tls-san"),
        json!(["192.0.2.7"])
    );
    assert_eq!(value(path, yaml, "config.rke2.token"), Value::Null);
    let json_text = "# Note: re-formatted\n{\"cni\": \"calico\", \"token\": \"x\"}\n";
    assert_eq!(value(path, json_text, "config.rke2.cni"), json!("calico"));
}

#[test]
fn kernel_settings_from_both_sources() {
    assert_eq!(
        value(
            "systeminfo/sysctla",
            "vm.overcommit_memory = 0\n",
            "sysctl.vm.overcommit_memory"
        ),
        json!("0")
    );
    assert_eq!(
        value("proc/sys/kernel/panic", "10\n", "sysctl.kernel.panic"),
        json!("10")
    );
}

#[test]
fn a_supportconfig_says_what_the_collectors_files_say() {
    let text = "#==[ Command ]======================================#\n# /bin/date\nThu Dec  4 09:15:58 UTC 2025\n\n\
        #==[ Command ]======================================#\n# /sbin/sysctl -a\nvm.overcommit_memory = 0\nkernel.panic = 10\n\n\
        #==[ Configuration File ]===========================#\n# /etc/resolv.conf\nnameserver 127.0.0.53\n\n\
        #==[ Command ]======================================#\n# /usr/bin/free -k\n       total used free shared buff/cache available\nMem:    1024 1 1 1 1 512\nSwap:   0 0 0\n\n\
        #==[ Command ]======================================#\n# /bin/df -hT\nFilesystem Type Size Used Avail Use% Mounted on\n/dev/sda1 ext4 10G 9G 1G 90% /\n\n\
        #==[ Command ]======================================#\n# /usr/bin/chronyc tracking\nStratum         : 3\nSystem time     : 0.000431 seconds slow of NTP time\nLeap status     : Normal\n\n\
        #==[ Note ]=========================================#\n# /sbin/other - Command not found\nkernel.panic = 1\n";
    let found = facts("scc_n1_251204_0915/any.txt", text);
    let of = |key: &str| found.iter().filter(|f| f.key == key).collect::<Vec<_>>();
    assert_eq!(of("collected-at")[0].value, "2025-12-04T09:15:58Z");
    assert_eq!(of("sysctl.kernel.panic").len(), 1);
    assert_eq!(of("sysctl.kernel.panic")[0].line, 8);
    assert_eq!(of("resolver")[0].value["loopback_only"], true);
    assert_eq!(of("memory")[0].value["available"], 512.0 * 1024.0);
    assert_eq!(of("disk")[0].value["use_percent"], 90);
    let sync = &of("time-sync")[0].value;
    assert_eq!(
        (&sync["synchronized"], &sync["offset"]),
        (&json!(true), &json!(-0.000431))
    );
}

#[test]
fn a_clock_without_a_source() {
    let text = "               Local time: Thu 2025-12-04 09:15:58 UTC\n                Time zone: Etc/UTC (UTC, +0000)\nSystem clock synchronized: no\n              NTP service: active\n          RTC in local TZ: no\n";
    let sync = value("systeminfo/timedatectl", text, "time-sync");
    assert_eq!(
        (&sync["synchronized"], &sync["service"]),
        (&json!(false), &json!(true))
    );
}

proptest::proptest! {
    #[test]
    fn no_reader_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400), which in 0usize..18) {
        const PATHS: [&str; 18] = ["metadata.yaml", "systeminfo/date", "systeminfo/uptime", "systeminfo/dfh", "systeminfo/freeh",
            "systeminfo/mount", "systeminfo/systemd-units", "systeminfo/etcresolvconf", "networking/ipaddrshow", "etcd/memberlist",
            "etcd/endpointstatus", "etcd/findserverdbsnapshots", "crictl/psa", "docker/dockerpsa", "x/y.crt", "a/rke2/config.yaml", "scc_n1/x.txt", "systeminfo/timedatectl"];
        let _ = facts(PATHS[which], &String::from_utf8_lossy(&bytes));
    }
}

/// Made with openssl for this test: CN=kube-apiserver, O=example, 2024-01-01 to 2025-01-01, two names.
const PEM: &str = include_str!("../../../tests/node/serving-kube-apiserver.crt");

#[test]
fn a_certificate_file_as_it_is_on_a_node() {
    let path = "var/lib/rancher/rke2/server/tls/serving-kube-apiserver.crt";
    let fact = value(path, PEM, "certificate");
    assert_eq!(fact["file"], "serving-kube-apiserver.crt");
    assert_eq!(fact["not_after"], "2025-01-01T00:00:00Z");
    assert_eq!(
        fact["names"],
        json!(["kubernetes.example.com", "192.0.2.10"])
    );
    assert_eq!(fact["ca"], json!(false));
    let broken = PEM.replace("MII", "AAA");
    assert_eq!(facts(path, &broken)[0].key, "not-collected");
}

#[test]
fn what_a_live_node_says() {
    let text = "MemTotal:        8000 kB\nMemAvailable:    4000 kB\nSwapTotal:       1000 kB\nSwapFree:         900 kB\n";
    assert_eq!(
        value("proc/meminfo", text, "swap")["used"],
        json!(102_400.0)
    );
    let text = "NTP=yes\nNTPSynchronized=no\n";
    let fact = value("systeminfo/timedatectl", text, "time-sync");
    assert_eq!(fact["synchronized"], json!(false));
    let text = "System time     : 0.5 seconds slow of NTP time\nLeap status     : Normal\n";
    let fact = value("systeminfo/chronyc", text, "time-sync");
    assert_eq!(
        (&fact["synchronized"], &fact["offset"]),
        (&json!(true), &json!(-0.5))
    );
    let text = "secret/n9.node-password.rke2\nsecret/other\n";
    let fact = value("directories/kube-system-secrets", text, "node-password");
    assert_eq!(fact["node"], "n9");
    let text = "# /var/lib/rancher/rke2/server/db/snapshots\n1024 2025-01-25T00:00:02Z /var/lib/rancher/rke2/server/db/snapshots/etcd-snapshot-n1-1\n";
    let fact = value("etcd/find-snapshots", text, "etcd.snapshot");
    assert_eq!(fact["modified"], "2025-01-25T00:00:02Z");
    let text =
        "# HELP x\netcd_server_has_leader 0\netcd_mvcc_db_total_size_in_bytes 2.097152e+06\n";
    let fact = value("etcd/etcd-metrics-127.0.0.1:2381.txt", text, "etcd.metrics");
    assert_eq!(
        (&fact["has_leader"], &fact["db_size"]),
        (&json!(0.0), &json!(2_097_152.0))
    );
}
