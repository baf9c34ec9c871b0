//! Lines that belong together: Go panics with their goroutine dump, klog values over several lines.
//!
//! These look at one raw line at a time, in whatever envelope, and are cheap to say no.

use super::inside;

/// A block of goroutines may be thousands of lines; what a signature asks for stands near the top.
pub const BLOCK_LINE_LIMIT: usize = 1000;

/// What kind of block starts on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockKind {
    /// `panic: ..`, klog's `Observed a panic`, `http: panic serving ..`.
    Panic,
    /// `fatal error: ..` or a signal: the runtime ends the program.
    Fatal,
    /// `goroutine N [state]:` without a line that says why.
    Goroutines,
}

/// A line that starts a block holds one of these, whatever its envelope.
pub const BLOCK_LITERALS: &[&str] = &[
    "panic: ",
    "Observed a panic",
    "http: panic serving",
    "fatal error: ",
    "SIGSEGV: segmentation violation",
    "SIGABRT: abort",
    "SIGQUIT: quit",
    "goroutine ",
];

/// Whether a block starts on this line, and of which kind.
pub fn block_kind(raw: &[u8]) -> Option<BlockKind> {
    if !BLOCK_LITERALS
        .iter()
        .any(|literal| memchr::memmem::find(raw, literal.as_bytes()).is_some())
    {
        return None;
    }
    let body = inside(raw);
    if body.starts_with("panic: ")
        || body.contains("Observed a panic")
        || body.contains("http: panic serving")
    {
        return Some(BlockKind::Panic);
    }
    if ["fatal error: ", "SIGSEGV: ", "SIGABRT: ", "SIGQUIT: "]
        .iter()
        .any(|head| body.starts_with(head))
    {
        return Some(BlockKind::Fatal);
    }
    is_goroutine(&body).then_some(BlockKind::Goroutines)
}

/// Whether this line goes on with a block that started before it: frames, goroutine headers, signals, registers
/// and empty lines. The next line that a program logs is none of these.
pub fn in_block(raw: &[u8]) -> bool {
    let body = inside(raw);
    let line = body.trim_end();
    line.is_empty()
        || body.starts_with('\t')
        // Whoever pasted or re-printed the dump made spaces of its tabs.
        || (body.starts_with("  ") && line.contains(".go:"))
        || is_goroutine(line)
        || is_frame(line)
        || is_register(line)
        || [
            "created by ",
            "[signal ",
            "panic: ",
            "...additional frames elided",
            "exit status ",
            "runtime stack:",
            "runtime: ",
            "PC=0x",
            "stack: frame=",
            "[originating from goroutine",
        ]
        .iter()
        .any(|head| line.starts_with(head))
}

/// Whether this line belongs to the structured klog line before it: a line of a multi-line value (it begins with a
/// tab) or the ` >` that ends it. Only meaningful behind a line for which [`opens_value`] holds.
pub fn continuation(raw: &[u8]) -> bool {
    if !raw.iter().take(512).any(|b| matches!(b, b'\t' | b'>')) {
        return false;
    }
    let body = inside(raw);
    body.starts_with('\t') || body.trim_end() == " >" || body.starts_with(" > ")
}

/// Whether a klog value over several lines begins at the end of this line: `key=<`. It goes on until ` >`; the
/// closing line may open the next value (` > other=<`).
pub fn opens_value(raw: &[u8]) -> bool {
    let mut line = raw;
    while let Some((b'\n' | b'\r' | b' ', before)) = line.split_last() {
        line = before;
    }
    line.ends_with(b"=<")
}

/// `goroutine 12 [running]:`, `goroutine 0 gp=0x5 m=0 mp=0x6 [idle]:`.
fn is_goroutine(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("goroutine ") else {
        return false;
    };
    rest.starts_with(|c: char| c.is_ascii_digit())
        && rest.contains('[')
        && rest.trim_end().ends_with([':', ']'])
}

/// `k8s.io/apimachinery/pkg/util/wait.JitterUntil(0xc000, 0x3b)`, `main.main()`, `panic({0x1, 0x2})`.
fn is_frame(line: &str) -> bool {
    let Some((name, rest)) = line.split_once('(') else {
        return false;
    };
    let named = name == "panic" || name.contains('.');
    named && !name.is_empty() && !name.contains([' ', '=', ':', '"']) && rest.ends_with(')')
}

/// `rax    0x0`, `r10    0x7f`.
fn is_register(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let (Some(name), Some(value), None) = (words.next(), words.next(), words.next()) else {
        return false;
    };
    name.len() <= 6
        && value.starts_with("0x")
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_container_log() {
        let dump = [
            "2024-01-31T13:23:48.5Z stderr F panic: runtime error: index out of range [0] with length 0",
            "2024-01-31T13:23:48.5Z stderr F ",
            "2024-01-31T13:23:48.5Z stderr F goroutine 1 [running]:",
            "2024-01-31T13:23:48.5Z stderr F github.com/rancher/eks-operator/controller.(*Handler).OnEksConfigChanged(0xc000, {0x1, 0x2})",
            "2024-01-31T13:23:48.5Z stderr F \t/go/src/controller/eks.go:120 +0x1d2",
            "2024-01-31T13:23:48.5Z stderr F created by main.main in goroutine 1",
        ];
        assert_eq!(block_kind(dump[0].as_bytes()), Some(BlockKind::Panic));
        for line in &dump[1..] {
            assert!(in_block(line.as_bytes()), "{line}");
        }
        assert!(!in_block(b"2024-01-31T13:23:49.5Z stderr F I0131 13:23:49.000000       1 main.go:1] Version: v1 (a)"));
        assert!(!in_block(
            b"time=\"2024-01-31T13:23:49Z\" level=info msg=\"Starting (again)\""
        ));
    }

    #[test]
    fn other_starts() {
        for (line, kind) in [
            (
                r#"E0131 13:23:48.555760       1 runtime.go:79] Observed a panic: "invalid memory address""#,
                Some(BlockKind::Panic),
            ),
            (
                r#"May 09 20:45:48 n1 k3s[26]: fatal error: concurrent map writes"#,
                Some(BlockKind::Fatal),
            ),
            ("SIGSEGV: segmentation violation", Some(BlockKind::Fatal)),
            (
                "goroutine 12 [chan receive, 3 minutes]:",
                Some(BlockKind::Goroutines),
            ),
            (
                "2024/01/31 13:23:48 http: panic serving 192.0.2.7:1234: runtime error",
                Some(BlockKind::Panic),
            ),
            ("the goroutine 12 is slow", None),
            ("kernel panic: not this one", None),
        ] {
            assert_eq!(block_kind(line.as_bytes()), kind, "{line}");
        }
    }

    #[test]
    fn klog_values() {
        assert!(opens_value(
            b"E0131 13:23:48.5       1 a.go:1] \"msg\" err=<\n"
        ));
        assert!(!opens_value(b"a=<b>"));
        assert!(continuation(b"\tfailed to pull"));
        assert!(continuation(b" >"));
        assert!(continuation(b" > pod=\"a/b\""));
        assert!(continuation(b"2024-01-31T13:23:48.5Z stderr F \tfailed"));
        assert!(!continuation(
            b"E0131 13:23:48.555760       1 a.go:1] \"next\" x=\">\""
        ));
    }
}
