//! Plans as documents. Reads `terraform show -json` of a plan or a state, and what gcloud and kubectl say of a cluster that
//! exists, into the same plan that the evaluator makes of a configuration; writes such a plan as Terraform does. A
//! document's content says what it is, not its name.

mod compare;
mod error;
mod existing;
mod kind;
mod live;
mod overlay;
mod plan;
mod providers;
mod references;
mod state;
mod text;
mod values;
mod write;

pub use compare::Comparison;
pub use error::DocumentError;
pub use kind::DocumentKind;
pub use live::What;
pub use plan::Recorded;
pub use write::{write, write_in_full};

use crate::eval::VariableOption;
use crate::plan::StaticPlan;
use live::DocumentPiece;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// A document.
#[derive(Debug)]
pub struct Document {
    /// The file as the user would write it.
    pub file: String,
    /// What it is.
    pub kind: DocumentKind,
    json: Json,
    /// How large its text is, in bytes.
    bytes: usize,
}

impl Document {
    /// Reads a document. The values of Kubernetes secrets are dropped here.
    ///
    /// # Errors
    /// What is wrong with it, where, and how to make one that is right.
    pub fn read(file: &str, bytes: Vec<u8>) -> Result<Document, DocumentError> {
        let (mut json, bytes) = text::parse(file, bytes)?;
        let kind = kind::of(file, &json)?;
        if kind == DocumentKind::Live {
            live::drop_secrets(&mut json);
        }
        Ok(Document { file: file.to_string(), kind, json, bytes })
    }

    /// Where a static plan of the same configuration, in the shape of `terraform show -json`, differs from this one.
    pub fn compare(&self, fixed: &Json) -> Comparison {
        compare::compare(&self.json, fixed)
    }

    /// The values of input variables that it records.
    pub fn variables(&self) -> Option<VariableOption> {
        overlay::variables(&self.json)
    }

    fn pieces(&self) -> Vec<DocumentPiece<'_>> {
        live::of(&self.file, &self.json).unwrap_or_default()
    }
}

/// What is judged as a whole: a plan, a state, or all that describes clusters which exist.
#[derive(Debug)]
pub struct DocumentSubject {
    /// Its documents; one for a plan or state.
    documents: Vec<Document>,
}

impl DocumentSubject {
    /// The subjects of a run's documents, in their order.
    pub fn all(documents: Vec<Document>) -> Vec<DocumentSubject> {
        let (live, own): (Vec<Document>, Vec<Document>) =
            documents.into_iter().partition(|d| d.kind == DocumentKind::Live);
        let own = own.into_iter().map(|document| DocumentSubject { documents: vec![document] });
        let live = Some(DocumentSubject { documents: live }).filter(|s| !s.documents.is_empty());
        own.chain(live).collect()
    }

    /// How reports name it: by its file; of several, by the first that describes a cluster.
    pub fn name(&self) -> String {
        let clusters = |document: &&Document| document.pieces().iter().any(|piece| piece.what == What::Cluster);
        let first = match self.kind() {
            DocumentKind::Live => self.documents.iter().find(clusters).or(self.documents.first()),
            _ => self.documents.first(),
        };
        first.map(|document| document.file.clone()).unwrap_or_default()
    }

    /// How many files it has.
    pub fn files(&self) -> usize {
        self.documents.len()
    }

    /// How many bytes its documents have.
    pub fn bytes(&self) -> usize {
        self.documents.iter().map(|document| document.bytes).sum()
    }

    /// Whether a configuration can lie beside it: it is a plan or a state.
    pub fn has_source(&self) -> bool {
        self.kind() != DocumentKind::Live
    }

    /// The values of input variables that it records.
    pub fn variables(&self) -> Option<VariableOption> {
        self.documents.first().and_then(Document::variables)
    }

    /// The plan that it records; places and origins are those of `source`, the evaluated configuration, where that is given.
    pub fn plan(&self, source: Option<StaticPlan>) -> Recorded {
        let mut recorded = self.recorded();
        if let Some(source) = source {
            overlay::lay(&mut recorded, source);
        }
        recorded
    }

    /// What its documents describe, where it is of clusters that exist.
    pub fn described(&self) -> BTreeSet<What> {
        self.documents.iter().flat_map(Document::pieces).map(|piece| piece.what).collect()
    }

    /// The content of one of its documents.
    pub fn document(&self, file: &str) -> Option<&Json> {
        self.documents.iter().find(|document| document.file == file).map(|document| &document.json)
    }

    /// What it is.
    pub fn kind(&self) -> DocumentKind {
        self.documents.first().map_or(DocumentKind::Live, |document| document.kind)
    }

    fn recorded(&self) -> Recorded {
        let mut recorded = match (self.kind(), self.documents.as_slice()) {
            (DocumentKind::Plan, [document, ..]) => plan::read(&document.file, &document.json),
            (DocumentKind::State, [document, ..]) => state::shown(&document.file, &document.json),
            (DocumentKind::RawState, [document, ..]) => state::raw(&document.file, &document.json),
            (_, documents) => live::build(&documents.iter().flat_map(Document::pieces).collect::<Vec<_>>()),
        };
        recorded.plan.root = self.name();
        recorded.plan.files = self.files();
        existing::settle(&mut recorded);
        recorded
    }
}
