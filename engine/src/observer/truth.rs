//! The truth, which the observer alone knows: what a central sort of all live nodes would assign by the newest version
//! of the suite.
//!
//! Computed once, and again whenever nodes come or go, or a version enters. Reads and writes about sixty bytes a node
//! and gradient (see [`super::ranks`]), then nine bytes a node and application.

use datasets::suite::Test;
use kernels::disorder::{OUTSIDE, mark};
use kernels::suite::{NONE, claim};
use serde::{Deserialize, Serialize};

use super::ranks::{Scratch, ranks};
use crate::error::Error;
use crate::government::Versions;
use crate::government::claims::Claim;
use crate::memory::{Column, Kind, Mask, STRIDE, fields, strides};
use crate::plans::condition::fits;
use crate::plans::{Needs, Pick, Plan};
use crate::population::Population;
use crate::schedule::purpose::{SUITE, for_life};

/// Where every node belongs.
#[derive(Debug)]
pub struct Truth {
    /// Which application a central sort would assign; missing without a suite.
    pub apps: Option<Column<u8>>,
    /// The true order of each gradient.
    pub gradients: Vec<Order>,
}

/// The true order of a gradient.
#[derive(Debug)]
pub struct Order {
    /// True ranks among those that should take part, `u32::MAX` for others.
    pub ranks: Column<u32>,
    /// The tenth in which each node should be, and the one in which it believed itself at the last observation: four
    /// bits each.
    pub tenths: Column<u8>,
}

/// What there is to know of the truth beside the columns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Nodes that each application asks for.
    pub asked: Vec<u64>,
    /// Nodes that tie across a border of each application.
    pub border_ties: Vec<u64>,
    /// True members of each gradient; `None` for those that the newest version does not use.
    pub members: Vec<Option<u64>>,
}

impl Truth {
    /// The columns that a scenario needs.
    #[must_use]
    pub fn declare(needs: &Needs<'_>) -> Self {
        let gradient = |number: usize| Order {
            ranks: Column::new(Kind::Derived, format!("gradient-{number}-ranks")),
            // What nodes believed at the last observation cannot be found again.
            tenths: Column::new(Kind::Kept, format!("gradient-{number}-tenths")),
        };
        Self {
            apps: needs.has_suite.then(|| Column::new(Kind::Derived, "truth")),
            gradients: (0..needs.plans.gradients.len()).map(gradient).collect(),
        }
    }

    /// Finds the truth about the live nodes.
    ///
    /// # Errors
    /// If there is no room to sort.
    pub fn find(&mut self, population: &Population, versions: &Versions, seed: u64) -> Result<Figures, Error> {
        let Self { apps: Some(truth), gradients } = self else { return Ok(Figures::default()) };
        let plans = &versions.plans;
        truth.fill(NONE);
        let mut found = Figures {
            asked: versions.asked(population.live().count()),
            border_ties: vec![0; plans.apps.len()],
            members: vec![None; plans.gradients.len()],
        };
        let Some(plan) = versions.newest_plan() else { return Ok(found) };
        let (nodes, alive, attributes) = (population.nodes, population.alive(), population.values());
        let no_room = |source| Error::Column { column: "sort".into(), bytes: 16 * nodes as u64, source };
        let mut scratch = uses_gradients(plan).then(|| Scratch::new(nodes)).transpose().map_err(no_room)?;
        // Where all nodes take part in every gradient, and for ever, none needs a mark.
        let is_whole = plans.gradients.iter().all(|gradient| gradient.is_whole);
        let needs_marks = alive != Mask::ALL || !is_whole || plan.has_conditions();
        let mut marks: Option<Column<u8>> =
            needs_marks.then(|| Column::anonymous(nodes)).transpose().map_err(no_room)?;
        for (step, claims) in plan.steps.iter().zip(versions.claims(versions.newest())) {
            let opens = matches!(step.pick, Pick::Gradient { opens: true, .. });
            if let Some(marks) = marks.as_deref_mut().filter(|_| opens || step.condition.is_some()) {
                let test = step.condition.map(|condition| &plans.conditions[condition]);
                eligible(marks, truth, alive, test, &attributes);
            }
            let mask = Mask::from(marks.as_ref());
            match claims {
                Claim::Gradient { gradient, from, to } => {
                    let order = &mut gradients[*gradient];
                    let scratch = scratch.as_mut().unwrap_or_else(|| unreachable!("there is a gradient"));
                    if opens {
                        let values = attributes[plans.gradients[*gradient].attribute];
                        let members = ranks(&mut order.ranks, values, mask, scratch) as u64;
                        found.members[*gradient] = Some(members);
                        strides((&mut *order.tenths, &*order.ranks), |_, (tenths, ranks)| {
                            mark(tenths, ranks, members);
                        });
                    }
                    let members = found.members[*gradient].unwrap_or_default();
                    let [from, to] = [from, to].map(|share| (share * members as f64).round() as usize);
                    let inner = [from, to].into_iter().filter(|&border| border > 0 && border < members as usize);
                    let cut = |&border: &usize| {
                        let ties = scratch.ties_at(border);
                        if ties.start < border { ties.len() as u64 } else { 0 }
                    };
                    found.border_ties[step.app as usize] = inner.map(|border| cut(&border)).sum();
                    strides((&mut **truth, &*order.ranks), |_, (truth, ranks)| {
                        for (truth, &rank) in truth.iter_mut().zip(ranks) {
                            let takes = *truth == NONE && rank != OUTSIDE && (from..to).contains(&(rank as usize));
                            *truth = if takes { step.app } else { *truth };
                        }
                    });
                }
                Claim::Random { draw, ranges } => {
                    let words_for_life = for_life(seed, SUITE);
                    let mask = if step.condition.is_some() { mask } else { alive };
                    strides((&mut **truth, mask), |first, (truth, mask)| {
                        let mut words = [0; STRIDE];
                        let words = &mut words[..truth.len()];
                        words_for_life.fill(words, first as u32, *draw as u32);
                        for &[from, to] in ranges {
                            claim(truth, words.iter().copied(), mask.marks(), from, to, step.app);
                        }
                    });
                }
            }
        }
        Ok(found)
    }
}

fields!(Truth { gradients, apps });
fields!(Order { ranks, tenths });

/// Whether an application of a version asks for nodes by their rank.
fn uses_gradients(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| matches!(step.pick, Pick::Gradient { .. }))
}

/// Marks the live nodes without an application that pass a test.
fn eligible(marks: &mut [u8], truth: &[u8], alive: Mask<'_>, test: Option<&Test>, attributes: &[&[f32]]) {
    let columns = (marks, ((truth, alive), attributes.to_vec()));
    strides(columns, |_, (marks, ((truth, alive), attributes))| {
        match test {
            Some(test) => fits(marks, test, &attributes),
            None => marks.fill(1),
        }
        for (k, (mark, &truth)) in marks.iter_mut().zip(truth).enumerate() {
            *mark &= u8::from(truth == NONE && alive.holds(k));
        }
    });
}
