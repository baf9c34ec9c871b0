//! What a line claims, in words: that something went wrong, that it knows why, or that it only passes a failure on.

use std::sync::LazyLock;

use regex::Regex;

fn compiled(pattern: &str) -> Option<Regex> {
    // every pattern is tried by a test; one that did not compile would match nothing
    Regex::new(pattern).ok()
}

macro_rules! pattern {
    ($name:ident, $($alternative:literal),+ $(,)?) => {
        static $name: LazyLock<Option<Regex>> =
            LazyLock::new(|| compiled(concat!("(?i)", $("(?:", $alternative, ")|"),+, "\\A\\z.")));
    };
}

// Something went wrong.
pattern!(
    ACCUSES,
    r"fail|error|panic|fatal|refus|timed? ?-?out|denied|unable|can(?:no|')t|could(?: not|n't)|corrupt|killed|busy",
    r"no space|not found|invalid|unknown|(?:not |un)supported|forbidden|unauthorized|mismatch|expired|conflict|missing",
    r"exceed|\bno (?:such|matches|\w+ found)|unreachable|not (?:allowed|permitted|ready)|reject|dropping|abort|already (?:exist|in use|run|be|bound|alloc|regist|mount|has|taken)",
    r"too (?:many|long|large|old|small)|\bfull\b|illegal|read-only|duplicate|unhealthy|\boom\b|segfault|exception",
    r"does(?: not|n't)|do not|\bmust |\blost\b|\bstuck\b|\bbad |broken|exited|violat|unexpected|insufficient",
    r"unrecogni[sz]ed|incompatible|nil pointer|waiting for|\bretry"
);

// A clause that names its reason.
pattern!(
    EXPLAINS,
    r"(?:not |un)supported|invalid|mismatch|already|unknown |unrecogni[sz]ed|\bmust |requires?\b|does(?: not|n't)|do not",
    r"missing|no such|\bno \w+ (?:found|match)|too (?:many|long|large|old|small)|exceed|expired|denied|forbidden|corrupt",
    r"no space|read-only|different|not (?:a |be |allowed|permitted|enough|registered|defined|set|exist)|permission|no matches",
    r"can(?:no|')t|unable to|violat|unauthorized|certificate|signed by|\bis not|conflict|\bfull\b|greater|less than",
    r"expected|incompatible|disabled|overlap|illegal|duplicate|in use|busy|locked|immutable|pars(?:e|ing)|marshal|malformed|fail"
);

// A whole clause that only says that something else did not answer, or that it will be tried again.
pattern!(
    GENERAL,
    r"\A(?:eof|unexpected eof|timeout|not found|unknown|error|failed|errors? occurred|stopped|exiting|terminated)\z",
    r"\A(?:exit (?:status|code) -?\d+|signal: \w+|broken pipe|no route to host|requeuing|leader election lost)\z",
    r"\A(?:net/http: |client\.timeout exceeded|the object has been modified|operation cannot be fulfilled|retrying|will retry)",
    r"\A(?:\w+backoff|err[a-z]\w+)\z",
    r"\A(?:try again|received shutdown signal|context canceled|server is not ready|request canceled)",
    r"connection refused\z|deadline exceeded(?: \(.*)?\z|i/o timeout\z|timed out\z|handshake timeout\z|reset by peer\z",
    r"timed out waiting for (?:the )?(?:condition|caches?)|back-?off .*restarting failed|crashloopbackoff|backing off"
);

// What comes after a failure, or belongs to every day: frames of a stack, a supervisor that starts again, probes.
pattern!(
    FOLLOWS,
    r"\Agoroutine \d+ |\A\s*/\S+\.go:\d+|\.go:\d+(?: \+0x[0-9a-f]+)?\z|\A[\w./*()\[\]{}-]+\((?:0x|\{0x|\.\.\.|\))|\Acreated by ",
    r"\A\s+at |nameserver limits|componentstatus is deprecated|very short watch|object has been modified; please apply",
    r"tls handshake error from|slow sql|apply request took too long|main process exited|failed with result|restart counter",
    r"scheduled restart job|(?:\A|: )back-?off |\Abackoff: |\Aunhealthy: ",
    r"failed to start .* - |a stop job|dependency failed for"
);

// What healthy nodes and clusters say: on every start, to every scanner that knocks, about what is optional.
pattern!(
    EVERYDAY,
    r"flexvolume|dynamically probing plugins|previous terminated container .* not found|failed to read data from checkpoint",
    r"didn't provide a certificate|first record does not look like a tls|image garbage collection failed once",
    r"registration of the (?:crio|podman|mesos|systemd) container factory failed|watchdog is not enabled|no relationship found between",
    r"error getting the current node from lister|no imagefs label|if we have separate container filesystem",
    r"pleg has yet to be successful|tmpfs noswap|pushed failed scrape|usage stats from provider",
    r"owner ref to the node lease|inotify_add_watch /sys/fs/cgroup|containers with unready status|use of closed network connection"
);

fn says(pattern: &Option<Regex>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// Whether a text says that something went wrong.
pub(crate) fn accuses(text: &str) -> bool {
    says(&ACCUSES, text)
}

/// Whether a clause says why.
pub(crate) fn explains(clause: &str) -> bool {
    says(&EXPLAINS, clause)
}

/// Whether a clause says only that something else failed, did not answer, or will be tried again.
pub(crate) fn is_general(clause: &str) -> bool {
    says(&GENERAL, clause.trim())
}

/// Whether a text follows from a failure that is told elsewhere, or is everyday noise.
pub(crate) fn follows(text: &str) -> bool {
    says(&FOLLOWS, text) || says(&EVERYDAY, text)
}

/// Whether a text without a level is the last word of its program.
pub(crate) fn is_last_word(text: &str) -> bool {
    [
        "panic:",
        "panic(",
        "fatal error:",
        "fatal:",
        "FATAL",
        "Fatal:",
    ]
    .iter()
    .any(|word| text.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for pattern in [&ACCUSES, &EXPLAINS, &GENERAL, &FOLLOWS, &EVERYDAY] {
            assert!(pattern.is_some());
        }
        assert!(!accuses("Caches are synced"));
        assert!(!is_general("") && !follows("") && !explains(""));
    }

    #[test]
    fn general_clauses_are_told_from_reasons() {
        for general in [
            "context deadline exceeded",
            "dial tcp 192.0.2.1:443: connect: connection refused",
            "exit status 1",
            "timed out waiting for the condition",
        ] {
            assert!(is_general(general), "{general}");
        }
        for reason in [
            "operation not supported",
            "no IPv6 address was found on node",
            "unexpected EOF while reading the header",
        ] {
            assert!(!is_general(reason), "{reason}");
        }
        assert!(explains("operation not supported"));
        assert!(follows("goroutine 119 [running]:"));
        assert!(follows("main.main.DaemonCmd.func3()"));
        assert!(!follows(
            "Failed to start ContainerManager err=invalid kernel flag"
        ));
    }
}
