//! Pod names into the programs of all their containers.

use super::*;
use crate::bundle::Program::*;

/// By pod name: the union of what its containers may say.
pub(in super::super) const PODS: &[Row] = &[
    ("etcd-*", set![Etcd]),
    ("kube-apiserver-*", set![KubeApiserver, Etcd]),
    ("kube-controller-manager-*", set![KubeControllerManager]),
    ("kube-scheduler-*", set![KubeScheduler]),
    ("kube-proxy-*", set![KubeProxy]),
    (
        "cloud-controller-manager-*",
        set![CloudControllerManager, CloudProvider, Rke2],
    ),
    ("virt-launcher-* hp-volume-*", set![VirtLauncher]),
    ("virt-api-*", set![VirtApi]),
    (
        "virt-controller-* virt-template-* virt-export*",
        set![VirtController, VirtApi],
    ),
    ("virt-handler-*", set![VirtHandler]),
    ("virt-operator-* kubevirt-*", set![VirtOperator]),
    ("importer-* cdi-* upload-* *-source-pod", CDI),
    (
        "helm-install-* helm-delete-* helm-operation-*",
        set![Helm, HelmController],
    ),
    (
        "hvst-upgrade-*-upgradelog-*",
        set![UpgradeLog, Fluentd, FluentBit, LoggingOperator],
    ),
    (
        "upgrade-repo-hvst-upgrade-*",
        set![UpgradeJob, VirtLauncher, IngressNginx],
    ),
    (
        "hvst-upgrade-* apply-*-on-* apply-hvst-upgrade-* *-apply-manifests-* \
         system-agent-upgrader-*",
        UPGRADE,
    ),
    (
        "*-machine-provision-* *-machine-create-* *-machine-delete-*",
        set![RancherMachine],
    ),
    ("cattle-cluster-agent-*", CLUSTER_AGENT),
    ("cattle-node-agent-*", set![CattleNodeAgent, Rancher]),
    ("rancher-webhook-*", set![RancherWebhook]),
    ("rancher-backup-*", set![RancherBackup]),
    ("rancher-monitoring-grafana-*", set![Grafana]),
    (
        "rancher-monitoring-prometheus-node-exporter-* \
         rancher-monitoring-kube-state-metrics-* pushprox-*",
        set![MonitoringAgent],
    ),
    (
        "rancher-monitoring-* prometheus-* *-prometheus-adapter-*",
        MONITORING,
    ),
    ("alertmanager-*", set![Alertmanager, Prometheus]),
    ("*-fluentd-*", set![Fluentd, Prometheus]),
    ("*-fluentbit-* fluent-bit-*", set![FluentBit]),
    (
        "rancher-logging-* harvester-default-event-tailer-* *-event-tailer-*",
        set![LoggingOperator, Fluentd, FluentBit],
    ),
    (
        "rancher-turtles-* capi-operator-*",
        set![RancherTurtles, CapiController],
    ),
    (
        "capi-* rke2-bootstrap-* rke2-control-plane-*",
        set![CapiController],
    ),
    (
        "*-config-operator-* rancher-operator-*",
        set![CloudOperator],
    ),
    (
        "rancher-gke-* rancher-aks-* rancher-eks-*",
        set![CloudOperator],
    ),
    ("rancher-post-delete-*", set![Helm, Rancher]),
    ("rancher-* ui-plugin-operator-*", RANCHER),
    ("fleet-agent-*", set![FleetAgent, Helm]),
    ("fleet-controller-* fleet-* gitjob-*", FLEET),
    ("system-upgrade-controller-*", set![SystemUpgradeController]),
    ("helm-controller-*", set![HelmController, Helm]),
    ("longhorn-manager-*", set![LonghornManager]),
    (
        "longhorn-admission-webhook-* longhorn-conversion-webhook-* \
         longhorn-recovery-backend-*",
        set![LonghornManager],
    ),
    ("longhorn-csi-plugin-*", set![LonghornCsiPlugin, CsiSidecar]),
    (
        "longhorn-driver-deployer-* discover-proc-kubelet-cmdline",
        set![LonghornDriverDeployer, LonghornManager],
    ),
    ("longhorn-ui-*", set![LonghornUi]),
    ("longhorn-*", set![LonghornManager, LonghornDriverDeployer]),
    (
        "instance-manager-* engine-image-ei-*",
        set![LonghornInstanceManager],
    ),
    ("share-manager-*", set![LonghornShareManager]),
    ("backing-image-*", set![LonghornBackingImage]),
    (
        "csi-attacher-* csi-provisioner-* csi-resizer-* csi-snapshotter-*",
        SIDECAR,
    ),
    (
        "*snapshot-controller-* *snapshot-validation-webhook-*",
        set![SnapshotController],
    ),
    ("harvester-network-*", NETWORK),
    (
        "harvester-node-disk-manager-*",
        set![HarvesterNodeDiskManager],
    ),
    ("harvester-node-manager-*", set![HarvesterNodeManager]),
    ("harvester-load-balancer-*", set![HarvesterLoadBalancer]),
    ("harvester-webhook-*", set![HarvesterWebhook]),
    ("harvester-seeder-* seeder-*", set![Seeder]),
    (
        "harvester-pcidevices-* pcidevices-* nvidia-driver-*",
        set![PcidevicesController],
    ),
    (
        "harvester-vm-import-controller-* vm-import-controller-*",
        set![VmImportController],
    ),
    ("harvester-vm-dhcp-* vm-dhcp-*", set![VmDhcpController]),
    (
        "harvester-csi-driver-lvm-* lvm-*",
        set![LvmDriver, CsiSidecar],
    ),
    (
        "harvester-csi-driver-*",
        set![HarvesterCsiDriver, CsiSidecar],
    ),
    (
        "harvester-cloud-provider-*",
        set![HarvesterCloudProvider, CloudProvider],
    ),
    ("harvester-cluster-repo-*", set![Harvester, IngressNginx]),
    ("harvester-promote-* restore-vm-*", HARVESTER_JOB),
    ("harvester-*", set![Harvester, Rancher]),
    ("kube-vip-*", set![KubeVip, HarvesterLoadBalancer]),
    (
        "supportbundle-* support-bundle-* *-support-bundle-*",
        set![Collector],
    ),
    ("*canal-*", set![Calico, Flannel]),
    ("kube-flannel-* *-flannel-*", set![Flannel]),
    ("tigera-operator-*", set![TigeraOperator]),
    ("calico-*", set![Calico]),
    ("*csi-node-driver-*", set![Calico, CsiSidecar]),
    ("cilium-* *-cilium-* hubble-*", set![Cilium]),
    ("*multus*", set![Multus]),
    ("*whereabouts*", set![Whereabouts]),
    ("kube-ovn-* ovn-central-* ovs-ovn-*", set![KubeOvn]),
    ("*coredns* node-local-dns-*", set![Coredns]),
    (
        "*ingress-nginx* nginx-ingress-controller-*",
        set![IngressNginx],
    ),
    ("*traefik-*", set![Traefik]),
    ("cert-manager-*", set![CertManager]),
    ("*metrics-server-*", set![MetricsServer]),
    ("gatekeeper-* rancher-gatekeeper-*", set![Gatekeeper]),
    ("*descheduler-*", set![Descheduler]),
    ("*cluster-autoscaler-*", set![ClusterAutoscaler]),
    ("neuvector-*", set![Neuvector]),
    ("*haproxy*", set![Haproxy]),
    ("*keepalived*", set![Keepalived]),
    ("*node-problem-detector-*", set![NodeProblemDetector]),
    (
        "vsphere-* *-cloud-controller-manager-* openstack-* azure-* aws-*",
        CLOUD,
    ),
    ("k3k-*", K3S),
];
