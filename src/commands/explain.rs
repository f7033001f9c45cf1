//! `kfplint explain`.

use super::{Failure, READY, output};
use crate::cli::ExplainArgs;
use crate::report;

/// Prints a rule's page.
///
/// # Errors
/// A rule that is not there.
pub fn run(args: &ExplainArgs) -> Result<u8, Failure> {
    let page = report::page(&args.rule).map_err(|near| {
        let help =
            near.map_or_else(|| "`kfplint rules` lists all rules".into(), |near| format!("did you mean `{near}`?"));
        Failure::Rule { given: args.rule.clone(), help }
    })?;
    output::stdout(page.as_bytes())?;
    Ok(READY)
}
