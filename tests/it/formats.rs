//! What each format makes of environments, shared modules, baselines and long reports; read by schemas and parsers that are
//! not kfplint's own.

use crate::tree::{OPEN, READY, TOO_FEW, Tree, entries, repository};
use serde_json::{Value, json};

/// Formats that list findings, and none of them more than once.
const LISTS: [&str; 8] = ["compact", "sarif", "github", "gitlab", "junit", "checkstyle", "rdjson", "markdown"];

fn text(tree: &Tree, args: &[&str]) -> String {
    let run = tree.run(args);
    assert!(run.code <= 1, "{args:?}: {}", run.stderr);
    run.stdout
}

fn schema(name: &str) -> jsonschema::Validator {
    let text = std::fs::read_to_string(repository("tests/report").join(name)).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

#[test]
fn every_format_says_in_which_environments_a_finding_holds() {
    let config = "[environment.dev]\nvars = { size = 1 }\n[environment.test]\nvars = { size = 1 }\n[environment.prod]\nvars = { size = 3 }\n";
    let tree = Tree::new(&[("main.tf", OPEN), ("kfplint.toml", config)]);
    for format in LISTS {
        let text = text(&tree, &["--format", format]);
        assert!(text.contains("Pipelines needs 3 (in the environments dev, test)"), "{format}: {text}");
    }
    let junit = text(&tree, &["--format", "junit"]);
    let document = roxmltree::Document::parse(&junit).unwrap();
    let suites = document.descendants().filter(|n| n.has_tag_name("testsuite"));
    let failures: Vec<_> = suites.map(|s| (s.attribute("name").unwrap(), s.attribute("failures").unwrap())).collect();
    let name = |environment: &str| format!(". google_container_cluster.c ({environment})");
    assert_eq!(failures, [(name("dev").as_str(), "1"), (&name("test"), "1"), (&name("prod"), "0")]);
    assert_eq!(document.root_element().attribute("failures"), Some("2"));
}

#[test]
fn a_fault_in_a_shared_module_is_listed_once_where_roots_are_not_told_apart() {
    let call = "module \"c\" {\n  source = \"../c\"\n}\n";
    let tree = Tree::new(&[("a/main.tf", call), ("b/main.tf", call), ("c/main.tf", TOO_FEW)]);
    for format in ["compact", "github", "checkstyle", "rdjson"] {
        let text = text(&tree, &["--format", format]);
        assert_eq!(text.matches("1 node in all").count(), 1, "{format}: {text}");
    }
    let log: Value = serde_json::from_str(&text(&tree, &["--format", "sarif"])).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap().iter();
    assert_eq!(results.filter(|r| r["ruleId"] == "KFP001").count(), 2, "each has a fingerprint of its own");
}

#[test]
fn github_gets_errors_first() {
    let tree = Tree::new(&[("a.tf", TOO_FEW), ("b.tf", &TOO_FEW.replace("\"c\"", "\"d\""))]);
    let shown = text(&tree, &["--format", "github"]);
    let kinds: Vec<&str> = shown.lines().filter_map(|l| l.split_whitespace().next()).collect();
    assert_eq!(kinds, ["::error", "::error", "::notice", "::notice", "::notice", "::notice"]);
}

#[test]
fn test_reports_have_what_is_new_and_not_what_is_known() {
    let tree = Tree::new(&[("main.tf", TOO_FEW)]);
    tree.run(&["baseline"]);
    let failures = |tree: &Tree| {
        let shown = text(tree, &["--format", "junit", "--baseline", "kfplint-baseline.json"]);
        roxmltree::Document::parse(&shown).unwrap().root_element().attribute("failures").unwrap().to_string()
    };
    assert_eq!(failures(&tree), "0");
    tree.write("main.tf", TOO_FEW.replace("e2-standard-4", "e2-micro").as_bytes());
    assert_eq!(failures(&tree), "1");
}

#[test]
fn rdjson_and_gitlab_reports_are_as_their_readers_want_them() {
    for format in ["rdjson", "gitlab"] {
        let schema = schema(&format!("{format}.schema.json"));
        let mut findings = 0;
        for fixture in entries("fixtures") {
            let tree = Tree::new(&[]);
            let report = text(&tree, &["--format", format, fixture.to_str().unwrap()]);
            let report: Value = serde_json::from_str(&report).unwrap();
            let errors: Vec<String> =
                schema.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert_eq!(errors, [""; 0], "{format} {:?}", fixture.file_name());
            let all = report.as_array().or(report["diagnostics"].as_array()).unwrap();
            let prints: std::collections::BTreeSet<String> = all.iter().map(|f| f["fingerprint"].to_string()).collect();
            assert!(format == "rdjson" || prints.len() == all.len(), "fingerprints are unique");
            findings += all.len();
        }
        assert!(findings > 50, "{format}: {findings}");
    }
}

#[test]
fn json_reports_are_as_the_published_schema_says() {
    let schema = schema("../../docs/report.schema.json");
    let holds = |tree: &Tree, args: &[&str]| {
        let report: Value = serde_json::from_str(&text(tree, &[&["--format", "json"], args].concat())).unwrap();
        let errors: Vec<String> = schema.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(errors, [""; 0], "{args:?}");
        report
    };
    for fixture in entries("fixtures") {
        holds(&Tree::new(&[]), &[fixture.to_str().unwrap()]);
    }
    let config = "[environment.dev]\nvars = { size = 1 }\n[environment.prod]\nvars = { size = 3 }\n";
    let tree = Tree::new(&[("main.tf", OPEN), ("kfplint.toml", config)]);
    assert_eq!(holds(&tree, &["--shard", "1/1"])["shard"], "1/1");
    tree.run(&["baseline"]);
    tree.write("main.tf", READY.as_bytes());
    let gone = holds(&tree, &["--baseline", "kfplint-baseline.json"])["baseline"]["gone"].clone();
    assert!(!gone.as_array().unwrap().is_empty(), "{gone}");
    let mut other = holds(&tree, &[]);
    other["clusters"][0]["requirements"][0]["status"] = "passed".into();
    assert!(!schema.is_valid(&other), "the schema refuses what it does not describe");
}

#[test]
fn sarif_places_are_files_whatever_their_names_and_suppressions_say_where_they_are() {
    let config = "[[overrides]]\npaths = [\"x:y\"]\nignore = [\"KFP001\"]\nreason = \"old\"\n";
    let ignored = TOO_FEW.replace("= 1\n", "= 1 # kfplint: ignore[KFP001]\n");
    let tree = Tree::new(&[("a b#%20ü/m.tf", &ignored), ("x:y/[1].tf", TOO_FEW), ("kfplint.toml", config)]);
    let log: Value = serde_json::from_str(&text(&tree, &["--format", "sarif"])).unwrap();
    let mut kinds = Vec::new();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let uri = place["uri"].as_str().unwrap();
        assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"%/.-_".contains(&b)), "{uri}");
        let path = percent_encoding::percent_decode_str(uri).decode_utf8().unwrap();
        assert!(tree.path(&path).is_file(), "{uri}");
        assert_eq!(place["uriBaseId"], "%SRCROOT%");
        kinds.extend(result["suppressions"][0]["kind"].as_str());
    }
    assert_eq!(kinds, ["inSource", "external"]);
}

#[test]
fn markdown_fits_into_a_comment_and_counts_the_rest() {
    let clusters: String = (0..150).map(|i| TOO_FEW.replace("\"c\"", &format!("\"c{i:03}\""))).collect();
    let tree = Tree::new(&[("main.tf", &clusters), ("ready/main.tf", READY)]);
    let shown = text(&tree, &["--format", "markdown"]);
    assert!((50_000..65_536).contains(&shown.chars().count()), "{}", shown.chars().count());
    let clusters = shown.matches("<details").count();
    assert!(clusters > 5 && shown.contains(&format!("\nand {} more clusters\n", 151 - clusters)), "{shown}");
    let findings = shown.lines().filter(|l| l.starts_with("- ") && l.contains("/rule.md")).count();
    assert!(findings > 100 && shown.contains(&format!("\n- and {} more\n", 3 * 150 + 2 - findings)), "{findings}");
    let firsts = shown.lines().filter(|l| l.starts_with("- ")).take(100);
    assert!(firsts.clone().all(|l| l.starts_with("- ❌")), "errors come first");
}

#[test]
fn markdown_stays_markdown_whatever_names_are() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let bad = TOO_FEW.replace("e2-standard-4", "e2-|a`b*<i>x</i>\\n| c | d |\\n# e @team");
    let tree = Tree::new(&[("m|a`b<i>.tf", &bad)]);
    let shown = text(&tree, &["--format", "markdown"]);
    let events: Vec<Event> = Parser::new_ext(&shown, Options::ENABLE_TABLES).collect();
    let (mut rows, mut cells) = (0, 0);
    for event in &events {
        match event {
            Event::Start(Tag::TableRow | Tag::TableHead) => rows += 1,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::Html(html) | Event::InlineHtml(html) => {
                let known = ["<details", "</details>", "<summary>", "</summary>"];
                assert!(known.iter().any(|k| html.trim_start().starts_with(k)), "{html}");
            }
            Event::Start(Tag::Heading { level, .. }) => assert!(*level as usize >= 2, "{shown}"),
            _ => {}
        }
    }
    assert!(rows > 10);
    assert_eq!(cells, 3 * rows, "{shown}");
    assert!(!shown.contains("@team"), "nobody is mentioned");
}

/// All characters that a format may treat in a way of its own, and some of every kind, in pieces of a few hundred.
fn characters() -> Vec<String> {
    let low = (0..=0xffff_u32).collect::<Vec<_>>();
    let mut all: Vec<Vec<u32>> = low.chunks(512).map(<[u32]>::to_vec).collect();
    all.extend((1..=16_u32).map(|plane| {
        let base = plane << 16;
        (base..base + 64).chain(base + 0xffc0..=base + 0xffff).collect()
    }));
    let text = |codes: &Vec<u32>| codes.iter().filter_map(|code| char::from_u32(*code)).collect::<String>();
    all.iter().map(text).filter(|text| !text.is_empty()).collect()
}

#[test]
fn no_character_breaks_a_format() {
    use kfplint::base::source::{SourceFile, Sources, Span};
    use kfplint::diagnostic::{Edit, Finding, Fix, Label, Level, RootReport, Safety};
    use kfplint::report::{Format, ReportStyle};
    use kfplint::resolve::provenance::{Step, StepKind};
    for text in characters() {
        let sources = Sources::new();
        // A backslash parts folders in what is shown, as on Windows.
        let path = text.replace('\\', "");
        let file = sources.add(SourceFile::new(path.into(), format!("x = \"{text}\"\n").into_bytes()));
        let span = Span::new(file, 0, 1);
        let finding = Finding {
            address: Some(text.clone()),
            attribute: Some(text.clone()),
            primary_message: text.clone(),
            trace: vec![Step {
                span: Span::new(file, 4, 5),
                kind: StepKind::Local(text.as_str().into()),
                is_condition: false,
            }],
            related: vec![Label { span: Span::new(file, 2, 3), message: text.clone() }],
            help: vec![text.clone(), format!("write:\n{text}")],
            fixes: vec![Fix {
                title: text.clone(),
                safety: Safety::Safe,
                edits: vec![Edit { span, text: text.clone() }],
            }],
            ..Finding::new(("KFP001", "node-count"), Level::Error, text.as_str(), span.into())
        };
        let root = RootReport { root: text.clone(), findings: vec![finding], ..RootReport::default() };
        let skipped = vec![(text.clone(), text.clone())];
        let report = kfplint::report::Report::new(vec![root], skipped, 1, &sources);
        crate::properties::reports::check(&report, &sources);
        let compact = Format::Compact.text(&report, &sources, ReportStyle::FILE);
        assert_eq!(compact.lines().count(), 1, "{compact}");
        let github = Format::Github.text(&report, &sources, ReportStyle::FILE);
        assert_eq!(github.lines().count(), 1, "{github}");
    }
}

/// In a repository, with kfplint below its top.
fn below_the_top(format: &str) -> String {
    let tree = Tree::new(&[
        ("infra/main.tf", "module \"m\" {\n  source = \"../modules/m\"\n  nodes  = 1\n}\n"),
        (
            "modules/m/main.tf",
            "variable \"nodes\" {}\nresource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n  \
             initial_node_count = var.nodes\n  node_config {\n    machine_type = \"e2-standard-4\"\n    oauth_scopes = [\"cloud-platform\"]\n  }\n}\n",
        ),
    ]);
    std::fs::create_dir_all(tree.path(".git/refs")).unwrap();
    tree.write(".git/HEAD", b"ref: refs/heads/main\n");
    crate::tree::run_in(&tree.path("infra"), &["--format", format]).stdout
}

#[test]
fn hosts_get_paths_from_the_top_of_the_repository_and_the_line_to_edit() {
    let github = below_the_top("github");
    let error = github.lines().find(|line| line.contains("KFP001")).unwrap();
    assert!(error.starts_with("::error file=infra/main.tf,line=3,"), "{github}");
    let log: Value = serde_json::from_str(&below_the_top("sarif")).unwrap();
    let result =
        log["runs"][0]["results"].as_array().unwrap().iter().find(|r| r["ruleId"] == "KFP001").unwrap().clone();
    let place = |v: &Value| v["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap().to_string();
    assert_eq!(place(&result["locations"][0]), "infra/main.tf");
    let steps = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    assert_eq!(place(&steps.last().unwrap()["location"]), "modules/m/main.tf");
    let quality: Value = serde_json::from_str(&below_the_top("gitlab")).unwrap();
    let nodes = quality.as_array().unwrap().iter().find(|one| one["check_name"] == "KFP001").unwrap();
    assert_eq!(
        (&nodes["location"]["path"], &nodes["location"]["lines"]["begin"]),
        (&json!("infra/main.tf"), &json!(3))
    );
    assert!(below_the_top("compact").lines().any(|line| line.starts_with("main.tf:3:12: error KFP001")));
}

#[test]
fn quiet_leaves_errors_alone_in_every_format() {
    let tree = Tree::new(&[("main.tf", TOO_FEW)]);
    for format in LISTS.iter().chain(&["json", "html", "azure"]) {
        let (all, quiet) = (text(&tree, &["--format", format]), text(&tree, &["-q", "--format", format]));
        assert!(all.contains("KFP402") && quiet.contains("KFP001"), "{format}: {quiet}");
        let note = "no artifact bucket is declared for";
        assert!(all.contains(note) && !quiet.contains(note), "{format}: {quiet}");
    }
}

#[test]
fn azure_gets_issues_that_texts_cannot_forge() {
    let tree = Tree::new(&[
        ("main.tf", &TOO_FEW.replace("name     ", "nonesuch ")),
        ("a;b]c.tf", "locals {\n  x = var.##vso[x]\n}\n"),
    ]);
    let shown = text(&tree, &["--format", "azure"]);
    assert!(
        shown.lines().any(|line| line.starts_with("##vso[task.logissue type=error;sourcepath=main.tf;linenumber=")
            && line.contains(";code=KFP001;]node-count: ")),
        "{shown}"
    );
    assert!(shown.contains("sourcepath=a%3Bb%5Dc.tf;"), "{shown}");
    assert_eq!(
        shown.matches("##vso[").count(),
        shown.lines().filter(|line| line.starts_with("##vso[")).count(),
        "{shown}"
    );
    assert!(shown.lines().any(|line| line.starts_with("main.tf:") && line.contains(": note KFP402 ")), "{shown}");
}
