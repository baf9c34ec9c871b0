//! Files that change while they are read: they shrink, grow, are replaced, or are gone. Reading is by `pread`, so that
//! nothing of it is a signal.

use std::fs::{self, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

use bundlevet::Problem;
use bundlevet::bundle::{Case, Entry, OpenOptions as Open, Visit};

use crate::trees;

/// Reads everything, and does something to the file after the first bytes.
struct Meddling<'a> {
    meddle: Option<&'a (dyn Fn() + Sync)>,
    read: u64,
    problems: Vec<Problem>,
}

impl Visit for Meddling<'_> {
    fn wants(&mut self, _: &Entry) -> bool {
        true
    }

    fn entry(&mut self, _: Entry, bytes: &mut dyn Read) {
        let mut chunk = vec![0; 4096];
        while let Ok(count @ 1..) = bytes.read(&mut chunk) {
            self.read += count as u64;
            if let Some(meddle) = self.meddle.take() {
                meddle();
            }
        }
    }

    fn skip(&mut self, _: Entry) {}

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// What was read, and what was wrong, with a file that `meddle` changes after the first bytes.
fn read(input: &Path, meddle: &(dyn Fn() + Sync)) -> (u64, Vec<String>) {
    let case = Case::open(&[input.to_owned()], &Open::default()).unwrap();
    let mut visit = Meddling {
        meddle: Some(meddle),
        read: 0,
        problems: Vec::new(),
    };
    for job in case.jobs() {
        job.run_through(&mut visit);
    }
    assert!(visit.meddle.is_none(), "nothing was read");
    let said = visit
        .problems
        .iter()
        .map(|problem| format!("{}: {}", problem.entry, problem.error));
    (visit.read, said.collect())
}

const SIZE: usize = 8 << 20;

/// One file as a loose log, in a directory, in a tarball and in a zip; each with bytes that do not shrink when packed.
fn inputs(dir: &Path) -> Vec<(PathBuf, PathBuf)> {
    let mut state = 1u64;
    let noise = |_| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -\n"
            [(state >> 58) as usize]
    };
    let log: Vec<u8> = (0..SIZE).map(noise).collect();
    let put = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    };
    let loose = put("loose.log", &log);
    let inner = put("tree/logs/a.log", &log);
    let tar = put(
        "b.tar.gz",
        &trees::tar_gz_of(&[("b/logs/a.log".into(), log)]),
    );
    let zip = put("b.zip", &trees::zip(&dir.join("tree")));
    vec![
        (loose.clone(), loose),
        (dir.join("tree"), inner),
        (tar.clone(), tar),
        (zip.clone(), zip),
    ]
}

#[test]
fn one_that_shrinks_is_a_problem_and_what_was_read_stays() {
    let dir = tempfile::tempdir().unwrap();
    for (input, file) in inputs(dir.path()) {
        let (read, problems) = read(&input, &|| {
            OpenOptions::new()
                .write(true)
                .open(&file)
                .unwrap()
                .set_len(1 << 20)
                .unwrap();
        });
        assert!(
            read >= 4096 && read < SIZE as u64,
            "{}: {read}",
            input.display()
        );
        assert!(!problems.is_empty(), "{}", input.display());
        tell(&input, &problems);
    }
}

#[test]
fn one_that_grows_or_is_replaced_is_read_as_it_was() {
    use std::io::Write;
    let dir = tempfile::tempdir().unwrap();
    for (input, file) in inputs(dir.path()) {
        let (count, problems) = read(&input, &|| {
            let mut file = OpenOptions::new().append(true).open(&file).unwrap();
            file.write_all(&vec![b'x'; SIZE]).unwrap();
        });
        assert_eq!(
            (count, problems),
            (SIZE as u64, Vec::new()),
            "{}",
            input.display()
        );
    }
    for (input, file) in inputs(dir.path()) {
        let (count, problems) = read(&input, &|| {
            fs::rename(&file, dir.path().join("moved")).unwrap();
            fs::write(&file, "another").unwrap();
        });
        assert_eq!(
            (count, problems),
            (SIZE as u64, Vec::new()),
            "{}",
            input.display()
        );
        fs::rename(dir.path().join("moved"), &file).unwrap();
    }
}

#[test]
fn one_that_is_gone_or_something_else_by_the_time_it_is_read_is_named() {
    for other in ["gone", "a link", "a pipe", "a directory"] {
        let dir = tempfile::tempdir().unwrap();
        let tree = dir.path().join("tree/logs");
        fs::create_dir_all(&tree).unwrap();
        fs::write(dir.path().join("secret"), "secret").unwrap();
        // The first is read first; the second is listed by then.
        for name in ["a.log", "b.log"] {
            fs::write(tree.join(name), format!("{name}\n")).unwrap();
        }
        let second = tree.join("b.log");
        let (count, problems) = read(dir.path().join("tree").as_path(), &|| {
            fs::remove_file(&second).unwrap();
            match other {
                "a link" => std::os::unix::fs::symlink(dir.path().join("secret"), &second).unwrap(),
                "a pipe" => assert!(
                    std::process::Command::new("mkfifo")
                        .arg(&second)
                        .status()
                        .unwrap()
                        .success()
                ),
                "a directory" => fs::create_dir(&second).unwrap(),
                _ => {}
            }
        });
        assert_eq!(count, 6, "{other}");
        assert!(
            problems.len() == 1 && problems[0].contains("b.log"),
            "{other}: {problems:?}"
        );
    }
}

fn tell(input: &Path, problems: &[String]) {
    println!("{}: {problems:?}", input.display());
}
