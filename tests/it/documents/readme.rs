//! docs/documents.md shows what a run on documents prints.

use super::{folder, printed};
use crate::hold::hold_with;

#[test]
fn the_example_prints_what_the_page_shows() {
    hold_with("docs/documents.md", |page| {
        let (before, rest) = page.split_once("```console\n").expect("an example");
        let (example, after) = rest.split_once("```").expect("its end");
        let command = example.lines().next().expect("a command");
        let args: Vec<&str> = command.strip_prefix("$ kfplint ").expect("a run of kfplint").split(' ').collect();
        let text = printed(&folder("documents/live"), &args);
        let verdict = text.split("\n\n").next().expect("a paragraph");
        format!("{before}```console\n{command}\n{verdict}\n```{after}")
    });
}
