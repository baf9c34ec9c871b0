//! Where fuzzing begins: small inputs of every kind, made from the fixtures and the shipped signatures.

use std::fs;
use std::path::{Path, PathBuf};

use super::pack::{bzip2, gzip, tar, xz, zip, zstd};
use super::text::FACTS;

/// The longest seed that is cut from a fixture, in bytes.
const LONGEST: usize = 1500;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The beginnings of the fixtures' files, by path.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    collect(&root().join("fixtures/bundles"), &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if let Ok(mut bytes) = fs::read(&path) {
            let end = bytes.iter().take(LONGEST).rposition(|&b| b == b'\n');
            bytes.truncate(end.map_or(LONGEST, |end| end + 1));
            found.push((path.display().to_string(), bytes));
        }
    }
}

fn of(wanted: impl Fn(&str) -> bool, every: usize) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = fixtures()
        .into_iter()
        .filter(|(path, _)| wanted(path))
        .map(|(_, bytes)| bytes)
        .collect();
    seeds.sort();
    seeds.dedup();
    seeds.into_iter().step_by(every).collect()
}

fn with_choice(a: usize, bytes: &[u8]) -> Vec<u8> {
    let a = u8::try_from(a % 256).unwrap_or_default();
    [&[a, 7], bytes].concat()
}

/// Archives of every kind, and archives in them.
pub fn archives() -> Vec<Vec<u8>> {
    let log = b"line one\nline two\n".as_slice();
    let node = zip(
        &[("n1/logs/kubelet.log", log), ("n1/configs/etc/hosts", log)],
        false,
    );
    let streamed = zip(&[("n1/logs/a.log", log), ("n1/b.log", log)], true);
    let gz = gzip(log);
    let inner = tar(&[
        ("scc_n1/basic-environment.txt", log),
        ("scc_n1/messages.txt", log),
    ]);
    let txz = xz(&inner);
    let bundle: Vec<(&str, &[u8])> = vec![
        ("sb/metadata.yaml", b"bundlename: x\n"),
        ("sb/nodes/n1.zip", &node),
        ("sb/nodes/n2.zip", &streamed),
        ("sb/logs/ns/p/c.log.gz", &gz),
        ("sb/scc_n1.txz", &txz),
    ];
    let tarred = tar(&bundle);
    let utf16: Vec<u8> = "\u{feff}a b\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        zip(&bundle, false),
        zip(&bundle, true),
        tarred.clone(),
        gzip(&tarred),
        xz(&tarred),
        bzip2(&tarred),
        zstd(&tarred),
        [gzip(log), gzip(log)].concat(),
        gzip(&gzip(&gzip(log))),
        zip(&[("sb/u.log", &utf16)], false),
        log.to_vec(),
        node,
        inner,
    ]
}

/// Log lines of the fixtures and in every envelope.
pub fn lines() -> Vec<Vec<u8>> {
    let is_log = |path: &str| path.contains("log") || path.contains("journald");
    let mut seeds = of(is_log, 5);
    let samples = [
        "2024-05-03T15:04:15.346227804Z stderr F E0222 00:55:29.557737   10917 kubelet.go:1479] \"Failed\" err=\"x\" pod=\"a/b\"\n",
        "{\"log\":\"time=\\\"2025-02-22T00:00:00Z\\\" level=info msg=\\\"a b\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2024-05-03T15:04:15.346227804Z\"}\n",
        "Dec 31 23:59:59 node1 etcd[15500]: {\"level\":\"warn\",\"ts\":\"2025-02-22T00:00:00.1Z\",\"caller\":\"a/b.go:1\",\"msg\":\"m\",\"x\":{\"y\":[1,2]}}\n",
        "[    1.234567] kernel: Out of memory: Killed process 12 (x)\n<6>[Sat Feb 22 00:00:00 2025] x\n",
        "2025/02/22 00:00:00 [ERROR] failed: a=b\n2025-02-22 00:00:00.123456 I | raft: became leader\n",
        "-- Logs begin at Mon 2025-02-17 08:00:00 UTC, end at Sat 2025-02-22 00:00:00 UTC. --\nFeb 22 00:00:00 n1 k3s[1]: x\n",
        "panic: runtime error: index out of range [0] with length 0\n\ngoroutine 1 [running]:\nmain.explode(0xc000)\n\t/go/src/main.go:7 +0x1d\n",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n",
        "NAME   READY   IP\nn1     True    192.0.2.7\ndata:\n  a: c3VwZXJzZWNyZXR2YWx1ZQ==\nkind: Secret\n",
    ];
    seeds.extend(samples.map(|text| text.as_bytes().to_vec()));
    seeds
        .into_iter()
        .map(|seed| with_choice(seed.len(), &seed))
        .collect()
}

/// Objects as YAML and JSON.
pub fn objects() -> Vec<Vec<u8>> {
    let mut seeds = of(|path| path.contains("yamls/") || path.ends_with(".json"), 3);
    let samples = [
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Node\n  metadata:\n    name: n1\n  status:\n    conditions:\n    - type: Ready\n      status: \"False\"\n      message: 'a b\n\n        c'\nkind: List\n",
        "a: &x [1, 2]\nb: *x\nc: {d: *x, e: \"\\u00e9\"}\nf: |2-\n   x\n  y\n? g\n: !!str 1\n",
        "- a: b\n  c: |-\n    d\n- - e\n  - {}\n---\nkind: Pod\nmetadata: {name: x, namespace: y}\n",
        "{\"kind\":\"List\",\"items\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"n\"},\"status\":{\"phase\":\"Failed\"}}]}",
        "[{\"kind\":\"Secret\",\"data\":{\"applied-output\":\"H4sIAAAAAAAA/0tMSgYAwkEkNQMAAAA=\"}}]",
        "{\"kind\":\"Event\",\"metadata\":{\"name\":\"e\"},\"message\":\"\\ud83e\\udd80 x\"}\n{\"kind\":\"Event\"}\n",
    ];
    seeds.extend(samples.map(|text| text.as_bytes().to_vec()));
    let numbered = seeds.into_iter().enumerate();
    numbered.map(|(at, seed)| with_choice(at, &seed)).collect()
}

/// Tables as kubectl prints them.
pub fn tables() -> Vec<Vec<u8>> {
    let mut seeds = of(|path| path.contains("/kubectl/"), 1);
    seeds.push(b"NAMESPACE   NAME   READY   STATUS             RESTARTS      AGE   IP       NODE\nns          p      0/1     CrashLoopBackOff   12 (5m ago)   2d    <none>   n1\n".to_vec());
    seeds.push(b"LAST SEEN   TYPE      REASON   OBJECT   MESSAGE\n5m          Warning   BackOff   pod/p   Back-off restarting\n".to_vec());
    let mut out = Vec::new();
    for (at, seed) in seeds.iter().enumerate() {
        out.push(with_choice(at, seed));
        out.push(with_choice(at + 1, seed));
    }
    out
}

/// What readers of facts know: the fixtures' files, each before the reader that its path chooses.
pub fn facts() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (path, bytes) in fixtures() {
        let end = |known: &&str| path.ends_with(*known);
        if let Some(at) = FACTS.iter().position(end) {
            seeds.push(with_choice(at, &bytes));
        }
    }
    let certificate = fs::read(root().join("tests/node/serving-kube-apiserver.crt"));
    for (at, path) in FACTS.iter().enumerate() {
        if path.ends_with(".crt") || path.ends_with(".pem") {
            seeds.push(with_choice(at, certificate.as_deref().unwrap_or_default()));
            seeds.push(with_choice(at, b"Certificate:\n    Data:\n        Issuer: CN = x\n        Validity\n            Not Before: Feb 22 00:00:00 2024 GMT\n            Not After : Feb 22 00:00:00 2025 GMT\n        Subject: CN = y\n"));
        }
        seeds.push(with_choice(
            at,
            b"key = value\nvm.overcommit_memory = 1\n/dev/sda1  10G  9G  1G  90% /var\n",
        ));
    }
    seeds.sort();
    seeds.dedup();
    seeds
}

/// Signature files.
pub fn signatures() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("signatures"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    for folder in folders {
        let mut files: Vec<PathBuf> = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        let small = files.into_iter().filter_map(|path| fs::read(path).ok());
        found.extend(small.filter(|bytes| bytes.len() < 4000).step_by(12));
    }
    found
}

/// Expressions over objects.
pub fn expressions() -> Vec<Vec<u8>> {
    let samples = [
        "o.spec.taints.exists(t, t.effect == \"NoExecute\" && !t.key.startsWith(\"node.kubernetes.io/\"))",
        "o.status.nodeStatuses.size() == 2",
        "has(o.status.nodeStatuses) && o.status.nodeStatuses.filter(k, o.status.nodeStatuses[k].state in [\"Pre-draining\", \"x\"]).size() > 1",
        "(o.metadata.name + \" \" + o.metadata.name).matches(\"n1 [a-z]+\")",
        "o.spec.n > 2 && o.spec.f * 2.0 >= 3.0 ? size(o.metadata.labels) == 1 : false",
        "o.spec.taints.map(t, t.key).all(k, k.contains(\"k\") || k.endsWith(\"l\")) != (-o.spec.n < 1 % 2)",
        "[1, 2u, 3.5, 'a', b'b', null, {'x': 1}.x][0] == 1 || int('12') == 12 || string(1.5) == '1.5'",
        "o.spec.taints.exists_one(t, has(t.effect))\0{\"spec\":{\"taints\":[]}}",
    ];
    samples.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// Paths as bundles have them.
pub fn names() -> Vec<Vec<u8>> {
    let bundles = root().join("fixtures/bundles");
    let bundles = format!("{}/", bundles.display());
    let mut paths: Vec<String> = fixtures()
        .into_iter()
        .map(|(path, _)| path.strip_prefix(&bundles).unwrap_or(&path).to_owned())
        .collect();
    paths.extend(
        [
            "../../etc/passwd",
            "/abs/x.log",
            "a\\b\\c.log",
            "C:\\x\\y.log",
            "./a/./b//c",
            "x.zip.001",
            "x.part2.zip",
            "x.z01",
            "xaa",
            "b.tar.gz.aa",
            "kubelet-2025-02-22T00-00-00.000.log.gz",
            "hostA-2025-02-22_01_10_00/systeminfo/dfh",
        ]
        .map(str::to_owned),
    );
    let groups = paths.chunks(6).map(|group| group.join("\n").into_bytes());
    groups.map(|seed| with_choice(seed.len(), &seed)).collect()
}
