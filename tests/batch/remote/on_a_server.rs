//! Files on a web server: read in ranges, and every fault of a server is a sentence.

use std::fs;
use std::time::{Duration, Instant};

use super::http::{Fault, Server};
use super::{bundlevet, findings};
use crate::pack::{lines, member, stored, zip};
use crate::scene::parts;
use crate::trees;

/// Exit code, standard output, standard error of `scan`, where plain HTTP is allowed.
fn scan(url: &str) -> (i32, String, String) {
    let mut command = bundlevet(&["scan", url]);
    parts(
        command
            .env("BUNDLEVET_ALLOW_HTTP", "true")
            .output()
            .unwrap(),
    )
}

fn bundle() -> Vec<u8> {
    let scratch = tempfile::tempdir().unwrap();
    fs::read(trees::pack(
        "harvester-upgrade-pre-draining",
        scratch.path(),
    ))
    .unwrap()
}

/// 14 MiB of which a reader of one small member needs little.
fn large() -> Vec<u8> {
    let noise = lines(450_000);
    assert!(noise.len() > 12 << 20);
    zip(&[
        stored("b/logs/noise.log", &noise),
        member("b/logs/a.log", "etcdserver: no leader\n"),
    ])
}

#[test]
fn a_url_gives_what_the_file_gives() {
    let server = Server::start(bundle(), Fault::None);
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("bundle.zip");
    fs::write(&file, bundle()).unwrap();
    let report = |input: &str, name: &str| {
        let path = scratch.path().join(name);
        let output = format!("json={}", path.display());
        let mut command = bundlevet(&["scan", input, "-o", &output]);
        let (code, _, err) = parts(command.env("BUNDLEVET_ALLOW_HTTP", "1").output().unwrap());
        assert_eq!(code, 0, "{err}");
        findings(&path)
    };
    let far = report(&server.url("bundle.zip"), "far.json");
    assert_eq!(far, report(file.to_str().unwrap(), "near.json"));
    assert!(!far.as_array().unwrap().is_empty());
}

#[test]
fn faults_that_pass_are_waited_for() {
    for fault in [Fault::Busy(3), Fault::Drops(2)] {
        let server = Server::start(bundle(), fault);
        let (code, out, err) = scan(&server.url("bundle.zip"));
        assert_eq!(code, 0, "{out}{err}");
        assert!(out.contains("pre-drain"), "{out}");
    }
}

#[test]
fn faults_that_stay_are_told() {
    for (fault, told) in [
        (Fault::Busy(usize::MAX), "503"),
        (Fault::IgnoresRanges, "does not serve parts of a file"),
        (Fault::SendsLess, "127.0.0.1"),
        (Fault::Babbles, "127.0.0.1"),
    ] {
        let server = Server::start(bundle(), fault);
        let begun = Instant::now();
        let (code, out, err) = scan(&server.url("bundle.zip"));
        assert_eq!(code, 2, "{out}{err}");
        assert!(err.contains(told) && !err.contains("panicked"), "{err}");
        assert!(begun.elapsed() < Duration::from_secs(60), "{err}");
    }
    // What was read before is diagnosed.
    for (fault, told) in [
        (Fault::SaysLonger, "less than it was asked for"),
        (Fault::Replaced, "replaced while it was read"),
    ] {
        let server = Server::start(large(), fault);
        let (code, out, err) = scan(&server.url("bundle.zip"));
        assert!(code == 0 || code == 2, "{out}{err}");
        let said = format!("{out}{err}");
        assert!(!said.contains("panicked"), "{said}");
        let words: Vec<&str> = said.split_whitespace().collect();
        let flat = words.join(" ");
        assert!(flat.contains(told) || flat.contains("error"), "{said}");
    }
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let (code, _, err) = scan(&format!("http://127.0.0.1:{port}/a.zip"));
    assert!(code == 2 && err.contains("a.zip"), "{err}");
}

#[test]
fn secrets_of_a_url_are_sent_and_not_told() {
    let server = Server::start(bundle(), Fault::None);
    let url = server
        .url("a/bundle.zip?X-Amz-Signature=sesame&n=1")
        .replace("//127", "//user:open@127");
    let scratch = tempfile::tempdir().unwrap();
    let output = scratch.path().join("out");
    let list = scratch.path().join("list");
    fs::write(&list, format!("{url}\n")).unwrap();
    let list = format!("@{}", list.display());
    let args = [
        "batch",
        &list,
        "-o",
        output.to_str().unwrap(),
        "--log-level",
        "debug",
    ];
    let mut command = bundlevet(&args);
    command.env("BUNDLEVET_ALLOW_HTTP", "true");
    let (code, out, err) = parts(command.output().unwrap());
    assert_eq!(code, 0, "{out}{err}");
    let heads = server.heads();
    assert!(
        heads.contains("GET /a/bundle.zip?X-Amz-Signature=sesame&n=1 "),
        "{heads}"
    );
    let mut written = format!("{out}{err}");
    for file in [
        "results.ndjson",
        "summary.json",
        "summary.html",
        "bundle.diagnosis.json",
    ] {
        written += &fs::read_to_string(output.join(file)).unwrap();
    }
    assert!(
        !written.contains("sesame") && !written.contains("open@"),
        "{written}"
    );
    let gone = Server::start(Vec::new(), Fault::Busy(usize::MAX));
    let (_, out, err) = scan(
        &gone
            .url("a.zip?sig=sesame")
            .replace("//127", "//user:open@127"),
    );
    let said = format!("{out}{err}");
    assert!(
        said.contains("a.zip") && !said.contains("sesame") && !said.contains("open@"),
        "{said}"
    );
    // A header instead of a query.
    let mut command = bundlevet(&["scan", &server.url("a.zip")]);
    command
        .env("BUNDLEVET_ALLOW_HTTP", "true")
        .env("BUNDLEVET_HTTP_AUTHORIZATION", "Bearer sesame");
    let (_, out, err) = parts(command.output().unwrap());
    assert!(
        server
            .heads()
            .to_ascii_lowercase()
            .contains("authorization: bearer sesame")
    );
    assert!(!format!("{out}{err}").contains("sesame"));
}

#[test]
fn plain_http_must_be_allowed() {
    let server = Server::start(bundle(), Fault::None);
    let (code, _, err) = parts(bundlevet(&["scan", &server.url("a.zip")]).output().unwrap());
    assert!(
        code == 2 && err.contains("BUNDLEVET_ALLOW_HTTP=true"),
        "{err}"
    );
    assert_eq!(server.heads(), "", "nobody was asked");
}

#[test]
fn one_member_costs_the_directory_and_itself() {
    let server = Server::start(large(), Fault::None);
    let mut command = bundlevet(&["show", &server.url("b.zip"), "logs/a.log"]);
    let (code, out, err) = parts(
        command
            .env("BUNDLEVET_ALLOW_HTTP", "true")
            .output()
            .unwrap(),
    );
    assert!(code == 0 && out.contains("no leader"), "{out}{err}");
    let sent = server.sent();
    println!("show: {sent} bytes of {}", large().len());
    assert!(sent <= 1 << 20, "{sent}");
}
