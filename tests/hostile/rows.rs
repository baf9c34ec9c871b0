//! More rows, keys, numbers and times than anybody has, and such that no clock or counter holds.

use std::fmt::Write;

use crate::child::scan;
use crate::pack::{member, zip};
use crate::{GOOD, file};

/// A bundle with these members beside a good one is read, within so many MiB; its problems.
fn read(members: &[(&str, Vec<u8>)], mebibytes: u64) -> String {
    let mut all: Vec<_> = members
        .iter()
        .map(|(name, bytes)| member(name, bytes))
        .collect();
    all.push(member("sb/logs/kube-system/kubelet/kubelet.log", GOOD));
    let (_folder, path) = file("bundle.zip", &zip(&all));
    let scanned = scan(&path, &[]).within(mebibytes);
    assert!(scanned.found_good(), "{}", scanned.problems());
    scanned.problems()
}

/// A member of what Rancher's collector packs of one node.
fn on_node(path: &str) -> String {
    format!("hostA-2025-02-22_01_10_00/{path}")
}

fn many(count: usize, row: impl Fn(usize) -> String) -> Vec<u8> {
    (0..count).map(row).collect::<String>().into_bytes()
}

#[test]
fn tables_longer_and_wider_than_any() {
    let head = "NAMESPACE   NAME       READY   STATUS             RESTARTS   AGE   IP       NODE\n";
    let rows = many(10_000, |n| {
        format!("ns          p{n:07}   0/1     CrashLoopBackOff   12         2d    <none>   n1\n")
    });
    let long = [head.as_bytes(), &rows].concat();
    let wide = [
        many(20_000, |n| format!("COL{n}   ")),
        b"\n".to_vec(),
        b"x   ".repeat(20_000),
    ];
    let spaces = format!(
        "NAMESPACE{}NAME\nx{}y\n",
        " ".repeat(8 << 20),
        " ".repeat(8 << 20)
    );
    for table in [long, wide.concat(), spaces.into_bytes()] {
        read(&[(&on_node("rke2/kubectl/pods"), table)], 400);
    }
}

#[test]
fn outputs_of_commands_with_numbers_that_nothing_holds() {
    let big = "9".repeat(400);
    let outputs = [
        (
            "systeminfo/dfh",
            format!(
                "Filesystem Size Used Avail Use% Mounted on\n/dev/sda1 {big}G -{big}G nanG {big}% /var\n"
            ),
        ),
        (
            "systeminfo/uptime",
            format!(" 01:10:00 up {big} days, -1:99, 1 user, load average: 1e999, nan, -inf\n"),
        ),
        (
            "systeminfo/freeh",
            format!("   total used free\nMem: {big}Gi -1Gi nanGi\n"),
        ),
        (
            "systeminfo/date",
            "Sat Feb 30 25:61:61 UTC 99999\n".to_owned(),
        ),
        ("systeminfo/file-nr", format!("{big} 0 {big}\n")),
        (
            "proc/meminfo",
            format!("MemTotal: {big} kB\nMemFree: -1 kB\n"),
        ),
        ("etcd/alarmlist", format!("memberID:{big} alarm:NOSPACE\n")),
        (
            "etcd/etcd-metrics",
            format!(
                "etcd_mvcc_db_total_size_in_bytes {big}\netcd_server_quota_backend_bytes 1e400\netcd_x NaN\n"
            ),
        ),
    ];
    let named: Vec<_> = outputs
        .iter()
        .map(|(path, text)| (on_node(path), text))
        .collect();
    let members: Vec<_> = named
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_bytes().to_vec()))
        .collect();
    read(&members, 300);
    let rows = [
        (
            "etcd/etcd-metrics",
            many(200_000, |n| format!("etcd_x_{n}{{a=\"{n}\"}} {n}\n")),
        ),
        (
            "systeminfo/sysctla",
            many(200_000, |n| format!("net.x.{n} = {n}\n")),
        ),
        (
            "networking/iptablessave",
            many(200_000, |n| {
                format!("-A KUBE-SVC-{n} -s 192.0.2.1 -j DROP\n")
            }),
        ),
        (
            "systeminfo/mount",
            many(100_000, |n| {
                format!("/dev/sd{n} on /var/{n} type ext4 (rw,ro)\n")
            }),
        ),
    ];
    for (path, text) in rows {
        read(&[(&on_node(path), text)], 400);
    }
}

#[test]
fn certificates_whose_lengths_lie() {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let pem = |der: &[u8]| {
        let text = BASE64_STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").into_bytes()
    };
    let endless = [
        b"\x30\x84\xff\xff\xff\xff".as_slice(),
        &b"\x30\x80".repeat(50_000),
    ]
    .concat();
    let nested: Vec<u8> = (0..50_000u32)
        .flat_map(|n| [&[0x30, 0x83], &(5 * (50_000 - n)).to_be_bytes()[1..]].concat())
        .collect();
    let open = [
        b"-----BEGIN CERTIFICATE-----\n".as_slice(),
        &b"QUJD\n".repeat(1 << 20),
    ]
    .concat();
    let crt = include_bytes!("../node/serving-kube-apiserver.crt").repeat(2_000);
    let path = on_node("rke2/certs/server/serving-kube-apiserver.crt");
    for bytes in [pem(&endless), pem(&nested), open, crt] {
        read(&[(&path, bytes)], 300);
    }
}

#[test]
fn objects_with_keys_and_numbers_that_nobody_has() {
    let pods = "sb/yamls/namespaced/default/v1/pods.yaml";
    let start = "kind: Pod\nmetadata:\n  name: a\n";
    let digits = "9".repeat(100_000);
    let texts = [
        format!("{start}  {}: x\n", "k".repeat(20 << 20)),
        format!("{start}  labels:\n{}", "    k: x\n".repeat(200_000)),
        format!("{start}---\n").repeat(50_000),
        "---\n".repeat(500_000),
        "? ".repeat(100_000),
        format!("%TAG ! tag:x,2000:\n{start}"),
        format!(
            "{start}status: {{n: .nan, i: -.inf, h: 0x{digits}, d: {digits}, e: 1e{digits}}}\n"
        ),
        format!("{start}a:\n{}x\n", " ".repeat(8 << 20)),
        format!("{start}a: \"{}\"\n", "\\u0000".repeat(500_000)),
    ];
    for text in texts {
        read(&[(pods, text.into_bytes())], 400);
    }
    let lists = "sb/cluster-resources/pods/default.json";
    let start = "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},";
    for text in [
        format!("{start}\"n\":1e999999,\"o\":{digits},\"p\":-0,\"q\":1E-{digits}}}"),
        format!("{start}\"n\":NaN}}"),
        format!("{start}{}\"z\":0}}", "\"k\":1,".repeat(500_000)),
        format!("{start}\"z\":\"{}\"}}", "\\u0000\\ud800".repeat(300_000)),
        "{}".repeat(1_000_000),
        format!("{}{{}}", " ".repeat(20 << 20)),
    ] {
        read(&[(lists, text.into_bytes())], 400);
    }
}

#[test]
fn events_of_more_subjects_and_longer_than_time_itself() {
    let mut list = "{\"kind\":\"List\",\"items\":[".to_owned();
    for n in 0..30_000 {
        let _ = write!(
            list,
            "{}{{\"kind\":\"Event\",\"metadata\":{{\"name\":\"e{n}\",\"namespace\":\"n\"}},\"involvedObject\":{{\"kind\":\"Pod\",\"name\":\"p{n}\",\"namespace\":\"n\"}},\"reason\":\"BackOff\",\"type\":\"Warning\",\"message\":\"Back-off restarting failed container\",\"count\":9223372036854775808,\"firstTimestamp\":\"0000-01-01T00:00:00Z\",\"lastTimestamp\":\"9999-12-31T23:59:59Z\"}}",
            if n == 0 { "" } else { "," }
        );
    }
    list.push_str("]}");
    read(
        &[("sb/cluster-resources/events/n.json", list.into_bytes())],
        400,
    );
}

#[test]
fn lines_whose_times_no_clock_shows() {
    let times = [
        "9999-12-31T23:59:60Z",
        "0000-00-00T00:00:00Z",
        "-262144-01-01T00:00:00Z",
        "2025-02-30T25:61:61Z",
        "99999-01-01T00:00:00.999999999999999999999Z",
        "2025-02-22T00:00:00+99:99",
        "292277026596-12-04T15:30:08Z",
    ];
    let mut log = String::new();
    for time in times {
        for line in [
            format!(
                "{time} stderr F E1399 99:99:99.999999999 1 x.go:1] \"a\" err=\"etcdserver: no leader\""
            ),
            format!(
                "{{\"log\":\"etcdserver: no leader\\n\",\"stream\":\"stderr\",\"time\":\"{time}\"}}"
            ),
            format!("time=\"{time}\" level=error msg=\"etcdserver: no leader\""),
            "{\"level\":\"warn\",\"ts\":1e308,\"msg\":\"etcdserver: no leader\"}".to_owned(),
            "{\"level\":\"warn\",\"ts\":-1e18,\"msg\":\"etcdserver: no leader\"}".to_owned(),
            "[99999999999999999999.999999] Out of memory: Killed process 1 (x)".to_owned(),
            "<6>[Sat Feb 30 25:61:61 99999] Out of memory: Killed process 1 (x)".to_owned(),
            "Feb 31 24:60:60 n1 k3s[99999999999999999999]: etcdserver: no leader".to_owned(),
        ] {
            log.push_str(&line);
            log.push('\n');
        }
    }
    let log = log.repeat(20).into_bytes();
    read(
        &[
            ("sb/logs/ns/pod/c.log", log.clone()),
            ("sb/logs/dmesg.log", log.clone()),
            (&on_node("systeminfo/dmesg"), log),
        ],
        300,
    );
}

#[test]
fn lines_made_of_one_thing_a_million_times() {
    let klog = "E0222 00:55:29.557737   10917 kubelet.go:1479] ";
    let cri = "2024-05-03T15:04:15.346227804Z stderr F ";
    let kernel = "\"Failed to start ContainerManager\" err=\"invalid kernel flag: kernel/";
    let quoted = (0..10).fold("etcdserver: no leader".to_owned(), |text, _| {
        serde_json::json!({"level": "error", "msg": text}).to_string()
    });
    for text in [
        format!(
            "{cri}{klog}{kernel}{}, expected value: 1, actual value: 0\"\n",
            "p".repeat(2 << 20)
        ),
        format!("{}\n", cri.repeat(10_000)),
        format!("{}\n", "Dec 31 23:59:59 node1 etcd[1]: ".repeat(10_000)),
        format!("time=\"2025-02-22T00:00:00Z\" {}\n", "k=v ".repeat(300_000)),
        format!("{klog}\"Failed\" {}\n", "k=\"v\" ".repeat(300_000)),
        format!(
            "time=\"2025-02-22T00:00:00Z\" msg=\"{}\n",
            "\\\"".repeat(500_000)
        ),
        format!(
            "{{\"level\":\"error\",\"msg\":\"{}\"}}\n",
            "\\\\".repeat(500_000)
        ),
        format!("{quoted}\n"),
        "2024-05-03T15:04:15.346227804Z stderr P xxxxx\n".repeat(200_000),
        format!(
            "panic: x\n\ngoroutine 1 [running]:\n{}",
            "main.f(0x1)\n\t/a.go:1 +0x1d\n".repeat(100_000)
        ),
        format!(
            "Exception in thread \"main\" x\n{}",
            "\tat a.b.c(D.java:1)\n".repeat(200_000)
        ),
        "etcdserver: no leader ".repeat(300_000),
        "\r".repeat(8 << 20),
        "\0".repeat(8 << 20),
    ] {
        read(&[("sb/logs/ns/pod/c.log", text.into_bytes())], 300);
    }
    let flags = many(50_000, |n| {
        format!("{cri}{klog}{kernel}p{n}, expected value: 1, actual value: {n}\"\n")
    });
    read(&[("sb/logs/ns/pod/c.log", flags)], 400);
}
