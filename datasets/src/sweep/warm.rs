//! The common beginning of points: the cycles before they differ, which are run once for each seed.

use std::rc::Rc;

use serde_json::Value;

use super::seed;
use super::settings::Setting;
use super::values::Assignment;
use crate::checkpoint::{Difference, MAY_DIFFER, Purpose, difference};
use crate::error::Error;
use crate::record::run_id;
use crate::scenario::{Fork, Scenario};
use crate::written::{At, Check, Whole};

/// The common beginning of the points of a sweep.
#[derive(Clone, Debug)]
pub struct WarmUp {
    /// The cycle after which points differ.
    pub cycle: u32,
    /// The scenario that is run until then: that of the sweep, with what is set at all points.
    pub scenario: Scenario,
}

impl WarmUp {
    /// The scenario with the seed of a replicate.
    #[must_use]
    pub fn of(&self, replicate: u32) -> Scenario {
        let mut scenario = self.scenario.clone();
        scenario.run.seed = seed(scenario.run.seed, replicate);
        scenario
    }
}

/// A common beginning, while points are read.
pub(super) struct Beginning {
    pub warm_up: WarmUp,
    /// What its scenario says.
    content: Value,
}

impl Beginning {
    /// The states with which the replicates of a setting begin. What is in them is found when they are there.
    pub(super) fn forks(&self, replicates: u32) -> Vec<Fork> {
        let fork = |replicate| {
            let scenario = self.warm_up.of(replicate);
            let run_id = run_id(&scenario, &scenario.hash());
            Fork { run_id, cycle: self.warm_up.cycle, ..Fork::default() }
        };
        (0..replicates).map(fork).collect()
    }
}

const LONGER: &str = "give `warm_up` fewer cycles, or run.cycles more: points differ after the common beginning";

impl Check<'_, '_> {
    /// The common beginning of the points of a sweep, by the scenario without what they change.
    pub(super) fn warm_up(&self, cycles: &At<Whole>, scenario: Scenario) -> Result<Beginning, Error> {
        let cycle = self.whole(cycles, 1, u32::MAX.into())? as u32;
        let all = scenario.run.cycles;
        if all <= cycle {
            return Err(self.refuse(
                cycles.span(),
                format!("`warm_up` is {cycle}, and a run has {all} cycles"),
                LONGER,
            ));
        }
        let content = scenario.content();
        Ok(Beginning { warm_up: WarmUp { cycle, scenario }, content })
    }

    /// Refuses a setting that changes the common beginning.
    pub(super) fn begins_with(
        &self,
        beginning: &Beginning,
        scenario: &Scenario,
        setting: &Setting,
    ) -> Result<(), Error> {
        let cycle = beginning.warm_up.cycle;
        if scenario.run.cycles <= cycle {
            let message = format!("a run has {} cycles here, and `warm_up` is {cycle}", scenario.run.cycles);
            let span = culprit(setting, "run.cycles").map_or(0..0, |value| value.span.clone());
            return Err(self.refuse(span, message, LONGER));
        }
        let Some(found) = difference((&beginning.content, cycle), scenario, Purpose::Fork) else { return Ok(()) };
        let Difference { key, saved, now } = found;
        let change = format!("`{key}` is {saved} in the beginning, and {now} here");
        let help = "move the key into [set], or leave `warm_up` out; points may change what decides of later cycles \
                    alone";
        let help = format!("{help}: {MAY_DIFFER}");
        let Some(value) = culprit(setting, &key) else { return Err(self.refuse(0..0, change, help)) };
        let message = format!(
            "`{}` is {} at some points, and changes their common beginning of {cycle} cycles (`warm_up`): {change}",
            value.key, value.param.value
        );
        Err(self.refuse(value.span.clone(), message, help).keyed(&value.key))
    }
}

/// The value of a setting that has most of its key in common with another key; of several the last one.
fn culprit<'s>(setting: &'s Setting, key: &str) -> Option<&'s Assignment> {
    let common = |value: &&Rc<Assignment>| {
        let pairs = value.key.split('.').zip(key.split('.'));
        pairs.take_while(|(one, other)| one == other).count()
    };
    setting.iter().max_by_key(common).map(AsRef::as_ref)
}
