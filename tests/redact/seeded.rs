//! Secrets and names of every class, seeded in every layout: none survives.

use std::path::Path;

use bundlevet::redact::Class;

use crate::pack::{bzip2, gzip, member, tar, utf16, xz, zip, zstd};
use crate::{read, redact, redact_with, redacted_name};

/// What must not survive, with its class.
const SEEDS: &[(&str, Class)] = &[
    ("hunter2hunter2", Class::Password),
    ("correcthorsebattery", Class::Password),
    ("pa55w0rd-in-url", Class::Password),
    ("s3cr3t-of-basic", Class::Password),
    ("cm9vdDpzZWNyZXRwYXNzd29yZA==", Class::Token),
    ("zxcvbnmasdfghjklqwertyuiop1234567890", Class::Token),
    (
        "aabbccddeeff00112233445566778899aabbccddeeff::server:joinpw9",
        Class::Token,
    ),
    (
        "eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2VhY2NvdW50In0",
        Class::Token,
    ),
    ("regtoken0123456789abcdef_c-m-x7k2q", Class::Token),
    ("glpat-abcdefghij0123456789", Class::Token),
    ("AKIAIOSFODNN7EXAMPLE", Class::Key),
    ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Class::Key),
    (
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7",
        Class::Key,
    ),
    ("lastlineOfTheKey0=", Class::Key),
    (
        "AAAAB3NzaC1yc2EAAAADAQABAAABAQC7abcdefghijklmnopqrstuv",
        Class::Key,
    ),
    (
        "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NB",
        Class::Key,
    ),
    ("c3VwZXJzZWNyZXR2YWx1ZQ==", Class::Secret),
    ("plainstringdatavalue", Class::Secret),
    ("zeta-1", Class::Host),
    ("zeta-2", Class::Host),
    ("heartofgold", Class::Host),
    ("magrathea.io", Class::Domain),
    ("sirius-cybernetics.com", Class::Domain),
    ("zaphod", Class::User),
    ("trillian", Class::User),
    ("marvin.android", Class::Email),
    ("198.51.100.23", Class::Ipv4),
    ("10.11.12.13", Class::Ipv4),
    ("fd12:3456:789a:1::42", Class::Ipv6),
    ("52:54:00:a1:b2:c3", Class::Mac),
];

const LOG: &str = r#"Mar 22 22:07:48 zeta-1 rke2[991]: time="2025-03-22T22:07:48Z" level=info msg="Starting" server="https://10.11.12.13:9345"
Mar 22 22:07:49 zeta-1 sshd[12]: Accepted publickey for zaphod from 198.51.100.23 port 50000 ssh2
Mar 22 22:07:50 zeta-1 x[1]: DB_PASSWORD=correcthorsebattery user=trillian home /home/trillian/bin
Mar 22 22:07:51 zeta-1 x[1]: dial https://admin:pa55w0rd-in-url@git.sirius-cybernetics.com/x: {"password":"hunter2hunter2","note":"\nzeta-2 is down"}
Mar 22 22:07:52 zeta-1 x[1]: Authorization: Basic cm9vdDpzZWNyZXRwYXNzd29yZA== and Cookie: R_SESS=token-abcde:zxcvbnmasdfghjklqwertyuiop1234567890
Mar 22 22:07:53 zeta-1 x[1]: --token K10aabbccddeeff00112233445566778899aabbccddeeff::server:joinpw9 jwt eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2VhY2NvdW50In0.c2lnbmF0dXJl
Mar 22 22:07:54 zeta-1 x[1]: curl https://rancher.magrathea.io/v3/import/regtoken0123456789abcdef_c-m-x7k2q.yaml glpat-abcdefghij0123456789
Mar 22 22:07:55 zeta-1 x[1]: AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
Mar 22 22:07:56 zeta-1 kernel: IN=eth0 MAC=52:54:00:a1:b2:c3:52:54:00:a1:b2:c3:08:00 SRC=198.51.100.23 inet6 fd12:3456:789a:1::42/64 link/ether 52:54:00:a1:b2:c3
Mar 22 22:07:57 zeta-1 x[1]: mail to Marvin.Android@magrathea.io, host heartofgold.magrathea.io and HEARTOFGOLD, basic auth "auth":"czNjcjN0LW9mLWJhc2lj" etcdserver: no leader
-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7
lastlineOfTheKey0=
-----END PRIVATE KEY-----
ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7abcdefghijklmnopqrstuv zaphod@heartofgold
the line that stays
"#;

const SECRETS: &str = "apiVersion: v1
items:
- apiVersion: v1
  data:
    value: c3VwZXJzZWNyZXR2YWx1ZQ==
  kind: Secret
  metadata:
    name: kept-name
  stringData:
    other: plainstringdatavalue
- apiVersion: v1
  data:
    kubeconfig: |
      client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NB
      server: https://heartofgold.magrathea.io:6443
    plain: stays
  kind: ConfigMap
kind: List
";

const HOSTS: &str =
    "127.0.0.1 localhost\n10.11.12.13 heartofgold.magrathea.io heartofgold\n198.51.100.23 zeta-2\n";

fn node_zip() -> Vec<u8> {
    zip(&[
        member("zeta-1/logs/rke2-server.log", LOG),
        member("zeta-1/logs/rotated.log.gz", gzip(LOG.as_bytes())),
        member(
            "zeta-1/scc/scc_supportconfig_zeta-1.txz",
            xz(&supportconfig()),
        ),
        member("zeta-1/configs/etc/hosts", HOSTS),
    ])
}

fn supportconfig() -> Vec<u8> {
    tar(&[
        ("scc_zeta-1/messages.txt", LOG.as_bytes()),
        ("scc_zeta-1/hosts.txt", HOSTS.as_bytes()),
    ])
}

fn bundle_zip() -> Vec<u8> {
    let root = "supportbundle_5b0f3f4e-9d35-4c2b-9a10-1c2d3e4f5a6b_2025-03-22T23-49-32Z";
    let at = |name: &str| format!("{root}/{name}");
    let secret = "{\"kind\":\"Secret\",\"data\":{\"a\":\"c3VwZXJzZWNyZXR2YWx1ZQ==\"}}\n";
    zip(&[
        member(
            &at("metadata.yaml"),
            "bundlename: x\nissuedescription: zeta-1 of zaphod\n",
        ),
        member(&at("yamls/namespaced/default/v1/mixed.yaml"), SECRETS),
        member(&at("yamls/namespaced/default/v1/audit.json"), secret),
        member(&at("logs/kube-system/etcd-zeta-1/etcd.log"), LOG),
        member(&at("logs/kube-system/etcd-zeta-2/etcd.log.1"), utf16(LOG)),
        member(&at("nodes/zeta-1.zip"), node_zip()),
        member(&at("nodes/zeta-2.zip"), zip(&[])),
        member(&at("zeta-2/more.log.bz2"), bzip2(LOG.as_bytes())),
        member(&at("zeta-2/more.log.zst"), zstd(LOG.as_bytes())),
        member(
            &at("core.bin"),
            [b"\x7fELF\x02zeta-1 hunter2hunter2".as_slice(), &[0; 99]].concat(),
        ),
    ])
}

fn collector_tar() -> Vec<u8> {
    let root = "zeta-1-2025-03-22_22_10_00";
    let names: Vec<String> = [
        "systeminfo/hostname",
        "journald/rke2-server",
        "networking/hosts",
        "systemlogs/old.gz",
        "rke2/kubectl/secrets.yaml",
        "nodes/zeta-2.zip",
    ]
    .iter()
    .map(|name| format!("{root}/{name}"))
    .collect();
    let old = gzip(LOG.as_bytes());
    let nested = node_zip();
    let bytes: [&[u8]; 6] = [
        b"zeta-1\n",
        LOG.as_bytes(),
        HOSTS.as_bytes(),
        &old,
        SECRETS.as_bytes(),
        &nested,
    ];
    let files: Vec<(&str, &[u8])> = names.iter().map(String::as_str).zip(bytes).collect();
    gzip(&tar(&files))
}

/// Nothing that was seeded is left, neither in the packed bytes nor in any member or path.
fn assert_clean(copy: &Path) {
    let raw = std::fs::read(copy).unwrap();
    let all = read(copy);
    let mut texts: Vec<(String, Vec<u8>)> = all.entries.clone();
    texts.push(("the packed bytes".to_owned(), raw));
    texts.extend(
        all.paths
            .iter()
            .map(|path| (path.clone(), path.clone().into_bytes())),
    );
    for (path, text) in &texts {
        let text = text.to_ascii_lowercase();
        for (seed, class) in SEEDS {
            let seed = seed.to_ascii_lowercase();
            let found = memchr::memmem::find(&text, seed.as_bytes());
            let around = found.map(|at| {
                String::from_utf8_lossy(&text[at.saturating_sub(60)..(at + 60).min(text.len())])
                    .into_owned()
            });
            assert_eq!(around, None, "{class:?} {seed} in {path}");
        }
    }
    assert!(all.problems.is_empty(), "{:?}", all.problems);
    let lines = |text: &[u8]| text.iter().filter(|b| **b == b'\n').count();
    for (path, text) in &all.entries {
        if text.windows(19).any(|w| w == b"the line that stays") {
            assert_eq!(lines(text), lines(LOG.as_bytes()), "{path}");
            assert!(
                memchr::memmem::find(text, b"etcdserver: no leader").is_some(),
                "{path}"
            );
        }
    }
}

#[test]
fn a_support_bundle_with_node_zips() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("supportbundle_zeta-1.zip");
    std::fs::write(&input, bundle_zip()).unwrap();
    let copy = redacted_name(&input);
    let done = redact(&input, &copy);
    assert_clean(&copy);
    assert!(std::fs::read(&copy).unwrap().starts_with(b"PK\x03\x04"));
    for class in Class::ALL
        .into_iter()
        .filter(|class| *class != Class::Certificate)
    {
        assert!(done.total.of(class) > 0, "{class:?}");
    }
    let before = read(&input);
    let after = read(&copy);
    assert_eq!(before.paths.len(), after.paths.len());
    assert!(
        after
            .paths
            .iter()
            .any(|path| path.contains("nodes/host-x") && path.contains("/logs/rke2-server.log"))
    );
    assert_eq!(
        done.left_out.values().collect::<Vec<_>>(),
        ["binary data that cannot be redacted"]
    );
    // a ConfigMap keeps its data, a Secret its name
    let mixed = &after
        .entries
        .iter()
        .find(|(path, _)| path.ends_with("mixed.yaml"))
        .unwrap()
        .1;
    let mixed = String::from_utf8_lossy(mixed);
    assert!(
        mixed.contains("plain: stays") && mixed.contains("kept-name"),
        "{mixed}"
    );
}

#[test]
fn a_logs_collector_tarball() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("zeta-1-2025-03-22_22_10_00.tar.gz");
    std::fs::write(&input, collector_tar()).unwrap();
    let copy = redacted_name(&input);
    redact(&input, &copy);
    assert_clean(&copy);
    assert!(std::fs::read(&copy).unwrap().starts_with(b"\x1f\x8b"));
    let names: Vec<String> = read(&copy).paths;
    assert!(
        names.contains(&"journald/rke2-server".to_owned()),
        "{names:?}"
    );
}

#[test]
fn a_directory_and_a_loose_log() {
    let dir = tempfile::tempdir().unwrap();
    let tree = dir.path().join("case");
    for (name, bytes) in [
        ("zeta-1/systeminfo/hostname", b"zeta-1\n".to_vec()),
        ("zeta-1/networking/hosts", HOSTS.into()),
        ("zeta-1/journald/rke2-server", LOG.into()),
        ("zeta-1/nodes/zeta-2.zip", node_zip()),
    ] {
        let path = tree.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let copy = dir.path().join("copy.tar.gz");
    redact(&tree, &copy);
    assert_clean(&copy);
    // alone, a log teaches what stands in it
    let input = dir.path().join("messages.gz");
    let log = format!("{HOSTS}{LOG}");
    std::fs::write(&input, gzip(log.as_bytes())).unwrap();
    let copy = redacted_name(&input);
    redact(&input, &copy);
    let text = String::from_utf8(read(&copy).entries.remove(0).1).unwrap();
    for (seed, _) in SEEDS
        .iter()
        .filter(|(_, class)| !matches!(class, Class::Host))
    {
        assert!(!text.contains(seed), "{seed}: {text}");
    }
}

#[test]
fn the_same_key_gives_the_same_copy_and_twice_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("b.zip");
    std::fs::write(&input, bundle_zip()).unwrap();
    let [one, two, other, again] =
        ["one.zip", "two.zip", "other.zip", "again.zip"].map(|name| dir.path().join(name));
    redact(&input, &one);
    redact(&input, &two);
    assert!(std::fs::read(&one).unwrap() == std::fs::read(&two).unwrap());
    redact_with(&input, &other, "another key");
    assert!(std::fs::read(&one).unwrap() != std::fs::read(&other).unwrap());
    redact(&one, &again);
    let (first, second) = (read(&one), read(&again));
    assert_eq!(first.paths, second.paths);
    for ((path, before), (_, after)) in first.entries.iter().zip(&second.entries) {
        assert_eq!(
            String::from_utf8_lossy(before),
            String::from_utf8_lossy(after),
            "{path}"
        );
    }
}

#[test]
fn the_mapping_has_names_and_no_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("b.zip");
    std::fs::write(&input, bundle_zip()).unwrap();
    let mapping = redact(&input, &redacted_name(&input)).mapping.unwrap();
    assert!(mapping.keys().all(|(class, _)| !class.is_secret()));
    let hidden = &mapping[&(Class::Host, "zeta-1".to_owned())];
    assert!(hidden.starts_with("host-x"), "{hidden}");
    assert!(mapping[&(Class::Ipv4, "10.11.12.13".to_owned())].starts_with("240."));
}
