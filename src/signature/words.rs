//! Words of a signature file into closed enums.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The word as files and reports spell it.
            pub const fn word(self) -> &'static str { match self { $($name::$variant => $word),+ } }
            /// The value of a word.
            pub fn from_word(word: &str) -> Option<Self> { match word { $($word => Some($name::$variant),)+ _ => None } }
        }
    };
}

words! {
    /// What a signature describes.
    Kind {
        /// A root cause with its remedy.
        Cause = "cause",
        /// A recognisable failure that many causes share.
        Symptom = "symptom",
        /// Looks bad and means nothing.
        Noise = "noise",
    }
}
words! {
    /// How bad, if true. Ordered from least to worst.
    Severity {
        /// Worth knowing.
        Info = "info",
        /// A nuisance.
        Low = "low",
        /// A function is impaired.
        Medium = "medium",
        /// A function is lost, or soon will be.
        High = "high",
        /// The cluster, a node or data is lost, or soon will be.
        Critical = "critical",
    }
}
words! {
    /// How sure. Ordered from least to most.
    Sureness {
        /// One of several explanations.
        Possible = "possible",
        /// The best explanation.
        Likely = "likely",
        /// Nothing else prints or shows this.
        Certain = "certain",
    }
}
words! {
    /// What one finding is about.
    Scope {
        /// A node.
        Node = "node",
        /// A Kubernetes object.
        Object = "object",
        /// A namespace.
        Namespace = "namespace",
        /// The whole cluster.
        Cluster = "cluster",
    }
}
words! {
    /// What a step of a fix can break. Ordered from least to worst.
    Risk {
        /// Reads, or changes nothing that matters.
        Safe = "safe",
        /// Interrupts something for a while.
        Disruptive = "disruptive",
        /// Something is gone afterwards.
        Destructive = "destructive",
    }
}
words! {
    /// A product whose version a bundle states; names as in the JSON report.
    Product {
        /// Harvester.
        Harvester = "harvester",
        /// Rancher Manager.
        Rancher = "rancher",
        /// RKE2.
        Rke2 = "rke2",
        /// K3s.
        K3s = "k3s",
        /// RKE, the Docker-based distribution.
        Rke1 = "rke1",
        /// Longhorn.
        Longhorn = "longhorn",
        /// Kubernetes, whatever the distribution.
        Kubernetes = "kubernetes",
        /// KubeVirt.
        Kubevirt = "kubevirt",
    }
}

impl Sureness {
    /// One class surer.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Possible => Self::Likely,
            Self::Likely | Self::Certain => Self::Certain,
        }
    }

    /// One class less sure.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::Certain => Self::Likely,
            Self::Likely | Self::Possible => Self::Possible,
        }
    }
}
