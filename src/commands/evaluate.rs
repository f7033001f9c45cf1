//! `kfplint evaluate`.

use super::settings::{Single, stdin};
use super::{FINDINGS, Failure, READY, output};
use crate::cli::EvaluateArgs;
use crate::diagnostic::{Level, RootReport};
use crate::engine::{self, Session, SessionError};
use crate::load::Root;
use crate::plan_json::{self, DocumentKind};
use crate::report::{self, Detail, Report, plural};
use crate::tree::Tree;
use std::path::{Path, PathBuf};

/// Prints the static plan of a root module, or where it differs from a plan of Terraform's.
///
/// # Errors
/// What keeps kfplint from evaluating it.
pub fn run(args: &EvaluateArgs) -> Result<u8, Failure> {
    let EvaluateArgs { root: args, against: other } = args;
    let Single { session, environment, root } = Single::of(args, false)?;
    let environment = environment.as_deref();
    if !root.is_unit() && session.loader().module(&root.dir).is_none() {
        let places = format!("`{}`", args.dir.display());
        return Err(SessionError::Nothing { places, skipped: Vec::new() }.into());
    }
    if let Some(other) = other {
        return against(other, &root, &session, environment);
    }
    let mut plan = session.plan(&root, environment)?;
    engine::shorten_plan(&mut plan, &session.settings().budget);
    if plan.unreached.is_none() {
        engine::check_names(&args.inputs.given, &engine::names(&plan))?;
    }
    output::stdout(&report::pretty(&plan_json::write(&plan)))?;
    let (loader, sources) = (session.loader(), session.sources());
    let findings = RootReport { root: root.shown, findings: plan.findings, ..RootReport::default() };
    let report = Report::new(vec![findings], loader.skipped(), loader.files_read(), sources);
    output::stderr(&report::findings(&report, sources, Detail::Normal, output::width()));
    Ok(if report.count(Level::Error) > 0 { FINDINGS } else { READY })
}

/// Prints where the static plan of a root module differs from Terraform's.
///
/// # Errors
/// A plan that cannot be read, or a document that is none.
fn against(plan: &Path, root: &Root, session: &Session, environment: Option<&str>) -> Result<u8, Failure> {
    let stdin = stdin(&[PathBuf::from(plan)])?;
    let document = engine::read(plan, &Tree::default(), &stdin, &session.settings().budget)?;
    if document.kind != DocumentKind::Plan {
        return Err(Failure::NoPlan { path: document.file });
    }
    let evaluator = session.evaluator(environment)?;
    let own = engine::evaluate(root, &evaluator, document.variables());
    let found = document.compare(&plan_json::write_in_full(&own));
    let mut text: String = found.differences.iter().chain(&found.undecided).map(|line| format!("{line}\n")).collect();
    let (differs, open) = (plural(found.differences.len(), "difference"), found.undecided.len());
    let counts = [plural(found.instances, "instance"), plural(found.equal, "equal value")];
    text += &format!("{} and {} in both; {differs}, {open} undecided\n", counts[0], counts[1]);
    output::stdout(text.as_bytes())?;
    Ok(if found.differences.is_empty() { READY } else { FINDINGS })
}
