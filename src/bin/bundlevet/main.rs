//! The command line: parses, calls the library, prints, exits.

fn main() {}
