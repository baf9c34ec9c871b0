//! The tables of names: container, pod, journal identifier or unit, file -> programs. First match wins.
//! Here are the sets that several names share.

/// The set of these programs.
macro_rules! set {
    ($($program:ident),+ $(,)?) => { ProgramSet::of(&[$($program),+]) };
}

mod containers;
mod host;
mod pods;

use super::ProgramSet;
pub(super) use containers::CONTAINERS;
pub(super) use host::{FILES, IDENTIFIERS};
pub(super) use pods::PODS;

use crate::bundle::Program::*;

/// Patterns between spaces (`*` stands for any text) and what may speak under them.
pub(super) type Row = (&'static str, ProgramSet);

/// The kubelet, and what it quotes: runtime errors, which quote CNI plugins in turn.
pub(super) const KUBELET: ProgramSet = set![
    Kubelet,
    Containerd,
    Dockerd,
    CriDockerd,
    Multus,
    Whereabouts,
    Calico,
    Flannel,
    Cilium,
    KubeOvn
];

/// The runtime, and the CNI plugins it runs.
pub(super) const RUNTIME: ProgramSet = set![
    Containerd,
    Multus,
    Whereabouts,
    Calico,
    Flannel,
    Cilium,
    KubeOvn
];

/// One process (or one journal) with the whole of Kubernetes in it.
pub(super) const K3S: ProgramSet = set![
    K3s,
    KubeApiserver,
    KubeControllerManager,
    KubeScheduler,
    KubeProxy,
    CloudControllerManager,
    Etcd,
    Helm,
    HelmController,
    Rke2
]
.union(KUBELET);

/// K3s as an agent: no control plane, the same supervisor.
pub(super) const K3S_AGENT: ProgramSet = set![K3s, KubeProxy, Rke2].union(KUBELET);

/// The supervisor with its etcd client; older versions carry the kubelet's and the cloud controller's lines.
/// RKE2 is built on K3s' supervisor and prints its words.
pub(super) const RKE2_SERVER: ProgramSet = set![
    Rke2,
    K3s,
    Etcd,
    CloudControllerManager,
    KubeProxy,
    HelmController,
    Helm
]
.union(KUBELET);

pub(super) const RKE2_AGENT: ProgramSet = set![Rke2, K3s, KubeProxy].union(KUBELET);

/// Plans run install scripts and their children's output comes through the agent's log.
pub(super) const SYSTEM_AGENT: ProgramSet = set![
    RancherSystemAgent,
    Rke2,
    K3s,
    Helm,
    Rancherd,
    UpgradeJob,
    Etcd
];

/// Rancher 2.6 and before ran Cluster API and the machine driver inside the server.
pub(super) const RANCHER: ProgramSet = set![
    Rancher,
    CapiController,
    Helm,
    RancherMachine,
    CloudOperator,
    FleetController,
    Rke
];

pub(super) const CLUSTER_AGENT: ProgramSet = set![CattleClusterAgent, Rancher, Helm];

/// Upgrade jobs run helm, kubectl, and on the node elemental and the RKE2 binaries.
pub(super) const UPGRADE: ProgramSet = set![
    UpgradeJob,
    Helm,
    HarvesterInstaller,
    SystemUpgradeController,
    RancherSystemAgent,
    Rke2,
    K3s
];

pub(super) const HARVESTER_JOB: ProgramSet = set![Harvester, UpgradeJob, HarvesterInstaller];

pub(super) const CDI: ProgramSet = set![Cdi];
pub(super) const SIDECAR: ProgramSet = set![CsiSidecar];
pub(super) const NETWORK: ProgramSet = set![HarvesterNetworkController];
pub(super) const MONITORING: ProgramSet = set![Prometheus, MonitoringAgent];
pub(super) const CLOUD: ProgramSet = set![CloudProvider, CloudControllerManager, CsiSidecar];
pub(super) const FLEET: ProgramSet = set![FleetController, Gitjob, Helm];

/// Every program that runs on a host outside of pods. A K3s host's syslog holds a whole control plane.
pub(super) const HOST: ProgramSet = set![
    Kernel,
    Systemd,
    NetworkManager,
    Wicked,
    Iscsid,
    Multipathd,
    Sshd,
    CloudInit,
    Chrony,
    RancherSystemAgent,
    Rancherd,
    HarvesterInstaller,
    Firewalld,
    Audit,
    Haproxy,
    Keepalived,
    NodeProblemDetector,
    Rke,
    KubeVip,
    Neuvector
]
.union(K3S);

/// The console of a Harvester node while it installs and starts.
pub(super) const CONSOLE: ProgramSet = set![
    HarvesterInstaller,
    Rancherd,
    RancherSystemAgent,
    Rke2,
    Systemd,
    Kernel,
    CloudInit,
    Wicked,
    NetworkManager,
    Harvester
];
