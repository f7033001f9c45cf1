//! Snapshots of reports. `INSTA_UPDATE=always cargo test` regenerates them, and `cargo insta review` shows each change.

use crate::tree::repository;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Holds a text against `NAME.snap` in a folder of the repository.
pub fn snapshot(folder: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(repository(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Holds several texts, each with its folder and name, and fails after the last one.
pub fn snapshots(texts: impl IntoIterator<Item = (String, String, String)>) {
    let differ = |(folder, name, text): &(String, String, String)| {
        catch_unwind(AssertUnwindSafe(|| snapshot(folder, name, text))).is_err()
    };
    let wrong = texts.into_iter().filter(differ).map(|(folder, name, _)| format!("{folder}/{name}"));
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0], "these snapshots differ");
}
