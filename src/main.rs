//! The kfplint command.

fn main() {}
