//! A place in a text, `<name>` or `<name|filter>`. `build.rs` includes this file too.

/// The inside of the `<...>` that `text` begins with, and what follows it.
pub(super) fn place(text: &str) -> Option<(&str, &str)> {
    let (inside, after) = text.strip_prefix('<')?.split_once('>')?;
    let name = inside.split('|').next()?;
    let mut letters = name.chars();
    let starts = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
    let goes_on = inside
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '|'));
    (starts && goes_on).then_some((inside, after))
}
