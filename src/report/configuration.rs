//! The configuration that a report rests on, and what it turns off.

use super::model::JsonConfiguration;

/// The configuration file of a run.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Its path, as the user would write it.
    pub file: String,
    /// All that it turns off: codes of rules, then the rest in words.
    pub turns_off: Vec<String>,
    /// The same in one sentence without its subject; `None` where it turns nothing off.
    pub summary: Option<String>,
}

impl Configuration {
    /// `kfplint.toml turns off KFP001 to KFP405`; `None` where it turns nothing off.
    pub(crate) fn sentence(&self) -> Option<String> {
        Some(format!("{} {}", self.file, self.summary.as_ref()?))
    }

    /// As JSON has it.
    pub(crate) fn json(&self) -> JsonConfiguration<'_> {
        JsonConfiguration { file: (&self.file).into(), turns_off: (&self.turns_off).into() }
    }
}
