//! Values that are judged but never shown carry a mark, however they are reached and whatever is made of them.

use crate::tree::Tree;

mod evaluate;
mod files;
mod flow;

/// What `terraform console` shows in place of a sensitive value.
const HIDDEN: &str = "(sensitive value)";

/// The answers of the console, one a line.
fn answers(tree: &Tree, args: &[&str], expressions: &[&str]) -> Vec<String> {
    let mut given: Vec<&str> = vec!["console", "."];
    given.extend(args);
    expressions
        .iter()
        .map(|expression| {
            let run = tree.run_with(&given, &[], &format!("{expression}\n"));
            format!("{}{}", run.stdout.trim_end(), run.stderr.trim_end())
        })
        .collect()
}

/// All expressions of which the console does not give the answer that is wanted.
fn differing<'e>(tree: &Tree, args: &[&str], expressions: &[&'e str], want: &str) -> Vec<(&'e str, String)> {
    let given = expressions.iter().copied().zip(answers(tree, args, expressions));
    given.filter(|(_, answer)| answer != want).collect()
}
