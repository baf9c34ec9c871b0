//! Quoted text into the same text without its secrets: tokens, passwords, keys. What diagnoses stays readable.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::{Captures, Regex};

/// What stands in place of a secret.
const MASK: &str = "***";

/// The text with every value that looks like a secret replaced by `***`. Doing it twice changes nothing.
pub fn masked(text: &str) -> Cow<'_, str> {
    static SHAPES: OnceLock<Vec<Shape>> = OnceLock::new();
    let shapes = SHAPES.get_or_init(shapes);
    let mut out = Cow::Borrowed(text);
    for shape in shapes {
        if let Cow::Owned(replaced) = shape
            .pattern
            .replace_all(&out, |found: &Captures<'_>| shape.replacement(found))
        {
            out = Cow::Owned(replaced);
        }
    }
    out
}

/// A shape of secrets. The group `keep` stays, `value` is what must look secret; without it all of it goes.
struct Shape {
    pattern: Regex,
    /// Also words without a digit are secret here.
    any_word: bool,
}

impl Shape {
    fn replacement(&self, found: &Captures<'_>) -> String {
        let whole = found.get(0).map_or("", |all| all.as_str());
        let part = |name| found.name(name).map_or("", |part| part.as_str());
        let value = part("value");
        // `token: expired` says what is wrong; `token: x7k2mq...` is the token.
        let telling =
            !value.is_empty() && !self.any_word && !value.chars().any(|c| c.is_ascii_digit());
        if telling || value == MASK {
            return whole.to_owned();
        }
        format!("{}{MASK}{}", part("keep"), part("after"))
    }
}

fn shapes() -> Vec<Shape> {
    // The quotes of JSON inside JSON are escaped, perhaps twice.
    let quote = r#"(?:\\{0,3}["'])"#;
    let all: [(String, bool); 9] = [
        (r"(?s)(?P<keep>-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?P<after>-----END [A-Z ]*PRIVATE KEY-----|$)".into(), true),
        (r"(?P<keep>\b(?i:bearer|basic) )(?P<value>[A-Za-z0-9._~+/=:-]{8,})".into(), false),
        // JSON web tokens, join tokens of RKE2 and K3s, API keys of Rancher and AWS
        (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?".into(), true),
        (r"\bK10[0-9a-f]{32,}::[^\s\x22']+".into(), true),
        (r"(?P<keep>\b(?:token|kubeconfig-(?:u|user))-[a-z0-9]{5,}:)[a-z0-9]{20,}".into(), true),
        (r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b".into(), true),
        (r"(?P<keep>/v3/import/)[A-Za-z0-9_-]{16,}".into(), true),
        // user:password@host
        (r"(?P<keep>[a-z][a-z0-9+.-]{1,20}://[^\s/:@\x22']{1,64}:)[^\s/@\x22']{1,128}(?P<after>@)".into(), true),
        (
            format!(
                r"(?P<keep>(?i:passw(?:or)?d|passphrase|secret|token|api[-_]?key|access[-_]?key|secret[-_]?key|client-key-data|private[-_]?key|credentials?){quote}?\s?[:=]\s?{quote}?)(?P<value>[^\s\x22'\\,;&{{}}\[\]]{{6,}})"
            ),
            false,
        ),
    ];
    // They are constant and compile, as the tests show.
    all.into_iter()
        .filter_map(|(pattern, any_word)| {
            Some(Shape {
                pattern: Regex::new(&pattern).ok()?,
                any_word,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_compiles() {
        assert_eq!(shapes().len(), 9);
    }

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
}
