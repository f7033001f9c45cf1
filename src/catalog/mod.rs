//! Facts compiled into the binary.
