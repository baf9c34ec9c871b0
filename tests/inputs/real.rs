//! The real bundles, where they are at hand: every member is accounted for.

use std::path::PathBuf;

use bundlevet::bundle::Skip;

use crate::seen::open;

fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("BUNDLEVET_SHARED").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let found = named
        .into_iter()
        .chain([beside])
        .find(|p| p.join("bundles").is_dir());
    if found.is_none() {
        println!("skipped: no real bundles here");
    }
    found
}

#[test]
fn all_members_of_the_real_bundles_are_accounted_for() {
    let Some(shared) = shared() else { return };
    // Files as `unzip -l` and `tar t` count them, nested zips opened.
    let expected = [
        ("supportbundle_9b6b22de", 1175 + 26),
        ("support-bundle-kurl-longhorn", 137),
        ("w-guard-wg-cp", 311),
    ];
    for (name, files) in expected {
        let folder = std::fs::read_dir(shared.join("bundles")).unwrap();
        let path = folder
            .map(|e| e.unwrap().path())
            .find(|p| p.file_name().unwrap().to_string_lossy().starts_with(name))
            .unwrap();
        let seen = open(&path).unwrap().clean();
        let folders = seen.skipped.values().filter(|s| **s == Skip::Directory);
        let folders = folders.count();
        println!(
            "{name}: {} entries, {} skipped ({folders} folders), {} archives, {} bytes, root {:?}",
            seen.entries.len(),
            seen.skipped.len(),
            seen.archives.len(),
            seen.entries.values().map(Vec::len).sum::<usize>(),
            seen.inputs,
        );
        assert_eq!(
            seen.entries.len() + seen.skipped.len() - folders + seen.archives.len(),
            files,
            "{name}"
        );
    }
}
