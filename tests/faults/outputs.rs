//! Outputs that somebody else prepared: links, pipes, directories, what is read itself, settings that came with a bundle.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::scene::{Scene, behind, bundlevet, names, parts, run};

/// Every command that writes a file, to this path.
fn writers(scene: &Scene, path: &str) -> Vec<Vec<String>> {
    let bundle = scene.bundle.as_str();
    let (report, copy) = (format!("json={path}"), scene.out("copy"));
    let root = scene.node();
    let results = scene.out("results");
    [
        vec!["scan", bundle, "-o", &report],
        vec!["local", "--root", &root, "-o", &report],
        vec!["diff", bundle, bundle, "-o", path],
        vec!["redact", bundle, "--out", path],
        vec!["redact", bundle, "--out", &copy, "--map", path],
        vec!["batch", bundle, "--output", &results, "--metrics", path],
    ]
    .iter()
    .map(|args| args.iter().map(|arg| (*arg).to_owned()).collect())
    .collect()
}

fn run_owned(args: &[String]) -> (i32, String, String) {
    run(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn links_directories_and_disks_are_refused() {
    let scene = Scene::new();
    let kept = scene.root().join("kept");
    fs::write(&kept, "kept").unwrap();
    let places = [
        ("link", "symbolic link"),
        ("dangling", "symbolic link"),
        ("folder", "it is a directory"),
    ];
    symlink(&kept, scene.out("link")).unwrap();
    symlink(scene.root().join("absent"), scene.out("dangling")).unwrap();
    fs::create_dir(scene.out("folder")).unwrap();
    for (name, said) in places {
        for args in writers(&scene, &scene.out(name)) {
            let (code, _, err) = run_owned(&args);
            assert!(code == 2 && err.contains(said), "{args:?}: {code} {err}");
        }
    }
    assert_eq!(fs::read(&kept).unwrap(), b"kept");
    assert!(!scene.root().join("absent").exists());
    assert_eq!(names(Path::new(&scene.out("folder"))), Vec::<String>::new());
}

#[test]
fn another_name_of_a_file_keeps_its_bytes() {
    let scene = Scene::new();
    let kept = scene.root().join("kept");
    for args in writers(&scene, &scene.out("report")) {
        fs::write(&kept, "kept").unwrap();
        let _ = fs::remove_file(scene.out("report"));
        fs::hard_link(&kept, scene.out("report")).unwrap();
        assert_eq!(run_owned(&args).0, 0, "{args:?}");
        assert_eq!(fs::read(&kept).unwrap(), b"kept", "{args:?}");
        assert!(fs::metadata(scene.out("report")).unwrap().len() > 4);
    }
}

#[test]
fn what_is_read_is_never_written_over() {
    let scene = Scene::new();
    let before = fs::read(&scene.bundle).unwrap();
    let other = scene.input("../in/./other");
    fs::write(&other, &before).unwrap();
    let (bundle, json) = (scene.bundle.as_str(), format!("json={}", scene.bundle));
    let (twice, thrice) = (
        format!("json={}", scene.out("r")),
        format!("html={}", scene.out("./r")),
    );
    for args in [
        vec!["scan", &other, bundle, "-o", &json],
        vec!["diff", &other, bundle, "-o", bundle],
        vec!["redact", bundle, "--out", bundle],
        vec!["redact", bundle, "--out", &other, "--map", &other],
        vec!["redact", &scene.input(""), "--out", &scene.input("copy")],
        vec!["scan", bundle, "-o", &twice, "-o", &thrice],
    ] {
        let (code, _, err) = run(&args);
        assert!(
            code == 2 && err.contains("take the place"),
            "{args:?}: {code} {err}"
        );
    }
    assert_eq!(fs::read(bundle).unwrap(), before);
    assert!(scene.written().is_empty());
}

#[test]
fn a_pipe_gets_the_whole_report_and_one_without_a_reader_ends() {
    let scene = Scene::new();
    let pipe = scene.out("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let to = format!("json={pipe}");
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    assert_eq!(run(&["scan", &scene.bundle, "-o", &to]).0, 0);
    let report: serde_json::Value = serde_json::from_slice(&reader.join().unwrap()).unwrap();
    assert_eq!(report["schema"], "bundlevet.diagnosis/v1");
    let (code, _, err) = run(&["scan", &scene.bundle, "-o", &to]);
    assert!(code == 2 && err.contains("nobody reads"), "{code} {err}");
    assert_eq!(scene.written(), ["pipe"]);
}

#[test]
fn a_map_is_for_its_owner_alone_whatever_the_umask() {
    let scene = Scene::new();
    let (copy, map) = (scene.out("copy"), scene.out("map"));
    for there in [false, true] {
        if there {
            fs::write(&map, "old").unwrap();
            fs::set_permissions(&map, fs::Permissions::from_mode(0o666)).unwrap();
        }
        let args = ["redact", &scene.bundle, "--out", &copy, "--map", &map];
        let (code, _, err) = behind("umask 0; exec \"$@\"", &args);
        assert_eq!(code, 0, "{err}");
        let mode = |path: &str| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&map), mode(&copy)), (0o600, 0o666));
        fs::remove_file(&map).unwrap();
        fs::remove_file(&copy).unwrap();
    }
}

#[test]
fn a_batch_directory_that_somebody_prepared_is_not_followed() {
    let planted = [
        "results.ndjson",
        ".batch",
        ".batch/lock",
        ".batch/run.json",
        "summary.json",
        "in.diagnosis.json",
    ];
    for name in planted {
        let scene = Scene::new();
        let (kept, results) = (scene.root().join("kept"), scene.root().join("out/results"));
        let bundle = scene.input("in.tar.gz");
        fs::rename(&scene.bundle, &bundle).unwrap();
        fs::create_dir_all(results.join(name).parent().unwrap()).unwrap();
        if name == ".batch" {
            fs::create_dir(&kept).unwrap();
        } else {
            fs::write(&kept, "kept\n").unwrap();
        }
        symlink(&kept, results.join(name)).unwrap();
        let (code, _, err) = run(&["batch", &bundle, "--output", results.to_str().unwrap()]);
        assert!(
            code == 2 && err.contains("symbolic link"),
            "{name}: {code} {err}"
        );
        if name == ".batch" {
            assert_eq!(names(&kept), Vec::<String>::new());
        } else {
            assert_eq!(fs::read(&kept).unwrap(), b"kept\n", "{name}");
        }
    }
}

#[test]
fn settings_that_came_with_a_bundle_write_nothing() {
    let scene = Scene::new();
    let tree = scene.root().join("tree");
    fs::create_dir(&tree).unwrap();
    let evil = scene.out("evil");
    let file = tree.join("bundlevet.toml");
    let here = |args: &[&str], config: &[&str]| {
        let mut command = Command::new(crate::scene::program());
        command
            .args(args)
            .args(config)
            .current_dir(&tree)
            .env_clear();
        parts(command.output().unwrap())
    };
    for text in [
        format!("[scan]\noutput = ['json={evil}']"),
        format!("map = '{evil}'"),
        format!("[batch]\nmetrics = '{evil}'"),
        "key = 'known to somebody else'".to_owned(),
    ] {
        fs::write(&file, text).unwrap();
        let (code, _, err) = here(&["scan", &scene.bundle], &[]);
        assert!(
            code == 2 && err.contains("in the current directory sets"),
            "{code} {err}"
        );
        assert_eq!(here(&["scan", &scene.bundle], &["--no-config"]).0, 0);
        assert!(scene.written().is_empty());
    }
    fs::write(&file, format!("[scan]\noutput = ['json={evil}']")).unwrap();
    assert_eq!(
        here(&["scan", &scene.bundle], &["--config", "bundlevet.toml"]).0,
        0
    );
    assert_eq!(
        scene.written(),
        ["evil"],
        "who names the file answers for it"
    );
    fs::write(&file, "disable = ['kubelet/*']").unwrap();
    let (code, _, err) = here(&["scan", &scene.bundle], &[]);
    assert_eq!(
        (code, err.as_str()),
        (0, "bundlevet: settings from bundlevet.toml\n")
    );
    // The child processes of a batch work in its directory.
    let results = scene.out("results");
    fs::create_dir(&results).unwrap();
    fs::write(format!("{results}/bundlevet.toml"), "nonsense").unwrap();
    let output = bundlevet(&["batch", &scene.bundle, "--output", &results])
        .output()
        .unwrap();
    assert_eq!(parts(output).0, 0);
}
