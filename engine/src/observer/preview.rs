//! What a change of the suite will do to a fleet, before it is launched: who would be where, once all has settled.
//!
//! Builds the cloud as it begins and assigns it centrally, by the one suite and then by the other: nobody gossips.
//! Costs what the birth of the cloud costs and twice the truth (see [`super::truth`]).

use datasets::scenario::{Scenario, Slicing, SlicingProtocol};
use datasets::suite::{Suite, Version};
use kernels::suite::NONE;

use super::truth::Truth;
use crate::cloud::Cloud;
use crate::error::Error;
use crate::memory::{Fields, Storage, strides};
use crate::plans::Needs;
use crate::population::Fleet;

/// What a change does to an application.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Its name.
    pub app: String,
    /// Nodes that it asks for under the one suite, and under the other; 0 if that lacks it.
    pub asked: [u64; 2],
    /// Nodes that it holds.
    pub held: [u64; 2],
    /// Nodes that join it.
    pub joins: u64,
    /// Nodes that leave it.
    pub leaves: u64,
}

/// What a change does.
#[derive(Debug, Default)]
pub struct Preview {
    /// Live nodes of the fleet.
    pub nodes: u64,
    /// Nodes whose application changes, or that are in one before or after alone.
    pub moved: u64,
    /// Each application of either suite, those of the first one first.
    pub changes: Vec<Change>,
}

/// What it does to the fleet of a scenario to replace one suite by another. Their attributes are those of the fleet;
/// what else the scenario says of suites is no matter.
///
/// # Errors
/// If there is no room for the cloud, or its fleet cannot be read.
pub fn preview(scenario: &Scenario, before: &Suite, after: &Suite) -> Result<Preview, Error> {
    let scenario = alone(scenario, before, after);
    let needs = Needs::of(&scenario);
    let (mut cloud, mut truth) = (Cloud::declare(&needs), Truth::declare(&needs));
    for field in cloud.fields().into_iter().chain(truth.fields()) {
        field.allocate(&Storage::Memory, scenario.run.nodes as usize)?;
    }
    cloud.birth(&scenario, &Fleet::read(&scenario)?)?;
    let Cloud { population, aggregation, government, .. } = &mut cloud;
    let (versions, nodes) = (&mut government.versions, population.live().count());
    let mut preview = Preview { nodes: nodes as u64, ..Preview::default() };
    preview.changes.extend(versions.plans.apps.iter().map(|app| Change { app: app.clone(), ..Change::default() }));
    // The suite with which the run begins has entered with the birth of the cloud.
    for which in 0..2 {
        if which == 1 {
            government.apps.iter_mut().zip(&truth.apps).for_each(|(apps, truth)| apps.copy_from_slice(truth));
            let Some(number) = versions.plans.number_of(0) else {
                truth.apps.iter_mut().for_each(|truth| truth.fill(NONE));
                break;
            };
            versions.launch(number, population, aggregation);
        }
        let found = truth.find(population, versions, scenario.run.seed)?;
        preview.changes.iter_mut().zip(found.asked).for_each(|(change, asked)| change.asked[which] = asked);
    }
    if let (Some(before), Some(after)) = (&government.apps, &truth.apps) {
        preview.count(before, after);
    }
    Ok(preview)
}

/// The scenario with these two suites and nothing that happens.
fn alone(scenario: &Scenario, before: &Suite, after: &Suite) -> Scenario {
    Scenario {
        first: Version { suite: before.clone(), ..Version::default() },
        launches: vec![Version { suite: after.clone(), ..Version::default() }],
        events: Vec::new(),
        slicing: Slicing { protocol: SlicingProtocol::Ordered, ..scenario.slicing.clone() },
        ..scenario.population_alone()
    }
}

impl Preview {
    /// Counts who is where in the first assignment, and in the second.
    fn count(&mut self, before: &[u8], after: &[u8]) {
        let parts = strides((before, after), |_, (before, after)| {
            let (mut counts, mut moved) = ([[0_u32; 4]; 1 << 8], 0);
            for (&before, &after) in before.iter().zip(after) {
                let differs = u32::from(before != after);
                counts[before as usize][0] += 1;
                counts[after as usize][1] += 1;
                counts[after as usize][2] += differs;
                counts[before as usize][3] += differs;
                moved += u64::from(differs);
            }
            (counts, moved)
        });
        for (counts, moved) in parts {
            self.moved += moved;
            for (change, [before, after, joins, leaves]) in
                self.changes.iter_mut().zip(counts.map(|c| c.map(u64::from)))
            {
                change.held[0] += before;
                change.held[1] += after;
                change.joins += joins;
                change.leaves += leaves;
            }
        }
    }
}
