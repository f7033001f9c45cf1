//! The rooms of the pipeline one by one, taken by hand: for benches and for the guard of counted work.

#![allow(dead_code)] // each user takes what it needs

use kfplint::base::budget::Budget;
use kfplint::base::source::Sources;
use kfplint::diagnostic::RootReport;
use kfplint::engine::{Session, Settings};
use kfplint::graph::Graph;
use kfplint::judge::check_root;
use kfplint::load::Root;
use kfplint::plan::StaticPlan;
use kfplint::profile::Profile;
use kfplint::report::{Format, Report, ReportStyle};
use std::path::Path;

/// A configuration that was found, read and parsed.
pub struct Read {
    /// The session that has read it.
    pub session: Session,
}

impl Read {
    /// Finds, reads and parses all that is in a folder.
    pub fn of(dir: &Path) -> Read {
        Read { session: Session::new(Settings::of(dir)).expect("root modules") }
    }

    /// The static plan of a root module.
    pub fn plan(&self, root: &Root) -> StaticPlan {
        self.session.plan(root, None).expect("no values are read")
    }

    /// All root modules, judged one after the other.
    pub fn check(&self) -> Vec<RootReport> {
        let check = |root: &Root| self.session.check_root(root, None).expect("no values are read");
        self.session.roots().iter().map(check).collect()
    }

    /// The report of the whole.
    pub fn report(&self, roots: Vec<RootReport>) -> Report {
        Report::new(roots, Vec::new(), self.session.loader().files_read(), self.session.sources())
    }
}

/// The graph of a plan, and all rules over it.
pub fn rules(plan: &StaticPlan) -> RootReport {
    let budget = Budget::default();
    check_root(plan, &Graph::build(plan, Profile::kfp(), &budget), &budget)
}

/// A report in a format, for readers without a terminal.
pub fn write(format: Format, report: &Report, sources: &Sources) -> String {
    format.text(report, sources, ReportStyle::FILE)
}
