//! Network and hardware addresses into addresses of a made-up network of the same shape.
//!
//! Two IPv4 addresses that share their first n bits share the first n bits afterwards, for n from 8 (from 12 and 16 in
//! 172.16/12 and 192.168/16); all lie in 240.0.0.0/4, which nobody uses, so that a reader sees at once that they are
//! pseudonyms and redacting twice changes nothing. IPv6 goes to 2001:db8::/32 in the same manner, from /48 on.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::key::Key;

const V4: u8 = 1;
const V4_NET: u8 = 2;
const V6: u8 = 3;
const V6_SITE: u8 = 4;
const MAC: u8 = 5;

/// Ranges that Kubernetes products use for pods and services by themselves: RKE2 and K3s, Harvester.
pub(crate) const CLUSTER_RANGES: [(Ipv4Addr, u32); 2] = [
    (Ipv4Addr::new(10, 42, 0, 0), 15),
    (Ipv4Addr::new(10, 52, 0, 0), 15),
];

/// Resolvers and services that everybody uses, and the first service addresses of kubeadm.
const PUBLIC: [[u8; 4]; 9] = [
    [1, 1, 1, 1],
    [1, 0, 0, 1],
    [8, 8, 8, 8],
    [8, 8, 4, 4],
    [9, 9, 9, 9],
    [10, 96, 0, 1],
    [10, 96, 0, 10],
    [114, 114, 114, 114],
    [223, 5, 5, 5],
];

/// Whether the address lies in the range.
pub(crate) fn within(address: Ipv4Addr, (net, bits): (Ipv4Addr, u32)) -> bool {
    let differ = address.to_bits() ^ net.to_bits();
    differ.checked_shr(32 - bits).unwrap_or(0) == 0
}

/// The pseudonym of an address; nothing for one that stays. `cluster` are the ranges that stay besides.
pub(crate) fn v4(key: &Key, address: Ipv4Addr, cluster: &[(Ipv4Addr, u32)]) -> Option<Ipv4Addr> {
    let octets = address.octets();
    let stays = matches!(octets, [0 | 127 | 224..=255, ..] | [169, 254, ..])
        || PUBLIC.contains(&octets)
        || cluster.iter().any(|range| within(address, *range));
    if stays {
        return None;
    }
    let (first, fixed) = match octets {
        [10, ..] => (240, 8),
        [172, 16..=31, ..] => (241, 12),
        [192, 168, ..] => (242, 16),
        [100, 64..=127, ..] => (243, 10),
        // two public networks of one pseudonym are told apart by the bits below
        [net, ..] => (244 + (key.hash(V4_NET, &[net]) % 11) as u8, 8),
    };
    let bits = address.to_bits();
    let mut out = u32::from(first) << 24 | bits & 0x00ff_ffff;
    for bit in fixed..32 {
        let prefix = bits >> (32 - bit);
        let [a, b, c, d] = prefix.to_be_bytes();
        if key.hash(V4, &[bit as u8, a, b, c, d]) & 1 == 1 {
            out ^= 1 << (31 - bit);
        }
    }
    Some(Ipv4Addr::from_bits(out))
}

/// The pseudonym of an address; nothing for one that stays.
pub(crate) fn v6(key: &Key, address: Ipv6Addr, cluster: &[(Ipv4Addr, u32)]) -> Option<Ipv6Addr> {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return v4(key, mapped, cluster).map(|v4| v4.to_ipv6_mapped());
    }
    let [first, second, ..] = address.segments();
    let bits = address.to_bits();
    match first {
        // link-local: the network says nothing, the rest is made of the hardware address
        0xfe80..=0xfebf => link_local(key, bits).map(Ipv6Addr::from_bits),
        0x2001 if second == 0x0db8 => None,
        0x2000..=0x3fff | 0xfc00..=0xfdff => {
            let site = (key.hash(V6_SITE, &bits.to_be_bytes()[..6]) & 0xffff) as u128;
            let low = flipped(key, bits, 48);
            Some(Ipv6Addr::from_bits(
                0x2001_0db8 << 96 | site << 80 | low & ((1 << 80) - 1),
            ))
        }
        _ => None,
    }
}

/// Marks link-local pseudonyms in the bits that are always zero, so that they stay when redacted again.
const LINK_LOCAL_MARK: u128 = 0xfe80_0000_0000_0db8 << 64;

fn link_local(key: &Key, bits: u128) -> Option<u128> {
    // the network itself has nothing to hide
    let marked = bits >> 64 << 64 == LINK_LOCAL_MARK || bits << 64 == 0;
    (!marked).then(|| LINK_LOCAL_MARK | u128::from(key.hash(V6, &bits.to_be_bytes())))
}

/// The address with every bit from `from` on flipped or not, as the bits before it decide.
fn flipped(key: &Key, bits: u128, from: u32) -> u128 {
    let mut out = bits;
    for bit in from..128 {
        let prefix = bits >> (128 - bit);
        let mut input = [0u8; 17];
        input[0] = bit as u8;
        input[1..].copy_from_slice(&prefix.to_be_bytes());
        if key.hash(V6, &input) & 1 == 1 {
            out ^= 1 << (127 - bit);
        }
    }
    out
}

/// First bytes of pseudonyms: locally administered.
const MAC_MARK: [u8; 3] = [0x02, 0xed, 0xac];

/// The pseudonym of a hardware address; nothing for one that stays: none, everybody, groups, Calico's.
pub(crate) fn mac(key: &Key, address: [u8; 6]) -> Option<[u8; 6]> {
    let group = address[0] & 1 == 1;
    let same = address.iter().all(|byte| *byte == address[0]);
    if group || same || address.starts_with(&MAC_MARK) {
        return None;
    }
    let hash = key.hash(MAC, &address).to_be_bytes();
    let mut out = [0u8; 6];
    out[..3].copy_from_slice(&MAC_MARK);
    out[3..].copy_from_slice(&hash[..3]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> Key {
        Key::from_text("a test")
    }

    fn shared4(a: Ipv4Addr, b: Ipv4Addr) -> u32 {
        (a.to_bits() ^ b.to_bits()).leading_zeros()
    }

    #[test]
    fn what_says_nothing_stays() {
        for stays in [
            "127.0.0.1",
            "0.0.0.0",
            "255.255.255.0",
            "169.254.169.254",
            "224.0.0.1",
            "8.8.8.8",
            "10.43.0.1",
            "10.53.0.10",
            "10.42.3.17",
            "240.1.2.3",
        ] {
            assert_eq!(
                v4(&key(), stays.parse().unwrap(), &CLUSTER_RANGES),
                None,
                "{stays}"
            );
        }
        for stays in ["::1", "::", "ff02::1", "fe80::", "2001:db8::7", "abc::def"] {
            assert_eq!(v6(&key(), stays.parse().unwrap(), &[]), None, "{stays}");
        }
        assert_eq!(mac(&key(), [0; 6]), None);
        assert_eq!(mac(&key(), [0xee; 6]), None);
        assert_eq!(mac(&key(), [0x33, 0x33, 0, 0, 0, 1]), None);
    }

    #[test]
    fn ranges_are_recognisable() {
        let of = |text: &str| v4(&key(), text.parse().unwrap(), &[]).unwrap().octets();
        assert_eq!(of("10.1.2.3")[0], 240);
        assert_eq!(of("172.20.2.3")[0], 241);
        assert_eq!(&of("192.168.2.3")[..2], [242, 168]);
        assert!((244..=254).contains(&of("203.0.113.9")[0]));
        let hidden = v6(&key(), "fe80::5054:ff:fe12:3456".parse().unwrap(), &[]).unwrap();
        assert!(hidden.to_string().starts_with("fe80::db8:"), "{hidden}");
        assert_eq!(v6(&key(), hidden, &[]), None);
    }

    proptest! {
        #[test]
        fn prefixes_are_kept(a: u32, near in 8u32..32) {
            let a = Ipv4Addr::from_bits(a);
            let b = Ipv4Addr::from_bits(a.to_bits() ^ 1 << (31 - near));
            if let (Some(x), Some(y)) = (v4(&key(), a, &[]), v4(&key(), b, &[])) {
                if a.octets()[..2] != [100, 64] && shared4(x, y) != near {
                    // the edges of the private ranges are edges afterwards, too
                    prop_assert_ne!(x.octets()[0], y.octets()[0]);
                }
                prop_assert_eq!(v4(&key(), x, &[]), None, "twice is once");
            }
        }

        #[test]
        fn prefixes_of_ipv6_are_kept(low: u128, near in 48u32..128) {
            let a = Ipv6Addr::from_bits(0xfd << 120 | low >> 8);
            let b = Ipv6Addr::from_bits(a.to_bits() ^ 1 << (127 - near));
            let (x, y) = (v6(&key(), a, &[]).unwrap(), v6(&key(), b, &[]).unwrap());
            prop_assert_eq!((x.to_bits() ^ y.to_bits()).leading_zeros(), near);
            prop_assert_eq!(v6(&key(), x, &[]), None);
        }

        #[test]
        fn hardware_addresses_are_hidden_once(address: [u8; 6]) {
            if let Some(hidden) = mac(&key(), address) {
                prop_assert_ne!(hidden, address);
                prop_assert_eq!(mac(&key(), hidden), None);
            }
        }
    }
}
