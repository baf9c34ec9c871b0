//! Objects of machines as templates: nodes, virtual machines, Cluster API.

pub(super) const MACHINE: &str = "\
- apiVersion: kubevirt.io/v1
  kind: VirtualMachine
  metadata:
    annotations:
      harvesterhci.io/vmRunStrategy: RerunOnFailure
      network.harvesterhci.io/ips: '[]'
    creationTimestamp: \"{time}\"
    generation: {n}
    labels:
      harvesterhci.io/creator: harvester
      harvesterhci.io/os: linux
    name: vm-{hex}
    namespace: shop
    resourceVersion: \"{num}\"
    uid: {uid}
  spec:
    runStrategy: RerunOnFailure
    template:
      metadata:
        creationTimestamp: \"null\"
        labels:
          harvesterhci.io/vmName: vm-{hex}
      spec:
        domain:
          cpu:
            cores: 2
            sockets: 1
            threads: 1
          devices:
            disks:
            - bootOrder: 1
              disk:
                bus: virtio
              name: disk-0
            interfaces:
            - bridge: {}
              model: virtio
              name: default
          memory:
            guest: 3996Mi
        evictionStrategy: LiveMigrate
        hostname: vm-{hex}
        networks:
        - multus:
            networkName: shop/vlan{n}
          name: default
        volumes:
        - name: disk-0
          persistentVolumeClaim:
            claimName: vm-{hex}-disk-0
  status:
    conditions:
    - lastProbeTime: \"null\"
      lastTransitionTime: \"{time}\"
      status: \"True\"
      type: Ready
    created: true
    printableStatus: Running
    ready: true
";

pub(super) const CAPI: &str = "\
- apiVersion: cluster.x-k8s.io/v1beta1
  kind: Machine
  metadata:
    creationTimestamp: \"{time}\"
    finalizers:
    - machine.cluster.x-k8s.io
    labels:
      cluster.x-k8s.io/cluster-name: local
      rke.cattle.io/etcd-role: \"true\"
    name: custom-{hex}{n}
    namespace: fleet-local
    resourceVersion: \"{num}\"
    uid: {uid}
  spec:
    bootstrap:
      dataSecretName: custom-{hex}-machine-bootstrap
    clusterName: local
    infrastructureRef:
      apiVersion: rke.cattle.io/v1
      kind: CustomMachine
      name: custom-{hex}
      namespace: fleet-local
  status:
    conditions:
    - lastTransitionTime: \"{time}\"
      status: \"True\"
      type: Ready
    nodeInfo:
      kubeletVersion: v1.30.4+rke2r1
      osImage: Harvester v1.4.1
    phase: Running
";

/// The nodes, one of which is not ready.
pub(super) const NODE: &str = "\
- apiVersion: v1
  kind: Node
  metadata:
    creationTimestamp: \"2024-11-02T08:00:00Z\"
    labels:
      kubernetes.io/hostname: @
      node-role.kubernetes.io/control-plane: \"true\"
      node-role.kubernetes.io/etcd: \"true\"
    name: @
    resourceVersion: \"{num}\"
    uid: {uid}
  spec:
    podCIDR: 10.52.0.0/24
    providerID: rke2://@
  status:
    addresses:
    - address: {ip}
      type: InternalIP
    - address: @
      type: Hostname
    conditions:
    - lastHeartbeatTime: \"2025-03-06T20:04:05Z\"
      lastTransitionTime: \"2025-03-06T20:04:45Z\"
      message: %
      reason: KubeletCondition
      status: \"%%\"
      type: Ready
    nodeInfo:
      architecture: amd64
      containerRuntimeVersion: containerd://1.7.20-k3s1
      kubeletVersion: v1.30.4+rke2r1
      osImage: Harvester v1.4.1
";
