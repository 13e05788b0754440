//! Nodes watch, act by rules, and bring in what they make.

use std::cmp::Reverse;

use datasets::scenario::Scenario;
use datasets::trace::{EventRow, Writer};

use super::carried::Carried;
use super::draft::{Draft, Outcome};
use super::streak::{Act, resting};
use crate::aggregate::{Aggregation, Finished};
use crate::government::state::{Course, Government};
use crate::overlay::Overlay;
use crate::population::Population;

impl Government {
    /// Nodes that have `finished` an epoch of an aggregate, by its number, act by the rules. Returns whether a new
    /// version has entered.
    pub fn watch(
        &mut self,
        scenario: &Scenario,
        (population, aggregation, overlay): (&Population, &Aggregation, &mut Overlay),
        finished: Vec<Finished<'_>>,
        cycle: u32,
        trace: &mut Writer,
    ) -> bool {
        if self.streaks.is_empty() || self.course.is_exhausted {
            return false;
        }
        let before = self.versions.newest();
        let (mut acts, mut drafts) = (Vec::new(), Vec::new());
        let Self { apps, holding, streaks, versions, rules, course, .. } = &mut *self;
        let Course { ledger, is_exhausted, .. } = course;
        let (Some(apps), Some(holding)) = (apps, holding) else { return false };
        let carried: Vec<Vec<Carried<'_>>> =
            (1..=before).map(|number| Carried::by(scenario, rules, versions, number)).collect();
        for ((base, index), fired) in super::streak::watch(streaks, (apps, holding), &carried, aggregation, finished) {
            let Some(carried) = carried[base - 1].iter().find(|carried| carried.index == index) else { continue };
            let (column, epochs, rest) = (carried.column, carried.epochs(), resting(carried.rule.cool_down));
            let act = Act { column, base: base as u8, epochs, rest, number: 0 };
            let nodes = versions.owners_count(population, aggregation);
            match Draft::new(scenario, (versions, nodes), base, carried, &fired, cycle) {
                Some(draft) => drafts.push((draft, act)),
                None => acts.push(act),
            }
        }
        // Of two that make the same version, those who hold the newer one come first.
        drafts.sort_by_key(|(draft, act)| (draft.row.version, Reverse(act.base)));
        for (draft, act) in drafts {
            let (row, outcome) = draft.enter(versions, ledger, population, aggregation);
            *is_exhausted |= outcome == Outcome::NoNumberLeft;
            if outcome != Outcome::NoNumberLeft {
                let (kind, rule, nodes_count) = ("rule".into(), Some(row.rule.clone()), row.nodes_count);
                trace.push(EventRow { cycle, kind, version: None, rule, nodes_count });
            }
            trace.push(row);
            acts.push(Act { number: if let Outcome::Taken(number) = outcome { number as u8 } else { 0 }, ..act });
            if *is_exhausted {
                break;
            }
        }
        self.take(overlay, &acts);
        self.versions.newest() > before
    }
}
