//! The `rheobase` command.

fn main() {}
