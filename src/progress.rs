//! Progress on stderr: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use datasets::scenario::Scenario;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run::grouped;

/// Time between two plain lines.
const LINES_APART: Duration = Duration::from_secs(10);

/// What the user sees while a run goes on.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    cycles: u32,
    nodes: u64,
    start: Instant,
    last: Instant,
}

impl Progress {
    /// The progress of a scenario.
    pub fn new(scenario: &Scenario, quiet: bool) -> Self {
        let style = ProgressStyle::with_template("{msg} [{bar:32}] cycle {pos}/{len}, {per_sec}, {eta} left");
        let bar = (!quiet && stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(scenario.run.cycles.into()), ProgressDrawTarget::stderr());
            let nodes = f64::from(scenario.run.nodes);
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style.with_key(
                "per_sec",
                move |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                    // A rate that cannot be written is left out.
                    let _ = write!(out, "{:.1} M nodes/s", state.per_sec() * nodes / 1e6);
                },
            ));
            bar.set_message(scenario.name.clone());
            bar
        });
        let now = Instant::now();
        let nodes = scenario.run.nodes.into();
        Self { bar, quiet, cycles: scenario.run.cycles, nodes, start: now, last: now }
    }

    /// The cloud is being built.
    pub fn building(&self) {
        match &self.bar {
            Some(bar) => bar.tick(),
            None => self.line(&format!("building a cloud of {} nodes", grouped(self.nodes))),
        }
    }

    /// The first cycle begins.
    pub fn begin(&mut self) {
        self.start = Instant::now();
        self.last = self.start;
        self.bar.iter().for_each(ProgressBar::reset_eta);
    }

    /// A cycle is done.
    pub fn cycle(&mut self, cycle: u32) {
        if let Some(bar) = &self.bar {
            bar.set_position(cycle.into());
        } else if self.last.elapsed() >= LINES_APART || cycle == self.cycles {
            self.last = Instant::now();
            let seconds = self.start.elapsed().as_secs_f64().max(1e-9);
            let rate = self.nodes as f64 * f64::from(cycle) / seconds / 1e6;
            let left = seconds / f64::from(cycle) * f64::from(self.cycles - cycle);
            self.line(&format!("cycle {cycle}/{}, {rate:.1} M nodes/s, {left:.0} s left", self.cycles));
        }
    }

    /// The last rows are written.
    pub fn writing(&self) {
        self.bar.iter().for_each(ProgressBar::finish_and_clear);
    }

    fn line(&self, line: &str) {
        if !self.quiet {
            // A reader that has gone away is no failure.
            let _ = writeln!(stderr(), "{line}");
        }
    }
}
