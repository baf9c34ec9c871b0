//! Small pictures that say by their shape what colour alone would say: risk, severity, states, kinds of marks.

use maud::{Markup, PreEscaped, html};

use crate::rank::{MarkKind, Verdict};
use crate::signature::{Risk, Severity};

/// The tool's own.
const MARK: &str =
    r#"<path d="M2 3h12v4H2zM3 8h10v6H3z" fill="none" stroke="currentColor" stroke-width="1.4"/>"#;
/// A disc with a tick, a triangle with a mark, an octagon with a cross.
const TICK: &str = r#"<circle cx="8" cy="8" r="7" fill="currentColor"/><path class="inner" d="M4.5 8.2l2.4 2.4 4.4-4.8" fill="none" stroke-width="1.8"/>"#;
const TRIANGLE: &str = r#"<path d="M8 1l7.5 14H.5z" fill="currentColor"/><path class="inner" d="M8 5.5v4.5M8 12v1.4" stroke-width="1.8"/>"#;
const OCTAGON: &str = r#"<path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z" fill="currentColor"/><path class="inner" d="M5 5l6 6M11 5l-6 6" stroke-width="1.8"/>"#;
const DOT: &str = r#"<circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="2"/><circle cx="8" cy="8" r="3" fill="currentColor"/>"#;
const RING: &str =
    r#"<circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="2"/>"#;
const LENS: &str = r#"<circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" stroke-width="2"/><path d="M11 11l4 4" stroke="currentColor" stroke-width="2.4"/>"#;
const QUESTION: &str = r#"<circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M5.8 6.2c.2-3 4.6-2.6 4.4.2-.2 1.6-2.2 1.6-2.2 3.2M8 11.2v1.4" fill="none" stroke="currentColor" stroke-width="1.6"/>"#;
const STRUCK: &str = r#"<circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="M3.5 12.5l9-9" stroke="currentColor" stroke-width="2"/>"#;
/// As the timeline draws them.
const CAUSE: &str = r#"<path d="M8 0l5 5-5 5-5-5z" fill="currentColor"/><path d="M7 9h2v7H7z" fill="currentColor"/>"#;
const BARS: &str = r#"<path d="M3 8h2v7H3zM7 4h2v11H7zM11 10h2v5h-2z" fill="currentColor"/>"#;
const PLAY: &str = r#"<path d="M3 2l10 6-10 6z" fill="currentColor"/>"#;
const TURN: &str = r#"<path d="M12.5 4.5A5.6 5.6 0 1 0 13.600 8" fill="none" stroke="currentColor" stroke-width="2"/><path d="M14.5 1.5v5h-5z" fill="currentColor"/>"#;
const SQUARE: &str = r#"<path d="M3 3h10v10H3z" fill="currentColor"/>"#;

/// A drawing of 16 by 16; the word stands beside it, so readers that do not see it lose nothing.
fn icon(class: &str, inside: &'static str) -> Markup {
    html! {
        svg.icon.(class) viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" { (PreEscaped(inside)) }
    }
}

pub(super) fn mark() -> Markup {
    icon("brandmark", MARK)
}

pub(super) fn risk(risk: Risk) -> Markup {
    match risk {
        Risk::Safe => icon("risk-safe", TICK),
        Risk::Disruptive => icon("risk-disruptive", TRIANGLE),
        Risk::Destructive => icon("risk-destructive", OCTAGON),
    }
}

/// One to four bars.
pub(super) fn severity(severity: Severity) -> Markup {
    let bars = match severity {
        Severity::Critical => 4,
        Severity::High => 3,
        Severity::Medium => 2,
        Severity::Low => 1,
        Severity::Info => 0,
    };
    html! {
        svg.icon.bars viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" {
            @for at in 0..4 {
                rect x=(1 + at * 4) y=(11 - at * 3) width="3" height=(4 + at * 3) .off[at >= bars] {}
            }
        }
    }
}

pub(super) fn verdict(verdict: Verdict) -> Markup {
    match verdict {
        Verdict::KnownCause => icon("big", LENS),
        Verdict::SymptomsOnly | Verdict::NoKnownCause => icon("big", QUESTION),
        Verdict::Healthy => icon("big", TICK),
        Verdict::NotExaminable => icon("big", STRUCK),
    }
}

pub(super) fn kind(kind: MarkKind) -> Markup {
    match kind {
        MarkKind::Cause => icon("mark-cause", CAUSE),
        MarkKind::Symptom => icon("mark-symptom", BARS),
        MarkKind::Start => icon("mark-start", PLAY),
        MarkKind::Boot => icon("mark-boot", TURN),
        MarkKind::Change => icon("mark-change", SQUARE),
    }
}

/// A tick, a cross, a dot or a ring: done, failed, under way, not reached.
pub(super) fn step(status: Option<&str>) -> Markup {
    match status {
        Some("True") => icon("done", TICK),
        Some("False") => icon("failed", OCTAGON),
        Some(_) => icon("underway", DOT),
        None => icon("later", RING),
    }
}
