//! The database into Markdown pages: one per signature, and an index by component and by symptom.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::markdown::{block, code, inline, prose};
use super::text::{asked, requirement};
use super::words::object_kind;
use crate::signature::{self, Class, Database, Kind, Part, Signature, Source, Step, VersionRange};

/// The page of a signature; placeholders stand as `<name>`.
pub fn signature_page(signature: &Signature) -> String {
    let mut out = format!("# {}\n\n", inline(signature.title.source()));
    facts(&mut out, signature);
    if let Some(explanation) = &signature.explanation {
        paragraphs(&mut out, explanation.source());
    }
    out.push_str("## What it looks for\n\n");
    for part in &signature.parts {
        looked_for(&mut out, part, signature.parts.len() > 1);
    }
    if let Some(needs) = &signature.needs {
        let _ = writeln!(out, "Needs {}.\n", prose(needs.trim_end_matches('.')));
    }
    fix(&mut out, signature);
    if let Some(prevent) = &signature.prevent {
        out.push_str("## How to prevent it\n\n");
        paragraphs(&mut out, prevent.source());
    }
    if !signature.refs.is_empty() {
        out.push_str("## References\n\n");
        for reference in &signature.refs {
            let _ = writeln!(out, "- {}", link(reference));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The index: every signature by component, then every class of symptoms with what shows it and what leads to it.
pub fn signature_index(database: &Database) -> String {
    let mut components: BTreeMap<&str, Vec<&Signature>> = BTreeMap::new();
    for signature in &database.signatures {
        let component = signature.id.split('/').next().unwrap_or_default();
        components.entry(component).or_default().push(signature);
    }
    let mut out = format!(
        "# Signatures\n\n{} signatures in {} components. `bundlevet explain ID` prints the same pages. This folder is written by\n`bundlevet signatures pages docs/signatures`.\n\n",
        database.signatures.len(),
        components.len()
    );
    out.push_str("## By component\n\n");
    for (component, signatures) in &components {
        let _ = writeln!(
            out,
            "### {component}\n\n| signature | kind | severity | |\n|---|---|---|---|"
        );
        for signature in signatures {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                page_link(signature),
                signature.kind.word(),
                signature.severity.word(),
                inline(signature.title.source())
            );
        }
        out.push('\n');
    }
    out.push_str("## By symptom\n\n");
    for class in Class::ALL {
        by_class(&mut out, database, *class);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn by_class(out: &mut String, database: &Database, class: Class) {
    let of = |holds: &dyn Fn(&Signature) -> bool| -> Vec<String> {
        let all = database.signatures.iter().map(|signature| &**signature);
        all.filter(|signature| holds(signature))
            .map(page_link)
            .collect()
    };
    let shows = of(&|signature| signature.class == Some(class));
    let causes =
        of(&|signature| signature.kind == Kind::Cause && signature.leads_to.contains(&class));
    if shows.is_empty() && causes.is_empty() {
        return;
    }
    let _ = writeln!(out, "### {}: {}\n", class.word(), inline(class.says()));
    for (what, list) in [("Shown by", shows), ("Causes", causes)] {
        if !list.is_empty() {
            let _ = writeln!(out, "{what}: {}\n", list.join(", "));
        }
    }
}

fn page_link(signature: &Signature) -> String {
    format!("[{0}]({0}.md)", signature.id)
}

fn facts(out: &mut String, signature: &Signature) {
    let programs = if signature.programs.is_all() {
        "every program".to_owned()
    } else {
        let names: Vec<&str> = signature
            .programs
            .iter()
            .map(|program| program.name())
            .collect();
        names.join(", ")
    };
    let leads: Vec<&str> = signature
        .leads_to
        .iter()
        .map(|class| class.word())
        .collect();
    let class = signature.class.map(|class| class.word().to_owned());
    let rows = [
        ("Signature", Some(code(&signature.id))),
        (
            "Kind",
            Some(format!(
                "{}, {}",
                signature.kind.word(),
                signature.severity.word()
            )),
        ),
        ("At one match", Some(signature.sure.word().to_owned())),
        ("Class", class),
        ("Spoken by", Some(programs)),
        ("Leads to", (!leads.is_empty()).then(|| leads.join(", "))),
        ("Affects", ranges(&signature.affects)),
        ("Fixed in", ranges(&signature.fixed_in)),
    ];
    out.push_str("| | |\n|---|---|\n");
    for (name, value) in rows {
        if let Some(value) = value {
            let _ = writeln!(out, "| {name} | {value} |");
        }
    }
    out.push('\n');
}

fn ranges(list: &[VersionRange]) -> Option<String> {
    let words: Vec<String> = list
        .iter()
        .map(|range| inline(&range.to_string()))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn paragraphs(out: &mut String, text: &str) {
    for paragraph in text.split("\n\n").filter(|text| !text.trim().is_empty()) {
        let joined: Vec<&str> = paragraph.lines().map(str::trim).collect();
        let _ = writeln!(out, "{}\n", prose(&joined.join(" ")));
    }
}

fn looked_for(out: &mut String, part: &Part, named: bool) {
    let name = if named {
        format!("{}: ", code(&part.name))
    } else {
        String::new()
    };
    match &part.source {
        Source::Log { patterns } => {
            let patterns: BTreeSet<&str> =
                patterns.iter().map(|pattern| pattern.source()).collect();
            for pattern in patterns {
                let _ = writeln!(out, "- {name}{}", code(pattern));
            }
        }
        Source::Object(query) => {
            let text = asked(&object_kind(query.kind()), query.clauses());
            let _ = writeln!(out, "- {name}object {}", inline(&text));
        }
        Source::Fact(query) => {
            let text = asked(query.key().source(), query.clauses());
            let _ = writeln!(out, "- {name}fact {}", inline(&text));
        }
    }
    for pattern in &part.not {
        let _ = writeln!(out, "  - but not {}", code(pattern.source()));
    }
    out.push('\n');
}

fn fix(out: &mut String, signature: &Signature) {
    if !signature.fix.is_empty() {
        out.push_str("## What to do, in this order\n\n");
    }
    for (number, step) in (1..).zip(&signature.fix) {
        one_step(out, number, step);
    }
    if !signature.check.is_empty() {
        out.push_str("## How to see that it worked\n\n");
    }
    for check in &signature.check {
        checked(out, check, "");
    }
}

fn one_step(out: &mut String, number: usize, step: &Step) {
    let only: Vec<String> = step.only_if.iter().map(requirement).collect();
    let only = if only.is_empty() {
        String::new()
    } else {
        format!(" (if {})", inline(&only.join(" or ")))
    };
    let place = step
        .on
        .as_ref()
        .map(|on| format!(" on {}", inline(on.source())));
    let _ = writeln!(
        out,
        "{number}. **{}**{}{only}: {}",
        step.risk.word(),
        place.unwrap_or_default(),
        prose(step.text.source())
    );
    // What belongs to an item stands under its text.
    let indent = " ".repeat(number.to_string().len() + 2);
    let mut more = |label: &str, text: &str| {
        let joined: Vec<&str> = text.lines().map(str::trim).collect();
        let _ = writeln!(out, "\n{indent}{label}{}", prose(&joined.join(" ")));
    };
    if let Some(detail) = &step.detail {
        more("", detail.source());
    }
    if let Some(takes) = &step.takes {
        more("Takes ", takes);
    }
    if let Some(loses) = &step.loses {
        more("Loses: ", loses.source());
    }
    if let Some(run) = &step.run {
        let _ = write!(out, "\n{}", indented(&block("sh", run.source()), &indent));
    }
    if let Some(check) = &step.check {
        let _ = writeln!(out, "\n{indent}Then check:\n");
        checked(out, check, &indent);
    } else {
        out.push('\n');
    }
}

fn checked(out: &mut String, check: &signature::Check, indent: &str) {
    let text = block("sh", check.run.source());
    out.push_str(&indented(&text, indent));
    if let Some(expect) = &check.expect {
        let _ = writeln!(out, "\n{indent}shows {}", code(expect.source()));
    }
    out.push('\n');
}

fn indented(text: &str, indent: &str) -> String {
    text.lines()
        .map(|line| format!("{indent}{line}\n"))
        .collect()
}

/// An address as a link; anything else as code.
fn link(reference: &str) -> String {
    let plain = |c: char| c.is_ascii_graphic() && !"<>\"`\\".contains(c);
    if reference.starts_with("https://") && reference.chars().all(plain) {
        format!("<{reference}>")
    } else {
        code(reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_and_the_index() {
        let database = Database::shipped();
        let flag = database.get("kubelet/invalid-kernel-flag").unwrap();
        insta::assert_snapshot!(signature_page(flag));
        let index = signature_index(database);
        for signature in &database.signatures {
            let row = format!("| [{0}]({0}.md) |", signature.id);
            assert_eq!(index.matches(&row).count(), 1, "{row}");
        }
    }

    #[test]
    fn every_page_is_whole() {
        for signature in &Database::shipped().signatures {
            let page = signature_page(signature);
            assert!(
                page.starts_with("# ") && page.contains(&signature.id),
                "{}",
                signature.id
            );
            assert_eq!(
                page.matches("\n```sh\n").count() * 2,
                page.matches("\n```").count(),
                "{}",
                signature.id
            );
        }
    }

    #[test]
    fn only_addresses_become_links() {
        assert_eq!(link("https://example.com/a"), "<https://example.com/a>");
        assert_eq!(link("javascript:alert(1)"), "`javascript:alert(1)`");
        assert_eq!(link("https://a> b"), "`https://a> b`");
    }
}
