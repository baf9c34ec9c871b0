//! Positive samples in other envelopes and with other values: they must still fire.

use super::envelope::{Form, klog_json, wrapped};
use super::sample::{Sample, decoded, fires, hits, literal_is_in, origin, parts, shown};
use super::{CheckReport, problem};
use crate::bundle::ProgramSet;
use crate::decode::{Line, decode};
use crate::detect::Captures;
use crate::signature::{Code, Part, Signature, SignatureProblem};

pub(super) fn check(signature: &Signature, report: &mut CheckReport) {
    for sample in hits(signature) {
        let parts = parts(signature, sample.test);
        if sample.raw.contains('\n') {
            block(signature, &sample, &parts, report);
            continue;
        }
        let line = decode(sample.raw.as_bytes(), &origin(sample.programs));
        let Some((part, captures)) = parts
            .iter()
            .find_map(|part| fires(part, &line).map(|(_, captures)| (*part, captures)))
        else {
            continue;
        };
        let mut forms = wrapped(&sample.raw, &line, sample.programs);
        forms.extend(klog_json(&sample.raw, &line));
        for (name, raw) in forms {
            report.mutations += 1;
            let fault = in_other_form(part, &captures, name, &raw, sample.programs);
            if let Some((code, message)) = fault {
                report
                    .problems
                    .push(problem(signature, sample.test.line, code, message));
            }
        }
        report.problems.extend(with_other_values(
            signature,
            part,
            &line,
            sample.test.line,
            &mut report.mutations,
        ));
    }
}

/// The lines of a block, each in the same envelope.
fn block(signature: &Signature, sample: &Sample<'_>, parts: &[&Part], report: &mut CheckReport) {
    let lines: Vec<&str> = sample.raw.lines().collect();
    let bare = crate::decode::Line::default();
    let forms: Vec<Vec<Form>> = lines
        .iter()
        .map(|raw| wrapped(raw, &bare, sample.programs))
        .collect();
    let count = forms.first().map_or(0, Vec::len);
    for at in 0..count {
        let form: Vec<&Form> = forms.iter().filter_map(|forms| forms.get(at)).collect();
        let Some((name, _)) = form.first() else {
            continue;
        };
        report.mutations += 1;
        let raw: Vec<String> = form.iter().map(|(_, raw)| raw.clone()).collect();
        let fires = decoded(&raw, sample.programs)
            .iter()
            .any(|(_, line)| parts.iter().any(|part| fires(part, line).is_some()));
        if !fires {
            let message = format!("the block does not match as {name}");
            report.problems.push(problem(
                signature,
                sample.test.line,
                Code::MutationFailed,
                message,
            ));
        }
    }
}

fn in_other_form(
    part: &Part,
    captures: &[Captures],
    name: &str,
    raw: &str,
    programs: ProgramSet,
) -> Option<(Code, String)> {
    let line = decode(raw.as_bytes(), &origin(programs));
    let Some((pattern, found)) = fires(part, &line) else {
        return Some((
            Code::MutationFailed,
            format!("does not match as {name}; it reads `{}`", shown(&line.text)),
        ));
    };
    if !literal_is_in(pattern, raw) {
        return Some((
            Code::LiteralLost,
            format!(
                "no literal of `{}` is in the line as {name}",
                pattern.source()
            ),
        ));
    }
    if found != captures {
        return Some((
            Code::MutationFailed,
            format!("captures {found:?} as {name}, {captures:?} as it stands"),
        ));
    }
    None
}

fn with_other_values(
    signature: &Signature,
    part: &Part,
    line: &Line,
    at: u32,
    tried: &mut usize,
) -> Vec<SignatureProblem> {
    let mut problems = Vec::new();
    for round in 0..VALUES {
        let Some((pattern, before)) = fires(part, line) else {
            continue;
        };
        let other = |name: &str, value: &str| Some(other_value(name, value, round));
        let Some(text) = pattern
            .with_values(&line.text, &other)
            .filter(|text| *text != line.text)
        else {
            continue;
        };
        *tried += 1;
        let names: Vec<&String> = before.iter().flat_map(|set| set.keys()).collect();
        match pattern.captures_in(&text).first() {
            None => {
                let message = format!(
                    "`{}` does not match with other values: `{}`",
                    pattern.source(),
                    shown(&text)
                );
                problems.push(problem(signature, at, Code::MutationFailed, message));
            }
            Some(after) => {
                for name in names {
                    let old = before
                        .first()
                        .and_then(|set| set.get(name))
                        .map_or("", String::as_str);
                    let want = other_value(name, old, round);
                    let have = after.get(name).map_or("", String::as_str);
                    if have != want && have != old && !is_open(name) {
                        let message = format!(
                            "<{name}> is cut: `{have}` of `{want}` in `{}`",
                            shown(&text)
                        );
                        problems.push(problem(signature, at, Code::MutationFailed, message));
                    }
                }
            }
        }
    }
    problems
}

/// How many other values are tried.
const VALUES: usize = 2;

fn is_open(name: &str) -> bool {
    matches!(
        name.trim_end_matches(|c: char| c.is_ascii_digit()),
        "reason" | "error" | "message" | "rest" | "text"
    )
}

/// Another plausible value for a placeholder.
fn other_value(name: &str, value: &str, round: usize) -> String {
    let choice: [&str; VALUES] = match name.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "node" => ["worker-07.example.com", "n"],
        "host" => ["db1.example.com", "198.51.100.9"],
        "pod" => ["rke2-canal-x7k2p", "etcd-worker-07.example.com"],
        "ns" | "namespace" => ["cattle-fleet-local-system", "default"],
        "container" => ["longhorn-manager", "etcd"],
        "volume" | "pvc" => ["pvc-0d6f9a3e-5b1c-4c55-9d0e-8a4f7b2c1d3e", "data"],
        "image" => [
            "registry.example.com:5000/rancher/rke2-runtime:v1.30.4-rke2r1",
            "busybox",
        ],
        "name" => ["cattle-system/rancher-5f9c", "x"],
        "ip" => ["198.51.100.23", "2001:db8:1::7"],
        "addr" | "peer" => ["198.51.100.23:10257", "[2001:db8::7]:2380"],
        "port" => ["65535", "80"],
        "uid" => ["0d6f9a3e-5b1c-4c55-9d0e-8a4f7b2c1d3e", "4f"],
        "id" => ["f3a9c0de51b2", "containerd://9af1"],
        "hash" => ["sha256:9af1c0de", "9af1"],
        "version" => ["v1.30.4+rke2r1", "2.9.3-rc1"],
        "n" | "num" | "count" => ["17", "2.5"],
        "code" => ["137", "Unavailable"],
        "duration" => ["2m3.5s", "900ms"],
        "path" | "file" => ["/var/lib/rancher/k3s/server/tls/x-1.crt", "/x"],
        "url" => [
            "https://rancher.example.com:8443/v3/connect?x=1",
            "http://[2001:db8::7]/",
        ],
        "key" => ["vm/overcommit_memory", "kernel.panic_on_oops"],
        "kind" => ["StatefulSet", "Pod"],
        "resource" => ["leases.coordination.k8s.io", "nodes"],
        "unit" => ["rke2-agent", "systemd-networkd-wait-online"],
        "user" => ["system:node:n7", "admin"],
        "time" => ["2025-11-13T04:05:06Z", "2024-02-29T23:59:59.123456789Z"],
        _ if is_open(name) => ["something else went wrong", "EOF"],
        _ => {
            // of the same make as the old one
            let digits = value.bytes().all(|b| b.is_ascii_digit());
            let hex = value.bytes().all(|b| b.is_ascii_hexdigit());
            if digits {
                ["4294967295", "7"]
            } else if hex {
                ["9af1c0de51b2", "0f"]
            } else {
                ["other-value_1.x/y", "Zz9"]
            }
        }
    };
    choice.get(round).copied().unwrap_or(value).to_owned()
}
