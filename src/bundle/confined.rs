//! Paths of a tree into open files of that tree: whatever takes the place of a file meanwhile, no link leads out of it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, fcntl_setfl, openat2};
use rustix::io::Errno;

/// Opens a file by a path without links, which was listed before. What became a link, a pipe or a device since is an
/// error, and not waited for.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let flags =
        OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let opened = match openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS) {
        // Kernels before 5.6, and sandboxes that do not know the call.
        Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) => {
            rustix::fs::open(path, flags, Mode::empty())
        }
        opened => opened,
    };
    let file = match opened {
        Ok(file) => File::from(file),
        Err(Errno::LOOP) => {
            return Err(io::Error::other(
                "it became a link while this ran: not followed",
            ));
        }
        Err(error) => return Err(error.into()),
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no longer a file"));
    }
    fcntl_setfl(&file, OFlags::empty())?;
    Ok(file)
}

/// Where `path` really is below `root`: links in it mean places below that root, as they do on the node that the root
/// belongs to. Nothing where there is no such place.
pub(crate) fn within(root: &Path, path: &Path) -> Option<PathBuf> {
    let path = path.strip_prefix("/").unwrap_or(path);
    let folder = File::open(root).ok()?;
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    match openat2(
        &folder,
        path,
        flags,
        Mode::empty(),
        ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS,
    ) {
        Ok(place) => {
            use std::os::fd::AsRawFd;
            std::fs::read_link(format!("/proc/self/fd/{}", place.as_raw_fd())).ok()
        }
        Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) => {
            let place = root.join(path).canonicalize().ok()?;
            place
                .starts_with(root.canonicalize().ok()?)
                .then_some(place)
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_lead_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        let (root, outside) = (dir.path().join("root"), dir.path().join("outside"));
        fs::create_dir_all(root.join("etc")).unwrap();
        fs::write(&outside, "secret").unwrap();
        fs::write(root.join("etc/hostname"), "n1").unwrap();
        for (link, to) in [
            ("up", Path::new("../../../../../../etc/hostname")),
            ("absolute", Path::new("/etc/hostname")),
            ("out", outside.as_path()),
        ] {
            symlink(to, root.join(link)).unwrap();
        }
        let own = root.join("etc/hostname").canonicalize().unwrap();
        for path in [
            "etc/hostname",
            "/etc/hostname",
            "up",
            "absolute",
            "../etc/hostname",
        ] {
            assert_eq!(within(&root, Path::new(path)), Some(own.clone()), "{path}");
        }
        assert_eq!(within(&root, Path::new("out")), None);
        assert!(open(&own).is_ok());
        let said = open(&root.join("out")).unwrap_err().to_string();
        assert!(said.contains("a link"), "{said}");
        assert!(open(&root).is_err(), "a directory");
        symlink(root.join("etc"), root.join("also")).unwrap();
        assert!(
            open(&root.join("also/hostname")).is_err(),
            "a link on the way"
        );
    }
}
