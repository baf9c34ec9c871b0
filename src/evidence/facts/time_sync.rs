//! What a node's time service says of itself into `time-sync`.

use serde_json::json;

use super::{Sink, numbered};

/// The value behind `key   : `.
fn field<'t>(text: &'t str, key: &str) -> Option<(usize, &'t str)> {
    numbered(text).find_map(|(line, raw)| {
        let (name, value) = raw.split_once(':')?;
        (name.trim() == key).then(|| (line, value.trim()))
    })
}

/// `chronyc tracking`: whether it follows a source, and how far the clock is from it (negative: behind), in seconds.
pub(super) fn tracking(text: &str, sink: &mut Sink<'_>) {
    let Some((line, system)) = field(text, "System time") else {
        return;
    };
    let mut words = system.split_whitespace();
    let Some(seconds) = words.next().and_then(|word| word.parse::<f64>().ok()) else {
        return;
    };
    let slow = words.any(|word| word == "slow");
    let leap = field(text, "Leap status").map(|(_, leap)| leap);
    let stratum = field(text, "Stratum").and_then(|(_, n)| n.parse::<u64>().ok());
    // without a source the offset is one from nothing
    let synchronized = leap.is_some_and(|leap| leap != "Not synchronised");
    let offset = if slow { -seconds } else { seconds };
    let fact = json!({
        "service": "chrony", "synchronized": synchronized, "leap": leap, "stratum": stratum,
        "offset_seconds": synchronized.then_some(offset),
    });
    let quote = format!(
        "System time: {system}, leap status {}",
        leap.unwrap_or("unknown")
    );
    sink.push("time-sync", fact, line, &quote);
}

/// `timedatectl`: whether the clock is synchronised, by which service, and whether the hardware clock keeps local time.
pub(super) fn timedatectl(text: &str, sink: &mut Sink<'_>) {
    let yes = |keys: [&str; 2]| {
        let found = keys.iter().find_map(|key| field(text, key));
        found.map(|(line, value)| (line, matches!(value, "yes" | "active")))
    };
    let Some((line, synchronized)) = yes(["System clock synchronized", "NTP synchronized"]) else {
        return;
    };
    let service = yes(["NTP service", "Network time on"]).map(|(_, active)| active);
    let zone = field(text, "Time zone").map(|(_, zone)| zone);
    let local = field(text, "RTC in local TZ").map(|(_, local)| local == "yes");
    let fact = json!({
        "service": "timedatectl", "synchronized": synchronized, "active": service, "zone": zone, "rtc_in_local_zone": local,
    });
    let quote = text.lines().nth(line - 1).unwrap_or_default();
    sink.push("time-sync", fact, line, quote);
}
