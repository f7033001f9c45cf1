//! Every format of the report: snapshots, the published schema of SARIF, parsers, and hostile names.

use crate::snapshot::snapshots;
use crate::tree::{Tree, entries, repository};
use kfplint::report::Format;
use serde_json::Value;
use std::io::Read;
use std::path::Path;

fn run_in(dir: &Path, args: &[&str]) -> String {
    let run = crate::tree::run_in(dir, args);
    assert!(run.code <= 1, "{}", run.stderr);
    run.stdout
}

/// A report on a folder of the repository.
fn report(format: &str, root: &str) -> String {
    run_in(&repository(""), &["--format", format, root])
}

#[test]
fn formats_are_as_recorded() {
    let formats =
        Format::ALL.into_iter().filter(|f| !matches!(f, Format::Human | Format::Json | Format::Html)).map(Format::name);
    snapshots(formats.map(|format| {
        let text = report(format, "fixtures/gpu-and-arm").replace(env!("CARGO_PKG_VERSION"), "VERSION");
        // The rules of a SARIF log are the registry's: only the results are recorded.
        let text = match format {
            "sarif" => {
                let log: Value = serde_json::from_str(&text).expect("JSON");
                serde_json::to_string_pretty(&log["runs"][0]["results"]).expect("JSON")
            }
            _ => text,
        };
        ("tests/report".into(), format.to_string(), text)
    }));
}

fn sarif_schema() -> jsonschema::Validator {
    let file = std::fs::File::open(repository("tests/report/sarif-schema-2.1.0.json.gz")).expect("the schema");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a schema")
}

#[test]
fn sarif_logs_are_valid_and_point_at_their_rules() {
    let schema = sarif_schema();
    let mut results = 0;
    for fixture in entries("fixtures") {
        let root = format!("fixtures/{}", fixture.file_name().unwrap_or_default().to_string_lossy());
        let log: Value = serde_json::from_str(&report("sarif", &root)).expect("JSON");
        let errors: Vec<String> = schema.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{root}: {errors:#?}");
        let run = &log["runs"][0];
        for result in run["results"].as_array().expect("results") {
            results += 1;
            let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().expect("an index") as usize];
            assert_eq!(rule["id"], result["ruleId"]);
        }
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules").len();
        assert_eq!(rules, kfplint::rules::all().len(), "every rule is listed");
    }
    assert!(results > 50, "{results}");
}

#[test]
fn junit_counts_are_those_of_its_cases() {
    let text = report("junit", "fixtures/every-rule");
    let document = roxmltree::Document::parse(&text).expect("XML");
    let suites: Vec<_> = document.descendants().filter(|n| n.has_tag_name("testsuite")).collect();
    assert!(suites.len() > 5);
    for suite in suites {
        let cases = suite.children().filter(|n| n.has_tag_name("testcase"));
        let having = |tag: &str| {
            let has = |case: &roxmltree::Node| case.children().any(|n| n.has_tag_name(tag));
            suite.children().filter(|n| n.has_tag_name("testcase")).filter(has).count().to_string()
        };
        assert_eq!(suite.attribute("tests"), Some(cases.count().to_string().as_str()));
        assert_eq!(suite.attribute("failures"), Some(having("failure").as_str()));
        if let Some(skipped) = suite.attribute("skipped") {
            assert_eq!(skipped, having("skipped"));
        }
    }
}

#[test]
fn several_reports_are_written_in_one_run() {
    let tree = Tree::new(&[("main.tf", "resource \"google_container_cluster\" \"c\" {}\n")]);
    let shown =
        run_in(&tree.path(""), &["--format", "compact", "--output", "sarif=a.sarif", "--output", "junit=b.xml"]);
    assert!(shown.contains("error KFP001 node-count"), "{shown}");
    assert!(sarif_schema().is_valid(&serde_json::from_str(&tree.read("a.sarif")).expect("JSON")));
    roxmltree::Document::parse(&tree.read("b.xml")).expect("XML");
}

fn page(root: &str) -> scraper::Html {
    scraper::Html::parse_document(&report("html", root))
}

fn all<'p>(page: &'p scraper::Html, selector: &str) -> Vec<scraper::ElementRef<'p>> {
    page.select(&scraper::Selector::parse(selector).expect("a selector")).collect()
}

#[test]
fn the_page_needs_no_network_and_runs_only_its_own_script() {
    use base64::Engine;
    use sha2::Digest;
    let page = page("fixtures/every-rule");
    assert!(all(&page, "[src], link, iframe, object, embed, img").is_empty());
    let script: String = all(&page, "script")[0].text().collect();
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(script.as_bytes()));
    let policy = all(&page, "meta[http-equiv=Content-Security-Policy]")[0].attr("content").expect("a policy");
    assert!(policy.starts_with("default-src 'none'") && policy.contains(&format!("'sha256-{hash}'")), "{policy}");
}

#[test]
fn every_box_can_be_reached_by_keyboard_and_leads_to_its_source() {
    let page = page("fixtures/every-rule");
    let sources: Vec<(&str, &str)> =
        all(&page, "article.source").iter().filter_map(|a| Some((a.attr("id")?, a.attr("data-place")?))).collect();
    let findings: Vec<&str> = all(&page, "article.finding").iter().filter_map(|a| a.attr("id")).collect();
    let boxes = all(&page, "svg a.node");
    assert!(boxes.len() > 20);
    let mut with_findings = 0;
    for node in boxes {
        assert!(node.attr("aria-label").is_some_and(|l| !l.is_empty()));
        let place = node.attr("data-place").expect("a place");
        let target = node.attr("href").and_then(|href| href.strip_prefix('#')).expect("a link into the page");
        assert!(sources.contains(&(target, place)), "{target} {place}");
        let own: Vec<&str> = node.attr("data-findings").unwrap_or_default().split_whitespace().collect();
        assert!(own.iter().all(|id| findings.contains(id)), "{own:?}");
        with_findings += usize::from(!own.is_empty());
    }
    assert!(with_findings > 5);
    let requirements = all(&page, ".requirements tbody tr").len();
    let json: Value = serde_json::from_str(&report("json", "fixtures/every-rule")).expect("JSON");
    let clusters = json["clusters"].as_array().expect("clusters");
    assert_eq!(requirements, clusters.iter().map(|c| c["requirements"].as_array().map_or(0, Vec::len)).sum::<usize>());
}

#[test]
fn what_is_suppressed_does_not_colour_the_picture() {
    let tree = Tree::new(&[]);
    let cluster = "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n  initial_node_count = 3\n  \
                   node_config {\n    machine_type = \"e2-standard-4\"\n  }\n}\nresource \"google_storage_bucket\" \"b\" {\n  name = \"b\"\n  location = \"US\"\n}\n";
    let states = |text: &str| {
        tree.write("main.tf", text.as_bytes());
        let page = scraper::Html::parse_document(&run_in(&tree.path(""), &["--format", "html"]));
        let node = all(&page, "svg a.node")
            .into_iter()
            .find(|n| n.attr("aria-label").is_some_and(|l| l.starts_with("cluster")));
        node.and_then(|n| n.attr("class")).expect("a class").to_string()
    };
    assert_eq!(states(cluster), "node bad");
    assert_ne!(states(&format!("# kfplint: ignore[KFP101]\n{cluster}")), "node bad");
}

#[test]
fn the_graph_is_the_same_in_all_its_formats() {
    let draw = |format: &str| run_in(&repository(""), &["graph", "--format", format, "fixtures/every-rule/around"]);
    let json: Value = serde_json::from_str(&draw("json")).expect("JSON");
    let nodes = json["roots"][0]["nodes"].as_array().expect("nodes");
    let edges = json["roots"][0]["edges"].as_array().expect("edges").len();
    assert!(nodes.len() > 8 && edges > 5);
    assert!(nodes.iter().any(|n| n["kind"] == "cluster" && n["state"] == "bad"));
    let svg = draw("svg");
    let picture = roxmltree::Document::parse(&svg).expect("XML");
    let having = |class: &str| {
        picture.descendants().filter(|n| n.attribute("class").is_some_and(|c| c.split(' ').any(|c| c == class))).count()
    };
    assert_eq!((having("node"), having("edge")), (nodes.len(), edges));
    assert_eq!(draw("dot").matches(" -> ").count(), edges);
    assert_eq!(draw("mermaid").matches(" --> ").count(), edges);
    assert_eq!(draw("mermaid").matches(":::").count(), nodes.len());
}

/// A root in which names and values try to break out of every format, and a secret that none may show.
const HOSTILE: &str = "variable \"key\" {\n  default   = \"s3cr3t-marker\"\n  sensitive = true\n}\n\
resource \"google_container_cluster\" \"c\" {\n  name               = \"k\"\n  location           = \"us-central1-a\"\n  \
initial_node_count = 1\n  node_config {\n    machine_type    = \"e2-<script>alert(1)</script>::error::\\u001b[31m|@x\\n## `$(id)`]]>\"\n    \
service_account = var.key\n  }\n}\n\
resource \"kubernetes_secret\" \"s\" {\n  metadata {\n    name      = \"user-gcp-sa\"\n    namespace = \"a\\u001b]8;;x\\u0007\\u202e-->\"\n  }\n  \
data = {\n    \"k::warning::<img>\" = var.key\n  }\n}\n";

#[test]
fn hostile_names_are_neutralised_and_secrets_never_shown_in_any_format() {
    let tree = Tree::new(&[("main.tf", HOSTILE)]);
    for format in Format::ALL.map(Format::name) {
        let text = run_in(&tree.path(""), &["--format", format, "--verbose"]);
        assert!(text.contains("e2-"), "{format} shows the machine type: {text}");
        assert!(!text.contains("s3cr3t-marker"), "{format} shows a sensitive value");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{format} has control characters: {text:?}");
        assert!(!text.contains('\u{202e}'), "{format} has text that runs backwards");
        match format {
            "github" => assert!(text.lines().all(|l| l.starts_with("::")), "{text}"),
            "junit" | "checkstyle" => {
                roxmltree::Document::parse(&text).unwrap_or_else(|e| panic!("{format}: {e}"));
            }
            "json" | "sarif" | "gitlab" | "rdjson" => {
                serde_json::from_str::<Value>(&text).unwrap_or_else(|e| panic!("{format}: {e}"));
            }
            "html" => {
                let page = scraper::Html::parse_document(&text);
                let count =
                    |selector: &str| page.select(&scraper::Selector::parse(selector).expect("a selector")).count();
                assert_eq!((count("script"), count("img"), count("iframe"), count("link")), (1, 0, 0, 0), "{text}");
            }
            "markdown" => {
                assert!(!text.contains("<script>") && !text.contains("<img>") && !text.contains("\n## `"), "{text}");
            }
            _ => {}
        }
    }
}
