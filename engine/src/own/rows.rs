//! The rows of topologies, and of requests that go through them.
//!
//! Sorts the places of all members, eight bytes each or twelve, and reads each record once, at random where rows are
//! not in the order of places.

use datasets::scenario::{Event, EventKind, Lookups, Scenario, TopologyProtocol, Trace};
use datasets::trace::{LookupRow, OwnRow, RegistryRow, TopologyRow};

use super::below::Below;
use super::state::{Own, What};
use super::through::Through;
use crate::gossip::instance::AnyInstance;
use crate::schedule::Cycle;
use crate::schedule::purpose::{INSTANCE, LOOKUPS};
use crate::topology::lookups::row;

/// Bytes of an entry in a message: of a place, and of a stamp.
const ENTRY_BYTES: f64 = 5.0;
const LINE_BYTES: f64 = 9.0;

impl Own {
    /// The rows of `topologies`, of `lookups`, of `registry`, and of `own`. Counting begins anew.
    pub fn rows(&mut self, below: Below<'_>, (names, scenario): (&[String], &Scenario), cycle: Cycle) -> Rows {
        let Rows { mut topologies, lookups: mut requests, mut registry, mut own } = Rows::default();
        let judged = scenario.trace.judged.unwrap_or(Trace::USUAL_JUDGED);
        for (one, course) in self.running.iter().zip(&mut self.course) {
            let (messages, told) = std::mem::take(course);
            let app = one.app.map(|app| names[usize::from(app)].clone());
            let around = below.around(self.seats.as_ref(), (one.app, one.purpose), cycle);
            let clouds = if one.app.is_none() { below.population.clouds_now() } else { Vec::new() };
            let measures = match one.what {
                What::Topology { .. } if clouds.len() > 1 => {
                    of_each(&*one.instance, (below, &clouds), one.purpose, cycle, judged as usize)
                }
                _ => one.instance.measure(&around, judged as usize),
            };
            let (protocol, lookups) = match &one.what {
                What::Topology { protocol, lookups } => (protocol, lookups),
                What::Own(name) => {
                    own.extend(one.instance.measures().iter().zip(measures).map(|(measure, value)| OwnRow {
                        cycle: cycle.number,
                        protocol: name.clone(),
                        app: app.clone(),
                        measure: (*measure).to_owned(),
                        value,
                    }));
                    continue;
                }
            };
            let value = |name: &str| {
                let place = one.instance.measures().iter().position(|measure| *measure == name);
                place.and_then(|place| measures.get(place)).copied().unwrap_or(f64::NAN)
            };
            let bytes = if *protocol == TopologyProtocol::Line { LINE_BYTES } else { ENTRY_BYTES };
            topologies.push(TopologyRow {
                cycle: cycle.number,
                app: app.clone(),
                topology: protocol.name().to_owned(),
                instance: begun_anew(scenario, one.app.map(|app| &*names[usize::from(app)]), cycle.number),
                members_count: value("members_count") as u64,
                started_fraction: value("started_fraction"),
                missing_fraction: value("missing_fraction"),
                leaf_missing_fraction: value("leaf_missing_fraction"),
                table_missing_fraction: value("table_missing_fraction"),
                finger_empty_fraction: value("finger_empty_fraction"),
                finger_inexact_fraction: value("finger_inexact_fraction"),
                dead_fraction: value("dead_fraction"),
                active_fraction: value("active_fraction"),
                messages_count: messages,
                entries_per_message_mean: if messages == 0 { f64::NAN } else { told as f64 / bytes / messages as f64 },
            });
            if lookups.is_none() && one.registry.is_none() {
                continue;
            }
            let stands = one.instance.stands(&around);
            registry.extend(one.registry.as_ref().map(|registry| registry.row(cycle.number, app.clone(), &stands)));
            let Some(lookups) = *lookups else { continue };
            let through =
                Through { instance: &*one.instance, around: &around, below, app: one.app, asker: lookups.asker };
            // Else each request would seek somebody in vain.
            let per_cycle = if stands.is_empty() || !through.is_asked() { 0 } else { lookups.per_cycle };
            let lookups = Lookups { per_cycle, ..lookups };
            let stream = cycle.stream(LOOKUPS + one.app.map_or(0, |app| u32::from(app) + 1) * INSTANCE);
            requests.push(row((cycle.number, app), lookups, (&through, &scenario.network, &stands), stream));
        }
        Rows { topologies, lookups: requests, registry, own }
    }
}

/// What is measured of the topologies that several clouds build, each among its own live nodes: how many these are in
/// all, then means over them.
fn of_each(
    instance: &dyn AnyInstance,
    (below, clouds): (Below<'_>, &[u8]),
    purpose: u32,
    cycle: Cycle,
    judged: usize,
) -> Vec<f64> {
    let mut marks = vec![0; below.population.nodes];
    let mut of_cloud = |&cloud: &u8| {
        below.population.mark(cloud, &mut marks);
        instance.measure(&below.among(&marks, purpose, cycle), judged)
    };
    let found: Vec<Vec<f64>> = clouds.iter().map(&mut of_cloud).collect();
    let members = || found.iter().map(|measures| measures[0]);
    let mean = |at: usize| {
        let known = found.iter().filter(|measures| !measures[at].is_nan());
        let (sum, count) = known.fold((0.0, 0.0), |(sum, count), it| (sum + it[0] * it[at], count + it[0]));
        sum / count
    };
    std::iter::once(members().sum()).chain((1..found[0].len()).map(mean)).collect()
}

/// How often the members of an application, or of the whole cloud, have begun anew by the end of a cycle.
fn begun_anew(scenario: &Scenario, app: Option<&str>, cycle: u32) -> u32 {
    let is_it = |event: &&Event| matches!(&event.kind, EventKind::Bootstrap(of) if of.as_deref() == app);
    let times = |event: &Event| (cycle.min(event.until_cycle) + 1).saturating_sub(event.at_cycle);
    scenario.events.iter().filter(is_it).map(times).sum()
}

/// The rows of a cycle.
#[derive(Debug, Default)]
pub struct Rows {
    /// Of topologies.
    pub topologies: Vec<TopologyRow>,
    /// Of requests that go through them.
    pub lookups: Vec<LookupRow>,
    /// Of values that are found through them.
    pub registry: Vec<RegistryRow>,
    /// Of what protocols of one's own measure.
    pub own: Vec<OwnRow>,
}
