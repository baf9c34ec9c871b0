//! Lines by payload format, without envelope.

use super::table::Row;

pub(super) const ALL: &[(&str, &[Row])] = &[
    ("klog", KLOG),
    ("zap JSON and other JSON", JSON),
    ("KubeVirt", KUBEVIRT),
    ("logrus", LOGRUS),
    ("containerd", CONTAINERD),
    ("capnslog", CAPNSLOG),
    ("rancher, nginx, Go log", SLASHED),
    ("slog, go-kit, grafana, cilium", LOGFMT),
    ("felix", FELIX),
    ("console and other dated lines", DATED),
    ("audit", AUDIT),
    ("access", ACCESS),
    ("plain", PLAIN),
];

const KLOG: &[Row] = &[
    (
        r#"E0222 00:55:29.557737 10917 kubelet.go:1479] "Failed to start ContainerManager" err="invalid kernel flag: kernel/panic, expected value: 10, actual value: 0""#,
        "Failed to start ContainerManager err=invalid kernel flag: kernel/panic, expected value: 10, actual value: 0",
        "error",
        "yearless 02-22T00:55:29.557737",
        &[
            ("msg", "Failed to start ContainerManager"),
            ("caller", "kubelet.go:1479"),
        ],
    ),
    (
        r#"E1120 00:44:40.425395    8869 reflector.go:166] "Unhandled Error" err="k8s.io/client-go/informers/factory.go:160: Failed to watch *v1.Node: failed to list *v1.Node: Get \"https://127.0.0.1:6443/api/v1/nodes?limit=500\": dial tcp 127.0.0.1:6443: connect: connection refused" logger="UnhandledError""#,
        r#"Unhandled Error err=k8s.io/client-go/informers/factory.go:160: Failed to watch *v1.Node: failed to list *v1.Node: Get "https://127.0.0.1:6443/api/v1/nodes?limit=500": dial tcp 127.0.0.1:6443: connect: connection refused logger=UnhandledError"#,
        "error",
        "yearless 11-20T00:44:40.425395",
        &[("logger", "UnhandledError")],
    ),
    (
        r#"E0322 17:16:00.650004       1 kubernetes_pod_controller.go:145] longhorn-kubernetes-pod-controller: fail to sync x: volume.longhorn.io "pvc-1" not found"#,
        r#"longhorn-kubernetes-pod-controller: fail to sync x: volume.longhorn.io "pvc-1" not found"#,
        "error",
        "yearless 03-22T17:16:00.650004",
        &[],
    ),
    (
        r#"E0306 23:14:30.521146       1 controller.go:1482] "pvc-1" is odd: still attached"#,
        r#""pvc-1" is odd: still attached"#,
        "error",
        "yearless 03-06T23:14:30.521146",
        &[],
    ),
    (
        "E0131 13:23:48.555760       1 remote_runtime.go:222] \"RunPodSandbox from runtime service failed\" err=<\n\trpc error: code = Unknown\n\tdesc = failed\n > pods=[\"a/b c\",\"d/e\"] pod={\"name\":\"p\",\"namespace\":\"ns\"} n=3",
        "RunPodSandbox from runtime service failed err=rpc error: code = Unknown\ndesc = failed pods=[\"a/b c\",\"d/e\"] pod=ns/p n=3",
        "error",
        "yearless 01-31T13:23:48.55576",
        &[("n", "3"), ("pod", "ns/p")],
    ),
    (
        "F0131 13:23:48.555760       1 main.go:1] time=now level=high \"quoted\" tail",
        "time=now level=high \"quoted\" tail",
        "fatal",
        "yearless 01-31T13:23:48.55576",
        &[],
    ),
    (
        r#"I0131 13:23:48.555760       1 event.go:291] "Event occurred" type="Warning" message="level=\"x\"" time="2020-01-01T00:00:00Z""#,
        r#"Event occurred type=Warning message=level="x" time=2020-01-01T00:00:00Z"#,
        "info",
        "yearless 01-31T13:23:48.55576",
        &[],
    ),
    (
        "Flag --cgroup-driver has been deprecated, see the docs",
        "Flag --cgroup-driver has been deprecated, see the docs",
        "",
        "",
        &[],
    ),
    (
        r#"I1120 13:52:48.847113    8869 ???:1] "http: TLS handshake error from 192.0.2.77:38159: EOF""#,
        "http: TLS handshake error from 192.0.2.77:38159: EOF",
        "info",
        "yearless 11-20T13:52:48.847113",
        &[],
    ),
];

const JSON: &[Row] = &[
    (
        r#"{"level":"warn","ts":"2020-06-30T01:17:40.457Z","caller":"etcdserver/util.go:144","msg":"apply request took too long","took":"10.939542138s","expected-duration":"100ms","prefix":"read-only range ","request":"key:\"/registry/namespaces/default\" ","response":"","error":"etcdserver: request timed out"}"#,
        "apply request took too long took=10.939542138s expected-duration=100ms prefix=read-only range  request=key:\"/registry/namespaces/default\"  response= error=etcdserver: request timed out",
        "warn",
        "2020-06-30T01:17:40.457Z",
        &[
            ("msg", "apply request took too long"),
            ("error", "etcdserver: request timed out"),
            ("caller", "etcdserver/util.go:144"),
        ],
    ),
    (
        r#"{"level":"warn","ts":1526587299.1751974,"caller":"rafthttp/stream.go:291","msg":"closed TCP streaming connection with remote peer","remote-peer-id":"b548c2511513015"}"#,
        "closed TCP streaming connection with remote peer remote-peer-id=b548c2511513015",
        "warn",
        "2018-05-17T20:01:39.175197Z",
        &[],
    ),
    (
        r#"{"level":"error","ts":"2025-10-23T20:16:36Z","logger":"bundle","msg":"Reconciler error","controller":"bundle","Bundle":{"name":"mcc-harvester","namespace":"fleet-local"},"namespace":"fleet-local","reconcileID":"a-b","error":"not \u003cfound\u003e","stacktrace":"a\n\tb.go:1"}"#,
        "Reconciler error controller=bundle Bundle=fleet-local/mcc-harvester namespace=fleet-local reconcileID=a-b error=not <found> stacktrace=a\n\tb.go:1 logger=bundle",
        "error",
        "2025-10-23T20:16:36Z",
        &[("Bundle", "fleet-local/mcc-harvester")],
    ),
    (
        r#"{"time": "2025-12-03T02:44:48.850986+00:00", "level": "ERROR", "msg": "Response ended prematurely\n"}"#,
        "Response ended prematurely",
        "error",
        "2025-12-03T02:44:48.850986Z",
        &[],
    ),
    (
        r#"{"level":"panic","ts":"2025-12-03T02:44:48.8Z","msg":"tocommit(9) is out of range [lastIndex(3)]. Was the raft log corr"#,
        "tocommit(9) is out of range [lastIndex(3)]. Was the raft log corr",
        "fatal",
        "2025-12-03T02:44:48.8Z",
        &[],
    ),
    (
        r#"{"a":[1,{"b":2}],"c":{"d":{}},"e":"x y"}"#,
        r#"a=[1,{"b":2}] c.d={} e=x y"#,
        "",
        "",
        &[],
    ),
    ("{not json: at all}", "{not json: at all}", "", "", &[]),
];

const KUBEVIRT: &[Row] = &[
    (
        r#"{"component":"virt-launcher","level":"info","msg":"Connecting to libvirt daemon failed: virError(Code=38, Domain=7)","pos":"libvirt.go:504","timestamp":"2022-11-26T02:10:57.772189Z"}"#,
        "Connecting to libvirt daemon failed: virError(Code=38, Domain=7) component=virt-launcher",
        "info",
        "2022-11-26T02:10:57.772189Z",
        &[("pos", "libvirt.go:504"), ("component", "virt-launcher")],
    ),
    (
        r#"{"component":"virt-handler","kind":"","level":"error","msg":"Synchronizing the VirtualMachineInstance failed.","name":"vm1","namespace":"default","pos":"vm.go:1","reason":"server error. command SyncVMI failed: \"LibvirtError(Code=1)\"","timestamp":"2022-11-26T02:10:57.772189Z","uid":"u"}"#,
        r#"Synchronizing the VirtualMachineInstance failed. name=vm1 namespace=default reason=server error. command SyncVMI failed: "LibvirtError(Code=1)" uid=u component=virt-handler kind="#,
        "error",
        "2022-11-26T02:10:57.772189Z",
        &[("name", "vm1")],
    ),
    (
        r#"{"component":"virt-launcher","level":"info","msg":"2025-06-03 14:23:59.477+0000: starting up libvirt version: 8.0.0","subcomponent":"qemu","timestamp":"2025-06-03T14:23:59.478Z"}"#,
        "2025-06-03 14:23:59.477+0000: starting up libvirt version: 8.0.0 subcomponent=qemu component=virt-launcher",
        "info",
        "2025-06-03T14:23:59.478Z",
        &[],
    ),
];

const LOGRUS: &[Row] = &[
    (
        r#"time="2025-11-27T14:26:16.5Z" level=warning msg="Failed to get filesystem device type of /var/lib/longhorn/" func="controller.(*ClusterInfo).collectNodeDiskCount" file="setting_controller.go:1961" controller=longhorn-setting error="cannot find \"x\"""#,
        r#"Failed to get filesystem device type of /var/lib/longhorn/ controller=longhorn-setting error=cannot find "x""#,
        "warn",
        "2025-11-27T14:26:16.5Z",
        &[("file", "setting_controller.go:1961")],
    ),
    (
        r#"time="2022-03-06T22:46:28Z" level=error msg="exit status 1The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?\n""#,
        "exit status 1The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?",
        "error",
        "2022-03-06T22:46:28Z",
        &[],
    ),
    (
        r#"time="2022-05-12T01:48:14+02:00" level=error msg="[K8s] Maximum failure threshold exceeded for plan with checksum value of 4518, (failures: 3, threshold: 3)""#,
        "[K8s] Maximum failure threshold exceeded for plan with checksum value of 4518, (failures: 3, threshold: 3)",
        "error",
        "2022-05-11T23:48:14Z",
        &[],
    ),
    (
        r#"time="2022-05-12T01:48:14Z" level=info msg="Event(v1.ObjectReference{Kind:\"Volume\", Name:\"pvc-1\"}): type: 'Normal' reason: 'x'" empty= n=0x1"#,
        r#"Event(v1.ObjectReference{Kind:"Volume", Name:"pvc-1"}): type: 'Normal' reason: 'x' empty= n=0x1"#,
        "info",
        "2022-05-12T01:48:14Z",
        &[("empty", ""), ("n", "0x1")],
    ),
    (
        r#"{"level":"error","msg":"Failed to sync","controller":"longhorn-volume","time":"2025-11-27T14:26:16Z"}"#,
        "Failed to sync controller=longhorn-volume",
        "error",
        "2025-11-27T14:26:16Z",
        &[],
    ),
];

const CONTAINERD: &[Row] = &[
    (
        r#"time="2024-05-13T08:18:02.854158772+02:00" level=error msg="RunPodSandbox for &PodSandboxMetadata{Name:rke2-coredns-1,Uid:u,Namespace:kube-system,Attempt:0,} failed, error" error="failed to setup network for sandbox \"bace\": plugin type=\"calico\" failed (add): http2: client connection lost""#,
        r#"RunPodSandbox for &PodSandboxMetadata{Name:rke2-coredns-1,Uid:u,Namespace:kube-system,Attempt:0,} failed, error error=failed to setup network for sandbox "bace": plugin type="calico" failed (add): http2: client connection lost"#,
        "error",
        "2024-05-13T06:18:02.854158772Z",
        &[],
    ),
    (
        r#"time="2021-08-03 09:17:41.927442082Z" level=info msg="Using default capabilities: CAP_CHOWN""#,
        "Using default capabilities: CAP_CHOWN",
        "info",
        "2021-08-03T09:17:41.927442082Z",
        &[],
    ),
    (
        r#"time="2024-05-13T08:18:02.8Z" level=info msg="starting containerd" revision=abc version=v1.7.11-k3s2"#,
        "starting containerd revision=abc version=v1.7.11-k3s2",
        "info",
        "2024-05-13T08:18:02.8Z",
        &[],
    ),
];

const CAPNSLOG: &[Row] = &[
    (
        "2019-10-13 13:48:14.371819 W | etcdserver: read-only range request \"key:\\\"/registry/a\\\" \" with result \"range_response_count:1 size:468\" took too long (114.692442ms) to execute",
        "etcdserver: read-only range request \"key:\\\"/registry/a\\\" \" with result \"range_response_count:1 size:468\" took too long (114.692442ms) to execute",
        "warn",
        "local 2019-10-13T13:48:14.371819",
        &[],
    ),
    (
        "2019-10-13 13:48:14.371819 C | etcdserver: recovering backend from snapshot error",
        "etcdserver: recovering backend from snapshot error",
        "fatal",
        "local 2019-10-13T13:48:14.371819",
        &[],
    ),
    (
        "2020-12-11 01:56:57.075223 N | etcdserver/membership: set the initial cluster version to 3.4",
        "etcdserver/membership: set the initial cluster version to 3.4",
        "info",
        "local 2020-12-11T01:56:57.075223",
        &[],
    ),
];

const SLASHED: &[Row] = &[
    (
        "2022/03/08 16:13:17 [INFO] [planner] rkecluster fleet-local/local: waiting: provisioning bootstrap node(s) custom-9441cf1c7106: waiting for probes: kube-controller-manager",
        "[planner] rkecluster fleet-local/local: waiting: provisioning bootstrap node(s) custom-9441cf1c7106: waiting for probes: kube-controller-manager",
        "info",
        "local 2022-03-08T16:13:17",
        &[],
    ),
    (
        "2022/03/06 22:51:38 [warn] 1#1: duplicate MIME type \"text/html\" in /etc/nginx/nginx.conf:7",
        "duplicate MIME type \"text/html\" in /etc/nginx/nginx.conf:7",
        "warn",
        "local 2022-03-06T22:51:38",
        &[("worker", "1#1")],
    ),
    (
        "2023/01/18 08:13:21 http: superfluous response.WriteHeader call from a.b (c.go:1)",
        "http: superfluous response.WriteHeader call from a.b (c.go:1)",
        "",
        "local 2023-01-18T08:13:21",
        &[],
    ),
    (
        "2023/01/18 08:13:21 [FATAL] error running the server: x509: certificate has expired",
        "error running the server: x509: certificate has expired",
        "fatal",
        "local 2023-01-18T08:13:21",
        &[],
    ),
    (
        "2023/01/18 08:13:21.123456 main.go:12: Registering Components.",
        "main.go:12: Registering Components.",
        "",
        "local 2023-01-18T08:13:21.123456",
        &[],
    ),
];

const LOGFMT: &[Row] = &[
    (
        "time=2025-11-27T11:00:04.318Z level=INFO source=compact.go:591 msg=\"write block\" component=tsdb",
        "write block component=tsdb",
        "info",
        "2025-11-27T11:00:04.318Z",
        &[("source", "compact.go:591")],
    ),
    (
        "ts=2022-03-06T22:51:38.100Z caller=main.go:1094 level=error component=rules msg=\"Failed to get\" err=\"no \\\"x\\\"\"",
        "Failed to get err=no \"x\" component=rules",
        "error",
        "2022-03-06T22:51:38.1Z",
        &[],
    ),
    (
        "logger=infra.usagestats t=2025-11-29T01:28:19.92353038Z level=error msg=\"Failed to fetch\" error=\"plugin not found\" duration=546.305µs",
        "Failed to fetch error=plugin not found duration=546.305µs logger=infra.usagestats",
        "error",
        "2025-11-29T01:28:19.92353038Z",
        &[],
    ),
    (
        "level=warning msg=\"Unable to update ipcache\" error=timeout subsys=daemon",
        "Unable to update ipcache error=timeout subsys=daemon",
        "warn",
        "",
        &[],
    ),
    (
        "time=12:30 is not a log line",
        "time=12:30 is not a log line",
        "",
        "",
        &[],
    ),
];

const FELIX: &[Row] = &[
    (
        "2025-11-27 09:18:15.804 [INFO][14] kube-controllers/resources.go 377: Terminating main client watcher loop",
        "Terminating main client watcher loop",
        "info",
        "local 2025-11-27T09:18:15.804",
        &[("caller", "kube-controllers/resources.go:377")],
    ),
    (
        "2025-12-04 08:50:42.772 [WARNING][60] felix/endpoint_mgr.go 631: Chain became referenced chainName=\"cali-pro\" ipVersion=0x4",
        "Chain became referenced chainName=cali-pro ipVersion=0x4",
        "warn",
        "local 2025-12-04T08:50:42.772",
        &[("chainName", "cali-pro")],
    ),
    (
        "2025-11-30 15:42:55.310 [FATAL][1] typha/sync_server.go 898: Failed error=timed out waiting for message",
        "Failed error=timed out waiting for message",
        "fatal",
        "local 2025-11-30T15:42:55.31",
        &[],
    ),
];

const DATED: &[Row] = &[
    (
        "2024-05-13T08:18:02.854Z\tERROR\tsetup\tproblem running manager\t{\"error\": \"no \\\"x\\\"\", \"n\": 1}",
        "problem running manager error=no \"x\" n=1 logger=setup",
        "error",
        "2024-05-13T08:18:02.854Z",
        &[],
    ),
    (
        "2024-05-13T08:18:02.854Z\tINFO\tcmd/main.go:12\tstarting",
        "starting",
        "info",
        "2024-05-13T08:18:02.854Z",
        &[("caller", "cmd/main.go:12")],
    ),
    (
        "2022-03-06 22:51:38 +0000 [warn]: #0 [out] failed to flush the buffer. retry_times=2 error=\"a b\"",
        "#0 [out] failed to flush the buffer. retry_times=2 error=a b",
        "warn",
        "2022-03-06T22:51:38Z",
        &[],
    ),
    (
        "[2022/03/06 22:51:38] [ warn] [engine] failed to flush chunk",
        "[engine] failed to flush chunk",
        "warn",
        "local 2022-03-06T22:51:38",
        &[],
    ),
    (
        "2025-06-03 14:23:59.477+0000: 12345: error : virNetSocketReadWire:1791 : End of file while reading data",
        "virNetSocketReadWire:1791 : End of file while reading data",
        "error",
        "2025-06-03T14:23:59.477Z",
        &[],
    ),
    (
        "2024-05-13 08:18:02,854 - util.py[WARNING]: Failed loading yaml",
        "Failed loading yaml",
        "warn",
        "local 2024-05-13T08:18:02.854",
        &[],
    ),
    (
        "2024-05-13T08:18:02Z [error] Multus: error in invoke Delegate add",
        "Multus: error in invoke Delegate add",
        "error",
        "2024-05-13T08:18:02Z",
        &[],
    ),
    (
        "2024-05-13T08:18:02Z ERR Error while building configuration error=\"x y\" providerName=file",
        "Error while building configuration error=x y providerName=file",
        "error",
        "2024-05-13T08:18:02Z",
        &[],
    ),
    (
        "2024-05-13 was a Monday",
        "2024-05-13 was a Monday",
        "",
        "",
        &[],
    ),
];

const AUDIT: &[Row] = &[
    (
        r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/nodes/n1","verb":"update","responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"2023-03-27T15:46:07.379944Z"}"#,
        "kind=Event apiVersion=audit.k8s.io/v1 level=Metadata auditID=a stage=ResponseComplete requestURI=/api/v1/nodes/n1 verb=update responseStatus.metadata={} responseStatus.code=200",
        "",
        "2023-03-27T15:46:07.379944Z",
        &[("verb", "update"), ("responseStatus.code", "200")],
    ),
    (
        r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","verb":"delete","objectRef":{"resource":"pods","namespace":"kube-system","name":"p"},"responseStatus":{"code":403,"reason":"Forbidden"}}"#,
        "kind=Event apiVersion=audit.k8s.io/v1 level=RequestResponse verb=delete objectRef.resource=pods objectRef.namespace=kube-system objectRef.name=p responseStatus.code=403 responseStatus.reason=Forbidden",
        "",
        "",
        &[],
    ),
    (
        r#"{"kind":"Event","level":"None","verb":"get","sourceIPs":["192.0.2.1"]}"#,
        r#"kind=Event level=None verb=get sourceIPs=["192.0.2.1"]"#,
        "",
        "",
        &[],
    ),
];

const ACCESS: &[Row] = &[
    (
        "192.0.2.57 - - [22/Mar/2022:17:13:23 +0000] \"GET /v1/volumes/pvc-1 HTTP/1.1\" 404 0 \"\" \"Go-http-client/1.1\"",
        "192.0.2.57 - - [22/Mar/2022:17:13:23 +0000] \"GET /v1/volumes/pvc-1 HTTP/1.1\" 404 0 \"\" \"Go-http-client/1.1\"",
        "",
        "2022-03-22T17:13:23Z",
        &[],
    ),
    (
        "2001:db8::1 - - [27/Nov/2025:09:45:11 -0100] \"GET / HTTP/1.1\" 400 1",
        "2001:db8::1 - - [27/Nov/2025:09:45:11 -0100] \"GET / HTTP/1.1\" 400 1",
        "",
        "2025-11-27T10:45:11Z",
        &[],
    ),
    (
        "10.word.word.word - user [27/Nov/2025:09:45:11] \"\\x16\\x03\" 400 1",
        "10.word.word.word - user [27/Nov/2025:09:45:11] \"\\x16\\x03\" 400 1",
        "",
        "local 2025-11-27T09:45:11",
        &[],
    ),
];

const PLAIN: &[Row] = &[
    (
        "[ERROR] plugin/errors: 2 example.com. A: read udp 192.0.2.3:1->192.0.2.4:53: i/o timeout",
        "[ERROR] plugin/errors: 2 example.com. A: read udp 192.0.2.3:1->192.0.2.4:53: i/o timeout",
        "error",
        "",
        &[],
    ),
    (
        "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
        "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
        "error",
        "",
        &[],
    ),
    (
        "fatal error: concurrent map writes\n\ngoroutine 1 [running]:",
        "fatal error: concurrent map writes\n\ngoroutine 1 [running]:",
        "fatal",
        "",
        &[],
    ),
    ("  indented   words\t", "  indented   words", "", "", &[]),
    ("", "", "", "", &[]),
    (
        "sysctl: kernel.panic = 10",
        "sysctl: kernel.panic = 10",
        "",
        "",
        &[],
    ),
];
