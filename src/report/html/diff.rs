//! A comparison into one HTML page: no script, no request to anywhere, the style of the diagnosis.

use std::io::{self, Write};

use maud::{Markup, html};

use super::alone::{self, write_alone};
use crate::rank::{Change, ChangedFinding, Comparison, Diagnosis, NodeChange};
use crate::report::TextOptions;
use crate::report::diff::{collected, heading, paths, shown, title, warnings};
use crate::report::spoken::Spoken;
use crate::report::text::{headline_alone, words};

/// Writes the page; every finding is on it.
pub fn write_diff_html(
    comparison: &Comparison<'_>,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let spoken = Spoken(options.language);
    let title = spoken.say("What changed");
    write_alone(&title, options.language, &body(comparison, spoken), out)
}

fn body(comparison: &Comparison<'_>, spoken: Spoken) -> Markup {
    html! {
        (verdict(comparison, spoken))
        @for change in Change::ALL { (findings(comparison, change, spoken)) }
        (versions(comparison, spoken))
        (nodes(comparison, spoken))
        (coverage(comparison, spoken))
    }
}

fn verdict(comparison: &Comparison<'_>, spoken: Spoken) -> Markup {
    let count = |change| comparison.count(change);
    let class = match count(Change::New) + count(Change::Worse) {
        0 if count(Change::Unknown) > 0 => "unsure",
        0 => "good",
        _ => "bad",
    };
    html! {
        section #verdict .(class) {
            h1 { (counts(comparison, spoken)) }
            @for warning in warnings(comparison) { p.warning { (spoken.say(&warning)) } }
            div.now { (side(comparison.before, "Before", spoken)) (side(comparison.after, "After", spoken)) }
        }
    }
}

/// `1 new, 2 gone`.
fn counts(comparison: &Comparison<'_>, spoken: Spoken) -> String {
    let said = |change: Change| {
        let template = match change {
            Change::New => "{n} new",
            Change::Worse => "{n} worse",
            Change::Unknown => "{n} that cannot be told",
            Change::Better => "{n} better",
            Change::Gone => "{n} gone",
            Change::Unchanged => "{n} unchanged",
        };
        let number = comparison.count(change);
        (number > 0).then(|| spoken.fill(template, &[("n", &number)]))
    };
    let counts: Vec<String> = Change::ALL.into_iter().filter_map(said).collect();
    match counts.is_empty() {
        true => spoken.say("Nothing was found in either bundle"),
        false => counts.join(", "),
    }
}

fn side(diagnosis: &Diagnosis, label: &str, spoken: Spoken) -> Markup {
    html! {
        div {
            h2 { (spoken.say(label)) }
            p.path { (paths(&diagnosis.inputs)) }
            @if let Some(time) = collected(&diagnosis.inputs) { p.faint { (spoken.fill("collected {time}", &[("time", &time)])) } }
            p { b { (spoken.verdict(diagnosis.verdict)) } ": " (spoken.say(&shown(headline_alone(diagnosis)))) }
        }
    }
}

fn findings(comparison: &Comparison<'_>, change: Change, spoken: Spoken) -> Markup {
    let of = |finding: &&ChangedFinding<'_>| finding.change == change;
    let found: Vec<&ChangedFinding<'_>> = comparison.findings.iter().filter(of).collect();
    let rows = html! { ul.rows { @for changed in &found { (finding(changed, spoken)) } } };
    html! {
        @if !found.is_empty() {
            section {
                h2 { (spoken.say(heading(change))) " " span.count { (found.len()) } }
                @if change == Change::Unchanged {
                    details { summary { (spoken.counted(found.len(), "1 finding", "{n} findings")) } (rows) }
                } @else { (rows) }
            }
        }
    }
}

fn finding(changed: &ChangedFinding<'_>, spoken: Spoken) -> Markup {
    let Some(finding) = changed.shown() else {
        return html! {};
    };
    html! {
        li {
            span.badges {
                (alone::severity(finding.severity, spoken.0))
                span.chip.plain { (spoken.say(finding.kind.word())) }
                span.chip.plain { (spoken.state(finding)) }
            }
            b { (title(changed)) }
            @for because in &changed.because { span { (spoken.say(&shown(because))) } }
            span.faint { code { (finding.signature) } }
        }
    }
}

fn versions(comparison: &Comparison<'_>, spoken: Spoken) -> Markup {
    let rows = comparison
        .versions
        .iter()
        .map(|(product, (before, after))| {
            let (before, after) = (
                value(before.as_ref(), spoken),
                value(after.as_ref(), spoken),
            );
            [shown(product), before, after]
        });
    table(
        "Versions",
        ["Product", "Before", "After"],
        rows.collect(),
        spoken,
    )
}

fn nodes(comparison: &Comparison<'_>, spoken: Spoken) -> Markup {
    let mut rows = Vec::new();
    for node in &comparison.nodes {
        let name = shown(&node.name);
        match node.change {
            NodeChange::Added => {
                rows.push([name, spoken.say("added"), String::new(), String::new()]);
            }
            NodeChange::Removed => {
                rows.push([name, spoken.say("removed"), String::new(), String::new()]);
            }
            NodeChange::Changed => rows.extend(node.fields.iter().map(|field| {
                let (before, after) = (field.before.as_ref(), field.after.as_ref());
                let values = (value(before, spoken), value(after, spoken));
                [name.clone(), spoken.say(field.field), values.0, values.1]
            })),
        }
    }
    table("Nodes", ["Node", "What", "Before", "After"], rows, spoken)
}

fn coverage(comparison: &Comparison<'_>, spoken: Spoken) -> Markup {
    let (before, after) = (&comparison.before.scanned, &comparison.after.scanned);
    let row =
        |what: String, first: u64, second: u64| [what, words::count(first), words::count(second)];
    let mut rows = vec![
        row(spoken.say("entries"), before.entries, after.entries),
        row(spoken.say("lines"), before.lines, after.lines),
    ];
    for (node, (first, second)) in &comparison.coverage.nodes {
        let what = spoken.fill("entries of {node}", &[("node", &shown(node))]);
        rows.push(row(what, *first, *second));
    }
    let lists = [
        ("No longer examined", &comparison.coverage.lost),
        ("Examined now", &comparison.coverage.gained),
    ];
    html! {
        (table("What was read", ["", "Before", "After"], rows, spoken))
        @for (what, list) in lists {
            @if !list.is_empty() {
                section { h2 { (spoken.say(what)) } ul { @for item in list { li { (spoken.say(&shown(item))) } } } }
            }
        }
    }
}

fn value(value: Option<&String>, spoken: Spoken) -> String {
    value.map_or_else(|| spoken.say("not known"), |value| shown(value))
}

fn table<const N: usize>(
    what: &str,
    heads: [&str; N],
    rows: Vec<[String; N]>,
    spoken: Spoken,
) -> Markup {
    let cells = |row: [String; N]| row.map(|cell| html! { (cell) });
    let rows: Vec<_> = rows.into_iter().map(cells).collect();
    alone::table(what, heads, &[], &rows, spoken.0)
}
