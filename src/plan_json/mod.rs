//! Reads documents into the same plan that the evaluator makes of a configuration: `terraform show -json` of a plan or a
//! state, and what gcloud and kubectl say of a cluster that exists. What a document is, its content says, not its name.

mod address;
mod compare;
mod error;
mod existing;
mod kind;
mod live;
mod locate;
mod overlay;
mod plan;
mod providers;
mod references;
mod state;
mod text;
mod values;

pub use compare::Comparison;
pub use error::DocumentError;
pub use kind::Kind;

use crate::base::budget::Budget;
use crate::diagnostic::RootReport;
use crate::eval::VariableOption;
use crate::graph::Graph;
use crate::plan::StaticPlan;
use crate::profile::Profile;
use crate::rule::check_root;
use live::{Piece, What};
use plan::Recorded;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// A document, read but not yet judged.
#[derive(Debug)]
pub struct Document {
    /// The file as the user would write it.
    pub file: String,
    /// What it is.
    pub kind: Kind,
    json: Json,
}

impl Document {
    /// Reads a document. The values of Kubernetes secrets are dropped here.
    ///
    /// # Errors
    /// What is wrong with it, where, and how to make one that is right.
    pub fn read(file: &str, bytes: Vec<u8>) -> Result<Document, DocumentError> {
        let mut json = text::parse(file, bytes)?;
        let kind = kind::of(file, &json)?;
        if kind == Kind::Live {
            live::drop_secrets(&mut json);
        }
        Ok(Document { file: file.to_string(), kind, json })
    }

    /// Where a static plan of the same configuration, in the shape of `terraform show -json`, differs from this one.
    pub fn compare(&self, fixed: &Json) -> Comparison {
        compare::compare(&self.json, fixed)
    }

    /// The values of input variables that it records.
    pub fn variables(&self) -> Option<VariableOption> {
        overlay::variables(&self.json)
    }

    fn pieces(&self) -> Vec<Piece<'_>> {
        live::of(&self.file, &self.json).unwrap_or_default()
    }
}

/// What is judged as a whole: a plan, a state, or all that describes clusters which exist.
#[derive(Debug)]
pub struct Subject {
    /// Its documents; one for a plan or state.
    documents: Vec<Document>,
}

impl Subject {
    /// The subjects of a run's documents, in their order.
    pub fn all(documents: Vec<Document>) -> Vec<Subject> {
        let (live, own): (Vec<Document>, Vec<Document>) = documents.into_iter().partition(|d| d.kind == Kind::Live);
        let own = own.into_iter().map(|document| Subject { documents: vec![document] });
        let live = Some(Subject { documents: live }).filter(|s| !s.documents.is_empty());
        own.chain(live).collect()
    }

    /// How reports name it: by its file; of several, by the first that describes a cluster.
    pub fn name(&self) -> String {
        let clusters = |document: &&Document| document.pieces().iter().any(|piece| piece.what == What::Cluster);
        let first = match self.kind() {
            Kind::Live => self.documents.iter().find(clusters).or(self.documents.first()),
            _ => self.documents.first(),
        };
        first.map(|document| document.file.clone()).unwrap_or_default()
    }

    /// How many files it has.
    pub fn files(&self) -> usize {
        self.documents.len()
    }

    /// Whether a configuration can lie beside it: it is a plan or a state.
    pub fn has_source(&self) -> bool {
        self.kind() != Kind::Live
    }

    /// The values of input variables that it records.
    pub fn variables(&self) -> Option<VariableOption> {
        self.documents.first().and_then(Document::variables)
    }

    /// Judges it; findings stand in the files of `source`, the evaluated configuration, where that is given.
    pub fn check(&self, source: Option<StaticPlan>, profile: &Profile, budget: &Budget) -> RootReport {
        let mut recorded = self.recorded();
        if let Some(source) = source {
            overlay::lay(&mut recorded, source);
        }
        let graph = Graph::build(&recorded.plan, profile, budget);
        let mut report = check_root(&recorded.plan, &graph, budget);
        match self.kind() {
            Kind::Plan => {}
            Kind::State | Kind::RawState => live::bound_existing(&mut report),
            Kind::Live => {
                let pieces: Vec<Piece> = self.documents.iter().flat_map(Document::pieces).collect();
                let given: BTreeSet<What> = pieces.iter().map(|p| p.what).collect();
                let is_account_policy =
                    |r: &crate::plan::Resource| &*r.type_name == "google_service_account_iam_policy";
                live::bound_live(&mut report, &given, recorded.plan.resources.iter().any(is_account_policy));
                live::speak_gcloud(&mut report, &recorded.plan);
            }
        }
        report.coverage.skipped.append(&mut recorded.gaps);
        locate::locate(&mut report, &recorded, &self.documents);
        report
    }

    fn kind(&self) -> Kind {
        self.documents.first().map_or(Kind::Live, |document| document.kind)
    }

    fn recorded(&self) -> Recorded {
        let mut recorded = match (self.kind(), self.documents.as_slice()) {
            (Kind::Plan, [document, ..]) => plan::read(&document.file, &document.json),
            (Kind::State, [document, ..]) => state::shown(&document.file, &document.json),
            (Kind::RawState, [document, ..]) => state::raw(&document.file, &document.json),
            (_, documents) => live::build(&documents.iter().flat_map(Document::pieces).collect::<Vec<_>>()),
        };
        recorded.plan.root = self.name();
        recorded.plan.files = self.files();
        existing::settle(&mut recorded);
        recorded
    }
}
