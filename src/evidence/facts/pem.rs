//! A certificate file (PEM) into a fact about its validity. Keys are never decoded, wherever they stand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, SubjectAltName};
use x509_cert::time::Time;

use super::Sink;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The first certificate of a file, as `openssl x509` reads it; those after it are its chain, and have files of their
/// own.
pub(super) fn first(text: &str, sink: &mut Sink<'_>) {
    let file = sink.path().rsplit('/').next().unwrap_or("").to_owned();
    let Some(certificate) = decode(text) else {
        let error = "no certificate that can be decoded";
        let fact = json!({"file": sink.path(), "error": error});
        return sink.push("not-collected", fact, 1, error);
    };
    let inner = certificate.tbs_certificate();
    let validity = inner.validity();
    let (from, until) = (stamp(validity.not_before), stamp(validity.not_after));
    let ca = inner
        .get_extension::<BasicConstraints>()
        .ok()
        .flatten()
        .is_some_and(|(_, constraints)| constraints.ca);
    let subject = inner.subject().to_string();
    let fact = json!({
        "file": file, "subject": subject, "issuer": inner.issuer().to_string(), "ca": ca,
        "names": names(&certificate), "not_before": from.map(|t| t.to_string()),
        "not_after": until.map(|t| t.to_string()),
    });
    let until = until.map_or_else(String::new, |t| t.to_string());
    sink.push(
        "certificate",
        fact,
        1,
        &format!("{subject} Not After : {until}"),
    );
}

fn decode(text: &str) -> Option<Certificate> {
    let (_, rest) = text.split_once(BEGIN)?;
    let (body, _) = rest.split_once(END)?;
    let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    Certificate::from_der(&STANDARD.decode(body).ok()?).ok()
}

fn stamp(time: Time) -> Option<Timestamp> {
    let since = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
    Timestamp::UNIX_EPOCH
        .checked_add(SignedDuration::from_secs(since))
        .ok()
}

fn names(certificate: &Certificate) -> Vec<String> {
    let found = certificate
        .tbs_certificate()
        .get_extension::<SubjectAltName>();
    let Ok(Some((_, found))) = found else {
        return Vec::new();
    };
    let name = |name: &GeneralName| match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        GeneralName::IpAddress(address) => address_text(address.as_bytes()),
        _ => None,
    };
    found.0.iter().filter_map(name).collect()
}

fn address_text(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(sixteen).to_string())
}
