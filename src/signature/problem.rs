//! What can be wrong with a signature file, by code.

macro_rules! codes {
    ($($variant:ident = $word:literal, $says:literal);+ $(;)?) => {
        /// What is wrong with a signature file, for machines and for looking up.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub enum Code { $(#[doc = $says] #[serde(rename = $word)] $variant),+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];
            /// The code as reports print it.
            pub const fn word(self) -> &'static str { match self { $(Code::$variant => $word),+ } }
            /// What the code means.
            pub const fn says(self) -> &'static str { match self { $(Code::$variant => $says),+ } }
        }
    };
}

codes! {
    Unreadable = "unreadable", "the file or directory cannot be read";
    Yaml = "yaml", "the file is not YAML that signature files use";
    TooMuch = "too-much", "a limit on files, patterns, parts or tests is exceeded";
    BadId = "bad-id", "the path is not component/slug in lower-case letters, digits and dashes";
    MissingKey = "missing-key", "a required key is absent";
    UnknownKey = "unknown-key", "a key that means nothing here";
    WrongType = "wrong-type", "a value of another type is expected";
    UnknownWord = "unknown-word", "a value outside a closed list of words";
    UnknownProgram = "unknown-program", "a program outside the closed list";
    UnknownClass = "unknown-class", "a symptom class outside the closed list";
    BadPattern = "bad-pattern", "a pattern that cannot be used";
    BadTemplate = "bad-template", "a text whose placeholders cannot be used";
    BadQuery = "bad-query", "an object or fact query that cannot be used";
    BadDuration = "bad-duration", "not a duration such as 30s, 10m, 1h30m or 2d";
    BadVersions = "bad-versions", "not a product and versions such as `harvester >=1.4.0 <1.4.3`";
    DeadReference = "dead-reference", "a name that nothing defines";
    DuplicateId = "duplicate-id", "two files give one id";
    ShortLiteral = "short-literal", "the longest run of words is under 4 bytes: every line would be a candidate";
    WeakLiteral = "weak-literal", "the longest run of words is under 11 bytes: many lines will be candidates";
    KeyOrder = "key-order", "keys stand in another order than in docs/signature-format.md";
    DuplicatePattern = "duplicate-pattern", "a pattern is given twice";
    UntestedPattern = "untested-pattern", "no test matches this wording";
    UntestedPart = "untested-part", "an object or fact part that no test shows";
    UnusedPart = "unused-part", "a part of `find` that no condition uses";
    LostCapture = "lost-capture", "a text uses a capture that not every way of matching provides";
    DestructiveFirst = "destructive-first", "a destructive step before a safer one";
    NoLoss = "no-loss", "a destructive step that does not say what is lost";
    NoFix = "no-fix", "a cause without anything to do";
    NoCheck = "no-check", "a cause that does not say how to see that all is well";
    NoRefs = "no-refs", "a cause without a reference";
    NoExplanation = "no-explanation", "a cause without an explanation";
    NoHit = "no-hit", "no test that must match";
    NoQuiet = "no-quiet", "no test that must not match";
    SelfLead = "self-lead", "a symptom that leads to its own class";
    NoiseLeads = "noise-leads", "noise leads to nothing";
    TestFailed = "test-failed", "a test of the file fails";
    MutationFailed = "mutation-failed", "a positive sample no longer matches in another envelope or with other values";
    LiteralLost = "literal-lost", "no literal of a pattern is in a raw line that matches it";
    CrossTalk = "cross-talk", "another cause fires on a positive sample and is as sure";
    TooGeneral = "too-general", "fires on lines that mean nothing";
    DeadTranslation = "dead-translation", "a translation of a signature that does not exist, or of steps it does not have";
    PartTranslation = "part-translation", "a translation that lacks texts which the signature has";
    DeadRename = "dead-rename", "renamed.yaml names an id that does not exist, or one that still does";
}

impl Code {
    /// Whether the file may be used all the same.
    pub const fn is_warning(self) -> bool {
        matches!(
            self,
            Code::WeakLiteral
                | Code::KeyOrder
                | Code::DuplicatePattern
                | Code::UntestedPattern
                | Code::UntestedPart
                | Code::UnusedPart
                | Code::NoCheck
                | Code::NoRefs
                | Code::NoExplanation
                | Code::CrossTalk
                | Code::TooGeneral
                | Code::PartTranslation
        )
    }

    /// Whether a signature with this fault cannot be loaded at all.
    pub const fn is_structural(self) -> bool {
        (self as u8) <= (Code::ShortLiteral as u8)
    }
}

/// Something wrong with a signature file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct SignatureProblem {
    /// The file.
    pub file: String,
    /// Line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// The kind of fault.
    pub code: Code,
    /// What is wrong, one sentence without a final stop.
    pub message: String,
}

impl std::fmt::Display for SignatureProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        let level = if self.code.is_warning() {
            "warning"
        } else {
            "error"
        };
        write!(f, ": {level}[{}]: {}", self.code.word(), self.message)
    }
}

/// The candidate that a misspelt word most likely means.
pub(super) fn closest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let bound = (word.len() / 3).clamp(1, 3);
    candidates
        .map(|candidate| (distance(word, candidate, bound), candidate))
        .filter(|(distance, _)| *distance <= bound)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edit distance in bytes; anything over `bound` where the lengths already differ by more.
fn distance(a: &str, b: &str, bound: usize) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > bound || a.len() > 64 {
        return bound + 1;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            let best = (diagonal + usize::from(x != y))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            *cell = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(bound + 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_kebab_case_and_described() {
        let words: BTreeSet<_> = Code::ALL.iter().map(|code| code.word()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(
                code.word()
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '-'),
                "{}",
                code.word()
            );
            assert!(code.says().len() > 10 && !code.says().ends_with('.'));
        }
    }

    #[test]
    fn the_page_lists_every_code() {
        let page = include_str!("../../docs/signature-checks.md");
        for code in Code::ALL {
            let level = if code.is_warning() {
                "warning"
            } else {
                "error"
            };
            let row = format!("| `{}` | {level} | {} |", code.word(), code.says());
            assert!(page.contains(&row), "docs/signature-checks.md lacks: {row}");
        }
    }

    #[test]
    fn a_misspelt_word_is_recognised() {
        let words = ["kubelet", "etcd", "rancher"];
        assert_eq!(closest("kublet", words.into_iter()), Some("kubelet"));
        assert_eq!(closest("ranchr", words.into_iter()), Some("rancher"));
        assert_eq!(closest("harvester", words.into_iter()), None);
    }
}
