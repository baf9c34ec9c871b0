//! Secrets of every class are found in the texts that bundles hold, and what diagnoses stays.

use proptest::prelude::*;

use super::super::text::secrets;
use super::*;

/// The text with secrets in brackets.
fn marked(text: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    for found in secrets(text) {
        out.push_str(&text[done..found.start]);
        out.push('[');
        out.push_str(&text[found.clone()]);
        out.push(']');
        done = found.end;
    }
    out.push_str(&text[done..]);
    out
}

#[test]
fn the_words_suit_their_searches() {
    for (word, _) in TRIGGERS {
        assert!(
            needle(word).len() >= 5 && *word == word.to_ascii_lowercase(),
            "{word}"
        );
    }
    for (word, _) in SHORT {
        let beginning = SHORT.iter().filter(|(other, _)| other.starts_with(word));
        assert_eq!(beginning.count(), 1, "{word}");
    }
}

#[test]
fn every_class_is_found() {
    for expected in [
        "DB_PASSWORD=[correcthorse] x",
        "POSTGRES_PASSWORD=[a&b,c;d] y",
        "password: [hunter]",
        "  - rancherPassword: '[s p a, c e]'",
        r#"{"password":"[correct horse]","x":1}"#,
        r#"msg="{\"token\":\"[a1b2c3d4e5]\"}""#,
        "passwd: [$6$rounds=4096$saltsalt$abcdefghijklmnopqrstuvwx]",
        "aws_secret_access_key = [wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY]",
        "AWS_ACCESS_KEY_ID=[AKIAIOSFODNN7EXAMPLE]",
        "--token [K10aabbccddeeff00112233445566778899aabbccddeeff::server:s3cret] ok",
        "--password [hunter22]",
        "Authorization: Bearer [abc123def456ghi]",
        "Authorization: Basic [dXNlcjpwYXNz==]",
        "Cookie: R_SESS=[token-abcde:zxcvbnmasdfghjklqwertyuiop1234567890]",
        "token-abcde:[zxcvbnmasdfghjklqwertyuiop1234567890]",
        "kubeconfig-u-b4qkhsnliz:[zxcvbnmasdfghjklqwertyuiop1234567890]",
        "jwt [eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJl.c2lnbmF0dXJl] end",
        "https://admin:[pa55word]@registry.example.com/v2/",
        "https://[0123456789abcdef0123]@git.example.com/",
        "https://rancher.example.com/v3/import/[abcdefgh12345678_c-m-1].yaml",
        "client-key-data: [LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NBUUVB]",
        "certificate-authority-data: [LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJ]",
        r#""auths":{"r.example.com":{"auth":"[dXNlcjpwYXNz]"}}"#,
        "ssh-rsa [AAAAB3NzaC1yc2EAAAADAQABAAABAQC7abcdefghijklmnop zaphod@laptop]",
        "ghp [ghp_abcdefghijklmnopqrst0123]",
        "userData: [I2Nsb3VkLWNvbmZpZwpwYXNzd29yZDogeA==]",
        r#"{"kind":"Secret","data":{"a":"[cGFzcw==]","b":"[eA==]"}}"#,
        r#"x: '{\"data\":{\"a\":\"[cGFzcw==]\"},\"kind\":\"Secret\"}'"#,
        "-----BEGIN RSA PRIVATE KEY-----[\nMIIEow\n]-----END RSA PRIVATE KEY-----",
        r"key=-----BEGIN EC PRIVATE KEY-----[\nMIIEow\n]-----END EC PRIVATE KEY-----\n",
    ] {
        let text = expected.replace(['[', ']'], "");
        assert_eq!(marked(&text), expected);
    }
}

#[test]
fn what_only_talks_of_secrets_stays() {
    for text in [
        "invalid bearer token, service account token has expired",
        "token: expired",
        "failed to read secret: not found",
        "secrets \"n1.node-password.rke2\" is forbidden",
        "password: authentication failed",
        "error: token CA hash does not match the Cluster CA certificate hash: 1234abcd != 5678",
        "https://192.0.2.10:9345/v1-rke2/readyz",
        "secretName: tls-rancher-ingress2",
        r#""secret"="fleet-default/c-m-7hq4z-machine-plan""#,
        "MountVolume.SetUp failed for volume \"token\" : secret \"x\" not found",
        "password: ***",
        "DB_PASSWORD=$(SECRET)",
        "DB_PASSWORD=",
        "token-ttl: 3600000",
        "tokenreviews.authentication.k8s.io 123456",
        "basic authentication is disabled",
        r#"{"kind":"ConfigMap","data":{"a":"cGFzcw=="}}"#,
        "user=zaphod",
    ] {
        assert_eq!(marked(text), text);
    }
}

#[test]
fn blocks_go_line_by_line() {
    let text = b"a: |\n  -----BEGIN PRIVATE KEY-----\n  MIIEvQIBADANBgkqhkiG\n  9w0BAQ==\n  -----END PRIVATE KEY-----\nb: 1\n";
    let mut found = Vec::new();
    assert_eq!(find(text, Pem::Lines, &mut found), None);
    let places: Vec<_> = found
        .iter()
        .filter(|f| f.class == Class::Key)
        .map(|f| &text[f.start..f.end])
        .collect();
    assert_eq!(places, [b"MIIEvQIBADANBgkqhkiG".as_slice(), b"9w0BAQ=="]);
    // and on in the next text
    let mut found = Vec::new();
    let open = find(
        b"-----BEGIN PRIVATE KEY-----\nMIIEvQIB\n",
        Pem::Lines,
        &mut found,
    );
    assert_eq!(open, Some(Class::Key));
    let mut found = Vec::new();
    assert_eq!(
        continued(
            b"ADANBgkq\n-----END PRIVATE KEY-----\nplain\n",
            Class::Key,
            &mut found
        ),
        None
    );
    assert_eq!(found.len(), 1);
}

proptest! {
    #[test]
    fn any_text_is_masked_once(text in "(passw(or)?d|token|secret|Bearer |://|:|=|\"|\\\\|@|[a-z0-9]{1,9}| |\n|-----BEGIN PRIVATE KEY-----|-----END|\\PC){0,24}") {
        let once = crate::report::masked(&text).into_owned();
        let twice = crate::report::masked(&once).into_owned();
        prop_assert_eq!(once, twice);
    }
}
