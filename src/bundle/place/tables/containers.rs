//! Container names into programs.

use super::*;
use crate::bundle::Program::*;

/// By container name.
pub(in super::super) const CONTAINERS: &[Row] = &[
    ("etcd", set![Etcd]),
    (
        "etcd-rolling-snapshots* rke-etcd-backup* rke-bundle-cert",
        set![Etcd, Rke],
    ),
    // Its etcd client writes etcd's lines.
    ("kube-apiserver", set![KubeApiserver, Etcd]),
    ("kube-controller-manager", set![KubeControllerManager]),
    ("kube-scheduler", set![KubeScheduler]),
    ("kube-proxy", set![KubeProxy]),
    ("kubelet", KUBELET),
    (
        "cloud-controller-manager",
        set![CloudControllerManager, CloudProvider, Rke2],
    ),
    (
        "nginx-proxy service-sidekick rke-* cert-deployer share-mnt* kubelet-*",
        set![Rke, IngressNginx],
    ),
    ("rancher-audit-log", set![Audit, Rancher]),
    ("rancher", RANCHER),
    ("rancher-webhook", set![RancherWebhook]),
    ("cluster-register cattle-cluster-agent", CLUSTER_AGENT),
    ("cattle-node-agent", set![CattleNodeAgent, Rancher]),
    ("fleet-agent* fleet-clusterstatus", set![FleetAgent, Helm]),
    ("fleet-* gitjob gitcloner* fleet step-git-source", FLEET),
    ("system-upgrade-controller", set![SystemUpgradeController]),
    ("rancher-backup*", set![RancherBackup]),
    ("machine", set![RancherMachine]),
    ("helm", set![Helm, HelmController]),
    ("*-config-operator", set![CloudOperator]),
    (
        "longhorn-manager longhorn-admission-webhook longhorn-conversion-webhook \
         longhorn-recovery-backend",
        set![LonghornManager],
    ),
    ("longhorn-csi-plugin", set![LonghornCsiPlugin]),
    (
        "longhorn-driver-deployer wait-longhorn-manager",
        set![LonghornDriverDeployer, LonghornManager],
    ),
    ("longhorn-ui", set![LonghornUi]),
    (
        "engine-manager replica-manager instance-manager engine-image-ei-*",
        set![LonghornInstanceManager],
    ),
    ("share-manager", set![LonghornShareManager]),
    (
        "backing-image-manager backing-image-data-source",
        set![LonghornBackingImage],
    ),
    (
        "longhorn-liveness-probe liveness-probe node-driver-registrar driver-registrar \
         csi-attacher csi-provisioner csi-resizer csi-snapshotter \
         csi-node-driver-registrar",
        SIDECAR,
    ),
    (
        "snapshot-controller *-snapshot-controller *snapshot-validation-webhook*",
        set![SnapshotController],
    ),
    (
        "harvester-network* network-helper harvester-network-helper",
        NETWORK,
    ),
    (
        "harvester-node-disk-manager*",
        set![HarvesterNodeDiskManager],
    ),
    ("harvester-node-manager*", set![HarvesterNodeManager]),
    ("harvester-load-balancer*", set![HarvesterLoadBalancer]),
    ("harvester-webhook", set![HarvesterWebhook]),
    ("harvester-seeder* seeder*", set![Seeder]),
    (
        "harvester-pcidevices* pcidevices* nvidia-driver-runtime* harvester-vgpu*",
        set![PcidevicesController],
    ),
    (
        "harvester-vm-import-controller vm-import-controller*",
        set![VmImportController],
    ),
    (
        "harvester-vm-dhcp-controller* vm-dhcp-*",
        set![VmDhcpController],
    ),
    ("harvester-csi-driver*", set![HarvesterCsiDriver]),
    (
        "harvester-cloud-provider",
        set![HarvesterCloudProvider, CloudProvider],
    ),
    ("harvester-eventrouter promote", HARVESTER_JOB),
    ("harvester", set![Harvester]),
    ("kube-vip*", set![KubeVip, HarvesterLoadBalancer]),
    ("virt-api", set![VirtApi]),
    (
        "virt-controller virt-template* virt-export*",
        set![VirtController, VirtApi],
    ),
    ("virt-handler", set![VirtHandler]),
    ("virt-operator", set![VirtOperator]),
    (
        "compute virt-launcher* guest-console-log volumecontainerdisk* hook-sidecar-* \
         volume*-init hotplug-disk",
        set![VirtLauncher],
    ),
    ("cdi-* importer upload-server cloner clone-source", CDI),
    ("lvm-* *-lvm-plugin harvester-csi-lvm*", set![LvmDriver]),
    ("kube-flannel install-cni-plugin flannel", set![Flannel]),
    ("install-cni", set![Calico, Flannel, Cilium]),
    (
        "calico-* install-calico-cni flexvol-driver upgrade-ipam csi-node-driver \
         mount-bpffs whisker* goldmane",
        set![Calico],
    ),
    ("tigera-operator", set![TigeraOperator]),
    (
        "cilium-* hubble-* clean-cilium-state apply-sysctl-overwrites mount-cgroup \
         install-portmap-cni-plugin",
        set![Cilium],
    ),
    (
        "kube-multus* kube-rke2-multus* multus* cni-plugins",
        set![Multus],
    ),
    ("whereabouts*", set![Whereabouts]),
    (
        "kube-ovn-* cni-server openvswitch ovn-central ovs-* pinger",
        set![KubeOvn],
    ),
    ("coredns *coredns* node-cache", set![Coredns]),
    (
        "nginx-ingress-controller *ingress-nginx* default-http-backend",
        set![IngressNginx],
    ),
    ("traefik rke2-traefik", set![Traefik]),
    ("cert-manager*", set![CertManager]),
    ("metrics-server*", set![MetricsServer]),
    (
        "prometheus* thanos-* rancher-monitoring-operator kube-prometheus-stack",
        MONITORING,
    ),
    (
        "node-exporter kube-state-metrics pushprox-* windows-exporter",
        set![MonitoringAgent],
    ),
    ("grafana*", set![Grafana]),
    ("alertmanager", set![Alertmanager]),
    ("logging-operator rancher-logging", set![LoggingOperator]),
    ("fluentd*", set![Fluentd]),
    ("fluent-bit* fluentbit*", set![FluentBit]),
    ("event-tailer eventtailer*", set![LoggingOperator]),
    ("packager downloader", set![UpgradeLog]),
    ("gatekeeper*", set![Gatekeeper]),
    ("descheduler", set![Descheduler]),
    ("*cluster-autoscaler*", set![ClusterAutoscaler]),
    ("supportbundle-* support-bundle-*", set![Collector]),
    ("neuvector-*", set![Neuvector]),
    ("haproxy*", set![Haproxy]),
    ("keepalived*", set![Keepalived]),
    ("node-problem-detector", set![NodeProblemDetector]),
    (
        "vsphere-* *-cloud-controller-manager *-ccm openstack-* azure-* aws-*",
        CLOUD,
    ),
    (
        "rancher-turtles* capi-operator*",
        set![RancherTurtles, CapiController],
    ),
    ("k3s k3k-*", K3S),
];
