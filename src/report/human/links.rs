//! Hyperlinks of a terminal: "Hyperlinks in Terminal Emulators" (OSC 8).

use crate::report::place::uri_path;
use std::path::Path;

/// What ends a link.
pub const END: &str = "\x1b]8;;\x1b\\";

/// What begins a link to a URL.
pub fn begin(url: &str) -> String {
    format!("\x1b]8;;{url}\x1b\\")
}

/// The URL of a file; `None` where its full path cannot be told.
pub fn file(shown: &str) -> Option<String> {
    let path = std::path::absolute(Path::new(shown)).ok()?;
    let text = path.to_str()?.replace('\\', "/");
    Some(format!("file:///{}", uri_path(text.trim_start_matches('/'))))
}

/// Makes links of a finding's rule and of its places, in the text that the renderer made of it. `files` are the paths as
/// they are shown.
pub fn in_finding<'f>(
    text: &str,
    code: &str,
    url: Option<&str>,
    files: impl Iterator<Item = &'f str> + Clone,
) -> String {
    let mut out = String::with_capacity(text.len() + 256);
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let linked = match (at, url) {
            (0, Some(url)) => line.find(code).map(|from| (from, from + code.len(), url.to_string())),
            (0, None) => None,
            _ => place(line, files.clone()),
        };
        match linked {
            Some((from, to, url)) => {
                out.extend([&line[..from], &begin(&url), &line[from..to], END, &line[to..]]);
            }
            None => out.push_str(line),
        }
    }
    out
}

/// Where a line of the renderer's that names a place names it, and the file's URL.
fn place<'f>(line: &str, mut files: impl Iterator<Item = &'f str>) -> Option<(usize, usize, String)> {
    let corner = line.find("┌─")?;
    let (from, name) = files.find_map(|name| {
        let from = corner + line[corner..].find(&format!(" {name}:"))? + 1;
        Some((from, name))
    })?;
    Some((from, line.trim_end().len(), file(name)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_and_places_become_links_and_nothing_else() {
        let text = "error[KFP001 node-count]: KFP001\n ┌─ /x y/a.tf:1:2\n │ ┌─ /x y/b.tf\n";
        let linked = in_finding(text, "KFP001 node-count", Some("https://e/x"), ["/x y/a.tf"].into_iter());
        let rule = "error[\x1b]8;;https://e/x\x1b\\KFP001 node-count\x1b]8;;\x1b\\]: KFP001\n";
        let place = " ┌─ \x1b]8;;file:///x%20y/a.tf\x1b\\/x y/a.tf:1:2\x1b]8;;\x1b\\\n";
        assert_eq!(linked, format!("{rule}{place} │ ┌─ /x y/b.tf\n"));
    }
}
