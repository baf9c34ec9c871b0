//! Who speaks: programs narrowed by an identifier, hosts.

use crate::bundle::{Origin, Program, ProgramSet};
use crate::decode::decode;

fn programs(raw: &str, entry: ProgramSet) -> Option<ProgramSet> {
    let origin = Origin {
        programs: entry,
        ..Origin::default()
    };
    decode(raw.as_bytes(), &origin).programs
}

#[test]
fn an_identifier_narrows_an_unknown_entry() {
    let kernel = "Mar 22 23:50:58 node1 kernel: EXT4-fs error (device sdc)";
    assert_eq!(
        programs(kernel, ProgramSet::ALL),
        Some(Program::Kernel.into())
    );
    assert_eq!(
        programs("Mar 22 23:50:58 node1 CRON[1]: x", ProgramSet::ALL),
        None
    );
    let k3s = programs("Mar 22 23:50:58 node1 k3s[1]: x", ProgramSet::ALL).unwrap();
    assert!(
        k3s.contains(Program::Kubelet)
            && k3s.contains(Program::Etcd)
            && !k3s.contains(Program::Rancher)
    );
}

#[test]
fn a_known_entry_stays_as_it_is() {
    let rke2 = ProgramSet::of(&[Program::Rke2, Program::Etcd]);
    assert_eq!(programs("Mar 22 23:50:58 node1 rke2[1]: x", rke2), None);
    let systemd = programs(
        "Mar 22 23:50:58 node1 systemd[1]: rke2-server.service: Failed",
        rke2,
    )
    .unwrap();
    assert_eq!(systemd, rke2.union(Program::Systemd.into()));
}

#[test]
fn the_host_is_kept() {
    let line = decode(b"Dec  4 09:17:01 w-guard-1 CRON[1]: x", &Origin::default());
    assert_eq!(line.host.as_deref(), Some("w-guard-1"));
    let iso = decode(
        b"2024-06-20T11:56:38+0800 n2.example.com k3s[7]: x",
        &Origin::default(),
    );
    assert_eq!(iso.host.as_deref(), Some("n2.example.com"));
}
