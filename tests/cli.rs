//! What a user sees: exit codes, messages, what is found, what a report holds.

#[path = "cli/discovery.rs"]
mod discovery;
#[path = "cli/docs.rs"]
mod docs;
#[path = "cli/fit.rs"]
mod fit;
#[path = "cli/human.rs"]
mod human;
#[path = "cli/json.rs"]
mod json;
#[path = "cli/network.rs"]
mod network;
#[path = "cli/readme.rs"]
mod readme;
#[path = "cli/tree.rs"]
mod tree;
#[path = "cli/usage.rs"]
mod usage;
