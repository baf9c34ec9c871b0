//! How each program writes a line, and what it says on a day on which nothing is wrong.

use super::text::Template;

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// klog of a host's file: `E0503 15:04:05.000000 2345 file.go:12] ...`.
    Klog,
    /// logrus: `time="..." level=info msg="..."`.
    Logrus,
    /// zap: `{"level":"info","ts":"...","caller":"...","msg":"..."}`.
    Zap,
    /// KubeVirt: `{"component":"...","level":"info","msg":"...","pos":"...","timestamp":"..."}`.
    KubeVirt,
    /// Rancher: `2025/03/03 15:04:05 [INFO] ...`.
    Rancher,
    /// The kernel's own words in a journal.
    Kernel,
    /// `[INFO] plugin: ...`, and everything else without an inner envelope.
    Plain,
}

/// What stands around the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    Nothing,
    /// The kubelet's time, as `kubectl logs --timestamps` prints it.
    Timestamps,
    /// `Mar 03 15:04:05.123456 node1 rke2[1234]: `.
    Journal,
}

/// A program.
#[derive(Debug)]
pub struct Voice {
    /// As signatures name it.
    pub program: &'static str,
    /// As a journal names it.
    pub unit: &'static str,
    pub form: Form,
    /// Source files that it names.
    pub files: &'static [&'static str],
    /// Level (`I`, `W`, `E`) and message; `\x01` separates fields `key=value` from the message and from each other.
    pub says: &'static [(u8, &'static str)],
}

/// Every program that a generated bundle hears.
pub const VOICES: &[Voice] = &[
    Voice {
        program: "kubelet",
        unit: "kubelet",
        form: Form::Klog,
        files: &[
            "kubelet.go",
            "pod_workers.go",
            "reconciler_common.go",
            "operation_generator.go",
            "dns.go",
            "prober.go",
            "kubelet_volumes.go",
            "scope.go",
        ],
        says: &[
            (
                b'E',
                "Nameserver limits exceeded\x01err=Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: {ip} {ip} {ip}",
            ),
            (
                b'I',
                "SyncLoop (PLEG): event for pod\x01pod={ns}/{pod}\x01event={\"ID\":\"{uid}\",\"Type\":\"ContainerStarted\",\"Data\":\"{digest}\"}",
            ),
            (
                b'I',
                "SyncLoop (probe)\x01probe=readiness\x01status=ready\x01pod={ns}/{pod}",
            ),
            (
                b'I',
                "operationExecutor.MountVolume started for volume \\\"{volume}\\\" (UniqueName: \\\"kubernetes.io/csi/driver.longhorn.io^{volume}\\\") pod \\\"{pod}\\\" (UID: \\\"{uid}\\\") \x01pod={ns}/{pod}",
            ),
            (
                b'I',
                "MountVolume.SetUp succeeded for volume \\\"kube-api-access-{hex}\\\" (UniqueName: \\\"kubernetes.io/projected/{uid}-kube-api-access-{hex}\\\") pod \\\"{pod}\\\" (UID: \\\"{uid}\\\") \x01pod={ns}/{pod}",
            ),
            (
                b'I',
                "Cleaned up orphaned pod volumes dir\x01podUID={uid}\x01path=/var/lib/kubelet/pods/{uid}/volumes",
            ),
            (
                b'W',
                "Unable to update cgroup stats\x01pod={ns}/{pod}\x01containerName={container}\x01took={ms}",
            ),
            (
                b'I',
                "Observed pod startup duration\x01pod={ns}/{pod}\x01podStartSLOduration={n}.{num}\x01pullDuration={ms}",
            ),
        ],
    },
    Voice {
        program: "rke2",
        unit: "rke2",
        form: Form::Logrus,
        files: &["server.go"],
        says: &[
            (
                b'I',
                "Connecting to proxy\x01url=wss://{ip}:9345/v1-rke2/connect",
            ),
            (b'I', "Reconciling ETCDSnapshotFile resources"),
            (
                b'I',
                "Event occurred\x01object=kube-system/{pod}\x01kind=Addon\x01reason=AppliedManifest\x01message=Applied manifest at {path}",
            ),
            (
                b'I',
                "certificate CN={node} signed by CN=rke2-server-ca@1709465045: notBefore=2024-03-03 11:24:05 +0000 UTC notAfter={time}",
            ),
            (
                b'W',
                "Proxy error: write failed: write tcp 127.0.0.1:9345->127.0.0.1:{num}: i/o timeout, will be tried again",
            ),
            (b'I', "Handling backend connection request [{node}]"),
            (
                b'I',
                "Adding member {node}-{hex}=https://{ip}:2380 to the list of known addresses [https://{ip}:2380 https://{ip}:2380]",
            ),
        ],
    },
    Voice {
        program: "containerd",
        unit: "containerd",
        form: Form::Logrus,
        files: &["cri.go"],
        says: &[
            (
                b'I',
                "CreateContainer within sandbox \\\"{digest}\\\" for container &ContainerMetadata{Name:{container},Attempt:{n},}",
            ),
            (
                b'I',
                "StartContainer for \\\"{digest}\\\" returns successfully",
            ),
            (b'I', "shim disconnected\x01id={digest}\x01namespace=k8s.io"),
            (b'I', "cleaning up dead shim\x01namespace=k8s.io"),
            (
                b'W',
                "cleaning up after shim disconnected\x01id={digest}\x01namespace=k8s.io",
            ),
            (
                b'I',
                "ImageUpdate event name:\\\"docker.io/{image}\\\" labels:{key:\\\"io.cri-containerd.image\\\" value:\\\"managed\\\"}",
            ),
            (
                b'I',
                "PullImage \\\"docker.io/{image}\\\" returns image reference \\\"sha256:{digest}\\\"",
            ),
        ],
    },
    Voice {
        program: "rancher-system-agent",
        unit: "rancher-system-agent",
        form: Form::Logrus,
        files: &["prober.go"],
        says: &[
            (
                b'D',
                "[K8s] Processing secret custom-{hex}-machine-plan in namespace fleet-local at generation {n} with resource version {num}",
            ),
            (
                b'D',
                "[Prober] (etcd) retrieving existing probe status from map if existing",
            ),
            (b'D', "Probe timeout duration: {n} seconds"),
            (
                b'D',
                "Probe output was [{\\\"health\\\":\\\"true\\\",\\\"reason\\\":\\\"\\\"}]",
            ),
            (b'D', "[K8s] Calculated checksum to be {digest}"),
            (b'D', "Setting success threshold to 1"),
        ],
    },
    Voice {
        program: "kernel",
        unit: "kernel",
        form: Form::Kernel,
        files: &[],
        says: &[
            (
                b'I',
                "EXT4-fs (sd{n}): mounted filesystem with ordered data mode. Opts: (null). Quota mode: none.",
            ),
            (b'I', "cni0: port {n}(veth{hex}) entered forwarding state"),
            (b'I', "device veth{hex} entered promiscuous mode"),
            (
                b'I',
                "IPv6: ADDRCONF(NETDEV_CHANGE): cali{hex}: link becomes ready",
            ),
            (b'I', "sd {n}:0:0:{n}: [sd{hex}] Attached SCSI disk"),
            (b'I', "scsi host{n}: iSCSI Initiator over TCP/IP"),
            (
                b'I',
                "audit: type=1400 audit(1741014245.{num}:{num}): apparmor=\"STATUS\" operation=\"profile_load\" name=\"cri-containerd.apparmor.d\" pid={num}",
            ),
        ],
    },
    Voice {
        program: "etcd",
        unit: "etcd",
        form: Form::Zap,
        files: &[
            "mvcc/hash.go:137",
            "mvcc/index.go:214",
            "etcdserver/util.go:170",
            "etcdserver/server.go:2644",
            "traceutil/trace.go:171",
        ],
        says: &[
            (
                b'I',
                "finished scheduled compaction\x01compact-revision={num}\x01took={ms}\x01hash={num}",
            ),
            (b'I', "store.index: compact\x01revision={num}"),
            (
                b'I',
                "storing new hash\x01hash={num}\x01revision={num}\x01compact-revision={num}",
            ),
            (
                b'I',
                "trace[{num}] range\x01detail={range_begin:/registry/pods/{ns}/{pod}; range_end:; response_count:1; response_revision:{num}; }\x01duration={ms}\x01start={time}",
            ),
            (
                b'I',
                "saved snapshot to disk\x01snapshot-index={num}\x01path={path}",
            ),
        ],
    },
    Voice {
        program: "kube-apiserver",
        unit: "kube-apiserver",
        form: Form::Klog,
        files: &[
            "trace.go",
            "httplog.go",
            "alloc.go",
            "controller.go",
            "cacher.go",
        ],
        says: &[
            (
                b'I',
                "Trace[{num}]: \\\"Update\\\" accept:application/json, */*,audit-id:{uid},client:{ip},protocol:HTTP/2.0,resource:leases,scope:resource,url:/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/{pod} (total time: {ms})",
            ),
            (
                b'I',
                "OpenAPI AggregationController: action for item v1beta1.metrics.k8s.io: Rate Limited Requeue.",
            ),
            (
                b'W',
                "{volume}.longhorn.io EndpointSlice is deprecated in v1.33+",
            ),
            (
                b'I',
                "quota admission added evaluator for: volumes.longhorn.io",
            ),
            (
                b'I',
                "allocated clusterIPs\x01service={ns}/{pod}\x01clusterIPs={\"IPv4\":\"{ip}\"}",
            ),
        ],
    },
    Voice {
        program: "longhorn-manager",
        unit: "longhorn-manager",
        form: Form::Logrus,
        files: &["volume_controller.go"],
        says: &[
            (
                b'I',
                "Event(v1.ObjectReference{Kind:\\\"Volume\\\", Namespace:\\\"longhorn-system\\\", Name:\\\"{volume}\\\", UID:\\\"{uid}\\\", APIVersion:\\\"longhorn.io/v1beta2\\\", ResourceVersion:\\\"{num}\\\"}): type: 'Normal' reason: 'Attached' volume {volume} has been attached to {node}\x01func=record.(*recorderImpl).generateEvent.func1\x01file=event.go:298",
            ),
            (
                b'D',
                "Polling backup store for new volume backups\x01controller=longhorn-backup-target\x01cred=\x01interval=5m0s\x01node={node}\x01url=",
            ),
            (
                b'I',
                "Finished snapshot purge, will delete it from the engine\x01controller=longhorn-engine\x01engine={volume}-e-0\x01node={node}\x01volume={volume}",
            ),
            (
                b'I',
                "Requeue volume for the next healthy check\x01accessMode=rwo\x01controller=longhorn-volume\x01frontend=blockdev\x01node={node}\x01owner={node}\x01state=attached\x01volume={volume}",
            ),
            (
                b'W',
                "Getting data engine images that are not yet deployed to this host\x01component=engine-image\x01image={image}\x01node={node}",
            ),
        ],
    },
    Voice {
        program: "longhorn-instance-manager",
        unit: "instance-manager",
        form: Form::Logrus,
        files: &["process.go"],
        says: &[
            (b'I', "Get backend tcp://{ip}:10000 revision counter {num}"),
            (b'I', "[{volume}-r-{hex}] New connection from: {ip}:{num}"),
            (
                b'I',
                "Process Manager: successfully unregistered process {volume}-e-0\x01processState=stopped",
            ),
            (
                b'I',
                "Snapshot {uid} for disk volume-head-{n}.img of size {num} was coalesced",
            ),
        ],
    },
    Voice {
        program: "virt-handler",
        unit: "virt-handler",
        form: Form::KubeVirt,
        files: &["vm.go:1842", "vm.go:633", "cache.go:201", "heartbeat.go:74"],
        says: &[
            (b'I', "Synced vmi"),
            (b'I', "Processing domain event for {ns}/{pod}, reason {n}"),
            (b'I', "refreshed device plugins for permanent host devices"),
            (
                b'I',
                "VMI is in phase: Running | Domain status: Running, reason: Unknown",
            ),
        ],
    },
    Voice {
        program: "rancher",
        unit: "rancher",
        form: Form::Rancher,
        files: &[],
        says: &[
            (
                b'I',
                "[planner] rkecluster fleet-local/local: rkecluster fleet-local/local: non-ready bootstrap machine(s) custom-{hex} and join url to be available on bootstrap node",
            ),
            (
                b'I',
                "Handling backend connection request [stv-cluster-c-m-{hex}]",
            ),
            (
                b'I',
                "Updating global catalog for cluster c-m-{hex} took {ms}",
            ),
            (
                b'W',
                "steve: watch of /v1/pods in {ns} closed by the peer after {n} minutes, opening again",
            ),
            (b'I', "Starting longhorn.io/v1beta2, Kind=Volume controller"),
        ],
    },
    Voice {
        program: "coredns",
        unit: "coredns",
        form: Form::Plain,
        files: &[],
        says: &[
            (
                b'I',
                "[INFO] {ip}:{num} - {num} \"A IN {pod}.{ns}.svc.cluster.local. udp 57 false 512\" NOERROR qr,aa,rd 112 0.{num}s",
            ),
            (
                b'I',
                "[INFO] plugin/reload: Running configuration SHA512 = {digest}",
            ),
        ],
    },
    Voice {
        program: "ingress-nginx",
        unit: "nginx",
        form: Form::Plain,
        files: &[],
        says: &[
            (
                b'I',
                "{ip} - - [03/Mar/2025:15:04:05 +0000] \"GET /v1/{ns}/items/{num} HTTP/2.0\" 200 {num} \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\" {num} 0.{num} [{ns}-{pod}-80] [] {ip}:8080 {num} 0.004 200 {digest}",
            ),
            (
                b'I',
                "{ip} - - [03/Mar/2025:15:04:05 +0000] \"POST /api/checkout HTTP/1.1\" 201 {num} \"https://shop.example.com/cart\" \"okhttp/4.12.0\" {num} 0.{num} [{ns}-{pod}-80] [] {ip}:8080 {num} 0.021 201 {digest}",
            ),
        ],
    },
    Voice {
        program: "kube-vip",
        unit: "kube-vip",
        form: Form::Logrus,
        files: &["watch_services.go"],
        says: &[
            (
                b'I',
                "Service [{pod}] has been added/modified, it has no assigned external addresses",
            ),
            (
                b'I',
                "(svc election) service [{pod}], namespace [{ns}], synchronised in {ms}",
            ),
        ],
    },
];

/// The voice of a program.
pub fn voice(program: &str) -> &'static Voice {
    let known = VOICES.iter().find(|voice| voice.program == program);
    known.unwrap_or(&VOICES[0])
}

/// A message ready to be written: message and fields.
#[derive(Debug)]
pub(super) struct Saying {
    pub(super) level: u8,
    pub(super) message: Template,
    pub(super) fields: Vec<(&'static str, Template)>,
}

impl Saying {
    pub(super) fn new(level: u8, text: &'static str) -> Self {
        let mut parts = text.split('\x01');
        let message = Template::new(parts.next().unwrap_or_default().trim_end());
        let field = |part: &'static str| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (key, Template::new(value))
        };
        Self {
            level,
            message,
            fields: parts.map(field).collect(),
        }
    }

    /// Words alone.
    pub(super) fn of(level: u8, text: &str) -> Self {
        Self {
            level,
            message: Template::new(text),
            fields: Vec::new(),
        }
    }
}
