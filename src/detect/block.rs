//! Lines of a Go panic or fatal error, with the goroutine dump below it, into one text.

use crate::bundle::ProgramSet;
use crate::decode::{self, Line, Stamp};

/// The text of a block is cut beyond this; the rest of the dump is passed over.
const LONGEST: usize = 64 * 1024;
/// Lines of other writers that may stand inside a dump, in a row.
const STRAYS: u32 = 8;
/// Lines that are looked at before a dump counts as over.
const PATIENCE: u32 = 20_000;

/// A collected block.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Block {
    /// Number of its first line.
    pub(crate) line: u64,
    /// Its lines, decoded, joined with newlines.
    pub(crate) text: String,
    /// The first time in it.
    pub(crate) stamp: Option<Stamp>,
    /// As its first line says.
    pub(crate) programs: Option<ProgramSet>,
}

/// Collects one block at a time.
#[derive(Debug, Default)]
pub(crate) struct BlockCollector {
    open: Option<Block>,
    strays: u32,
    age: u32,
}

impl BlockCollector {
    /// Whether nothing is open.
    pub(crate) fn idle(&self) -> bool {
        self.open.is_none()
    }

    /// Takes the next logical line; a block that ends here is given back.
    pub(crate) fn offer(
        &mut self,
        number: u64,
        raw: &[u8],
        line: &Line,
        stamp: Option<Stamp>,
    ) -> Option<Block> {
        let Some(open) = &mut self.open else {
            self.begin(number, raw, line, stamp);
            return None;
        };
        self.age += 1;
        if decode::in_block(raw) {
            self.strays = 0;
            open.stamp = open.stamp.or(stamp);
            if open.text.len() < LONGEST {
                open.text.push('\n');
                open.text.push_str(bounded(&line.text, LONGEST));
            }
        } else {
            self.strays += 1;
        }
        if self.strays <= STRAYS && self.age <= PATIENCE {
            return None;
        }
        let done = self.open.take();
        self.begin(number, raw, line, stamp);
        done
    }

    fn begin(&mut self, number: u64, raw: &[u8], line: &Line, stamp: Option<Stamp>) {
        if decode::block_kind(raw).is_some() {
            self.strays = 0;
            self.age = 0;
            self.open = Some(Block {
                line: number,
                text: bounded(&line.text, LONGEST).to_owned(),
                stamp,
                programs: line.programs,
            });
        }
    }

    /// The block that is still open at the end of an entry.
    pub(crate) fn finish(&mut self) -> Option<Block> {
        self.open.take()
    }
}

/// At most `limit` bytes of a text.
pub(crate) fn bounded(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Origin;

    fn blocks(text: &str) -> Vec<Block> {
        let mut collector = BlockCollector::default();
        let mut out = Vec::new();
        for (number, raw) in (1..).zip(text.lines()) {
            let line = decode::decode(raw.as_bytes(), &Origin::default());
            out.extend(collector.offer(number, raw.as_bytes(), &line, None));
        }
        out.extend(collector.finish());
        out
    }

    const DUMP: &str = "panic: runtime error: index out of range [0] with length 0

goroutine 1512 [running]:
github.com/rancher/eks-operator/controller.(*Handler).updateUpstreamClusterState(0xc000d2c000, {0x1, 0x2})
\t/go/src/github.com/rancher/eks-operator/controller/eks-cluster-config-handler.go:700 +0x1b2c
created by github.com/rancher/lasso/pkg/controller.(*controller).run in goroutine 900
\t/go/pkg/mod/github.com/rancher/lasso/pkg/controller/controller.go:148 +0x2a7
exit status 2";

    #[test]
    fn a_dump_is_one_block_from_its_first_line() {
        let text =
            format!("2024/05/03 15:04:15 [INFO] before\n{DUMP}\n2024/05/03 15:04:16 [INFO] after");
        let found = blocks(&text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 2);
        assert_eq!(found[0].text, DUMP);
    }

    #[test]
    fn a_few_lines_of_others_do_not_end_it_and_many_do() {
        let inside = DUMP.replace("created by", "time=\"x\" level=info msg=other\ncreated by");
        let found = blocks(&inside);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text, DUMP);
        let apart = format!("{DUMP}\n{}{DUMP}", "level=info msg=other\n".repeat(20));
        assert_eq!(blocks(&apart).len(), 2);
    }

    #[test]
    fn a_huge_dump_stays_bounded() {
        let text = format!("{DUMP}\n").repeat(2000);
        let found = blocks(&text);
        assert_eq!(found.len(), 1);
        assert!(found[0].text.len() <= 2 * LONGEST);
    }
}
