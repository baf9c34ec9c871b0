//! Quoted text into the same text without its secrets: tokens, passwords, keys. What diagnoses stays readable.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::rank::{Diagnosis, EvidenceItem, RankedFinding};
use crate::redact::secrets;

/// What stands in place of a secret.
const MASK: &str = "***";

/// Without a value, what stood behind it may be read as one: it takes that many looks at most in any text that was met.
const LOOKS: usize = 8;

/// The text with every value that looks like a secret replaced by `***`. Doing it twice changes nothing.
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..LOOKS {
        match masked_once(&text) {
            Some(next) if next != text => text = Cow::Owned(next),
            _ => break,
        }
    }
    text
}

fn masked_once(text: &str) -> Option<String> {
    let found = secrets(text);
    if found.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for secret in found {
        out.push_str(text.get(done..secret.start).unwrap_or_default());
        out.push_str(MASK);
        done = secret.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Some(out)
}

/// A secret that is shorter may be a word that stands elsewhere for itself.
const LEAST: usize = 6;

/// Masks the secrets in every text of a diagnosis, so that no report of it can show one: quoted lines, and what was
/// captured from them and stands in titles, subjects, commands and the timeline.
pub fn hide_secrets(diagnosis: &mut Diagnosis) {
    let findings = diagnosis.causes.iter().chain(&diagnosis.symptoms);
    let captured: BTreeSet<(Reverse<usize>, String)> = findings
        .flat_map(captured)
        .map(|secret| (Reverse(secret.len()), secret))
        .collect();
    diagnosis.each_text(&mut |text| {
        if let Cow::Owned(hidden) = masked(text) {
            *text = hidden;
        }
        for (_, secret) in &captured {
            if text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), MASK);
            }
        }
    });
}

/// Secrets that were captured: away from the key that they stood behind, nothing shows that they are some.
fn captured(finding: &RankedFinding) -> Vec<String> {
    let mut out = Vec::new();
    for item in &finding.evidence {
        let (text, captures) = match item {
            EvidenceItem::Line { text, captures, .. }
            | EvidenceItem::Object { text, captures, .. } => (text, captures),
            EvidenceItem::Fact { .. } => continue,
        };
        for secret in secrets(text)
            .into_iter()
            .filter_map(|place| text.get(place))
        {
            for value in captures.values() {
                let shared = if value.contains(secret) {
                    secret
                } else if secret.contains(value.as_str()) {
                    value
                } else {
                    continue;
                };
                if shared.len() >= LEAST {
                    out.push(shared.to_owned());
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::rank::{Lane, Mark, MarkKind, Subject};
    use crate::report::{Format, Language, TextOptions, sample, write, write_timeline};

    #[test]
    fn secrets_go() {
        for (text, expected) in [
            (
                "Authorization: Bearer abc123def456ghi",
                "Authorization: Bearer ***",
            ),
            (
                r#"{"password":"hunter2hunter2","user":"admin"}"#,
                r#"{"password":"***","user":"admin"}"#,
            ),
            (
                r#"msg="{\"token\":\"a1b2c3d4e5\"}""#,
                r#"msg="{\"token\":\"***\"}""#,
            ),
            (
                "--token=K10aabbccddeeff00112233445566778899aabbccddeeff::server:s3cret ok",
                "--token=*** ok",
            ),
            (
                "jwt eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJl.c2lnbmF0dXJl end",
                "jwt *** end",
            ),
            (
                "token-abcde:zxcvbnmasdfghjklqwertyuiop1234567890",
                "token-abcde:***",
            ),
            (
                "https://admin:pa55word@registry.example.com/v2/",
                "https://admin:***@registry.example.com/v2/",
            ),
            (
                "curl https://rancher.example.com/v3/import/abcdefgh12345678_c-m-1.yaml",
                "curl https://rancher.example.com/v3/import/***.yaml",
            ),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----",
            ),
            ("aws AKIAIOSFODNN7EXAMPLE", "aws ***"),
            // once the key is masked, what is left is the value of a password
            ("passwd:\"-----BEGIN PRIVATE KEY-----\"\\", "passwd:\"***"),
        ] {
            assert_eq!(masked(text), expected);
            assert_eq!(masked(expected), expected, "twice");
        }
    }

    #[test]
    fn what_diagnoses_stays() {
        for text in [
            "invalid bearer token, service account token has expired",
            "token: expired",
            "failed to read secret: not found",
            "secrets \"n1.node-password.rke2\" is forbidden",
            "password: authentication failed",
            "error: token CA hash does not match the Cluster CA certificate hash: 1234abcd != 5678",
            "https://192.0.2.10:9345/v1-rke2/readyz",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    /// Seeds the secret wherever the bundle's own words may stand, behind a key and, where it was captured, bare.
    fn seeded() -> Diagnosis {
        let mut diagnosis = sample::rich();
        diagnosis.each_text(&mut |text| text.push_str(&format!(" password=\"{SECRET}\"")));
        let cause = &mut diagnosis.causes[0];
        for item in &mut cause.evidence {
            if let EvidenceItem::Line { captures, .. } = item {
                captures.insert("name".to_owned(), SECRET.to_owned());
            }
        }
        cause.title = format!("login as {SECRET} failed");
        cause.subjects = vec![Subject::of([("volume", SECRET)])];
        diagnosis.headline = cause.title.clone();
        let mark = Mark {
            time: Timestamp::UNIX_EPOCH,
            kind: MarkKind::Change,
            what: format!("{SECRET} changed"),
            count: 1,
        };
        diagnosis.chart.lanes.push(Lane {
            component: SECRET.to_owned(),
            marks: vec![mark],
            ..Lane::default()
        });
        diagnosis
    }

    const SECRET: &str = "hunter2hunter2";

    #[test]
    fn a_seeded_secret_is_in_no_format() {
        let mut diagnosis = seeded();
        hide_secrets(&mut diagnosis);
        let mut leaks = Vec::new();
        let mut look = |name: &str, text: &[u8]| {
            leaks.extend(memchr::memmem::find(text, SECRET.as_bytes()).map(|_| name.to_owned()));
        };
        for language in Language::ALL {
            let options = TextOptions {
                language: *language,
                ..TextOptions::default()
            };
            for format in Format::ALL {
                let mut out = Vec::new();
                write(*format, &diagnosis, &options, &mut out).unwrap();
                assert!(!out.is_empty());
                look(format.word(), &out);
            }
            let mut out = Vec::new();
            write_timeline(&diagnosis, &options, &mut out).unwrap();
            look("timeline", &out);
        }
        assert_eq!(leaks, [""; 0]);
        assert_eq!(
            diagnosis.causes[0].subjects,
            [Subject::of([("volume", "***")])]
        );
    }
}
