//! Turns the shipped signature files into one JSON text that the binary embeds.

fn main() {}
