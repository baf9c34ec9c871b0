//! The names that a bundle gives away, frozen into what finds them again everywhere.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::class::{Class, is_pseudonym, pseudonym};
use super::find::{self, Owner, ends_word, starts_word};
use super::key::Key;
use super::short::Short;
use super::{secret, words};
use crate::detect::prefilter::{Found as Hit, Prefilter};

/// Names beyond this many of a kind are not remembered; the report says so.
const MOST: usize = 20_000;
/// Names of no more letters are looked for apart.
const SHORT: usize = 4;
/// The longest name of a host or account.
const LONGEST: usize = 253;

/// What was learned from a bundle, in no state to be used yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Learned {
    /// Host names, lower case, without dots.
    pub(crate) hosts: BTreeSet<String>,
    /// Registrable private domains, lower case.
    pub(crate) domains: BTreeSet<String>,
    /// Domains of URLs and images: private unless they are also API groups.
    pub(crate) perhaps: BTreeSet<String>,
    /// Registrable parts of API groups.
    pub(crate) groups: BTreeSet<String>,
    /// Accounts of people, lower case.
    pub(crate) users: BTreeSet<String>,
    /// IPv4 addresses of nodes.
    pub(crate) addresses: BTreeSet<std::net::Ipv4Addr>,
    /// Names that stay because they are common words.
    pub(crate) kept: BTreeSet<String>,
    /// Whether there were more names than are remembered.
    pub(crate) overflowed: bool,
}

impl Learned {
    /// A host, as a node, a hosts file or a log calls it: short or with its domain.
    pub(crate) fn host(&mut self, name: &str) {
        let name = name
            .trim_matches(|c: char| c == '.' || c.is_whitespace())
            .to_ascii_lowercase();
        if name.len() > LONGEST
            || !name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
        {
            return;
        }
        let (short, domain) = match name.split_once('.') {
            Some((short, domain)) => (short, Some(domain)),
            None => (name.as_str(), None),
        };
        if name.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return;
        }
        if let Some(domain) = domain {
            self.domain(domain);
        }
        if short.len() < 2 || words::is_common(short) || is_pseudonym(short.as_bytes()) {
            if short.len() > 1
                && !matches!(short, "localhost" | "null" | "none")
                && !is_pseudonym(short.as_bytes())
            {
                self.kept.insert(short.to_owned());
            }
            return;
        }
        self.overflowed |= insert(&mut self.hosts, short.to_owned());
    }

    /// A domain that is certainly the owner's; a name in it will do.
    pub(crate) fn domain(&mut self, name: &str) {
        if let Some(registered) = registered(name) {
            self.overflowed |= insert(&mut self.domains, registered);
        }
    }

    /// A domain that is the owner's unless it is a product's.
    pub(crate) fn perhaps(&mut self, name: &str) {
        let last = name
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        // minio.default is a service in a namespace
        if !words::is_top(&last) {
            return;
        }
        if let Some(registered) = registered(name) {
            self.overflowed |= insert(&mut self.perhaps, registered);
        }
    }

    /// An API group.
    pub(crate) fn group(&mut self, name: &str) {
        if let Some(registered) = registered(name) {
            self.overflowed |= insert(&mut self.groups, registered);
        }
    }

    /// A person's account.
    pub(crate) fn user(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if (3..=64).contains(&name.len())
            && name.bytes().all(plain)
            && !words::is_account(&name)
            && !is_pseudonym(name.as_bytes())
        {
            self.overflowed |= insert(&mut self.users, name);
        }
    }

    /// An address of a node.
    pub(crate) fn address(&mut self, address: std::net::Ipv4Addr) {
        if self.addresses.len() < MOST {
            self.addresses.insert(address);
        }
    }

    /// Everything that another one learned, too.
    pub fn merge(&mut self, other: Learned) {
        self.hosts.extend(other.hosts);
        self.domains.extend(other.domains);
        self.perhaps.extend(other.perhaps);
        self.groups.extend(other.groups);
        self.users.extend(other.users);
        self.addresses.extend(other.addresses);
        self.kept.extend(other.kept);
        self.overflowed |= other.overflowed;
        for set in [
            &mut self.hosts,
            &mut self.domains,
            &mut self.perhaps,
            &mut self.groups,
            &mut self.users,
        ] {
            while set.len() > MOST {
                set.pop_last();
                self.overflowed = true;
            }
        }
    }
}

/// Whether there was no room.
fn insert(set: &mut BTreeSet<String>, name: String) -> bool {
    if set.len() >= MOST && !set.contains(&name) {
        return true;
    }
    set.insert(name);
    false
}

/// The registrable part of a name in a private domain.
fn registered(name: &str) -> Option<String> {
    let name = name.trim_matches('.').to_ascii_lowercase();
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    let last = name.rsplit('.').next()?;
    let sound = name.len() <= LONGEST
        && name.contains('.')
        && !name.contains("..")
        && name.bytes().all(plain)
        && last.len() >= 2
        && last.bytes().all(|b| b.is_ascii_alphabetic())
        && last != "example"
        && !words::is_public(&name);
    sound.then(|| name[words::registrable(&name)..].to_owned())
}

/// Learned names, ready to be found.
pub(crate) struct Names {
    /// The [`secret::needles`], and behind them the names of more than [`SHORT`] letters.
    finder: Prefilter,
    /// How many needles of secrets there are, and which names follow them.
    secrets: usize,
    long: Vec<usize>,
    /// The shorter ones.
    short: Option<(Short, Vec<usize>)>,
    found: Vec<(Class, Arc<str>)>,
    /// Which each name is, lower case.
    known: HashMap<String, usize>,
    domains: HashMap<String, String>,
    /// What the domains end with.
    tops: BTreeSet<String>,
}

impl Names {
    pub(crate) fn new(learned: &Learned, key: &Key) -> Self {
        let mut taken: BTreeMap<String, String> = BTreeMap::new();
        let mut known = HashMap::new();
        let mut needles: Vec<Box<[u8]>> = secret::needles().collect();
        let secrets = needles.len();
        let (mut long, mut short) = (Vec::new(), (Vec::new(), Vec::new()));
        let mut found = Vec::new();
        let named = learned.hosts.iter().map(|name| (Class::Host, name));
        let users = learned.users.iter().map(|name| (Class::User, name));
        for (class, name) in named.chain(users.filter(|(_, name)| !learned.hosts.contains(*name))) {
            let mut hidden = of(key, class, name);
            // two names of one pseudonym would be one host
            let mut salt = 0u8;
            while taken.get(&hidden).is_some_and(|other| other != name) {
                salt = salt.wrapping_add(1);
                hidden = of(key, class, &format!("{name}\0{salt}"));
            }
            taken.insert(hidden.clone(), name.clone());
            if name.len() > SHORT {
                needles.push(Box::from(name.as_bytes()));
                long.push(found.len());
            } else {
                short.0.push(Box::from(name.as_bytes()));
                short.1.push(found.len());
            }
            known.insert(name.clone(), found.len());
            found.push((class, Arc::from(hidden)));
        }
        let private = learned.domains.iter();
        let perhaps = learned.perhaps.difference(&learned.groups);
        let domains: HashMap<String, String> = private
            .chain(perhaps)
            .map(|name| (name.clone(), domain(key, name)))
            .collect();
        let last = |name: &String| name.rsplit('.').next().unwrap_or_default().to_owned();
        Self {
            finder: Prefilter::new(needles),
            secrets,
            long,
            short: Short::new(short.0).map(|finder| (finder, short.1)),
            found,
            known,
            tops: domains.keys().map(last).collect(),
            domains,
        }
    }

    /// Every place in a text where a secret or a learned name may stand, in one look, in order: first of secrets, for
    /// [`secret::find_at`], then of names, for [`Names::each`].
    pub(crate) fn search(&self, text: &[u8], secrets: &mut Vec<Hit>, names: &mut Vec<Hit>) {
        secrets.clear();
        names.clear();
        self.finder.find(text, secrets);
        let is_name = |hit: &mut Hit| hit.literal as usize >= self.secrets;
        names.extend(secrets.extract_if(.., is_name));
        secrets.sort_unstable();
        names.sort_unstable();
    }

    /// Every learned name that stands by itself: start, end, class, pseudonym. `hits` are those of [`Names::search`].
    pub(crate) fn each(
        &self,
        text: &[u8],
        hits: &[Hit],
        mut each: impl FnMut(usize, usize, Class, &Arc<str>),
    ) {
        let mut tell = |start: usize, end: usize, which: Option<&usize>| {
            if let Some((class, hidden)) = which.and_then(|which| self.found.get(*which))
                && ends_word(text, end)
                && starts_word(text, start)
            {
                each(start, end, *class, hidden);
            }
        };
        for hit in hits {
            let start = hit.at as usize;
            let length = self.finder.length(hit.literal);
            let name = (hit.literal as usize).checked_sub(self.secrets);
            tell(
                start,
                start + length,
                name.and_then(|name| self.long.get(name)),
            );
        }
        if let Some((finder, names)) = &self.short {
            finder.each(text, |start, end, name| tell(start, end, names.get(name)));
        }
    }

    /// The pseudonym of a learned host or account, lower case.
    pub(crate) fn known(&self, name: &str) -> Option<&str> {
        let (_, hidden) = self.found.get(*self.known.get(name)?)?;
        Some(hidden)
    }

    /// The private domain name (as it stands, with what is registered from `at` on) under its pseudonym.
    pub(crate) fn hide_domain(&self, key: &Key, name: &str, at: usize) -> String {
        let lower = name.to_ascii_lowercase();
        let (labels, registered) = lower.split_at(at.min(lower.len()));
        let mut out = String::new();
        for label in labels.split_terminator('.') {
            match self.known(label) {
                _ if is_pseudonym(label.as_bytes()) || stays(label) => out.push_str(label),
                Some(hidden) => out.push_str(hidden),
                None => out.push_str(&of(key, Class::Host, label)),
            }
            out.push('.');
        }
        if registered.contains('.') {
            match self.domains.get(registered) {
                Some(hidden) => out.push_str(hidden),
                None => out.push_str(&domain(key, registered)),
            }
        } else {
            // a network without a registry: the name says nothing
            out.push_str(registered);
        }
        out
    }
}

impl Owner for Names {
    fn owns(&self, registered: &str) -> bool {
        self.domains.contains_key(registered)
    }

    fn ends(&self, label: &str) -> bool {
        self.tops.contains(label)
    }

    fn registered(&self, word: &[u8]) -> Option<usize> {
        find::registered(word, self)
    }
}

/// Labels of services, not of hosts.
fn stays(label: &str) -> bool {
    label.starts_with('_') || words::is_common(label)
}

/// The pseudonym of a name.
pub(crate) fn of(key: &Key, class: Class, name: &str) -> String {
    // hosts and accounts of one name have pseudonyms of their own
    pseudonym(class, key.hash(16 + class as u8, name.as_bytes()))
}

/// The pseudonym of a registrable domain, under a top-level name that is reserved for such.
pub(crate) fn domain(key: &Key, name: &str) -> String {
    format!("{}.example", of(key, Class::Domain, name))
}
