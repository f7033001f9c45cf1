//! `kfplint merge`.

use super::{FINDINGS, Failure, READY, output};
use crate::base::budget::{Budget, DOCUMENT, PARSED, size};
use crate::cli::MergeArgs;
use crate::load::loader::up_to;
use crate::load::reason;
use crate::merge::{Counts, NamedReport, merge};
use crate::report::BUFFER;
use crate::settings::FailOn;
use serde_json::value::RawValue;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Joins the reports of several runs and prints them as one.
///
/// # Errors
/// A file that is no report, or reports of different kinds.
pub fn run(args: &MergeArgs) -> Result<u8, Failure> {
    let budget = Budget::new(None, None, None, args.timeout);
    let mut all = 0;
    let mut read = |path: &Path| {
        let name = path.display().to_string();
        let wrong = |why: String| Failure::Merge { what: format!("cannot read `{name}`: {why}") };
        let bytes = up_to(path, DOCUMENT).map_err(|e| wrong(reason(&e)))?;
        let bytes = bytes.ok_or_else(|| wrong(format!("it is larger than {}", size(DOCUMENT))))?;
        // What is read is joined and written too.
        all += bytes.len();
        if budget.is_late() || all > budget.room(PARSED) {
            return Err(wrong(budget.too_long()));
        }
        let text = String::from_utf8(bytes).map_err(|e| wrong(e.utf8_error().to_string()))?;
        let _: &RawValue = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
        Ok((name.clone(), text))
    };
    let reports: Vec<NamedReport> = args.files.iter().map(|path| read(path)).collect::<Result<_, Failure>>()?;
    let merged = merge(&reports).map_err(|what| Failure::Merge { what })?;
    output::to_stdout(&mut |out| {
        let mut out = BufWriter::with_capacity(BUFFER, out);
        merged.write(&mut out)?;
        out.flush()
    })?;
    let Counts { errors, warnings, notes } = merged.counts;
    let found = match args.fail_on {
        FailOn::Error => errors,
        FailOn::Warning => errors + warnings,
        FailOn::Note => errors + warnings + notes,
        FailOn::Never => 0,
    };
    Ok(if found > 0 { FINDINGS } else { READY })
}
