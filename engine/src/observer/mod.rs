//! The observer: it knows the truth, changes nothing, and writes a row of each table.
//!
//! - the truth: [`truth`], with [`ranks`];
//! - rows: of [`mod@disorder`], with [`local`] (what nodes could see of it themselves), of [`mod@clouds`] that are
//!   several, and of [`rows`], with [`graph`] (the overlay that views span) and [`panel`] (snapshots of nodes); what
//!   there is to say of aggregates and versions their own wings say;
//! - without a run: [`mod@preview`] of a change of the suite.
//!
//! Reads every column once, as a stream: for a gradient fourteen bytes a node, for the applications two and the
//! attributes. Sums fold in the order of the nodes.

mod clouds;
mod disorder;
pub mod graph;
mod local;
mod panel;
pub mod preview;
pub mod ranks;
mod rows;
pub mod truth;

use datasets::scenario::Scenario;
use datasets::trace::{CycleRow, Writer};
use kernels::disorder::Ecdf;
use serde::{Deserialize, Serialize};

use crate::cloud::{Cloud, wanted};
use crate::error::Error;
use crate::memory::fields;
use crate::own::Below;
use crate::plans::Needs;
use crate::schedule::Cycle;
use truth::{Figures, Truth};

/// What the observer knows.
#[derive(Debug)]
pub struct Observer {
    /// Where every node belongs.
    pub truth: Truth,
    /// The nodes of snapshots.
    panels: panel::Panels,
    known: Known,
    /// Where the ids of each gradient lie, once that has been found and as long as it cannot have changed. Derived.
    ecdfs: Vec<Option<Ecdf>>,
}

/// What is true until the next node comes or goes, or an application asks for others. Derived from the columns when it
/// was found, which were other columns then.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Known {
    /// Whether that has happened since.
    is_stale: bool,
    /// Live nodes.
    alive: u64,
    figures: Figures,
    /// The true values of what is aggregated among all live nodes.
    values: Vec<Vec<f64>>,
}

impl Observer {
    /// The columns that a scenario needs.
    #[must_use]
    pub fn declare(needs: &Needs<'_>) -> Self {
        Self {
            truth: Truth::declare(needs),
            panels: panel::Panels::default(),
            known: Known::default(),
            ecdfs: vec![None; needs.plans.gradients.len()],
        }
    }

    /// A node has come or gone, an attribute has changed, or an application asks for others.
    pub fn forget(&mut self) {
        self.known.is_stale = true;
    }

    /// Something else needs much memory for a while: gives back what is kept only to find the truth sooner.
    pub fn give_room(&mut self) {
        self.truth.give_room();
    }

    /// Finds what is true now.
    ///
    /// # Errors
    /// If there is no room to sort.
    pub fn learn(&mut self, cloud: &Cloud, seed: u64) -> Result<(), Error> {
        let Cloud { population, aggregation, government, .. } = cloud;
        self.known = Known {
            is_stale: false,
            alive: population.live().count() as u64,
            figures: self.truth.find(population, &government.versions, seed)?,
            values: aggregation.true_values(&cloud.scopes()),
        };
        self.ecdfs.fill_with(|| None);
        Ok(())
    }

    /// Writes the rows of the state as it is, if they are due: `counts` has what has happened since the last row, and
    /// begins anew. The first rows of a trace are always due.
    ///
    /// # Errors
    /// If the trace cannot be written, or there is no room to measure the overlay, or to find the truth anew after
    /// nodes have come and gone.
    pub fn observe(
        &mut self,
        scenario: &Scenario,
        cloud: &mut Cloud,
        (cycle, is_first): (u32, bool),
        counts: &mut CycleRow,
        trace: &mut Writer,
    ) -> Result<(), Error> {
        let is_last = cycle == scenario.run.cycles;
        let is_due = cycle.is_multiple_of(scenario.trace.every) || is_last || is_first;
        // Then the overlay is measured, too.
        let is_thorough = cycle.is_multiple_of(scenario.trace.overlay.every) || is_last || is_first;
        if is_first {
            let rows = rows::attributes(&cloud.population, &scenario.fleet.attributes);
            for row in rows {
                trace.push(row);
            }
        }
        if is_due {
            if self.known.is_stale {
                self.learn(cloud, scenario.run.seed)?;
            }
            let Self { truth, known: Known { alive, figures, values, .. }, ecdfs, .. } = self;
            trace.push(CycleRow { cycle, alive_count: *alive, ..std::mem::take(counts) });
            let moves = cloud.government.take_moves();
            let Cloud { population, slicing, government, overlay, .. } = &mut *cloud;
            let nodes = (&*population, &*slicing, &*overlay);
            let rows = disorder::slices(scenario, nodes, (truth, figures), ecdfs, cycle);
            for row in rows {
                trace.push(row);
            }
            let rows = rows::apps(population, government, (truth, figures), &moves, cycle);
            for row in rows {
                trace.push(row);
            }
            if government.apps.is_some() {
                let standing = government.standing(population);
                government.course.ledger.rows(cycle, *alive, &standing).into_iter().for_each(|row| trace.push(row));
            }
            if let Some(applications) = &mut cloud.applications {
                let names = &cloud.government.versions.plans.apps;
                let of = (cloud.population.alive(), *alive);
                let wanted = wanted(applications, &cloud.government);
                let (contacts, members, code) = applications.rows((names, &wanted), of, (cycle, is_thorough));
                for row in contacts {
                    trace.push(row);
                }
                for row in members {
                    trace.push(row);
                }
                for row in code {
                    trace.push(row);
                }
            }
            let Cloud { population, overlay, applications, government, own, .. } = &mut *cloud;
            let below = Below { population, overlay, applications: applications.as_ref() };
            let names = &government.versions.plans.apps;
            own.check(names)?;
            let rows = own.rows(below, (names, scenario), Cycle::new(scenario, cycle));
            for row in rows.topologies {
                trace.push(row);
            }
            for row in rows.lookups {
                trace.push(row);
            }
            for row in rows.registry {
                trace.push(row);
            }
            for row in rows.own {
                trace.push(row);
            }
            let rows = cloud.aggregation.rows(&cloud.scopes(), cycle, values);
            for row in rows {
                trace.push(row);
            }
        }
        if is_thorough {
            self.give_room();
            rows::overlays(scenario, cloud, cycle, trace)?;
        }
        if is_due || is_thorough {
            let rows = clouds::rows(scenario, cloud, cycle, is_thorough);
            for row in rows.map_err(|source| rows::no_room(scenario, source))? {
                trace.push(row);
            }
        }
        if is_last {
            let government = &cloud.government;
            let rows = government.course.constraints.rows(scenario, &government.versions.plans.apps);
            for row in rows {
                trace.push(row);
            }
        }
        panel::edges(scenario, cloud, &self.panels, (cycle, is_last || is_first), trace)?;
        panel::snapshot(scenario, cloud, &self.panels, cycle, trace)
    }

    /// Takes up what has been found where a book has left it; the scenario may know further applications and gradients
    /// that come later. `apps` are all that it knows.
    pub fn take_up(&mut self, known: Known, apps: usize) {
        self.known = known;
        self.known.figures.resize(apps, self.truth.gradients.len());
    }

    /// What lasts beside the columns.
    pub fn book(&self) -> Known {
        let Self { truth: _, panels: _, known, ecdfs: _ } = self;
        known.clone()
    }
}

fields!(Observer { truth } but panels, known, ecdfs);
