//! Objects of programs as templates: pods, their Events, what makes them.

pub(super) const POD: &str = "\
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

pub(super) const EVENT: &str = "\
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

pub(super) const REPLICASET: &str = "\
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

pub(super) const CONFIGMAP: &str = "\
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
