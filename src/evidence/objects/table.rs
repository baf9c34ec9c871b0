//! Tables that `kubectl get -o wide` printed into light objects: only what the columns show.
//!
//! A light object lacks most fields, so a kind that was only seen in a table does not count as collected: what the
//! table cannot show must not pass for absent. "No resources found" does count.

use std::io::Read;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::place::Place;
use super::sink::Sink;
use super::window::Window;
use crate::evidence::object::FROM_TABLE;

/// Longest row that is read.
const ROW: usize = 256 << 10;

/// Whether a line heads a table of `kubectl get`: capitals, with the column `NAME` or `NAMESPACE` first.
pub(super) fn is_header(line: &[u8]) -> bool {
    let capitals = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b" -()%/\r".contains(b);
    let first = line.split(|&b| b == b' ').next().unwrap_or_default();
    line.iter().all(capitals) && matches!(first, b"NAME" | b"NAMESPACE" | b"LAST")
}

/// Whether a first line is a row of a table without its head (`--no-headers`): columns, and nothing that YAML begins with.
pub(super) fn is_row(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let has = |words: &[u8]| line.windows(words.len()).any(|at| at == words);
    let first = line.split(|&b| b == b' ').next().unwrap_or_default();
    has(b"   ") && !first.ends_with(b":") && !line.starts_with(b"-") && !line.starts_with(b"#")
}

/// Reads the rows of a table whose path or columns name its kind.
pub(super) fn read(bytes: &mut dyn Read, sink: &mut Sink<'_>) {
    let plural = Place::of(&sink.entry().path).plural;
    // The collector writes the file while it asks, so the file's time is what ages count back from.
    let now = sink.entry().modified;
    let mut window = Window::new(bytes, ROW);
    let mut columns = Vec::new();
    let mut number = 0;
    while let Some(span) = window.line() {
        number += 1;
        let line = String::from_utf8_lossy(window.slice(span.from, span.to)).into_owned();
        if is_header(line.as_bytes()) {
            columns = header(&line);
        } else if !line.trim().is_empty() {
            let row = Row {
                columns: &columns,
                line: &line,
                now,
            };
            let named = plural.as_ref().and_then(|plural| object(plural, &row));
            let object = named.or_else(|| object(row.shown()?, &row));
            let said = sink.read.texts.len();
            if let Some(object) = object.filter(|_| !columns.is_empty()) {
                sink.item(object);
            }
            // columns that no object has a field for (a phase, a release's state) still say something
            if sink.read.texts.len() == said {
                sink.row(number, line.trim());
            }
        }
        window.release();
    }
}

/// The plural of the kind that is printed with these columns.
fn shown(columns: &[(String, usize)]) -> Option<&'static str> {
    const KINDS: &[(&str, &[&str])] = &[
        ("nodes", &["STATUS", "ROLES", "VERSION"]),
        ("pods", &["READY", "STATUS", "RESTARTS"]),
        ("events", &["REASON", "OBJECT", "MESSAGE"]),
        (
            "daemonsets",
            &["DESIRED", "CURRENT", "READY", "NODE SELECTOR"],
        ),
        ("deployments", &["READY", "UP-TO-DATE", "AVAILABLE"]),
        (
            "persistentvolumeclaims",
            &["STATUS", "VOLUME", "ACCESS MODES"],
        ),
        ("persistentvolumes", &["RECLAIM POLICY", "CLAIM"]),
        ("jobs", &["COMPLETIONS", "DURATION"]),
        ("volumeattachments", &["ATTACHER", "PV", "ATTACHED"]),
    ];
    let has = |name: &&str| columns.iter().any(|(column, _)| column == *name);
    let kind = KINDS.iter().find(|(_, all)| all.iter().all(has));
    kind.map(|(plural, _)| *plural)
}

/// Names of columns and where they start, in characters. Names hold single spaces, columns lie further apart.
fn header(line: &str) -> Vec<(String, usize)> {
    let mut columns: Vec<(String, usize)> = Vec::new();
    let mut spaces = 2;
    for (at, c) in line.trim_end().chars().enumerate() {
        if c == ' ' {
            spaces += 1;
            continue;
        }
        match columns.last_mut() {
            Some((name, _)) if spaces < 2 => {
                name.extend(std::iter::repeat_n(' ', spaces));
                name.push(c);
            }
            _ => columns.push((c.to_string(), at)),
        }
        spaces = 0;
    }
    columns
}

struct Row<'t> {
    columns: &'t [(String, usize)],
    line: &'t str,
    now: Option<Timestamp>,
}

impl Row<'_> {
    /// The kind, where the path does not name it. `kubectl get all` has several, and puts them before the names.
    fn shown(&self) -> Option<&'static str> {
        let name = self.cell("NAME");
        shown(self.columns).filter(|_| name.is_none_or(|name| !name.contains('/')))
    }

    /// The cell under `name`; `None` where it is empty, `<none>` or `<unknown>`.
    fn cell(&self, name: &str) -> Option<String> {
        let at = self.columns.iter().position(|(column, _)| column == name)?;
        let (_, start) = self.columns.get(at)?;
        let end = self.columns.get(at + 1).map_or(usize::MAX, |(_, end)| *end);
        let cell: String = self.line.chars().skip(*start).take(end - start).collect();
        let cell = cell.trim();
        (!matches!(cell, "" | "<none>" | "<unknown>" | "<invalid>" | "<nil>"))
            .then(|| cell.to_owned())
    }

    fn value(&self, name: &str) -> Value {
        self.cell(name).map_or(Value::Null, Value::String)
    }

    /// The time that an age stands for.
    fn time(&self, name: &str) -> Option<Timestamp> {
        let age = self.cell(name)?;
        let age = age.split(' ').next().and_then(age_of)?;
        self.now?.checked_sub(age).ok()
    }

    fn time_value(&self, name: &str) -> Value {
        self.time(name)
            .map_or(Value::Null, |time| Value::String(time.to_string()))
    }

    /// The time of an age that is finer than a day: coarser ones would put things in a wrong order.
    fn fine_time_value(&self, name: &str) -> Value {
        match self.cell(name) {
            Some(age)
                if age
                    .split(' ')
                    .next()
                    .is_some_and(|age| age.contains(['s', 'm', 'h'])) =>
            {
                self.time_value(name)
            }
            _ => Value::Null,
        }
    }

    fn metadata(&self) -> Value {
        json!({
            "name": self.value("NAME"),
            "namespace": self.value("NAMESPACE"),
            "creationTimestamp": self.time_value("AGE"),
        })
    }
}

/// `3m4s`, `14d`, `2y35d`.
fn age_of(age: &str) -> Option<SignedDuration> {
    let mut seconds = 0i64;
    let mut number = None::<i64>;
    for c in age.chars() {
        if let Some(digit) = c.to_digit(10) {
            number = Some(
                number
                    .unwrap_or(0)
                    .checked_mul(10)?
                    .checked_add(i64::from(digit))?,
            );
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'y' => 365 * 86_400,
            _ => return None,
        };
        seconds = seconds.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    number.is_none().then(|| SignedDuration::from_secs(seconds))
}

fn object(plural: &str, row: &Row<'_>) -> Option<Value> {
    let (api_version, kind, rest) = match super::kinds::long(plural) {
        "nodes" => ("v1", "Node", node(row)),
        "pods" => ("v1", "Pod", pod(row)),
        "events" => ("v1", "Event", event(row)),
        "namespaces" => (
            "v1",
            "Namespace",
            json!({"status": {"phase": row.value("STATUS")}}),
        ),
        "persistentvolumes" => ("v1", "PersistentVolume", claim(row)),
        "persistentvolumeclaims" => ("v1", "PersistentVolumeClaim", claim(row)),
        "deployments" => ("apps/v1", "Deployment", replicas(row)),
        "statefulsets" => ("apps/v1", "StatefulSet", replicas(row)),
        "daemonsets" => ("apps/v1", "DaemonSet", daemons(row)),
        "jobs" => ("batch/v1", "Job", job(row)),
        "apiservices" => ("apiregistration.k8s.io/v1", "APIService", service(row)),
        "volumeattachments" => ("storage.k8s.io/v1", "VolumeAttachment", attachment(row)),
        _ => return None,
    };
    let mut object = Map::new();
    if let Value::Object(rest) = rest {
        object.extend(rest);
    }
    object.insert("apiVersion".to_owned(), api_version.into());
    object.insert("kind".to_owned(), kind.into());
    object.insert(FROM_TABLE.to_owned(), true.into());
    object.entry("metadata").or_insert_with(|| row.metadata());
    without_nulls(Value::Object(object))
}

/// Drops what a cell did not say.
fn without_nulls(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Object(map) => {
            let map = map
                .into_iter()
                .filter_map(|(key, value)| Some((key, without_nulls(value)?)));
            Some(Value::Object(map.collect()))
        }
        Value::Array(list) => Some(Value::Array(
            list.into_iter().filter_map(without_nulls).collect(),
        )),
        scalar => Some(scalar),
    }
}

/// STATUS is `Ready`, `NotReady` (which also stands for unknown), `,SchedulingDisabled`.
fn node(row: &Row<'_>) -> Value {
    let status = row.cell("STATUS").unwrap_or_default();
    let ready = match status.split(',').next() {
        Some("Ready") => Value::from("True"),
        Some("NotReady") => Value::from("False"),
        _ => Value::from("Unknown"),
    };
    let roles = row.cell("ROLES").unwrap_or_default();
    let labels: Map<String, Value> = roles
        .split(',')
        .filter(|role| !role.is_empty())
        .map(|role| {
            (
                format!("node-role.kubernetes.io/{role}"),
                Value::from("true"),
            )
        })
        .collect();
    let mut metadata = row.metadata();
    if let Value::Object(metadata) = &mut metadata {
        metadata.insert("labels".to_owned(), Value::Object(labels));
    }
    json!({
        "metadata": metadata,
        "spec": {"unschedulable": if status.contains("SchedulingDisabled") { Value::Bool(true) } else { Value::Null }},
        "status": {
            "conditions": [{"type": "Ready", "status": ready}],
            "addresses": [{"type": "InternalIP", "address": row.value("INTERNAL-IP")}],
            "nodeInfo": {
                "kubeletVersion": row.value("VERSION"),
                "osImage": row.value("OS-IMAGE"),
                "kernelVersion": row.value("KERNEL-VERSION"),
                "containerRuntimeVersion": row.value("CONTAINER-RUNTIME"),
            },
        },
    })
}

/// STATUS is the phase, or the reason of the worst container (`Init:` before that of one that prepares the pod); RESTARTS is
/// of all containers together.
fn pod(row: &Row<'_>) -> Value {
    let status = row.cell("STATUS").unwrap_or_default();
    let restarts = row
        .cell("RESTARTS")
        .and_then(|cell| cell.split(' ').next()?.parse::<u64>().ok());
    let again = restarts.is_some_and(|times| times > 0);
    let (init, reason) = match status.strip_prefix("Init:") {
        // `Init:1/2`: how many are done
        Some(done) if fraction(done).is_some() => (true, ""),
        Some(reason) => (true, reason),
        None => (false, status.as_str()),
    };
    let (phase, state) = match reason {
        "" => ("Pending", Value::Null),
        "Running" | "Pending" | "Succeeded" | "Failed" | "Unknown" => (reason, Value::Null),
        "Completed" => ("Succeeded", Value::Null),
        // one that is not started again has failed, any other is between two tries
        "Error" | "OOMKilled" | "ContainerCannotRun" if again || init => {
            let phase = if init { "Pending" } else { "Running" };
            (phase, json!({"terminated": {"reason": reason}}))
        }
        "Error" | "Evicted" | "OOMKilled" | "ContainerCannotRun" | "DeadlineExceeded"
        | "NodeLost" => ("Failed", Value::Null),
        "Terminating" => ("Running", Value::Null),
        "CrashLoopBackOff" if !init => ("Running", json!({"waiting": {"reason": reason}})),
        reason => ("Pending", json!({"waiting": {"reason": reason}})),
    };
    let ready = row.cell("READY").unwrap_or_default();
    let (ready, total) = fraction(&ready).unwrap_or((0, 0));
    let counted = |at: u64| match (at, restarts) {
        (0, Some(restarts)) => Value::from(restarts),
        _ => Value::Null,
    };
    let containers: Vec<Value> = (0..total.min(100))
        .map(|at| {
            // Which container it is cannot be told: the first that is not ready carries the reason.
            let here = !init && at == ready.min(total - 1);
            let state = if here { state.clone() } else { Value::Null };
            json!({"ready": at < ready, "restartCount": counted(at), "state": state})
        })
        .collect();
    let prepares = match &state {
        state if init && !state.is_null() => {
            json!([{"ready": false, "restartCount": counted(0), "state": state}])
        }
        _ => Value::Null,
    };
    let reason = matches!(status.as_str(), "Evicted" | "NodeLost").then(|| status.clone());
    json!({
        "spec": {"nodeName": row.value("NODE")},
        "status": {
            "phase": phase,
            "reason": reason,
            "podIP": row.value("IP"),
            "initContainerStatuses": prepares,
            "containerStatuses": containers,
        },
    })
}

/// OBJECT is `pod/name`, SOURCE `component, host`; only the age tells when.
fn event(row: &Row<'_>) -> Value {
    let object = row.cell("OBJECT").unwrap_or_default();
    let (kind, name) = object.split_once('/').unwrap_or(("", &object));
    let source = row.cell("SOURCE").unwrap_or_default();
    let (component, host) = source.split_once(", ").unwrap_or((&source, ""));
    let filled = |text: &str| {
        if text.is_empty() {
            Value::Null
        } else {
            Value::from(text)
        }
    };
    json!({
        "type": row.value("TYPE"),
        "reason": row.value("REASON"),
        "message": row.value("MESSAGE"),
        "count": row.cell("COUNT").and_then(|count| count.parse::<u64>().ok()),
        "firstTimestamp": row.fine_time_value("FIRST SEEN"),
        "lastTimestamp": row.fine_time_value("LAST SEEN"),
        "source": {"component": filled(component), "host": filled(host)},
        "involvedObject": {
            "kind": filled(&kind_name(kind)),
            "name": filled(name),
            "namespace": row.value("NAMESPACE"),
            "fieldPath": row.value("SUBOBJECT"),
        },
        "metadata": {"name": row.value("NAME"), "namespace": row.value("NAMESPACE")},
    })
}

/// The kind whose lower-case name a table shows.
fn kind_name(lower: &str) -> String {
    super::kinds::KNOWN
        .iter()
        .map(|(_, _, kind, _)| *kind)
        .find(|kind| kind.eq_ignore_ascii_case(lower))
        .unwrap_or(lower)
        .to_owned()
}

fn claim(row: &Row<'_>) -> Value {
    json!({
        "spec": {"storageClassName": row.value("STORAGECLASS"), "volumeName": row.value("VOLUME")},
        "status": {"phase": row.value("STATUS")},
    })
}

fn replicas(row: &Row<'_>) -> Value {
    let ready = row.cell("READY").and_then(|cell| fraction(&cell));
    let count = |name: &str| row.cell(name).and_then(|cell| cell.parse::<u64>().ok());
    json!({
        "spec": {"replicas": ready.map(|(_, total)| total)},
        "status": {
            "replicas": ready.map(|(_, total)| total),
            "readyReplicas": ready.map(|(ready, _)| ready),
            "updatedReplicas": count("UP-TO-DATE"),
            "availableReplicas": count("AVAILABLE"),
        },
    })
}

fn daemons(row: &Row<'_>) -> Value {
    let count = |name: &str| row.cell(name).and_then(|cell| cell.parse::<u64>().ok());
    json!({"status": {
        "desiredNumberScheduled": count("DESIRED"),
        "currentNumberScheduled": count("CURRENT"),
        "numberReady": count("READY"),
        "updatedNumberScheduled": count("UP-TO-DATE"),
        "numberAvailable": count("AVAILABLE"),
    }})
}

fn job(row: &Row<'_>) -> Value {
    let completions = row.cell("COMPLETIONS").and_then(|cell| fraction(&cell));
    let condition = match row.cell("STATUS").as_deref() {
        Some("Complete") => json!([{"type": "Complete", "status": "True"}]),
        Some("Failed") => json!([{"type": "Failed", "status": "True"}]),
        _ => Value::Null,
    };
    json!({
        "spec": {"completions": completions.map(|(_, total)| total)},
        "status": {"succeeded": completions.map(|(done, _)| done), "conditions": condition},
    })
}

/// AVAILABLE is `True`, or `False (ServiceNotFound)`.
fn service(row: &Row<'_>) -> Value {
    let available = row.cell("AVAILABLE").unwrap_or_default();
    let (status, reason) = available.split_once(" (").unwrap_or((&available, ""));
    let reason = reason.trim_end_matches(')');
    json!({"status": {"conditions": [{
        "type": "Available",
        "status": status,
        "reason": if reason.is_empty() { Value::Null } else { reason.into() },
    }]}})
}

fn attachment(row: &Row<'_>) -> Value {
    json!({
        "spec": {"nodeName": row.value("NODE"), "source": {"persistentVolumeName": row.value("PV")}},
        "status": {"attached": row.cell("ATTACHED").map(|cell| cell == "true")},
    })
}

/// `2/3`.
fn fraction(cell: &str) -> Option<(u64, u64)> {
    let (done, total) = cell.split_once('/')?;
    Some((done.parse().ok()?, total.parse().ok()?))
}
