//! The engine as a whole: the fast way equals the naive one, whatever the bytes and however they are split.

use proptest::prelude::*;
use regex::Regex;

use super::catalog::{Catalog, Confirm, LogPart};
use super::scanner::Sizes;
use super::{Captures, Detector, EntryHits, Location};
use crate::bundle::{Entry, EntryKind, Origin, Program, ProgramSet};
use crate::decode::Line;

mod shipped;

const CAPTURE_SETS: usize = 64;

/// A pattern given by its regex and literals.
struct Plain {
    regex: Regex,
    literals: Vec<Box<[u8]>>,
    block: bool,
}

impl Confirm for Plain {
    fn literals(&self) -> &[Box<[u8]>] {
        &self.literals
    }

    fn may_match(&self, _: &[u8]) -> bool {
        true
    }

    fn captures(&self, line: &Line) -> Vec<Captures> {
        let names: Vec<&str> = self.regex.capture_names().flatten().collect();
        let found = self.regex.captures_iter(&line.text);
        found
            .map(|found| {
                let value =
                    |name: &&str| Some((name.to_string(), found.name(name)?.as_str().to_owned()));
                names.iter().filter_map(value).collect()
            })
            .collect()
    }

    fn is_block(&self) -> bool {
        self.block
    }
}

fn pattern(regex: &str, literals: &[&str]) -> Box<dyn Confirm> {
    Box::new(Plain {
        regex: Regex::new(&format!("(?i){regex}")).unwrap(),
        literals: literals.iter().map(|l| l.as_bytes().into()).collect(),
        block: false,
    })
}

fn panic(regex: &str) -> Box<dyn Confirm> {
    Box::new(Plain {
        regex: Regex::new(regex).unwrap(),
        literals: Vec::new(),
        block: true,
    })
}

fn part(signature: u32, programs: ProgramSet) -> LogPart {
    LogPart {
        signature,
        part: 0,
        programs,
        noise: false,
        in_logs: true,
        not: Vec::new(),
    }
}

/// A few parts of every shape.
fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    let all = ProgramSet::ALL;
    let kernel = r"invalid kernel flag: (?P<key>[a-z/_]+), expected value: (?P<want>\d+)";
    let mut first = part(0, all);
    first.not = vec![pattern("flag=quiet", &[])];
    catalog.add(
        first,
        vec![pattern(
            kernel,
            &["invalid kernel flag: ", ", expected value: "],
        )],
    );
    let etcd = ProgramSet::of(&[Program::Etcd]);
    let leader = [
        pattern("lost leader (?P<id>[0-9a-f]+)", &["lost leader "]),
        pattern("no leader", &["no leader"]),
    ];
    catalog.add(part(1, etcd), leader.into());
    catalog.add(
        part(2, all),
        vec![pattern("oom (?P<pid>[0-9]+)", &["oom "])],
    );
    catalog.add(
        part(3, all),
        vec![panic(r"(?s)index out of range.*\nmain\.(?P<function>\w+)")],
    );
    let mut noise = part(4, all);
    noise.noise = true;
    catalog.add(noise, vec![pattern("lease renewed", &["lease renewed"])]);
    let volume = pattern(
        "volume (?P<volume>pvc-[0-9]+) (?:faulted|degraded)",
        &[" faulted", " degraded"],
    );
    catalog.add(part(5, all), vec![volume]);
    let two_lines = pattern(r"first\s+second", &["first"]);
    catalog.add(part(6, all), vec![two_lines]);
    catalog
}

fn entry(programs: ProgramSet) -> Entry {
    Entry {
        input: 0,
        path: "logs/x.log".to_owned(),
        size: None,
        modified: Some("2025-02-22T00:00:00Z".parse().unwrap()),
        kind: EntryKind::Log,
        origin: Origin {
            programs,
            ..Origin::default()
        },
    }
}

const SMALL: Sizes = Sizes {
    chunk: 150,
    window: 600,
    overlap: 100,
};

/// Scans `bytes` fed in pieces of the given lengths, over and over.
fn scan(
    detector: &Detector,
    bytes: &[u8],
    pieces: &[usize],
    chunk: usize,
    naive: bool,
) -> EntryHits {
    let mut scanner = detector.scanner_of_size(Sizes { chunk, ..SMALL });
    let entry = entry(ProgramSet::ALL);
    if naive {
        scanner.begin_naively(&entry);
    } else {
        scanner.begin(&entry);
    }
    let mut rest = bytes;
    for &length in pieces.iter().cycle() {
        let (now, later) = rest.split_at(length.clamp(1, rest.len().max(1)).min(rest.len()));
        scanner.feed(now);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    scanner.finish()
}

fn whole(text: &str) -> EntryHits {
    scan(
        &Detector::of(catalog()),
        text.as_bytes(),
        &[usize::MAX],
        600,
        false,
    )
}

/// `(signature, count, lines of the kept hits)` of every series.
fn summary(hits: &EntryHits) -> Vec<(u32, u64, Vec<u64>)> {
    let lines = |series: &super::HitSeries| {
        let kept = series.first.iter().chain(&series.last);
        kept.filter_map(|hit| match hit.location {
            Location::Line(line) => Some(line),
            Location::Object { .. } => None,
        })
        .collect()
    };
    hits.series
        .iter()
        .map(|s| (s.signature, s.count, lines(s)))
        .collect()
}

const MESSAGES: &[&str] = &[
    "invalid kernel flag: kernel/panic, expected value: 10, actual value: 0",
    "Invalid Kernel Flag: vm/overcommit_memory, Expected Value: 1 flag=quiet",
    "raft: lost leader 8e9e05c52164694d at term 3 and lost leader 91bc3c398fb3c146",
    "etcdserver: no leader",
    "kernel: oom 12 and OOM 13",
    "lease renewed",
    "volume pvc-1 faulted, volume pvc-2 degraded",
    "nothing to see, invalid kernel, no lead, volume pvc-1 fine",
    "panic: runtime error: index out of range [0] with length 0",
    "goroutine 1 [running]:",
    "main.explode(0xc000, {0x1, 0x2})",
    "\t/go/src/main.go:7 +0x1d",
    "",
    "err=<",
    "\tfirst",
    "\tsecond",
    " > pod=\"a/b\"",
    "+ echo 'oom 7'",
    "oom 7",
    "\x1b[31minvalid ker\x1b[0mnel flag: kernel/\x00panic, expected value: 10",
    "Flag --containerd has been deprecated, This is a cadvisor flag",
    "\u{00e9}\u{4e2d} caf\u{00e9} first second",
];

const ENVELOPES: &[&str] = &[
    "",
    "2024-05-03T15:04:15.346227804Z ",
    "2024-05-03T15:04:15.346227804Z stderr F ",
    "2024-05-03T15:04:15.346227804-04:00 stdout P ",
    "2024-05-03T15:04:15.346227804-04:00 stdout F ",
    "2024-05-03T15:04:15.346227804+05:45 stderr P ",
    "Dec 31 23:59:59 node1 rke2[15500]: ",
    "Jan 01 00:00:01 node1 etcd[15500]: ",
    "E0222 00:55:29.557737   10917 kubelet.go:1479] ",
    "time=\"2025-02-22T00:00:00Z\" level=info msg=",
];

/// Bytes that a failing test shows as text.
#[derive(Clone)]
struct Bytes(Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// Lines built of what the engine must cope with, and rubbish.
fn lines() -> impl Strategy<Value = Bytes> {
    let known = (
        prop::sample::select(ENVELOPES),
        prop::sample::select(MESSAGES),
    )
        .prop_map(|(envelope, message)| format!("{envelope}{message}").into_bytes());
    let torn = (
        prop::sample::select(ENVELOPES),
        prop::sample::select(MESSAGES),
        any::<prop::sample::Index>(),
    )
        .prop_map(|(envelope, message, at)| {
            let cut = message.floor_char_boundary(at.index(message.len() + 1));
            format!(
                "{envelope}{}\n{envelope}{}",
                &message[..cut],
                &message[cut..]
            )
            .into_bytes()
        });
    let rubbish = prop::collection::vec(any::<u8>(), 0..60);
    let long = (
        prop::sample::select(ENVELOPES),
        prop::sample::select(MESSAGES),
        0usize..2000,
        0usize..1000,
    )
        .prop_map(|(envelope, message, a, b)| {
            let (before, after) = (".".repeat(a), ".".repeat(b));
            format!("{envelope}{before}{message}{after}").into_bytes()
        });
    let line = prop_oneof![6 => known, 3 => torn, 2 => rubbish, 1 => long];
    let end = prop::sample::select(vec![&b"\n"[..], b"\n", b"\n", b"\r\n", b"\n\n"]);
    prop::collection::vec((line, end), 0..40).prop_map(|lines| {
        Bytes(
            lines
                .into_iter()
                .flat_map(|(line, end)| [line, end.to_vec()].concat())
                .collect(),
        )
    })
}

proptest! {
    #[test]
    fn the_fast_way_equals_the_naive_one(
        bytes in lines(),
        ended in any::<bool>(),
        pieces in prop::collection::vec(1usize..400, 1..5),
        chunk in 1usize..600,
    ) {
        let end = bytes.0.len().saturating_sub(usize::from(!ended));
        let bytes = &bytes.0[..end];
        let detector = Detector::of(catalog());
        let fast = scan(&detector, bytes, &pieces, chunk, false);
        let naive = scan(&detector, bytes, &[usize::MAX], 600, true);
        prop_assert_eq!(fast, naive);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..3000), chunk in 1usize..600) {
        let detector = Detector::of(catalog());
        let hits = scan(&detector, &bytes, &[7], chunk, false);
        let newlines = bytes.iter().filter(|&&b| b == b'\n').count() as u64;
        let unended = u64::from(bytes.last().is_some_and(|&b| b != b'\n'));
        prop_assert_eq!(hits.coverage.lines, newlines + unended);
        prop_assert_eq!(hits.coverage.bytes, bytes.len() as u64);
    }
}

#[test]
fn captures_count_each_line_once_and_not_patterns_void() {
    let hits = whole(
        "invalid kernel flag: kernel/panic, expected value: 10\n\
         nothing\n\
         INVALID kernel flag: kernel/panic, expected value: 10 and invalid kernel flag: kernel/panic, expected value: 10\n\
         invalid kernel flag: kernel/panic, expected value: 10 flag=quiet\n\
         volume pvc-1 faulted and volume pvc-2 degraded\n",
    );
    let expected = [(0, 2, vec![1, 3]), (5, 1, vec![5]), (5, 1, vec![5])];
    assert_eq!(summary(&hits), expected);
    assert_eq!(hits.series[1].captures["volume"], "pvc-1");
    assert_eq!(hits.coverage.lines, 5);
}

#[test]
fn only_programs_that_can_say_it_are_asked() {
    let detector = Detector::of(catalog());
    let mut scanner = detector.scanner();
    let mut count = |programs: ProgramSet, text: &str| {
        scanner.begin(&entry(programs));
        scanner.feed(text.as_bytes());
        scanner.finish().series.len()
    };
    assert_eq!(count(Program::Etcd.into(), "etcdserver: no leader\n"), 1);
    assert_eq!(count(Program::Kubelet.into(), "etcdserver: no leader\n"), 0);
    assert_eq!(count(ProgramSet::NONE, "lost leader 12 oom 12\n"), 0);
    let both = ProgramSet::of(&[Program::Etcd, Program::Rke2, Program::Kernel]);
    assert_eq!(count(both, "Jan 01 00:00:01 n1 kernel: no leader\n"), 0);
}

#[test]
fn more_sets_of_programs_than_prefilters_change_nothing() {
    let detector = Detector::of(catalog());
    let mut scanner = detector.scanner();
    let pairs = Program::ALL
        .iter()
        .flat_map(|&a| Program::ALL.iter().map(move |&b| (a, b)));
    for (a, b) in pairs.take(400) {
        let programs = ProgramSet::of(&[a, b]);
        scanner.begin(&entry(programs));
        scanner.feed(b"oom 12\netcdserver: no leader\n");
        let found = scanner.finish().series.len();
        assert_eq!(
            found,
            1 + usize::from(programs.contains(Program::Etcd)),
            "{programs:?}"
        );
    }
}

#[test]
fn a_panic_is_one_hit_at_its_first_line_inside_any_envelope() {
    let dump = "before\npanic: runtime error: index out of range [0]\n\ngoroutine 1 [running]:\nmain.explode(0x1)\n\t/go/main.go:7 +0x1d\nexit status 2\n";
    for envelope in [
        "",
        "2024-05-03T15:04:15.346227804Z ",
        "2024-05-03T15:04:15.346227804Z stderr F ",
    ] {
        let text: String = dump
            .lines()
            .map(|line| format!("{envelope}{line}\n"))
            .collect();
        let hits = whole(&text);
        assert_eq!(summary(&hits), [(3, 1, vec![2])], "{envelope:?}");
        assert_eq!(hits.series[0].captures["function"], "explode");
        assert!(hits.series[0].first[0].raw.starts_with("panic: "));
        assert_eq!(hits.series[0].first[0].time.is_some(), !envelope.is_empty());
    }
}

#[test]
fn a_line_without_a_time_has_that_of_the_line_before() {
    let hits = whole("time=\"2025-02-22T00:00:01Z\" level=info msg=a\noom 12\n");
    let time = hits.series[0].first[0].time.unwrap();
    assert_eq!(time.to_string(), "2025-02-22T00:00:01Z");
    assert_eq!(hits.series[0].minutes.len(), 1);
}

#[test]
fn a_line_longer_than_a_window_has_the_time_at_its_beginning() {
    let detector = Detector::of(catalog());
    let filler = ".".repeat(1000);
    let text = format!("time=\"2025-02-22T00:00:01Z\" level=info msg=\"{filler}\"\noom 12\n");
    for chunk in [1, 20, 600] {
        let hits = scan(&detector, text.as_bytes(), &[usize::MAX], chunk, false);
        let time = "2025-02-22T00:00:01Z".parse().ok();
        assert_eq!(hits.series[0].first[0].time, time, "{chunk}");
        assert_eq!(hits.coverage.span.map(|(first, _)| first), time, "{chunk}");
    }
}

#[test]
fn split_and_escaped_lines_are_found() {
    let hits = whole(
        "2024-05-03T15:04:15.346227804Z stdout P invalid kernel fl\n\
         2024-05-03T15:04:15.346227804Z stderr F oom 1\n\
         2024-05-03T15:04:15.346227804Z stdout F ag: kernel/panic, expected value: 10\n\
         plain \x1b[31mlost lea\x1b[0mder 12\n",
    );
    assert_eq!(
        summary(&hits),
        [(0, 1, vec![1]), (1, 1, vec![4]), (2, 1, vec![2])]
    );
}

#[test]
fn what_bash_announces_and_then_prints_counts_once() {
    let hits = whole("+ echo 'oom 12'\noom 12\noom 12\n");
    assert_eq!(summary(&hits), [(2, 2, vec![2, 3])]);
}

#[test]
fn noise_is_counted_up_to_a_bound_and_captures_are_bounded() {
    let hits = whole(&"lease renewed\n".repeat(1000));
    assert_eq!(hits.series[0].count, super::prover::NOISE);
    let many: String = (0..200).map(|n| format!("oom {n}\n")).collect();
    let hits = whole(&many);
    assert_eq!(hits.series.len(), CAPTURE_SETS + 1);
    assert_eq!(hits.series.iter().map(|s| s.count).sum::<u64>(), 200);
    let beyond = hits.series.iter().find(|s| s.captures.is_empty()).unwrap();
    assert_eq!(beyond.count, 200 - CAPTURE_SETS as u64);
}

#[test]
fn a_line_longer_than_any_buffer_is_taken_in_windows() {
    let detector = Detector::of(catalog());
    let mut scanner = detector.scanner();
    scanner.begin(&entry(ProgramSet::ALL));
    scanner.feed(b"oom 1\n2024-05-03T15:04:15.346227804Z ");
    let filler = vec![b'.'; 1 << 20];
    for round in 0..20 {
        scanner.feed(&filler);
        if round == 10 {
            scanner.feed(b" lost leader 12 ");
        }
    }
    scanner.feed(b"\noom 3\n");
    let hits = scanner.finish();
    assert_eq!(hits.coverage.lines, 3);
    let lost = hits.series.iter().find(|s| s.signature == 1).unwrap();
    assert_eq!(
        (lost.count, &lost.first[0].location),
        (1, &Location::Line(2))
    );
    assert!(lost.first[0].raw.contains("lost leader 12") && lost.first[0].raw.len() < 2048);
    assert!(lost.first[0].time.is_some());
    assert_eq!(hits.problems.len(), 1, "{:?}", hits.problems);
    assert!(hits.problems[0].error.starts_with("line 2 "));
}

#[test]
fn texts_of_objects_are_matched_whole_and_line_by_line() {
    let detector = Detector::of(catalog());
    let text = "container exited: last lines:\n{\"level\":\"info\",\"msg\":\"invalid kernel flag: a/b, expected value: 1\"}\npanic: index out of range\n\nmain.go(1)\n";
    let found: Vec<u32> = detector
        .match_text(text)
        .iter()
        .map(|hit| hit.signature)
        .collect();
    assert_eq!(found, [0, 3]);
    assert_eq!(detector.match_text("all is well"), []);
    assert_eq!(
        detector.match_text("lost    leader 12").len(),
        0,
        "the pattern itself has one space"
    );
    assert_eq!(detector.match_text("first\n   second").len(), 1);
    assert_eq!(
        detector
            .match_text("no leader; lost leader aa, lost leader bb")
            .len(),
        3
    );
}
