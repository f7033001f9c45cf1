//! Files that the tests hold and regenerate: `INSTA_UPDATE=always cargo test`, the switch of `insta`, writes both these
//! and the snapshots.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Whether this run regenerates files.
pub fn is_updating() -> bool {
    matches!(std::env::var("INSTA_UPDATE").as_deref(), Ok("always" | "force" | "1"))
}

/// Holds a file of the repository against the text that it should have, or writes it.
pub fn hold(path: &str, text: &str) {
    hold_with(path, |_| text.to_string());
}

/// Holds a file of the repository against what `change` makes of it: nothing where it is up to date.
pub fn hold_with(path: &str, change: impl Fn(&str) -> String) {
    // Several tests hold parts of the README.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    let text = change(&before);
    if text == before {
        return;
    }
    if is_updating() {
        std::fs::write(&file, text).unwrap_or_else(|e| panic!("{path}: {e}"));
        return;
    }
    let differs = text.lines().zip(before.lines()).find(|(expected, recorded)| expected != recorded);
    panic!("{path} is out of date: run INSTA_UPDATE=always cargo test\nexpected and recorded: {differs:#?}");
}
