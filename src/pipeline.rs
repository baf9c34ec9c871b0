//! The only file that makes threads: inputs and a database into evidence.
