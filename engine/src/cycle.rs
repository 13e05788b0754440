//! The cycle: one line a pass, in order.

use std::time::{Duration, Instant};

use datasets::scenario::{EventKind, Propagation, Sampling, SamplingProtocol, Scale, Scenario, SlicingProtocol};
use datasets::suite::Test;
use datasets::trace::{CycleRow, EventRow, Writer};
use kernels::disorder::Ecdf;
use kernels::exchange::Tally;
use kernels::philox::Stream;

use crate::aggregate::{self, Aggregation};
use crate::arrival::{Above, Scene, look_back, settle};
use crate::assign::{Moves, add, assign};
use crate::attributes::Attributes;
use crate::birth::birth;
use crate::churn::{Changes, Churn};
use crate::cloud::{Cloud, Finished};
use crate::column::{Column, Storage};
use crate::constraint::Constraints;
use crate::digest::digest;
use crate::error::Error;
use crate::event::{event, scale};
use crate::ledger::Ledger;
use crate::monitor::{self, Monitor};
use crate::observe;
use crate::panel::{panel, snapshot};
use crate::plan::Plans;
use crate::purpose::EVENT;
use crate::sampling::sampling;
use crate::schedule::{Draws, Partition};
use crate::select::By;
use crate::slicing::{self, slicing};
use crate::spread::{enter, rules, spread, standing, take_from_views};
use crate::suites::Suites;
use crate::truth::{Truth, truth};

/// Bytes of a slicing request (an attribute and a random id), and of its reply (the old id).
const SWAP_BYTES: [u64; 2] = [8, 4];
/// Bytes of an attribute that a node of ranking tells; there is no reply.
const TELL_BYTES: [u64; 2] = [4, 0];
/// Bytes by which a node tells which version of the suite it holds.
const DIGEST_BYTES: u64 = 8;

/// Bytes of a peer sampling request, and of its reply: entries of an address and an age.
fn sampling_bytes(sampling: &Sampling) -> [u64; 2] {
    const ENTRY: u64 = 5;
    let (view, half) = (u64::from(sampling.view), u64::from((sampling.view / 2).max(1)));
    let entries = match (sampling.protocol, sampling.propagation) {
        (SamplingProtocol::Oracle, _) => [0, 0],
        (SamplingProtocol::Newscast, _) => [view + 1; 2],
        (SamplingProtocol::Cyclon, _) => [u64::from(sampling.shuffle); 2],
        (SamplingProtocol::Generic, Propagation::Push) => [half, 0],
        (SamplingProtocol::Generic, Propagation::Pushpull) => [half; 2],
    };
    entries.map(|entries| entries * ENTRY)
}

/// A cloud under way.
#[derive(Debug)]
pub struct Simulation<'a> {
    scenario: &'a Scenario,
    suites: Suites,
    ledger: Ledger,
    constraints: Constraints,
    monitor: Monitor,
    attributes: Attributes,
    churn: Churn,
    aggregation: Aggregation,
    cloud: Cloud,
    cycle: u32,
    panel: Option<Vec<u32>>,
    known: Known,
    counts: Counts,
    /// Nodes that each application holds.
    held: Vec<u64>,
    /// Time spent so far.
    pub times: Times,
}

/// What is true until the next node comes or goes, or an application asks for others.
#[derive(Debug, Default)]
struct Known {
    /// Whether that has happened since.
    is_stale: bool,
    alive: u64,
    truth: Truth,
    /// Those of what is aggregated among all live nodes.
    values: Vec<Vec<f64>>,
    ecdfs: Vec<Option<Ecdf>>,
    /// Blocks of live nodes that slice.
    slicing: Option<Partition>,
    /// Blocks of live nodes that meet to aggregate, or to tell each other their version.
    meeting: Option<Partition>,
}

impl Known {
    /// Cuts the live nodes into blocks.
    fn partition(&mut self, cloud: &Cloud) {
        let blocks = |size| Partition::new(cloud.nodes, cloud.alive(), size);
        self.slicing = (!cloud.gradients.is_empty()).then(|| blocks(slicing::BLOCK));
        let meets = !cloud.aggregates.is_empty() || cloud.versions.is_some() && cloud.views.is_none();
        self.meeting = meets.then(|| blocks(aggregate::BLOCK));
    }
}

/// What happened since the last row.
#[derive(Debug, Default)]
struct Counts {
    row: CycleRow,
    /// Those of each application.
    moves: Vec<Moves>,
}

/// Wall time by kind of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Building the cloud and finding the truth.
    pub birth: Duration,
    /// Events and churn.
    pub churn: Duration,
    /// Peer sampling passes.
    pub sampling: Duration,
    /// Passes by which the suite spreads, beside what it takes to tell those met in peer sampling.
    pub spreading: Duration,
    /// Slicing passes.
    pub slicing: Duration,
    /// Assignment passes.
    pub assignment: Duration,
    /// Aggregation passes, and what rules make of them.
    pub aggregation: Duration,
    /// Observing, and handing over rows.
    pub observation: Duration,
}

impl<'a> Simulation<'a> {
    /// The cloud of a scenario before its first cycle.
    ///
    /// # Errors
    /// If there is no room for it, or its fleet cannot be read.
    pub fn new(scenario: &'a Scenario, storage: &Storage) -> Result<Self, Error> {
        let start = Instant::now();
        let mut cloud = Cloud::new(scenario, storage)?;
        let (attributes, churn) = (Attributes::new(scenario)?, Churn::new(scenario)?);
        birth(&mut cloud, scenario, &attributes, &churn)?;
        cloud.apps.iter_mut().for_each(|apps| apps.fill(kernels::suite::NONE));
        let mut suites = Suites::new(Plans::new(scenario), scenario);
        let alive = cloud.alive_count();
        if !scenario.suite.apps.is_empty() {
            suites.launch(1, &cloud, alive);
        }
        let mut simulation = Self {
            scenario,
            panel: panel(scenario),
            known: Known::default(),
            counts: Counts::new(suites.plans.apps.len()),
            times: Times::default(),
            ledger: Ledger::new(scenario, &suites),
            constraints: Constraints::default(),
            monitor: Monitor::default(),
            held: vec![0; suites.plans.apps.len()],
            suites,
            attributes,
            churn,
            aggregation: Aggregation::new(scenario),
            cloud,
            cycle: 0,
        };
        simulation.known.partition(&simulation.cloud);
        simulation.learn()?;
        simulation.assign();
        simulation.start();
        // What nodes choose at first is no move.
        simulation.counts = Counts::new(simulation.held.len());
        simulation.times.birth = start.elapsed();
        Ok(simulation)
    }

    /// Runs one cycle.
    pub fn cycle(&mut self, trace: &mut Writer) {
        self.cycle += 1;
        self.churn(trace);
        self.sampling();
        self.spread();
        self.slicing();
        self.assign();
        self.aggregate(trace);
        self.monitor(None, trace);
    }

    /// Writes the rows of the state as it is, if they are due.
    ///
    /// # Errors
    /// If the trace cannot be written, or there is no room to measure the overlay, or to find the truth anew after nodes have come
    /// and gone.
    pub fn observe(&mut self, trace: &mut Writer) -> Result<(), Error> {
        let start = Instant::now();
        let (scenario, cycle) = (self.scenario, self.cycle);
        if cycle == 0 {
            observe::attributes(&self.cloud, &scenario.fleet.attributes, trace);
        }
        if cycle.is_multiple_of(scenario.trace.every) || cycle == scenario.run.cycles {
            if self.known.is_stale {
                self.learn()?;
            }
            let Known { alive, truth, values, ecdfs, .. } = &mut self.known;
            let counts = std::mem::replace(&mut self.counts, Counts::new(self.held.len()));
            let plans = &self.suites.plans;
            trace.cycle(CycleRow { cycle, alive_count: *alive, ..counts.row });
            observe::slices(&mut self.cloud, scenario, plans, truth, ecdfs, cycle, trace);
            let broken = self.constraints.broken(plans.apps.len());
            observe::apps(&self.cloud, &plans.apps, truth, (&counts.moves, &broken), cycle, trace);
            if self.cloud.apps.is_some() {
                let rows = self.ledger.rows(cycle, *alive, &standing(&self.cloud));
                for row in rows {
                    trace.suite(row);
                }
            }
            self.aggregation.rows(&self.cloud, cycle, values).into_iter().for_each(|row| trace.aggregate(row));
        }
        if cycle.is_multiple_of(scenario.trace.overlay.every) || cycle == scenario.run.cycles {
            observe::overlay(&self.cloud, scenario, cycle, trace)?;
        }
        if cycle == scenario.run.cycles {
            for row in self.constraints.rows(scenario, &self.suites) {
                trace.breach(row);
            }
        }
        snapshot(&self.cloud, scenario, self.panel.as_deref(), cycle, trace)?;
        self.times.observation += start.elapsed();
        Ok(())
    }

    /// Cycles completed.
    #[must_use]
    pub fn cycles(&self) -> u32 {
        self.cycle
    }

    /// Nodes that an application holds, by its number in [`Scenario::app_names`]: all of them, or those that fit a test. The latter
    /// reads a byte a node, and four for each attribute that the test names.
    ///
    /// # Panics
    /// If there is no such application.
    #[must_use]
    pub fn held(&self, app: usize, test: Option<&Test>) -> u64 {
        match test {
            None => self.held[app],
            Some(test) => observe::held(&self.cloud, app as u8, test),
        }
    }

    /// The state of every node.
    #[must_use]
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// An order-free digest of the state of every node.
    #[must_use]
    pub fn digest(&self) -> u64 {
        digest(&self.cloud)
    }

    /// What is scheduled for this cycle happens; then nodes come and go by themselves.
    fn churn(&mut self, trace: &mut Writer) {
        let start = Instant::now();
        let (scenario, cycle) = (self.scenario, self.cycle);
        let mut any = false;
        for number in (0..scenario.events.len()).filter(|&number| scenario.events[number].is_due(cycle)) {
            match &scenario.events[number].kind {
                EventKind::Suite(launch, nodes) => {
                    self.launch(*launch, *nodes, number, trace);
                    continue;
                }
                EventKind::Scale(by) => {
                    self.scale(by, number, trace);
                    continue;
                }
                _ => {}
            }
            let happened = event(&mut self.cloud, scenario, &self.churn, cycle, number);
            let event = happened.name.to_owned();
            trace.event(EventRow { cycle, event, nodes_count: happened.nodes_count });
            any |= self.settle(&happened.changes, happened.above, happened.is_crash);
        }
        let changes = self.churn.turn(&mut self.cloud, cycle);
        any |= self.settle(&changes, None, false);
        if self.cloud.past.is_some() && cycle.is_multiple_of(self.look_back_cycles()) {
            look_back(&mut self.cloud, scenario, &self.suites.plans, cycle);
            self.known.is_stale = true;
        }
        if any {
            self.known.partition(&self.cloud);
        }
        self.times.churn += start.elapsed();
    }

    /// Settles what has happened to nodes; returns whether anything has.
    fn settle(&mut self, changes: &Changes, above: Option<Above>, is_crash: bool) -> bool {
        let Self { scenario, suites, attributes, aggregation, cycle, .. } = self;
        let scene = Scene { scenario, plans: &suites.plans, attributes, aggregation, cycle: *cycle };
        let moves = settle(&mut self.cloud, scene, changes, above);
        self.moves(&moves);
        let all = || changes.iter().flatten();
        let gone = all().filter(|change| change.left).count() as u64;
        let row = &mut self.counts.row;
        *(if is_crash { &mut row.crashed_count } else { &mut row.left_count }) += gone;
        row.joined_count += all().filter(|change| change.came).count() as u64;
        let any = all().next().is_some();
        self.known.is_stale |= any;
        any
    }

    /// Counts the moves of each application.
    fn moves(&mut self, moves: &[Moves]) {
        add(&mut self.counts.moves, moves);
        for (held, moves) in self.held.iter_mut().zip(moves) {
            *held = *held + moves.joins.iter().sum::<u64>() - moves.leaves.iter().sum::<u64>();
        }
    }

    /// An attribute of some nodes is multiplied.
    fn scale(&mut self, by: &Scale, event: usize, trace: &mut Writer) {
        let (scenario, cycle) = (self.scenario, self.cycle);
        let stream = Stream::new(scenario.run.seed, cycle, EVENT + event as u32);
        let nodes_count = scale(&mut self.cloud, scenario, &self.suites.plans, by, stream);
        self.known.is_stale = true;
        trace.event(EventRow { cycle, event: "scale".to_owned(), nodes_count });
    }

    /// A version of the suite enters at some nodes, which verify it.
    fn launch(&mut self, launch: usize, nodes: u32, event: usize, trace: &mut Writer) {
        let (scenario, cycle) = (self.scenario, self.cycle);
        let number = self.suites.plans.number_of(launch);
        if let Some(number) = number {
            let alive = self.cloud.alive_count();
            self.suites.launch(number, &self.cloud, alive);
            self.known.is_stale = true;
        }
        let words = By::Chance(Stream::new(scenario.run.seed, cycle, EVENT + event as u32));
        let nodes_count = enter(&mut self.cloud, scenario, number, nodes, words);
        let launch = &scenario.launches[launch];
        let bytes = launch.bytes + number.map_or(0, |number| self.suites.layout_bytes(number));
        self.ledger.enter(launch, number, nodes_count, bytes);
        self.counts.row.payload_bytes += nodes_count * bytes;
        trace.event(EventRow { cycle, event: format!("suite {}", launch.suite.version), nodes_count });
    }

    /// After how many cycles live nodes look at their past anew: an hour.
    fn look_back_cycles(&self) -> u32 {
        (3600.0 / self.scenario.run.cycle_seconds).round().clamp(1.0, f64::from(u32::MAX)) as u32
    }

    /// Finds what is true until the next node comes or goes, or an application asks for others.
    fn learn(&mut self) -> Result<(), Error> {
        let (cloud, scenario) = (&mut self.cloud, self.scenario);
        self.known.is_stale = false;
        self.known.alive = cloud.alive_count() as u64;
        self.known.truth = truth(cloud, &self.suites, scenario.run.seed)?;
        self.known.values = self.aggregation.true_values(cloud);
        self.known.ecdfs = vec![None; cloud.gradients.len()];
        Ok(())
    }

    fn sampling(&mut self) {
        let start = Instant::now();
        let draws = self.draws();
        let rules = rules(self.scenario, &self.suites.plans, self.suites.newest(), self.cycle);
        let (tally, spread) = sampling(&mut self.cloud, self.scenario, draws, rules);
        let mut bytes = sampling_bytes(&self.scenario.sampling);
        if self.cloud.versions.is_some() && self.cloud.views.is_some() {
            // Who only pushes gets no reply.
            bytes = bytes.map(|bytes| bytes + if bytes > 0 { DIGEST_BYTES } else { 0 });
            self.counts.row.payload_bytes += self.ledger.count(&spread, self.scenario, rules);
        }
        self.counts.messages(tally, bytes);
        self.times.sampling += start.elapsed();
        if !spread.is_nothing() {
            let start = Instant::now();
            take_from_views(&mut self.cloud, self.scenario);
            self.times.spreading += start.elapsed();
        }
    }

    /// The suite spreads by exchanges of its own, where nodes keep no views.
    fn spread(&mut self) {
        let start = Instant::now();
        let draws = self.draws();
        if let (Some(whole), None) = (&self.known.meeting, &self.cloud.views) {
            let rules = rules(self.scenario, &self.suites.plans, self.suites.newest(), self.cycle);
            let (tally, spread) = spread(&mut self.cloud, rules, draws, whole);
            self.counts.messages(tally, [DIGEST_BYTES; 2]);
            self.counts.row.payload_bytes += self.ledger.count(&spread, self.scenario, rules);
        }
        self.times.spreading += start.elapsed();
    }

    fn slicing(&mut self) {
        let start = Instant::now();
        let draws = self.draws();
        if let Some(whole) = &self.known.slicing {
            let tally = slicing(&mut self.cloud, self.scenario, &self.suites, draws, whole);
            let ranks = self.scenario.slicing.protocol == SlicingProtocol::Ranking;
            self.counts.messages(tally, if ranks { TELL_BYTES } else { SWAP_BYTES });
        }
        self.times.slicing += start.elapsed();
    }

    fn assign(&mut self) {
        let start = Instant::now();
        monitor::rest(&mut self.cloud, &self.suites.plans);
        let assigned =
            assign(&mut self.cloud, &mut self.suites, self.scenario.run.seed, self.scenario.slicing.steadiness);
        self.moves(&assigned.moves);
        if self.suites.is_relative() {
            self.known.is_stale |= self.suites.learn(self.cloud.alive_count(), &assigned.found);
        }
        if self.cloud.apps.is_some() {
            self.constraints.check(&self.cloud, self.scenario, &self.suites, &self.held, self.cycle);
        }
        self.times.assignment += start.elapsed();
    }

    /// Nodes begin to aggregate.
    fn start(&mut self) {
        let draws = self.draws();
        let Self { scenario, suites, aggregation, cloud, known, .. } = self;
        if let Some(whole) = &known.meeting {
            let borders = |gradient| suites.borders(gradient);
            aggregation.start(cloud, aggregate::Scene { scenario, draws, whole, borders: &borders });
        }
    }

    fn aggregate(&mut self, trace: &mut Writer) {
        let start = Instant::now();
        let draws = self.draws();
        let Self { scenario, suites, aggregation, cloud, known, counts, .. } = self;
        if let Some(whole) = &known.meeting {
            let borders = |gradient| suites.borders(gradient);
            let done = aggregation.cycle(cloud, aggregate::Scene { scenario, draws, whole, borders: &borders });
            for (tally, bytes) in done.messages {
                counts.messages(tally, bytes);
            }
            done.epochs.into_iter().for_each(|row| trace.epoch(row));
        }
        self.times.aggregation += start.elapsed();
    }

    /// Rules change the suite, where those nodes of each aggregate have finished an epoch, or those that have.
    fn monitor(&mut self, finished: Option<&[Finished<'_>]>, trace: &mut Writer) {
        let start = Instant::now();
        let Self { scenario, cloud, suites, ledger, cycle, .. } = self;
        let scene = monitor::Scene { scenario, cloud, suites, ledger, cycle: *cycle };
        self.known.is_stale |= self.monitor.watch(scene, finished, trace);
        self.times.aggregation += start.elapsed();
    }

    /// Nodes hold these results of an aggregate, and those have just finished an epoch of it that are said to have: rules act on
    /// that. A seam for tests.
    #[doc(hidden)]
    pub fn finish(&mut self, aggregate: usize, held: Column<f32>, finished: Finished<'_>, trace: &mut Writer) {
        self.cloud.aggregates[aggregate].held = Some(held);
        let mut all = vec![Finished::Nobody; self.cloud.aggregates.len()];
        all[aggregate] = finished;
        self.monitor(Some(&all), trace);
    }

    /// Where the random numbers of this cycle come from; each pass sets its purpose.
    fn draws(&self) -> Draws {
        let words = |probability: f64| (probability * 2_f64.powi(32)).round() as u64;
        let network = &self.scenario.network;
        Draws {
            seed: self.scenario.run.seed,
            cycle: self.cycle,
            purpose: 0,
            request_loss: words(network.request_loss),
            reply_loss: words(network.reply_loss),
        }
    }
}

impl Counts {
    fn new(apps: usize) -> Self {
        Self { row: CycleRow::default(), moves: vec![Moves::default(); apps] }
    }

    /// Counts the messages of a pass, by the bytes of a request and of a reply.
    fn messages(&mut self, tally: Tally, [request, reply]: [u64; 2]) {
        self.row.messages_count += tally.messages();
        self.row.lost_count += tally.lost();
        self.row.payload_bytes +=
            (tally.requests + tally.failed) * request + (tally.requests - tally.requests_lost) * reply;
    }
}
