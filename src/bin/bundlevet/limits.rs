//! `--limit NAME=VALUE` into the limits of this process.

use std::sync::OnceLock;

use bundlevet::limits::Limits;

/// What this process may cost; asked for from everywhere, set once.
static LIMITS: OnceLock<Limits> = OnceLock::new();

/// Takes what stands on the command line, every one of which [`checked`] has seen.
pub(crate) fn take(set: &[String]) {
    let mut limits = Limits::default();
    for one in set {
        // Cannot fail here.
        let _ = limits.set(one);
    }
    let _ = LIMITS.set(limits);
}

/// The limits of this process.
pub(crate) fn get() -> &'static Limits {
    LIMITS.get_or_init(Limits::default)
}

/// One `NAME=VALUE`, or what is wrong with it.
pub(crate) fn checked(text: &str) -> Result<String, String> {
    Limits::default().set(text).map(|()| text.to_owned())
}

/// Help that names every limit.
pub(crate) fn help() -> String {
    // clap indents help by ten columns and makes no line wider than a hundred
    let columns = super::terminal::width().min(100).saturating_sub(10);
    let listed = Limits::default().listed(columns);
    format!(
        "Set a limit; repeatable. What reaches one is a problem that names it, and the rest is still done:\n{listed}"
    )
}
