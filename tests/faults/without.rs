//! What is usually there and is not: standard input, a terminal, a home, a directory for temporary files, rights.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::scene::{Scene, behind, can, program, run};

#[test]
fn closed_streams_and_a_bare_environment() {
    let scene = Scene::new();
    let expected = run(&["scan", &scene.bundle]);
    assert_eq!(expected.0, 0);
    let missing = "TMPDIR=/nonexistent/tmp";
    for script in [
        "exec <&-; exec \"$@\"".to_owned(),
        "exec env -i LC_ALL=C \"$@\"".to_owned(),
        "unset HOME XDG_CONFIG_HOME; exec \"$@\"".to_owned(),
        format!("exec env {missing} HOME=/nonexistent \"$@\""),
        "exec setsid -w \"$@\"".to_owned(),
        "mkdir gone && cd gone && rmdir ../gone && exec \"$@\"".to_owned(),
    ] {
        let script = format!("cd '{}'; {script}", scene.root().display());
        assert_eq!(
            behind(&script, &["scan", &scene.bundle]),
            expected,
            "{script}"
        );
        let copy = scene.out("copy.tar.gz");
        let (code, _, err) = behind(&script, &["redact", &scene.bundle, "--out", &copy]);
        assert_eq!((code, err.as_str()), (0, ""), "{script}");
    }
    let (code, _, err) = behind(
        "exec 2>&-; exec \"$@\"",
        &["scan", &scene.bundle, "-o", "json=/nonexistent/r"],
    );
    assert_eq!(
        (code, err.as_str()),
        (2, ""),
        "nobody is there to be told, the exit code says it"
    );
    let (code, _, _) = behind("exec <&-; exec \"$@\"", &["scan", "-"]);
    assert_eq!(code, 2, "nothing came on standard input");
}

#[test]
fn nothing_is_kept_in_tmpdir() {
    let scene = Scene::slow(2);
    let script = "exec env TMPDIR=/dev/full \"$@\"";
    let copy = scene.out("copy.tar.gz");
    for args in [
        vec!["scan", &scene.bundle],
        vec!["redact", &scene.bundle, "--out", &copy],
    ] {
        let (code, _, err) = behind(script, &args);
        assert_eq!((code, err.as_str()), (0, ""));
    }
}

/// The command as somebody without rights.
fn as_nobody(args: &[&str]) -> Option<(i32, String, String)> {
    let nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all";
    // Their own copy: the build directory may be closed to them.
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let copy = place.path().join("bundlevet");
    fs::copy(program(), &copy).unwrap();
    if !can("setpriv as root", &format!("{nobody} true")) {
        return None;
    }
    let script = format!("shift; exec {nobody} '{}' \"$@\"", copy.display());
    Some(behind(&script, args))
}

#[test]
fn what_may_not_be_read_is_named_and_the_rest_is_done() {
    let scene = Scene::new();
    for folder in [
        scene.root().to_owned(),
        scene.root().join("in"),
        scene.root().join("out"),
    ] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let tree = scene.root().join("in/tree");
    for (name, bytes) in crate::trees::files(&crate::trees::case("rke2-kernel-flags"), false) {
        let path = tree.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let closed = tree.join("closed");
    fs::create_dir(&closed).unwrap();
    fs::write(closed.join("a.log"), "x\n").unwrap();
    fs::write(tree.join("shut.log"), "x\n").unwrap();
    for path in [&closed, &tree.join("shut.log")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o0)).unwrap();
    }
    let Some((code, out, err)) = as_nobody(&["scan", tree.to_str().unwrap(), "--strict"]) else {
        return;
    };
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    assert!(
        out.contains("KNOWN CAUSE") && out.matches("Permission denied").count() == 2,
        "{out}"
    );
    // And into a directory that may not be written to.
    let to = format!("json={}", scene.out("r.json"));
    let (code, out, err) = as_nobody(&["scan", tree.to_str().unwrap(), "-o", &to]).unwrap();
    assert!(
        code == 2 && err.contains("Permission denied") && out.contains("KNOWN CAUSE"),
        "{err}"
    );
    assert_eq!(scene.written(), Vec::<String>::new());
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
}
