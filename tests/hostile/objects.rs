//! YAML and JSON that are larger than they look, or deeper than any stack.

use crate::child::scan;
use crate::pack::{member, zip};
use crate::{GOOD, file};

/// A bundle with these objects as its nodes.
fn bundle(name: &str, objects: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let bytes = zip(&[
        member(&format!("sb/yamls/cluster/v1/{name}"), objects),
        member("sb/logs/kube-system/kubelet/kubelet.log", GOOD),
    ]);
    file("bundle.zip", &bytes)
}

#[test]
fn aliases_that_multiply() {
    let mut laughs = "kind: Node\nmetadata: {name: n}\na0: &a0 [lol, lol, lol]\n".to_owned();
    for n in 1..30 {
        let before = vec![format!("*a{}", n - 1); 9].join(", ");
        laughs.push_str(&format!("a{n}: &a{n} [{before}]\n"));
    }
    let text = "x".repeat(4 << 20);
    let many = vec!["*t"; 3_000_000].join(",");
    let heavy = format!("kind: Node\nmetadata: {{name: n}}\nt: &t {text}\nmany: [{many}]\n");
    let short = "- *t\n".repeat(50_000);
    let anchored = format!("kind: Node\nmetadata: {{name: n}}\nt: &t x\nmany:\n{short}");
    for (objects, limit) in [
        (laughs, "limit object-values"),
        (heavy, "limit object-bytes"),
        (anchored, "limit object-aliases"),
    ] {
        let (_folder, path) = bundle("nodes.yaml", &objects);
        let scanned = scan(&path, &[]).within(400);
        assert!(scanned.found_good());
        assert!(
            scanned.problems().contains(limit),
            "{limit}: {}",
            scanned.problems()
        );
    }
}

#[test]
fn nested_deeper_than_any_stack() {
    let depth = 400_000;
    let json = |open: &str, close: &str| {
        let (open, close) = (open.repeat(depth), close.repeat(depth));
        format!("{{\"kind\":\"Node\",\"metadata\":{{\"name\":\"n\"}},\"a\":{open}1{close}}}")
    };
    let flow = format!("kind: Node\na: {}\n", "[".repeat(depth));
    let dashes = format!("kind: Node\na:\n  {}x\n", "- ".repeat(depth));
    let block = (0..3000).fold("kind: Node\n".to_owned(), |text, n| {
        format!("{text}{}a:\n", " ".repeat(n))
    });
    for (name, objects) in [
        ("nodes.json", json("[", "]")),
        ("nodes.json", json("{\"a\":", "}")),
        ("nodes.yaml", flow),
        ("nodes.yaml", dashes),
        ("nodes.yaml", block),
    ] {
        let (_folder, path) = bundle(name, &objects);
        let scanned = scan(&path, &[]).within(400);
        assert!(scanned.found_good());
        let problems = scanned.problems();
        assert!(problems.contains("nodes."), "{name}: {problems}");
    }
}
