//! Fixture trees into real archives: a folder named `x.zip` inside a tree becomes a nested zip.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    reason = "each test binary uses its part; a broken fixture fails the test"
)]

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;

/// `fixtures/bundles/<case>`.
pub fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/bundles")
        .join(name)
}

/// Every file below `dir` with its path relative to it, sorted; nested archives are packed where `pack` says so.
pub fn files(dir: &Path, pack: bool) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(dir)
        .expect("fixture folder")
        .map(|e| e.expect("entry").path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path
            .file_name()
            .expect("name")
            .to_string_lossy()
            .into_owned();
        if path.is_file() {
            found.push((name, fs::read(&path).expect("fixture file")));
        } else if pack && name.ends_with(".zip") {
            found.push((name, zip(&path)));
        } else {
            found.extend(
                files(&path, pack)
                    .into_iter()
                    .map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)),
            );
        }
    }
    found
}

/// The tree as a zip, as Info-ZIP makes it: directories are members too.
pub fn zip(dir: &Path) -> Vec<u8> {
    zip_of(&files(dir, true))
}

fn zip_of(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut folders = std::collections::BTreeSet::new();
    for (name, bytes) in files {
        for (at, _) in name.match_indices('/') {
            if folders.insert(name[..at].to_owned()) {
                writer
                    .add_directory(&name[..at], SimpleFileOptions::default())
                    .expect("folder");
            }
        }
        writer
            .start_file(name, SimpleFileOptions::default())
            .expect("member");
        writer.write_all(bytes).expect("bytes");
    }
    writer.finish().expect("zip").into_inner()
}

/// The tree as a gzipped tar, as `tar czf x.tar.gz ./root` makes it.
pub fn tar_gz(dir: &Path) -> Vec<u8> {
    tar_gz_of(&files(dir, true))
}

pub fn tar_gz_of(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut builder = tar::Builder::new(gzip);
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(1_740_000_000);
        builder
            .append_data(&mut header, format!("./{name}"), bytes.as_slice())
            .expect("member");
    }
    builder.into_inner().expect("tar").finish().expect("gzip")
}

/// The case packed as its kind of bundle is packed, under a name like a real one.
pub fn pack(name: &str, into: &Path) -> PathBuf {
    packed(name, into, &files(&case(name), true))
}

/// The same with its members in the opposite order.
pub fn pack_backwards(name: &str, into: &Path) -> PathBuf {
    let mut members = files(&case(name), true);
    members.reverse();
    packed(name, into, &members)
}

fn packed(name: &str, into: &Path, members: &[(String, Vec<u8>)]) -> PathBuf {
    let root = fs::read_dir(case(name))
        .expect("case")
        .next()
        .expect("root folder")
        .expect("entry")
        .file_name();
    let root = root.to_string_lossy().into_owned();
    let (file, bytes) = match root.starts_with("supportbundle_") {
        true => (format!("{root}.zip"), zip_of(members)),
        false => (format!("{root}.tar.gz"), tar_gz_of(members)),
    };
    let path = into.join(file);
    fs::write(&path, bytes).expect("bundle");
    path
}
