//! How many findings of each rule there are, for `--statistics`.

use super::{Page, Style};
use crate::diagnostic::Level;
use crate::report::{Report, url, word};
use std::cmp::Reverse;
use std::collections::BTreeMap;

pub fn write(report: &Report, page: &mut Page) {
    let mut rules: BTreeMap<(&str, &str), (usize, usize, Level)> = BTreeMap::new();
    for finding in report.open().map(|d| &d.finding) {
        let (count, fixable, worst) = rules.entry((finding.code, finding.name)).or_insert((0, 0, finding.level));
        *count += 1;
        *fixable += usize::from(!finding.fixes.is_empty());
        *worst = finding.level.max(*worst);
    }
    let mut rows: Vec<_> = rules.into_iter().collect();
    rows.sort_by_key(|((code, _), (count, ..))| (Reverse(*count), *code));
    let digits = rows.iter().map(|(_, (count, ..))| count.to_string().len()).max().unwrap_or(0);
    let names = rows.iter().map(|((_, name), _)| name.len()).max().unwrap_or(0);
    for ((code, name), (count, fixable, level)) in &rows {
        page.put(Style::Plain, &format!("{count:>digits$}  "));
        page.link(Style::Bold, code, url(code));
        page.put(Style::Plain, &format!(" {name:names$}  "));
        let style = match level {
            Level::Error => Style::Bad,
            Level::Warning => Style::Open,
            Level::Note => Style::Note,
        };
        page.put(style, &format!("{:7}", word(*level)));
        if *fixable > 0 {
            page.put(Style::Dim, &format!("  {fixable} fixable"));
        }
        page.end();
    }
    if !rows.is_empty() {
        page.end();
    }
}
