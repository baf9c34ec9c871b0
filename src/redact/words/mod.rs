//! Words that stay: those of the products, of the signatures, of public domains and of accounts that everybody has.

mod domains;
mod vocabulary;

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::signature::Database;
use domains::{COUNTRIES, GENERIC, INTERNAL, NEWER, PUBLIC, SECOND};
use vocabulary::{ACCOUNTS, WORDS};

/// Whether a last label (lower case) is one that names on the internet end with.
pub(crate) fn is_top(label: &str) -> bool {
    top(label).is_some() || label.len() == 2 || NEWER.contains(&label)
}

/// Every word of the shipped signatures, lower case, without digits.
static VOCABULARY: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut words: HashSet<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
    for signature in &Database::shipped().signatures {
        let texts = signature.parts.iter().flat_map(|part| part.patterns());
        for text in texts.map(|pattern| pattern.source()) {
            let found = text.split(|c: char| !c.is_ascii_alphabetic());
            words.extend(found.filter(|w| w.len() > 1).map(str::to_ascii_lowercase));
        }
        // a number in an id makes no number of a host common
        let parts = signature.id.split(['/', '-']);
        let words_of = parts.filter(|part| part.bytes().any(|b| b.is_ascii_alphabetic()));
        words.extend(words_of.map(str::to_owned));
    }
    words
});

/// Whether a name (lower case) is only words that bundles are full of, so that taking it away would harm and hide
/// nothing: `rancher`, `controller-manager`; not `rancher-1`.
pub(crate) fn is_common(name: &str) -> bool {
    if WORDS.contains(&name) || name.bytes().all(|b| !b.is_ascii_alphabetic()) {
        return true;
    }
    name.split(['-', '_', '.'])
        .all(|part| part.is_empty() || VOCABULARY.contains(part))
}

/// Whether an account (lower case) is one that systems or products make: also `system:...`, `u-x7k2q`.
pub(crate) fn is_account(name: &str) -> bool {
    ACCOUNTS.contains(&name)
        || is_common(name)
        || name.starts_with("u-")
        || name.starts_with("user-")
}

/// What the last label of dotted text says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Top {
    Generic,
    Internal,
    Country,
}

/// The kind of a last label, lower case.
pub(crate) fn top(label: &str) -> Option<Top> {
    match *label.as_bytes() {
        [a, b] => is_country(a, b).then_some(Top::Country),
        [_, _, _] if GENERIC.contains(&label) => Some(Top::Generic),
        [b'c' | b'i' | b'l', _, _, ..] if INTERNAL.contains(&label) => Some(Top::Internal),
        _ => None,
    }
}

/// Second letters of [`COUNTRIES`] behind their first, by the bits of their place in the alphabet.
const SECONDS: [u32; 32] = {
    let mut table = [0; 32];
    let mut at = 0;
    while at < COUNTRIES.len() {
        let country = COUNTRIES[at].as_bytes();
        table[(country[0] & 31) as usize] |= 1 << (country[1] & 31);
        at += 1;
    }
    table
};

fn is_country(first: u8, second: u8) -> bool {
    let letters = first.is_ascii_lowercase() && second.is_ascii_lowercase();
    let seconds = SECONDS.get(usize::from(first & 31));
    letters && seconds.is_some_and(|bits| bits >> (second & 31) & 1 == 1)
}

/// Where the part of a (lower case) domain begins that somebody registered: `acme.com` in `a.b.acme.com`,
/// `acme.co.uk`, and for networks without a registry the last label alone.
pub(crate) fn registrable(name: &str) -> usize {
    let mut dots: Vec<usize> = name.match_indices('.').map(|(at, _)| at).collect();
    let last = dots.pop().map_or(0, |at| at + 1);
    let Some(second) = dots.pop() else {
        return match top(&name[last..]) {
            Some(Top::Internal) => last,
            _ => 0,
        };
    };
    if top(&name[last..]) == Some(Top::Internal) {
        return last;
    }
    let third = dots.pop().map_or(0, |at| at + 1);
    let label = &name[second + 1..last - 1];
    if top(&name[last..]) == Some(Top::Country) && SECOND.contains(&label) {
        third
    } else {
        second + 1
    }
}

/// Whether a (lower case) dotted name belongs to a product, a public service or the cluster itself.
pub(crate) fn is_public(name: &str) -> bool {
    let inside = [
        "svc",
        "cluster.local",
        "in-addr.arpa",
        "ip6.arpa",
        "ec2.internal",
        "localhost",
    ];
    if inside.iter().any(|end| ends_with(name, end)) || name == "rc.local" || name.contains(".svc.")
    {
        return true;
    }
    let suffixes = name.match_indices('.').map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(suffixes)
        .any(|at| PUBLIC.binary_search(&&name[at..]).is_ok())
}

fn ends_with(name: &str, end: &str) -> bool {
    name.strip_suffix(end)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        let unsorted: Vec<_> = PUBLIC
            .windows(2)
            .filter(|pair| pair[0] >= pair[1])
            .collect();
        assert!(unsorted.is_empty(), "{unsorted:?}");
        assert!(GENERIC.iter().all(|label| label.len() == 3));
        assert!(
            INTERNAL
                .iter()
                .all(|label| label.len() >= 3 && label.starts_with(['c', 'i', 'l']))
        );
        for (first, second) in ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| (a, b))) {
            let label = format!("{first}{second}");
            let known = COUNTRIES.contains(&label.as_str());
            assert_eq!(top(&label) == Some(Top::Country), known, "{label}");
        }
        assert!(COUNTRIES.is_sorted() && COUNTRIES.iter().all(|label| label.len() == 2));
    }

    #[test]
    fn common_words_and_names() {
        for common in [
            "rancher",
            "controller-manager",
            "etcd",
            "localhost",
            "10",
            "longhorn-manager",
        ] {
            assert!(is_common(common), "{common}");
        }
        for name in ["n1", "rancher-1", "node1", "zaphod", "zaphod-prod", "cp1"] {
            assert!(!is_common(name), "{name}");
        }
        assert!(is_account("system") && is_account("u-b4qkh") && !is_account("zaphod"));
    }

    #[test]
    fn registered_parts() {
        for (name, part) in [
            ("a.b.acme.com", "acme.com"),
            ("acme.com", "acme.com"),
            ("x.acme.co.uk", "acme.co.uk"),
            ("n1.acme.de", "acme.de"),
            ("n1.rack2.lan", "lan"),
            ("n1.local", "local"),
            ("a.b.acme.io", "acme.io"),
        ] {
            assert_eq!(&name[registrable(name)..], part, "{name}");
        }
    }

    #[test]
    fn public_and_private() {
        for public in [
            "k8s.io",
            "apps.k8s.io",
            "rancher.svc",
            "a.b.svc.cluster.local",
            "docker.io",
            "go.uber.org",
        ] {
            assert!(is_public(public), "{public}");
        }
        for private in ["acme.com", "notk8s.io", "n1.lan", "k8s.io.acme.com"] {
            assert!(!is_public(private), "{private}");
        }
    }
}
