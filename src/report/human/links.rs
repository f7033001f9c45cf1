//! Hyperlinks of a terminal: "Hyperlinks in Terminal Emulators" (OSC 8).

use crate::report::place::uri_path;
use std::path::Path;

/// What ends a link.
pub const END: &str = "\x1b]8;;\x1b\\";

/// What begins a link to a URL.
pub fn begin(url: &str) -> String {
    format!("\x1b]8;;{url}\x1b\\")
}

/// The URL of a file; `None` where its full path cannot be told.
pub fn file(shown: &str) -> Option<String> {
    let path = std::path::absolute(Path::new(shown)).ok()?;
    let text = path.to_str()?.replace('\\', "/");
    Some(format!("file:///{}", uri_path(text.trim_start_matches('/'))))
}
