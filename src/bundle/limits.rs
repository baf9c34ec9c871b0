//! Named limits: how much of an input is read before the rest becomes a problem.

/// What a case may cost. Every limit that is reached is reported with what was lost; everything else goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Expanded bytes of one member.
    pub member_bytes: u64,
    /// Expanded bytes of the whole case. With several threads it depends on their timing which members are lost to this
    /// one, and to [`Limits::ratio`] of all inputs together; all other limits look at one member or archive only.
    pub total_bytes: u64,
    /// Members of the whole case, directories included.
    pub members: u64,
    /// Archives inside archives: 1 reads the outer archive only.
    pub depth: usize,
    /// Bytes held for nested zips that stand compressed in their parent, all together. What is
    /// larger than its share is read in one stream.
    pub nested_memory: u64,
    /// Expanded bytes per packed byte: of a file once [`Limits::ratio_after`] bytes have come out, and of all inputs together
    /// once sixteen times as many have.
    pub ratio: u64,
    /// Expanded bytes of a member or stream below which [`Limits::ratio`] is not looked at.
    pub ratio_after: u64,
    /// Memory of one xz or zstd dictionary.
    pub dictionary: u64,
}

const MIB: u64 = 1 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self {
            member_bytes: 16 << 30,
            total_bytes: 128 << 30,
            members: 1_000_000,
            depth: 4,
            nested_memory: 128 * MIB,
            // A node zip of repeating kernel messages reaches 53.
            ratio: 200,
            ratio_after: 64 * MIB,
            // xz -9 asks for 64 MiB, zstd --long for 128.
            dictionary: 128 * MIB,
        }
    }
}

impl Limits {
    /// The share of [`Limits::nested_memory`] for zips held at this depth: 1 for those that stand in
    /// an outer archive.
    ///
    /// Depths have shares of their own because a held parent stays in memory while its children
    /// wait for theirs.
    pub(crate) fn nested_share(&self, depth: usize) -> u64 {
        u32::try_from(depth)
            .ok()
            .and_then(|halvings| self.nested_memory.checked_shr(halvings))
            .unwrap_or(0)
    }
}
