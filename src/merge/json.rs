//! kfplint's JSON reports.

use super::{Counts, NamedReport, Reread, Seen, once, sorted};
use crate::diagnostic::{Level, Verdict};
use crate::report::model::{
    JsonBaseline, JsonCluster, JsonConfiguration, JsonCoverage, JsonDiagnostic, JsonReport, JsonSummary, Streamed,
    VERSION,
};
use crate::report::write_json;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::io::{Result, Write};

/// A report whose clusters and findings are still text.
type Unread<'t> = JsonReport<'static, Vec<&'t RawValue>, Vec<&'t RawValue>>;

/// Several reports as one.
pub struct JsonReports<'t> {
    /// All but its lists.
    whole: JsonReport<'static, (), ()>,
    /// Its clusters, in order.
    clusters: Vec<&'t RawValue>,
    /// Its findings, in order.
    findings: Vec<&'t RawValue>,
}

impl<'t> JsonReports<'t> {
    /// Reads and orders all that is in the reports.
    ///
    /// # Errors
    /// Which of them is of another version.
    pub fn of(reports: &'t [NamedReport]) -> std::result::Result<(JsonReports<'t>, Counts), String> {
        let (mut all, mut clusters, mut findings) = (Vec::new(), Clusters::default(), Findings::default());
        for (name, text) in reports {
            let mut report: Unread = serde_json::from_str(text).map_err(|e| unknown(name, &e))?;
            for raw in std::mem::take(&mut report.clusters) {
                clusters.add(raw, &typed(name, raw)?);
            }
            for raw in std::mem::take(&mut report.diagnostics) {
                findings.add(raw, &typed(name, raw)?);
            }
            all.push(report);
        }
        let coverage = coverage(&mut all);
        let is_open = !coverage.skipped.is_empty() || coverage.modules_missing.iter().any(|module| !module.known);
        let is_without = clusters.all.is_empty();
        let verdict = if clusters.any(Verdict::NotReady) || findings.counts.errors > 0 {
            Verdict::NotReady
        } else if is_without || is_open || clusters.any(Verdict::Undecided) {
            Verdict::Undecided
        } else {
            Verdict::Ready
        };
        let Counts { errors, warnings, notes } = findings.counts;
        let whole = JsonReport {
            version: VERSION,
            kfplint: all.first().map(|report| report.kfplint.clone()).unwrap_or_default(),
            verdict,
            clusters: (),
            diagnostics: (),
            coverage,
            configuration: configuration(&all),
            summary: JsonSummary { errors, warnings, notes, suppressed: findings.suppressed },
            shard: None,
            baseline: baseline(&all),
            since: None,
        };
        let counts = findings.counts;
        Ok((JsonReports { whole, clusters: clusters.ordered(), findings: findings.ordered() }, counts))
    }

    /// Writes the joined report.
    ///
    /// # Errors
    /// What `out` gives.
    pub fn write(&self, out: &mut impl Write) -> Result<()> {
        let JsonReport { version, kfplint, verdict, coverage, configuration, summary, baseline, .. } =
            self.whole.clone();
        let clusters = Streamed(|| self.clusters.iter().map(|raw| Reread::<JsonCluster>::of(raw)));
        let diagnostics = Streamed(|| self.findings.iter().map(|raw| Reread::<JsonDiagnostic>::of(raw)));
        let (shard, since) = (None, None);
        let joined = JsonReport {
            version,
            kfplint,
            verdict,
            clusters,
            diagnostics,
            coverage,
            configuration,
            summary,
            shard,
            baseline,
            since,
        };
        write_json(&joined, out)
    }
}

fn unknown(name: &str, error: &serde_json::Error) -> String {
    format!("`{name}` is a report that this kfplint does not understand ({error}): use the kfplint that wrote it")
}

fn typed<T: DeserializeOwned>(name: &str, raw: &RawValue) -> std::result::Result<T, String> {
    serde_json::from_str(raw.get()).map_err(|e| unknown(name, &e))
}

#[derive(Default)]
struct Clusters<'t> {
    all: Vec<((String, String), &'t RawValue)>,
    seen: Seen,
    verdicts: Vec<Verdict>,
}

impl<'t> Clusters<'t> {
    fn add(&mut self, raw: &'t RawValue, cluster: &JsonCluster) {
        if self.seen.is_new(cluster) {
            self.all.push(((cluster.root.to_string(), cluster.address.to_string()), raw));
            self.verdicts.push(cluster.verdict);
        }
    }

    fn any(&self, verdict: Verdict) -> bool {
        self.verdicts.contains(&verdict)
    }

    fn ordered(mut self) -> Vec<&'t RawValue> {
        self.all.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.all.into_iter().map(|(_, raw)| raw).collect()
    }
}

/// Where a finding stands among others: by file, place and code; those without a place last. Files stand by their numbers.
type FindingKey = (bool, usize, [u32; 2], String);

#[derive(Default)]
struct Findings<'t> {
    all: Vec<(FindingKey, &'t RawValue)>,
    seen: Seen,
    /// The numbers of the files, in the order in which they come.
    files: HashMap<String, usize>,
    counts: Counts,
    suppressed: usize,
}

impl<'t> Findings<'t> {
    fn add(&mut self, raw: &'t RawValue, finding: &JsonDiagnostic) {
        if !self.seen.is_new(finding) {
            return;
        }
        match (finding.suppressed.is_some(), finding.level) {
            (true, _) => self.suppressed += 1,
            (false, Level::Error) => self.counts.errors += 1,
            (false, Level::Warning) => self.counts.warnings += 1,
            (false, Level::Note) => self.counts.notes += 1,
        }
        let (file, range) = match &finding.primary {
            Some(at) => (&*at.file, [at.start.offset, at.end.offset]),
            None => ("", [0, 0]),
        };
        let next = self.files.len();
        let number = match self.files.get(file) {
            Some(number) => *number,
            None => *self.files.entry(file.to_string()).or_insert(next),
        };
        self.all.push(((finding.primary.is_none(), number, range, finding.code.to_string()), raw));
    }

    fn ordered(mut self) -> Vec<&'t RawValue> {
        let mut files: Vec<(String, usize)> = self.files.into_iter().collect();
        files.sort();
        let mut ranks = vec![0; files.len()];
        for (rank, (_, number)) in files.iter().enumerate() {
            ranks.get_mut(*number).into_iter().for_each(|place| *place = rank);
        }
        let rank = |number: usize| ranks.get(number).copied();
        self.all.sort_by(|((a, file_a, range_a, code_a), _), ((b, file_b, range_b, code_b), _)| {
            (a, rank(*file_a), range_a, code_a).cmp(&(b, rank(*file_b), range_b, code_b))
        });
        self.all.into_iter().map(|(_, raw)| raw).collect()
    }
}

fn coverage(reports: &mut [Unread]) -> JsonCoverage<'static> {
    let mut all = JsonCoverage::default();
    for report in reports {
        let own = std::mem::take(&mut report.coverage);
        all.files += own.files;
        all.skipped.extend(own.skipped);
        all.modules_missing.extend(own.modules_missing);
        all.undecided_blocks.extend(own.undecided_blocks);
    }
    JsonCoverage {
        files: all.files,
        skipped: sorted(all.skipped.into_iter()),
        modules_missing: sorted(all.modules_missing.into_iter()),
        undecided_blocks: sorted(all.undecided_blocks.into_iter()),
    }
}

fn configuration(reports: &[Unread]) -> Option<JsonConfiguration<'static>> {
    let mut all = reports.iter().filter_map(|report| report.configuration.as_ref());
    let file = all.next()?.file.clone();
    let turns_off = reports.iter().filter_map(|report| report.configuration.as_ref());
    let turns_off = once(turns_off.flat_map(|c| c.turns_off.iter()).cloned());
    Some(JsonConfiguration { file, turns_off: turns_off.into() })
}

fn baseline(reports: &[Unread]) -> Option<JsonBaseline<'static>> {
    let all = || reports.iter().filter_map(|report| report.baseline.as_ref());
    all().next()?;
    let gone = once(all().flat_map(|baseline| baseline.gone.iter()).cloned());
    Some(JsonBaseline { known: all().map(|baseline| baseline.known).sum(), gone: gone.into() })
}
