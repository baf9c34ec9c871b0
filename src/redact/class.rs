//! What is replaced, by class, and the shape of the words that take its place.

/// A class of what must not leave the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Passwords and passphrases, also hashed ones.
    Password,
    /// Bearer and join tokens, JSON web tokens, registration URLs.
    Token,
    /// Private keys, access keys, SSH keys.
    Key,
    /// Data of Secrets, base64 payloads.
    Secret,
    /// Certificates, whose base64 holds names.
    Certificate,
    /// Host names: nodes, hosts files, labels of private domains.
    Host,
    /// Private domains.
    Domain,
    /// E-mail addresses.
    Email,
    /// Names of people's accounts.
    User,
    /// IPv4 addresses.
    Ipv4,
    /// IPv6 addresses.
    Ipv6,
    /// Hardware addresses.
    Mac,
}

impl Class {
    /// Every class, in the order of reports.
    pub const ALL: [Class; 12] = [
        Class::Password,
        Class::Token,
        Class::Key,
        Class::Secret,
        Class::Certificate,
        Class::Host,
        Class::Domain,
        Class::Email,
        Class::User,
        Class::Ipv4,
        Class::Ipv6,
        Class::Mac,
    ];

    /// The word that pseudonyms of the class begin with, and that reports call it by.
    pub const fn word(self) -> &'static str {
        match self {
            Class::Password => "password",
            Class::Token => "token",
            Class::Key => "key",
            Class::Secret => "secret",
            Class::Certificate => "certificate",
            Class::Host => "host",
            Class::Domain => "domain",
            Class::Email => "email",
            Class::User => "user",
            Class::Ipv4 => "ipv4",
            Class::Ipv6 => "ipv6",
            Class::Mac => "mac",
        }
    }

    /// Secrets are never written into a mapping file.
    pub const fn is_secret(self) -> bool {
        matches!(
            self,
            Class::Password | Class::Token | Class::Key | Class::Secret | Class::Certificate
        )
    }

    /// Place of the class in [`Class::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// Hex digits of a pseudonym.
const DIGITS: usize = 6;

/// `host-x3fa91c`: the word of the class and 24 bits of the keyed hash of the name.
pub(crate) fn pseudonym(class: Class, hash: u64) -> String {
    format!("{}-x{:06x}", class.word(), hash >> 40)
}

/// Whether text is a pseudonym already. They stay as they are, so that redacting twice changes nothing.
pub(crate) fn is_pseudonym(text: &[u8]) -> bool {
    let Some(at) = text.len().checked_sub(DIGITS + 2) else {
        return false;
    };
    let (word, rest) = text.split_at(at);
    let hex = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
    rest.starts_with(b"-x")
        && rest.iter().skip(2).all(hex)
        && Class::ALL
            .iter()
            .any(|class| class.word().as_bytes() == word)
}

/// Whether text begins with a pseudonym that ends at a boundary.
pub(crate) fn begins_with_pseudonym(text: &[u8]) -> bool {
    let end = text
        .iter()
        .position(|b| !b.is_ascii_alphanumeric() && *b != b'-')
        .unwrap_or(text.len());
    is_pseudonym(text.get(..end).unwrap_or_default())
}

/// Where the first pseudonym in a text begins and ends, whatever stands beside it: of names, of hardware and IPv6
/// addresses.
fn pseudonym_in(text: &[u8]) -> Option<(usize, usize)> {
    let hex = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
    let run = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|b| hex(b) || **b == b':').count()
    };
    let name = memchr::memmem::find_iter(text, b"-x").find_map(|at| {
        let end = at + 2 + DIGITS;
        let before = text.get(..at)?;
        let mut words = Class::ALL.iter().map(|class| class.word().as_bytes());
        let word = words.find(|word| before.ends_with(word))?;
        let digits = text.get(at + 2..end)?.iter().all(hex);
        digits.then_some((at - word.len(), end))
    });
    let address = [&b"02:ed:ac:"[..], b"2001:db8:", b"fe80::db8:"];
    let address = address.into_iter().filter_map(|begins| {
        let start = memchr::memmem::find(text, begins)?;
        Some((start, run(start)))
    });
    name.into_iter().chain(address).min()
}

/// A text with a word in place of every pseudonym in it; nothing where there is none.
pub(crate) fn without_pseudonyms(text: &[u8], instead: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((start, end)) = pseudonym_in(rest) {
        out.extend_from_slice(rest.get(..start).unwrap_or_default());
        out.extend_from_slice(instead);
        rest = rest.get(end..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    (rest.len() < text.len()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_pseudonyms_is_left() {
        let left = |text: &str| {
            let left = without_pseudonyms(text.as_bytes(), b"");
            left.map(|left| String::from_utf8(left).unwrap())
        };
        assert_eq!(
            left("(user-xd8dede@domain-x7671b0.example").as_deref(),
            Some("(@.example")
        );
        assert_eq!(left("a 02:ed:ac:01:02:03,b").as_deref(), Some("a ,b"));
        assert_eq!(left("2001:db8:1::7/64").as_deref(), Some("/64"));
        assert_eq!(left("chost-x12345 host-y123456"), None);
    }

    #[test]
    fn pseudonyms_are_recognised() {
        for class in Class::ALL {
            assert_eq!(Class::ALL[class.index()], class);
            assert!(is_pseudonym(pseudonym(class, u64::MAX / 3).as_bytes()));
        }
        assert_eq!(
            pseudonym(Class::Host, 0x3fa9_1c00_0000_0000),
            "host-x3fa91c"
        );
        assert!(!is_pseudonym(b"host-3fa91c") && !is_pseudonym(b"ghost-x3fa91c"));
        assert!(
            begins_with_pseudonym(b"token-x000001\"}") && !begins_with_pseudonym(b"token-x00000")
        );
    }
}
