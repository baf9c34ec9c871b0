//! Words of a pattern, or a regular expression, into bytes that every matching raw line contains.
//!
//! A pattern is matched on the canonical text of a line, the prefilter reads raw bytes. A run of bytes is the same in
//! both only if no envelope escapes it and no envelope puts anything between its bytes. Quotes, backslashes, `< > &`,
//! control and non-ASCII bytes are escaped by some writers; ` key=value` of the canonical text is `","key":"value` in
//! a JSON line and `" key="value` in a klog line. So runs end at those bytes, and a key stands alone.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// A run of bytes that the raw line contains, lower-cased, with its worth as a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) bytes: Box<[u8]>,
    pub(super) worth: u32,
}

/// The words that are in so many lines that they hardly filter, sorted.
const COMMON: &[&str] = &[
    "-machine-plan",
    "/var/lib/rancher/",
    "already",
    "and",
    "be",
    "cannot",
    "cattle",
    "client",
    "cluster",
    "code",
    "command",
    "connect",
    "connection",
    "container",
    "context",
    "controller",
    "could",
    "deadline",
    "dial",
    "driver.longhorn.io",
    "err",
    "error",
    "error:",
    "etcd",
    "exceeded",
    "exists",
    "exit",
    "failed",
    "failed:",
    "fleet-default",
    "fleet-local",
    "for",
    "found",
    "from",
    "get",
    "handler",
    "harvester",
    "http",
    "http://",
    "https",
    "https://",
    "in",
    "is",
    "kube-system",
    "kubelet",
    "longhorn",
    "machine",
    "mountvolume",
    "msg",
    "namespace",
    "node",
    "not",
    "object",
    "of",
    "out",
    "pod",
    "proxy",
    "rancher",
    "reconciling",
    "refused",
    "request",
    "resource",
    "response",
    "running",
    "server",
    "started",
    "starting",
    "status",
    "stopped",
    "syncing",
    "tcp",
    "the",
    "timed",
    "timeout",
    "to",
    "unable",
    "volume",
    "waiting",
    "was",
    "while",
    "with",
];

/// A regular expression, read. `Err`: what the parser says.
pub(super) fn parsed(source: &str) -> Result<Hir, String> {
    let mut builder = regex_syntax::ParserBuilder::new();
    let hir = builder.nest_limit(50).build().parse(source);
    hir.map_err(|error| error.to_string())
}

/// The run with more worth; the first of equals.
pub(super) fn better(a: Option<Run>, b: Option<Run>) -> Option<Run> {
    match (a, b) {
        (Some(a), Some(b)) if b.worth > a.worth => Some(b),
        (None, b) => b,
        (a, _) => a,
    }
}

/// The best run in literal bytes. `key_goes_on`: the last word is the beginning of a key.
pub(super) fn best_run(bytes: &[u8], key_goes_on: bool) -> Option<Run> {
    let mut best = None;
    each_run(bytes, key_goes_on, &mut |run| {
        best = better(best.take(), Some(run));
    });
    best
}

/// Every run in literal bytes, in order.
pub(super) fn each_run(bytes: &[u8], key_goes_on: bool, take: &mut dyn FnMut(Run)) {
    let mut start = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if !safe(byte) {
            let run = bytes.get(start..at).unwrap_or_default();
            worthy(run, byte == b'=', take);
            start = at + 1;
        }
    }
    let rest = bytes.get(start..).unwrap_or_default();
    worthy(rest, key_goes_on, take);
}

fn safe(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
        && !matches!(
            byte,
            b'"' | b'\'' | b'\\' | b'<' | b'>' | b'&' | b'=' | b'`'
        )
}

/// The parts of a run. The key of a nested value reads `outer.inner` in the canonical text: a key ends at dots.
fn worthy(run: &[u8], ends_in_key: bool, take: &mut dyn FnMut(Run)) {
    if !ends_in_key {
        return without_object_names(run, take);
    }
    let key = run.iter().rposition(|&b| b == b' ').map_or(0, |at| at + 1);
    let (before, key) = run.split_at_checked(key).unwrap_or((run, &[]));
    // a path, a host with its port, or something like `host [`: no key looks so
    if key.starts_with(b"/")
        || key.contains(&b':')
        || !key
            .last()
            .is_some_and(|b| b.is_ascii_alphanumeric() || b"_.-/".contains(b))
    {
        return without_object_names(run, take);
    }
    without_object_names(before, take);
    let pieces = key.split(|&b| matches!(b, b'.' | b'/'));
    pieces.filter_map(measured).for_each(take);
}

/// A value that a JSON line holds as `{"name": .., "namespace": ..}` reads `namespace/name`: a run ends at a slash that
/// may be that one, which is the only one in its word. (`i/o` and `1/2` are what they are, and no name holds a colon.)
fn without_object_names(run: &[u8], take: &mut dyn FnMut(Run)) {
    let mut start = 0;
    let mut word_start = 0;
    for word in run.split(|&b| b == b' ') {
        let mut slashes = word
            .iter()
            .enumerate()
            .filter(|(_, b)| **b == b'/')
            .map(|(at, _)| at);
        if let (Some(at), None) = (slashes.next(), slashes.next())
            && !(at == 1 && word.len() == 3)
            && !word.contains(&b':')
        {
            let before = run.get(start..word_start + at).unwrap_or_default();
            measured(before).into_iter().for_each(&mut *take);
            start = word_start + at + 1;
        }
        word_start += word.len() + 1;
    }
    let rest = run.get(start..).unwrap_or_default();
    measured(rest).into_iter().for_each(take);
}

fn measured(run: &[u8]) -> Option<Run> {
    let run = run.trim_ascii();
    if run.is_empty() {
        return None;
    }
    let bytes = run.to_ascii_lowercase();
    let worth = bytes
        .split(|&b| b == b' ')
        .map(|word| {
            let length = u32::try_from(word.len().min(14)).unwrap_or(14);
            let word = word.trim_ascii_end();
            let common = COMMON.binary_search_by(|c| c.as_bytes().cmp(word)).is_ok();
            if common { length } else { length * 3 }
        })
        .sum::<u32>();
    // a run under 4 bytes is no filter at all; one under 10 makes the filter of all of its group slower
    let worth = match bytes.len() {
        0..=3 => 0,
        4..=9 => worth.min(30) * 2 / 5,
        10 => worth.min(30),
        _ => worth + 1,
    };
    Some(Run {
        bytes: bytes.into_boxed_slice(),
        worth,
    })
}

/// Runs of which a text that matches the expression contains at least one; `None` where nothing is required.
pub(super) fn of_regex(hir: &Hir) -> Option<Vec<Run>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) => letter(hir)
            .and_then(|byte| best_run(&[byte], false))
            .map(|run| vec![run]),
        HirKind::Literal(literal) => best_run(&literal.0, false).map(|run| vec![run]),
        HirKind::Repetition(repetition) if repetition.min >= 1 => of_regex(&repetition.sub),
        HirKind::Repetition(_) => None,
        HirKind::Capture(capture) => of_regex(&capture.sub),
        HirKind::Concat(parts) => of_concat(parts),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(of_regex(branch)?);
            }
            (all.len() <= MOST_ALTERNATIVES).then_some(all)
        }
    }
}

/// More alternatives than this are no filter.
const MOST_ALTERNATIVES: usize = 16;

fn of_concat(parts: &[Hir]) -> Option<Vec<Run>> {
    let mut best: Option<Vec<Run>> = None;
    let mut take = |candidate: Option<Vec<Run>>| {
        let worth = |runs: &Vec<Run>| runs.iter().map(|run| run.worth).min().unwrap_or(0);
        if let Some(candidate) = candidate
            && best
                .as_ref()
                .is_none_or(|best| worth(&candidate) > worth(best))
        {
            best = Some(candidate);
        }
    };
    // What the text holds up to here, since the last part that can be anything: one of these.
    let mut ends: Vec<Vec<u8>> = vec![Vec::new()];
    for part in parts {
        if let Some(text) = literal(part) {
            ends.iter_mut().for_each(|end| end.extend(&text));
            continue;
        }
        take(all_best(&ends, may_go_on_with_key(part)));
        // `OutOf(?:cpu|memory)` holds one of two long words; by itself each part is short.
        let branches = alternatives(part).unwrap_or_default();
        if (1..=MOST_ALTERNATIVES).contains(&(branches.len() * ends.len())) {
            ends = each_with(&ends, &branches);
            continue;
        }
        // `yaml: (?:line \d+|unmarshal)` goes on with one of two words, whatever comes behind them.
        if let Some(beginnings) = beginnings(part)
            && beginnings.len() * ends.len() <= MOST_ALTERNATIVES
        {
            take(all_best(&each_with(&ends, &beginnings), true));
        }
        ends = vec![Vec::new()];
        take(of_regex(part));
    }
    take(all_best(&ends, false));
    best
}

/// Every one of `ends` followed by every one of `next`.
fn each_with(ends: &[Vec<u8>], next: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let with = |end: &Vec<u8>| {
        let end = end.clone();
        next.iter().map(move |next| [&end[..], next].concat())
    };
    ends.iter().flat_map(with).collect()
}

/// The best run of each, each once; `None` where one has none.
fn all_best(texts: &[Vec<u8>], key_goes_on: bool) -> Option<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    for text in texts {
        let run = best_run(text, key_goes_on)?;
        if !runs.contains(&run) {
            runs.push(run);
        }
    }
    Some(runs)
}

/// How each branch of an alternation begins: the bytes that are always the same.
fn beginnings(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Capture(capture) => beginnings(&capture.sub),
        HirKind::Alternation(branches) => Some(branches.iter().map(beginning).collect()),
        _ => None,
    }
}

fn beginning(hir: &Hir) -> Vec<u8> {
    match hir.kind() {
        HirKind::Capture(capture) => beginning(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map_while(literal).flatten().collect(),
        _ => literal(hir).unwrap_or_default(),
    }
}

/// The bytes that a text which matches has here, where they are always the same, captured or not.
fn literal(hir: &Hir) -> Option<Vec<u8>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(literal.0.to_vec()),
        HirKind::Capture(capture) => literal(&capture.sub),
        HirKind::Concat(parts) => {
            let parts: Option<Vec<Vec<u8>>> = parts.iter().map(literal).collect();
            parts.map(|parts| parts.concat())
        }
        _ => letter(hir).map(|byte| vec![byte]),
    }
}

/// The same where it is one of a few.
fn alternatives(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Capture(capture) => alternatives(&capture.sub),
        HirKind::Alternation(branches) if branches.len() <= MOST_ALTERNATIVES => {
            branches.iter().map(literal).collect()
        }
        HirKind::Class(Class::Unicode(class)) => {
            let few = class.iter().map(|range| range.len()).sum::<usize>() <= FEW_CHARACTERS;
            let each = class.iter().flat_map(|range| range.start()..=range.end());
            let byte = |c: char| u8::try_from(c).ok().filter(u8::is_ascii);
            let bytes: Option<Vec<Vec<u8>>> =
                few.then(|| each.map(|c| byte(c).map(|byte| vec![byte])).collect())?;
            bytes
        }
        _ => None,
    }
}

/// A class of so many characters (`IPv[46]`) is as good as an alternation.
const FEW_CHARACTERS: usize = 3;

/// Shows every run that a text which matches the expression contains.
pub(super) fn each_required(hir: &Hir, take: &mut dyn FnMut(Run)) {
    match hir.kind() {
        // What follows is not known here: it may go on with a key.
        HirKind::Literal(literal) => each_run(&literal.0, true, take),
        HirKind::Repetition(repetition) if repetition.min >= 1 => {
            each_required(&repetition.sub, take);
        }
        HirKind::Capture(capture) => each_required(&capture.sub, take),
        HirKind::Concat(parts) => each_of_concat(parts, take),
        _ => {}
    }
}

fn each_of_concat(parts: &[Hir], take: &mut dyn FnMut(Run)) {
    let mut bytes: Vec<u8> = Vec::new();
    for part in parts {
        if let Some(text) = literal(part) {
            bytes.extend(text);
        } else {
            each_run(&bytes, may_go_on_with_key(part), take);
            bytes.clear();
            each_required(part, take);
        }
    }
    // Inside another expression something may follow.
    each_run(&bytes, true, take);
}

/// Whether what follows a run can go on with its last word, which then may be a key.
fn may_go_on_with_key(hir: &Hir) -> bool {
    let in_key =
        |c: u32| u8::try_from(c).is_ok_and(|b| b.is_ascii_alphanumeric() || b"_.=-/".contains(&b));
    let touches = |start: u32, end: u32| (start..=end.min(0x7f)).any(in_key);
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => class
            .iter()
            .any(|r| touches(r.start().into(), r.end().into())),
        HirKind::Class(Class::Bytes(class)) => class
            .iter()
            .any(|r| touches(r.start().into(), r.end().into())),
        HirKind::Repetition(repetition) => {
            repetition.min == 0 || may_go_on_with_key(&repetition.sub)
        }
        // At the end of the text there is no key any more.
        HirKind::Look(Look::End) => false,
        _ => true,
    }
}

/// The letter that a case-insensitive class such as `[Aa]` stands for. A class with other characters in it
/// (`[Kk\u{212A}]`) stands for none: those bytes need not be in the line.
fn letter(hir: &Hir) -> Option<u8> {
    let HirKind::Class(class) = hir.kind() else {
        return None;
    };
    let mut found: Option<u8> = None;
    let mut count = 0;
    let mut add = |start: u32, end: u32| {
        for c in start..=end.min(start.saturating_add(2)) {
            let byte = u8::try_from(c)
                .ok()
                .filter(u8::is_ascii_alphabetic)?
                .to_ascii_lowercase();
            if found.is_some_and(|found| found != byte) {
                return None;
            }
            found = Some(byte);
            count += 1;
        }
        (end <= start.saturating_add(2)).then_some(())
    };
    match class {
        Class::Unicode(class) => {
            for range in class.iter() {
                add(u32::from(range.start()), u32::from(range.end()))?;
            }
        }
        Class::Bytes(class) => {
            for range in class.iter() {
                add(u32::from(range.start()), u32::from(range.end()))?;
            }
        }
    }
    found.filter(|_| count <= 2)
}

#[cfg(test)]
mod tests;
