//! A URL into the bundles that it names: one object, those below a place in a store, or those that a pattern fits.

use std::io;

use super::find::{INCOMPLETE, is_called_archive};
use crate::bundle::Remote;

/// URLs and sizes; 0 where the server does not say one.
pub(super) fn find(url: &str) -> io::Result<Vec<(String, u64)>> {
    if url.starts_with("http") {
        return on_a_server(url);
    }
    if let Some(wild) = url.find(['*', '[']) {
        return fitting(url, wild);
    }
    let remote = Remote::new(url)?;
    if !url.ends_with('/')
        && let Some(bytes) = remote.size()?
    {
        return Ok(vec![(url.to_owned(), bytes)]);
    }
    archives(&remote)
}

/// A server lists nothing but, some of them, what stands below a URL with a slash at its end (WebDAV).
fn on_a_server(url: &str) -> io::Result<Vec<(String, u64)>> {
    let remote = Remote::new(url)?;
    if url
        .split(['?', '#'])
        .next()
        .is_some_and(|path| path.ends_with('/'))
    {
        return archives(&remote);
    }
    // A signed URL allows no question but for the content; what is wrong shows itself when it is read.
    let bytes = remote.size().ok().flatten().unwrap_or(0);
    Ok(vec![(url.to_owned(), bytes)])
}

/// What a pattern fits, below the last slash before its first sign.
fn fitting(url: &str, wild: usize) -> io::Result<Vec<(String, u64)>> {
    let (fixed, _) = url.split_at(wild);
    let (place, rest) = url.split_at(fixed.rfind('/').map_or(wild, |slash| slash + 1));
    let pattern = glob::Pattern::new(rest).map_err(io::Error::other)?;
    let remote = Remote::new(place)?;
    let options = glob::MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    let fits = |name: &str| pattern.matches_with(name, options);
    let objects = remote.list()?.into_iter();
    let objects = objects.filter(|object| fits(&object.name));
    Ok(objects.map(|object| (object.url, object.bytes)).collect())
}

/// What is called an archive and is not on its way, nor hidden.
fn archives(remote: &Remote) -> io::Result<Vec<(String, u64)>> {
    let objects = remote.list()?.into_iter().filter(|object| {
        let name = object.name.to_ascii_lowercase();
        let hidden = name.split('/').any(|part| part.starts_with('.'));
        let incomplete = INCOMPLETE.iter().any(|end| name.ends_with(end));
        is_called_archive(&name) && !hidden && !incomplete
    });
    Ok(objects.map(|object| (object.url, object.bytes)).collect())
}
