//! A line as a program prints it into the forms in which collectors keep it.

use crate::bundle::{Program, ProgramSet};
use crate::decode::{Line, Stamp};

/// Programs whose lines stand in the journal of a node: they run as units, or inside one.
const UNITS: ProgramSet = ProgramSet::of(&[
    Program::Kubelet,
    Program::Rke2,
    Program::K3s,
    Program::Containerd,
    Program::Dockerd,
    Program::CriDockerd,
    Program::Kernel,
    Program::Systemd,
    Program::NetworkManager,
    Program::Wicked,
    Program::Iscsid,
    Program::Multipathd,
    Program::Sshd,
    Program::CloudInit,
    Program::Chrony,
    Program::RancherSystemAgent,
    Program::Rancherd,
    Program::HarvesterInstaller,
    Program::Firewalld,
    Program::Keepalived,
    Program::Haproxy,
]);

/// A form and its name for messages.
pub(super) type Form = (&'static str, String);

/// The envelopes that lines of these programs are found in. A line that already stands in one (its time or host was
/// read from outside the message) is left as it is.
pub(super) fn wrapped(raw: &str, line: &Line, programs: ProgramSet) -> Vec<Form> {
    if raw.contains('\n') || line.host.is_some() {
        return Vec::new();
    }
    let mut forms = Vec::new();
    if programs.intersects(UNITS) {
        let name = programs
            .intersection(UNITS)
            .iter()
            .next()
            .map_or("kubelet", Program::name);
        forms.push((
            "journal short",
            format!("Nov  3 04:05:06 n7 {name}[4242]: {raw}"),
        ));
        forms.push((
            "journal short-precise",
            format!("Nov 13 04:05:06.123456 n7.example.com {name}[4242]: {raw}"),
        ));
        forms.push((
            "journal short-iso",
            format!("2025-11-13T04:05:06+0100 n7 {name}[4242]: {raw}"),
        ));
    }
    if programs.is_all() || !programs.intersection(UNITS).eq(&programs) {
        forms.push((
            "CRI",
            format!("2025-11-13T04:05:06.123456789Z stderr F {raw}"),
        ));
        forms.push((
            "kubelet timestamp",
            format!("2025-11-13T04:05:06.123456789Z {raw}"),
        ));
        forms.push((
            "docker JSON",
            format!(
                "{{\"log\":{},\"stream\":\"stderr\",\"time\":\"2025-11-13T04:05:06.123456789Z\"}}",
                json(&format!("{raw}\n"))
            ),
        ));
    }
    forms
}

/// A klog line with structured fields as the JSON that the same program prints with `--logging-format=json`.
pub(super) fn klog_json(raw: &str, line: &Line) -> Option<Form> {
    let head = raw.strip_prefix(['I', 'W', 'E', 'F'])?;
    let is_klog = head.len() > 4 && head.bytes().take(4).all(|b| b.is_ascii_digit());
    let structured = raw.split_once("] \"").is_some();
    if !is_klog || !structured || !matches!(line.stamp, Some(Stamp::Yearless(_))) {
        return None;
    }
    let mut out = String::from("{\"ts\":1763003106123.4567");
    for (key, value) in &line.fields {
        out.push_str(&format!(",{}:{}", json(key), json(value)));
    }
    out.push('}');
    Some(("klog JSON", out))
}

/// As Go's encoder writes a string: HTML characters escaped.
fn json(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}
