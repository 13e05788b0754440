//! A cloud under way that is taken up from what was saved of it: its columns and its book.
//!
//! What is not saved is found again from the scenario: the plans of its versions, its fleet, and what is derived from
//! who is alive. Reads every saved column once.
//!
//! The scenario may schedule what the one that was saved did not: a crash, say, or the launch of a version. It has
//! columns then that were not needed until now, and which are what they would have become ([`Cloud::grow`]).

use std::time::Instant;

use datasets::scenario::Scenario;
use rayon::prelude::*;

use super::Simulation;
use crate::application::CONTACTS;
use crate::book::Book;
use crate::cloud::Cloud;
use crate::error::Error;
use crate::memory::{Field, Fields, Kind, Storage};
use crate::meter::{Meter, Work};
use crate::observer::Observer;
use crate::plans::Needs;
use crate::population::Fleet;

/// Writes what was saved of a column, by its name, into its cells; says whether there is such a column.
pub type Fill<'f> = dyn Fn(&str, &mut [u8]) -> Result<bool, Error> + Sync + 'f;

impl<'a> Simulation<'a> {
    /// The cloud of a scenario as it was when `book` was written and its columns, which `fill` knows, were saved.
    ///
    /// # Errors
    /// If there is no room for it, its fleet cannot be read, `fill` fails, or what was saved is not a state of this
    /// scenario.
    pub fn resume(scenario: &'a Scenario, storage: &Storage, book: Book, fill: &Fill<'_>) -> Result<Self, Error> {
        let start = Instant::now();
        let needs = Needs::of(scenario);
        let (mut cloud, mut observer) = (Cloud::declare(&needs), Observer::declare(&needs));
        let nodes = scenario.run.nodes as usize;
        let fields: Vec<&Field> = cloud.fields().into_iter().chain(observer.fields()).collect();
        // What a node knows of applications is as long as there are applications.
        let known = book.applications.as_ref().map(|course| course.counts.len());
        let known = known.filter(|&apps| cloud.applications.as_ref().is_some_and(|inside| apps < inside.shape.apps));
        let filled = fields.par_iter().map(|field| {
            if known.is_some() && field.name == CONTACTS {
                field.allocate(storage, nodes)?;
                return Ok(None);
            }
            let lasts = field.kind != Kind::Scratch;
            let is_filled = field.allocate_with(storage, nodes, |cells| Ok(lasts && fill(&field.name, cells)?))?;
            Ok((lasts && !is_filled).then(|| field.name.clone()))
        });
        let mut missing: Vec<String> = filled.collect::<Result<Vec<_>, Error>>()?.into_iter().flatten().collect();
        if let (Some(apps), Some(inside)) = (known, &mut cloud.applications)
            && !inside.take_contacts(apps, nodes, fill)?
        {
            missing.push(CONTACTS.to_owned());
        }
        let Book { cycle, aggregation, government, applications, own, observer: known, counts } = book;
        if !cloud.aggregation.take_up(aggregation) {
            return Err(Error::State { what: "it has other aggregates".to_owned() });
        }
        if !cloud.government.take_up(government) {
            return Err(Error::State { what: "it has other versions of the suite".to_owned() });
        }
        let fits = match (&mut cloud.applications, applications) {
            (Some(applications), Some(course)) => applications.take_up(course, nodes, &missing),
            (None, _) => true,
            (Some(_), None) => false,
        };
        if !fits {
            return Err(Error::State { what: "it has other applications".to_owned() });
        }
        if !cloud.own.take_up(own) {
            return Err(Error::State { what: "it has other topologies".to_owned() });
        }
        if let Some(name) = cloud.grow(scenario, &missing) {
            return Err(Error::State { what: format!("it has no column '{name}'") });
        }
        observer.take_up(known, cloud.government.versions.plans.apps.len());
        let fleet = Fleet::read(scenario)?;
        let mut meter = Meter { counts, ..Meter::default() };
        meter.time(Work::Birth, start);
        Ok(Self { scenario, fleet, cloud, observer, cycle, meter })
    }

    /// Every column that lasts from one cycle to the next, in the order that the scenario decides.
    pub fn columns(&self) -> Vec<&Field> {
        let fields = self.cloud.fields().into_iter().chain(self.observer.fields());
        fields.filter(|field| field.kind != Kind::Scratch).collect()
    }
}
