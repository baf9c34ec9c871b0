//! Where an entry comes from: node, pod, unit, and which programs may speak in it.

use std::sync::Arc;

use super::ProgramSet;

/// Who wrote an entry. Unknown parts are `None`; unknown programs are [`ProgramSet::ALL`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Host name of the node.
    pub node: Option<Arc<str>>,
    /// Kubernetes namespace.
    pub namespace: Option<Arc<str>>,
    /// Pod name.
    pub pod: Option<Arc<str>>,
    /// Container name.
    pub container: Option<Arc<str>>,
    /// systemd unit, without `.service`.
    pub unit: Option<Arc<str>>,
    /// The programs that may speak in the entry.
    pub programs: ProgramSet,
    /// The running instance or an earlier one.
    pub instance: Instance,
}

/// Which life of a container or file an entry is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Instance {
    /// The file being written when the bundle was made.
    #[default]
    Current,
    /// The instance before the last restart.
    Previous,
    /// A rotated file.
    Rotated,
}
