//! The configuration that a report rests on, and what it turns off.

use crate::config::Hides;
use serde_json::{Value, json};

/// The configuration file of a run.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Its path, as the user would write it.
    pub file: String,
    /// What it turns off.
    pub hides: Hides,
}

impl Configuration {
    /// `kfplint.toml turns off KFP001 to KFP405`; `None` where it turns nothing off.
    pub(crate) fn sentence(&self) -> Option<String> {
        Some(format!("{} {}", self.file, self.hides.sentence()?))
    }

    /// As JSON has it.
    pub(crate) fn json(&self) -> Value {
        json!({ "file": self.file, "turns_off": self.hides.all().collect::<Vec<_>>() })
    }
}
