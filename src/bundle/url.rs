//! An input into a URL, if it is one: how it is shown, and what to say where this build reads none.

use std::path::Path;

const SCHEMES: [&str; 8] = [
    "s3://", "s3a://", "gs://", "az://", "abfs://", "abfss://", "https://", "http://",
];

/// The URL that an input is.
pub fn as_url(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    SCHEMES
        .iter()
        .any(|scheme| text.starts_with(scheme))
        .then_some(text)
}

/// A URL without what can be a secret: the user and password before the host, and what follows `?` or `#`.
pub fn shown_url(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    // Azure names the container where others have a user.
    let host = match host.rsplit_once('@') {
        Some((_, host)) if scheme.starts_with("http") => host,
        _ => host,
    };
    format!("{scheme}://{host}{path}")
}

/// Why a URL cannot be read, or written, by a build without the feature.
pub const NO_URLS: &str = "this build reads no URLs; one with the feature `remote` does (cargo install bundlevet --features remote)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        for (url, shown) in [
            ("https://u:p@example.com/a.zip", "https://example.com/a.zip"),
            (
                "https://example.com/a@b.zip?sig=1#x",
                "https://example.com/a@b.zip",
            ),
            ("s3://bucket/a b.zip", "s3://bucket/a b.zip"),
            ("abfs://c@example.com/a.zip", "abfs://c@example.com/a.zip"),
            ("https://u:p@example.com", "https://example.com"),
        ] {
            assert_eq!(as_url(Path::new(url)), Some(url));
            assert_eq!(shown_url(url), shown);
        }
        assert_eq!(as_url(Path::new("bundle.zip")), None);
    }
}
