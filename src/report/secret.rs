//! Quoted text into the same text without its secrets: tokens, passwords, keys. What diagnoses stays readable.

use std::borrow::Cow;

use crate::redact::secrets;

/// What stands in place of a secret.
const MASK: &str = "***";

/// The text with every value that looks like a secret replaced by `***`. Doing it twice changes nothing.
pub fn masked(text: &str) -> Cow<'_, str> {
    let found = secrets(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for secret in found {
        out.push_str(text.get(done..secret.start).unwrap_or_default());
        out.push_str(MASK);
        done = secret.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

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
