//! The closed list of symptom classes: what a cause leads to, and what a symptom signature carries.

macro_rules! classes {
    ($($variant:ident = $word:literal, $says:literal);+ $(;)?) => {
        /// A symptom class. `leads-to` names classes, never signatures: authors need no edges between each other.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub enum Class { $(#[doc = $says] #[serde(rename = $word)] $variant),+ }

        impl Class {
            /// Every class, in order.
            pub const ALL: &'static [Class] = &[$(Class::$variant),+];
            /// The word as files and reports spell it.
            pub const fn word(self) -> &'static str { match self { $(Class::$variant => $word),+ } }
            /// The class of a word.
            pub fn from_word(word: &str) -> Option<Self> { match word { $($word => Some(Class::$variant),)+ _ => None } }
            /// What it means, as a short clause.
            pub const fn says(self) -> &'static str { match self { $(Class::$variant => $says),+ } }
        }
    };
}

classes! {
    KubeletDown = "kubelet-down", "the kubelet does not run";
    KubeletRestarting = "kubelet-restarting", "the kubelet keeps restarting";
    RuntimeDown = "runtime-down", "the container runtime does not answer";
    ApiDown = "api-down", "the Kubernetes API does not answer";
    ApiSlow = "api-slow", "the Kubernetes API answers slowly";
    EtcdDown = "etcd-down", "an etcd member does not run";
    EtcdSlow = "etcd-slow", "etcd answers slowly";
    EtcdNoQuorum = "etcd-no-quorum", "etcd has no quorum";
    NodeNotReady = "node-not-ready", "a node is not Ready";
    NodePressure = "node-pressure", "a node is short of memory, disk or processes";
    ControlPlaneCrash = "control-plane-crash", "a control-plane component keeps crashing";
    UpgradeStuck = "upgrade-stuck", "an upgrade does not go on";
    UpgradeFailed = "upgrade-failed", "an upgrade failed";
    DrainBlocked = "drain-blocked", "a node cannot be drained";
    VolumeFaulted = "volume-faulted", "a volume has no usable replica";
    VolumeDegraded = "volume-degraded", "a volume has too few replicas";
    VolumeAttachFailed = "volume-attach-failed", "a volume cannot be attached or mounted";
    VolumeRebuildFailed = "volume-rebuild-failed", "a replica cannot be rebuilt";
    PodCannotStart = "pod-cannot-start", "a pod cannot start";
    PodCrashLoop = "pod-crash-loop", "a container keeps crashing";
    ImagePullFailed = "image-pull-failed", "an image cannot be pulled";
    CniNotReady = "cni-not-ready", "the pod network of a node is not set up";
    NetworkBroken = "network-broken", "hosts or pods cannot reach each other";
    DnsDown = "dns-down", "names cannot be resolved";
    AgentDisconnected = "agent-disconnected", "a cluster or node agent has no connection to Rancher";
    ClusterNotProvisioned = "cluster-not-provisioned", "a cluster is not provisioned";
    NodeCannotJoin = "node-cannot-join", "a node cannot join the cluster";
    CertInvalid = "cert-invalid", "a certificate is expired or not trusted";
    WebhookFailing = "webhook-failing", "an admission webhook fails";
    HelmFailed = "helm-failed", "a Helm operation failed";
    BundleNotReady = "bundle-not-ready", "a Fleet bundle or managed chart is not ready";
    VmCannotStart = "vm-cannot-start", "a virtual machine cannot start";
    VmCannotMigrate = "vm-cannot-migrate", "a virtual machine cannot migrate";
    ImageImportFailed = "image-import-failed", "a VM image cannot be imported";
    BackupFailed = "backup-failed", "a backup failed";
    SnapshotFailed = "snapshot-failed", "a snapshot failed";
    StorageNotReady = "storage-not-ready", "the storage system is not ready";
    IngressBroken = "ingress-broken", "the ingress or load balancer does not serve";
    SchedulingFailed = "scheduling-failed", "a pod fits on no node";
    DiskFull = "disk-full", "a disk is full";
    Oom = "oom", "memory ran out and a process was killed";
    ClockSkew = "clock-skew", "clocks of nodes differ";
    RancherDown = "rancher-down", "Rancher does not serve";
    PlanFailed = "plan-failed", "a machine plan failed";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_lists_every_class() {
        let page = include_str!("../../docs/signature-format.md");
        for class in Class::ALL {
            assert!(
                page.contains(class.word()),
                "{} is not in docs/signature-format.md",
                class.word()
            );
            assert_eq!(Class::from_word(class.word()), Some(*class));
        }
    }
}
