//! Raw bytes of a line into a [`Line`]: envelopes peeled, message unescaped, time and level read.

mod line;

pub use line::{Level, Line, Stamp};
