//! What each pass of a cycle takes from which wing, and what it costs.

use datasets::scenario::EventKind;
use datasets::trace::{CycleRow, EventRow, Writer};

use super::Simulation;
use crate::aggregate::{Aggregation, Finished};
use crate::application::{Applications, Held, JOIN_BYTES};
use crate::cloud::{Cloud, decided, wanted};
use crate::overlay::rumour::Rumour;
use crate::overlay::{Clouds, Reach};
use crate::own::Below;
use crate::population::{Above, Changes, past};
use crate::schedule::Cycle;
use crate::schedule::purpose::{EVENT, MERGE};

impl Simulation<'_> {
    /// The cycle under way.
    fn now(&self) -> Cycle {
        Cycle::new(self.scenario, self.cycle)
    }

    /// What is scheduled for this cycle happens; then nodes come and go by themselves, and some look back at when they
    /// were there.
    pub(super) fn churn(&mut self, trace: &mut Writer) {
        let (scenario, cycle) = (self.scenario, self.now());
        let is_due = |&number: &usize| scenario.events[number].is_due(cycle.number);
        for number in (0..scenario.events.len()).filter(is_due) {
            let nodes_count = self.happen(number);
            let kind = &scenario.events[number].kind;
            let version = match *kind {
                EventKind::Suite(launch, _) => Some(scenario.launches[launch].suite.version),
                _ => None,
            };
            trace.push(EventRow { cycle: self.cycle, kind: kind.name().into(), version, rule: None, nodes_count });
        }
        let changes = self.cloud.population.turn(&self.fleet, self.cycle);
        self.settle(&changes, None, false);
        if self.cloud.population.look_back(scenario, cycle.number) {
            let Cloud { population, slicing, .. } = &mut self.cloud;
            past::attributes(scenario).for_each(|attribute| slicing.refresh(population, attribute));
            self.observer.forget();
        }
    }

    /// An event happens; returns how many nodes it hits.
    fn happen(&mut self, number: usize) -> u64 {
        let (scenario, cycle) = (self.scenario, self.now());
        self.observer.give_room();
        let Cloud { population, overlay, aggregation, slicing, government, .. } = &mut self.cloud;
        match &scenario.events[number].kind {
            EventKind::Suite(launch, nodes) => {
                let event = (cycle, number);
                let entered = government.enter(scenario, (*launch, *nodes), event, population, overlay, aggregation);
                self.meter.counts.payload_bytes += entered.payload_bytes;
                if entered.is_taken {
                    self.observer.forget();
                    self.meter.counts.payload_bytes += self.cloud.launch(&entered.nodes, cycle);
                }
                entered.nodes.len() as u64
            }
            EventKind::Split(split) => population.split(scenario, split, cycle.stream(EVENT + number as u32)),
            EventKind::Merge(merge) => {
                let of = |purpose: u32| cycle.stream(purpose + number as u32);
                population.merge(merge, [of(EVENT), of(MERGE)])
            }
            EventKind::Bootstrap(app) => self.cloud.bootstrap(app.as_deref(), cycle),
            EventKind::Scale(by) => {
                let nodes_count = population.scale(scenario, by, cycle.stream(EVENT + number as u32));
                slicing.refresh(population, by.attribute);
                self.observer.forget();
                nodes_count
            }
            _ => {
                let happened = population.event(scenario, &self.fleet.churn, cycle, number);
                self.settle(&happened.changes, happened.above, happened.is_crash);
                happened.nodes_count
            }
        }
    }

    /// Settles what has happened to nodes.
    fn settle(&mut self, changes: &Changes, above: Option<Above>, is_crash: bool) {
        if changes.all().next().is_none() {
            return;
        }
        let cycle = self.now();
        self.cloud.settle(self.scenario, &self.fleet, cycle, (changes, is_crash), above);
        self.observer.forget();
        let CycleRow { crashed_count, left_count, joined_count, .. } = &mut self.meter.counts;
        *(if is_crash { crashed_count } else { left_count }) +=
            changes.all().filter(|change| change.left).count() as u64;
        *joined_count += changes.came().count() as u64;
    }

    /// Nodes that keep views exchange entries, and tell each other the version of the suite that they hold.
    pub(super) fn sample(&mut self, _: &mut Writer) {
        let (scenario, cycle) = (self.scenario, self.now());
        let Cloud { population, overlay, government, applications, .. } = &mut self.cloud;
        let rumour = Rumour::new(government.rules(scenario, cycle));
        let met = applications.as_mut().and_then(Applications::noting);
        let (alive, clouds) = (population.alive(), population.clouds.as_ref());
        let reach = match clouds {
            None => Reach::Live(alive),
            Some(clouds) => Reach::Clouds(Clouds { alive, borders: clouds.borders(), calls: &clouds.calls }),
        };
        let tally = overlay.exchange(cycle, reach, &rumour, met);
        if let Some(clouds) = &mut population.clouds {
            clouds.calls.clear();
        }
        let (bytes, payload_bytes) = government.rode(scenario, (rumour, cycle), overlay.wire_bytes());
        self.meter.messages(tally, bytes);
        self.meter.counts.payload_bytes += payload_bytes;
    }

    /// The suite spreads.
    pub(super) fn spread(&mut self, _: &mut Writer) {
        let cycle = self.now();
        let Cloud { population, overlay, government, applications, .. } = &mut self.cloud;
        let inside = applications.as_mut().filter(|_| overlay.views.is_none());
        let partners = inside.and_then(|applications| applications.draw(overlay, population.alive(), cycle));
        let met = (overlay, partners);
        let (tally, bytes, payload_bytes) = government.spread(self.scenario, population, met, cycle);
        self.meter.messages(tally, bytes);
        self.meter.counts.payload_bytes += payload_bytes;
    }

    /// Nodes that have met tell each other whom they know in each application.
    pub(super) fn tell(&mut self, _: &mut Writer) {
        let cycle = self.now();
        let Cloud { population, overlay, government, applications, .. } = &mut self.cloud;
        let Some(applications) = applications else { return };
        let wanted = wanted(applications, government);
        let versions = government.holding.as_deref().zip(government.acting.as_deref());
        let held = Held { versions: versions.map(|(holding, acting)| [holding, acting]), wanted: &wanted.apps };
        let (tally, payload_bytes) = applications.tell(overlay, population.alive(), cycle, held);
        // Where nodes have met for something else, contacts ride along.
        if overlay.views.is_none() && government.holding.is_none() {
            self.meter.messages(tally, [0; 2]);
        }
        self.meter.counts.payload_bytes += payload_bytes;
    }

    /// Nodes join their applications, and leave those in which they are no more.
    pub(super) fn belong(&mut self, _: &mut Writer) {
        let cycle = self.now();
        let Cloud { population, government, applications, .. } = &mut self.cloud;
        let Some(applications) = applications else { return };
        let wanted = wanted(applications, government);
        let Some(who) = decided(population, government, &wanted) else { return };
        let waiting = applications.turn(who, cycle);
        let joining = applications.join(&waiting, cycle);
        self.meter.messages(joining, JOIN_BYTES);
    }

    /// Members of each application meet.
    pub(super) fn meet(&mut self, _: &mut Writer) {
        let cycle = self.now();
        let Some(applications) = &mut self.cloud.applications else { return };
        let inside = applications.exchange(cycle);
        let bytes = applications.wire_bytes();
        self.meter.messages(inside, bytes);
    }

    /// Members fetch the code of their applications.
    pub(super) fn fetch(&mut self, _: &mut Writer) {
        let cycle = self.now();
        let Cloud { population, applications, .. } = &mut self.cloud;
        let Some(applications) = applications else { return };
        let (fetching, payload_bytes) = applications.fetch(cycle, &population.attributes);
        self.meter.messages(fetching, [0; 2]);
        self.meter.counts.payload_bytes += payload_bytes;
    }

    /// Members build their topologies, and do what protocols of one's own ask of them.
    pub(super) fn gather(&mut self, _: &mut Writer) {
        let cycle = self.now();
        let Cloud { population, overlay, applications, own, .. } = &mut self.cloud;
        let below = Below { population, overlay, applications: applications.as_ref() };
        for (tally, bytes, told) in own.cycle(below, &self.scenario.network, cycle) {
            self.meter.messages(tally, bytes);
            self.meter.counts.payload_bytes += told;
        }
    }

    /// Nodes learn their rank.
    pub(super) fn slice(&mut self, _: &mut Writer) {
        let cycle = self.now();
        let Cloud { population, overlay, slicing, government, .. } = &mut self.cloud;
        let tally = slicing.cycle(population, overlay, cycle, |gradient| government.versions.borders(gradient));
        self.meter.messages(tally, slicing.wire_bytes());
    }

    /// Nodes decide where they belong.
    pub(super) fn assign(&mut self, _: &mut Writer) {
        self.decide();
    }

    pub(super) fn decide(&mut self) {
        let Cloud { population, aggregation, slicing, government, .. } = &mut self.cloud;
        government.rest();
        government.assign(population, slicing, aggregation);
        government.check(population, self.cycle);
    }

    /// Nodes learn together.
    pub(super) fn aggregate(&mut self, trace: &mut Writer) {
        let done = self.cloud.aggregating(self.scenario, self.cycle, Aggregation::cycle);
        for (tally, bytes) in done.messages {
            self.meter.messages(tally, bytes);
        }
        done.epochs.into_iter().for_each(|row| trace.push(row));
    }

    /// Nodes watch what they have found, and change the suite by rules.
    pub(super) fn watch(&mut self, trace: &mut Writer) {
        let Cloud { population, overlay, aggregation, government, .. } = &mut self.cloud;
        let finished = (0..aggregation.items.len()).map(|number| aggregation.finished(number)).collect();
        let wings = (&*population, &*aggregation, overlay);
        if government.watch(self.scenario, wings, finished, self.cycle, trace) {
            self.observer.forget();
            self.meter.counts.payload_bytes += self.cloud.launch(&[], self.now());
        }
    }

    /// Nodes hold these results of an aggregate, and those have just finished an epoch of it that are said to have:
    /// rules act on that. A seam for tests.
    #[doc(hidden)]
    pub fn finish(&mut self, aggregate: usize, held: &[f32], finished: Finished<'_>, trace: &mut Writer) {
        let Cloud { population, overlay, aggregation, government, .. } = &mut self.cloud;
        aggregation.estimates[aggregate].held.iter_mut().for_each(|column| column.copy_from_slice(held));
        let mut all = vec![Finished::Nobody; aggregation.items.len()];
        all[aggregate] = finished;
        let wings = (&*population, &*aggregation, overlay);
        if government.watch(self.scenario, wings, all, self.cycle, trace) {
            self.observer.forget();
        }
    }
}
