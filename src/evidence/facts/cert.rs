//! Certificates into facts about validity: files themselves, or the text that `openssl x509 -text` prints of them.

use jiff::civil::DateTime;
use serde_json::json;

use super::{Sink, numbered, pem};

/// A certificate file as it is on a node, or openssl's text of one.
pub(super) fn read(text: &str, sink: &mut Sink<'_>) {
    if text.contains("-----BEGIN CERTIFICATE-----") && !text.contains("Not After :") {
        pem::first(text, sink);
    } else {
        openssl_text(text, sink);
    }
}

/// One `certificate` per certificate in the text: file, subject, issuer, validity (RFC 3339), names, CA or not.
fn openssl_text(text: &str, sink: &mut Sink<'_>) {
    let file = sink.path().rsplit('/').next().unwrap_or("").to_owned();
    let mut current = Certificate::default();
    for (line, raw) in numbered(text) {
        let trimmed = raw.trim();
        if trimmed == "Certificate:" {
            current.flush(&file, sink);
            current = Certificate {
                line,
                ..Certificate::default()
            };
        } else if let Some(value) = trimmed.strip_prefix("Issuer:") {
            value.trim().clone_into(&mut current.issuer);
        } else if let Some(value) = trimmed.strip_prefix("Subject:") {
            value.trim().clone_into(&mut current.subject);
        } else if let Some(value) = trimmed.strip_prefix("Not Before:") {
            current.not_before = openssl_date(value);
        } else if let Some(value) = trimmed.strip_prefix("Not After :") {
            current.not_after = openssl_date(value);
            raw.clone_into(&mut current.quote);
            current.line = line;
        } else if trimmed.starts_with("DNS:") || trimmed.starts_with("IP Address:") {
            current.names = trimmed
                .split(',')
                .map(|name| {
                    name.trim()
                        .trim_start_matches("DNS:")
                        .trim_start_matches("IP Address:")
                        .to_owned()
                })
                .collect();
        } else if trimmed.starts_with("CA:TRUE") {
            current.ca = true;
        }
    }
    current.flush(&file, sink);
}

#[derive(Default)]
struct Certificate {
    line: usize,
    quote: String,
    issuer: String,
    subject: String,
    not_before: Option<jiff::Timestamp>,
    not_after: Option<jiff::Timestamp>,
    names: Vec<String>,
    ca: bool,
}

impl Certificate {
    fn flush(&self, file: &str, sink: &mut Sink<'_>) {
        let Some(not_after) = self.not_after else {
            return;
        };
        let fact = json!({
            "file": file, "subject": self.subject, "issuer": self.issuer, "ca": self.ca, "names": self.names,
            "not_before": self.not_before.map(|t| t.to_string()), "not_after": not_after.to_string(),
        });
        sink.push(
            "certificate",
            fact,
            self.line,
            &format!("{} {}", self.subject, self.quote.trim()),
        );
    }
}

/// `Nov 20 00:44:29 2026 GMT`.
fn openssl_date(text: &str) -> Option<jiff::Timestamp> {
    let mut words = text.split_whitespace();
    let month = words.next()?;
    let month = 1 + [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    .iter()
    .position(|&m| m == month)? as i8;
    let day = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<i8>());
    let (hour, minute, second) = (
        clock.next()?.ok()?,
        clock.next()?.ok()?,
        clock.next()?.ok()?,
    );
    let year = words.next()?.parse().ok()?;
    let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    jiff::tz::Offset::UTC.to_timestamp(civil).ok()
}
