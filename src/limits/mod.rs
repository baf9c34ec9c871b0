//! Every limit of a run by its name: what it is by default, what it means, and where it takes effect.
//!
//! `--limit NAME=VALUE` sets one; `docs/limits.md` holds the table, which a test keeps as it is here.

use std::fmt::Write as _;

use crate::bundle;
use crate::detect::SearchLimits;
use crate::evidence::ObjectLimits;
use crate::evidence::facts::FactLimits;
use crate::finding::FindingLimits;
use crate::signature::SignatureLimits;

/// What a run may cost.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Inputs: archives, members, compression.
    pub inputs: bundle::Limits,
    /// Lines and hits.
    pub search: SearchLimits,
    /// Kubernetes objects.
    pub objects: ObjectLimits,
    /// Outputs of commands.
    pub facts: FactLimits,
    /// Findings.
    pub findings: FindingLimits,
    /// Directories of signatures.
    pub signatures: SignatureLimits,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes, written with K, M, G or T.
    Bytes,
    /// Anything else.
    Count,
}

/// One limit.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// As it is written.
    pub name: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// The largest value that makes sense.
    pub most: u64,
    /// What is limited, and what happens then.
    pub meaning: &'static str,
    get: fn(&Limits) -> u64,
    set: fn(&mut Limits, u64),
}

macro_rules! limits {
    ($($name:literal $unit:ident $most:expr, $($field:ident).+ : $type:ty, $meaning:literal;)*) => {
        &[$(Limit {
            name: $name,
            unit: Unit::$unit,
            most: $most,
            meaning: $meaning,
            get: |limits| u64::try_from(limits.$($field).+).unwrap_or(u64::MAX),
            set: |limits, value| limits.$($field).+ = <$type>::try_from(value).unwrap_or(<$type>::MAX),
        }),*]
    };
}

const MANY: u64 = u64::MAX;

/// All of them, in the order of the data.
#[rustfmt::skip]
pub const ALL: &[Limit] = limits! {
    "member-bytes" Bytes MANY, inputs.member_bytes: u64, "of one file once expanded; what is behind is lost";
    "total-bytes" Bytes MANY, inputs.total_bytes: u64, "of the whole case once expanded; files after that are lost";
    "members" Count MANY, inputs.members: u64, "files and folders of the whole case; later ones are lost";
    "depth" Count 64, inputs.depth: usize, "archives in archives; those inside are not opened";
    "nested-memory" Bytes MANY, inputs.nested_memory: u64, "held of zips in archives (as --max-memory); larger ones are read in one stream";
    "ratio" Count MANY, inputs.ratio: u64, "expanded bytes for one packed byte; what is behind is lost";
    "ratio-after" Bytes MANY, inputs.ratio_after: u64, "that a file may expand to at any ratio";
    "dictionary" Bytes MANY, inputs.dictionary: u64, "that one xz or zstd stream may ask for; the stream is not read";
    "line-bytes" Bytes (1 << 20), search.line: usize, "of one line that is looked at as a whole; longer ones in overlapping parts; 32K at least";
    "samples" Count 1000, search.samples: usize, "first and last hits kept of a pattern with the same values in one file; all are counted";
    "captures" Count 100_000, search.captures: usize, "different values of a pattern in one file; hits with others are counted without them";
    "object-bytes" Bytes MANY, objects.item_bytes: usize, "of one object, and of what its aliases repeat; a larger one is not used";
    "object-depth" Count 120, objects.depth: usize, "maps and lists in each other; a deeper object is not used";
    "object-values" Count MANY, objects.nodes: usize, "values in one object, with those that aliases repeat; a larger one is not used";
    "object-aliases" Count MANY, objects.aliases: usize, "YAML aliases in one object; one with more is not used";
    "list-items" Count MANY, objects.items: usize, "objects kept of one file; later ones are lost";
    "list-memory" Bytes MANY, objects.memory: usize, "of the objects kept of one file; later ones are lost";
    "objects-memory" Bytes MANY, objects.total: usize, "of all objects kept; the heaviest files are lost, whole";
    "texts" Count MANY, objects.texts: usize, "of one file of objects (messages, conditions, plans) on which patterns are tried";
    "text-bytes" Bytes MANY, objects.text_bytes: usize, "of one such text; the rest is cut";
    "plan-bytes" Bytes MANY, objects.output_bytes: usize, "of one output of a machine plan once inflated; a larger one is not read";
    "fact-bytes" Bytes MANY, facts.bytes: u64, "of one output of a command; the rest is not read";
    "facts" Count MANY, facts.facts: usize, "of one such file; later ones are lost";
    "subjects" Count MANY, findings.subjects: usize, "of one signature (nodes, pods, volumes) that are judged";
    "signature-files" Count MANY, signatures.files: usize, "of one directory of --signatures; the rest is not read";
    "signature-bytes" Bytes MANY, signatures.file.bytes: usize, "of one signature file; a larger one is not used";
    "signature-depth" Count 500, signatures.file.depth: usize, "maps and lists in each other in one signature file; a deeper one is not used";
    "signature-values" Count MANY, signatures.file.values: usize, "values in one signature file; a larger one is not used";
    "signature-patterns" Count MANY, signatures.patterns: usize, "of one directory of --signatures; the rest is not read";
    "signature-seconds" Count MANY, signatures.seconds: u64, "that patterns and queries of one directory of --signatures take, on all threads; then they find nothing";
    "pattern-program" Bytes MANY, signatures.program: usize, "of one pattern once compiled; the signature is not used";
    "cel-steps" Count MANY, signatures.steps: u64, "of one `cel` on one object; then it counts as false";
};

impl Limit {
    /// The limit with this name.
    pub fn named(name: &str) -> Option<&'static Limit> {
        ALL.iter().find(|limit| limit.name == name)
    }

    /// What it is in `limits`.
    pub fn of(&self, limits: &Limits) -> u64 {
        (self.get)(limits)
    }

    /// Its meaning behind what it counts.
    fn said(&self) -> String {
        match self.unit {
            Unit::Bytes => format!("bytes {}", self.meaning),
            Unit::Count => self.meaning.to_owned(),
        }
    }

    /// A value as people write it.
    pub fn shown(&self, value: u64) -> String {
        if self.unit == Unit::Bytes {
            for (shift, letter) in [(40, 'T'), (30, 'G'), (20, 'M'), (10, 'K')] {
                if value > 0 && value.is_multiple_of(1 << shift) {
                    return format!("{}{letter}", value >> shift);
                }
            }
        }
        value.to_string()
    }
}

impl Limits {
    /// Sets one: `member-bytes=2G`. `Err`: what is wrong with it, for whoever wrote it.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text
            .split_once('=')
            .ok_or("write NAME=VALUE, member-bytes=2G")?;
        let limit = Limit::named(name).ok_or_else(|| {
            let names: Vec<&str> = ALL.iter().map(|limit| limit.name).collect();
            format!("no limit `{name}`; there are {}", names.join(", "))
        })?;
        let value = number(value)?;
        if value > limit.most {
            let most = limit.shown(limit.most);
            return Err(format!("{name} may be at most {most}"));
        }
        (limit.set)(self, value);
        Ok(())
    }

    /// For each limit name, value and meaning, which goes on below itself where `columns` are not enough for it.
    pub fn listed(&self, columns: usize) -> String {
        const BEFORE: usize = 31;
        let mut out = String::new();
        for limit in ALL {
            let value = limit.shown(limit.of(self));
            let _ = write!(out, "  {:<19}{value:>8} ", limit.name);
            let mut used = BEFORE - 1;
            for word in limit.said().split(' ') {
                if used > BEFORE && used + 1 + word.len() > columns {
                    let _ = write!(out, "\n{:1$}", "", BEFORE - 1);
                    used = BEFORE - 1;
                }
                let _ = write!(out, " {word}");
                used += 1 + word.len();
            }
            out.push('\n');
        }
        out
    }
}

/// `512M`, `2GiB`, `1048576`, `500000`.
fn number(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no number; write 500000, 512M or 2G");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let shift = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_set_by_its_name_and_only_that() {
        let default = Limits::default();
        for limit in ALL {
            let mut limits = Limits::default();
            limits.set(&format!("{}=33", limit.name)).unwrap();
            for other in ALL {
                let expected = match other.name == limit.name {
                    true => 33,
                    false => other.of(&default),
                };
                assert_eq!(other.of(&limits), expected, "{} {}", limit.name, other.name);
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let set = |text: &str| Limits::default().set(text).unwrap_err();
        assert!(set("members").contains("NAME=VALUE"));
        assert!(set("member=1").contains("there are member-bytes, "));
        assert!(set("members=many").contains("no number"));
        assert!(set("members=-1").contains("no number"));
        assert!(set("total-bytes=99999999T").contains("no number"));
        assert!(set("depth=65").contains("at most 64"));
        let mut limits = Limits::default();
        limits.set("total-bytes=2GiB").unwrap();
        assert_eq!(limits.inputs.total_bytes, 2 << 30);
    }

    /// The table of docs/limits.md.
    fn table() -> String {
        let mut out = String::from(
            "| name | default | what is limited, and what happens then |\n|---|---:|---|\n",
        );
        let default = Limits::default();
        for limit in ALL {
            let value = limit.shown(limit.of(&default));
            let _ = writeln!(out, "| `{}` | {value} | {} |", limit.name, limit.said());
        }
        out
    }

    #[test]
    fn the_page_says_what_holds() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/limits.md"));
        let page = page.unwrap();
        assert!(
            page.contains(&table()),
            "docs/limits.md should hold\n{}",
            table()
        );
    }
}
