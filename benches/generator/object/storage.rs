//! Objects of Longhorn and of its volumes as templates.

pub(super) const REPLICA: &str = "\
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

pub(super) const VOLUME: &str = "\
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

pub(super) const SNAPSHOT: &str = "\
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

pub(super) const CLAIM: &str = "\
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
