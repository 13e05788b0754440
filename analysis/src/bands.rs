//! What differs between replicates, cycle by cycle.

use std::collections::BTreeMap;

use datasets::trace::read;

use crate::applications::wrong_fraction;
use crate::metrics::{Name, gradient_name};
use crate::{Dispersion, Error};

/// A number after each observed cycle, over replicates.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// What it is: `held` nodes and the share of `wrong` ones of an application, `rank_error` of an attribute,
    /// `relative_error` of an aggregate.
    pub name: Name,
    /// The observed cycles, ascending, each with the spread of the number after it.
    pub cycles: Vec<(u32, Dispersion)>,
}

/// A number after a cycle of a run.
type Value = (Name, u32, Option<f64>);

/// The bands of replicates: runs that differ in their seed alone.
///
/// # Errors
///
/// If the files of a run are damaged.
pub fn bands<'a>(runs: impl Iterator<Item = &'a read::Run>) -> Result<Vec<Band>, Error> {
    let mut order: Vec<Name> = Vec::new();
    let mut all: BTreeMap<Name, BTreeMap<u32, Vec<f64>>> = BTreeMap::new();
    for run in runs {
        for (name, cycle, value) in values(run)? {
            if !all.contains_key(&name) {
                order.push(name.clone());
            }
            let of_cycle = all.entry(name).or_default().entry(cycle).or_default();
            of_cycle.extend(value.filter(|value| value.is_finite()));
        }
    }
    let cycles = |name: &Name| {
        let cycles = all.get(name).into_iter().flatten();
        cycles.filter_map(|(&cycle, values)| Some((cycle, Dispersion::of(values)?))).collect()
    };
    Ok(order.into_iter().map(|name| Band { cycles: cycles(&name), name }).collect())
}

/// All numbers of a run.
fn values(run: &read::Run) -> Result<Vec<Value>, Error> {
    let name = |metric, subject: &str, unit| Name { metric, subject: subject.to_owned(), unit };
    let mut values = Vec::new();
    for row in run.apps()? {
        let wrong = wrong_fraction(row.wrong_count, row.held_count, row.asked_count);
        values.push((name("held", &row.app, "nodes"), row.cycle, Some(row.held_count as f64)));
        values.push((name("wrong", &row.app, "fraction"), row.cycle, Some(wrong)));
    }
    let slices = run.slices()?;
    for row in &slices {
        let all = slices.iter().map(|other| (other.attribute.as_str(), other.gradient));
        let subject = gradient_name(&row.attribute, row.gradient, all);
        values.push((name("rank_error", &subject, "fraction"), row.cycle, Some(row.rms_rank_error_fraction)));
    }
    for row in run.aggregates()? {
        values.push((name("relative_error", &row.aggregate, "fraction"), row.cycle, row.relative_error));
    }
    Ok(values)
}
