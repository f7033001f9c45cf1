//! From the command line to the values of a session.

use crate::cli::InputArgs;
use crate::engine::Inputs;
use std::ffi::OsString;

impl InputArgs {
    /// The values, with the process's environment.
    pub fn values(&self) -> Inputs {
        let text = |(key, value): (OsString, OsString)| Some((key.into_string().ok()?, value.into_string().ok()?));
        Inputs {
            given: self.given.clone(),
            workspace: self.workspace.clone(),
            allow_outside: self.allow_outside,
            allow_env: self.allow_env.iter().cloned().collect(),
            module_dirs: self.module_dir.clone(),
            environment: std::env::vars_os().filter_map(text).collect(),
            strict: false,
        }
    }
}
