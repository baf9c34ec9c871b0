//! Output of machine plans: base64 of gzip of JSON of base64, cut into the lines that the instructions printed.
//!
//! rancher-system-agent (pkg/applyinator) keeps the output of one-time instructions as a map from the instruction's
//! name to its output, and of periodic ones as a map to a structure with `stdout` and `stderr`.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use jiff::civil::DateTime;
use serde_json::Value;

use super::Walk;
use crate::packed::View;

/// Reads the outputs of a machine-plan Secret.
pub(super) fn read(walk: &mut Walk<'_>) {
    let Some(data) = walk.object.value.get("data") else {
        return;
    };
    walk.time = data
        .get("last-apply-time")
        .and_then(View::as_str)
        .and_then(unix_date);
    for key in ["failed-output", "applied-output", "applied-periodic-output"] {
        let Some(encoded) = data.get(key).and_then(View::as_str) else {
            continue;
        };
        let limit = walk.limits.output_bytes;
        let json = match inflate(encoded, limit) {
            Inflated::Whole(json) => json,
            Inflated::TooLarge => {
                walk.left.outputs += 1;
                continue;
            }
            Inflated::None => continue,
        };
        let Ok(Value::Object(outputs)) = serde_json::from_slice(&json) else {
            continue;
        };
        for (instruction, output) in &outputs {
            let path = format!("data.{key}[{instruction:?}]");
            match output {
                Value::String(text) => lines(walk, text, &path),
                Value::Object(streams) => {
                    for stream in ["stdout", "stderr"] {
                        if let Some(text) = streams.get(stream).and_then(Value::as_str) {
                            lines(walk, text, &format!("{path}.{stream}"));
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// What became of an output.
enum Inflated {
    Whole(Vec<u8>),
    /// It is larger than it may be.
    TooLarge,
    /// It is no base64.
    None,
}

fn inflate(encoded: &str, limit: usize) -> Inflated {
    let Ok(gzip) = STANDARD.decode(encoded.as_bytes()) else {
        return Inflated::None;
    };
    let mut json = Vec::new();
    // A stream that breaks off still gives what came before; broken JSON is refused later.
    let _ = MultiGzDecoder::new(&*gzip)
        .take((limit as u64).saturating_add(1))
        .read_to_end(&mut json);
    match json.len() > limit {
        true => Inflated::TooLarge,
        false => Inflated::Whole(json),
    }
}

fn lines(walk: &mut Walk<'_>, encoded: &str, path: &str) {
    let decoded = STANDARD.decode(encoded.as_bytes());
    let text = match &decoded {
        Ok(bytes) => String::from_utf8_lossy(bytes),
        Err(_) => encoded.into(),
    };
    walk.lines(&text, path);
}

/// Go's `time.UnixDate`: `Tue Jan 21 09:30:00 UTC 2025`. The agent writes UTC; other zones have no offset here.
fn unix_date(text: &str) -> Option<jiff::Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let mut parts = text.split_ascii_whitespace();
    let (_, month, day, clock) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (zone, year) = (parts.next()?, parts.next()?);
    if !matches!(zone, "UTC" | "GMT") {
        return None;
    }
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let time: DateTime = format!("{year}-{month:02}-{:02}T{clock}", day.parse::<u8>().ok()?)
        .parse()
        .ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}
