//! Years over New Year, zones from pairs, directions: the cases that resolve wrong when done line by line.

use super::*;
use crate::bundle::Origin;

fn lines(raw: &[&str]) -> Vec<Line> {
    raw.iter()
        .map(|raw| crate::decode::decode(raw.as_bytes(), &Origin::default()))
        .collect()
}

fn around(reference: &str) -> Around {
    Around {
        reference: Some(reference.parse().unwrap()),
        ..Around::default()
    }
}

fn resolved(clock: &Clock, lines: &[Line]) -> Vec<String> {
    lines
        .iter()
        .map(|line| {
            clock
                .time(line)
                .map_or("none".to_owned(), |t| t.to_string())
        })
        .collect()
}

#[test]
fn new_year_in_a_file_ascending_and_descending() {
    let ascending = lines(&[
        "Dec 30 10:00:00 n1 rke2[1]: a",
        "Dec 31 23:59:59 n1 rke2[1]: b",
        "Jan 01 00:00:01 n1 rke2[1]: c",
        "Jan 02 09:00:00 n1 rke2[1]: d",
    ]);
    let want = [
        "2024-12-30T10:00:00Z",
        "2024-12-31T23:59:59Z",
        "2025-01-01T00:00:01Z",
        "2025-01-02T09:00:00Z",
    ];
    let clock = Clock::from_samples(
        &ascending[..2],
        &ascending[2..],
        &around("2025-01-02T10:00:00Z"),
    );
    assert!(!clock.descending());
    assert_eq!(resolved(&clock, &ascending), want);

    let descending: Vec<Line> = ascending.iter().rev().cloned().collect();
    let clock = Clock::from_samples(
        &descending[..2],
        &descending[2..],
        &around("2025-01-02T10:00:00Z"),
    );
    assert!(clock.descending());
    assert_eq!(resolved(&clock, &ascending), want);
}

#[test]
fn neighbours_give_the_year_before_the_reference_does() {
    let file = lines(&[
        r#"time="2021-11-30T10:00:00Z" level=info msg=first"#,
        "I1130 10:00:01.000000       1 main.go:1] second",
        "I0322 10:00:01.000000       1 main.go:1] last",
    ]);
    let clock = Clock::from_samples(&file[..1], &file[1..], &around("2025-05-01T00:00:00Z"));
    assert_eq!(
        resolved(&clock, &file),
        [
            "2021-11-30T10:00:00Z",
            "2021-11-30T10:00:01Z",
            "2022-03-22T10:00:01Z"
        ]
    );
    // The end not seen yet: the same, from the first dated line on.
    let clock = Clock::from_samples(&file[..1], &[], &around("2025-05-01T00:00:00Z"));
    assert_eq!(
        clock.time(&file[2]).unwrap().to_string(),
        "2022-03-22T10:00:01Z"
    );
}

#[test]
fn zone_from_pairs() {
    let file = lines(&[
        r#"May 12 01:48:14 lobo rancher-system-agent[492]: time="2022-05-12T01:48:14+02:00" level=info msg=a"#,
        r#"May 12 01:48:15 lobo rancher-system-agent[492]: time="2022-05-12T01:48:14+02:00" level=info msg=b"#,
        "May 12 01:50:00 lobo systemd[1]: c",
    ]);
    let clock = Clock::from_samples(&file, &[], &Around::default());
    assert_eq!(clock.observed_offset(), Some(Offset::constant(2)));
    assert_eq!(
        clock.time(&file[2]).unwrap().to_string(),
        "2022-05-11T23:50:00Z"
    );
    // A relayed line from long ago is no pair.
    let stale = lines(&[
        r#"May 12 01:48:14 lobo rancher-system-agent[492]: time="2022-03-01T07:11:03Z" level=info msg=a"#,
    ]);
    assert_eq!(
        Clock::from_samples(&stale, &[], &Around::default()).observed_offset(),
        None
    );
}

#[test]
fn header_then_reference() {
    let file = lines(&[
        "-- Logs begin at Sun 2022-03-06 22:45:10 UTC, end at Tue 2022-03-22 23:56:05 UTC. --",
        "Mar 06 22:45:10 n1 kernel: Linux version 5.3.18",
        "Mar 22 23:56:05 n1 kernel: x",
    ]);
    let clock = Clock::from_samples(&file[..2], &file[2..], &around("2025-05-01T00:00:00Z"));
    assert_eq!(
        resolved(&clock, &file[1..]),
        ["2022-03-06T22:45:10Z", "2022-03-22T23:56:05Z"]
    );
    let bare = Clock::from_samples(&file[1..2], &file[2..], &around("2022-03-23T00:10:00Z"));
    assert_eq!(
        resolved(&bare, &file[1..]),
        ["2022-03-06T22:45:10Z", "2022-03-22T23:56:05Z"]
    );
    let nothing = Clock::from_samples(&file[1..2], &file[2..], &Around::default());
    assert_eq!(resolved(&nothing, &file[1..]), ["none", "none"]);
}

#[test]
fn leap_day_and_boot() {
    let clock = Clock::from_samples(&[], &[], &around("2025-05-01T00:00:00Z"));
    let leap = Stamp::Yearless("2000-02-29T12:00:00".parse().unwrap());
    assert_eq!(
        clock.resolve(leap).unwrap().to_string(),
        "2024-02-29T12:00:00Z"
    );
    assert_eq!(clock.resolve(Stamp::SinceBoot(1_500_000)), None);
    let boot = Around {
        boot: Some("2025-05-01T00:00:00Z".parse().unwrap()),
        ..Around::default()
    };
    let clock = Clock::from_samples(&[], &[], &boot);
    assert_eq!(
        clock
            .resolve(Stamp::SinceBoot(1_500_000))
            .unwrap()
            .to_string(),
        "2025-05-01T00:00:01.5Z"
    );
    assert_eq!(clock.resolve(Stamp::SinceBoot(i64::MAX)), None);
}

#[test]
fn dates_in_names() {
    for (name, want) in [
        (
            "cattle-fleet-local-system.fleet-agent-0.fleet-agent.20241009.log.gz",
            Some("2024-10-09T23:59:59Z"),
        ),
        (
            "kubelet-2025-12-02T13-58-40.483.log.gz",
            Some("2025-12-02T13:58:40Z"),
        ),
        ("0.log.20240101-010203.gz", Some("2024-01-01T01:02:03Z")),
        (
            "hvst-upgrade-6wddm-upgradelog-archive-2025-02-05T09-41-12Z.zip",
            Some("2025-02-05T09:41:12Z"),
        ),
        ("messages-20240305", Some("2024-03-05T23:59:59Z")),
        ("pvc-20991399-1234.log", None),
        ("kubelet.log", None),
        ("", None),
    ] {
        assert_eq!(
            reference_from_name(name).map(|t| t.to_string()).as_deref(),
            want,
            "{name}"
        );
    }
}

#[test]
fn an_entry_knows_its_reference() {
    let mut entry = Entry {
        input: 0,
        path: "agent-logs/kubelet-2025-12-02T13-58-40.483.log.gz".to_owned(),
        size: None,
        modified: Some("2025-12-04T09:00:00Z".parse().unwrap()),
        kind: crate::bundle::EntryKind::Log,
        origin: Origin::default(),
    };
    let reference = |entry: &Entry| {
        Around::of(entry, Some("2026-01-01T00:00:00Z".parse().unwrap()))
            .reference
            .unwrap()
            .to_string()
    };
    assert_eq!(reference(&entry), "2025-12-02T13:58:40Z");
    entry.path = "agent-logs/kubelet.log".to_owned();
    assert_eq!(reference(&entry), "2025-12-04T09:00:00Z");
    entry.modified = Some("1980-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(reference(&entry), "2026-01-01T00:00:00Z");
    assert_eq!(Around::of(&entry, None).offset, None);
    entry.origin.pod = Some("p".into());
    assert_eq!(Around::of(&entry, None).offset, Some(Offset::UTC));
}

proptest::proptest! {
    #[test]
    fn a_yearless_time_is_the_latest_not_after_the_reference(
        month in 1_i8..=12, day in 1_i8..=28, hour in 0_i8..24, seconds in 946_684_800_i64..4_000_000_000
    ) {
        let reference = Timestamp::from_second(seconds).unwrap();
        let clock = Clock::from_samples(&[], &[], &Around { reference: Some(reference), ..Around::default() });
        let civil = DateTime::new(2000, month, day, hour, 0, 0, 0).unwrap();
        let time = clock.resolve(Stamp::Yearless(civil)).unwrap();
        let limit = reference.checked_add(SLACK).unwrap();
        proptest::prop_assert!(time <= limit);
        proptest::prop_assert!(limit.duration_since(time).as_hours() <= 24 * 366);
    }
}
