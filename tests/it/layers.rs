//! The rooms of the code are layers: an arrow (`crate::ROOM`, `kfplint::ROOM`) only points down.

use crate::tree::{files, repository};
use std::collections::{BTreeMap, BTreeSet};

/// The rooms, from the ground up. A new room takes its place here.
const LAYERS: &[&str] = &[
    "base",
    "tree",
    "write",
    "syntax",
    "cty",
    "catalog",
    "profile",
    "address",
    "resolve",
    "load",
    "diagnostic",
    "module",
    "plan",
    "eval",
    "terragrunt",
    "plan_json",
    "graph",
    "rule",
    "rules",
    "judge",
    "selector",
    "manifests",
    "fix",
    "shard",
    "settings",
    "report",
    "config",
    "suppress",
    "baseline",
    "since",
    "merge",
    "engine",
    "cli",
    "commands",
    "main",
];

/// Arrows that point down, but past the room that answers: rules ask the graph.
const PAST: [(&str, &str); 4] = [("rule", "plan"), ("rules", "eval"), ("rules", "plan"), ("rules", "syntax")];

/// A Rust file without comments, texts and its unit tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut out = String::new();
    for line in text.lines() {
        let mut quoted = false;
        let mut before = ' ';
        for (at, c) in line.char_indices() {
            match c {
                '"' if before != '\\' && before != '\'' => quoted = !quoted,
                '/' if !quoted && line[at..].starts_with("//") => break,
                _ if !quoted => out.push(c),
                _ => {}
            }
            before = c;
        }
        out.push('\n');
    }
    out
}

/// The rooms that a piece of code names after `crate::` or `kfplint::`, in braces or not.
fn named(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for start in ["crate::", "kfplint::"] {
        for (at, _) in code.match_indices(start) {
            let rest = &code[at + start.len()..];
            match rest.strip_prefix('{') {
                Some(group) => rooms.extend(group_of(group).iter().map(|path| first(path))),
                None => {
                    rooms.insert(first(rest));
                }
            }
        }
    }
    rooms
}

/// The rooms that a file reaches by climbing to the crate's root with `super::`, `depth` modules up.
fn climbed(code: &str, depth: usize) -> BTreeSet<String> {
    let up = "super::".repeat(depth);
    let starts = code.match_indices(&up).filter(|(at, _)| !code[..*at].ends_with("super::"));
    let rests = starts.map(|(at, _)| &code[at + up.len()..]).filter(|rest| !rest.starts_with("super::"));
    rests.map(first).filter(|name| LAYERS.contains(&name.as_str())).collect()
}

/// The paths of `a::b, c::{d, e}}` up to the brace that ends the group.
fn group_of(text: &str) -> Vec<&str> {
    let (mut depth, mut from, mut paths) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                paths.push(&text[from..at]);
                return paths;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                paths.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    paths
}

fn first(path: &str) -> String {
    path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The types that a file declares: structs, enums, traits and aliases, but not the associated types of an `impl`.
fn declared(code: &str) -> Vec<String> {
    code.lines().filter_map(declaration).collect()
}

fn declaration(line: &str) -> Option<String> {
    let line = line.strip_prefix("pub").map_or(line, |rest| match rest.strip_prefix('(') {
        Some(within) => within.split_once(')').map_or("", |(_, rest)| rest).trim_start(),
        None => rest.trim_start(),
    });
    let (keyword, rest) = line.split_once(' ')?;
    ["struct", "enum", "union", "trait", "type"].contains(&keyword).then(|| first(rest))
}

/// Every arrow between two rooms, with a file that has it.
fn arrows() -> BTreeMap<(String, String), String> {
    let mut arrows = BTreeMap::new();
    let top = repository("");
    for (folder, fixed) in [("src", None), ("rules", Some("rules"))] {
        for file in files(folder, "rs").iter().filter(|file| !file.ends_with("tests.rs")) {
            let below = file.strip_prefix(&top).unwrap().to_string_lossy().into_owned();
            let room = below.split('/').nth(1).unwrap().trim_end_matches(".rs");
            let room = fixed.unwrap_or(room);
            let text = std::fs::read_to_string(file).unwrap();
            let code = code(&text);
            let module = below.trim_end_matches(".rs").trim_end_matches("/mod");
            let mut rooms = named(&code);
            rooms.extend(climbed(&code, module.split('/').count() - usize::from(folder == "src")));
            for to in rooms.into_iter().filter(|to| to != room && room != "lib") {
                arrows.entry((room.to_string(), to)).or_insert(below.clone());
            }
        }
    }
    arrows
}

#[test]
fn arrows_between_rooms_point_down() {
    let layer = |room: &str| LAYERS.iter().position(|l| *l == room);
    let mut wrong = Vec::new();
    for ((from, to), file) in arrows() {
        match (layer(&from), layer(&to)) {
            _ if PAST.contains(&(from.as_str(), to.as_str())) => {
                wrong.push(format!("{file}: `{from}` uses `{to}`, and is to ask the graph"));
            }
            (Some(a), Some(b)) if a > b => {}
            (Some(_), Some(_)) => wrong.push(format!("{file}: `{from}` uses `{to}`, which lies above it")),
            _ => wrong.push(format!("{file}: `{from}` or `{to}` has no place in LAYERS")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_planted_arrow_is_seen() {
    let seen = |text: &str| named(&code(text)).into_iter().collect::<Vec<_>>();
    assert_eq!(seen("use crate::graph::Graph;\n"), ["graph"]);
    assert_eq!(seen("use crate::{run, eval::{plan, value}};\n"), ["eval", "run"]);
    assert_eq!(seen("// crate::graph\nlet a = \"crate::graph\"; kfplint::rules::all();\n"), ["rules"]);
    assert_eq!(climbed("use super::super::graph::Graph;", 2).into_iter().collect::<Vec<_>>(), ["graph"]);
    assert_eq!(climbed("use super::graph::Graph;", 2).len(), 0, "a module of the same room");
    assert_eq!(seen("fn a() {}\n#[cfg(test)]\nmod tests { use crate::graph; }\n"), Vec::<String>::new());
}

#[test]
fn a_name_stands_for_one_type() {
    let mut homes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in ["src", "rules"].iter().flat_map(|folder| files(folder, "rs")) {
        let shown = file.strip_prefix(repository("")).unwrap().display().to_string();
        for name in declared(&code(&std::fs::read_to_string(&file).unwrap())) {
            homes.entry(name).or_default().push(shown.clone());
        }
    }
    assert!(homes.contains_key("Cluster") && homes.contains_key("Texts"), "structs and aliases are seen");
    homes.retain(|_, files| files.len() > 1);
    assert_eq!(homes, BTreeMap::new(), "give each type a name of its own");
}

#[test]
fn declarations_of_types_are_seen() {
    let text = "pub struct A(u8);\npub(super) enum B {\n}\ntrait C<T> {\n    type Own;\n}\npub type D<'a> = &'a A;\n// struct E;\n";
    assert_eq!(declared(&code(text)), ["A", "B", "C", "D"]);
}

#[test]
fn the_architecture_page_draws_every_room() {
    let page = std::fs::read_to_string(repository("docs/architecture.md")).unwrap();
    let drawing = page.split("```").nth(1).unwrap();
    let drawn: BTreeSet<&str> = drawing.lines().skip(1).flat_map(|line| line.split_whitespace().skip(1)).collect();
    assert_eq!(drawn, LAYERS.iter().copied().collect());
}
