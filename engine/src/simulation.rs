//! A cloud under way: made, run cycle by cycle, observed. `Simulation::PASSES` are what happens in a cycle, in order;
//! what each pass takes from which wing is in `passes`.

mod passes;
mod resume;

use std::time::Instant;

use datasets::record::FleetRecord;
use datasets::scenario::{Doubt, Scenario};
use datasets::suite::Test;
use datasets::trace::Writer;

use crate::book::Book;
use crate::cloud::Cloud;
use crate::error::Error;
use crate::memory::{Field, Fields, Storage, digest};
use crate::meter::{Meter, Times, Work};
use crate::observer::Observer;
use crate::plans::Needs;
use crate::population::Fleet;

/// A cloud under way.
#[derive(Debug)]
pub struct Simulation<'a> {
    scenario: &'a Scenario,
    fleet: Fleet,
    cloud: Cloud,
    observer: Observer,
    /// The cycle under way, or completed last.
    cycle: u32,
    meter: Meter,
}

/// What is done in a cycle.
type Pass<S> = fn(&mut S, &mut Writer);

impl<'a> Simulation<'a> {
    /// What is done in a cycle, in order, and the kind of work to which its time goes.
    const PASSES: [(Work, Pass<Self>); 12] = [
        (Work::Churn, Self::churn),
        (Work::Sampling, Self::sample),
        (Work::Spreading, Self::spread),
        (Work::Contacts, Self::tell),
        (Work::Slicing, Self::slice),
        (Work::Assignment, Self::assign),
        (Work::Members, Self::belong),
        (Work::Applications, Self::meet),
        (Work::Code, Self::fetch),
        (Work::Topologies, Self::gather),
        (Work::Aggregation, Self::aggregate),
        (Work::Aggregation, Self::watch),
    ];

    /// The cloud of a scenario before its first cycle.
    ///
    /// # Errors
    /// If there is no room for it, or its fleet cannot be read.
    pub fn new(scenario: &'a Scenario, storage: &Storage) -> Result<Self, Error> {
        let start = Instant::now();
        let needs = Needs::of(scenario);
        let (cloud, observer) = (Cloud::declare(&needs), Observer::declare(&needs));
        for field in cloud.fields().into_iter().chain(observer.fields()) {
            field.allocate(storage, scenario.run.nodes as usize)?;
        }
        let fleet = Fleet::read(scenario)?;
        let mut run = Self { scenario, fleet, cloud, observer, cycle: 0, meter: Meter::default() };
        run.cloud.birth(scenario, &run.fleet)?;
        run.observer.learn(&run.cloud, scenario.run.seed)?;
        run.decide();
        // What nodes choose at first is no move.
        let _ = run.cloud.government.take_moves();
        run.cloud.open(scenario);
        run.cloud.aggregating(scenario, 1, |aggregation, _, around| aggregation.start(around));
        run.meter.time(Work::Birth, start);
        Ok(run)
    }

    /// Runs one cycle.
    pub fn cycle(&mut self, trace: &mut Writer) {
        self.cycle += 1;
        for (work, pass) in Self::PASSES {
            let start = Instant::now();
            pass(self, trace);
            self.meter.time(work, start);
        }
    }

    /// Writes the rows of the state as it is, if they are due.
    ///
    /// # Errors
    /// If the trace cannot be written, or there is no room to measure the overlay, or to find the truth anew after
    /// nodes have come and gone.
    pub fn observe(&mut self, trace: &mut Writer) -> Result<(), Error> {
        self.look(self.cycle == 0, trace)
    }

    /// Writes the rows with which the trace of a fork begins: of the state that it has taken over.
    ///
    /// # Errors
    /// As [`Simulation::observe`].
    pub fn observe_first(&mut self, trace: &mut Writer) -> Result<(), Error> {
        self.look(true, trace)
    }

    fn look(&mut self, is_first: bool, trace: &mut Writer) -> Result<(), Error> {
        let start = Instant::now();
        let Self { scenario, cloud, observer, cycle, meter, .. } = self;
        observer.observe(scenario, cloud, (*cycle, is_first), &mut meter.counts, trace)?;
        meter.time(Work::Observation, start);
        Ok(())
    }

    /// Cycles completed.
    pub fn cycles(&self) -> u32 {
        self.cycle
    }

    /// Nodes that an application holds, by its number in [`Scenario::app_names`]: all of them, or those that fit a
    /// test. The latter reads a byte a node, and four for each attribute that the test names.
    ///
    /// # Panics
    /// If there is no such application.
    pub fn held(&self, app: usize, test: Option<&Test>) -> u64 {
        self.cloud.government.held(app, test, &self.cloud.population)
    }

    /// Nodes that run an application, as [`Simulation::held`] has those that belong to it; the same nodes where an
    /// application is no more than a set of nodes.
    ///
    /// # Panics
    /// If there is no such application.
    pub fn running(&self, app: usize, test: Option<&Test>) -> u64 {
        let inside = self.cloud.applications.as_ref();
        inside.map_or_else(|| self.held(app, test), |inside| inside.running(app, test, &self.cloud.population))
    }

    /// Writes the columns that a directory of files has kept in memory
    /// ([`with_in_memory`](crate::Folder::with_in_memory)) to their files.
    ///
    /// # Errors
    /// If the disk is full, or may not be written.
    pub fn write_out(&self, storage: &Storage) -> Result<(), Error> {
        self.cloud.fields().into_iter().chain(self.observer.fields()).try_for_each(|field| field.write_out(storage))
    }

    /// What was read of the fleet's files, and what of it is in the cloud; `None` if there are none.
    pub fn fleet(&self) -> Option<&FleetRecord> {
        self.fleet.record.as_ref()
    }

    /// What is hardly meant about the fleet's files.
    pub fn doubts(&self) -> &[Doubt] {
        &self.fleet.doubts
    }

    /// The state of every node.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// The state of every node, to be changed. A seam for tests and measures.
    #[doc(hidden)]
    pub fn cloud_mut(&mut self) -> &mut Cloud {
        &mut self.cloud
    }

    /// Wall time spent so far.
    pub fn times(&self) -> &Times {
        &self.meter.times
    }

    /// The digest by which runs are compared: order-free, of all that nodes hold.
    pub fn digest(&self) -> u64 {
        digest::state(&self.cloud.fields())
    }

    /// The digest by which a run that goes on is compared with one that was never interrupted: of all that the cycles
    /// to come depend on, and of what the observer has found.
    pub fn full_digest(&self) -> u64 {
        let fields: Vec<&Field> = self.cloud.fields().into_iter().chain(self.observer.fields()).collect();
        digest::everything(&fields, &self.book().bytes())
    }

    /// All that lasts from this cycle to the next, beside the columns.
    pub fn book(&self) -> Book {
        // The scenario and the fleet are read again; how long it took is no state.
        let Self { scenario: _, fleet: _, cloud, observer, cycle, meter } = self;
        let Cloud { population: _, overlay: _, aggregation, slicing: _, government, applications, own } = cloud;
        let Meter { counts, times: _ } = meter;
        Book {
            cycle: *cycle,
            aggregation: aggregation.book(),
            government: government.book(),
            applications: applications.as_ref().map(|applications| applications.course.clone()),
            own: own.course.clone(),
            observer: observer.book(),
            counts: counts.clone(),
        }
    }
}
