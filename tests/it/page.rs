//! The HTML page of many root modules: what is alike stands there once, and each entry says what it can be found by.

use crate::tree::{READY, TOO_FEW, Tree};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use std::collections::BTreeSet;

fn page(tree: &Tree) -> Html {
    let run = tree.run(&["--format", "html"]);
    assert!(run.code <= 1, "{}", run.stderr);
    Html::parse_document(&run.stdout)
}

fn all<'p>(page: &'p Html, selector: &str) -> Vec<ElementRef<'p>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn texts(element: ElementRef, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    element.select(&selector).map(|e| e.text().collect::<String>().trim().to_string()).collect()
}

fn call(size: u8) -> String {
    format!("module \"c\" {{\n  source = \"../modules/c\"\n  size   = {size}\n}}\n")
}

/// Five root modules that call one module, two of them with fewer nodes, and one with a cluster of its own.
fn estate() -> Tree {
    let sized = READY.replace("= 3\n", "= var.size\n");
    let module = format!("variable \"size\" {{\n  type = number\n}}\n{sized}");
    let [few, enough] = [call(1), call(3)];
    Tree::new(&[
        ("modules/c/main.tf", &module),
        ("one/main.tf", &few),
        ("two/main.tf", &few),
        ("three/main.tf", &enough),
        ("four/main.tf", &enough),
        ("five/main.tf", &enough),
        ("own/main.tf", TOO_FEW),
    ])
}

#[test]
fn what_is_alike_but_for_root_modules_stands_on_the_page_once() {
    let tree = estate();
    let json = tree.json(&[]);
    let page = page(&tree);
    let clusters = all(&page, "section.cluster");
    let counts: Vec<_> =
        clusters.iter().filter_map(|c| Some((c.attr("data-verdict")?, c.attr("data-count")?))).collect();
    assert_eq!(counts, [("unmet", "2"), ("unmet", "1"), ("met", "3")], "the worst first");
    let named = |at: usize| clusters[at].text().collect::<String>();
    assert!(named(0).contains("2 alike") && named(0).contains("in one; two"), "{}", named(0));
    assert_eq!(texts(clusters[2], ".hint").first().map(|t| t.contains("in five; four; three")), Some(true));
    let findings = all(&page, "article.finding");
    let total =
        |of: &[ElementRef]| of.iter().filter_map(|f| f.attr("data-count")?.parse::<usize>().ok()).sum::<usize>();
    assert_eq!(total(&findings), json["diagnostics"].as_array().map_or(0, Vec::len), "none is lost");
    let shared = findings.iter().find(|f| f.attr("data-rule") == Some("KFP001") && f.attr("data-count") == Some("2"));
    let text = shared.expect("one finding for two root modules").text().collect::<String>();
    assert!(text.contains("one: one/main.tf:3") && text.contains("two: two/main.tf:3"), "each with its line: {text}");
    assert_eq!(all(&page, ".tally li").len(), 2);
}

#[test]
fn each_entry_says_what_it_can_be_found_by() {
    let tree = estate();
    let json = tree.json(&[]);
    let page = page(&tree);
    let options = |name: &str| -> Vec<(String, String)> {
        let options = all(&page, &format!("#filter select[name={name}] option"));
        options.iter().skip(1).map(|o| (o.attr("value").unwrap_or("").into(), o.text().collect())).collect()
    };
    let shown = |name| options(name).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    assert_eq!(shown("verdict"), ["not ready", "ready"]);
    assert_eq!(shown("root"), ["five", "four", "one", "own", "three", "two"]);
    assert!(options("environment").is_empty(), "none is configured");
    let rules: BTreeSet<String> = shown("rule").iter().filter_map(|r| Some(r.split(' ').next()?.into())).collect();
    let found = json["diagnostics"].as_array().into_iter().flatten();
    let found: BTreeSet<String> = found.filter_map(|d: &Value| Some(d["code"].as_str()?.into())).collect();
    assert!(rules.is_superset(&found), "{rules:?} {found:?}");
    let entries = all(&page, "section.cluster, article.finding, .overview tbody tr, .graph-part");
    assert!(entries.len() > 8);
    for entry in entries {
        for name in ["verdict", "level", "rule", "root"] {
            let values: Vec<String> = options(name).into_iter().map(|(value, _)| value).collect();
            let own = entry.attr(&format!("data-{name}")).unwrap_or_default();
            assert!(
                values.is_empty() || own.split(' ').all(|v| v.is_empty() || values.iter().any(|o| o == v)),
                "{own}"
            );
        }
    }
}

#[test]
fn clusters_of_several_environments_are_one_entry_where_they_are_alike() {
    let tree = Tree::new(&[
        ("main.tf", &format!("variable \"x\" {{\n  type = string\n}}\n{READY}")),
        ("kfplint.toml", "[environment.dev]\nvars = { x = \"a\" }\n[environment.prod]\nvars = { x = \"b\" }\n"),
    ]);
    let page = page(&tree);
    let clusters = all(&page, "section.cluster");
    assert_eq!(clusters.len(), 1);
    assert_eq!((clusters[0].attr("data-count"), clusters[0].attr("data-environment")), (Some("2"), Some("0 1")));
    let text = clusters[0].text().collect::<String>();
    assert!(text.contains("environment dev") && text.contains("environment prod"), "{text}");
}

#[test]
fn a_small_page_has_nothing_to_choose_from() {
    let tree = Tree::new(&[("main.tf", "locals {\n  a = 1\n}\n")]);
    assert!(all(&page(&tree), "#filter").is_empty());
}
