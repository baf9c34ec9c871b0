//! Lines by envelope, E1 to E11 and their stacks.

use super::table::Row;

pub(super) const ALL: &[(&str, &[Row])] = &[
    ("kubelet prefix", KUBELET_PREFIX),
    ("cri", CRI),
    ("docker json", DOCKER),
    ("journal", JOURNAL),
    ("syslog", SYSLOG),
    ("dmesg", DMESG),
    ("fluentd", FLUENTD),
    ("xtrace", XTRACE),
    ("relayed", RELAYED),
    ("instance manager", INSTANCE_MANAGER),
    ("terminal", TERMINAL),
];

/// E1 and E4.
const KUBELET_PREFIX: &[Row] = &[
    (
        "2022-03-06T22:51:41.212139758Z I0306 22:51:41.211378       1 main.go:112] Starting network controller with 2 threads.",
        "Starting network controller with 2 threads.",
        "info",
        "2022-03-06T22:51:41.212139758Z",
        &[("caller", "main.go:112")],
    ),
    (
        r#"2025-02-13T17:25:22.529886868+02:00 time="2025-02-13T15:25:22Z" level=error msg="unable to read CA file""#,
        "unable to read CA file",
        "error",
        "2025-02-13T15:25:22.529886868Z",
        &[],
    ),
    (
        "2022-03-06T22:51:46.480191907Z ",
        "",
        "",
        "2022-03-06T22:51:46.480191907Z",
        &[],
    ),
    (
        "2022-03-06T22:51:46.480191907Z",
        "",
        "",
        "2022-03-06T22:51:46.480191907Z",
        &[],
    ),
    (
        // A sentence that looks like `host ident:` is no syslog behind nine digits.
        "2022-03-06T22:52:20.341995802Z error syncing: not found",
        "error syncing: not found",
        "",
        "2022-03-06T22:52:20.341995802Z",
        &[],
    ),
    (
        "2024-02-09T18:47:14.199355840Z 2024/02/09 18:47:14 [ERROR] error syncing 'fleet-default/n1': handler machine: not found, requeuing",
        "error syncing 'fleet-default/n1': handler machine: not found, requeuing",
        "error",
        "2024-02-09T18:47:14.19935584Z",
        &[],
    ),
];

/// E2.
const CRI: &[Row] = &[
    (
        r#"2024-01-31T13:23:48.555760707Z stderr F {"component":"virt-handler","level":"info","msg":"re-enqueuing VirtualMachineInstance default/vm1","pos":"vm.go:1588","reason":"syncing migration target failed: EOF","timestamp":"2024-01-31T13:23:48.555655Z"}"#,
        "re-enqueuing VirtualMachineInstance default/vm1 reason=syncing migration target failed: EOF component=virt-handler",
        "info",
        "2024-01-31T13:23:48.555760707Z",
        &[
            ("stream", "stderr"),
            ("pos", "vm.go:1588"),
            ("reason", "syncing migration target failed: EOF"),
        ],
    ),
    (
        "2024-05-03T15:04:15.346227804-04:00 stdout F > node app.js",
        "> node app.js",
        "",
        "2024-05-03T19:04:15.346227804Z",
        &[("stream", "stdout")],
    ),
    (
        "2024-05-03T15:04:15.3Z stderr P:x cut in the",
        "cut in the",
        "",
        "2024-05-03T15:04:15.3Z",
        &[],
    ),
    (
        "2024-05-03T15:04:15.3Z stderr F",
        "",
        "",
        "2024-05-03T15:04:15.3Z",
        &[],
    ),
    (
        // No tag: not CRI, and no nine digits: a program's own line.
        "2024-05-03T15:04:15.3Z stderr is closed",
        "stderr is closed",
        "",
        "2024-05-03T15:04:15.3Z",
        &[],
    ),
    (
        "2024-05-03T15:04:15.3Z stderr F E0503 15:04:15.300000       1 a.go:1] \"Pull failed\" err=<\n2024-05-03T15:04:15.3Z stderr F \tfirst\n2024-05-03T15:04:15.3Z stderr F \tsecond\n2024-05-03T15:04:15.3Z stderr F  > image=\"registry.example.com/a:1\"",
        "Pull failed err=first\nsecond image=registry.example.com/a:1",
        "error",
        "2024-05-03T15:04:15.3Z",
        &[("err", "first\nsecond")],
    ),
    (
        "2024-05-03T15:04:15.3Z stderr F panic: runtime error: index out of range [0] with length 0\n2024-05-03T15:04:15.3Z stderr F \n2024-05-03T15:04:15.3Z stderr F goroutine 1 [running]:\n2024-05-03T15:04:15.3Z stderr F main.main()",
        "panic: runtime error: index out of range [0] with length 0\n\ngoroutine 1 [running]:\nmain.main()",
        "fatal",
        "2024-05-03T15:04:15.3Z",
        &[],
    ),
];

/// E3.
const DOCKER: &[Row] = &[
    (
        r#"{"log":"2020-12-11 01:56:57.075223 W | etcdserver: read-only range request \"key:\\\"/registry/a\\\" \" took too long (114.6ms) to execute\n","stream":"stderr","time":"2020-12-11T01:56:57.075785116Z"}"#,
        r#"etcdserver: read-only range request "key:\"/registry/a\" " took too long (114.6ms) to execute"#,
        "warn",
        "2020-12-11T01:56:57.075785116Z",
        &[("stream", "stderr")],
    ),
    (
        r#"{"log":"\u001b[31mtime=\"2020-12-11T01:56:57Z\" level=error msg=\"no \\\"x\\\"\"\u001b[0m\n","stream":"stdout","time":"2020-12-11T01:56:57.075785116Z"}"#,
        r#"no "x""#,
        "error",
        "2020-12-11T01:56:57.075785116Z",
        &[],
    ),
    (
        r#"{"log":"a piece without an end","stream":"stdout","attrs":{"tag":"x"},"time":"2020-12-11T01:56:57.075785116Z"}"#,
        "a piece without an end",
        "",
        "2020-12-11T01:56:57.075785116Z",
        &[],
    ),
    // Not docker's: some program's own record.
    (
        r#"{"log":"audit","level":"info","msg":"m"}"#,
        "m log=audit",
        "info",
        "",
        &[],
    ),
];

/// E5.
const JOURNAL: &[Row] = &[
    (
        "Mar 22 23:47:29 node1 rke2[15500]: plain words",
        "plain words",
        "",
        "yearless 03-22T23:47:29",
        &[("identifier", "rke2")],
    ),
    (
        "Aug 03 09:17:42.743802 ip-192-0-2-177 hyperkube[1354]: Flag --x has been deprecated, see docs",
        "Flag --x has been deprecated, see docs",
        "",
        "yearless 08-03T09:17:42.743802",
        &[],
    ),
    (
        r#"2024-06-20T11:56:38+0800 host1 k3s[77]: time="2024-06-20T11:56:38+08:00" level=fatal msg="starting kubernetes: preparing server: failed to get CA certs""#,
        "starting kubernetes: preparing server: failed to get CA certs",
        "fatal",
        "2024-06-20T03:56:38Z",
        &[],
    ),
    (
        r#"Nov 27 02:45:11 n1 rke2[8828]: {"level":"warn","ts":"2025-11-27T02:45:11.580318Z","logger":"rke2-etcd-client","caller":"v3@v3.5.9/retry_interceptor.go:62","msg":"retrying of unary invoker failed","target":"etcd-endpoints://0xc000/127.0.0.1:2379","attempt":0,"error":"rpc error: code = DeadlineExceeded desc = latest balancer error: last connection error: connection error: desc = \"transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused\""}"#,
        "retrying of unary invoker failed target=etcd-endpoints://0xc000/127.0.0.1:2379 attempt=0 error=rpc error: code = DeadlineExceeded desc = latest balancer error: last connection error: connection error: desc = \"transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused\" logger=rke2-etcd-client",
        "warn",
        "2025-11-27T02:45:11.580318Z",
        &[("attempt", "0")],
    ),
    (
        "Mar 06 22:45:10 localhost kernel: pci 0000:00:17.0: reg 0x1c: [io  0xe120-0xe123]",
        "pci 0000:00:17.0: reg 0x1c: [io  0xe120-0xe123]",
        "",
        "yearless 03-06T22:45:10",
        &[],
    ),
    (
        // Cut by `tail -c`: the head is gone, the message is not.
        r#"r 22 22:07:48 node1 rancher-system-agent[13627]: time="2022-03-22T22:07:48Z" level=debug msg="[Prober] (kubelet) \"x\"""#,
        r#"r 22 22:07:48 node1 rancher-system-agent[13627]: [Prober] (kubelet) "x""#,
        "debug",
        "2022-03-22T22:07:48Z",
        &[],
    ),
    ("-- No entries --", "-- No entries --", "", "", &[]),
];

/// E6.
const SYSLOG: &[Row] = &[
    (
        "Dec  4 09:17:01 n1 CRON[3383950]: (root) CMD (cd / && run-parts --report /etc/cron.hourly)",
        "(root) CMD (cd / && run-parts --report /etc/cron.hourly)",
        "",
        "yearless 12-04T09:17:01",
        &[("identifier", "CRON")],
    ),
    (
        "2024-05-01T10:00:00.123456+02:00 host systemd[1]: Failed to start Open-iSCSI.",
        "Failed to start Open-iSCSI.",
        "",
        "2024-05-01T08:00:00.123456Z",
        &[],
    ),
    (
        "Dec  4 09:17:01 n1 kernel: [12345.678901] EXT4-fs error (device sdc): __ext4_find_entry:1532: inode #2",
        "EXT4-fs error (device sdc): __ext4_find_entry:1532: inode #2",
        "",
        "yearless 12-04T09:17:01",
        &[],
    ),
    (
        "Dec  4 09:17:01 n1 app[1]: #033[31mbroken#033[0m#011pipe#012again",
        "broken\tpipe\nagain",
        "",
        "yearless 12-04T09:17:01",
        &[],
    ),
    (
        "Dec  4 09:17:01 n1 last message repeated 3 times",
        "n1 last message repeated 3 times",
        "",
        "yearless 12-04T09:17:01",
        &[],
    ),
];

/// E7.
const DMESG: &[Row] = &[
    (
        "[Thu Nov 20 00:42:53 2025] Linux version 5.15.0-1 (build@example.com)",
        "Linux version 5.15.0-1 (build@example.com)",
        "",
        "local 2025-11-20T00:42:53",
        &[],
    ),
    (
        "[  123.456789] sd 0:0:0:0: [sda] Synchronizing SCSI cache",
        "sd 0:0:0:0: [sda] Synchronizing SCSI cache",
        "",
        "boot 123.456789",
        &[],
    ),
    (
        "kern  :err   : [Tue Mar  5 10:00:00 2024] blk_update_request: I/O error, dev sdb, sector 2048",
        "blk_update_request: I/O error, dev sdb, sector 2048",
        "error",
        "local 2024-03-05T10:00:00",
        &[],
    ),
    (
        "daemon:info  : [    1.000000] systemd[1]: Detected",
        "systemd[1]: Detected",
        "info",
        "boot 1",
        &[],
    ),
];

/// E8.
const FLUENTD: &[Row] = &[
    (
        "2023-03-27T15:46:07+00:00\tkube.x\t{\"stream\":\"stderr\",\"logtag\":\"F\",\"message\":\"time=\\\"2023-03-27T15:46:07Z\\\" level=error msg=\\\"helm failed\\\"\",\"kubernetes\":{\"pod_name\":\"p\"}}",
        "helm failed",
        "error",
        "2023-03-27T15:46:07Z",
        &[],
    ),
    (
        "1679931967\ttag\t{\"log\":\"plain\\n\"}",
        "plain",
        "",
        "2023-03-27T15:46:07Z",
        &[],
    ),
    (
        "2023-03-27 15:46:07 +0000\ttag\t{\"message\":\"waiting\",\"timestamp\":\"x\"}",
        "waiting",
        "",
        "2023-03-27T15:46:07Z",
        &[],
    ),
    (
        "a\tb\t{\"message\":\"no time\"}",
        "a\tb\t{\"message\":\"no time\"}",
        "",
        "",
        &[],
    ),
];

/// E9.
const XTRACE: &[Row] = &[
    (
        "+ echo 'Waiting for RKE2 to be upgraded...'",
        "echo 'Waiting for RKE2 to be upgraded...'",
        "",
        "",
        &[("xtrace", "+")],
    ),
    (
        "++ kubectl get node n1 -o 'jsonpath={.status}'",
        "kubectl get node n1 -o 'jsonpath={.status}'",
        "",
        "",
        &[],
    ),
    (
        "2022-03-22T23:49:32.101460450Z + exec tini -- /x",
        "exec tini -- /x",
        "",
        "2022-03-22T23:49:32.10146045Z",
        &[],
    ),
    ("+5 degrees", "+5 degrees", "", "", &[]),
];

/// E10.
const RELAYED: &[Row] = &[
    (
        r#"Aug 05 01:44:08 n1 rancher-system-agent[2204]: time="2026-08-05T01:44:08Z" level=info msg="[_15:stderr]: time=\"2026-08-05T01:44:08Z\" level=error msg=\"will retry failed command \\\"kubectl apply\\\": exit status 1\"""#,
        r#"[_15:stderr]: will retry failed command "kubectl apply": exit status 1"#,
        "error",
        "2026-08-05T01:44:08Z",
        &[("process", "_15:stderr")],
    ),
    (
        r#"time="2026-08-05T01:44:08Z" level=info msg="[_15:stdout]: plain words of a script" plan=a"#,
        "[_15:stdout]: plain words of a script plan=a",
        "info",
        "2026-08-05T01:44:08Z",
        &[],
    ),
    (
        r#"time="2026-08-05T01:44:08Z" level=info msg="[a:stderr]: E0805 01:44:08.000000       9 x.go:1] \"lost\" err=\"gone \\\"q\\\"\"" outer=1"#,
        r#"[a:stderr]: lost err=gone "q" outer=1"#,
        "error",
        "2026-08-05T01:44:08Z",
        &[("caller", "x.go:1"), ("outer", "1")],
    ),
    (
        r#"time="2026-08-05T01:44:08Z" level=info msg="level=error msg=\"level=warn msg=\\\"three deep\\\"\"""#,
        "three deep",
        "warn",
        "2026-08-05T01:44:08Z",
        &[],
    ),
    (
        r#"2024/02/09 18:47:14 [ERROR] helm: exit status 1: time="2024-02-09T18:47:14Z" level=fatal msg="no space left""#,
        "helm: exit status 1: no space left",
        "fatal",
        "2024-02-09T18:47:14Z",
        &[],
    ),
];

/// E11.
const INSTANCE_MANAGER: &[Row] = &[
    (
        r#"[pvc-232180f3-6740-4682-ba5c-f4b57a75512b-e-4ba5aa01] time="2022-03-06T22:52:48Z" level=info msg="Opening: 192.0.2.44:10000""#,
        "[pvc-232180f3-6740-4682-ba5c-f4b57a75512b-e-4ba5aa01] Opening: 192.0.2.44:10000",
        "info",
        "2022-03-06T22:52:48Z",
        &[(
            "process",
            "pvc-232180f3-6740-4682-ba5c-f4b57a75512b-e-4ba5aa01",
        )],
    ),
    (
        r#"2022-03-06T23:14:34.964119027Z [longhorn-instance-manager] time="2022-03-06T23:14:34Z" level=debug msg="Process Manager: prepare to delete" func=a.b file="process.go:12""#,
        "[longhorn-instance-manager] Process Manager: prepare to delete",
        "debug",
        "2022-03-06T23:14:34.964119027Z",
        &[("file", "process.go:12")],
    ),
    (
        "[pvc-232180f3-6740-4682-ba5c-f4b57a75512b-r-ec2db89c] panic: no such thing",
        "[pvc-232180f3-6740-4682-ba5c-f4b57a75512b-r-ec2db89c] panic: no such thing",
        "",
        "",
        &[],
    ),
    (
        "go-iscsi-helper: command failed: [a b]",
        "go-iscsi-helper: command failed: [a b]",
        "",
        "",
        &[],
    ),
];

/// logrus on a terminal, ANSI colours and progress bars.
const TERMINAL: &[Row] = &[
    (
        "\u{1b}[31mERRO\u{1b}[0m[0012] image not found                              image=\"a b\" tag=1",
        "image not found image=a b tag=1",
        "error",
        "",
        &[("image", "a b")],
    ),
    (
        "INFO[0000] Starting k3s v1.25.10+k3s1 (613a3bc8)",
        "Starting k3s v1.25.10+k3s1 (613a3bc8)",
        "info",
        "",
        &[],
    ),
    (
        " 10% [=>    ] copying\r 60% [===>  ] copying\r100% [======] copying\r\n",
        "100% [======] copying",
        "",
        "",
        &[],
    ),
    (
        "\u{1b}[2K\u{1b}[1GError: UPGRADE FAILED: timed out",
        "Error: UPGRADE FAILED: timed out",
        "error",
        "",
        &[],
    ),
];
