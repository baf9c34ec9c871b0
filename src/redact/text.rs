//! Whole lines into the same lines with pseudonyms.
//!
//! All finders look at the same text and say where something stands; secrets win over names that stand inside them,
//! longer names over shorter ones; then everything is written once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::address::{self, CLUSTER_RANGES};
use super::class::Class;
use super::find::{self, Owner, Token};
use super::key::Key;
use super::names::{self, Learned, Names};
use super::secret::{self, Found, Pem};
use super::tally::Tally;
use crate::detect::prefilter::Found as Hit;

/// Addresses whose pseudonyms are remembered by one thread, and as many domains.
const MOST_CACHED: usize = 1 << 16;

/// Knows what a bundle gives away, and under which pseudonyms it goes. Shared by threads.
pub struct Redactor {
    key: Key,
    names: Names,
    /// Pod and service networks, which stay.
    cluster: Vec<(Ipv4Addr, u32)>,
}

/// What one thread needs while it redacts, used again from text to text.
#[derive(Default)]
pub(crate) struct Work {
    secrets: Vec<Found>,
    hits: Vec<Hit>,
    names: Vec<Hit>,
    edits: Vec<Edit>,
    addresses: Addresses,
    domains: RefCell<Domains>,
    pub(crate) tally: Tally,
}

/// Dotted words that were looked at, and where in them what is registered begins if they are private.
type Domains = HashMap<Box<[u8]>, Option<usize>, BuildHasherDefault<Mixed>>;

/// Names that remember which domains they own.
struct Remembering<'a>(&'a Names, &'a RefCell<Domains>);

impl Owner for Remembering<'_> {
    fn owns(&self, registered: &str) -> bool {
        self.0.owns(registered)
    }

    fn ends(&self, label: &str) -> bool {
        self.0.ends(label)
    }

    fn registered(&self, word: &[u8]) -> Option<usize> {
        let mut domains = self.1.borrow_mut();
        if let Some(known) = domains.get(word) {
            return *known;
        }
        let registered = self.0.registered(word);
        if domains.len() < MOST_CACHED {
            domains.insert(Box::from(word), registered);
        }
        registered
    }
}

/// Addresses with their pseudonyms. Whoever writes addresses that collide makes only his own copy slow.
type Addresses = HashMap<IpAddr, Option<Arc<str>>, BuildHasherDefault<Mixed>>;

/// A hash of the few bytes of an address, a domain or a line.
#[derive(Default)]
pub(super) struct Mixed(u64);

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        let mut mix = |word: u64| {
            self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        };
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| mix(u64::from_le_bytes(*word)));
        rest.iter().for_each(|byte| mix(u64::from(*byte)));
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

/// One replacement.
struct Edit {
    start: usize,
    end: usize,
    class: Class,
    with: Arc<str>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// For a bundle that gave away these names.
    pub fn new(learned: &Learned, key: Key) -> Self {
        let nodes_are_in = |range: &(Ipv4Addr, u32)| {
            learned
                .addresses
                .iter()
                .any(|address| address::within(*address, *range))
        };
        Self {
            names: Names::new(learned, &key),
            // where hosts have addresses of these ranges, they are not the pods'
            cluster: CLUSTER_RANGES
                .into_iter()
                .filter(|range| !nodes_are_in(range))
                .collect(),
            key,
        }
    }

    /// A short text, a path, a name.
    pub fn text(&self, text: &str) -> String {
        let mut out = Vec::with_capacity(text.len() + 16);
        self.lines(text.as_bytes(), None, &mut Work::default(), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Redacts whole lines. `open` is the class of a block that an earlier text ended in; the same is given for this one.
    pub(crate) fn lines(
        &self,
        text: &[u8],
        open: Option<Class>,
        work: &mut Work,
        out: &mut Vec<u8>,
    ) -> Option<Class> {
        work.secrets.clear();
        work.edits.clear();
        self.names.search(text, &mut work.hits, &mut work.names);
        let continued = open.and_then(|class| secret::continued(text, class, &mut work.secrets));
        let opened = secret::find_at(text, Pem::Lines, &work.hits, &mut work.secrets);
        merge(&mut work.secrets);
        self.find_names(text, work);
        self.write(text, work, out);
        opened.or(continued)
    }

    fn find_names(&self, text: &[u8], work: &mut Work) {
        let Work {
            edits,
            addresses,
            domains,
            names,
            ..
        } = work;
        let mut push = |start: usize, end: usize, class: Class, with: Arc<str>| {
            edits.push(Edit {
                start,
                end,
                class,
                with,
            });
        };
        let owner = Remembering(&self.names, domains);
        find::tokens(text, &owner, |start, end, token| {
            let was =
                std::str::from_utf8(text.get(start..end).unwrap_or_default()).unwrap_or_default();
            match token {
                Token::V4(v4) => {
                    if let Some(with) = self.address(v4.into(), addresses) {
                        push(start, end, Class::Ipv4, with);
                    }
                }
                Token::V6(v6) => {
                    if let Some(with) = self.address(v6.into(), addresses) {
                        push(start, end, Class::Ipv6, with);
                    }
                }
                Token::Mac(mac) => {
                    if let Some(with) = address::mac(&self.key, mac) {
                        let pairs: Vec<String> =
                            with.iter().map(|byte| format!("{byte:02x}")).collect();
                        push(start, end, Class::Mac, pairs.join(":").into());
                    }
                }
                Token::Domain(at) => {
                    let registered = was.get(at..).unwrap_or_default();
                    let class = if registered.contains('.') {
                        Class::Domain
                    } else {
                        Class::Host
                    };
                    let with = self.names.hide_domain(&self.key, was, at);
                    push(start, end, class, with.into());
                }
                Token::Email(at) => {
                    let (local, domain) = was.split_at(at.min(was.len()));
                    let local = local.trim_end_matches('@').to_ascii_lowercase();
                    let lower = domain.to_ascii_lowercase();
                    let domain = self.names.hide_domain(
                        &self.key,
                        domain,
                        super::words::registrable(&lower),
                    );
                    let local = names::of(&self.key, Class::User, &local);
                    push(start, end, Class::Email, format!("{local}@{domain}").into());
                }
            }
        });
        for (start, end, v4) in find::dashed(text) {
            if let Some(with) = self.address(v4.into(), addresses) {
                push(start, end, Class::Ipv4, with.replace('.', "-").into());
            }
        }
        self.names.each(text, names, |start, end, class, hidden| {
            push(start, end, class, Arc::clone(hidden))
        });
    }

    fn address(&self, address: IpAddr, cache: &mut Addresses) -> Option<Arc<str>> {
        if let Some(known) = cache.get(&address) {
            return known.clone();
        }
        let hidden = match address {
            IpAddr::V4(v4) => address::v4(&self.key, v4, &self.cluster).map(|v4| v4.to_string()),
            IpAddr::V6(v6) => address::v6(&self.key, v6, &self.cluster).map(|v6| v6.to_string()),
        };
        let hidden: Option<Arc<str>> = hidden.map(Arc::from);
        if cache.len() < MOST_CACHED {
            cache.insert(address, hidden.clone());
        }
        hidden
    }

    /// Writes the text with all that was found replaced.
    fn write(&self, text: &[u8], work: &mut Work, out: &mut Vec<u8>) {
        let Work {
            secrets,
            edits,
            tally,
            ..
        } = work;
        edits.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        let mut secrets = secrets.iter().peekable();
        let mut edits = edits.iter().peekable();
        let mut done = 0;
        loop {
            let secret = secrets.peek().map_or(usize::MAX, |found| found.start);
            let Some(edit) = edits.peek() else {
                let Some(found) = secrets.next() else { break };
                done = self.hide(text, done, found, tally, out);
                continue;
            };
            if edit.start < done {
                edits.next();
            } else if edit.end <= secret {
                out.extend_from_slice(text.get(done..edit.start).unwrap_or_default());
                out.extend_from_slice(edit.with.as_bytes());
                tally.note(
                    edit.class,
                    text.get(edit.start..edit.end).unwrap_or_default(),
                    &edit.with,
                );
                done = edit.end;
                edits.next();
            } else if let Some(found) = secrets.next() {
                if edit.start < found.start {
                    // a name that reaches into a secret: the secret takes it all
                    let wider = Found {
                        start: edit.start,
                        end: found.end.max(edit.end),
                        ..*found
                    };
                    done = self.hide(text, done, &wider, tally, out);
                } else {
                    done = self.hide(text, done, found, tally, out);
                }
            }
        }
        out.extend_from_slice(text.get(done..).unwrap_or_default());
    }

    fn hide(
        &self,
        text: &[u8],
        done: usize,
        found: &Found,
        tally: &mut Tally,
        out: &mut Vec<u8>,
    ) -> usize {
        if found.end <= done {
            return done;
        }
        let start = found.start.max(done);
        out.extend_from_slice(text.get(done..start).unwrap_or_default());
        let was = text.get(start..found.end).unwrap_or_default();
        let with = self.pseudonym(found.class, was);
        out.extend_from_slice(with.as_bytes());
        tally.note(found.class, was, &with);
        found.end
    }

    /// The pseudonym of a secret or an account.
    pub(crate) fn pseudonym(&self, class: Class, was: &[u8]) -> String {
        let lower = String::from_utf8_lossy(was);
        match class {
            Class::User => {
                let name = lower.to_ascii_lowercase();
                match self.names.known(&name) {
                    Some(hidden) => hidden.to_owned(),
                    None => names::of(&self.key, class, &name),
                }
            }
            _ => names::of(&self.key, class, &lower),
        }
    }
}

/// Places of secrets in a text, in order and apart; names and addresses are none.
pub(crate) fn secrets(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    secret::find(text.as_bytes(), Pem::Whole, &mut found);
    found.retain(|found| found.class != Class::User);
    merge(&mut found);
    found
        .into_iter()
        .map(|found| found.start..found.end)
        .collect()
}

/// Sorts secrets and joins those that touch; the first one's class holds.
fn merge(secrets: &mut Vec<Found>) {
    secrets.sort_by_key(|found| (found.start, std::cmp::Reverse(found.end)));
    secrets.dedup_by(|next, found| {
        let overlap = next.start <= found.end;
        if overlap {
            found.end = found.end.max(next.end);
        }
        overlap
    });
}
