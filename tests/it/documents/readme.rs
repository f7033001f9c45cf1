//! The README shows what a run on documents prints.

use super::{folder, hold, printed};
use std::path::Path;

#[test]
fn the_example_prints_what_the_readme_shows() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&file).expect("the README");
    let (before, rest) = readme.split_once("```console\n").expect("an example");
    let (example, after) = rest.split_once("```").expect("its end");
    let command = example.lines().next().expect("a command");
    let args: Vec<&str> = command.strip_prefix("$ kfplint ").expect("a run of kfplint").split(' ').collect();
    let text = printed(&folder("documents/live"), &args);
    let verdict = text.split("\n\n").next().expect("a paragraph");
    hold(&file, &format!("{before}```console\n{command}\n{verdict}\n```{after}"));
}
