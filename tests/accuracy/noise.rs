//! Distractors: harmless lines in the same file, and three loud consequences, so that the cause is never the loudest.

use super::stamp::Clock;

/// Harmless lines that many programs print.
const HARMLESS: [&str; 8] = [
    "http: TLS handshake error from 203.0.113.7:40112: EOF",
    "Operation cannot be fulfilled on nodes \"n1\": the object has been modified; please apply your changes to the latest version and try again",
    "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 192.0.2.53 192.0.2.54 198.51.100.53",
    "v1 ComponentStatus is deprecated in v1.19+",
    "watch of *v1.ConfigMap ended with: very short watch: Unexpected watch close - watch lasted less than a second and no items received",
    "Starting controller",
    "Successfully synced",
    "Caches are synced",
];

/// What a kubelet prints in many unrelated incidents.
const LOUD: [&str; 3] = [
    r#"E{stamp}.100000    8869 kubelet_node_status.go:92] "Unable to register node with API server" err="Post \"https://127.0.0.1:6443/api/v1/nodes\": context deadline exceeded" node="n1""#,
    r#"E{stamp}.200000    8869 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \"StartContainer\" for \"app\" with CrashLoopBackOff: \"back-off 5m0s restarting failed container=app pod=app-0_default(00000000-0000-4000-8000-000000000001)\"" pod="default/app-0""#,
    r#"E{stamp}.300000    8869 controller.go:145] "Failed to ensure lease exists, will retry" err="Get \"https://127.0.0.1:6443/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1\": net/http: request canceled (Client.Timeout exceeded while awaiting headers)" interval="7s""#,
];

/// The file's own lines among at least forty harmless ones, in order of time.
pub fn mix(path: &str, own: Vec<String>, clock: &Clock) -> String {
    let mut lines: Vec<String> = (0..44)
        .map(|at| {
            let time = clock.before(240 - at * 5);
            let text = HARMLESS[at as usize % HARMLESS.len()];
            clock.wrap_at(path, text, time)
        })
        .collect();
    lines.extend(own);
    lines.push(String::new());
    lines.join("\n")
}

/// Loud consequences that occur in many unrelated incidents.
pub fn consequences(harvester: bool, product: &str, clock: &Clock) -> Vec<(String, String)> {
    let kubelet = match harvester {
        true => "nodes/n1.zip/n1/logs/kubelet.log".to_owned(),
        false => format!("{product}/agent-logs/kubelet.log"),
    };
    vec![(kubelet, loud("kubelet.log", clock))]
}

/// The loud lines of a kubelet, in the envelope of the file.
pub fn loud(path: &str, clock: &Clock) -> String {
    let lines = (0..12).flat_map(|at| {
        let time = clock.before(30 - at);
        let stamp = time
            .to_zoned(jiff::tz::TimeZone::UTC)
            .strftime("%m%d %H:%M:%S")
            .to_string();
        LOUD.map(|text| {
            clock.wrap_as(path, "kubelet", &text.replace("{stamp}", &stamp), time) + "\n"
        })
    });
    lines.collect()
}
