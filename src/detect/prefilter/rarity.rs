//! Which window of a literal is rare in logs: the less often its grams occur, the fewer places must be compared.
//!
//! The frequencies are learned from a page of words that every log repeats; they only steer speed.

use std::sync::LazyLock;

/// Words and phrases that stand in line after line of real logs, each about as often as it is repeated here.
const COMMON: &str = "level=info msg=\" level=info msg=\" level=warning msg=\" level=error msg=\" time=\" error=\" err=\" err=\" \
 failed to failed to failed to fail to failed with unable to could not cannot not found not found is not has been no such \
 error: error: Error: error syncing error getting connection refused dial tcp: connect: connection refused timeout context deadline exceeded context canceled \
 rpc error: code = Unknown desc = rpc error: code = Unavailable desc = transport: Error while dialing \
 controller controller controller reconciling reconcile Reconciler error sync handler syncing starting started stopping stopped waiting for \
 namespace=\" namespace pod=\" pod pods name=\" name node node=\" nodes container containerID containerd container runtime \
 kubernetes kubernetes.io k8s.io client-go informers factory.go: reflector.go: kube-system kubelet apiserver etcd server \
 cattle-system cattle.io harvester-system harvesterhci.io longhorn-system longhorn.io volume volumes replica engine instance-manager \
 volume=pvc- PersistentVolume PersistentVolumeClaim mount MountVolume.SetUp attach detach disk storage provisioner \
 resource resourceVersion=\" the object has been modified; please apply your changes to the latest version and try again \
 successfully successfully Successfully created updated deleted deleting creating updating removed removing adding \
 watch list failed to list failed to watch request requests response status status code http https:// GET POST PUT 127.0.0.1:6443/api/v1/ \
 certificate x509: tls: handshake remote error cluster cluster.local cluster local service endpoint endpoints address network interface \
 health check healthy unhealthy probe liveness readiness ready not ready state state running start Started container Created container \
 image pulling Pulling image registry docker.io rancher/ version version upgrade plan job machine machines manager secret configmap config configuration \
 deployment daemonset statefulset replicaset operator webhook admission validating mutating calling webhook \
 goroutine memory process system.slice systemd kernel: session user root command exit status exited with code restart restarting \
 event event.go: Event occurred object=\" fieldPath=\"\" kind=\" apiVersion=\" type=\"Normal\" reason=\" message=\" \
 \"ts\":\"2025-01-01T00:00:00.000000Z\",\"caller\":\" \"level\":\"info\",\"msg\":\" ,\"error\":\" \"logger\":\" took too long apply request raft leader member peer \
 0 00 000 0000 00000 :00 :00: 00:00 T00 Z 10.42.0. 10.43.0. 192.168. 2022- 2023- 2024- 2025- 0 1 2 3 4 5 6 7 8 9";

/// Hash buckets for grams of four bytes.
const BUCKETS: usize = 1 << 12;

static FREQUENCY: LazyLock<Box<[u8; BUCKETS]>> = LazyLock::new(|| {
    let mut frequency = Box::new([0u8; BUCKETS]);
    for gram in COMMON.as_bytes().windows(4) {
        let count = &mut frequency[bucket(gram)];
        *count = count.saturating_add(1);
    }
    frequency
});

fn bucket(gram: &[u8]) -> usize {
    let folded = gram
        .iter()
        .fold(0u32, |hash, &byte| hash << 8 | u32::from(byte | 0x20));
    (folded.wrapping_mul(0x9E37_79B1) >> 20) as usize
}

/// The start of the window of `width` bytes whose grams are the rarest; 0 for a literal that is not longer.
pub(super) fn rarest_window(literal: &[u8], width: usize, gram: usize) -> usize {
    let short = |bytes: &[u8]| -> Vec<u32> {
        let grams = bytes.windows(4);
        grams.map(|g| u32::from(FREQUENCY[bucket(g)])).collect()
    };
    let cost = |start: usize| -> u32 {
        let window = literal.get(start..start + width).unwrap_or_default();
        // A wide gram is as rare as the rarest of the short ones in it; where that says nothing, all of them do.
        let rarest = |wide: &[u8]| short(wide).into_iter().min().unwrap_or(0);
        let grams: u32 = window.windows(gram).map(rarest).sum();
        grams * 1024 + short(window).iter().sum::<u32>()
    };
    (0..=literal.len().saturating_sub(width))
        .min_by_key(|&start| cost(start))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::rarest_window;

    #[test]
    fn the_unusual_words_are_chosen() {
        let literal = b"failed to start quorumzilla";
        let start = rarest_window(literal, 11, 8);
        assert!(start >= 7, "{start}");
        assert_eq!(rarest_window(b"short", 11, 8), 0);
    }
}
