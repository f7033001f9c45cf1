//! How much work a run does, counted and never timed: files read, modules assembled, allocations. A cache that is lost, memory
//! that is never given back, and cost that grows faster than the input show here, on any machine.
//!
//! What costs time without allocating is not counted; `benches/peers.py` measures that.

#[path = "../benches/generate.rs"]
mod generate;
#[path = "../benches/rooms.rs"]
mod rooms;

use allocation_counter::{AllocationInfo, measure};
use kfplint::report::{Detail, Format, Report, ReportStyle};
use rooms::{Read, write};
use std::path::Path;
use std::sync::Arc;

/// Twice the input may take so many times the work: twice, and what maps and vectors grow by in steps.
const TWICE: f64 = 2.1;

/// Allocations that one more root module with four calls may cost, from reading its files to its findings. It is 3 126 with
/// locations, members and the limits of GKE judged too; if a change makes more of them on purpose, write down the new number.
const MOST_PER_ROOT: u64 = 3_200;

/// Does some work on one thread, so that every allocation of it is counted.
fn counted(work: impl FnOnce() + Send) -> AllocationInfo {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().expect("a thread");
    pool.install(|| measure(work))
}

/// A folder with a configuration in it.
fn made(write: impl Fn(&Path)) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path());
    dir
}

fn repository(roots: usize) -> tempfile::TempDir {
    made(|dir| generate::repository(dir, roots, 4, 4))
}

/// The allocations of a whole run over a folder.
fn run(dir: &Path) -> AllocationInfo {
    counted(|| {
        let read = Read::of(dir);
        let report = read.report(read.check());
        assert!(!read.session.roots().is_empty() && report.coverage.skipped.is_empty());
    })
}

#[test]
fn each_file_is_read_once_and_each_module_assembled_once() {
    let dir = repository(20);
    let read = Read::of(dir.path());
    assert_eq!(read.session.roots().len(), 20);
    let reports = read.check();
    assert_eq!(reports.iter().map(|r| r.clusters.len()).sum::<usize>(), 80);
    let files = 4 * 3 + 20 * 2;
    assert_eq!(
        read.session.loader().files_read(),
        files,
        "files read for 4 modules of 3 files and 20 root modules of 2"
    );
    assert_eq!(read.session.sources().len(), files, "texts kept");
    let module = dir.path().join("modules/platform-000").canonicalize().expect("a module");
    let evaluator = read.session.evaluator(None).expect("no values are read");
    let (once, again) = (evaluator.module(&module), evaluator.module(&module));
    assert!(Arc::ptr_eq(&once.expect("a module"), &again.expect("a module")), "the module was assembled anew");
}

#[test]
fn work_grows_with_the_number_of_roots_and_no_faster() {
    let (small, large) = (repository(20), repository(40));
    run(small.path()); // what is made once in a process is not counted
    let (few, many) = (run(small.path()), run(large.path()));
    grows_in_step("root modules", few.count_total, many.count_total);
    grows_in_step("bytes for root modules", few.bytes_total, many.bytes_total);
    let each = (many.count_total - few.count_total) / 20;
    assert!(each <= MOST_PER_ROOT, "{each} allocations for one more root module, and not {MOST_PER_ROOT} at most");
}

#[test]
fn what_was_evaluated_for_a_root_is_given_back() {
    let dir = repository(2);
    let read = Read::of(dir.path());
    read.check();
    let left = counted(|| {
        let report = read.session.check_root(&read.session.roots()[1], None).expect("no values are read");
        assert_eq!(report.clusters.len(), 4);
    });
    assert_eq!((left.count_current, left.bytes_current), (0, 0), "allocations and bytes that nobody frees");
}

#[test]
fn work_grows_with_a_root_and_no_faster() {
    for (shape, size) in
        [("instances", 100), ("resources", 200), ("locals", 1000), ("calls", 50), ("findings", 50), ("grants", 50)]
    {
        let shape = generate::SHAPES.iter().find(|s| s.name == shape).expect("a shape");
        let (small, large) = (made(|dir| (shape.write)(dir, size)), made(|dir| (shape.write)(dir, 2 * size)));
        run(small.path());
        let (few, many) = (run(small.path()), run(large.path()));
        grows_in_step(shape.counts, few.count_total, many.count_total);
        grows_in_step(shape.counts, few.bytes_total, many.bytes_total);
    }
}

#[test]
fn reports_grow_with_the_findings_and_no_faster() {
    let measured = |count: usize| {
        let dir =
            made(|dir| (generate::SHAPES.iter().find(|s| s.name == "findings").expect("a shape").write)(dir, count));
        let read = Read::of(dir.path());
        let report = read.report(read.check());
        Format::ALL.map(|format| {
            let write = |out: &mut Sink| format.write(&report, read.session.sources(), ReportStyle::FILE, out);
            let bytes = counted(|| write(&mut Sink::default()).expect("nothing fails")).bytes_total;
            (format.name(), bytes)
        })
    };
    measured(10);
    for ((format, few), (_, many)) in measured(50).into_iter().zip(measured(100)) {
        grows_in_step(format, few, many);
    }
}

/// Counts bytes and keeps none.
#[derive(Default)]
struct Sink(u64);

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A report on so many clusters with five findings each.
fn report_on(clusters: usize) -> (Read, Report) {
    let shape = generate::SHAPES.iter().find(|s| s.name == "findings").expect("a shape");
    let dir = made(|dir| (shape.write)(dir, clusters));
    let read = Read::of(dir.path());
    let report = read.report(read.check());
    (read, report)
}

/// The bytes of a report, and how many are in memory at most while it is written.
fn streamed(format: Format, read: &Read, report: &Report) -> (u64, u64) {
    let (mut sink, style) = (Sink::default(), ReportStyle::FILE);
    let most = counted(|| format.write(report, read.session.sources(), style, &mut sink).expect("nothing fails"));
    (sink.0, most.bytes_max)
}

#[test]
fn reports_are_written_without_a_second_copy() {
    let reports = [100, 200].map(report_on);
    // Formats that tell a finding once keep what they have told.
    for format in [Format::Json, Format::Sarif, Format::Html, Format::Gitlab] {
        streamed(format, &reports[0].0, &reports[0].1); // what is made once in a process is not counted
        let [few, many] = reports.each_ref().map(|(read, report)| streamed(format, read, report));
        let (written, kept) = (many.0 - few.0, many.1.saturating_sub(few.1));
        assert!(written > 20_000 && kept * 5 < written, "{format:?}: {kept} bytes in memory for {written} more");
    }
}

#[test]
fn a_quiet_report_is_no_copy_of_the_report() {
    let (read, report) = report_on(200);
    let style = ReportStyle { detail: Detail::Quiet, ..ReportStyle::FILE };
    let most = counted(|| {
        let written = Format::Gitlab.write(&report, read.session.sources(), style, &mut Sink::default());
        written.expect("nothing fails");
    });
    let findings = report.diagnostics.len() * size_of::<kfplint::diagnostic::Finding>();
    assert!(most.bytes_max < findings as u64 / 3, "{} bytes in memory for {findings} of findings", most.bytes_max);
}

#[test]
fn joined_reports_are_in_memory_once() {
    for format in [Format::Json, Format::Sarif] {
        let parts = [50, 100].map(|clusters| {
            let (read, report) = report_on(clusters);
            write(format, &report, read.session.sources())
        });
        let text: usize = parts.iter().map(String::len).sum();
        let [few, many] = parts.map(|text| {
            let reports = [("one".to_string(), text.clone()), ("two".to_string(), text)];
            counted(|| {
                let merged = kfplint::merge::merge(&reports).expect("two reports of one kind");
                merged.write(&mut Sink::default()).expect("nothing fails");
            })
        });
        let kept = many.bytes_max - few.bytes_max;
        assert!(kept * 3 < text as u64, "{format:?}: {kept} bytes beside {text} of the reports");
    }
}

fn grows_in_step(what: &str, few: u64, many: u64) {
    let times = many as f64 / few as f64;
    assert!(times <= TWICE, "{what}: twice the input takes {times:.2} times the work ({few}, then {many})");
}
