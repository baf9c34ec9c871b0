//! Lines with which a program says that it (re)started: what stands before one is an earlier life.

use memchr::memmem;

use super::{envelope, inside_with};
use crate::bundle::Origin;

/// What a start line begins with, and what else it holds; empty strings hold always.
struct Marker(&'static str, &'static str, &'static str);

/// Messages as the programs print them:
/// kubelet (`cmd/kubelet/app/server.go`, and `spf13/pflag` for flags), the Kubernetes servers (`Version: `), etcd
/// (`server/embed/etcd.go`; 3.4 `etcdmain/etcd.go`), rke2 and k3s (`pkg/cli/server`, `agent`), Rancher, its agents and
/// node-disk-manager (`main.go`), containerd (`cmd/containerd/command/main.go`), the kernel, journalctl.
const MARKERS: &[Marker] = &[
    Marker("Flag --", "has been deprecated", ""),
    Marker("", "\"Kubelet version\"", ""),
    Marker("", "Kubelet version: v", ""),
    Marker("", "] Version: v1.", ""),
    Marker("", "\"Golang settings\"", ""),
    Marker("", "starting an etcd server", ""),
    Marker("", "etcdmain: etcd Version: ", ""),
    Marker("", "Starting rke2 v", ""),
    Marker("", "Starting rke2 agent v", ""),
    Marker("", "Starting k3s v", ""),
    Marker("", "Starting k3s agent v", ""),
    Marker("", "Rancher version ", "is starting"),
    Marker("", "Rancher System Agent version ", "is starting"),
    Marker("", "Rancher agent version ", "is starting"),
    Marker("", "Node Disk Manager ", "is starting"),
    Marker("", "msg=\"starting containerd\"", ""),
    Marker("Linux version ", "", ""),
    Marker("-- Boot ", "", ""),
    Marker("-- Reboot --", "", ""),
];

/// Every start line holds one of these, whatever its envelope: for a prefilter.
pub const START_LITERALS: &[&str] = &[
    "has been deprecated",
    "Kubelet version",
    "Version: v1.",
    "Golang settings",
    "starting an etcd server",
    "etcdmain: etcd Version: ",
    "Starting rke2 ",
    "Starting k3s ",
    "is starting",
    "starting containerd",
    "Linux version ",
    "-- Boot ",
    "-- Reboot --",
    "]: Starting ",
    "]: Started ",
];

/// What systemd calls the services that matter, for journals of more than one unit.
const SERVICES: &[&str] = &[
    "Rancher Kubernetes Engine",
    "Lightweight Kubernetes",
    "Rancher System Agent",
    "Rancher Bootstrap",
    "containerd container runtime",
    "Docker Application Container Engine",
    "Kubernetes Node Agent",
    "rke2-",
    "k3s",
    "kubelet",
];

/// Whether this line is a start marker in an entry of this origin. systemd's `Starting X` counts in the journal of one
/// unit, elsewhere only for the services that matter.
pub fn is_start_marker(raw: &[u8], origin: &Origin) -> bool {
    let head = raw.get(..4096).unwrap_or(raw);
    if !START_LITERALS
        .iter()
        .any(|literal| memmem::find(head, literal.as_bytes()).is_some())
    {
        return false;
    }
    let mut systemd = false;
    let body = inside_with(head, |peeled: &envelope::Peeled<'_>| {
        systemd |= peeled.identifier == Some("systemd")
    });
    if systemd && (body.starts_with("Starting ") || body.starts_with("Started ")) {
        return origin.unit.is_some() || SERVICES.iter().any(|service| body.contains(service));
    }
    MARKERS.iter().any(|Marker(head, words, more)| {
        body.starts_with(head) && body.contains(words) && body.contains(more)
    })
}

/// Whether a start marker is that of the whole machine: the kernel's first line, or what journalctl writes between boots.
pub fn is_boot_marker(raw: &[u8]) -> bool {
    const BOOTS: [&str; 3] = ["Linux version ", "-- Boot ", "-- Reboot --"];
    let head = raw.get(..4096).unwrap_or(raw);
    let body = inside_with(head, |_: &envelope::Peeled<'_>| {});
    BOOTS.iter().any(|boot| body.starts_with(boot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boots_are_starts_of_the_machine() {
        for line in [
            "-- Boot 4f1c7f0b3c0e4f0ea4d9a1f0e4c7b2aa --",
            "Mar 22 23:47:29 n1 kernel: Linux version 5.3.18",
        ] {
            assert!(is_boot_marker(line.as_bytes()), "{line}");
        }
        assert!(!is_boot_marker(
            b"Mar 22 23:47:29 n1 systemd[1]: Starting k3s..."
        ));
    }

    #[test]
    fn restarts_in_their_envelopes() {
        let unit = Origin {
            unit: Some("rke2-server".into()),
            ..Origin::default()
        };
        for line in [
            "Flag --file-check-frequency has been deprecated, This parameter should be set via the config file",
            r#"I0507 20:17:45.602446   30340 server.go:415] "Kubelet version" kubeletVersion="v1.27.1""#,
            "2022-03-06T22:51:41.212139758Z I0306 22:51:41.211378       1 server.go:632] Version: v1.21.7+rke2r1",
            r#"{"level":"info","ts":"2025-01-08T14:27:01.865783Z","caller":"embed/etcd.go:310","msg":"starting an etcd server","etcd-version":"3.5.15"}"#,
            "2019-10-13 13:48:14.371819 I | etcdmain: etcd Version: 3.4.3",
            r#"May 09 20:45:48 n1 k3s[26]: time="2026-05-09T20:45:48Z" level=info msg="Starting k3s v1.31.13+k3s1 (a4ca1794)""#,
            "2022/03/06 22:51:38 [INFO] Rancher version v2.6.4 (3a8c9d1) is starting",
            r#"Oct 02 10:18:44 n0 rancher-system-agent[9620]: time="2023-10-02T10:18:44Z" level=info msg="Rancher System Agent version v0.3.3 (9e827a5) is starting""#,
            "[Thu Nov 20 00:42:53 2025] Linux version 5.15.0-1 (build@192.0.2.1)",
            "Mar 22 23:47:29 n1 kernel: Linux version 5.3.18",
            "-- Boot 4f1c7f0b3c0e4f0ea4d9a1f0e4c7b2aa --",
            "-- Reboot --",
            "Mar 22 23:47:29 n1 systemd[1]: Starting Rancher Kubernetes Engine v2 (server)...",
        ] {
            assert!(
                is_start_marker(line.as_bytes(), &Origin::default()),
                "{line}"
            );
        }
        let session = b"Mar 22 23:47:29 n1 systemd[1]: Started Session 5 of user root.";
        assert!(!is_start_marker(session, &Origin::default()));
        assert!(is_start_marker(session, &unit));
        for line in [
            r#"time="2026-05-09T20:45:48Z" level=info msg="Starting k3s.cattle.io/v1, Kind=Addon controller""#,
            "Mar 22 23:47:29 n1 kernel: usb 1-1: Starting up",
            "",
        ] {
            assert!(!is_start_marker(line.as_bytes(), &unit), "{line}");
        }
    }
}
