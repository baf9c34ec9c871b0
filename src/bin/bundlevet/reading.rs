//! How inputs are read.

use bundlevet::bundle::OpenOptions;

/// How inputs are opened with this much memory for nested archives.
pub(crate) fn open_options(max_memory: Option<u64>) -> OpenOptions {
    let mut open = OpenOptions::default();
    if let Some(bytes) = max_memory {
        open.limits.nested_memory = bytes;
    }
    open
}
