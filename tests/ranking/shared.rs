//! Lines that several causes share.

use bundlevet::rank::Verdict;

use super::bundle::{Bundle, every, ids, klog, text};
use super::lines::{KUBELET, says};

const SHARED: [(&str, &str); 2] = [
    (
        "a/one",
        "title: one\nkind: cause\nseverity: high\nsure: possible\nmatch: ['the alpha store is full']\nneeds: the list of disks\n",
    ),
    (
        "b/two",
        "title: two\nkind: cause\nseverity: high\nsure: possible\nmatch: ['alpha store is full']\nneeds: the log of beta\n",
    ),
];

/// One line that two causes share: neither, and what would tell them apart.
#[test]
fn a_line_of_two_causes_proves_neither() {
    let d = Bundle::rke2()
        .log(
            KUBELET,
            every(2, 60, 0, |m| klog(m, "the alpha store is full")),
        )
        .scan_alone(&SHARED);
    assert_eq!(d.verdict, Verdict::SymptomsOnly);
    assert_eq!(
        d.headline,
        "2 causes share the same evidence and cannot be told apart: one; two"
    );
    assert!(says(&d.causes[0], "also explained by b/two"));
    let asked: Vec<_> = d
        .not_examined
        .iter()
        .filter_map(|one| one.collect.as_deref())
        .collect();
    assert_eq!(asked, ["the list of disks", "the log of beta"]);
    assert!(text(&d).contains("the list of disks"), "{}", text(&d));
}

/// Of two causes that are certain of one line, the one that stands on a second source as well comes first, whatever
/// their names.
#[test]
fn what_a_second_source_tells_apart_comes_first() {
    let of = |more: &str| {
        format!(
            "title: one\nkind: cause\nseverity: high\nsure: certain\nfind:\n  full: {{log: 'the alpha store is full'}}\n{more}"
        )
    };
    let narrow =
        of("  node: {object: Node, where: {metadata.name: {as: node}}}\nall: [full, node]\n");
    let signatures = [("a/one", of("all: [full]\n")), ("b/two", narrow)];
    let signatures = signatures.each_ref().map(|(id, text)| (*id, text.as_str()));
    let d = Bundle::harvester("\"\"")
        .node_objects(&[("n1", "True", 58)])
        .log(
            "nodes/n1.zip/n1/logs/kubelet.log",
            every(2, 60, 0, |m| klog(m, "the alpha store is full")),
        )
        .scan_alone(&signatures);
    assert_eq!(ids(&d.causes), ["b/two", "a/one"]);
    assert!(says(&d.causes[1], "also explained by b/two"));
}
