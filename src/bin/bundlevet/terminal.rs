//! What standard output is: its width, and whether colours may be used.

use std::io::IsTerminal;

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
