//! Whether a text has a form that a provider asks for.

use regex::Regex;
use rustc_hash::FxHashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

/// The patterns of providers that were needed so far.
static PATTERNS: LazyLock<RwLock<FxHashMap<&'static str, Option<Regex>>>> = LazyLock::new(RwLock::default);

/// Whether a text matches a provider's pattern; `None` where the pattern cannot be read.
pub fn matches(pattern: &'static str, text: &str) -> Option<bool> {
    // A copy, whose room to work in is given back: what a thread keeps of a shared one stays.
    let is_match = |regex: &Option<Regex>| regex.as_ref().map(|regex| regex.clone().is_match(text));
    if let Some(known) = PATTERNS.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
        return is_match(known);
    }
    let mut known = PATTERNS.write().unwrap_or_else(PoisonError::into_inner);
    is_match(known.entry(pattern).or_insert_with(|| Regex::new(pattern).ok()))
}

/// Whether a text has a form: `json`, `duration` (Go's), `rfc3339` or `cidr`; `None` where that is not known.
pub fn is_form(form: &str, text: &str) -> Option<bool> {
    Some(match form {
        "json" => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        "duration" => is_duration(text),
        "rfc3339" => matches(r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$", text)?,
        "cidr" => is_cidr(text),
        _ => return None,
    })
}

/// Whether Go's `time.ParseDuration` takes a text.
pub fn is_duration(text: &str) -> bool {
    let pattern = r"^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$";
    matches(pattern, text).unwrap_or(true)
}

fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let most = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.bytes().all(|b| b.is_ascii_digit()) && length.parse::<u32>().is_ok_and(|length| length <= most)
}
