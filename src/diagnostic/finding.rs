//! One finding: where it stands, how its value came there, and what else explains it.

use super::{Edit, Fix, Location, words};
use crate::base::source::Span;
use crate::resolve::provenance::{Step, origin};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Likely to hurt.
    Warning,
    /// KFP will not work, or the configuration is wrong.
    Error,
}

/// A further place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub message: String,
}

/// Rules that always count: what kfplint could not read or did not look at cannot be suppressed, lowered, or kept in a
/// baseline.
pub const ALWAYS: [&str; 2] = ["TF001", "TF006"];

/// One finding. It has exactly one primary place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's code, such as `KFP001`.
    pub code: &'static str,
    /// The rule's name, such as `node-count`.
    pub name: &'static str,
    /// How bad it is.
    pub level: Level,
    /// One sentence, without a full stop at the end.
    pub message: String,
    /// The resource's full address, if it is about one.
    pub address: Option<String>,
    /// The attribute's path in that resource, such as `node_config.machine_type`; part of the fingerprint.
    pub attribute: Option<String>,
    /// The address of the cluster that it concerns.
    pub cluster: Option<String>,
    /// The roles whose grant it asks for.
    pub roles: Vec<String>,
    /// How many nodes are missing, where that is the fault.
    pub nodes_missing: Option<u64>,
    /// Where the fault is.
    pub primary: Location,
    /// What is to be seen at the primary place, in a few words.
    pub primary_message: String,
    /// How the value came to the primary place, nearest first.
    pub trace: Vec<Step>,
    /// Other places, in the order in which they are to be read.
    pub related: Vec<Label>,
    /// What to do, each a sentence or a piece of Terraform.
    pub help: Vec<String>,
    /// What the help says to write, and where; empty where it says nothing to write, or a fix writes just that.
    pub write: Vec<Edit>,
    /// Ready changes.
    pub fixes: Vec<Fix>,
    /// Set aside by the user: it counts nowhere.
    pub suppressed: Option<Suppressed>,
}

impl Finding {
    /// A finding of the rule with this code and name.
    pub fn new(
        (code, name): (&'static str, &'static str),
        level: Level,
        message: impl Into<String>,
        primary: Location,
    ) -> Finding {
        Finding {
            code,
            name,
            level,
            message: message.into(),
            address: None,
            attribute: None,
            cluster: None,
            roles: Vec::new(),
            nodes_missing: None,
            primary,
            primary_message: String::new(),
            trace: Vec::new(),
            related: Vec::new(),
            help: Vec::new(),
            write: Vec::new(),
            fixes: Vec::new(),
            suppressed: None,
        }
    }

    /// The text at the primary place, if it is in a file.
    pub fn span(&self) -> Option<Span> {
        self.primary.span()
    }

    /// Gives other places to the text that it is about. Changes of text that lies elsewhere are dropped.
    pub fn relocate(&mut self, place: &dyn Fn(Span) -> Span) {
        if let Location::Span(span) = &mut self.primary {
            *span = place(*span);
        }
        self.fixes.retain(|fix| fix.edits.iter().all(|edit| place(edit.span) == edit.span));
        self.related.iter_mut().for_each(|label| label.span = place(label.span));
        self.trace.iter_mut().for_each(|step| step.span = place(step.span));
    }

    /// The place of the literal that a user would edit: where the trace ends.
    pub fn origin(&self) -> Option<&Step> {
        origin(&self.trace)
    }

    /// The message with the place in a document, which no excerpt shows.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.primary {
            Location::Pointer(pointer) => format!("{} ({pointer})", self.message).into(),
            _ => (&self.message).into(),
        }
    }

    /// What to write so that it vanishes, as its help says: the edits of its first fix where nothing else is said.
    pub fn written(&self) -> &[Edit] {
        match self.fixes.first() {
            Some(fix) if self.write.is_empty() => &fix.edits,
            _ => &self.write,
        }
    }

    /// Each place and each piece of help once.
    pub fn tidy(&mut self) {
        let primary = self.span();
        // The whole of which the primary place is a part tells nothing more.
        let around = |step: &Step| {
            primary.is_some_and(|p| p.file == step.span.file && step.span.start <= p.start && p.end <= step.span.end)
        };
        self.trace.retain(|step| !around(step));
        if !self.related.is_empty() {
            let mut seen: BTreeSet<_> = self.trace.iter().map(|step| (step.span, words::step(&step.kind))).collect();
            let mut is_new = |label: &Label| seen.insert((label.span, label.message.clone()));
            self.related.retain(|l| Some(l.span) != primary && !l.span.is_fact() && is_new(l));
        }
        if self.help.len() > 1 {
            let mut seen = BTreeSet::new();
            self.help.retain(|help| seen.insert(help.clone()));
        }
    }
}

/// How a finding was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// Why, in the user's words.
    pub reason: Option<String>,
    /// The last day on which it is, as `2027-01-31`.
    pub until: Option<String>,
    /// Where that is written.
    pub location: Span,
    /// Whether the configuration says so, and not a comment.
    pub configured: bool,
}
