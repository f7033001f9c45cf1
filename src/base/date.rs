//! Days as people write them in comments and configurations.

use time::macros::format_description;
use time::{Date, format_description::StaticFormatDescription};

const DAY: StaticFormatDescription = format_description!("[year]-[month]-[day]");

/// Reads a day, written as `2027-01-31`.
pub fn day(text: &str) -> Option<Date> {
    Date::parse(text, DAY).ok()
}

/// Writes a day as [`day`] reads it.
pub fn show(day: Date) -> String {
    day.format(DAY).unwrap_or_default()
}
