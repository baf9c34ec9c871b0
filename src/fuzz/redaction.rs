//! Redaction: secrets between any bytes do not survive, once or twice, and pieces do not matter.

use std::sync::{Arc, OnceLock};

use super::chosen;
use crate::redact::fuzzed::Stream;
use crate::redact::{Content, Key, Learned, Redactor};

/// Lines with secrets, and what of them must be gone.
const SECRETS: &[(&str, &str)] = &[
    ("DB_PASSWORD=correcthorsebattery", "correcthorsebattery"),
    (r#"x {"password":"hunter2hunter2"}"#, "hunter2hunter2"),
    (
        "dial https://admin:pa55w0rd-in-url@git.example.com/x",
        "pa55w0rd-in-url",
    ),
    (
        "Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789",
        "abcdefghijklmnopqrstuvwxyz0123456789",
    ),
    ("from 198.51.100.23 port 22", "198.51.100.23"),
];

fn redactor() -> &'static Arc<Redactor> {
    static REDACTOR: OnceLock<Arc<Redactor>> = OnceLock::new();
    REDACTOR.get_or_init(|| {
        let mut learned = Learned::default();
        learned.host("zeta-1.magrathea.io");
        learned.host("heartofgold");
        Arc::new(Redactor::new(&learned, Key::from_text("a key for tests")))
    })
}

/// Any bytes around lines with secrets.
pub(super) fn redaction(bytes: &[u8]) {
    let (a, b, rest) = chosen(bytes);
    let content = if a % 2 == 0 {
        Content::Log
    } else {
        Content::Other
    };
    let Some((line, secret)) = SECRETS.get(b % SECRETS.len()) else {
        return;
    };
    let middle = rest.len() * (a / 2) / 128;
    let (before, after) = rest.split_at(middle.min(rest.len()));
    let whole = [before, b"\n", line.as_bytes(), b"\n", after].concat();
    let once = redacted(&whole, content, usize::MAX);
    let known = memchr::memmem::find(rest, secret.as_bytes()).is_some();
    assert!(
        known || memchr::memmem::find(&once, secret.as_bytes()).is_none(),
        "{}",
        once.escape_ascii()
    );
    assert_eq!(
        redacted(&whole, content, b % 13 + 1)
            .escape_ascii()
            .to_string(),
        once.escape_ascii().to_string(),
        "in pieces"
    );
    // Twice need not be once: beside any bytes a pseudonym may read as part of something else, and is replaced again.
    let twice = redacted(&once, content, usize::MAX);
    assert!(known || memchr::memmem::find(&twice, secret.as_bytes()).is_none());
    let _ = redactor().text(&String::from_utf8_lossy(rest));
}

fn redacted(bytes: &[u8], content: Content, piece: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut stream = Stream::new(Arc::clone(redactor()), "logs/x.log", content, false);
    for part in bytes.chunks(piece.min(bytes.len()).max(1)) {
        stream.feed(part, &mut out);
    }
    stream.finish(&mut out);
    out
}
