//! A diagnosis in which everything that a bundle can say is hostile.

use super::{finding_mut, rich};
use crate::rank::{Diagnosis, EvidenceItem};

/// Markup, scripts, fences, mentions, references, control characters and marks of every format.
pub(in crate::report) const HOSTILE: &[&str] = &[
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>' onmouseover='alert(1)",
    "</script></style></textarea></details><!-- --><![CDATA[ <plaintext>",
    "```\n````\n~~~\n</details>\n\n# heading\n\n- item\n@octocat fixes #1 and GH-2",
    "[link](javascript:alert(1)) ![image](https://example.com/x.png) <https://example.com> www.example.com",
    "| a | b |\n| - | - |\n`x` ``y`` $$z$$ $`w`$ :smile: !1 ~bug &3 %4 a@b.example.com",
    "````````\n</pre></code></td></tr></table>\n---\n> quote\n1. item\n<!--\n[x]: https://example.com\n\\",
    "\u{9b}2J\u{9d}8;;https://example.com\u{9c}link\u{9d}8;;\u{9c}\u{90}q\u{84}\u{85}\u{8d}",
    "\u{1b}]8;;https://example.com\u{1b}\\link\u{1b}]8;;\u{7} \u{1b}]0;title\u{7} \u{1b}P$q\u{1b}\\ \u{8}\u{c}\u{e}",
    "\u{2066}a\u{2069} \u{2067}b\u{2069} \u{202d}c\u{202c} \u{61c}\u{200f}\u{200b}\u{feff}\u{ad}\u{2060}\u{e0041}\u{1d173}",
    "\u{1b}[31mred\u{1b}[0m \u{202e}txt.exe \u{0} \u{7f} \u{2028} \r\n--> ]]> {{x}} ${y} &lt;b&gt;",
];

/// The rich sample with `text` in every place that a bundle fills.
pub(in crate::report) fn hostile(text: &str) -> Diagnosis {
    let mut diagnosis = rich();
    let own = || text.to_owned();
    diagnosis.headline = own();
    diagnosis.failing = vec![own(), own()];
    for input in &mut diagnosis.inputs {
        input.path = own();
        input.description = Some(own());
        input.products = [(own(), own())].into();
        for node in &mut input.nodes {
            node.name = own();
            node.os_image = Some(own());
            node.kubelet_version = Some(own());
            node.upgrade_state = Some(own());
            node.roles = vec![own()];
            node.ready = Some(own());
        }
    }
    for finding in diagnosis.causes.iter_mut().chain(&mut diagnosis.symptoms) {
        finding_mut(finding, text);
        for item in &mut finding.evidence {
            let (EvidenceItem::Line {
                text: quoted,
                entry,
                ..
            }
            | EvidenceItem::Object {
                text: quoted,
                entry,
                ..
            }
            | EvidenceItem::Fact {
                text: quoted,
                entry,
                ..
            }) = item;
            (*quoted, *entry) = (own(), own());
        }
    }
    for one in &mut diagnosis.surroundings {
        (one.before, one.after) = (vec![own(), own()], vec![own()]);
    }
    for lane in &mut diagnosis.chart.lanes {
        (lane.node, lane.component) = (Some(own()), own());
        for mark in &mut lane.marks {
            mark.what = own();
        }
    }
    for one in &mut diagnosis.suspects {
        (one.title, one.says, one.program) = (own(), own(), Some(own()));
        one.evidence = EvidenceItem::Line {
            entry: own(),
            line: 1,
            time: None,
            text: own(),
            captures: Default::default(),
        };
        (one.depends, one.reasons) = (vec![own()], vec![own()]);
        for step in &mut one.next {
            (step.text, step.run) = (own(), Some(own()));
        }
    }
    for one in &mut diagnosis.unusual {
        (one.entry, one.template, one.sample) = (own(), own(), own());
    }
    for one in &mut diagnosis.timeline {
        (one.text, one.place, one.entry) = (own(), own(), Some(own()));
    }
    for one in &mut diagnosis.not_examined {
        (one.what, one.because) = (own(), own());
    }
    for one in &mut diagnosis.problems {
        (one.entry, one.error) = (own(), own());
    }
    diagnosis.checked = vec![own()];
    if let Some(view) = &mut diagnosis.upgrade {
        (view.name, view.from, view.to, view.state) =
            (own(), Some(own()), Some(own()), Some(own()));
        for one in &mut view.conditions {
            (one.reason, one.message) = (Some(own()), Some(own()));
        }
        for node in &mut view.nodes {
            (node.name, node.state, node.says) = (own(), Some(own()), Some(own()));
        }
        for line in &mut view.waiting_for {
            (line.entry, line.text) = (own(), own());
        }
        (view.blocking, view.restarts, view.jobs) = (vec![own(), own()], vec![own()], vec![own()]);
    }
    for view in &mut diagnosis.etcd {
        for member in &mut view.members {
            (member.name, member.node, member.errors) = (own(), Some(own()), Some(own()));
        }
        (view.alarms, view.slow, view.snapshots) = (vec![own()], vec![own()], Some(own()));
    }
    diagnosis
}
