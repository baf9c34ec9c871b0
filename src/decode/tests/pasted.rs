//! Lines as people and tools hand them on: prefixed with a pod, indented, cut off, glued together.

use super::table::Row;

pub(super) const ALL: &[(&str, &[Row])] = &[
    ("prefixed", PREFIXED),
    ("cut", CUT),
    ("terminal with time", TERMINAL),
];

const PREFIXED: &[Row] = &[
    (
        "rancher-85fbc9989f-hvjhv rancher 2025/06/03 13:27:18 [DEBUG] [rkebootstrap] fleet-local/custom-1: waiting",
        "rancher-85fbc9989f-hvjhv rancher [rkebootstrap] fleet-local/custom-1: waiting",
        "debug",
        "local 2025-06-03T13:27:18",
        &[],
    ),
    (
        "harvester-network-controller-67dc F1009 23:24:47.313805       1 vlan.go:148] disable failed, error: read-only file system",
        "harvester-network-controller-67dc disable failed, error: read-only file system",
        "fatal",
        "yearless 10-09T23:24:47.313805",
        &[("caller", "vlan.go:148")],
    ),
    (
        r#"[pod/longhorn-manager-1/longhorn-manager] time="2022-06-20T10:29:56Z" level=fatal msg="Error starting manager: \"x\"""#,
        r#"[pod/longhorn-manager-1/longhorn-manager] Error starting manager: "x""#,
        "fatal",
        "2022-06-20T10:29:56Z",
        &[],
    ),
    (
        r#"    Aug 07 02:12:30 n1 kubelet[6011]: E0807 02:12:30.052218    6011 kubelet.go:1431] "Failed to start ContainerManager" err="x""#,
        "Failed to start ContainerManager err=x",
        "error",
        "yearless 08-07T02:12:30",
        &[],
    ),
    (
        "waiting for time=5 and level=9",
        "waiting for time=5 and level=9",
        "",
        "",
        &[],
    ),
];

const CUT: &[Row] = &[
    (
        r#"{"level":"error","ts":"2025-12-18T09:06:37Z","msg":"Reconciler error","name":"p","error":"failed" calling "x", "y":1}"#,
        r#"Reconciler error name=p error=failed calling "x", "y":1}"#,
        "error",
        "2025-12-18T09:06:37Z",
        &[("name", "p")],
    ),
    (
        r#"msg="Bootstrapping Rancher (v2.7.5/v1.25.9+rke2r1)""#,
        "Bootstrapping Rancher (v2.7.5/v1.25.9+rke2r1)",
        "",
        "",
        &[],
    ),
    (
        "E1009 06:54:01.956114 memcache.go:287] couldn't get resource list for metrics.k8s.io/v1beta1",
        "couldn't get resource list for metrics.k8s.io/v1beta1",
        "error",
        "yearless 10-09T06:54:01.956114",
        &[],
    ),
    (
        r#"ime="2022-03-22T22:07:48Z" level=debug msg="head cut""#,
        r#"ime="2022-03-22T22:07:48Z" level=debug msg="head cut""#,
        "",
        "",
        &[],
    ),
];

const TERMINAL: &[Row] = &[
    (
        "ERRO[2025-02-06T12:39:25Z] Failed mounting device /dev/nvme1n1p4 with label COS_STATE",
        "Failed mounting device /dev/nvme1n1p4 with label COS_STATE",
        "error",
        "2025-02-06T12:39:25Z",
        &[],
    ),
    (
        "INFO[2020/11/03 12:17:09] Scaling up controllerRef apps/v1/deployments/rancher to 0 ",
        "Scaling up controllerRef apps/v1/deployments/rancher to 0",
        "info",
        "local 2020-11-03T12:17:09",
        &[],
    ),
    (
        r#"WARN[2025-05-30T13:34:28.314360694-06:00] Ignoring unknown key in TOML for plugin       error="strict mode: fields" key=PinnedImages"#,
        "Ignoring unknown key in TOML for plugin error=strict mode: fields key=PinnedImages",
        "warn",
        "2025-05-30T19:34:28.314360694Z",
        &[("key", "PinnedImages")],
    ),
];
