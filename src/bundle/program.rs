//! The closed list of programs that speak in a bundle's logs, and sets of them.

macro_rules! programs {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// A program whose messages bundlevet knows; the names that signatures use under `programs:`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Program {
            $(#[doc = $name] $variant),+
        }

        impl Program {
            /// Every program, in declaration order.
            pub const ALL: &'static [Program] = &[$(Program::$variant),+];

            /// The name as signature files spell it.
            pub const fn name(self) -> &'static str {
                match self { $(Program::$variant => $name),+ }
            }

            /// The program with this name.
            pub fn from_name(name: &str) -> Option<Program> {
                match name { $($name => Some(Program::$variant),)+ _ => None }
            }
        }
    };
}

programs! {
    Kubelet = "kubelet",
    KubeApiserver = "kube-apiserver",
    KubeControllerManager = "kube-controller-manager",
    KubeScheduler = "kube-scheduler",
    KubeProxy = "kube-proxy",
    CloudControllerManager = "cloud-controller-manager",
    Etcd = "etcd",
    Rke2 = "rke2",
    K3s = "k3s",
    Rke = "rke",
    Containerd = "containerd",
    Dockerd = "dockerd",
    CriDockerd = "cri-dockerd",
    Kernel = "kernel",
    Systemd = "systemd",
    NetworkManager = "network-manager",
    Wicked = "wicked",
    Iscsid = "iscsid",
    Multipathd = "multipathd",
    Sshd = "sshd",
    CloudInit = "cloud-init",
    Chrony = "chrony",
    Rancher = "rancher",
    RancherWebhook = "rancher-webhook",
    CattleClusterAgent = "cattle-cluster-agent",
    CattleNodeAgent = "cattle-node-agent",
    RancherSystemAgent = "rancher-system-agent",
    Rancherd = "rancherd",
    FleetController = "fleet-controller",
    FleetAgent = "fleet-agent",
    Gitjob = "gitjob",
    CapiController = "capi-controller",
    RancherTurtles = "rancher-turtles",
    Helm = "helm",
    HelmController = "helm-controller",
    SystemUpgradeController = "system-upgrade-controller",
    RancherBackup = "rancher-backup",
    RancherMachine = "rancher-machine",
    CloudOperator = "cloud-operator",
    Harvester = "harvester",
    HarvesterWebhook = "harvester-webhook",
    HarvesterNetworkController = "harvester-network-controller",
    HarvesterNodeDiskManager = "harvester-node-disk-manager",
    HarvesterNodeManager = "harvester-node-manager",
    HarvesterInstaller = "harvester-installer",
    HarvesterCloudProvider = "harvester-cloud-provider",
    HarvesterCsiDriver = "harvester-csi-driver",
    HarvesterLoadBalancer = "harvester-load-balancer",
    PcidevicesController = "pcidevices-controller",
    Seeder = "seeder",
    VmImportController = "vm-import-controller",
    VmDhcpController = "vm-dhcp-controller",
    UpgradeJob = "upgrade-job",
    UpgradeLog = "upgrade-log",
    KubeVip = "kube-vip",
    LonghornManager = "longhorn-manager",
    LonghornInstanceManager = "longhorn-instance-manager",
    LonghornCsiPlugin = "longhorn-csi-plugin",
    LonghornDriverDeployer = "longhorn-driver-deployer",
    LonghornShareManager = "longhorn-share-manager",
    LonghornBackingImage = "longhorn-backing-image",
    LonghornUi = "longhorn-ui",
    CsiSidecar = "csi-sidecar",
    SnapshotController = "snapshot-controller",
    LvmDriver = "lvm-driver",
    VirtApi = "virt-api",
    VirtController = "virt-controller",
    VirtHandler = "virt-handler",
    VirtLauncher = "virt-launcher",
    VirtOperator = "virt-operator",
    Cdi = "cdi",
    Flannel = "flannel",
    Calico = "calico",
    Cilium = "cilium",
    Multus = "multus",
    Whereabouts = "whereabouts",
    TigeraOperator = "tigera-operator",
    KubeOvn = "kube-ovn",
    Coredns = "coredns",
    IngressNginx = "ingress-nginx",
    Traefik = "traefik",
    CertManager = "cert-manager",
    MetricsServer = "metrics-server",
    Prometheus = "prometheus",
    Grafana = "grafana",
    Alertmanager = "alertmanager",
    LoggingOperator = "logging-operator",
    Fluentd = "fluentd",
    FluentBit = "fluent-bit",
    Gatekeeper = "gatekeeper",
    Descheduler = "descheduler",
    ClusterAutoscaler = "cluster-autoscaler",
    CloudProvider = "cloud-provider",
    Audit = "audit",
    Haproxy = "haproxy",
    Keepalived = "keepalived",
    NodeProblemDetector = "node-problem-detector",
    Collector = "collector",
    MonitoringAgent = "monitoring-agent",
    Firewalld = "firewalld",
    Neuvector = "neuvector",
}

/// A set of programs: one bit each. The default is [`ProgramSet::ALL`]: an unknown origin may be anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProgramSet(u128);

const _: () = assert!(Program::ALL.len() <= 128, "a ProgramSet has 128 bits");

impl ProgramSet {
    /// Every program.
    pub const ALL: ProgramSet = ProgramSet(u128::MAX);
    /// No program: the entry is not matched as a log.
    pub const NONE: ProgramSet = ProgramSet(0);

    /// The set of these programs.
    pub const fn of(programs: &[Program]) -> ProgramSet {
        let mut bits = 0;
        let mut i = 0;
        while i < programs.len() {
            bits |= 1 << programs[i] as u8;
            i += 1;
        }
        ProgramSet(bits)
    }

    /// Whether both sets share a program.
    pub const fn intersects(self, other: ProgramSet) -> bool {
        self.0 & other.0 != 0
    }

    /// The programs in both sets.
    #[must_use]
    pub const fn intersection(self, other: ProgramSet) -> ProgramSet {
        ProgramSet(self.0 & other.0)
    }

    /// The programs in either set.
    #[must_use]
    pub const fn union(self, other: ProgramSet) -> ProgramSet {
        ProgramSet(self.0 | other.0)
    }

    /// Whether `program` is in the set.
    pub const fn contains(self, program: Program) -> bool {
        self.0 >> program as u8 & 1 == 1
    }

    /// Whether this is every program, that is: the origin is unknown.
    pub const fn is_all(self) -> bool {
        self.0 == u128::MAX
    }

    /// The programs in the set, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Program> {
        Program::ALL
            .iter()
            .copied()
            .filter(move |&p| self.contains(p))
    }
}

impl Default for ProgramSet {
    fn default() -> Self {
        Self::ALL
    }
}

impl From<Program> for ProgramSet {
    fn from(program: Program) -> Self {
        Self::of(&[program])
    }
}

impl FromIterator<Program> for ProgramSet {
    fn from_iter<I: IntoIterator<Item = Program>>(programs: I) -> Self {
        Self(programs.into_iter().fold(0, |bits, p| bits | 1 << p as u8))
    }
}

impl std::fmt::Debug for ProgramSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_all() {
            return f.write_str("{*}");
        }
        f.debug_set()
            .entries(self.iter().map(Program::name))
            .finish()
    }
}
