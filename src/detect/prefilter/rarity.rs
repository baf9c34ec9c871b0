//! Which window of a literal is rare in logs: the less often its grams occur, the fewer places must be compared.
//!
//! The frequencies are learned from a page of words that every log repeats, and from the literals themselves: what many
//! signatures say is common speech. They only steer speed.

use std::sync::LazyLock;

/// Words and phrases that stand in line after line of real logs, each about as often as it is repeated here.
const COMMON: &str = "level=info msg=\" level=info msg=\" level=warning msg=\" level=error msg=\" time=\" error=\" err=\" err=\" \
 failed to failed to failed to fail to failed with unable to could not cannot not found not found is not has been no such \
 error: error: Error: error syncing error getting connection refused dial tcp: connect: connection refused timeout context deadline exceeded context canceled \
 rpc error: code = Unknown desc = rpc error: code = Unavailable desc = transport: Error while dialing \
 controller controller controller reconciling reconcile Reconciler error sync handler syncing starting started stopping stopped waiting for \
 namespace=\" namespace pod=\" pod pods name=\" name node node=\" nodes container containerID containerd container runtime \
 warning warnings.go: unavailable unknown deprecated changed skipping cleanup retrieved finished completed complete directory file path using current \
 interface listener snapshot reconciliation connection over between after before already exists does not exist object key value set get \
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
const BUCKETS: usize = 1 << BUCKET_BITS;
const BUCKET_BITS: u32 = 15;

/// Bytes of a literal among which its window is chosen.
const REACH: usize = 256;

/// How often grams of four bytes occur.
pub(crate) struct Frequencies(Vec<u16>);

static COMMON_GRAMS: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut known = Frequencies(vec![0; BUCKETS]);
    known.learn(COMMON.as_bytes());
    known.0
});

/// The bucket of every gram of four bytes.
fn buckets(text: &[u8]) -> impl Iterator<Item = usize> {
    let bucket = |gram: &[u8; 4]| {
        let folded = u32::from_be_bytes(*gram) | 0x2020_2020;
        (folded.wrapping_mul(0x9E37_79B1) >> (32 - BUCKET_BITS)) as usize
    };
    text.array_windows().map(bucket)
}

impl Frequencies {
    /// Those of logs in general and of these literals.
    pub(crate) fn of<'a>(literals: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut known = Self(COMMON_GRAMS.clone());
        for literal in literals {
            known.learn(literal);
        }
        known
    }

    fn learn(&mut self, text: &[u8]) {
        for bucket in buckets(text) {
            if let Some(count) = self.0.get_mut(bucket) {
                *count = count.saturating_add(1);
            }
        }
    }

    /// The start of the window of `width` bytes whose grams are the rarest; 0 for a literal that is not longer.
    pub(super) fn rarest_window(&self, literal: &[u8], width: usize, gram: usize) -> usize {
        let literal = literal.get(..REACH).unwrap_or(literal);
        let Some(last) = literal.len().checked_sub(width).filter(|&last| last > 0) else {
            return 0;
        };
        let mut short = [0; REACH];
        for (count, bucket) in short.iter_mut().zip(buckets(literal)) {
            *count = self.0.get(bucket).copied().map_or(0, u32::from);
        }
        // A wide gram is as rare as the rarest of the short ones in it; where that says nothing, all of them do.
        let mut cost = short;
        for shift in 1..gram.max(4) - 3 {
            let next = short.get(shift..).unwrap_or_default();
            let rarest = cost.iter_mut().zip(next).take(literal.len());
            rarest.for_each(|(rarest, next)| *rarest = (*rarest).min(*next));
        }
        let (wide, short) = (
            sums(&cost, width + 1 - gram),
            sums(&short, width.max(3) - 3),
        );
        let cost = wide.zip(short).map(|(wide, short)| wide * 64 + short);
        let costs = (0..=last).zip(cost);
        costs.min_by_key(|(_, cost)| *cost).map_or(0, |(at, _)| at)
    }
}

/// The sum of each so many counts that follow each other.
fn sums(counts: &[u32; REACH], width: usize) -> impl Iterator<Item = u32> {
    let first = counts.iter().take(width).sum();
    let moved = counts.iter().zip(counts.iter().skip(width));
    let rest = moved.scan(first, |sum: &mut u32, (gone, new)| {
        *sum = *sum + new - gone;
        Some(*sum)
    });
    std::iter::once(first).chain(rest)
}

#[cfg(test)]
mod tests {
    use super::Frequencies;

    #[test]
    fn the_unusual_words_are_chosen() {
        let known = Frequencies::of([]);
        let start = known.rarest_window(b"failed to start quorumzilla", 11, 8);
        assert!(start >= 7, "{start}");
        assert_eq!(known.rarest_window(b"short", 11, 8), 0);
    }
}
