//! Objects that are broken, endless or hostile.

use std::io::{self, Read};

use super::super::{ObjectLimits, Wanted, read};
use super::{LIST, VOLUMES, entry, names, read_text};

#[test]
fn one_bad_item_costs_only_itself() {
    let text = LIST.replace("    robustness: degraded", "    robustness: [degraded");
    let read = read_text(VOLUMES, &text);
    assert_eq!(names(&read), ["Volume.longhorn.io longhorn-system/pvc-2"]);
    assert_eq!(read.problems.len(), 1);
}

#[test]
fn every_limit_is_a_problem_and_the_rest_is_read() {
    let with = |limits: ObjectLimits, text: &str| {
        read(
            0,
            &entry(VOLUMES),
            &mut text.as_bytes(),
            &Wanted::default(),
            &limits,
        )
    };
    let big = LIST.replace("ReplicaSchedulingFailure", &"x".repeat(300_000));
    let cut = with(
        ObjectLimits {
            item_bytes: 100_000,
            ..ObjectLimits::default()
        },
        &big,
    );
    assert_eq!((cut.objects.len(), cut.problems.len()), (1, 1));
    let full = with(
        ObjectLimits {
            items: 1,
            ..ObjectLimits::default()
        },
        LIST,
    );
    assert_eq!((full.objects.len(), full.problems.len()), (1, 1));
    assert!(full.collected.is_empty(), "not the whole list");
    let nodes = with(
        ObjectLimits {
            nodes: 25,
            ..ObjectLimits::default()
        },
        LIST,
    );
    assert_eq!((nodes.objects.len(), nodes.problems.len()), (1, 1));
    let deep = format!(
        "{{\"apiVersion\": \"v1\", \"kind\": \"Node\", \"a\": {}{}}}",
        "[".repeat(90),
        "]".repeat(90)
    );
    let deep = read_text("x.json", &deep);
    assert_eq!((deep.objects.len(), deep.problems.len()), (0, 1));
}

#[test]
fn a_limit_is_reached_at_the_same_byte_whatever_the_pieces() {
    struct Pieces<'t>(&'t [u8], usize);
    impl Read for Pieces<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = buf.len().min(self.1);
            self.0.read(buf.get_mut(..n).unwrap_or_default())
        }
    }
    let item = |name: &str, size: usize| {
        let note = "x".repeat(size);
        format!(
            r#"{{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{name}","annotations":{{"a":"{note}"}}}}}}"#
        )
    };
    let json = format!(
        r#"{{"apiVersion":"v1","kind":"List","items":[{},{},{}]}}"#,
        item("a", 10),
        item("b", 900),
        item("c", 10)
    );
    let yaml = LIST.replace("ReplicaSchedulingFailure", &"x".repeat(1000));
    for (path, text) in [("x.json", &json), (VOLUMES, &yaml)] {
        let limits = ObjectLimits {
            item_bytes: 800,
            ..ObjectLimits::default()
        };
        let with = |piece| {
            let bytes = &mut Pieces(text.as_bytes(), piece);
            read(0, &entry(path), bytes, &Wanted::default(), &limits)
        };
        let whole = with(usize::MAX);
        assert_eq!(
            (whole.objects.len(), whole.problems.len()),
            (1, 1),
            "{path}"
        );
        for piece in [1, 7, 300] {
            assert_eq!(with(piece), whole, "{path}, {piece} bytes at once");
        }
    }
}

#[test]
fn a_line_over_the_limit_is_said_wherever_it_stands() {
    let long = "x".repeat(2000);
    for text in [
        format!("apiVersion: v1\nkind: Node\nmetadata:\n  name: {long}"),
        format!("apiVersion: v1\nkind: Node\nmetadata:\n  name: {long}\n"),
        format!("# {long}\n"),
        long.clone(),
    ] {
        let limits = ObjectLimits {
            item_bytes: 800,
            ..ObjectLimits::default()
        };
        let bytes = &mut text.as_bytes();
        let read = read(0, &entry("nodes.yaml"), bytes, &Wanted::default(), &limits);
        assert_eq!((read.objects.len(), read.problems.len()), (0, 1));
    }
}

#[test]
fn a_break_in_the_middle_keeps_what_came_before() {
    struct Breaks<'t>(&'t [u8]);
    impl Read for Breaks<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buf)? {
                0 => Err(io::Error::other("checksum")),
                n => Ok(n),
            }
        }
    }
    let cut = LIST.len() - 150;
    let long = format!("{LIST}{}", " ".repeat(5000));
    let text = long.get(..cut).unwrap_or_default();
    let padded = text.replacen(
        "kind: Volume",
        &format!("kind: Volume\n  filler: {}", "x".repeat(5000)),
        1,
    );
    let mut bytes = Breaks(padded.as_bytes());
    let read = read(
        0,
        &entry(VOLUMES),
        &mut bytes,
        &Wanted::default(),
        &ObjectLimits::default(),
    );
    assert_eq!(names(&read), ["Volume.longhorn.io longhorn-system/pvc-1"]);
    assert!(read.collected.is_empty());
    assert_eq!(read.problems.len(), 1);
}

#[test]
fn no_bytes_make_the_reader_panic() {
    for text in [
        "items:",
        "items:\n-",
        "-",
        "- - -\n",
        "a: [",
        "{",
        "[",
        "{\"items\": 5}",
        "\u{feff}a",
        "items:\n\t- x",
        "? a\n: b",
        "*x",
        "&a *a",
        "%YAML",
    ] {
        let _ = read_text("x.yaml", text);
        let _ = read_text("kubectl/pods", text);
    }
    let _ = read(
        0,
        &entry("x"),
        &mut [0xff, 0xfe, b'\n', 0, b'-', b' '].as_slice(),
        &Wanted::default(),
        &ObjectLimits::default(),
    );
}

/// Reads every object file under the directory that BUNDLEVET_EXTRACTED names: extracted real bundles.
#[test]
fn real_bundles_are_read_without_problems() {
    let Some(root) = std::env::var_os("BUNDLEVET_EXTRACTED") else {
        eprintln!("skipped: BUNDLEVET_EXTRACTED is not set");
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(root)];
    let (mut files, mut objects, mut texts) = (0, 0, 0);
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).expect("a directory").flatten() {
            let path = file.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let shown = path.to_string_lossy().into_owned();
            let (yaml, json) = (
                shown.ends_with(".yaml") && shown.contains("yamls/"),
                shown.contains("cluster-resources/") && !shown.ends_with(".log"),
            );
            if !yaml && !json && !shown.contains("/kubectl/") {
                continue;
            }
            let mut bytes = std::fs::File::open(&path).expect("a file");
            let read = read(
                0,
                &entry(&shown),
                &mut bytes,
                &Wanted::default(),
                &ObjectLimits::default(),
            );
            assert_eq!(read.problems, [], "{shown}");
            files += 1;
            objects += read.objects.len();
            texts += read.texts.len();
        }
    }
    eprintln!("{files} files, {objects} objects, {texts} texts");
    assert!(objects > 100);
}
