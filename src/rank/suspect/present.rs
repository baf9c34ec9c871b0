//! The logs of a case into the products that speak in it: a cause of a product that is not there is not even possible.

use crate::bundle::Program::{self, *};
use crate::bundle::ProgramSet;
use crate::evidence::Evidence;

/// Components of signatures that are about one product, and the programs of which one speaks wherever it is installed.
/// Harvester brings most of them along. What is not here may be anywhere.
const PRODUCTS: [(&[&str], &[Program]); 7] = [
    (
        &["kubevirt", "cdi", "pcidevices"],
        &[
            Harvester,
            VirtApi,
            VirtController,
            VirtHandler,
            VirtLauncher,
            VirtOperator,
            Cdi,
            PcidevicesController,
        ],
    ),
    (
        &["harvester", "upgrade"],
        &[
            Harvester,
            HarvesterWebhook,
            HarvesterNetworkController,
            HarvesterNodeDiskManager,
            HarvesterNodeManager,
            HarvesterInstaller,
            HarvesterLoadBalancer,
            HarvesterCloudProvider,
            HarvesterCsiDriver,
            Rancherd,
            UpgradeJob,
            UpgradeLog,
            VmImportController,
            SystemUpgradeController,
        ],
    ),
    (
        &["longhorn"],
        &[
            Harvester,
            LonghornManager,
            LonghornInstanceManager,
            LonghornCsiPlugin,
            LonghornDriverDeployer,
            LonghornShareManager,
            LonghornBackingImage,
            LonghornUi,
        ],
    ),
    (
        &["rancher", "fleet"],
        &[
            Harvester,
            Rancher,
            RancherWebhook,
            CattleClusterAgent,
            CattleNodeAgent,
            RancherSystemAgent,
            Rancherd,
            FleetController,
            FleetAgent,
            Gitjob,
            RancherBackup,
            RancherMachine,
        ],
    ),
    (
        &["rke1"],
        &[Rke, Rancher, CattleNodeAgent, Dockerd, CriDockerd, Sshd],
    ),
    (&["istio"], &[]),
    (
        &["monitoring"],
        &[Prometheus, Grafana, Alertmanager, Harvester],
    ),
];

/// What speaks in a case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Present {
    /// The programs whose logs it holds; `None` where the logs tell of no program, so that it may be any.
    programs: Option<ProgramSet>,
}

impl Present {
    /// Of all entries that were read.
    pub(super) fn of(evidence: &Evidence) -> Self {
        let origins = evidence.entries.iter().map(|read| &read.entry.origin);
        let mut programs = None;
        for origin in origins {
            if !origin.programs.is_all() {
                let before = programs.unwrap_or(ProgramSet::NONE);
                programs = Some(before.union(origin.programs));
            } else if origin.pod.is_some() {
                programs = programs.or(Some(ProgramSet::NONE));
            }
        }
        Self { programs }
    }

    /// Whether a component of signatures may be there.
    pub(super) fn may_be(self, component: &str) -> bool {
        let product = PRODUCTS
            .iter()
            .find(|(components, _)| components.contains(&component));
        match (product, self.programs) {
            (Some((_, speak)), Some(there)) => there.intersects(ProgramSet::of(speak)),
            (None, _) | (_, None) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_there_where_one_of_its_programs_speaks() {
        let speaking = |programs: &[Program]| Present {
            programs: Some(ProgramSet::of(programs)),
        };
        assert!(speaking(&[Kubelet, VirtHandler]).may_be("kubevirt"));
        assert!(speaking(&[Harvester]).may_be("longhorn"));
        assert!(!speaking(&[Kubelet, Rke2]).may_be("kubevirt"));
        assert!(!speaking(&[]).may_be("istio"));
        assert!(speaking(&[]).may_be("kubelet"));
        assert!(Present { programs: None }.may_be("kubevirt"));
    }

    #[test]
    fn every_component_is_one() {
        let known = &crate::signature::Database::shipped().signatures;
        for component in PRODUCTS.iter().flat_map(|(components, _)| *components) {
            assert!(
                known.iter().any(|one| one.component() == *component),
                "{component}"
            );
        }
    }
}
