//! The progress of a run: cycles, which cost more where the cloud is looked at.

use analysis::number::count;
use datasets::scenario::Scenario;

use super::Bar;

/// Kinds of cycles: whether there are rows of the tables, measures of the overlay, a snapshot.
const KINDS: usize = 8;

/// What the user sees while a scenario runs.
#[derive(Debug)]
pub struct Progress<'a> {
    scenario: &'a Scenario,
    bar: Bar,
    /// Seconds that building took.
    built: f64,
    /// Cycles that were done before.
    done: u32,
}

impl<'a> Progress<'a> {
    /// The progress of a scenario.
    pub fn new(scenario: &'a Scenario, is_quiet: bool) -> Self {
        Self { scenario, bar: Bar::of_kinds(&scenario.name, &totals(scenario), is_quiet), built: 0.0, done: 0 }
    }

    /// The cloud is being built.
    pub fn building(&self) {
        self.bar.apart(&format!("building a cloud of {} nodes", count(self.scenario.run.nodes.into())));
    }

    /// Something else is printed, beside the bar.
    pub fn aside(&self, print: impl FnOnce()) {
        self.bar.aside(print);
    }

    /// The first cycle of this process begins, after so many that are done.
    pub fn begin(&mut self, done: u32) {
        for cycle in 1..=done {
            self.bar.skip(kind(self.scenario, cycle), 1.0);
        }
        self.done = done;
        self.bar.begin();
        self.built = self.bar.elapsed().as_secs_f64();
    }

    /// A cycle is done, and what was due after it was observed.
    pub fn cycle(&mut self, cycle: u32) {
        let seconds = (self.bar.elapsed().as_secs_f64() - self.built).max(1e-9);
        let rate = f64::from(self.scenario.run.nodes) * f64::from(cycle - self.done) / seconds / 1e6;
        let note = format!("cycle {cycle}/{}, {rate:.1} M nodes/s", self.scenario.run.cycles);
        self.bar.advance_kind(kind(self.scenario, cycle), 1.0, &note);
    }

    /// The tables are closed and brought to the disk.
    pub fn writing(&self) {
        self.bar.apart("writing the trace");
    }
}

/// The number of cycles of each kind. There may be very many cycles: only those that are due otherwise are looked at.
fn totals(scenario: &Scenario) -> [f64; KINDS] {
    let (cycles, every) = (u64::from(scenario.run.cycles), periods(scenario));
    let [rows, overlay] = every.map(|every| cycles / every.max(1));
    let both = cycles / lcm(every);
    let mut totals = [cycles + both - rows - overlay, rows - both, overlay - both, both, 0, 0, 0, 0];
    let mut otherwise: Vec<u32> = scenario.trace.nodes.iter().flat_map(|nodes| nodes.cycles.iter().copied()).collect();
    otherwise.push(scenario.run.cycles);
    otherwise.retain(|&cycle| cycle > 0);
    otherwise.sort_unstable();
    otherwise.dedup();
    for cycle in otherwise {
        totals[periodic(scenario, cycle)] -= 1;
        totals[kind(scenario, cycle)] += 1;
    }
    totals.map(|total| total as f64)
}

/// Cycles from row to row, and from measure to measure of the overlay.
fn periods(scenario: &Scenario) -> [u64; 2] {
    [scenario.trace.every.into(), scenario.trace.overlay.every.into()]
}

fn lcm([a, b]: [u64; 2]) -> u64 {
    let (mut divisor, mut rest) = (a, b);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    a / divisor.max(1) * b
}

/// The kind of a cycle by what comes round.
fn periodic(scenario: &Scenario, cycle: u32) -> usize {
    let [rows, overlay] = periods(scenario).map(|every| u64::from(cycle).is_multiple_of(every));
    usize::from(rows) + 2 * usize::from(overlay)
}

/// The kind of a cycle: what comes round, the last one, which has everything, and snapshots.
fn kind(scenario: &Scenario, cycle: u32) -> usize {
    let regular = if cycle == scenario.run.cycles { 3 } else { periodic(scenario, cycle) };
    let snapshot = scenario.trace.nodes.as_ref().is_some_and(|nodes| nodes.cycles.contains(&cycle));
    regular + 4 * usize::from(snapshot)
}
