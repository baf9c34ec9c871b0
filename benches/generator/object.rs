//! Kubernetes objects as support-bundle-kit writes them: one list per kind and namespace, keys sorted, empty strings as `"null"`.

use std::io::{self, Write};

use super::Wish;
use super::random::Random;
use super::text::{Names, Template};

/// A kind that a bundle lists.
#[derive(Debug)]
pub(super) struct Kind {
    /// Path below `yamls/`, `{}` for the namespace.
    pub(super) path: &'static str,
    /// Share of the YAML of a bundle.
    pub(super) weight: u32,
    item: &'static str,
}

const MANAGED: &str = "    managedFields:
    - apiVersion: v1
      fieldsType: FieldsV1
      fieldsV1:
        f:metadata:
          f:annotations:
            .: {}
            f:field.cattle.io/publicEndpoints: {}
          f:labels:
            .: {}
            f:app: {}
            f:pod-template-hash: {}
        f:spec:
          f:containers:
            k:{\"name\":\"main\"}:
              .: {}
              f:image: {}
              f:imagePullPolicy: {}
              f:name: {}
              f:resources: {}
      manager: kube-controller-manager
      operation: Update
      time: \"{time}\"
";

/// What a bundle lists.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        path: "namespaced/{}/v1/pods.yaml",
        weight: 30,
        item: POD,
    },
    Kind {
        path: "namespaced/{}/v1/events.yaml",
        weight: 15,
        item: EVENT,
    },
    Kind {
        path: "namespaced/longhorn-system/longhorn.io/v1beta2/replicas.yaml",
        weight: 8,
        item: REPLICA,
    },
    Kind {
        path: "namespaced/longhorn-system/longhorn.io/v1beta2/volumes.yaml",
        weight: 6,
        item: VOLUME,
    },
    Kind {
        path: "namespaced/longhorn-system/longhorn.io/v1beta2/snapshots.yaml",
        weight: 10,
        item: SNAPSHOT,
    },
    Kind {
        path: "namespaced/{}/apps/v1/replicasets.yaml",
        weight: 12,
        item: REPLICASET,
    },
    Kind {
        path: "namespaced/{}/v1/configmaps.yaml",
        weight: 8,
        item: CONFIGMAP,
    },
    Kind {
        path: "namespaced/shop/kubevirt.io/v1/virtualmachines.yaml",
        weight: 5,
        item: MACHINE,
    },
    Kind {
        path: "namespaced/{}/v1/persistentvolumeclaims.yaml",
        weight: 4,
        item: CLAIM,
    },
    Kind {
        path: "namespaced/fleet-local/cluster.x-k8s.io/v1beta1/machines.yaml",
        weight: 2,
        item: CAPI,
    },
];

const POD: &str = "\
- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      cni.projectcalico.org/containerID: {digest}
      cni.projectcalico.org/podIP: {ip}/32
      kubernetes.io/psp: global-unrestricted-psp
    creationTimestamp: \"{time}\"
    generateName: {pod}-
    labels:
      app: {container}
      controller-revision-hash: {hex}
    name: {pod}-{hex}
    namespace: {ns}
    ownerReferences:
    - apiVersion: apps/v1
      blockOwnerDeletion: true
      controller: true
      kind: DaemonSet
      name: {container}
      uid: {uid}
    resourceVersion: \"{num}\"
    uid: {uid}
  spec:
    containers:
    - args:
      - --kubeconfig=/etc/kubernetes/config
      - --node={node}
      env:
      - name: NODE_NAME
        valueFrom:
          fieldRef:
            apiVersion: v1
            fieldPath: spec.nodeName
      - name: POD_NAMESPACE
        value: {ns}
      image: {image}
      imagePullPolicy: IfNotPresent
      name: {container}
      resources:
        limits:
          cpu: 500m
          memory: 512Mi
        requests:
          cpu: 100m
          memory: 128Mi
      terminationMessagePath: /dev/termination-log
      terminationMessagePolicy: File
      volumeMounts:
      - mountPath: /var/run/secrets/kubernetes.io/serviceaccount
        name: kube-api-access-{hex}
        readOnly: true
    dnsPolicy: ClusterFirst
    enableServiceLinks: true
    nodeName: {node}
    preemptionPolicy: PreemptLowerPriority
    priority: 2.000001e+09
    restartPolicy: Always
    schedulerName: default-scheduler
    securityContext: {}
    serviceAccount: {container}
    serviceAccountName: {container}
    terminationGracePeriodSeconds: 30
    tolerations:
    - effect: NoExecute
      key: node.kubernetes.io/not-ready
      operator: Exists
      tolerationSeconds: 300
    - effect: NoExecute
      key: node.kubernetes.io/unreachable
      operator: Exists
      tolerationSeconds: 300
    volumes:
    - name: kube-api-access-{hex}
      projected:
        defaultMode: 420
        sources:
        - serviceAccountToken:
            expirationSeconds: 3607
            path: token
        - configMap:
            items:
            - key: ca.crt
              path: ca.crt
            name: kube-root-ca.crt
  status:
    conditions:
    - lastProbeTime: \"null\"
      lastTransitionTime: \"{time}\"
      status: \"True\"
      type: Initialized
    - lastProbeTime: \"null\"
      lastTransitionTime: \"{time}\"
      status: \"True\"
      type: Ready
    - lastProbeTime: \"null\"
      lastTransitionTime: \"{time}\"
      status: \"True\"
      type: ContainersReady
    - lastProbeTime: \"null\"
      lastTransitionTime: \"{time}\"
      status: \"True\"
      type: PodScheduled
    containerStatuses:
    - containerID: containerd://{digest}
      image: docker.io/{image}
      imageID: docker.io/{image}@sha256:{digest}
      lastState: {}
      name: {container}
      ready: true
      restartCount: {n}
      started: true
      state:
        running:
          startedAt: \"{time}\"
    hostIP: {ip}
    phase: Running
    podIP: {ip}
    podIPs:
    - ip: {ip}
    qosClass: Burstable
    startTime: \"{time}\"
";

const EVENT: &str = "\
- apiVersion: v1
  count: {n}
  eventTime: \"null\"
  firstTimestamp: \"{time}\"
  involvedObject:
    apiVersion: v1
    kind: Pod
    name: {pod}
    namespace: {ns}
    resourceVersion: \"{num}\"
    uid: {uid}
  kind: Event
  lastTimestamp: \"{time}\"
  message: Successfully assigned {ns}/{pod} after the volume {volume}
    was attached to {node} in {ms}
  metadata:
    creationTimestamp: \"{time}\"
    name: {pod}.{hex}{hex}
    namespace: {ns}
    resourceVersion: \"{num}\"
    uid: {uid}
  reason: SuccessfulAttachVolume
  reportingComponent: \"null\"
  reportingInstance: \"null\"
  source:
    component: attachdetach-controller
  type: Normal
";

const REPLICA: &str = "\
- apiVersion: longhorn.io/v1beta2
  kind: Replica
  metadata:
    creationTimestamp: \"{time}\"
    finalizers:
    - longhorn.io
    generation: {n}
    labels:
      longhorn.io/last-attached-node: \"null\"
      longhorndiskuuid: {uid}
      longhornnode: {node}
      longhornvolume: {volume}
    name: {volume}-r-{hex}
    namespace: longhorn-system
    resourceVersion: \"{num}\"
    uid: {uid}
  spec:
    active: true
    backingImage: \"null\"
    dataDirectoryName: {volume}-{hex}
    desireState: running
    diskID: {uid}
    diskPath: /var/lib/harvester/defaultdisk
    engineName: {volume}-e-0
    failedAt: \"null\"
    hardNodeAffinity: \"null\"
    healthyAt: \"{time}\"
    image: {image}
    nodeID: {node}
    rebuildRetryCount: 0
    volumeName: {volume}
    volumeSize: \"53687091200\"
  status:
    currentImage: {image}
    currentState: running
    evictionRequested: false
    instanceManagerName: instance-manager-{hex}
    ip: {ip}
    logFetched: false
    ownerID: {node}
    port: 10000
    salvageExecuted: false
    started: true
    storageIP: {ip}
";

const VOLUME: &str = "\
- apiVersion: longhorn.io/v1beta2
  kind: Volume
  metadata:
    creationTimestamp: \"{time}\"
    finalizers:
    - longhorn.io
    generation: {n}
    labels:
      longhornvolume: {volume}
      setting.longhorn.io/remove-snapshots-during-filesystem-trim: ignored
    name: {volume}
    namespace: longhorn-system
    resourceVersion: \"{num}\"
    uid: {uid}
  spec:
    accessMode: rwo
    backingImage: \"null\"
    dataLocality: disabled
    frontend: blockdev
    image: {image}
    nodeID: {node}
    numberOfReplicas: 3
    replicaAutoBalance: ignored
    revisionCounterDisabled: false
    size: \"53687091200\"
    staleReplicaTimeout: 30
  status:
    actualSize: 3.94085056512e+11
    conditions:
    - lastProbeTime: \"null\"
      lastTransitionTime: \"{time}\"
      message: \"null\"
      reason: \"null\"
      status: \"False\"
      type: TooManySnapshots
    - lastProbeTime: \"null\"
      lastTransitionTime: \"{time}\"
      message: \"null\"
      reason: \"null\"
      status: \"True\"
      type: Scheduled
    currentImage: {image}
    currentNodeID: {node}
    frontendDisabled: false
    kubernetesStatus:
      lastPVCRefAt: \"null\"
      namespace: {ns}
      pvName: {volume}
      pvStatus: Bound
      pvcName: {pod}
    lastDegradedAt: \"null\"
    ownerID: {node}
    robustness: healthy
    state: attached
";

const SNAPSHOT: &str = "\
- apiVersion: longhorn.io/v1beta2
  kind: Snapshot
  metadata:
    creationTimestamp: \"{time}\"
    finalizers:
    - longhorn.io
    generation: 1
    labels:
      longhornvolume: {volume}
    name: {uid}
    namespace: longhorn-system
    ownerReferences:
    - apiVersion: longhorn.io/v1beta2
      kind: Volume
      name: {volume}
      uid: {uid}
    resourceVersion: \"{num}\"
    uid: {uid}
  spec:
    createSnapshot: false
    labels: \"null\"
    volume: {volume}
  status:
    checksum: \"null\"
    children:
      volume-head: true
    creationTime: \"{time}\"
    labels:
      RecurringJob: c-{hex}
    markRemoved: false
    ownerID: \"null\"
    parent: {uid}
    readyToUse: true
    restoreSize: 5.36870912e+10
    size: 1.24936192e+08
    userCreated: true
";

const REPLICASET: &str = "\
- apiVersion: apps/v1
  kind: ReplicaSet
  metadata:
    annotations:
      deployment.kubernetes.io/desired-replicas: \"2\"
      deployment.kubernetes.io/max-replicas: \"3\"
      deployment.kubernetes.io/revision: \"{n}\"
    creationTimestamp: \"{time}\"
    generation: {n}
    labels:
      app: {container}
      pod-template-hash: {hex}
    name: {container}-{hex}
    namespace: {ns}
    resourceVersion: \"{num}\"
    uid: {uid}
  spec:
    replicas: 2
    selector:
      matchLabels:
        app: {container}
        pod-template-hash: {hex}
    template:
      metadata:
        creationTimestamp: \"null\"
        labels:
          app: {container}
          pod-template-hash: {hex}
      spec:
        containers:
        - image: {image}
          imagePullPolicy: IfNotPresent
          name: {container}
          ports:
          - containerPort: {port}
            protocol: TCP
          resources: {}
        dnsPolicy: ClusterFirst
        restartPolicy: Always
        schedulerName: default-scheduler
        securityContext: {}
        terminationGracePeriodSeconds: 30
  status:
    availableReplicas: 2
    fullyLabeledReplicas: 2
    observedGeneration: {n}
    readyReplicas: 2
    replicas: 2
";

const CONFIGMAP: &str = "\
- apiVersion: v1
  data:
    config.yaml: |
      endpoints:
        - address: {ip}:{port}
          token-file: {path}
      retries: {n}
      timeout: {ms}
    dashboard.json: '{\"panels\":[{\"datasource\":\"$datasource\",\"id\":{num},\"targets\":[{\"expr\":\"rate(http_requests_total{instance=\\\"{node}\\\"}[5m])\"}]}],\"uid\":\"{hex}\"}'
  kind: ConfigMap
  metadata:
    creationTimestamp: \"{time}\"
    name: {container}-{hex}
    namespace: {ns}
    resourceVersion: \"{num}\"
    uid: {uid}
";

const MACHINE: &str = "\
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

const CLAIM: &str = "\
- apiVersion: v1
  kind: PersistentVolumeClaim
  metadata:
    annotations:
      pv.kubernetes.io/bind-completed: \"yes\"
      volume.kubernetes.io/storage-provisioner: driver.longhorn.io
    creationTimestamp: \"{time}\"
    finalizers:
    - kubernetes.io/pvc-protection
    name: {pod}-data
    namespace: {ns}
    resourceVersion: \"{num}\"
    uid: {uid}
  spec:
    accessModes:
    - ReadWriteOnce
    resources:
      requests:
        storage: 50Gi
    storageClassName: harvester-longhorn
    volumeMode: Filesystem
    volumeName: {volume}
  status:
    accessModes:
    - ReadWriteOnce
    capacity:
      storage: 50Gi
    phase: Bound
";

const CAPI: &str = "\
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
const NODE: &str = "\
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

const HEAD: &[u8] = b"apiVersion: v1\nitems:\n";
const TAIL: &[u8] = b"kind: List\nmetadata:\n  resourceVersion: \"null\"\n";

/// The item with who wrote which field in its metadata; an Event names the version of another object before its own.
fn with_fields(item: &str) -> String {
    let at = item.find("  metadata:").unwrap_or_default();
    let (head, rest) = item.split_at(at);
    let version = "    resourceVersion:";
    head.to_owned() + &rest.replacen(version, &format!("{MANAGED}{version}"), 1)
}

/// Writes a list of a kind of about `size` bytes.
pub(super) fn list(
    wish: &Wish,
    names: &Names,
    kind: &Kind,
    path: &str,
    size: u64,
    out: &mut dyn Write,
) -> io::Result<u64> {
    let mut random = Random::of(wish.seed, path);
    let item = Template::new(&with_fields(kind.item));
    let mut block = HEAD.to_vec();
    let mut written = 0u64;
    loop {
        item.write(names, &mut random, &mut block);
        let so_far = written + block.len() as u64;
        if block.len() >= 256 << 10 {
            out.write_all(&block)?;
            written = so_far;
            block.clear();
        }
        if so_far >= size {
            break;
        }
    }
    block.extend_from_slice(TAIL);
    out.write_all(&block)?;
    Ok(written + block.len() as u64)
}

/// Writes the nodes.
pub(super) fn nodes(wish: &Wish, names: &Names, out: &mut dyn Write) -> io::Result<u64> {
    let mut random = Random::of(wish.seed, "nodes");
    let mut text = HEAD.to_vec();
    for node in 1..=wish.nodes.max(1) {
        let last = node == wish.nodes.max(1);
        let (message, status) = if last {
            ("Kubelet stopped posting node status.", "Unknown")
        } else {
            ("kubelet is posting ready status", "True")
        };
        let item = NODE.replace('@', &format!("node{node}"));
        let item = item.replace("%%", status).replace('%', message);
        Template::new(&item).write(names, &mut random, &mut text);
    }
    text.extend_from_slice(TAIL);
    out.write_all(&text)?;
    Ok(text.len() as u64)
}
