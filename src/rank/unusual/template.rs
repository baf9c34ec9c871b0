//! A decoded line into its template: what varies from line to line is masked, so that lines of one kind are equal.

/// Stands for what varies.
const MASK: char = '#';
/// Templates are cut here, in bytes at most.
const LONGEST: usize = 240;
/// A word longer than this is data.
const LONGEST_WORD: usize = 48;

/// The template of a text: words with a digit, long words and quoted hexadecimal become `#`.
pub(in crate::rank) fn template(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST + LONGEST_WORD));
    let mut rest = text;
    while out.len() < LONGEST {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        put(word, &mut out);
        let mut behind = behind.chars();
        let Some(mark) = behind.next() else {
            break;
        };
        // one run of space, whatever it is made of
        if !mark.is_whitespace() {
            out.push(mark);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
        rest = behind.as_str();
    }
    out.truncate(out.trim_end().len());
    out
}

/// Names, paths, addresses and versions are one word.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@' | '%' | '+')
}

fn put(word: &str, out: &mut String) {
    let varies = word.len() > LONGEST_WORD
        || word.bytes().any(|byte| byte.is_ascii_digit())
        || (word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if !varies {
        out.push_str(word);
    } else if !out.ends_with(MASK) {
        out.push(MASK);
    }
}

/// Whether a text without a level says that something went wrong.
pub(super) fn complains(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "error",
        "fail",
        "panic",
        "fatal",
        "refused",
        "timeout",
        "timed out",
        "denied",
        "unable",
        "cannot",
        "corrupt",
        "killed",
        "no space",
        "not found",
    ];
    let lower = text.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_varies_is_masked() {
        for (text, expected) in [
            (
                "dial tcp 192.0.2.10:2379: connect: connection refused",
                "dial tcp #:#: connect: connection refused",
            ),
            (
                "Waiting for VM live-migration or shutdown...(count: 3)",
                "Waiting for VM live-migration or shutdown...(count: #)",
            ),
            ("volume pvc-0a1b  is   degraded", "volume # is degraded"),
        ] {
            assert_eq!(template(text), expected);
        }
    }

    proptest! {
        #[test]
        fn templates_are_bounded_and_stable(text in "\\PC{0,400}") {
            let once = template(&text);
            prop_assert!(once.len() <= LONGEST + LONGEST_WORD + 4);
            prop_assert_eq!(template(&text), once);
        }
    }
}
