//! Names of journals and log files of a host into programs.

use super::*;
use crate::bundle::Program::*;

/// By journal identifier or unit name (without `.service`).
pub(in super::super) const IDENTIFIERS: &[Row] = &[
    ("kubelet", KUBELET),
    ("rke2-server", RKE2_SERVER),
    ("rke2-agent", RKE2_AGENT),
    ("rke2", RKE2_SERVER),
    ("k3s-agent k3s-agent-service", K3S_AGENT),
    ("k3s k3s-* k3os", K3S),
    ("hyperkube", K3S),
    ("kubeproxy kube-proxy", set![KubeProxy]),
    ("kube-apiserver", set![KubeApiserver, Etcd]),
    ("kube-controller-manager", set![KubeControllerManager]),
    ("kube-scheduler", set![KubeScheduler]),
    ("etcd etcdctl", set![Etcd]),
    ("containerd containerd-shim*", RUNTIME),
    (
        "docker dockerd docker*",
        set![Dockerd, CriDockerd].union(RUNTIME),
    ),
    (
        "cri-docker cri-dockerd cri-docker*",
        set![CriDockerd, Dockerd],
    ),
    ("crio cri-o", RUNTIME),
    ("kernel", set![Kernel, Systemd]),
    ("NetworkManager* nm-*", set![NetworkManager]),
    ("wicked*", set![Wicked]),
    ("iscsid iscsi* iscsiadm", set![Iscsid]),
    ("multipathd multipath", set![Multipathd]),
    ("sshd* ssh", set![Sshd]),
    (
        "cloud-init* cloud-config cloud-final",
        set![
            CloudInit,
            Systemd,
            RancherSystemAgent,
            Rke2,
            K3s,
            NetworkManager
        ],
    ),
    ("chrony* ntpd ntp systemd-timesyncd", set![Chrony]),
    ("rancher-system-agent system-agent*", SYSTEM_AGENT),
    ("rancherd*", set![Rancherd].union(SYSTEM_AGENT)),
    ("firewalld", set![Firewalld]),
    ("haproxy", set![Haproxy]),
    ("keepalived Keepalived*", set![Keepalived]),
    ("auditd audispd audit", set![Audit, Kernel]),
    ("node-problem-detector", set![NodeProblemDetector]),
    (
        "elemental* cos-setup* harvester-installer setup-installer",
        set![HarvesterInstaller],
    ),
    ("systemd* init dbus*", set![Systemd]),
    (
        "CRON cron crond sudo su rsyslogd polkitd snapd login logrotate",
        set![Systemd],
    ),
];

/// By a log file's name without ending and rotation.
pub(in super::super) const FILES: &[Row] = &[
    ("kernel kern dmesg kmsg", set![Kernel, Systemd]),
    (
        "syslog* messages* daemon journal journalctl user system",
        HOST,
    ),
    ("console", CONSOLE),
    ("auth secure", set![Sshd, Systemd]),
    (
        "cloud-init*",
        set![
            CloudInit,
            Systemd,
            RancherSystemAgent,
            Rke2,
            K3s,
            NetworkManager
        ],
    ),
    (
        "audit kube-audit kube-apiserver-audit audit-log",
        set![Audit, KubeApiserver, Kernel],
    ),
    ("rke2-server", RKE2_SERVER),
    ("rke2-agent", RKE2_AGENT),
    ("rke2", RKE2_SERVER),
    ("k3s-service k3s-server k3s-restarter k3s", K3S),
    ("k3s-agent-service k3s-agent", K3S_AGENT),
    (
        "apiserver kube-apiserver",
        set![KubeApiserver, Etcd, Harvester],
    ),
    ("collector-output bundleGenerationError", set![Collector]),
    ("qemu-ga", set![VirtLauncher, Systemd]),
    ("live-logs", RANCHER),
    ("cluster-register", CLUSTER_AGENT),
];
