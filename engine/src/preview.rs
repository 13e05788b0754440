//! What a change of the suite will do to a fleet, before it is launched: who would be where, once all has settled.
//!
//! Builds the cloud as it begins and assigns it centrally, by the one suite and then by the other: nobody gossips. Costs what the
//! birth of the cloud costs and twice the truth (see [`crate::truth`]).

use datasets::scenario::{Launch, Sampling, SamplingProtocol, Scenario, Slicing, SlicingProtocol};
use datasets::suite::{Suite, Verdict};
use kernels::suite::NONE;

use crate::attributes::Attributes;
use crate::birth::birth;
use crate::churn::Churn;
use crate::cloud::Cloud;
use crate::column::Storage;
use crate::error::Error;
use crate::pass::strides;
use crate::plan::Plans;
use crate::suites::Suites;
use crate::truth::truth;

/// What a change does to an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Live nodes of the fleet.
    pub nodes: u64,
    /// Nodes whose application changes, or that are in one before or after alone.
    pub moved: u64,
    /// Each application of either suite, those of the first one first.
    pub changes: Vec<Change>,
}

/// What it does to the fleet of a scenario to replace one suite by another. Their attributes are those of the fleet; what else the
/// scenario says of suites is no matter.
///
/// # Errors
/// If there is no room for the cloud, or its fleet cannot be read.
pub fn preview(scenario: &Scenario, before: &Suite, after: &Suite) -> Result<Preview, Error> {
    let scenario = alone(scenario, before, after);
    let mut suites = Suites::new(Plans::new(&scenario), &scenario);
    let mut cloud = Cloud::new(&scenario, &Storage::Memory)?;
    birth(&mut cloud, &scenario, &Attributes::new(&scenario)?, &Churn::new(&scenario)?)?;
    let nodes = cloud.alive_count();
    let mut preview = Preview { nodes: nodes as u64, ..Preview::default() };
    preview.changes.extend(suites.plans.apps.iter().map(|app| Change { app: app.clone(), ..Change::default() }));
    let numbers = [(!before.apps.is_empty()).then_some(1), suites.plans.number_of(0)];
    for (which, number) in numbers.into_iter().enumerate() {
        if let (Some(now), Some(earlier)) = (&cloud.truth, &mut cloud.apps) {
            earlier.copy_from_slice(now);
        }
        if let Some(number) = number {
            suites.launch(number, &cloud, nodes);
            let found = truth(&mut cloud, &suites, scenario.run.seed)?;
            preview.changes.iter_mut().zip(found.asked).for_each(|(change, asked)| change.asked[which] = asked);
        } else if let Some(truth) = &mut cloud.truth {
            truth.fill(NONE);
        }
    }
    preview.count(&cloud);
    Ok(preview)
}

/// The scenario with these two suites and nothing that happens.
fn alone(scenario: &Scenario, before: &Suite, after: &Suite) -> Scenario {
    let launch =
        Launch { path: "".into(), suite: after.clone(), verdict: Verdict::Valid, expires_cycle: None, bytes: 0 };
    Scenario {
        suite: before.clone(),
        launches: vec![launch],
        adversaries: None,
        aggregates: Vec::new(),
        monitor: None,
        events: Vec::new(),
        sampling: Sampling { protocol: SamplingProtocol::Oracle, ..scenario.sampling.clone() },
        slicing: Slicing { protocol: SlicingProtocol::Ordered, ..scenario.slicing.clone() },
        ..scenario.clone()
    }
}

impl Preview {
    /// Counts who is where in the first assignment, in `apps`, and in the second, in `truth`.
    fn count(&mut self, cloud: &Cloud) {
        let (Some(before), Some(after)) = (&cloud.apps, &cloud.truth) else { return };
        let parts = strides((&**before, &**after), |_, (before, after): (&[u8], &[u8])| {
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
