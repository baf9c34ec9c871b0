//! Workers that panic: what they were reading becomes a problem, everything else is diagnosed, the run ends.

use std::fs;

use super::*;

/// A collector in whose hands the reader of one entry falls over after some bytes.
struct Falling<W> {
    inner: W,
    on: &'static str,
}

struct Cracked<'a>(&'a mut dyn Read, usize);

impl Read for Cracked<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = self.1.min(buf.len());
        assert!(most > 0, "it falls");
        let read = self.0.read(buf.get_mut(..most).unwrap_or_default())?;
        self.1 -= read;
        Ok(read)
    }
}

impl<W: Visit> Visit for Falling<W> {
    fn wants(&mut self, entry: &Entry) -> bool {
        self.inner.wants(entry)
    }

    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
        if entry.path.contains(self.on) {
            self.inner.entry(entry, &mut Cracked(bytes, 200));
        } else {
            self.inner.entry(entry, bytes);
        }
    }

    fn skip(&mut self, entry: Entry) {
        self.inner.skip(entry);
    }

    fn problem(&mut self, problem: Problem) {
        self.inner.problem(problem);
    }
}

impl<W: Worker> Worker for Falling<W> {
    fn abandon(&mut self, problem: Problem) {
        self.inner.abandon(problem);
    }
}

/// The evidence of a directory, with workers that fall over `on` this.
fn evidence(root: &Path, on: &'static str, threads: usize) -> Evidence {
    let case = Case::open(&[root.to_owned()], &OpenOptions::default()).unwrap();
    let database = Database::shipped();
    let detector = Arc::new(Detector::new(database));
    let wanted = Arc::new(Wanted::new(database.queries()));
    let start = |queue: &Arc<Queue>| {
        let progress = Arc::new(Progress::default());
        let collector = Collector::new(&detector, &wanted, ObjectLimits::default(), progress);
        let inner = collector.helped_by(Arc::clone(queue) as Arc<dyn Idle>);
        Falling { inner, on }
    };
    let found = run(&case, threads, None, start, |worker| worker.inner.finish()).unwrap();
    Evidence::merge(vec!["tree".to_owned()], found)
}

#[test]
fn what_a_worker_was_reading_becomes_a_problem_and_the_rest_is_diagnosed() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("nodes/n1/logs");
    fs::create_dir_all(&logs).unwrap();
    let line = "E0222 00:55:29.557737   10917 kubelet.go:1479] \"Failed to start ContainerManager\" err=\"invalid kernel flag: kernel/panic, expected value: 10, actual value: 0\"\n";
    for name in [
        "kubelet.log",
        "rke2-server.log",
        "console.log",
        "qemu-ga.log",
    ] {
        fs::write(logs.join(name), line.repeat(40)).unwrap();
    }
    let hits = |evidence: &Evidence, name: &str| {
        let mut entries = evidence.entries.iter();
        let read = entries.find(|read| read.entry.path.ends_with(name));
        read.is_some_and(|read| !read.hits.series.is_empty())
    };
    for threads in [1, 3] {
        let sound = evidence(dir.path(), "nothing", threads);
        assert!(sound.problems.is_empty() && hits(&sound, "kubelet.log"));
        let fallen = evidence(dir.path(), "rke2-server.log", threads);
        let said: Vec<&str> = fallen
            .problems
            .iter()
            .map(|problem| problem.error.as_str())
            .collect();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("failed in an unexpected way"), "{said:?}");
        assert!(hits(&fallen, "kubelet.log"), "the rest");
        // Whatever falls, the run ends.
        let all = evidence(dir.path(), "", threads);
        assert!(!all.problems.is_empty() && !hits(&all, "kubelet.log"));
    }
}
