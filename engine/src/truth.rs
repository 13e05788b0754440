//! The truth, which the observer alone knows: what a central sort of all live nodes would assign by the newest version of the suite.
//!
//! Computed once, and again whenever nodes come or go, or a version enters. Reads and writes about sixty bytes a node and
//! gradient (see [`crate::rank`]), then nine bytes a node and application.

use kernels::disorder::{OUTSIDE, mark};
use kernels::suite::{NONE, claim};

use crate::cloud::Cloud;
use crate::column::Column;
use crate::condition::fits;
use crate::error::Error;
use crate::pass::{STRIDE, strides};
use crate::plan::{Pick, Plan};
use crate::purpose::{SUITE, for_life};
use crate::rank::{Scratch, ranks};
use crate::schedule::is_member;
use crate::suites::{Claim, Suites};

/// What the observer knows beside the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Nodes that each application asks for.
    pub asked: Vec<u64>,
    /// Nodes that tie across a border of each application.
    pub border_ties: Vec<u64>,
    /// True members of each gradient; `None` for those that the newest version does not use.
    pub members: Vec<Option<u64>>,
}

/// Finds the truth about the live nodes.
///
/// # Errors
/// If there is no room to sort.
pub fn truth(cloud: &mut Cloud, suites: &Suites, seed: u64) -> Result<Truth, Error> {
    let alive_count = cloud.alive_count();
    let Some(truth) = &mut cloud.truth else { return Ok(Truth::default()) };
    let plans = &suites.plans;
    truth.fill(NONE);
    let mut found = Truth {
        asked: suites.asked(alive_count),
        border_ties: vec![0; plans.apps.len()],
        members: vec![None; plans.gradients.len()],
    };
    let Some(plan) = suites.newest_plan() else { return Ok(found) };
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    let no_room = |source| Error::Column { column: "sort".into(), bytes: 16 * cloud.nodes as u64, source };
    let mut scratch = uses_gradients(plan).then(|| Scratch::new(cloud.nodes)).transpose().map_err(no_room)?;
    // Where all nodes take part in every gradient, and for ever, none needs a mark.
    let whole = alive.is_empty() && plans.gradients.iter().all(|gradient| gradient.is_whole) && !plan.has_conditions();
    let mut mask = Column::<u8>::anonymous(if whole { 0 } else { cloud.nodes }).map_err(no_room)?;
    let attributes: Vec<&[f32]> = cloud.attributes.iter().map(|attribute| &**attribute).collect();
    for (step, claims) in plan.steps.iter().zip(suites.claims(suites.newest())) {
        let opens = matches!(step.pick, Pick::Gradient { opens: true, .. });
        if opens || step.condition.is_some() {
            let test = step.condition.map(|condition| &plans.conditions[condition]);
            eligible(&mut mask, truth, alive, test, &attributes);
        }
        match claims {
            Claim::Gradient { gradient, from, to } => {
                let column = &mut cloud.gradients[*gradient];
                let scratch = scratch.as_mut().unwrap_or_else(|| unreachable!("there is a gradient"));
                if opens {
                    let values = attributes[plans.gradients[*gradient].attribute];
                    let members = ranks(&mut column.ranks, values, &mask, scratch) as u64;
                    found.members[*gradient] = Some(members);
                    strides((&mut *column.tenths, &*column.ranks), |_, (tenths, ranks): (&mut [u8], &[u32])| {
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
                strides((&mut **truth, &*column.ranks), |_, (truth, ranks): (&mut [u8], &[u32])| {
                    for (truth, &rank) in truth.iter_mut().zip(ranks) {
                        let takes = *truth == NONE && rank != OUTSIDE && (from..to).contains(&(rank as usize));
                        *truth = if takes { step.app } else { *truth };
                    }
                });
            }
            Claim::Random { draw, ranges } => {
                let words_for_life = for_life(seed, SUITE);
                let mask = if step.condition.is_some() { &*mask } else { alive };
                strides((&mut **truth, mask), |first, (truth, mask): (&mut [u8], &[u8])| {
                    let mut words = [0; STRIDE];
                    let words = &mut words[..truth.len()];
                    words_for_life.fill(words, first as u32, *draw as u32);
                    for &[from, to] in ranges {
                        claim(truth, words.iter().copied(), mask, from, to, step.app);
                    }
                });
            }
        }
    }
    Ok(found)
}

/// Whether an application of a version asks for nodes by their rank.
fn uses_gradients(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| matches!(step.pick, Pick::Gradient { .. }))
}

/// Marks the live nodes without an application that pass a test; an empty mask stays empty.
fn eligible(mask: &mut [u8], truth: &[u8], alive: &[u8], test: Option<&datasets::suite::Test>, attributes: &[&[f32]]) {
    if mask.is_empty() {
        return;
    }
    strides((mask, ((truth, alive), attributes.to_vec())), |_, (mask, ((truth, alive), attributes))| {
        match test {
            Some(test) => fits(mask, test, &attributes),
            None => mask.fill(1),
        }
        for (k, (mask, &truth)) in mask.iter_mut().zip(truth).enumerate() {
            *mask &= u8::from(truth == NONE && is_member(alive, k));
        }
    });
}
