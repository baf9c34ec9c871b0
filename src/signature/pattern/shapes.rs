//! The name of a placeholder into the expression its value must match.

/// What a placeholder accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// The expression; no capture groups in it.
    pub(super) regex: &'static str,
    /// Runs to the next literal or the end of the line.
    pub(super) open: bool,
    /// At the end of a pattern the value must be followed by something that cannot belong to it.
    pub(super) bounded: bool,
    /// Brackets around the value (`[2001:db8::1]`) are not part of it.
    pub(super) bracketed: bool,
}

const fn bounded(regex: &'static str) -> Shape {
    Shape {
        regex,
        open: false,
        bounded: true,
        bracketed: false,
    }
}

/// A DNS name or Kubernetes name without a slash.
const NAME: &str = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";
/// A name that may carry a namespace, a tag or a digest.
const LONG_NAME: &str = r"[A-Za-z0-9](?:[A-Za-z0-9._:/@+-]*[A-Za-z0-9])?";
const NUMBER: &str = r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?";
const IP: &str = r"\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9]+)?\]|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}";
const HOST: &str =
    r"\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9]+)?\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";
/// White space is written out: only ASCII white space separates values.
const RUN: &str = r#"[^\t-\r "',;()\[\]{}<>`]*[^\t-\r "',;()\[\]{}<>`.:]"#;
const ADDRESS: &str = r#"[^\t-\r "',;(){}<>`=]*[^\t-\r "',;(){}<>`=.:]"#;
const PATH: &str = r#"[^\t-\r "',;()<>`]*[^\t-\r "',;()<>`.:]"#;
const URL: &str = r#"[^\t-\r "'<>`]*[^\t-\r "'<>`.,:;)\]]"#;
const DURATION: &str = r"(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|μs|ms|s|m|h|d)?)+";
const TIME: &str = r"[0-9][0-9TZ:.,+/-]*(?: [0-9:.,]+(?: [+-][0-9:]{4,6}(?: [A-Z]{2,5})?)?)?";
const KEY: &str = r#"[^\t-\r "',;:=()\[\]{}<>`]+"#;

/// The shape of a placeholder. Names of a kind may be numbered (`node2`, `ip1`).
pub(super) fn shape(name: &str) -> Shape {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    match stem {
        "node" | "pod" | "ns" | "namespace" | "container" | "volume" | "pvc" => bounded(NAME),
        "host" => Shape {
            bracketed: true,
            ..bounded(HOST)
        },
        "ip" => Shape {
            bracketed: true,
            ..bounded(IP)
        },
        "name" | "image" | "id" | "hash" => bounded(LONG_NAME),
        "uid" => bounded(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"),
        "port" => bounded("[0-9]{1,5}"),
        "version" => bounded(r"[vV]?[0-9](?:[A-Za-z0-9.+_-]*[A-Za-z0-9])?"),
        "n" | "num" | "count" => bounded(NUMBER),
        "code" => bounded("[A-Za-z0-9_]+"),
        "kind" => bounded("[A-Za-z][A-Za-z0-9]*"),
        "resource" => bounded(r"[A-Za-z](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?"),
        "unit" => bounded(r"[A-Za-z0-9@._:\\-]*[A-Za-z0-9]"),
        "duration" => bounded(DURATION),
        "time" => bounded(TIME),
        "key" => bounded(KEY),
        "addr" | "peer" => bounded(ADDRESS),
        "path" | "file" => bounded(PATH),
        "url" => bounded(URL),
        "reason" | "error" | "message" | "rest" | "text" => Shape {
            regex: ".+",
            open: true,
            bounded: false,
            bracketed: false,
        },
        _ => bounded(RUN),
    }
}

impl Shape {
    /// Whether a value can hold an equals sign, and so go on from a key to its value.
    pub(super) fn may_hold_equals(&self) -> bool {
        self.open || [RUN, PATH, URL].contains(&self.regex)
    }
}

/// What may follow a value at the end of a pattern. A full stop only where no letter or digit comes after it: `0` is
/// not the value of `0.5Gi`.
pub(super) const BOUNDARY: &str = r#"(?:[\t-\r ,;:()\[\]{}<>=|!?\\"'`…]|\.(?:[^A-Za-z0-9]|$)|$)"#;
