//! What programs print in the situations, and where a diagnosis says a cause.

use bundlevet::rank::{Diagnosis, RankedFinding};

use super::bundle::{Bundle, ago, every, ids, journal};

pub const FLAG: &str = r#""Failed to start ContainerManager" err="invalid kernel flag: kernel/panic, expected value: 10, actual value: 0""#;
pub const PLEG: &str = r#""Skipping pod synchronization" err="PLEG is not healthy: pleg was last seen active 4m7.511s ago; threshold is 3m0s""#;
pub const KUBELET: &str = "rke2/agent-logs/kubelet.log";
pub const SERVER: &str = "journald/rke2-server";

/// A chart that is no archive: certain, old, and no failure of a node follows from it.
pub fn fleet(bundle: Bundle) -> Bundle {
    let lines = every(20, 240, 0, |minutes| {
        let time = ago(minutes);
        format!(
            r#"time="{time}" level=error msg="bundle shop: failed to process bundle: opening gzip reader: gzip: invalid header""#
        )
    });
    bundle.log(
        "rke2/podlogs/cattle-fleet-system-gitjob-6d9c6b5f4-abcde",
        lines,
    )
}

pub fn refused(minutes: i64) -> String {
    let line = r#"{"level":"warn","ts":"TIME","logger":"etcd-client","caller":"v3@v3.5.13/retry_interceptor.go:63","msg":"retrying of unary invoker failed","target":"etcd-endpoints://0xc0/127.0.0.1:2379","attempt":0,"error":"rpc error: code = DeadlineExceeded desc = latest balancer error: last connection error: connection error: desc = \"transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused\""}"#;
    journal(
        minutes,
        "rke2",
        &line.replace("TIME", &ago(minutes).to_string()),
    )
}

pub fn info(minutes: i64, words: &str) -> String {
    let time = ago(minutes);
    journal(
        minutes,
        "rke2",
        &format!(r#"time="{time}" level=info msg="{words}""#),
    )
}

pub fn fatal(minutes: i64, words: &str) -> String {
    let time = ago(minutes);
    journal(
        minutes,
        "rke2",
        &format!(
            r#"time="{time}" level=fatal msg="starting kubernetes: preparing server: {words}""#
        ),
    )
}

pub fn cause<'a>(d: &'a Diagnosis, id: &str) -> &'a RankedFinding {
    let found = d.causes.iter().find(|cause| cause.signature == id);
    found.unwrap_or_else(|| panic!("no {id}: {:?}", ids(&d.causes)))
}

pub fn says(finding: &RankedFinding, words: &str) -> bool {
    finding.reasons.iter().any(|reason| reason.contains(words))
}
