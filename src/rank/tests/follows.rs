//! What follows from a cause that is over, or from one of another cluster: nothing.

use super::*;

#[test]
fn what_began_after_the_cause_was_over_does_not_follow() {
    let db = database(kubelet_down());
    let d = |down: &[i64], away: &[i64]| {
        let mut logs = vec![log("n1", Etcd).hit(&db, "kubelet/flag", 0, &[], &[50, 100])];
        for (id, minutes) in [("kubelet/down", down), ("node/not-ready", away)] {
            let mut own = log(
                "n1",
                if id == "kubelet/down" {
                    Kubelet
                } else {
                    Rancher
                },
            );
            if !minutes.is_empty() {
                own = own.hit(&db, id, 0, &[], minutes);
            }
            logs.push(own);
        }
        run(&db, &evidence(logs))
    };
    // a log of ten hours may be silent for one
    assert_eq!(d(&[159, 599], &[]).causes[0].state, State::Ongoing);
    let later = d(&[400, 599], &[]);
    assert_eq!(later.causes[0].state, State::Ended);
    assert_eq!(later.causes[0].consequences, []);
    assert_eq!(later.verdict, Verdict::SymptomsOnly);
    // what goes on in between hands it on
    let through = d(&[101, 599], &[400, 599]);
    assert_eq!(through.causes[0].consequences.len(), 2);
    assert_eq!(through.causes[0].state, State::Ongoing);
    let apart = d(&[101, 110], &[400, 599]);
    assert_eq!(apart.causes[0].consequences.len(), 1);
    assert_eq!(apart.causes[0].state, State::Ended);
}

#[test]
fn a_cause_is_only_as_alive_as_the_subjects_that_follow() {
    let db = database(kubelet_down());
    let e = evidence(vec![
        log("n1", Etcd).hit(&db, "kubelet/flag", 0, &[], &[50, 100]),
        log("n1", Kubelet).hit(&db, "kubelet/down", 0, &[], &[60, 110]),
        log("n2", Kubelet).hit(&db, "kubelet/down", 0, &[], &[60, 599]),
    ]);
    let d = run(&db, &e);
    assert_eq!(d.causes[0].consequences[0].subjects.len(), 1);
    assert_eq!(d.causes[0].state, State::Ended);
}

#[test]
fn a_cause_explains_nothing_in_another_cluster() {
    let db = database(vec![
        cause("a/store").leads_to(&[Class::EtcdNoQuorum, Class::NodeNotReady]),
        symptom("etcd/lost", Class::EtcdNoQuorum),
    ]);
    // the failing node and the symptom are in the second input; so is its list of nodes
    let d = |second: &str| {
        let mut e = evidence(vec![
            log("n1", Kubelet).hit(&db, "a/store", 0, &[], &[500, 599]),
            log("w1", Etcd).hit(&db, "etcd/lost", 0, &[], &[510, 599]),
        ]);
        e.entries[1].entry.input = 1;
        let e = with_object(e, node("n1", "True", 0));
        let mut e = with_object(e, node(second, "False", 510));
        let mut other = e.entries[2].clone();
        other.entry.input = 1;
        e.entries.push(other);
        e.inputs = vec!["a.zip".to_owned(), "b.zip".to_owned()];
        let last = u32::try_from(e.entries.len() - 1).unwrap();
        for nodes in e.objects.values_mut() {
            nodes[1].entry = last;
        }
        let inputs = vec![input(None), input(None)];
        let findings = evaluate(&db, &e, &context(&inputs));
        diagnose(&db, &e, findings, inputs)
    };
    let apart = d("w1");
    assert_eq!(apart.causes[0].subjects[0].get("cluster"), Some("a"));
    assert_eq!(apart.causes[0].consequences, []);
    assert!(apart.symptoms[0].explained_by.is_empty());
    let whole: Vec<_> = apart.symptoms[0]
        .subjects
        .iter()
        .map(|s| s.get("cluster"))
        .collect();
    assert_eq!(whole, [Some("b")]);
    // two inputs of one cluster: what is seen from everywhere follows
    let one = d("n1");
    assert_eq!(one.causes[0].consequences.len(), 1);
}
