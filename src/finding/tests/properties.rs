//! What holds for any evidence.

use super::*;

/// A database with joins, weights and a rival, and logs that hit it here and there.
fn family() -> Database {
    let mut weighed = weighed();
    weighed.severity = Severity::High;
    let mut pair = joined(Join::Captures);
    pair.id = "b/pair".to_owned();
    pair.condition.more = vec![weight(2)];
    let pair = pair.with_part("third", Rancher);
    // a rival that any kubelet of the cluster may name
    let mut rival = cause("d/rival")
        .sure(Sureness::Certain)
        .with_part("rival", Kubelet);
    rival.scope = Some(Scope::Cluster);
    rival.condition.less = vec![weight(1)];
    let on_node = Signature {
        scope: Some(Scope::Node),
        id: "e/rival-on-node".to_owned(),
        ..rival.clone()
    };
    let symptom = symptom("c/s", Class::ApiDown);
    database(vec![weighed, pair, symptom, rival, on_node])
}

type Spot = (u8, u8, u8, i64);

fn case(db: &Database, spots: &[Spot]) -> Vec<build::Log> {
    let programs = [Kubelet, Etcd, Rancher];
    let mut logs: Vec<(u8, Program, build::Log)> = Vec::new();
    for node in 0..3u8 {
        for program in programs {
            logs.push((node, program, log(&format!("n{node}"), program)));
        }
    }
    for &(node, program, what, minute) in spots {
        // only a kubelet names the rival
        let program = if matches!(what % 11, 7 | 9) {
            0
        } else {
            program
        };
        let program = programs[usize::from(program) % 3];
        let slot = logs
            .iter_mut()
            .find(|(n, p, _)| *n == node % 3 && *p == program)
            .unwrap();
        let (id, part) = match what % 11 {
            n @ 0..=2 => ("a/x", u16::from(n)),
            n @ 3..=5 => ("b/pair", u16::from(n) - 3),
            n @ 6..=7 => ("d/rival", u16::from(n) - 6),
            n @ 8..=9 => ("e/rival-on-node", u16::from(n) - 8),
            _ => ("c/s", 0),
        };
        let value = if minute % 2 == 0 { "even" } else { "odd" };
        let taken = std::mem::replace(&mut slot.2, log("gone", Kubelet));
        slot.2 = taken.hit(db, id, part, &[("v", value)], &[minute]);
    }
    logs.into_iter().map(|(_, _, log)| log).collect()
}

fn sureness(findings: &[Finding]) -> std::collections::BTreeMap<usize, Sureness> {
    findings.iter().map(|f| (f.signature, f.sure)).collect()
}

proptest! {
    #[test]
    fn removing_a_source_never_raises_sureness(
        spots in proptest::collection::vec((0u8..3, 0u8..3, 0u8..11, 0i64..600), 1..14),
        gone in 0usize..9,
    ) {
        let db = family();
        let whole = sureness(&run(&db, &evidence(case(&db, &spots))));
        let mut logs = case(&db, &spots);
        logs.remove(gone);
        for (signature, sure) in sureness(&run(&db, &evidence(logs))) {
            let before = whole.get(&signature).copied();
            prop_assert!(before.is_some_and(|before| sure <= before), "{signature}: {before:?} -> {sure:?}");
        }
    }

    #[test]
    fn the_order_of_series_does_not_show(
        mut spots in proptest::collection::vec((0u8..3, 0u8..3, 0u8..11, 0i64..600), 1..14),
    ) {
        let db = family();
        let first = sureness(&run(&db, &evidence(case(&db, &spots))));
        spots.reverse();
        prop_assert_eq!(first, sureness(&run(&db, &evidence(case(&db, &spots)))));
    }
}
