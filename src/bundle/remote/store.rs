//! A URL and the environment into a client of the store that it is in.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::path::Path as Key;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::failure::failed;

/// How often a request is repeated; pauses between them grow from a tenth of a second to some seconds.
const TRIES: usize = 6;
/// After so long a request is not repeated any more.
const TRIED_FOR: Duration = Duration::from_secs(60);
/// A server that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(30);

/// `true`: `http://` is allowed, and endpoints of stores that have no TLS.
const ALLOW_HTTP: &str = "BUNDLEVET_ALLOW_HTTP";
/// The header that `https://` URLs are asked with.
const HTTP_AUTHORIZATION: &str = "BUNDLEVET_HTTP_AUTHORIZATION";

/// One runtime for all requests; callers wait for it on their own threads.
pub(super) fn runtime() -> io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    let start = || {
        let mut builder = Builder::new_multi_thread();
        builder
            .worker_threads(2)
            .thread_name("remote")
            .enable_all()
            .build()
            .ok()
    };
    let runtime = RUNTIME.get_or_init(start).as_ref();
    runtime.ok_or_else(|| io::Error::other("cannot start threads for requests"))
}

/// The variables that stores are configured with, by the names that their builders know.
fn environment(prefix: &str) -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| {
            let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
            let name = name.to_ascii_lowercase();
            name.starts_with(prefix).then_some((name, value))
        })
        .collect()
}

/// A client, and the place in its store. Nothing is asked of a server yet.
pub(super) fn open(text: &str) -> io::Result<(Arc<dyn ObjectStore>, Key)> {
    // Another provider that was installed before is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = Url::parse(text).map_err(|error| io::Error::other(format!("no URL: {error}")))?;
    let key = Key::from_url_path(url.path())
        .map_err(|error| io::Error::other(format!("no name of an object: {error}")))?;
    let store: object_store::Result<Arc<dyn ObjectStore>> = match url.scheme() {
        "s3" | "s3a" => s3(&url).build().map(|store| Arc::new(store) as _),
        "gs" => gcs(&url).build().map(|store| Arc::new(store) as _),
        "az" | "abfs" | "abfss" => azure(&url).build().map(|store| Arc::new(store) as _),
        _ => http(&url)?.build().map(|store| Arc::new(store) as _),
    };
    Ok((store.map_err(failed)?, key))
}

fn retry() -> RetryConfig {
    RetryConfig {
        max_retries: TRIES,
        retry_timeout: TRIED_FOR,
        ..RetryConfig::default()
    }
}

fn plain_http() -> bool {
    std::env::var(ALLOW_HTTP).is_ok_and(|value| matches!(value.as_str(), "true" | "1"))
}

fn client() -> ClientOptions {
    let client = ClientOptions::new()
        .with_timeout_disabled()
        .with_read_timeout(SILENCE);
    match plain_http() {
        true => client.with_allow_http(true),
        false => client,
    }
}

fn s3(url: &Url) -> AmazonS3Builder {
    let builder = AmazonS3Builder::new()
        .with_url(url.as_str())
        .with_client_options(client())
        .with_retry(retry());
    environment("aws_")
        .into_iter()
        .fold(builder, |builder, (name, value)| match name.parse() {
            Ok(key) => builder.with_config(key, value),
            Err(_) => builder,
        })
}

fn gcs(url: &Url) -> GoogleCloudStorageBuilder {
    let builder = GoogleCloudStorageBuilder::new()
        .with_url(url.as_str())
        .with_client_options(client())
        .with_retry(retry());
    environment("google_")
        .into_iter()
        .fold(builder, |builder, (name, value)| match name.parse() {
            Ok(key) => builder.with_config(key, value),
            Err(_) => builder,
        })
}

fn azure(url: &Url) -> MicrosoftAzureBuilder {
    let builder = MicrosoftAzureBuilder::new()
        .with_url(url.as_str())
        .with_client_options(client())
        .with_retry(retry());
    environment("azure_")
        .into_iter()
        .fold(builder, |builder, (name, value)| match name.parse() {
            Ok(key) => builder.with_config(key, value),
            Err(_) => builder,
        })
}

/// The server itself, with the query, which is that of every request: signed URLs have their signature there.
fn http(url: &Url) -> io::Result<HttpBuilder> {
    if url.scheme() == "http" && !plain_http() {
        let why = format!("http:// is not encrypted; {ALLOW_HTTP}=true allows it");
        return Err(io::Error::other(why));
    }
    let mut server = url.clone();
    server.set_path("/");
    server.set_fragment(None);
    let mut client = client();
    if let Ok(value) = std::env::var(HTTP_AUTHORIZATION) {
        let mut value = HeaderValue::from_str(&value).map_err(|_| {
            io::Error::other(format!("{HTTP_AUTHORIZATION} is no value of a header"))
        })?;
        value.set_sensitive(true);
        client = client.with_default_headers(HeaderMap::from_iter([(AUTHORIZATION, value)]));
    }
    Ok(HttpBuilder::new()
        .with_url(server)
        .with_client_options(client)
        .with_retry(retry()))
}
