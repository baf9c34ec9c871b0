//! Words that stay: those of the products, of the signatures, of public domains and of accounts that everybody has.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::signature::Database;

/// Registrable domains of products and public services: they identify nobody.
const PUBLIC: &[&str] = &[
    "adobe.com",
    "akamai.net",
    "alibabacloud.com",
    "aliyun.com",
    "aliyuncs.com",
    "alpinelinux.org",
    "amazon.com",
    "amazonaws.com",
    "amd.com",
    "ansible.com",
    "apache.org",
    "apple.com",
    "appscode.com",
    "aquasec.com",
    "archlinux.org",
    "argoproj.io",
    "aws.com",
    "azure.cn",
    "azure.com",
    "azurecr.io",
    "bitbucket.org",
    "bitnami.com",
    "broadcom.com",
    "calicolabs.com",
    "canonical.com",
    "cattle.io",
    "centos.org",
    "ceph.com",
    "ceph.io",
    "cert-manager.io",
    "chronosphere.io",
    "cilium.io",
    "cisco.com",
    "cloud.google.com",
    "cloudflare.com",
    "cloudfront.net",
    "cncf.io",
    "containerd.io",
    "coredns.io",
    "coreos.com",
    "crossplane.io",
    "cuelang.org",
    "daocloud.io",
    "datadoghq.com",
    "debian.org",
    "dell.com",
    "dev.azure.com",
    "digitalocean.com",
    "docker.com",
    "docker.io",
    "elastic.co",
    "envoyproxy.io",
    "etcd.io",
    "example",
    "fedoraproject.org",
    "fluentbit.io",
    "fluentd.org",
    "fluxcd.io",
    "freedesktop.org",
    "gcr.io",
    "getcomposer.org",
    "ghcr.io",
    "git-scm.com",
    "github.com",
    "github.io",
    "githubusercontent.com",
    "gitlab.com",
    "gitlab.io",
    "gnu.org",
    "go.dev",
    "godoc.org",
    "golang.org",
    "google.com",
    "google.internal",
    "googleapis.com",
    "gorm.io",
    "grafana.com",
    "grafana.net",
    "grpc.io",
    "harvesterhci.io",
    "hashicorp.com",
    "helm.sh",
    "honnef.co",
    "hp.com",
    "hpe.com",
    "huawei.com",
    "huaweicloud.com",
    "iana.org",
    "ibm.com",
    "ietf.org",
    "influxdata.com",
    "intel.com",
    "iscsi.org",
    "isi.edu",
    "istio.io",
    "jaegertracing.io",
    "jetstack.io",
    "json-schema.org",
    "jsonschema.net",
    "k0sproject.io",
    "k3s.io",
    "k8s.io",
    "kernel.org",
    "keycloak.org",
    "knative.dev",
    "kube-vip.io",
    "kubernetes.io",
    "kubevirt.io",
    "kubewarden.io",
    "kyverno.io",
    "launchpad.net",
    "lenovo.com",
    "letsencrypt.org",
    "libvirt.org",
    "linbit.com",
    "linux.com",
    "linuxfoundation.org",
    "longhorn.io",
    "maxmind.com",
    "mellanox.com",
    "metallb.io",
    "microsoft.com",
    "microsoftonline.com",
    "min.io",
    "minio.io",
    "mit.edu",
    "modernc.org",
    "mongodb.com",
    "mozilla.org",
    "mysql.com",
    "netapp.com",
    "netapp.io",
    "netfilter.org",
    "nginx.com",
    "nginx.org",
    "npmjs.com",
    "npmjs.org",
    "ntp.org",
    "nutanix.com",
    "nvidia.com",
    "oasis-open.org",
    "okta.com",
    "open-policy-agent.org",
    "openapis.org",
    "opencensus.io",
    "opencontainers.org",
    "openebs.io",
    "openid.net",
    "openshift.com",
    "openshift.io",
    "openssh.com",
    "openssl.org",
    "openstack.org",
    "opensuse.org",
    "opentelemetry.io",
    "operatorframework.io",
    "oracle.com",
    "oraclecloud.com",
    "ovirt.org",
    "percona.com",
    "pkg.go.dev",
    "portworx.com",
    "portworx.io",
    "postgresql.org",
    "projectcalico.org",
    "projectcontour.io",
    "prometheus.io",
    "purestorage.com",
    "pypi.org",
    "python.org",
    "qemu.org",
    "quay.io",
    "rancher.cn",
    "rancher.com",
    "rancher.io",
    "rancherdesktop.io",
    "rancherlabs.com",
    "rclone.org",
    "readthedocs.io",
    "redhat.com",
    "redis.io",
    "replicated.com",
    "rke2.io",
    "rook.io",
    "rpm.org",
    "rust-lang.org",
    "sap.com",
    "sapling.io",
    "segment.io",
    "selinuxproject.org",
    "sentry.io",
    "sigstore.dev",
    "slack.com",
    "sourceforge.net",
    "spdx.org",
    "spiffe.io",
    "sqlite.org",
    "stackoverflow.com",
    "stgraber.org",
    "suse.com",
    "suse.cz",
    "suse.de",
    "suse.io",
    "systemd.io",
    "tekton.dev",
    "tigera.io",
    "torproject.org",
    "traefik.io",
    "uber.org",
    "ubuntu.com",
    "upbound.io",
    "veeam.com",
    "velero.io",
    "vmware.com",
    "vmware.io",
    "w3.org",
    "weave.works",
    "wikipedia.org",
    "x-k8s.io",
    "xmlsoap.org",
    "yaml.org",
    "yandex.net",
    "zabbix.com",
    "zap.uber.org",
];

/// Top-level names that hardly end anything but a domain.
const GENERIC: &[&str] = &["com", "org", "net", "edu", "gov", "mil"];

/// Top-level names of networks without a registry.
const INTERNAL: &[&str] = &[
    "corp",
    "internal",
    "intra",
    "intranet",
    "lan",
    "local",
    "localdomain",
];

/// Countries whose names are no file extensions or English words; a domain there needs three labels to be told from
/// other dotted words.
const COUNTRIES: &[&str] = &[
    "ae", "ar", "at", "au", "bg", "br", "ca", "ch", "cl", "cn", "co", "cz", "de", "dk", "ee", "es",
    "eu", "fi", "fr", "gr", "hk", "hr", "hu", "ie", "il", "ir", "jp", "ke", "kr", "lt", "lu", "lv",
    "mx", "my", "ng", "nl", "no", "nz", "pe", "ph", "pt", "ro", "ru", "sa", "se", "sg", "si", "sk",
    "th", "tr", "tw", "ua", "uk", "us", "uy", "uz", "vn", "za",
];

/// Other top-level names that companies are found under.
const NEWER: &[&str] = &[
    "academy",
    "agency",
    "app",
    "bank",
    "berlin",
    "biz",
    "blog",
    "center",
    "cloud",
    "company",
    "consulting",
    "dev",
    "digital",
    "energy",
    "engineering",
    "expert",
    "finance",
    "global",
    "group",
    "health",
    "host",
    "hosting",
    "info",
    "institute",
    "international",
    "it",
    "live",
    "ltd",
    "media",
    "network",
    "one",
    "online",
    "page",
    "partners",
    "plus",
    "pro",
    "run",
    "science",
    "services",
    "shop",
    "site",
    "software",
    "solutions",
    "space",
    "store",
    "studio",
    "support",
    "systems",
    "team",
    "tech",
    "technology",
    "tools",
    "top",
    "university",
    "works",
    "world",
    "xyz",
    "zone",
];

/// Whether a last label (lower case) is one that names on the internet end with.
pub(crate) fn is_top(label: &str) -> bool {
    top(label).is_some() || label.len() == 2 || NEWER.contains(&label)
}

/// Second-level names under which countries register.
const SECOND: &[&str] = &[
    "ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org",
];

/// Accounts of systems and products.
const ACCOUNTS: &[&str] = &[
    "admin",
    "administrator",
    "anonymous",
    "any",
    "apiserver",
    "bin",
    "centos",
    "cloud-user",
    "core",
    "daemon",
    "debian",
    "default",
    "ec2-user",
    "etcd",
    "everyone",
    "fedora",
    "git",
    "guest",
    "kube-admin",
    "kube-apiserver",
    "kubeconfig",
    "kubelet",
    "kubernetes",
    "kubernetes-admin",
    "local",
    "messagebus",
    "nobody",
    "none",
    "null",
    "oem",
    "opensuse",
    "operator",
    "polkitd",
    "postgres",
    "qemu",
    "rancher",
    "root",
    "sles",
    "ssh",
    "sshd",
    "suse",
    "system",
    "systemd",
    "true",
    "false",
    "ubuntu",
    "unknown",
    "user",
    "users",
    "vagrant",
    "www-data",
    "service",
    "test",
];

/// Words beside those of the signatures that no name of a host or person may take away from a log.
const WORDS: &[&str] = &[
    "agent",
    "all",
    "api",
    "app",
    "auth",
    "backup",
    "boot",
    "bundle",
    "ca",
    "certificate",
    "cluster",
    "com",
    "config",
    "console",
    "controller",
    "data",
    "db",
    "default",
    "dev",
    "disk",
    "dns",
    "domain",
    "email",
    "error",
    "example",
    "external",
    "false",
    "fleet",
    "gateway",
    "harvester",
    "head",
    "host",
    "hosts",
    "http",
    "https",
    "image",
    "info",
    "internal",
    "io",
    "ip",
    "key",
    "kube",
    "kubernetes",
    "lb",
    "level",
    "linux",
    "local",
    "localhost",
    "localdomain",
    "log",
    "logs",
    "mac",
    "mail",
    "main",
    "master",
    "metrics",
    "monitor",
    "name",
    "net",
    "network",
    "node",
    "nodes",
    "none",
    "null",
    "org",
    "password",
    "pod",
    "primary",
    "prod",
    "proxy",
    "rancher",
    "registry",
    "reboot",
    "release",
    "root",
    "secret",
    "server",
    "service",
    "state",
    "status",
    "storage",
    "svc",
    "system",
    "test",
    "time",
    "token",
    "true",
    "unknown",
    "user",
    "users",
    "virt",
    "vip",
    "vm",
    "volume",
    "warn",
    "web",
    "worker",
    "www",
    "yaml",
    "zone",
    "-",
    "arm64",
    "amd64",
    "x86_64",
    "aarch64",
    "ipv4",
    "ipv6",
    "rke2",
    "k3s",
    "v1",
    "v2",
    "v3",
    "eth0",
    "eth1",
    "bond0",
    "lo",
    "sda",
    "sdb",
    "vda",
    "vdb",
    "dm-0",
    "ip6-localhost",
    "ip6-loopback",
];

/// Every word of the shipped signatures, lower case, without digits.
static VOCABULARY: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut words: HashSet<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
    for signature in &Database::shipped().signatures {
        let texts = signature.parts.iter().flat_map(|part| part.patterns());
        for text in texts.map(|pattern| pattern.source()) {
            let found = text.split(|c: char| !c.is_ascii_alphabetic());
            words.extend(found.filter(|w| w.len() > 1).map(str::to_ascii_lowercase));
        }
        words.extend(signature.id.split(['/', '-']).map(str::to_owned));
    }
    words
});

/// Whether a name (lower case) is only words that bundles are full of, so that taking it away would harm and hide
/// nothing: `rancher`, `controller-manager`; not `rancher-1`.
pub(crate) fn is_common(name: &str) -> bool {
    if WORDS.contains(&name) || name.bytes().all(|b| !b.is_ascii_alphabetic()) {
        return true;
    }
    name.split(['-', '_', '.'])
        .all(|part| part.is_empty() || VOCABULARY.contains(part))
}

/// Whether an account (lower case) is one that systems or products make: also `system:...`, `u-x7k2q`.
pub(crate) fn is_account(name: &str) -> bool {
    ACCOUNTS.contains(&name)
        || is_common(name)
        || name.starts_with("u-")
        || name.starts_with("user-")
}

/// What the last label of dotted text says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Top {
    Generic,
    Internal,
    Country,
}

/// The kind of a last label, lower case.
pub(crate) fn top(label: &str) -> Option<Top> {
    if GENERIC.contains(&label) {
        Some(Top::Generic)
    } else if COUNTRIES.contains(&label) {
        Some(Top::Country)
    } else if INTERNAL.contains(&label) {
        Some(Top::Internal)
    } else {
        None
    }
}

/// Where the part of a (lower case) domain begins that somebody registered: `acme.com` in `a.b.acme.com`,
/// `acme.co.uk`, and for networks without a registry the last label alone.
pub(crate) fn registrable(name: &str) -> usize {
    let mut dots: Vec<usize> = name.match_indices('.').map(|(at, _)| at).collect();
    let last = dots.pop().map_or(0, |at| at + 1);
    let Some(second) = dots.pop() else {
        return match top(&name[last..]) {
            Some(Top::Internal) => last,
            _ => 0,
        };
    };
    if top(&name[last..]) == Some(Top::Internal) {
        return last;
    }
    let third = dots.pop().map_or(0, |at| at + 1);
    let label = &name[second + 1..last - 1];
    if top(&name[last..]) == Some(Top::Country) && SECOND.contains(&label) {
        third
    } else {
        second + 1
    }
}

/// Whether a (lower case) dotted name belongs to a product, a public service or the cluster itself.
pub(crate) fn is_public(name: &str) -> bool {
    let inside = [
        "svc",
        "cluster.local",
        "in-addr.arpa",
        "ip6.arpa",
        "ec2.internal",
        "localhost",
    ];
    if inside.iter().any(|end| ends_with(name, end)) || name == "rc.local" || name.contains(".svc.")
    {
        return true;
    }
    let suffixes = name.match_indices('.').map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(suffixes)
        .any(|at| PUBLIC.binary_search(&&name[at..]).is_ok())
}

fn ends_with(name: &str, end: &str) -> bool {
    name.strip_suffix(end)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        let unsorted: Vec<_> = PUBLIC
            .windows(2)
            .filter(|pair| pair[0] >= pair[1])
            .collect();
        assert!(unsorted.is_empty(), "{unsorted:?}");
    }

    #[test]
    fn common_words_and_names() {
        for common in [
            "rancher",
            "controller-manager",
            "etcd",
            "localhost",
            "10",
            "longhorn-manager",
        ] {
            assert!(is_common(common), "{common}");
        }
        for name in ["n1", "rancher-1", "node1", "zaphod", "zaphod-prod", "cp1"] {
            assert!(!is_common(name), "{name}");
        }
        assert!(is_account("system") && is_account("u-b4qkh") && !is_account("zaphod"));
    }

    #[test]
    fn registered_parts() {
        for (name, part) in [
            ("a.b.acme.com", "acme.com"),
            ("acme.com", "acme.com"),
            ("x.acme.co.uk", "acme.co.uk"),
            ("n1.acme.de", "acme.de"),
            ("n1.rack2.lan", "lan"),
            ("n1.local", "local"),
            ("a.b.acme.io", "acme.io"),
        ] {
            assert_eq!(&name[registrable(name)..], part, "{name}");
        }
    }

    #[test]
    fn public_and_private() {
        for public in [
            "k8s.io",
            "apps.k8s.io",
            "rancher.svc",
            "a.b.svc.cluster.local",
            "docker.io",
            "go.uber.org",
        ] {
            assert!(is_public(public), "{public}");
        }
        for private in ["acme.com", "notk8s.io", "n1.lan", "k8s.io.acme.com"] {
            assert!(!is_public(private), "{private}");
        }
    }
}
