//! Containers as the runtime sees them, and the static pods' flags.

use serde_json::json;

use super::{Sink, numbered};

/// `crictl ps -a`: one `container` each. Columns are cut where the header's words begin.
pub(super) fn crictl_ps(text: &str, sink: &mut Sink<'_>) {
    let Some(header) = text.lines().next() else {
        return;
    };
    let start = |name: &str| header.find(name);
    let (Some(state), Some(name), Some(attempt), Some(pod_id)) = (
        start("STATE"),
        start("NAME"),
        start("ATTEMPT"),
        start("POD ID"),
    ) else {
        return;
    };
    let (pod, namespace) = (header.rfind(" POD ").map(|at| at + 1), start("NAMESPACE"));
    let cut = |raw: &str, from: usize, to: Option<usize>| -> String {
        raw.get(from..to.unwrap_or(raw.len()).min(raw.len()))
            .unwrap_or("")
            .trim()
            .to_owned()
    };
    for (line, raw) in numbered(text).skip(1) {
        let fact = json!({
            "name": cut(raw, name, Some(attempt)),
            "state": cut(raw, state, Some(name)),
            "attempt": cut(raw, attempt, Some(pod_id)).parse::<u64>().unwrap_or(0),
            "pod": pod.map(|at| cut(raw, at, namespace)),
            "namespace": namespace.map(|at| cut(raw, at, None)),
        });
        sink.push("container", fact, line, raw);
    }
}

/// `docker ps -a`: one `container` each, with the exit code where it exited.
pub(super) fn docker_ps(text: &str, sink: &mut Sink<'_>) {
    let Some(header) = text.lines().next() else {
        return;
    };
    let (Some(status), Some(names)) = (header.find("STATUS"), header.find("NAMES")) else {
        return;
    };
    let ports = header.find("PORTS").unwrap_or(names);
    for (line, raw) in numbered(text).skip(1) {
        let state = raw.get(status..ports.min(raw.len())).unwrap_or("").trim();
        let name = raw.get(names..).unwrap_or("").trim();
        if name.is_empty() {
            continue;
        }
        let exit: Option<i64> = state
            .strip_prefix("Exited (")
            .and_then(|s| s.split(')').next())
            .and_then(|c| c.parse().ok());
        let short = if state.starts_with("Up") {
            "Running"
        } else {
            state.split_whitespace().next().unwrap_or("")
        };
        sink.push(
            "container",
            json!({"name": name, "state": short, "status": state, "exit_code": exit}),
            line,
            raw,
        );
    }
}

/// A static pod's manifest: `flag.<container>.<flag>` for each `--flag=value` argument.
pub(super) fn static_pod(text: &str, sink: &mut Sink<'_>) {
    let path = sink.path().to_owned();
    let program = path
        .rsplit('/')
        .next()
        .unwrap_or("")
        .trim_end_matches(".yaml")
        .to_owned();
    for (line, raw) in numbered(text) {
        let argument = raw
            .trim()
            .trim_start_matches("- ")
            .trim_matches(['"', '\'']);
        let Some((flag, value)) = argument
            .strip_prefix("--")
            .and_then(|flag| flag.split_once('='))
        else {
            continue;
        };
        if flag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !flag.contains("token") {
            sink.push(format!("flag.{program}.{flag}"), json!(value), line, raw);
        }
    }
}
