//! The `oplata` binary.

fn main() {}
