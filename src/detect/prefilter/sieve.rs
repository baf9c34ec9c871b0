//! Hashes of grams into a table small enough for vector registers.
//!
//! The Bloom table of [`gram`](super::gram) answers from the first-level cache, one load for each gram. Where a table has few
//! grams, 512 or 1024 bytes say no nearly as often, and a processor with AVX-512 VBMI looks 64 of them up at once, in registers.

/// A Bloom table of 4 tables: each byte of a gram's mixed hash asks one bit of its own table.
#[derive(Debug, Clone)]
pub(crate) struct Sieve {
    /// Of few grams only the first half of each is asked, which is quicker.
    pub(crate) tables: [[u8; 256]; 4],
    /// Whether whole tables are asked.
    pub(crate) whole: bool,
}

impl Sieve {
    /// With more grams than this halves of the tables let too much through: every fiftieth of all others.
    const FEW: usize = 480;
    /// The same, of whole tables: every thirtieth.
    pub(crate) const MOST: usize = 1100;

    /// A sieve for so many grams, if they are not too many.
    pub(crate) fn for_grams(count: usize) -> Option<Self> {
        (count <= Self::MOST).then_some(Self {
            tables: [[0; 256]; 4],
            whole: count > Self::FEW,
        })
    }

    /// Lets a gram with this hash through.
    pub(crate) fn add(&mut self, hash: u32) {
        let probes = self.probes(hash);
        for (table, (index, bit)) in self.tables.iter_mut().zip(probes) {
            if let Some(byte) = table.get_mut(index) {
                *byte |= bit;
            }
        }
    }

    /// Whether a gram with this hash passes: the scalar twin of the vector code.
    #[cfg(test)]
    pub(crate) fn passes(&self, hash: u32) -> bool {
        let mut asked = self.tables.iter().zip(self.probes(hash));
        asked.all(|(table, (index, bit))| table[index] & bit != 0)
    }

    /// Which bit of which byte a hash asks in each of the tables. The low bits of a product know only the low bits of its
    /// factors, so the high ones are mixed in.
    fn probes(&self, hash: u32) -> [(usize, u8); 4] {
        let asked = if self.whole { 255 } else { 127 };
        let mixed = (hash ^ hash >> 16).to_le_bytes();
        let bits = hash.rotate_right(21).to_le_bytes();
        std::array::from_fn(|table| {
            let index = mixed.get(table).map_or(0, |byte| byte & asked);
            let bit = bits.get(table).map_or(0, |byte| byte & 7);
            (usize::from(index), 1 << bit)
        })
    }
}
