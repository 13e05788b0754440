//! The truth, which the observer alone knows: what a central sort of all live nodes would assign.
//!
//! Computed once, and again whenever nodes die. Reads and writes about sixty bytes a node and gradient (see
//! [`crate::rank`]), then nine bytes a node and application.

use datasets::scenario::Scenario;
use kernels::disorder::{OUTSIDE, mark};
use kernels::suite::{NONE, claim};

use crate::cloud::Cloud;
use crate::column::Column;
use crate::error::Error;
use crate::pass::{STRIDE, strides};
use crate::plan::{Claim, Plan};
use crate::purpose::{SUITE, for_life};
use crate::rank::{Scratch, ranks};
use crate::schedule::MEMBER;

/// What the observer knows beside the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Nodes that each application asks for.
    pub asked: Vec<u64>,
    /// Nodes that tie across a border of each application.
    pub border_ties: Vec<u64>,
    /// True members of each gradient.
    pub members: Vec<u64>,
}

/// Finds the truth about the live nodes.
///
/// # Errors
/// If there is no room to sort.
pub fn truth(cloud: &mut Cloud, scenario: &Scenario, plan: &Plan) -> Result<Truth, Error> {
    let alive_count = cloud.alive_count();
    let Some(truth) = &mut cloud.truth else { return Ok(Truth::default()) };
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    let no_room = |source| Error::Column { column: "sort".into(), bytes: 16 * cloud.nodes as u64, source };
    let mut scratch = (!plan.gradients.is_empty()).then(|| Scratch::new(cloud.nodes)).transpose().map_err(no_room)?;
    let whole = alive.is_empty() && plan.gradients.iter().all(|gradient| gradient.first_app == 0);
    let mut mask = Column::<u8>::anonymous(if whole { 0 } else { cloud.nodes }).map_err(no_room)?;
    truth.fill(NONE);
    let mut found = Truth {
        asked: scenario
            .suite
            .apps
            .iter()
            .map(|app| match app.request {
                datasets::suite::Request::Share(share) => (share * alive_count as f64).round() as u64,
                _ => 0,
            })
            .collect(),
        ..Truth::default()
    };
    for (app, bounds) in plan.claims.iter().enumerate() {
        match *bounds {
            Claim::Gradient { gradient, from, to } => {
                let column = &mut cloud.gradients[gradient];
                let scratch = scratch.as_mut().unwrap_or_else(|| unreachable!("there is a gradient"));
                if gradient == found.members.len() {
                    eligible(&mut mask, truth, alive);
                    let values = &cloud.attributes[plan.gradients[gradient].attribute];
                    let members = ranks(&mut column.ranks, values, &mask, scratch) as u64;
                    found.members.push(members);
                    strides((&mut *column.tenths, &*column.ranks), |_, (tenths, ranks): (&mut [u8], &[u32])| {
                        mark(tenths, ranks, members);
                    });
                }
                let members = found.members[gradient];
                let [from, to] = [from, to].map(|share| (share * members as f64).round() as usize);
                let inner = [from, to].into_iter().filter(|&border| border > 0 && border < members as usize);
                let cut = |&border: &usize| {
                    let ties = scratch.ties_at(border);
                    if ties.start < border { ties.len() as u64 } else { 0 }
                };
                found.border_ties.push(inner.map(|border| cut(&border)).sum());
                strides((&mut **truth, &*column.ranks), |_, (truth, ranks): (&mut [u8], &[u32])| {
                    for (truth, &rank) in truth.iter_mut().zip(ranks) {
                        let takes = *truth == NONE && rank != OUTSIDE && (from..to).contains(&(rank as usize));
                        *truth = if takes { app as u8 } else { *truth };
                    }
                });
            }
            Claim::Random { .. } => {
                let (from, to) = bounds.words();
                let words_for_life = for_life(scenario.run.seed, SUITE);
                strides(&mut **truth, |first, truth: &mut [u8]| {
                    let mut words = [0; STRIDE];
                    let words = &mut words[..truth.len()];
                    words_for_life.fill(words, first as u32, 0);
                    claim(truth, words.iter().copied(), from, to, app as u8);
                });
                found.border_ties.push(0);
            }
        }
    }
    Ok(found)
}

/// Marks the live nodes without an application; an empty mask stays empty.
fn eligible(mask: &mut [u8], truth: &[u8], alive: &[u8]) {
    if mask.is_empty() {
        return;
    }
    strides((mask, (truth, alive)), |_, (mask, (truth, alive)): (&mut [u8], (&[u8], &[u8]))| {
        for (k, (mask, &truth)) in mask.iter_mut().zip(truth).enumerate() {
            *mask = u8::from(truth == NONE && alive.get(k).is_none_or(|&alive| alive == MEMBER));
        }
    });
}
