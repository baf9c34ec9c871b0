//! A journal or syslog identifier into the programs that speak under it.

use crate::bundle::{Program, ProgramSet};

/// The programs that write under `identifier`; `None` where it is not known, or where the entry's own set
/// already is the better answer (a K3s journal carries five programs under one identifier).
pub(super) fn programs(identifier: &str, entry: ProgramSet) -> Option<ProgramSet> {
    use Program as P;
    let one = |program: P| Some(ProgramSet::from(program));
    let several = |programs: &[P]| {
        let set = ProgramSet::of(programs);
        (entry.is_all() || !entry.intersects(set)).then_some(set)
    };
    match identifier {
        "k3s" | "k3s-agent" => several(&[
            P::K3s,
            P::Kubelet,
            P::KubeApiserver,
            P::KubeControllerManager,
            P::KubeScheduler,
            P::KubeProxy,
            P::CloudControllerManager,
            P::Etcd,
            P::Flannel,
            P::HelmController,
            P::Containerd,
        ]),
        "rke2" | "rke2-server" | "rke2-agent" => several(&[
            P::Rke2,
            P::Etcd,
            P::HelmController,
            P::Kubelet,
            P::Containerd,
        ]),
        // It relays what the plan's instructions print: RKE2's installer, kubectl, scripts.
        "rancher-system-agent" | "system-agent" => {
            several(&[P::RancherSystemAgent, P::Rke2, P::K3s])
        }
        "rancherd" => several(&[P::Rancherd, P::RancherSystemAgent, P::Rke2, P::K3s]),
        "kernel" => one(P::Kernel),
        "kubelet" | "hyperkube" => one(P::Kubelet),
        "containerd" => one(P::Containerd),
        "dockerd" | "docker" => one(P::Dockerd),
        "cri-dockerd" => one(P::CriDockerd),
        "etcd" => one(P::Etcd),
        "iscsid" | "iscsiadm" => one(P::Iscsid),
        "multipathd" => one(P::Multipathd),
        "sshd" => one(P::Sshd),
        "chronyd" => one(P::Chrony),
        "cloud-init" => one(P::CloudInit),
        "NetworkManager" => one(P::NetworkManager),
        "haproxy" => one(P::Haproxy),
        "firewalld" => one(P::Firewalld),
        _ if identifier.starts_with("wicked") => one(P::Wicked),
        _ if identifier.starts_with("Keepalived") || identifier == "keepalived" => {
            one(P::Keepalived)
        }
        // In the journal of a unit it speaks of that unit: patterns of either program apply.
        _ if identifier == "systemd" || identifier.starts_with("systemd-") => {
            if entry.is_all() {
                return one(P::Systemd);
            }
            Some(entry.union(P::Systemd.into()))
        }
        _ => None,
    }
}
