//! Symptom classes as ranking sees them: how far one reaches, whether it is a failure state, which words report it.

use crate::signature::Class;

/// Whether a failure of this class is seen where its cause sits: there the places must agree. The others
/// (the API, quorum, names, an upgrade) are seen from everywhere.
pub(super) fn is_local(class: Class) -> bool {
    matches!(
        class,
        Class::KubeletDown
            | Class::KubeletRestarting
            | Class::RuntimeDown
            | Class::NodeNotReady
            | Class::NodePressure
            | Class::ControlPlaneCrash
            | Class::VolumeFaulted
            | Class::VolumeDegraded
            | Class::VolumeAttachFailed
            | Class::VolumeRebuildFailed
            | Class::PodCannotStart
            | Class::PodCrashLoop
            | Class::ImagePullFailed
            | Class::CniNotReady
            | Class::NodeCannotJoin
            | Class::VmCannotStart
            | Class::VmCannotMigrate
            | Class::ImageImportFailed
            | Class::DiskFull
            | Class::Oom
            | Class::PlanFailed
    )
}

/// Whether users call this state their problem. Slowness, pressure and retries are not: they lead there.
pub(super) fn is_anchor(class: Class) -> bool {
    !matches!(
        class,
        Class::ApiSlow
            | Class::EtcdSlow
            | Class::NodePressure
            | Class::VolumeDegraded
            | Class::NetworkBroken
            | Class::SchedulingFailed
            | Class::ClockSkew
            | Class::CertInvalid
            | Class::PlanFailed
            | Class::Oom
    )
}

/// Words by which reporters name a failure; all words of one entry must occur, in any order.
const WORDS: &[(&[&str], Class)] = &[
    (&["upgrad", "stuck"], Class::UpgradeStuck),
    (&["upgrad", "hang"], Class::UpgradeStuck),
    (&["pre-drain"], Class::UpgradeStuck),
    (&["upgrad", "fail"], Class::UpgradeFailed),
    (&["drain", "block"], Class::DrainBlocked),
    (&["node", "not ready"], Class::NodeNotReady),
    (&["notready"], Class::NodeNotReady),
    (&["node", "down"], Class::NodeNotReady),
    (&["kubelet"], Class::KubeletDown),
    (&["quorum"], Class::EtcdNoQuorum),
    (&["etcd"], Class::EtcdDown),
    (&["volume", "fault"], Class::VolumeFaulted),
    (&["volume", "degraded"], Class::VolumeDegraded),
    (&["volume", "attach"], Class::VolumeAttachFailed),
    (&["volume", "mount"], Class::VolumeAttachFailed),
    (&["crash"], Class::PodCrashLoop),
    (&["pod", "start"], Class::PodCannotStart),
    (&["pod", "pending"], Class::PodCannotStart),
    (&["image", "pull"], Class::ImagePullFailed),
    (&["dns"], Class::DnsDown),
    (&["disconnect"], Class::AgentDisconnected),
    (&["unavailable", "cluster"], Class::AgentDisconnected),
    (&["import", "pending"], Class::AgentDisconnected),
    (&["join"], Class::NodeCannotJoin),
    (&["regist", "node"], Class::NodeCannotJoin),
    (&["certificate"], Class::CertInvalid),
    (&["webhook"], Class::WebhookFailing),
    (&["helm"], Class::HelmFailed),
    (&["vm", "migrat"], Class::VmCannotMigrate),
    (&["vm", "start"], Class::VmCannotStart),
    (&["vm", "stuck"], Class::VmCannotStart),
    (&["image", "import"], Class::ImageImportFailed),
    (&["image", "download"], Class::ImageImportFailed),
    (&["image", "upload"], Class::ImageImportFailed),
    (&["backup"], Class::BackupFailed),
    (&["restore"], Class::BackupFailed),
    (&["snapshot"], Class::SnapshotFailed),
    (&["ingress"], Class::IngressBroken),
    (&["load balancer"], Class::IngressBroken),
    (&["disk", "full"], Class::DiskFull),
    (&["no space"], Class::DiskFull),
    (&["rancher", "down"], Class::RancherDown),
    (&["rancher", "crash"], Class::RancherDown),
    (&["rancher", "panic"], Class::RancherDown),
    (&["api", "down"], Class::ApiDown),
    (&["apiserver"], Class::ApiDown),
    (&["provision"], Class::ClusterNotProvisioned),
];

/// The classes that a reporter's words name, in the order of the table.
pub(super) fn described(words: &str) -> Vec<Class> {
    let words = words.to_lowercase();
    let mut classes = Vec::new();
    for (all, class) in WORDS {
        if all.iter().all(|word| words.contains(word)) && !classes.contains(class) {
            classes.push(*class);
        }
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reporters_words_name_classes() {
        assert_eq!(
            described("Upgrade from v1.3.1 is STUCK in pre-draining"),
            [Class::UpgradeStuck]
        );
        assert_eq!(described("hello"), []);
        assert_eq!(described("node n1 NotReady"), [Class::NodeNotReady]);
    }
}
