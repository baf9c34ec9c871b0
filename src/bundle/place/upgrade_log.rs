//! Harvester's upgrade-log archives: `logs/<ns>.<pod>.<container>.<YYYYMMDD>.log[.gz]`.

use super::Placement;
use super::names::{Split, is_digits, uncompressed};

pub(super) fn place(split: &Split<'_>) -> Option<Placement> {
    let (namespace, pod, container) = dotted(split.file)?;
    Some(Placement::container(namespace, pod, container))
}

/// The tag fluentd names its files by. The first field is the namespace, the last before the date the container;
/// static pods of hosts with dots in their names keep them in between.
fn dotted(file: &str) -> Option<(&str, &str, &str)> {
    let rest = uncompressed(file).strip_suffix(".log")?;
    let (rest, date) = rest.rsplit_once('.')?;
    let date = date.split_once('_').map_or(date, |(date, _)| date);
    if date.len() != 8 || !is_digits(date) || !date.starts_with("20") {
        return None;
    }
    let (rest, container) = rest.rsplit_once('.')?;
    let (namespace, pod) = rest.split_once('.')?;
    (!namespace.is_empty() && !pod.is_empty() && !container.is_empty())
        .then_some((namespace, pod, container))
}
