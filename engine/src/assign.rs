//! Assignment: every node decides by itself which application it belongs to.
//!
//! ```text
//! for each application, in order of precedence:
//!     where it opens a gradient: the live nodes without an application take part in it, the others leave it
//!     those without an application take it whose rank estimate, or word for life, lies within its bounds
//! ```
//!
//! Reads eight bytes a node and gradient and a random word, reads and writes one byte of application and one of membership
//! of each gradient but the first.

use kernels::slicing::Slot;
use kernels::suite::{NONE, claim, ids};

use crate::cloud::{Cloud, LEAVING};
use crate::pass::{STRIDE, strides};
use crate::plan::{Claim, Plan};
use crate::purpose::{SUITE, for_life};
use crate::schedule::MEMBER;

/// How many nodes joined and left an application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Nodes that joined.
    pub joins: u64,
    /// Nodes that left.
    pub leaves: u64,
}

/// Every node decides; returns the moves of each application.
pub fn assign(cloud: &mut Cloud, plan: &Plan, seed: u64) -> Vec<Moves> {
    let Some(apps) = &mut cloud.apps else { return Vec::new() };
    let (slots, members): (Vec<_>, Vec<_>) =
        cloud.gradients.iter_mut().map(|gradient| (&*gradient.slots, &mut gradient.members)).unzip();
    let members: Vec<&mut [u8]> = members.into_iter().flatten().map(|members| &mut **members).collect();
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    let columns = ((&mut **apps, alive), (slots, members));
    let moves = strides(columns, |first, ((apps, alive), (slots, members))| {
        decide(plan, seed, first, apps, alive, &slots, members)
    });
    sum(moves, plan.claims.len())
}

/// The moves of so many applications, from those of strides.
#[must_use]
pub fn sum(strides: Vec<Vec<Moves>>, apps: usize) -> Vec<Moves> {
    let mut sums = vec![Moves::default(); apps];
    for stride in strides {
        for (sum, moves) in sums.iter_mut().zip(stride) {
            sum.joins += moves.joins;
            sum.leaves += moves.leaves;
        }
    }
    sums
}

/// The nodes of a stride decide.
fn decide(
    plan: &Plan,
    seed: u64,
    first: usize,
    apps: &mut [u8],
    alive: &[u8],
    slots: &[&[Slot]],
    members: Vec<&mut [u8]>,
) -> Vec<Moves> {
    let (mut chosen, mut words) = ([NONE; STRIDE], [0; STRIDE]);
    let (chosen, words) = (&mut chosen[..apps.len()], &mut words[..apps.len()]);
    if plan.claims.iter().any(|claim| matches!(claim, Claim::Random { .. })) {
        for_life(seed, SUITE).fill(words, first as u32, 0);
    }
    let mut members = members.into_iter();
    for (app, bounds) in plan.claims.iter().enumerate() {
        let opens = |gradient: &crate::plan::GradientPlan| gradient.first_app == app && app > 0;
        if plan.gradients.iter().any(opens)
            && let Some(members) = members.next()
        {
            for (k, (member, &held)) in members.iter_mut().zip(&*chosen).enumerate() {
                let lives = alive.get(k).is_none_or(|&alive| alive == MEMBER);
                *member = match (held == NONE && lives, *member) {
                    (true, _) => MEMBER,
                    (false, MEMBER) if lives => LEAVING,
                    _ => 0,
                };
            }
        }
        let (from, to) = bounds.words();
        match bounds {
            Claim::Gradient { gradient, .. } => claim(chosen, ids(slots[*gradient]), from, to, app as u8),
            Claim::Random { .. } => claim(chosen, words.iter().copied(), from, to, app as u8),
        }
    }
    for (chosen, &alive) in chosen.iter_mut().zip(alive) {
        *chosen = if alive == MEMBER { *chosen } else { NONE };
    }
    let mut moves = vec![Moves::default(); plan.claims.len()];
    for (held, &chosen) in apps.iter_mut().zip(&*chosen) {
        if *held != chosen {
            if let Some(left) = moves.get_mut(*held as usize) {
                left.leaves += 1;
            }
            if let Some(joined) = moves.get_mut(chosen as usize) {
                joined.joins += 1;
            }
            *held = chosen;
        }
    }
    moves
}
