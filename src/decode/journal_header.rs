//! journalctl's header lines into the times they name.

use jiff::civil::DateTime;

/// `-- Logs begin at Sun 2022-03-06 22:45:10 UTC, end at Tue 2022-03-22 23:56:05 UTC. --` (systemd up to 246) and
/// `-- Journal begins at .., ends at .. --` (247, 248): first and last time, in the host's zone. Of the zone only an
/// abbreviation is written, which is not read.
pub fn journal_header(text: &str) -> Option<(DateTime, Option<DateTime>)> {
    let body = text.strip_prefix("-- ")?;
    let (begin, rest) = body
        .strip_prefix("Logs begin at ")
        .or_else(|| body.strip_prefix("Journal begins at "))?
        .split_once(',')?;
    let end = rest
        .trim_start()
        .strip_prefix("end at ")
        .or_else(|| rest.trim_start().strip_prefix("ends at "))
        .and_then(|rest| civil(rest.trim_end_matches(" --").trim_end_matches('.')));
    Some((civil(begin)?, end))
}

/// `Sun 2022-03-06 22:45:10 UTC`.
fn civil(text: &str) -> Option<DateTime> {
    let mut words = text.split(' ').skip(1);
    format!("{}T{}", words.next()?, words.next()?).parse().ok()
}
