//! Scan after scan in one process holds no byte more: every allocation is counted, so that a leak of a hundred bytes a
//! scan shows in seconds, whatever the allocator makes of its pages.
#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an allocator that counts; a broken fixture fails the test"
)]

#[path = "trees/mod.rs"]
mod trees;

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use bundlevet::pipeline::{ScanOptions, scan};
use bundlevet::report::{self, Format, TextOptions};
use bundlevet::signature::Database;

/// Bytes and pieces that were asked for and not given back.
static BYTES: AtomicI64 = AtomicI64::new(0);
static PIECES: AtomicI64 = AtomicI64::new(0);

struct Counting;

fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

// SAFETY: every call goes on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(signed(layout.size()), Relaxed);
        PIECES.fetch_add(1, Relaxed);
        // SAFETY: the caller's promises are those that the system's allocator wants.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        BYTES.fetch_sub(signed(layout.size()), Relaxed);
        PIECES.fetch_sub(1, Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        BYTES.fetch_add(signed(size) - signed(layout.size()), Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const CASES: [&str; 2] = ["rke2-kernel-flags", "harvester-upgrade-pre-draining"];
/// Each bundle so often, before memory is compared with what it was.
const ROUNDS: usize = 9;

/// Diagnoses each bundle and writes each form of each diagnosis, so many times; what is held then.
fn held_after(bundles: &[PathBuf], rounds: usize) -> (i64, i64) {
    let options = ScanOptions {
        threads: 1,
        surroundings: true,
        ..ScanOptions::default()
    };
    for bundle in (0..rounds).flat_map(|_| bundles) {
        let scan = scan(std::slice::from_ref(bundle), Database::shipped(), &options).unwrap();
        for format in Format::ALL {
            let out = &mut std::io::sink();
            report::write(*format, &scan.diagnosis, &TextOptions::default(), out).unwrap();
        }
    }
    (BYTES.load(Relaxed), PIECES.load(Relaxed))
}

/// What patterns need to be searched for is made when it is first needed, for each of up to eight threads, and stays;
/// every scan has new threads. When that is there, a scan gives back what it took.
#[test]
fn no_byte_is_kept_scan_after_scan() {
    let dir = tempfile::tempdir().unwrap();
    let pack = |case: &str| {
        let folder = dir.path().join(case);
        fs::create_dir(&folder).unwrap();
        trees::pack(case, &folder)
    };
    let bundles = CASES.map(pack);
    let (mut grown, mut before) = ((0, 0), (0, 0));
    for part in 1..=3 {
        let now = held_after(&bundles, ROUNDS);
        grown = (now.0 - before.0, now.1 - before.1);
        before = now;
        println!(
            "{} scans: {} bytes in {} pieces; {} bytes and {} pieces more",
            part * ROUNDS * bundles.len(),
            now.0,
            now.1,
            grown.0,
            grown.1
        );
    }
    assert!(before.1 > 1000, "nothing was counted");
    // Of eighteen scans: a kilobyte, or four pieces, of each would show.
    assert!(grown.0 < 16 << 10 && grown.1 < 64, "{grown:?}");
}
