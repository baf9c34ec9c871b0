//! Whatever bytes come: no panic, bounded text, and every reader that works on raw lines agrees to look at them.

use proptest::prelude::*;

use super::table;
use crate::bundle::Origin;
use crate::decode::*;

fn everything(raw: &[u8]) {
    let line = decode(raw, &Origin::default());
    // Flattened keys repeat their prefix; nothing else may grow.
    assert!(
        line.text.len() <= raw.len() * 64 + 64,
        "{} from {}",
        line.text.len(),
        raw.len()
    );
    assert_eq!(stamp_of(raw), line.stamp);
    let _ = block_kind(raw);
    let _ = (in_block(raw), continuation(raw), opens_value(raw));
    let _ = is_start_marker(raw, &Origin::default());
    if let Some(piece) = partial(raw) {
        assert!(raw.get(piece.payload).is_some());
        assert!(partial(&join(&[raw, raw])).is_some());
    }
    let clock = Clock::from_samples(std::slice::from_ref(&line), &[], &Around::default());
    let _ = clock.time(&line);
    let _ = reference_from_name(&line.text);
    let _ = journal_header(&line.text);
}

proptest! {
    #[test]
    fn on_any_bytes(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
        everything(&raw);
    }

    #[test]
    fn on_any_text_of_our_alphabet(raw in r#"[ -~\t\n\r\\"\[\]{}:=<>TZé0-9]{0,120}"#) {
        everything(raw.as_bytes());
    }

    #[test]
    fn on_samples_with_a_wound(
        which in 0..10_000_usize,
        at in 0..2000_usize,
        cut in 0..40_usize,
        put in proptest::collection::vec(any::<u8>(), 0..6),
    ) {
        let samples = table::raw_lines();
        let mut raw = samples[which % samples.len()].as_bytes().to_vec();
        let at = at % (raw.len() + 1);
        let end = (at + cut).min(raw.len());
        raw.splice(at..end, put);
        everything(&raw);
    }

    #[test]
    fn on_samples_in_each_other(outer in 0..10_000_usize, inner in 0..10_000_usize, at in 0..2000_usize) {
        let samples = table::raw_lines();
        let mut raw = samples[outer % samples.len()].as_bytes().to_vec();
        let inner = samples[inner % samples.len()].as_bytes();
        let at = at % (raw.len() + 1);
        raw.splice(at..at, inner.iter().copied());
        everything(&raw);
    }
}

#[test]
fn on_huge_and_deep_lines() {
    everything(&vec![b'{'; 200_000]);
    everything("{\"a\":".repeat(100_000).as_bytes());
    everything("[\"".repeat(100_000).as_bytes());
    everything(format!("time=\"x\" level=info msg=m {}", "k=\"v\" ".repeat(100_000)).as_bytes());
    everything(format!("INFO[0000] {}", "a=\"b ".repeat(100_000)).as_bytes());
    everything("[a]: ".repeat(100_000).as_bytes());
    everything("2024-01-31T13:23:48.555760707Z ".repeat(50_000).as_bytes());
    everything("\r\x1b[".repeat(100_000).as_bytes());
    everything("a\\".repeat(300_000).as_bytes());
    everything(&vec![0; 3 << 20]);
}
