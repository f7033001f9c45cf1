//! What a user sees: exit codes, messages, what is found, what a report holds.

mod discovery;
mod docs;
mod fit;
mod human;
mod json;
mod network;
mod readme;
mod usage;
