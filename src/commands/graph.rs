//! `kfplint graph`.

use super::{FINDINGS, Failure, READY, left_out, output, settings};
use crate::cli::{GraphArgs, GraphFormat};
use crate::diagnostic::RootReport;
use crate::engine::{self, Session, SessionError, Unreached};
use crate::report::graph::drawing::Drawing;
use crate::report::{Format, Report, graph, pretty};

/// Draws the graphs of all root modules.
///
/// # Errors
/// What keeps kfplint from looking; an SVG of several root modules.
pub fn run(args: &GraphArgs) -> Result<u8, Failure> {
    let budget = args.inputs.budget.budget();
    let (settings, environment) = settings::state(&args.paths, &args.config, &args.inputs, budget)?;
    let session = Session::new(settings)?;
    let roots = session.roots_with_uncalled(environment.as_deref())?;
    let (pools, said) = session.link(&roots, environment.as_deref())?;
    let unreached = Unreached::default();
    let wanted = roots.iter().filter(|_| !unreached.counts(&budget));
    let drawn = wanted.map(|root| session.draw_root(root, environment.as_deref(), pools.of(root)));
    let (mut reports, mut drawings): (Vec<RootReport>, Vec<Drawing>) =
        drawn.collect::<Result<Vec<_>, SessionError>>()?.into_iter().unzip();
    reports.extend(unreached.rest(roots.first(), &budget).into_iter().chain(said));
    reports.extend(engine::shorten_drawings(&mut drawings, Format::Html.bytes_per_second(), &budget));
    let (loader, sources) = (session.loader(), session.sources());
    let report = Report::new(reports, session.skipped(), loader.files_read(), sources);
    let over = left_out::say(&report, loader, sources);
    let drawings: Vec<Drawing> = drawings.into_iter().filter(|d| !d.nodes.is_empty()).collect();
    let bytes = match (args.format, drawings.as_slice()) {
        (GraphFormat::Dot, all) => graph::dot(all).into_bytes(),
        (GraphFormat::Mermaid, all) => graph::mermaid(all).into_bytes(),
        (GraphFormat::Json, all) => pretty(&graph::graph_json(all, sources)),
        (GraphFormat::Svg, [one]) => graph::picture(one, sources).into_bytes(),
        (GraphFormat::Svg, all) => {
            let roots = all.iter().map(|d| d.root.clone()).collect();
            return Err(Failure::Picture { roots });
        }
    };
    output::stdout(&bytes)?;
    Ok(if over { FINDINGS } else { READY })
}
