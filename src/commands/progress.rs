//! The progress line on stderr: only on a terminal, and only when a run takes long.

use crate::engine::Watch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a run is quiet.
const QUIET: Duration = Duration::from_millis(500);
/// How often the line moves.
const TICK: Duration = Duration::from_millis(100);
/// Before it is known how much there is to do.
const LOOKING: &str = "{spinner} looking for root modules, {elapsed}";
const CHECKING: &str = "{spinner} checked {pos} of {len} root modules, {elapsed}";

/// How far a run is. Dropped, the line vanishes.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    /// Waits to show the line; ends when told, or when there is nobody left who could tell it.
    shower: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to count; the line is shown once `QUIET` has passed, if stderr is a terminal.
    pub fn start() -> Progress {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        style(&bar, LOOKING);
        let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        let shower = (std::io::stderr().is_terminal() && !dumb).then(|| {
            let (tell, told) = channel::<()>();
            let shown = bar.clone();
            let show = move || {
                if told.recv_timeout(QUIET) == Err(RecvTimeoutError::Timeout) {
                    shown.set_draw_target(ProgressDrawTarget::stderr());
                    shown.enable_steady_tick(TICK);
                }
            };
            (tell, std::thread::spawn(show))
        });
        Progress { bar, shower }
    }
}

impl Watch for Progress {
    fn expect(&self, roots: usize) {
        self.bar.inc_length(roots as u64);
        style(&self.bar, CHECKING);
    }

    fn done(&self) {
        self.bar.inc(1);
    }
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((tell, thread)) = self.shower.take() {
            drop(tell);
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}
