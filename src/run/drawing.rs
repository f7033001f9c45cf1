//! `kfplint graph`.

use super::{FINDINGS, Failure, Look, READY, State, called, check_one, output, reach};
use crate::cli::{GraphArgs, GraphFormat};
use crate::diagnostic::RootReport;
use crate::eval::Evaluator;
use crate::graph::drawing::Drawing;
use crate::report::{Report, graph, pretty};

/// Draws the graphs of all root modules.
///
/// # Errors
/// What keeps kfplint from looking; an SVG of several root modules.
pub fn graph(args: &GraphArgs) -> Result<u8, Failure> {
    let budget = args.inputs.budget.budget();
    let State { config, environment, sources, loader, options } =
        State::of(&args.paths, &args.config, &args.inputs, budget)?;
    let mut found = super::find(&args.paths, &loader)?;
    let evaluator = Evaluator::new(sources.clone(), loader, options);
    let look = Look { environment: environment.as_deref(), profile: &config.profile, draw: true, budget: &budget };
    called::complete(&mut found, &evaluator, look)?;
    let judged = |root| {
        let mut report: RootReport = check_one(&evaluator, root, look).report;
        report.drawing.iter_mut().for_each(|d| d.colour(&report.clusters, &report.findings));
        report
    };
    let reports = found.roots.iter().map(judged).collect();
    let loader = evaluator.loader();
    let report = Report::new(reports, loader.skipped(), loader.files_read(), &sources);
    let over = reach::say(&report, loader, &sources);
    let drawings: Vec<Drawing> = report.drawings.into_iter().filter(|d| !d.nodes.is_empty()).collect();
    let bytes = match (args.format, drawings.as_slice()) {
        (GraphFormat::Dot, all) => graph::dot(all).into_bytes(),
        (GraphFormat::Mermaid, all) => graph::mermaid(all).into_bytes(),
        (GraphFormat::Json, all) => pretty(&graph::graph_json(all, &sources)),
        (GraphFormat::Svg, [one]) => graph::picture(one, &sources).into_bytes(),
        (GraphFormat::Svg, all) => {
            let roots = all.iter().map(|d| d.root.clone()).collect();
            return Err(Failure::Picture { roots });
        }
    };
    output::stdout(&bytes)?;
    Ok(if over { FINDINGS } else { READY })
}
