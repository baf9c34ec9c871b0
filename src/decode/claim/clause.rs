//! A wrapped error (`a: b: c`) into its innermost clause that says something, which is the reason.

use super::words;

/// Characters of a clause that is shown.
const LONGEST: usize = 240;
/// What programs append to an error: it says what happens next.
const APPENDED: [&str; 5] = [
    ", requeuing",
    ", will retry",
    ", retrying",
    "; will retry",
    ", try again",
];

/// What a text says in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    /// The innermost clause that says something.
    pub(crate) says: String,
    /// The innermost clause of all only passes on that something else failed.
    pub(crate) general: bool,
    /// Clauses around it.
    pub(crate) depth: usize,
}

/// The innermost clause of a message, or of the error that it holds in a field of its own (else empty).
pub(crate) fn innermost(text: &str, error: &str) -> Clause {
    if error.split_whitespace().nth(1).is_some() || words::is_general(error) {
        let inner = innermost(error, "");
        // an error that says nothing is said by the message before it
        return match inner.general {
            true => Clause {
                depth: inner.depth + 1,
                ..innermost_of(text, true)
            },
            false => Clause {
                depth: inner.depth + 1,
                ..inner
            },
        };
    }
    innermost_of(text, false)
}

fn innermost_of(text: &str, general: bool) -> Clause {
    let text = unquoted(error_of(cut(text).trim()));
    let parts = clauses(text);
    // numbers and addresses alone say nothing
    let tells = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
    let words = |part: &str| part.split_whitespace().filter(tells).count();
    let weak = |part: &str| words(part) < 2 || words::is_general(part);
    let last = parts.len().saturating_sub(1);
    let telling = (0..parts.len())
        .rev()
        .find(|at| parts.get(*at).is_some_and(|part| !weak(part)));
    let passes_on = parts
        .get(last)
        .is_some_and(|part| words::is_general(part) || (last == 0 && words(part) < 2));
    let from = telling.unwrap_or(0);
    let says: String = parts.get(from..).unwrap_or_default().join(": ");
    // the status of a remote call says nothing
    let says = match says
        .strip_prefix("code = ")
        .and_then(|rest| rest.split_once(" desc = "))
    {
        Some((_, said)) => said.to_owned(),
        None => says,
    };
    Clause {
        says: says.chars().take(LONGEST).collect(),
        general: general || passes_on,
        depth: last,
    }
}

/// A text at its colons. What stands behind one and begins with a number or a list is the value of the words before it.
fn clauses(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut searched) = (0, 0);
    while let Some(at) = text.get(searched..).and_then(|rest| rest.find(": ")) {
        let (colon, next) = (searched + at, searched + at + 2);
        let behind = text.get(next..).unwrap_or_default().trim_start();
        if !behind.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '[' | '{' | '(')) {
            parts.push(text.get(from..colon).unwrap_or_default().trim());
            from = next;
        }
        searched = next;
    }
    parts.push(text.get(from..).unwrap_or_default().trim());
    parts
}

/// Without the quotes that are left over where a field was cut out; those of a last word in quotes belong to it.
fn unquoted(text: &str) -> &str {
    let mut text = text;
    while let Some(last) = text.chars().next_back() {
        let left_over = match last {
            '"' | '\'' => text.matches(last).count() % 2 == 1,
            ']' => text.matches(']').count() > text.matches('[').count(),
            _ => matches!(last, ' ' | '.'),
        };
        if !left_over {
            break;
        }
        text = text.get(..text.len() - last.len_utf8()).unwrap_or_default();
    }
    text
}

/// Without what says that it will be tried again.
fn cut(text: &str) -> &str {
    let ends = APPENDED.iter().filter_map(|end| text.find(end)).min();
    ends.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The value of `err=` or `error=`, which structured lines hold beside their message.
fn error_of(text: &str) -> &str {
    let at = [" err=", " error="]
        .iter()
        .filter_map(|key| text.find(key).map(|at| at + key.len()));
    let value = at.min().and_then(|at| text.get(at..)).unwrap_or_default();
    let value = value.trim_start_matches(['"', '[']);
    // further fields stand behind it
    let value = [" stacktrace=", " errVerbose="]
        .iter()
        .filter_map(|key| value.find(key))
        .min()
        .and_then(|end| value.get(..end))
        .unwrap_or(value);
    if value.len() > 8 { value } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_innermost_clause_that_says_something() {
        for (text, says, general) in [
            (
                "starting kubernetes: joining etcd cluster: etcdserver: too many learner members in cluster",
                "too many learner members in cluster",
                false,
            ),
            (
                "error syncing 'c-x': handler y: roles \"z\" already exists, requeuing",
                "roles \"z\" already exists",
                false,
            ),
            (
                "Failed to start ContainerManager err=invalid kernel flag: kernel/panic, expected value",
                "kernel/panic, expected value",
                false,
            ),
            (
                "Failed to start ContainerManager err=[invalid kernel flag: vm/overcommit_memory, expected value: 1, actual value: 0]",
                "vm/overcommit_memory, expected value: 1, actual value: 0",
                false,
            ),
            (
                "starting etcd: unhealthy cluster, no answer from: [192.0.2.12:2379 192.0.2.13:2379]",
                "unhealthy cluster, no answer from: [192.0.2.12:2379 192.0.2.13:2379]",
                false,
            ),
            (
                "etcd cluster join failed: context deadline exceeded",
                "etcd cluster join failed: context deadline exceeded",
                true,
            ),
            (
                "Error: unknown command \"server-junk\" for \"velero\"",
                "unknown command \"server-junk\" for \"velero\"",
                false,
            ),
            (
                "Nameserver limits were exceeded, the applied nameserver line is: 192.0.2.3 192.0.2.2",
                "Nameserver limits were exceeded, the applied nameserver line is: 192.0.2.3 192.0.2.2",
                false,
            ),
            ("EOF", "EOF", true),
        ] {
            let clause = innermost(text, "");
            assert_eq!(
                (clause.says.as_str(), clause.general),
                (says, general),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_has_one(text in "\\PC{0,400}") {
            let clause = innermost(&text, &text);
            prop_assert!(clause.says.chars().count() <= LONGEST);
        }
    }
}
