//! A rule as data: what is fixed about it and its checks, their answers, and how findings are built.

use crate::base::budget::Budget;
use crate::base::source::Span;
use crate::cty::value::{Deciders, ReasonKind, Reasons};
use crate::diagnostic::{Edit, Finding, Label, Level, Location, Status};
use crate::graph::Graph;
use crate::graph::cluster::Cluster;
use crate::graph::view::AttributePlace;

/// A rule: what is fixed about it, and its checks. Where it has none, its findings are made elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its code, such as `KFP001`.
    pub code: &'static str,
    /// Its name, such as `node-count`.
    pub name: &'static str,
    /// How bad its findings are.
    pub level: Level,
    /// Its page, in Markdown, with examples that the tests execute.
    pub page: &'static str,
    /// Its answer for one cluster.
    pub cluster: Option<fn(&Context, &Cluster) -> Answer>,
    /// What it finds in the root as a whole.
    pub root: Option<fn(&Context) -> Vec<Finding>>,
}

impl Rule {
    /// A rule whose findings are made before the rules run, or after them.
    pub const fn without_check(code: &'static str, name: &'static str, level: Level, page: &'static str) -> Rule {
        Rule { code, name, level, page, cluster: None, root: None }
    }

    /// One sentence that says what the rule finds: the first paragraph under the page's title.
    pub fn summary(&self) -> &'static str {
        let body = self.page.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        body.split("\n\n").next().unwrap_or("").trim()
    }

    /// Starts a finding of this rule.
    pub fn finding(&self, message: impl Into<String>) -> Draft {
        Draft(Finding::new((self.code, self.name), self.level, message, Location::Whole))
    }
}

/// What rules see.
#[derive(Clone, Copy, Debug)]
pub struct Context<'p> {
    /// The graph of the root module.
    pub graph: &'p Graph<'p>,
    /// For the answer about a cluster: what the same rule found in the root as a whole.
    pub found: &'p [Finding],
    /// How long the run may take: a rule that compares everything with everything asks it.
    pub budget: &'p Budget,
}

/// A rule's answer for one cluster, with its findings.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer.
    pub status: Status,
    /// Why, one sentence.
    pub reason: String,
    /// What would decide it; empty unless undecided.
    pub decides: Deciders,
    /// The codes of the rules whose findings tell of it, where they find the same fault: it then has no findings of its own,
    /// and does not hold.
    pub because_of: Vec<&'static str>,
    /// Another level than the rule's own, where what is found here is less bad.
    pub level: Option<Level>,
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Answer {
    /// The requirement holds.
    pub fn met(reason: impl Into<String>) -> Answer {
        let (decides, because_of, findings) = (Deciders::default(), Vec::new(), Vec::new());
        Answer { status: Status::Met, reason: reason.into(), decides, because_of, level: None, findings }
    }

    /// It does not apply.
    pub fn not_applicable(reason: impl Into<String>) -> Answer {
        Answer { status: Status::NotApplicable, ..Answer::met(reason) }
    }

    /// It does not hold.
    pub fn unmet(reason: impl Into<String>, findings: Vec<Finding>) -> Answer {
        Answer { status: Status::Unmet, findings, ..Answer::met(reason) }
    }

    /// It cannot be known; `decides` has the inputs that would decide it, or the reasons for which it is not known. Where no
    /// input decides, the argument that its finding is about stands for it.
    pub fn undecided(reason: impl Into<String>, decides: impl Into<Deciders>, findings: Vec<Finding>) -> Answer {
        Answer { status: Status::Undecided, decides: decides.into(), findings, ..Answer::met(reason) }
    }

    /// The answer where it hangs on something that is not known (`doubt`, for these reasons): what does not hold, or may
    /// not, is then undecided, and its findings are warnings.
    pub fn if_so(self, doubt: &str, reasons: &Reasons) -> Answer {
        if !matches!(self.status, Status::Unmet | Status::Undecided) {
            return self;
        }
        let decides: Deciders = [reasons.into(), self.decides].into_iter().collect();
        let soften = |mut f: Finding| {
            f.level = f.level.min(Level::Warning);
            f.help.push(format!("undecided whether {doubt}: {}", reasons.because()));
            Draft(f).reasons(reasons).0
        };
        let findings = self.findings.into_iter().map(soften).collect();
        let reason = format!("undecided whether {doubt}; if so: {}", self.reason);
        Answer { level: self.level, ..Answer::undecided(reason, decides, findings) }
    }

    /// The answer folds into those of these rules, as far as they are not met: one fault is found once.
    pub fn because_of(self, codes: &[&'static str]) -> Answer {
        Answer { because_of: codes.to_vec(), ..self }
    }

    /// The answer at another level than the rule's own: one of a warning does not decide the verdict.
    pub fn at_level(self, level: Level) -> Answer {
        Answer { level: Some(level), ..self }
    }

    /// Adds a finding that does not change the answer.
    pub fn with(mut self, finding: Finding) -> Answer {
        self.findings.push(finding);
        self
    }
}

/// A finding without a place: it becomes one with [`Draft::at`] or [`Draft::on`].
#[derive(Clone, Debug)]
pub struct Draft(Finding);

impl Draft {
    /// The cluster that it concerns.
    pub fn cluster(mut self, cluster: &Cluster) -> Draft {
        self.0.cluster = Some(cluster.address().to_string());
        self
    }

    /// Another level than the rule's own.
    pub fn level(mut self, level: Level) -> Draft {
        self.0.level = level;
        self
    }

    /// A further place.
    pub fn related(mut self, place: &AttributePlace, message: impl Into<String>) -> Draft {
        if let Some(span) = place.span {
            self.0.related.push(Label { span, message: message.into() });
        }
        self
    }

    /// What to do.
    pub fn help(mut self, help: impl Into<String>) -> Draft {
        self.0.help.push(help.into());
        self
    }

    /// What the help says to write, and where.
    pub fn write(mut self, edits: impl IntoIterator<Item = Edit>) -> Draft {
        self.0.write.extend(edits);
        self
    }

    /// Where each reason stands, and what to set.
    pub fn reasons(mut self, reasons: &Reasons) -> Draft {
        for reason in reasons.iter() {
            if let Some(span) = reason.span
                && Some(span) != self.0.span()
            {
                self.0.related.push(Label { span, message: reason.kind.to_string() });
            }
            if let ReasonKind::Variable(name) = &reason.kind {
                self.0.help.push(format!("set it with -var {name}=…, or in a terraform.tfvars file"));
            }
            if let ReasonKind::NotGiven(what, _) = &reason.kind {
                self.0.help.push(format!("add {what}"));
            }
        }
        self
    }

    /// Ends with the primary place, where no resource is concerned.
    pub fn on(mut self, span: Span, message: impl Into<String>) -> Finding {
        self.0.primary = span.into();
        self.0.primary_message = message.into();
        self.0
    }

    /// Ends with the primary place, on the resource of this address.
    pub fn at(mut self, address: &str, place: &AttributePlace, message: impl Into<String>) -> Finding {
        self.0.address = Some(address.to_string());
        self.0.attribute = Some(place.attribute.clone()).filter(|a| !a.is_empty());
        self.0.primary = place.span.into();
        self.0.primary_message = message.into();
        self.0.trace.clone_from(&place.trace);
        self.0
    }
}
