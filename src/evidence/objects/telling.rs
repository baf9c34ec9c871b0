//! Kinds that are read for what their controllers say in them, whatever the signatures ask for.
//!
//! No view shows them and no query may name them, but a message in a status is matched like one in a log.

/// Groups, with their kinds.
pub(super) const TELLING: &[(&str, &[&str])] = &[
    (
        "snapshot.kubevirt.io",
        &[
            "VirtualMachineSnapshot",
            "VirtualMachineSnapshotContent",
            "VirtualMachineRestore",
        ],
    ),
    ("export.kubevirt.io", &["VirtualMachineExport"]),
    ("clone.kubevirt.io", &["VirtualMachineClone"]),
    ("pool.kubevirt.io", &["VirtualMachinePool"]),
    ("kubevirt.io", &["VirtualMachineInstanceReplicaSet"]),
    (
        "devices.harvesterhci.io",
        &[
            "SRIOVNetworkDevice",
            "SRIOVGPUDevice",
            "VGPUDevice",
            "MigConfiguration",
        ],
    ),
    (
        "harvesterhci.io",
        &[
            "ScheduleVMBackup",
            "KeyPair",
            "VirtualMachineTemplateVersion",
            "LVMVolumeGroup",
        ],
    ),
    (
        "network.harvesterhci.io",
        &["HostNetworkConfig", "LinkMonitor"],
    ),
    (
        "node.harvesterhci.io",
        &["NodeConfig", "Ksmtuned", "CloudInit", "Hugepage"],
    ),
    ("logging.banzaicloud.io", &["Flow", "Output"]),
    (
        "longhorn.io",
        &[
            "BackupVolume",
            "BackupBackingImage",
            "Orphan",
            "SupportBundle",
        ],
    ),
    (
        "management.cattle.io",
        &["NodePool", "NodeDriver", "KontainerDriver"],
    ),
    ("catalog.cattle.io", &["Operation"]),
    (
        "rke-machine.cattle.io",
        &[
            "DigitaloceanMachine",
            "AzureMachine",
            "GoogleMachine",
            "LinodeMachine",
        ],
    ),
    ("cluster.x-k8s.io", &["MachinePool"]),
    ("fleet.cattle.io", &["ClusterGroup", "ClusterRegistration"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    ("operator.tigera.io", &["Installation"]),
    (
        "elemental.cattle.io",
        &["MachineRegistration", "MachineInventory", "ManagedOSImage"],
    ),
    ("gateway.networking.k8s.io", &["HTTPRoute"]),
    ("kubeovn.io", &["Subnet", "Vpc"]),
];
