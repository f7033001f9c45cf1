//! The options that bound what a run may cost.

use crate::base::budget::Budget;
use clap::Args;

/// Budgets: what is past one is not looked at, and a finding (TF006) says so.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct BudgetArgs {
    /// Evaluate at most N resource and module instances in a root module [default: 200000]
    #[arg(long, value_name = "N")]
    pub max_instances: Option<u64>,
    /// Maximum module nesting depth [default: 64]
    #[arg(long, value_name = "N")]
    pub max_depth: Option<usize>,
    /// Stop after SECONDS [default: 120]
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    /// Read files up to this size, such as 20MB or 512KB [default: 32MB]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub max_file_size: Option<u64>,
}

impl BudgetArgs {
    /// What was given, and the defaults; the time runs from now on.
    pub fn budget(&self) -> Budget {
        Budget::new(self.max_instances, self.max_depth, self.max_file_size, self.timeout)
    }
}

/// Reads a number of bytes, with KB, MB or GB (of 1024 bytes each) behind it.
fn parse_size(text: &str) -> Result<u64, String> {
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let shift = match text.get(number.len()..).unwrap_or("").trim().to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        _ => return Err("write a number of bytes, or one with KB, MB or GB, such as 20MB".into()),
    };
    let bytes = number.parse::<u64>().ok().and_then(|n| n.checked_mul(1 << shift));
    // Places in a file are 32 bits wide.
    match bytes.ok_or("write a number, such as 20MB")? {
        bytes if bytes < 1 << 32 => Ok(bytes),
        _ => Err("no file of 4 GB or more can be read".into()),
    }
}
