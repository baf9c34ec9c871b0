//! What standard output is: its width, and whether colours may be used.

use std::io::IsTerminal;
use std::sync::OnceLock;

use bundlevet::report::Language;

/// Columns where there is no terminal and `COLUMNS` says nothing.
const WIDTH: usize = 100;

/// Columns of a page. Behind a pager or `head` the terminal is the one that standard error still has.
pub(crate) fn width() -> usize {
    let said = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    let seen = || {
        let stdout = terminal_size::terminal_size_of(std::io::stdout());
        let size = stdout.or_else(|| terminal_size::terminal_size_of(std::io::stderr()));
        size.map(|(width, _)| usize::from(width.0))
    };
    said.or_else(seen)
        .filter(|width| *width > 0)
        .unwrap_or(WIDTH)
}

/// A terminal that was not told to do without colours.
pub(crate) fn color() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    std::io::stdout().is_terminal()
        && set("NO_COLOR").is_none()
        && set("TERM").is_none_or(|term| term != "dumb")
}

/// The language that was asked for.
static LANGUAGE: OnceLock<Option<Language>> = OnceLock::new();

/// Takes `--lang`.
pub(crate) fn speak(language: Option<Language>) {
    let _ = LANGUAGE.set(language);
}

/// The language of reports for people: `--lang`, else that of the locale.
pub(crate) fn language() -> Language {
    let locale = || {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
        names
            .into_iter()
            .find_map(set)
            .map(|locale| Language::from_locale(&locale))
    };
    LANGUAGE
        .get()
        .copied()
        .flatten()
        .or_else(locale)
        .unwrap_or_default()
}
