//! A diagnosis into every text in it that comes from the bundle, for those who must look at each.
//!
//! Every struct is taken apart by all its fields, so that a new one cannot be forgotten. Left out are names that lead
//! back into the bundle (entries, ids of signatures) and keys of maps.

use super::{
    Check, Consequence, Diagnosis, EtcdMember, EtcdView, EvidenceItem, InputSummary, Lane, Mark,
    MarkKind, Moment, NodeSummary, NotExamined, RankedFinding, Remediation, Step, Subject,
    Surroundings, Suspect, Told, Unusual, UpgradeCondition, UpgradeNode, UpgradeView, WaitingLine,
};
use crate::error::Problem;

/// What is done to each text.
type Each<'a> = &'a mut dyn FnMut(&mut String);

impl Diagnosis {
    /// Hands over every text that holds, or may hold, words of the bundle.
    pub fn each_text(&mut self, each: Each<'_>) {
        let Diagnosis {
            verdict: _,
            headline,
            inputs,
            failing,
            scanned: _,
            causes,
            symptoms,
            suspects,
            unusual,
            timeline,
            clocks,
            chart,
            surroundings,
            upgrade,
            etcd,
            checked,
            not_examined,
            problems,
            signatures: _,
        } = self;
        each(headline);
        all(failing, each);
        all(checked, each);
        inputs.iter_mut().for_each(|one| input(one, each));
        let findings = causes.iter_mut().chain(symptoms);
        findings.for_each(|finding| finding.each_text(each));
        suspects.iter_mut().for_each(|one| suspected(one, each));
        unusual.iter_mut().for_each(|one| stands_out(one, each));
        timeline.iter_mut().for_each(|one| moment(one, each));
        clocks.values_mut().for_each(|clock| each(&mut clock.from));
        chart.lanes.iter_mut().for_each(|one| lane(one, each));
        surroundings.iter_mut().for_each(|one| around(one, each));
        upgrade.iter_mut().for_each(|view| upgrades(view, each));
        etcd.iter_mut().for_each(|view| members(view, each));
        not_examined.iter_mut().for_each(|one| missing(one, each));
        for Problem { entry: _, error } in problems {
            each(error);
        }
    }
}

impl RankedFinding {
    /// The same for one finding.
    pub fn each_text(&mut self, each: Each<'_>) {
        let RankedFinding {
            signature: _,
            title,
            kind: _,
            severity: _,
            sure: _,
            confidence: _,
            state: _,
            problem: _,
            onset: _,
            subjects,
            reasons,
            explanation,
            count: _,
            first_seen: _,
            last_seen: _,
            evidence,
            consequences,
            explained_by: _,
            remediation,
            prevention,
            references: _,
            translations,
        } = self;
        each(title);
        each(explanation);
        all(reasons, each);
        all(prevention, each);
        about(subjects, each);
        evidence.iter_mut().for_each(|item| quote(item, each));
        for Consequence {
            signature: _,
            title,
            subjects,
            assumed: _,
        } in consequences
        {
            each(title);
            about(subjects, each);
        }
        remedy(remediation, each);
        for Told {
            title,
            explanation,
            remediation,
            prevention,
            reasons,
        } in translations.values_mut()
        {
            each(title);
            each(explanation);
            all(prevention, each);
            // the English is what a reason is found by, so both change alike
            for (mut english, mut told) in std::mem::take(reasons) {
                each(&mut english);
                each(&mut told);
                reasons.insert(english, told);
            }
            remedy(remediation, each);
        }
    }
}

fn all<'t>(texts: impl IntoIterator<Item = &'t mut String>, each: Each<'_>) {
    texts.into_iter().for_each(each);
}

fn about(subjects: &mut [Subject], each: Each<'_>) {
    all(subjects.iter_mut().flat_map(|one| one.0.values_mut()), each);
}

fn quote(item: &mut EvidenceItem, each: Each<'_>) {
    match item {
        EvidenceItem::Line {
            entry: _,
            line: _,
            time: _,
            text,
            captures,
        } => {
            each(text);
            all(captures.values_mut(), each);
        }
        EvidenceItem::Object {
            object,
            path: _,
            text,
            entry: _,
            captures,
        } => {
            each(object);
            each(text);
            all(captures.values_mut(), each);
        }
        EvidenceItem::Fact {
            fact: _,
            node,
            text,
            entry: _,
        } => {
            all(node, each);
            each(text);
        }
    }
}

fn remedy(remediation: &mut Remediation, each: Each<'_>) {
    let Remediation {
        summary,
        steps,
        verify,
    } = remediation;
    each(summary);
    steps.iter_mut().for_each(|one| step(one, each));
    verify.iter_mut().for_each(|one| check(one, each));
}

fn check(one: &mut Check, each: Each<'_>) {
    each(&mut one.run);
    all(&mut one.expect, each);
}

fn step(step: &mut Step, each: Each<'_>) {
    let Step {
        risk: _,
        place,
        text,
        run,
        takes,
        loses,
        check: shown,
    } = step;
    each(text);
    all([place, run, takes, loses].into_iter().flatten(), each);
    shown.iter_mut().for_each(|one| check(one, each));
}

fn input(input: &mut InputSummary, each: Each<'_>) {
    let InputSummary {
        path: _,
        kind: _,
        collected_at: _,
        time_range: _,
        description,
        products,
        nodes,
    } = input;
    all(description, each);
    all(products.values_mut(), each);
    for node in nodes {
        let NodeSummary {
            name,
            roles,
            os_image,
            kubelet_version,
            ready,
            upgrade_state,
            coverage: _,
        } = node;
        each(name);
        all(roles, each);
        let said = [os_image, kubelet_version, ready, upgrade_state];
        all(said.into_iter().flatten(), each);
    }
}

fn stands_out(unusual: &mut Unusual, each: Each<'_>) {
    let Unusual {
        entry: _,
        template,
        count: _,
        first_seen: _,
        sample,
        because,
    } = unusual;
    all([template, sample, because], each);
}

fn suspected(suspect: &mut Suspect, each: Each<'_>) {
    let Suspect {
        title,
        says,
        program,
        subject,
        state: _,
        count: _,
        first_seen: _,
        last_seen: _,
        evidence,
        reasons,
        depends,
        next,
        resembles,
    } = suspect;
    all([title, says], each);
    all(program, each);
    about(std::slice::from_mut(subject), each);
    quote(evidence, each);
    all(reasons.iter_mut().chain(depends), each);
    next.iter_mut().for_each(|one| step(one, each));
    all(resembles.iter_mut().map(|one| &mut one.title), each);
}

fn moment(moment: &mut Moment, each: Each<'_>) {
    let Moment {
        time: _,
        kind: _,
        text,
        place,
        signature: _,
        entry: _,
        line: _,
        clock_ahead: _,
        translations,
    } = moment;
    all(
        [text, place].into_iter().chain(translations.values_mut()),
        each,
    );
}

fn lane(lane: &mut Lane, each: Each<'_>) {
    let Lane {
        node,
        component,
        covered: _,
        marks,
    } = lane;
    all(node, each);
    each(component);
    for Mark {
        time: _,
        kind,
        what,
        count: _,
    } in marks
    {
        // A hit names its signature.
        if !matches!(kind, MarkKind::Cause | MarkKind::Symptom) {
            each(what);
        }
    }
}

fn around(surroundings: &mut Surroundings, each: Each<'_>) {
    let Surroundings {
        entry: _,
        line: _,
        input: _,
        before,
        after,
    } = surroundings;
    all(before, each);
    all(after, each);
}

fn upgrades(view: &mut UpgradeView, each: Each<'_>) {
    let UpgradeView {
        name,
        from,
        to,
        state,
        phase,
        conditions,
        nodes,
        blocking,
        restarts,
        jobs,
        waiting_for,
        next,
    } = view;
    each(name);
    all([from, to, state, phase, next].into_iter().flatten(), each);
    all(blocking.iter_mut().chain(restarts).chain(jobs), each);
    for UpgradeCondition {
        name,
        status,
        reason,
        message,
        since: _,
    } in conditions
    {
        each(name);
        all([status, reason, message].into_iter().flatten(), each);
    }
    for UpgradeNode {
        name,
        state,
        says,
        os_image,
        kubelet_version,
        pending_os,
        ready,
        cordoned: _,
        hooks_waiting,
    } in nodes
    {
        each(name);
        let said = [state, says, os_image, kubelet_version, pending_os, ready];
        all(said.into_iter().flatten(), each);
        all(hooks_waiting, each);
    }
    for WaitingLine {
        entry: _,
        line: _,
        text,
        count: _,
        span: _,
    } in waiting_for
    {
        each(text);
    }
}

fn members(view: &mut EtcdView, each: Each<'_>) {
    let EtcdView {
        cluster,
        members,
        voters: _,
        quorum: _,
        lost: _,
        doubtful: _,
        may_lose: _,
        text,
        quota: _,
        alarms,
        slow,
        snapshots,
        caution,
    } = view;
    each(text);
    all(alarms.iter_mut().chain(slow), each);
    all([cluster, snapshots, caution].into_iter().flatten(), each);
    for EtcdMember {
        name,
        id,
        client,
        node,
        learner: _,
        leader: _,
        healthy: _,
        doubtful: _,
        version,
        db_size: _,
        db_in_use: _,
        errors,
    } in members
    {
        each(name);
        all(
            [id, client, node, version, errors].into_iter().flatten(),
            each,
        );
    }
}

fn missing(missing: &mut NotExamined, each: Each<'_>) {
    let NotExamined {
        what,
        because,
        signatures: _,
        collect,
    } = missing;
    all([what, because], each);
    all(collect, each);
}
