//! Addresses, names and times of a line, found and told apart.

use super::*;

struct Acme;

impl Owner for Acme {
    fn owns(&self, registered: &str) -> bool {
        registered == "acme.io"
    }

    fn ends(&self, label: &str) -> bool {
        label == "io"
    }

    fn registered(&self, word: &[u8]) -> Option<usize> {
        registered(word, self)
    }
}

fn found(text: &str) -> Vec<(String, Token)> {
    let mut out = Vec::new();
    tokens(text.as_bytes(), &Acme, |start, end, token| {
        out.push((text[start..end].to_owned(), token));
    });
    out
}

fn texts(text: &str) -> Vec<String> {
    found(text).into_iter().map(|(text, _)| text).collect()
}

#[test]
fn addresses() {
    assert_eq!(
        texts("dial tcp 192.0.2.7:2379: connect, 10.0.0.0/8"),
        ["192.0.2.7", "10.0.0.0"]
    );
    assert_eq!(
        texts("v1.2.3.4 1.2.3 .1.3.6.1.4.1 999.1.1.1 libx-1.2.3.4-5.rpm"),
        [""; 0]
    );
    assert_eq!(
        texts(r"a\n192.0.2.1 %2F192.0.2.2 \u003c192.0.2.3"),
        ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    );
    assert_eq!(texts("\x1b[31m192.0.2.1\x1b[0m"), ["192.0.2.1"]);
    assert_eq!(
        texts("https://[2001:db8::1]:6443 fd00:10:42::7/64 fe80::1%eth0"),
        ["2001:db8::1", "fd00:10:42::7", "fe80::1"]
    );
    assert_eq!(texts("12:34:56.789 std::vector a::b::c 10:20"), [""; 0]);
    assert_eq!(
        texts("link/ether 52:54:00:12:34:56 brd"),
        ["52:54:00:12:34:56"]
    );
    assert_eq!(
        texts("MAC=52:54:00:12:34:56:52:54:00:aa:bb:cc:08:00 SRC"),
        ["52:54:00:12:34:56", "52:54:00:aa:bb:cc"]
    );
    assert_eq!(texts("fingerprint aa:bb:cc:dd:ee:ff:00:11"), [""; 0]);
}

#[test]
fn domains_and_mail() {
    assert_eq!(
        texts("https://rancher.acme.com/v3, reflector.go:231 a.log k8s.io/x"),
        ["rancher.acme.com"]
    );
    assert_eq!(
        texts("lookup db.acme.io. on x.svc.cluster.local"),
        ["db.acme.io"]
    );
    assert_eq!(
        texts("x.acme.co.uk main.rs n1.lan foo.de"),
        ["x.acme.co.uk", "n1.lan"]
    );
    assert_eq!(
        found("zaphod.b@acme.io wrote")[0],
        ("zaphod.b@acme.io".to_owned(), Token::Email(9))
    );
    assert_eq!(
        texts("user@1000.service client-go@v0.28.6/x.go git@github.com:x getty@tty1.service"),
        [""; 0]
    );
    assert_eq!(texts("https://u:p@git.acme.com/x"), ["git.acme.com"]);
    assert_eq!(texts("host-x3fa91c.domain-x000000.example"), [""; 0]);
}
