//! Real-shaped lines through the whole decoder.

mod never_panics;
mod table;
