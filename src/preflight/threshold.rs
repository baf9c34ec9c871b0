//! Every threshold of the preflight, with where it comes from.

/// What the kubelet requires of the kernel when it protects its defaults, as (key, value): `setupKernelTunables` in
/// `pkg/kubelet/cm/container_manager_linux.go`, values in `component-helpers/node/util/sysctl`.
pub const KERNEL: &[(&str, i64)] = &[
    ("vm.overcommit_memory", 1),
    ("vm.panic_on_oom", 0),
    ("kernel.panic", 10),
    ("kernel.panic_on_oops", 1),
    ("kernel.keys.root_maxkeys", 1_000_000),
    ("kernel.keys.root_maxbytes", 25_000_000),
];

/// Days that a certificate must still be valid for. Ours: RKE2 and K3s renew at a start within 120 days of the end (90
/// before May 2025), so one with fewer than 30 belongs to a server that has not been started for months.
pub const CERTIFICATE_DAYS: i64 = 30;

/// Hours that the newest snapshot of etcd may be old: two of the 12-hour intervals of RKE2's and K3s' default schedule.
pub const SNAPSHOT_HOURS: i64 = 24;

/// Percent of a disk at which the kubelet begins to delete images (`imageGCHighThresholdPercent`).
pub const DISK_PERCENT: u64 = 85;

/// Percent of inodes in use: the kubelet evicts at 95 (`nodefs.inodesFree<5%`).
pub const INODE_PERCENT: u64 = 90;

/// Percent of etcd's quota in use. Ours: a defragmentation and an upgrade need room below the alarm at 100.
pub const ETCD_PERCENT: f64 = 80.0;

/// etcd's quota where it does not say (`--quota-backend-bytes`).
pub const ETCD_QUOTA: f64 = 2_147_483_648.0;

/// Open files of the running kubelet: `LimitNOFILE` of RKE2's and K3s' units.
pub const OPEN_FILES: u64 = 1_048_576;

/// inotify instances of one user. Ours: the kernel's default of 128 is used up by the pods of a busy node ("too many
/// open files").
pub const INOTIFY_INSTANCES: u64 = 512;

/// Seconds that a clock may be off: etcd warns from one second of difference between members on
/// (`prober found high clock drift`).
pub const CLOCK_SECONDS: f64 = 1.0;
