//! Real-shaped lines through the whole decoder.

mod envelopes;
mod never_panics;
mod origins;
mod pasted;
mod payloads;
mod table;
