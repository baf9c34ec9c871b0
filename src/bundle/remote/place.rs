//! A place in a store into lists of objects, and objects that are read and written whole.

use std::io;
use std::sync::Arc;

use futures_util::TryStreamExt;
use object_store::path::Path as Key;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload};

use super::failure::failed;
use super::source::RemoteSource;
use super::store::{self, runtime};
use crate::bundle::url::shown_url;

/// A bucket, or a server, and a place in it.
#[derive(Clone)]
pub struct Remote {
    store: Arc<dyn ObjectStore>,
    key: Key,
    /// The URL as it is shown, without what can be a secret.
    url: String,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteObject {
    /// Its URL.
    pub url: String,
    /// Its name below the listed place.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
}

impl Remote {
    /// The place that a URL names. Nothing is asked of a server yet.
    pub fn new(text: &str) -> io::Result<Remote> {
        let (store, key) = store::open(text)?;
        Ok(Remote {
            store,
            key,
            url: shown_url(text).trim_end_matches('/').to_owned(),
        })
    }

    /// A place below this one.
    fn below(&self, name: &str) -> Key {
        Key::from_iter(self.key.parts().chain(Key::from(name).parts()))
    }

    /// The objects below this place, by name.
    pub fn list(&self) -> io::Result<Vec<RemoteObject>> {
        let listing = self.store.list(Some(&self.key));
        let metas = runtime()?.block_on(listing.try_collect::<Vec<ObjectMeta>>());
        let mut objects: Vec<RemoteObject> = metas
            .map_err(failed)?
            .into_iter()
            .filter_map(|meta| {
                let rest = meta.location.prefix_match(&self.key)?;
                let rest: Vec<String> = rest.map(|part| part.as_ref().to_owned()).collect();
                let name = rest.join("/");
                (!name.is_empty()).then(|| RemoteObject {
                    url: format!("{}/{}", self.url, escaped(&name)),
                    name,
                    bytes: meta.size,
                })
            })
            .collect();
        objects.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(objects)
    }

    /// The size of the object at this place; none where there is no such object.
    pub fn size(&self) -> io::Result<Option<u64>> {
        let head = self.store.head(&self.key);
        match runtime()?.block_on(head).map_err(failed) {
            Ok(meta) => Ok(Some(meta.size)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The whole of an object below this place; none where there is no such object.
    pub fn get(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let key = self.below(name);
        let bytes = runtime()?.block_on(async { self.store.get(&key).await?.bytes().await });
        match bytes.map_err(failed) {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes, or replaces, an object below this place, whole or not at all.
    pub fn put(&self, name: &str, bytes: Vec<u8>) -> io::Result<()> {
        let key = self.below(name);
        let put = self.store.put(&key, PutPayload::from(bytes));
        runtime()?.block_on(put).map(drop).map_err(failed)
    }

    /// Removes an object below this place; one that is not there is no error.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        let key = self.below(name);
        match runtime()?.block_on(self.store.delete(&key)).map_err(failed) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The object at this place, to be read at any offset.
    pub(crate) fn open(&self) -> io::Result<RemoteSource> {
        RemoteSource::open(Arc::clone(&self.store), self.key.clone())
    }
}

/// A name of an object as it stands in a URL; only what would end the path there is replaced.
fn escaped(name: &str) -> String {
    name.replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23")
}
