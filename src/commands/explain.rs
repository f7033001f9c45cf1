//! `kfplint explain`.

use super::{Failure, READY, output};
use crate::cli::{Color, ExplainArgs};
use crate::report::{self, PageStyle};
use std::io::IsTerminal;

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
    // A pipe gets the Markdown as it is.
    if args.terminal.color != Color::Always && !std::io::stdout().is_terminal() {
        output::stdout(page.as_bytes())?;
        return Ok(READY);
    }
    let color = output::color(args.terminal.color);
    let style = PageStyle { width: output::width().clamp(40, 100), color, links: output::links(args.terminal.color) };
    output::stdout(&report::rendered(page, style))?;
    Ok(READY)
}
