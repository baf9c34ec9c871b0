//! The kinds bundlevet knows by name: from a plural in a path to group and kind.

use crate::evidence::ObjectKey;

const CORE: &str = "";
const LONGHORN: &str = "longhorn.io";
const HARVESTER: &str = "harvesterhci.io";
const CAPI: &str = "cluster.x-k8s.io";
const RKE: &str = "rke.cattle.io";
const FLEET: &str = "fleet.cattle.io";
const MANAGEMENT: &str = "management.cattle.io";

/// (plural as paths spell it, group, kind, whether inventory and views need it whatever the signatures ask for).
/// Where a plural stands in several groups, the one that old layouts without groups in their paths meant is first.
pub(super) const KNOWN: &[(&str, &str, &str, bool)] = &[
    ("nodes", CORE, "Node", true),
    ("pods", CORE, "Pod", true),
    ("events", CORE, "Event", true),
    ("events", "events.k8s.io", "Event", true),
    ("namespaces", CORE, "Namespace", true),
    ("services", CORE, "Service", false),
    ("endpoints", CORE, "Endpoints", false),
    ("configmaps", CORE, "ConfigMap", false),
    ("secrets", CORE, "Secret", true),
    ("serviceaccounts", CORE, "ServiceAccount", false),
    ("persistentvolumes", CORE, "PersistentVolume", true),
    (
        "persistentvolumeclaims",
        CORE,
        "PersistentVolumeClaim",
        true,
    ),
    ("resourcequotas", CORE, "ResourceQuota", false),
    ("limitranges", CORE, "LimitRange", false),
    ("componentstatuses", CORE, "ComponentStatus", false),
    (
        "replicationcontrollers",
        CORE,
        "ReplicationController",
        false,
    ),
    ("deployments", "apps", "Deployment", true),
    ("daemonsets", "apps", "DaemonSet", true),
    ("statefulsets", "apps", "StatefulSet", true),
    ("replicasets", "apps", "ReplicaSet", false),
    ("jobs", "batch", "Job", true),
    ("cronjobs", "batch", "CronJob", false),
    (
        "poddisruptionbudgets",
        "policy",
        "PodDisruptionBudget",
        true,
    ),
    (
        "volumeattachments",
        "storage.k8s.io",
        "VolumeAttachment",
        true,
    ),
    ("storageclasses", "storage.k8s.io", "StorageClass", false),
    ("csidrivers", "storage.k8s.io", "CSIDriver", false),
    ("csinodes", "storage.k8s.io", "CSINode", false),
    (
        "volumesnapshots",
        "snapshot.storage.k8s.io",
        "VolumeSnapshot",
        false,
    ),
    (
        "volumesnapshotcontents",
        "snapshot.storage.k8s.io",
        "VolumeSnapshotContent",
        false,
    ),
    (
        "volumesnapshotclasses",
        "snapshot.storage.k8s.io",
        "VolumeSnapshotClass",
        false,
    ),
    ("ingresses", "networking.k8s.io", "Ingress", false),
    (
        "networkpolicies",
        "networking.k8s.io",
        "NetworkPolicy",
        false,
    ),
    ("leases", "coordination.k8s.io", "Lease", true),
    ("apiservices", "apiregistration.k8s.io", "APIService", true),
    (
        "customresourcedefinitions",
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        false,
    ),
    (
        "validatingwebhookconfigurations",
        "admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration",
        false,
    ),
    (
        "mutatingwebhookconfigurations",
        "admissionregistration.k8s.io",
        "MutatingWebhookConfiguration",
        false,
    ),
    (
        "priorityclasses",
        "scheduling.k8s.io",
        "PriorityClass",
        false,
    ),
    (
        "horizontalpodautoscalers",
        "autoscaling",
        "HorizontalPodAutoscaler",
        false,
    ),
    (
        "certificatesigningrequests",
        "certificates.k8s.io",
        "CertificateSigningRequest",
        false,
    ),
    ("upgrades", HARVESTER, "Upgrade", true),
    ("upgradelogs", HARVESTER, "UpgradeLog", true),
    ("versions", HARVESTER, "Version", true),
    ("addons", HARVESTER, "Addon", true),
    (
        "virtualmachineimages",
        HARVESTER,
        "VirtualMachineImage",
        true,
    ),
    (
        "virtualmachinebackups",
        HARVESTER,
        "VirtualMachineBackup",
        true,
    ),
    (
        "virtualmachinerestores",
        HARVESTER,
        "VirtualMachineRestore",
        true,
    ),
    ("supportbundles", HARVESTER, "SupportBundle", true),
    ("blockdevices", HARVESTER, "BlockDevice", true),
    ("settings", HARVESTER, "Setting", true),
    ("settings", LONGHORN, "Setting", true),
    ("settings", MANAGEMENT, "Setting", true),
    ("volumes", LONGHORN, "Volume", true),
    ("engines", LONGHORN, "Engine", true),
    ("replicas", LONGHORN, "Replica", true),
    ("nodes", LONGHORN, "Node", true),
    ("instancemanagers", LONGHORN, "InstanceManager", true),
    ("engineimages", LONGHORN, "EngineImage", true),
    ("backingimages", LONGHORN, "BackingImage", true),
    (
        "backingimagemanagers",
        LONGHORN,
        "BackingImageManager",
        true,
    ),
    (
        "backingimagedatasources",
        LONGHORN,
        "BackingImageDataSource",
        true,
    ),
    ("backups", LONGHORN, "Backup", true),
    ("backupvolumes", LONGHORN, "BackupVolume", false),
    ("backuptargets", LONGHORN, "BackupTarget", true),
    ("snapshots", LONGHORN, "Snapshot", false),
    ("sharemanagers", LONGHORN, "ShareManager", true),
    ("recurringjobs", LONGHORN, "RecurringJob", false),
    ("orphans", LONGHORN, "Orphan", false),
    ("systembackups", LONGHORN, "SystemBackup", true),
    ("volumeattachments", LONGHORN, "VolumeAttachment", false),
    ("machines", CAPI, "Machine", true),
    ("clusters", CAPI, "Cluster", true),
    ("machinesets", CAPI, "MachineSet", true),
    ("machinedeployments", CAPI, "MachineDeployment", true),
    ("clusters", "provisioning.cattle.io", "Cluster", true),
    ("clusters", MANAGEMENT, "Cluster", true),
    ("nodes", MANAGEMENT, "Node", true),
    ("nodepools", MANAGEMENT, "NodePool", false),
    ("managedcharts", MANAGEMENT, "ManagedChart", true),
    ("features", MANAGEMENT, "Feature", false),
    ("kontainerdrivers", MANAGEMENT, "KontainerDriver", false),
    ("clusters", FLEET, "Cluster", true),
    ("bundles", FLEET, "Bundle", true),
    ("bundledeployments", FLEET, "BundleDeployment", true),
    ("gitrepos", FLEET, "GitRepo", true),
    ("rkecontrolplanes", RKE, "RKEControlPlane", true),
    ("rkeclusters", RKE, "RKECluster", true),
    ("rkebootstraps", RKE, "RKEBootstrap", true),
    ("rkebootstraptemplates", RKE, "RKEBootstrapTemplate", false),
    ("custommachines", RKE, "CustomMachine", true),
    ("etcdsnapshots", RKE, "ETCDSnapshot", true),
    (
        "etcdsnapshotfiles",
        "k3s.cattle.io",
        "ETCDSnapshotFile",
        true,
    ),
    ("addons", "k3s.cattle.io", "Addon", false),
    ("plans", "upgrade.cattle.io", "Plan", true),
    ("apps", "catalog.cattle.io", "App", true),
    ("clusterrepos", "catalog.cattle.io", "ClusterRepo", true),
    ("operations", "catalog.cattle.io", "Operation", false),
    ("helmcharts", "helm.cattle.io", "HelmChart", true),
    (
        "helmchartconfigs",
        "helm.cattle.io",
        "HelmChartConfig",
        true,
    ),
    ("virtualmachines", "kubevirt.io", "VirtualMachine", true),
    (
        "virtualmachineinstances",
        "kubevirt.io",
        "VirtualMachineInstance",
        true,
    ),
    (
        "virtualmachineinstancemigrations",
        "kubevirt.io",
        "VirtualMachineInstanceMigration",
        true,
    ),
    ("kubevirts", "kubevirt.io", "KubeVirt", true),
    ("cdis", "cdi.kubevirt.io", "CDI", false),
    ("datavolumes", "cdi.kubevirt.io", "DataVolume", true),
    (
        "clusternetworks",
        "network.harvesterhci.io",
        "ClusterNetwork",
        true,
    ),
    ("vlanconfigs", "network.harvesterhci.io", "VlanConfig", true),
    (
        "vlanstatuses",
        "network.harvesterhci.io",
        "VlanStatus",
        true,
    ),
    (
        "linkmonitors",
        "network.harvesterhci.io",
        "LinkMonitor",
        false,
    ),
    (
        "network-attachment-definitions",
        "k8s.cni.cncf.io",
        "NetworkAttachmentDefinition",
        false,
    ),
    ("ippools", "loadbalancer.harvesterhci.io", "IPPool", true),
    (
        "loadbalancers",
        "loadbalancer.harvesterhci.io",
        "LoadBalancer",
        true,
    ),
    (
        "clusteroutputs",
        "logging.banzaicloud.io",
        "ClusterOutput",
        true,
    ),
    (
        "clusterflows",
        "logging.banzaicloud.io",
        "ClusterFlow",
        true,
    ),
    ("loggings", "logging.banzaicloud.io", "Logging", true),
    ("tigerastatuses", "operator.tigera.io", "TigeraStatus", true),
    ("backups", "resources.cattle.io", "Backup", true),
    ("restores", "resources.cattle.io", "Restore", true),
    ("certificates", "cert-manager.io", "Certificate", true),
];

/// Short names that collectors use for files.
const SHORT: &[(&str, &str)] = &[
    ("pvs", "persistentvolumes"),
    ("pv", "persistentvolumes"),
    ("pvcs", "persistentvolumeclaims"),
    ("pvc", "persistentvolumeclaims"),
    ("ingress", "ingresses"),
    ("storage-classes", "storageclasses"),
    ("custom-resource-definitions", "customresourcedefinitions"),
    ("crds", "customresourcedefinitions"),
    ("replication-controllers", "replicationcontrollers"),
    ("hpa", "horizontalpodautoscalers"),
    ("limitranges", "limitranges"),
    ("pod-disruption-budgets", "poddisruptionbudgets"),
    ("volumeattachments", "volumeattachments"),
    ("deployment", "deployments"),
];

/// The full plural of a short name.
pub(super) fn long(plural: &str) -> &str {
    SHORT
        .iter()
        .find(|(short, _)| *short == plural)
        .map_or(plural, |(_, long)| long)
}

/// Group and kind of a plural; with `group` unknown the first that has it.
pub(super) fn known(group: Option<&str>, plural: &str) -> Option<ObjectKey> {
    let plural = long(plural);
    KNOWN
        .iter()
        .find(|(p, g, _, _)| *p == plural && group.is_none_or(|group| group == *g))
        .map(|(_, group, kind, _)| ObjectKey {
            kind: (*kind).to_owned(),
            group: (*group).to_owned(),
        })
}

/// For a kind written without its group: the kinds of that name that have one. Empty where the core group has it, or
/// nothing is known of it.
pub fn with_group(kind: &str) -> Vec<String> {
    let of_name = || KNOWN.iter().filter(|(_, _, name, _)| *name == kind);
    if of_name().any(|(_, group, ..)| group.is_empty()) {
        return Vec::new();
    }
    of_name()
        .map(|(_, group, ..)| format!("{kind}.{group}"))
        .collect()
}

/// Whether `plural` can be the plural of `kind`, as Kubernetes forms them.
pub(super) fn plural_of(kind: &str, plural: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    let Some(rest) = plural.strip_prefix(kind.trim_end_matches('y')) else {
        return false;
    };
    match kind.ends_with('y') {
        true => rest == "ies" || rest == "ys",
        false => matches!(rest, "s" | "es" | ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals() {
        assert_eq!(
            known(Some("longhorn.io"), "nodes").map(|k| k.group),
            Some("longhorn.io".into())
        );
        assert_eq!(known(None, "nodes").map(|k| k.group), Some(String::new()));
        assert_eq!(
            known(None, "pvs").map(|k| k.kind),
            Some("PersistentVolume".into())
        );
        assert!(plural_of("NetworkPolicy", "networkpolicies"));
        assert!(plural_of("Ingress", "ingresses"));
        assert!(plural_of("Gateway", "gateways"));
        assert!(!plural_of("Pod", "podtemplates"));
        assert!(!plural_of("Key", "keypairs"));
    }

    #[test]
    fn a_kind_without_its_group_is_completed() {
        assert_eq!(with_group("Upgrade"), ["Upgrade.harvesterhci.io"]);
        assert!(with_group("Backup").len() > 1);
        assert!(with_group("Node").is_empty());
        assert!(with_group("Unheard").is_empty());
    }

    #[test]
    fn most_known_plurals_are_regular() {
        for (plural, _, kind, _) in KNOWN {
            if !matches!(*plural, "network-attachment-definitions") {
                assert!(plural_of(kind, plural), "{plural} {kind}");
            }
        }
    }
}
