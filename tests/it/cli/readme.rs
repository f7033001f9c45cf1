//! The README says what is so.

use crate::hold::{hold, hold_with};
use crate::tree::{repository, run_in};

fn read(path: &str) -> String {
    std::fs::read_to_string(repository(path)).unwrap()
}

/// The code blocks of this language, in order.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|part| part.split("```").next().unwrap().to_string()).collect()
}

#[test]
fn the_picture_is_what_the_first_command_prints() {
    let report = run_in(&repository(""), &["--color", "always", "fixtures/too-small"]).stdout;
    assert!(report.contains("\x1b["));
    let parts: Vec<&str> =
        report.split("\n\n").filter(|p| p.contains("NOT READY") || p.contains("[KFP002 node-capacity]")).collect();
    assert_eq!(parts.len(), 2, "{report}");
    let screen = format!("\x1b[1m$ kfplint fixtures/too-small\x1b[0m\n\n{}\n", parts.join("\n\n"));
    let term = anstyle_svg::Term::new().palette(anstyle_svg::WIN10_CONSOLE);
    hold("docs/screenshot.svg", &term.render_svg(&screen));
    assert!(read("README.md").contains("](docs/screenshot.svg)"));
}

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    let readme = read("README.md");
    let command = blocks(&readme, "sh").remove(0);
    let args = command.trim().strip_prefix("cargo run --release -- ").unwrap();
    let run = run_in(&repository(""), &args.split(' ').collect::<Vec<_>>());
    assert_eq!(run.code, 1);
    let finding = run.stdout.split("\n\n").find(|p| p.starts_with("error[KFP002")).expect("the finding");
    let shown = blocks(&readme, "text");
    assert_eq!(shown.len(), 1);
    hold_with("README.md", |readme| readme.replace(&shown[0], &format!("{finding}\n")));
}

#[test]
fn continuous_integration_runs_the_second_command() {
    let second = blocks(&read("README.md"), "sh").remove(1);
    let script = read(".ci/run");
    assert!(script.lines().any(|line| line == format!("exec {}", second.trim())), "{script}");
}

/// Pages for users, with the README.
fn pages() -> Vec<String> {
    let docs = std::fs::read_dir(repository("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let names = docs.map(|name| format!("docs/{}", name.to_str().unwrap())).filter(|name| name.ends_with(".md"));
    ["README.md", "CONTRIBUTING.md", "SECURITY.md", "STYLE.md"].map(String::from).into_iter().chain(names).collect()
}

#[test]
fn links_lead_to_files() {
    let mut seen = 0;
    for page in pages() {
        let folder = repository(&page).parent().unwrap().to_path_buf();
        let text = read(&page);
        for event in pulldown_cmark::Parser::new(&text) {
            use pulldown_cmark::{Event, Tag};
            let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event else { continue };
            let path = dest_url.split('#').next().unwrap();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            seen += 1;
            assert!(folder.join(path).exists(), "{page}: {dest_url}");
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn commands_in_pages_have_options_that_exist() {
    let mut seen = 0;
    for page in pages() {
        let text = read(&page);
        for line in blocks(&text, "sh").iter().flat_map(|block| block.lines()) {
            let command = line.split(" #").next().unwrap().split(" > ").next().unwrap();
            let mut words = command.split_whitespace();
            if words.next() != Some("kfplint") {
                continue;
            }
            seen += 1;
            let args = std::iter::once("kfplint").chain(words).map(Into::into);
            if let Err(error) = kfplint::cli::parse(args) {
                panic!("{page}: {line}\n{error}");
            }
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn the_readme_is_short() {
    let words = read("README.md").split_whitespace().count();
    assert!(words < 1250, "{words} words: details belong to pages under docs/");
}
