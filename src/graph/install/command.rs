//! Commands of a shell: their variables, and which of them change a cluster.

use std::collections::BTreeMap;
use std::ops::Range;

/// The most text that variables may make of a command, in bytes.
const MOST_TEXT: usize = 1 << 20;

/// The command with the variables of the shell that it sets, or that its environment sets, in their places.
pub fn expand(command: &str, environment: BTreeMap<String, String>) -> String {
    let mut variables = environment;
    let mut text = String::new();
    for line in command.replace("\\\n", " ").lines() {
        let line = match text.len() < MOST_TEXT {
            true => filled(line, &variables),
            false => line.to_string(),
        };
        for part in parts(&line) {
            variables.extend(assignment(part));
        }
        text += &line;
        text.push('\n');
    }
    text
}

/// `NAME=value`, behind `export` and the like.
fn assignment(part: &str) -> Option<(String, String)> {
    let words = ["export ", "local ", "readonly ", "declare "];
    let part = part.trim();
    let part = words.iter().find_map(|word| part.strip_prefix(word)).unwrap_or(part).trim_start();
    let (name, value) = part.split_once('=')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let value = match quote {
        Some(quote) => value.get(1..)?.split(quote).next()?,
        None => value.split_whitespace().next().unwrap_or_default(),
    };
    (is_name && value.len() < MOST_TEXT / 64).then(|| (name.to_string(), value.to_string()))
}

/// A line with `$NAME`, `${NAME}` and `${NAME:-default}` replaced, as far as they are known.
fn filled(line: &str, variables: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('$') {
        text += before;
        let (range, name, default) = variable(after);
        match variables.get(name).map(String::as_str).or(default) {
            Some(value) if !name.is_empty() => text += value,
            _ => {
                text.push('$');
                text += after.get(range.clone()).unwrap_or_default();
            }
        }
        rest = after.get(range.end..).unwrap_or_default();
    }
    text + rest
}

/// The part of a text that names a variable, its name, and the default that it is given.
fn variable(after: &str) -> (Range<usize>, &str, Option<&str>) {
    let Some(inner) = after.strip_prefix('{').and_then(|inner| inner.split('}').next()) else {
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        return (0..end, after.get(..end).unwrap_or_default(), None);
    };
    let (name, default) = inner.split_once(":-").map_or((inner, None), |(name, default)| (name, Some(default)));
    (0..(inner.len() + 2).min(after.len()), name, default)
}

/// The commands of a line.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    line.split(';').flat_map(|part| part.split("&&")).flat_map(|part| part.split("||"))
}

/// The command without comments and without those commands that change nothing, or take away.
pub fn effective(command: &str) -> String {
    let mut text = String::new();
    for line in command.lines().filter(|line| !line.trim_start().starts_with('#')) {
        for part in parts(line).filter(|part| !is_idle(part)) {
            text += part;
            text.push('\n');
        }
    }
    text
}

fn is_idle(part: &str) -> bool {
    let mut words = part.split_whitespace();
    let first = part.split_whitespace().next().unwrap_or_default();
    let dry = |word: &str| word.starts_with("--dry-run") && word != "--dry-run=none";
    let talks = matches!(first, "echo" | "printf") && !part.contains('|');
    talks || words.any(|word| matches!(word, "delete" | "uninstall" | "diff") || dry(word))
}

/// Whether a command makes things in a cluster, rather than deleting or only rendering them.
pub fn applies(command: &str) -> bool {
    let makes = |word: &str| matches!(word, "apply" | "create" | "replace");
    let tool = |word: &str| ["kubectl", "kfctl", "oc"].iter().any(|tool| word.rsplit('/').next() == Some(tool));
    command.lines().flat_map(parts).any(|part| {
        let words: Vec<&str> = part.split(|c: char| c.is_whitespace() || "\"'`()|".contains(c)).collect();
        let named = words.iter().position(|word| tool(word) || word.starts_with('$'));
        let flag = |word: &&str| matches!(*word, "-k" | "-f" | "--kustomize" | "--filename");
        words
            .iter()
            .enumerate()
            .any(|(i, word)| makes(word) && (named.is_some_and(|at| at < i) || words.iter().skip(i).any(flag)))
    })
}

/// Whether a command installs a Helm chart.
pub fn helm(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    words.windows(2).any(|pair| matches!(pair, ["helm", "install" | "upgrade"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_the_shell_are_replaced_in_order() {
        let environment = BTreeMap::from([("TAG".to_string(), "2.4.0".to_string())]);
        let text =
            expand("export V=\"2.5.0\"\nR=${REF:-$V}; echo a?ref=$V b?ref=${V} $TAG $OTHER\nV=1; x $V", environment);
        assert_eq!(text, "export V=\"2.5.0\"\nR=$V; echo a?ref=2.5.0 b?ref=2.5.0 2.4.0 $OTHER\nV=1; x 2.5.0\n");
    }

    #[test]
    fn commands_that_take_away_or_only_talk_do_not_install() {
        for idle in [
            "kubectl delete -k x",
            "kubectl apply --dry-run=client -k x",
            "# kubectl apply -k x",
            "echo kubectl apply -k x",
        ] {
            assert!(!applies(&effective(idle)), "{idle}");
        }
        for makes in [
            "kubectl delete ns a && kubectl apply -k x",
            "kubectl --context c apply -k x",
            "kustomize build x | kubectl apply -f -",
        ] {
            assert!(applies(&effective(makes)), "{makes}");
        }
    }
}
