//! `harvester >=1.4.0 <1.4.3` into a product and bounds, and versions as bundles state them into comparable ones.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Product;

/// A version as products write it: `v1.27.13+rke2r1`, `1.4`, `v1.5.0-rc2`, `master-head`.
/// Ordered by numbers, then pre-releases before the release, then the build suffix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    numbers: Vec<u64>,
    pre: Option<String>,
    build: Option<String>,
}

impl Version {
    /// Reads a version; `None` where it does not begin with a number (`master-head`).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, Some(build.to_owned())),
            None => (text, None),
        };
        let (numbers, pre) = match text.split_once('-') {
            Some((numbers, pre)) => (numbers, Some(pre.to_owned())),
            None => (text, None),
        };
        let numbers = numbers
            .split('.')
            .map(|n| n.parse().ok())
            .collect::<Option<Vec<u64>>>()?;
        // `v1.34.5-k3s1` and `-rke2r1` are image tags: `+` is not allowed there, and they are no pre-releases
        match pre {
            Some(tag) if tag.starts_with("k3s") || tag.starts_with("rke2") => Some(Self {
                numbers,
                pre: None,
                build: Some(tag),
            }),
            pre => Some(Self {
                numbers,
                pre,
                build,
            }),
        }
    }

    fn number(&self, at: usize) -> u64 {
        self.numbers.get(at).copied().unwrap_or(0)
    }

    /// Major and minor number.
    pub fn minor(&self) -> (u64, u64) {
        (self.number(0), self.number(1))
    }

    fn pieces(text: &str) -> impl Iterator<Item = (u64, &str)> {
        // `rc10` after `rc9`: runs of digits compare as numbers
        text.split_inclusive(|c: char| !c.is_ascii_digit())
            .map(|piece| {
                let digits = piece.trim_end_matches(|c: char| !c.is_ascii_digit());
                (digits.parse().unwrap_or(0), &piece[digits.len()..])
            })
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        (0..length)
            .map(|i| self.number(i).cmp(&other.number(i)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
            .then_with(|| match (&self.pre, &other.pre) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) => Self::pieces(a).cmp(Self::pieces(b)).then_with(|| a.cmp(b)),
            })
            .then_with(|| match (&self.build, &other.build) {
                (Some(a), Some(b)) => Self::pieces(a).cmp(Self::pieces(b)).then_with(|| a.cmp(b)),
                // a bound without a suffix says nothing about suffixes
                _ => Ordering::Equal,
            })
            .then_with(|| self.build.is_some().cmp(&other.build.is_some()))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A product and bounds that all must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    /// Whose version.
    pub product: Product,
    /// Empty: every version.
    bounds: Vec<(Comparison, Version)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

/// Whether a version can have the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affected {
    /// Inside a range.
    Yes,
    /// Outside every range, or repaired.
    No,
    /// The version is not known, or cannot be compared.
    Unknown,
}

impl VersionRange {
    /// Reads `harvester >=1.4.0 <1.4.3`, `rke2 v1.27.13+rke2r1`, `rancher`. `Err`: what is wrong, for the author.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let name = words.next().ok_or("empty version range")?;
        let product = Product::from_word(name).ok_or_else(|| {
            let known: Vec<_> = Product::ALL.iter().map(|p| p.word()).collect();
            format!("unknown product `{name}` (there are {})", known.join(", "))
        })?;
        let mut bounds = Vec::new();
        let mut pending = None;
        for word in words {
            let word = word.trim_end_matches(',');
            let (sign, version) = match pending.take() {
                Some(sign) => (sign, word),
                None => sign_of(word),
            };
            if version.is_empty() {
                pending = Some(sign);
                continue;
            }
            let version = Version::parse(version).ok_or_else(|| {
                format!("`{version}` is not a version such as 1.4.0 or v1.27.13+rke2r1")
            })?;
            bounds.push((sign, version));
        }
        if pending.is_some() {
            return Err(format!("`{text}` ends in a comparison without a version"));
        }
        Ok(Self { product, bounds })
    }

    /// Whether `version` is inside.
    pub fn holds(&self, version: &Version) -> bool {
        self.bounds.iter().all(|(sign, bound)| {
            // where the bound has no suffix (`1.27.13`), a build suffix does not make a version greater
            let order = match (&bound.build, &version.build) {
                (None, Some(_)) => Version {
                    build: None,
                    ..version.clone()
                }
                .cmp(bound),
                _ => version.cmp(bound),
            };
            match sign {
                Comparison::Less => order.is_lt(),
                Comparison::LessOrEqual => order.is_le(),
                Comparison::Equal => {
                    // `1.4` names every 1.4.x
                    order.is_eq()
                        || (bound.pre.is_none()
                            && bound.build.is_none()
                            && version.numbers.starts_with(&bound.numbers))
                }
                Comparison::GreaterOrEqual => order.is_ge(),
                Comparison::Greater => order.is_gt(),
            }
        })
    }

    /// Whether the detected products satisfy the range; `None` where the product or its version is not known.
    pub fn holds_for(&self, products: &BTreeMap<String, String>) -> Option<bool> {
        let version = products.get(self.product.word())?;
        if self.bounds.is_empty() {
            return Some(true);
        }
        Version::parse(version).map(|version| self.holds(&version))
    }
}

fn sign_of(word: &str) -> (Comparison, &str) {
    for (text, sign) in [
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
        ("=", Comparison::Equal),
    ] {
        if let Some(version) = word.strip_prefix(text) {
            return (sign, version);
        }
    }
    (Comparison::Equal, word)
}

impl std::fmt::Display for VersionRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.product.word())?;
        for (sign, version) in &self.bounds {
            let sign = match sign {
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Equal => "",
                Comparison::GreaterOrEqual => ">=",
                Comparison::Greater => ">",
            };
            write!(f, " {sign}{version}")?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers: Vec<_> = self.numbers.iter().map(u64::to_string).collect();
        f.write_str(&numbers.join("."))?;
        if let Some(pre) = &self.pre {
            write!(f, "-{pre}")?;
        }
        if let Some(build) = &self.build {
            write!(f, "+{build}")?;
        }
        Ok(())
    }
}

/// Whether the detected products can have a fault with these `affects` and `fixed-in` ranges.
/// A range of a product that was not detected decides nothing. A bare version under `fixed-in` (`harvester 1.4.3`)
/// is the first repaired release of its minor line: later patches of that minor, and later minors than the
/// newest one listed, are repaired too.
pub fn affected(
    affects: &[VersionRange],
    fixed_in: &[VersionRange],
    products: &BTreeMap<String, String>,
) -> Affected {
    let mut known = false;
    for range in fixed_in {
        match repaired(range, fixed_in, products) {
            Some(true) => return Affected::No,
            Some(false) => known = true,
            None => {}
        }
    }
    let mut inside = affects.is_empty();
    let mut outside = false;
    for range in affects {
        match range.holds_for(products) {
            Some(true) => inside = true,
            Some(false) => outside = true,
            None => {}
        }
    }
    match (inside, outside, known || !affects.is_empty()) {
        (false, true, _) => Affected::No,
        (false, false, _) => Affected::Unknown,
        (true, _, true) => Affected::Yes,
        (true, _, false) if fixed_in.is_empty() => Affected::Yes,
        (true, _, false) => Affected::Unknown,
    }
}

fn repaired(
    range: &VersionRange,
    all: &[VersionRange],
    products: &BTreeMap<String, String>,
) -> Option<bool> {
    let version = Version::parse(products.get(range.product.word())?)?;
    let [(Comparison::Equal, first)] = range.bounds.as_slice() else {
        return Some(range.holds(&version));
    };
    let from_first = VersionRange {
        product: range.product,
        bounds: vec![(Comparison::GreaterOrEqual, first.clone())],
    };
    let newest_line = all
        .iter()
        .filter(|other| other.product == range.product)
        .flat_map(|other| other.bounds.iter().map(|(_, version)| version.minor()))
        .max();
    let same_line = version.minor() == first.minor();
    let beyond = newest_line.is_some_and(|newest| version.minor() > newest);
    Some(from_first.holds(&version) && (same_line || beyond))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn v(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    fn r(text: &str) -> VersionRange {
        VersionRange::parse(text).unwrap()
    }

    fn on(product: &str, version: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(product.to_owned(), version.to_owned())])
    }

    #[test]
    fn versions_are_ordered_as_people_read_them() {
        let ascending = [
            "1.4.0-rc1",
            "v1.4.0-rc9",
            "1.4.0-rc10",
            "v1.4.0",
            "1.4.1",
            "1.10.0",
            "1.27.13",
            "v1.27.13+rke2r1",
            "v1.27.13+rke2r2",
            "v1.27.13+rke2r10",
        ];
        for pair in ascending.windows(2) {
            assert!(v(pair[0]) < v(pair[1]), "{} < {}", pair[0], pair[1]);
        }
        assert_eq!(v("v1.28.12-k3s1").to_string(), "1.28.12+k3s1");
        assert_eq!(Version::parse("master-head"), None);
    }

    #[test]
    fn ranges_hold() {
        let range = r("harvester >=1.4.0 <1.4.3");
        assert!(range.holds(&v("v1.4.2")) && range.holds(&v("1.4.3-rc1")));
        assert!(!range.holds(&v("1.4.3")) && !range.holds(&v("1.3.9")));
        assert!(r("rke2 < 1.27.13").holds(&v("v1.27.12+rke2r1")));
        assert!(r("rke2 <=1.27.13").holds(&v("v1.27.13+rke2r1")));
        assert!(r("harvester 1.4").holds(&v("v1.4.2")) && !r("harvester 1.4").holds(&v("v1.5.0")));
        assert!(
            r("harvester")
                .holds_for(&on("harvester", "master-head"))
                .unwrap()
        );
        assert_eq!(
            r("harvester >=1.4.0 <1.4.3").to_string(),
            "harvester >=1.4.0 <1.4.3"
        );
        assert!(VersionRange::parse("minikube 1").is_err());
        assert!(VersionRange::parse("harvester >=").is_err());
    }

    #[test]
    fn fixed_in_two_lines() {
        let fixed = [r("rancher 2.8.9"), r("rancher 2.9.3")];
        let ask = |version: &str| affected(&[], &fixed, &on("rancher", version));
        assert_eq!(ask("v2.8.8"), Affected::Yes);
        assert_eq!(ask("v2.8.9"), Affected::No);
        assert_eq!(ask("v2.9.0"), Affected::Yes);
        assert_eq!(ask("v2.9.3"), Affected::No);
        assert_eq!(ask("v2.10.0"), Affected::No);
        assert_eq!(
            affected(&[], &fixed, &on("harvester", "v1.4.0")),
            Affected::Unknown
        );
    }

    #[test]
    fn affects_decides_only_where_the_product_is_known() {
        let affects = [r("harvester >=1.4.0 <1.4.3")];
        assert_eq!(
            affected(&affects, &[], &on("harvester", "v1.4.1")),
            Affected::Yes
        );
        assert_eq!(
            affected(&affects, &[], &on("harvester", "v1.5.0")),
            Affected::No
        );
        assert_eq!(
            affected(&affects, &[], &on("rke2", "v1.27.1+rke2r1")),
            Affected::Unknown
        );
        assert_eq!(affected(&[], &[], &BTreeMap::new()), Affected::Yes);
    }

    proptest! {
        #[test]
        fn any_text_is_a_range_or_a_reason(text in "\\PC{0,40}") {
            let _ = VersionRange::parse(&text);
            let _ = VersionRange::parse(&format!("harvester {text}"));
        }

        #[test]
        fn order_is_total(a in "v?[0-9]{1,3}(\\.[0-9]{1,3}){0,3}(-rc[0-9])?(\\+rke2r[0-9])?", b in "[0-9]{1,2}\\.[0-9]") {
            let (a, b) = (v(&a), v(&b));
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        }
    }
}
