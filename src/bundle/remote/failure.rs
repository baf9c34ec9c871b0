//! What went wrong between here and a server, into one sentence without secrets.

use std::io;

use object_store::Error;

use crate::bundle::url::shown_url;

/// Characters of a server's own words.
const MOST: usize = 300;

/// Into an error whose words say what happened; its caller names the URL.
pub(super) fn failed(error: Error) -> io::Error {
    let kind = match error {
        Error::NotFound { .. } => io::ErrorKind::NotFound,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, words(&error))
}

fn words(error: &Error) -> String {
    let told = || without_queries(&root(error));
    match error {
        Error::NotFound { .. } => "there is no such object (404)".to_owned(),
        Error::PermissionDenied { .. } => format!("the server denies access: {}", told()),
        Error::Unauthenticated { .. } => {
            format!("the server wants credentials, or others: {}", told())
        }
        Error::Precondition { .. } => "the object was replaced while it was read".to_owned(),
        _ => {
            let all = chain(error);
            let partial = [
                "Received non-partial response",
                "Range request not supported",
            ];
            if partial.iter().any(|words| all.contains(words)) {
                return "the server does not serve parts of a file (HTTP ranges); `curl -fL URL | bundlevet scan -` reads it front to back".to_owned();
            }
            // The last resort of a client without credentials.
            if all.contains("169.254.169.254") || all.contains("metadata.google.internal") {
                return format!("there are no credentials in the environment: {}", told());
            }
            told()
        }
    }
}

/// The words of an error and of its causes, each once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    text
}

/// What a request came to, without the account of how often it was tried.
fn root(error: &Error) -> String {
    let all = chain(error);
    let all = match all.split_once(" - ") {
        Some((tried, cause)) => match tried.split_once(", after ") {
            Some((_, tries)) => {
                let tries = tries.split_once(' ').map_or(tries, |(tries, _)| tries);
                format!("{cause} (tried {tries} times more)")
            }
            None => cause.to_owned(),
        },
        None => all,
    };
    all.strip_prefix("Generic ")
        .map(|rest| rest.split_once(" error: ").map_or(rest, |(_, rest)| rest))
        .unwrap_or(&all)
        .to_owned()
}

/// Cuts what follows `?` in a URL, and a user before its host: both can be secrets. A server's page is cut, too.
pub(super) fn without_queries(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        let Some(at) = word.find("://") else {
            return word.to_owned();
        };
        let end = word.len()
            - word
                .trim_end_matches([')', '"', '\'', ',', ':', ';', '>'])
                .len();
        let (word, after) = word.split_at(word.len() - end);
        let start = word.get(..at).map_or(0, |before| {
            before.trim_end_matches(char::is_alphanumeric).len()
        });
        let (before, url) = word.split_at(start);
        format!("{before}{}{after}", shown_url(url))
    });
    let text = words.collect::<Vec<_>>().join(" ");
    let plain = text.chars().filter(|c| !c.is_control());
    plain.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_told() {
        let text = "Error performing GET https://u:p@example.com/a.zip?X-Amz-Signature=secret in 3ms: error for url (http://example.com/b?sig=secret)";
        let told = without_queries(text);
        assert!(!told.contains("secret") && !told.contains("u:p"), "{told}");
        assert!(told.contains("https://example.com/a.zip in 3ms"), "{told}");
        assert!(told.ends_with("(http://example.com/b)"), "{told}");
    }
}
