//! What the applications of a version claim if there are so many nodes: bounds on what a node knows of itself, in order
//! of precedence. Example: "the 10 % with the highest availability" claims the nodes whose normalised rank lies above
//! 0.9; a random third claims those whose word for life lies below 2^32 / 3.

use datasets::suite::Request;
use kernels::layout::{Layout, WHOLE};
use serde::{Deserialize, Serialize};

use crate::plans::{Pick, Plan, Step};

/// What an application asks for, and what it finds, as shares of the cloud.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Share {
    /// Asked for.
    pub asked: f64,
    /// Left by earlier applications, and fit.
    pub eligible: f64,
}

/// Which nodes an application takes, of those that are left and fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Claim {
    /// Those whose normalised rank in a gradient lies between two shares of its members.
    Gradient {
        /// Number of the gradient.
        gradient: usize,
        /// From this share on.
        from: f64,
        /// Up to this one.
        to: f64,
    },
    /// Those whose word of a draw for life lies in one of these ranges.
    Random {
        /// Number of the draw.
        draw: usize,
        /// Where the ranges begin, and where they end.
        ranges: Vec<[u64; 2]>,
    },
}

/// A share as words: fractions of 2^32.
#[must_use]
pub fn words(share: f64) -> u64 {
    (share * WHOLE as f64).round() as u64
}

/// What the applications of a version ask for and find if there are so many nodes.
///
/// `eligible` says which share of the nodes the first applications find left and fit, as far as that has been counted.
/// What the others find follows from the suite: what those before them leave, as if every condition held. An
/// application without a condition finds all that is left, so its count is also what is left for the rest. Random
/// applications that follow one another with the same condition share a draw: the later one finds what the earlier one
/// leaves on average, counted or not, so that chance leaves out no node where shares sum to one.
pub(super) fn shares(plan: &Plan, nodes: f64, eligible: &[f64]) -> Vec<Share> {
    let of_rest = of_rest(plan);
    let fixed = |request| match request {
        Request::Share(share) => share,
        Request::Nodes(_) if nodes < 1.0 => 0.0,
        Request::Nodes(asked) => (asked as f64 / nodes).min(1.0),
        Request::Rest(_) => 0.0,
    };
    // What comes after the first application that takes the rest has what it asks for set aside.
    let is_rest = |step: &Step| matches!(step.request, Request::Rest(_));
    let set_aside: f64 = plan.steps.iter().skip_while(|step| !is_rest(step)).map(|step| fixed(step.request)).sum();
    let (mut left, mut rest) = (1.0_f64, None);
    // The draw of the application before, if that is a random one, and what it leaves of what it found.
    let mut before = None;
    let share = |(index, step): (usize, &Step)| {
        let found = match (before, eligible.get(index)) {
            (Some((pick, remainder)), _) if pick == step.pick => remainder,
            (_, Some(&counted)) => {
                if step.condition.is_none() {
                    left = counted;
                }
                counted
            }
            (_, None) => left,
        };
        let asked = match step.request {
            Request::Rest(weight) => of_rest(*rest.get_or_insert((left - set_aside).max(0.0)), weight),
            request => fixed(request),
        };
        let taken = asked.min(found);
        left -= taken;
        before = matches!(step.pick, Pick::Random(_)).then_some((step.pick, found - taken));
        Share { asked, eligible: found }
    };
    plan.steps.iter().enumerate().map(share).collect()
}

/// What applications of a version get of the rest, by the rest and their weight.
fn of_rest(plan: &Plan) -> impl Fn(f64, f64) -> f64 + use<> {
    let weight = |step: &Step| if let Request::Rest(weight) = step.request { weight } else { 0.0 };
    let sum = plan.steps.iter().map(weight).sum::<f64>();
    // Weights near the largest number sum to infinity: then their ratios to the largest of them do instead.
    let unit = if sum.is_finite() { 1.0 } else { plan.steps.iter().map(weight).fold(1.0, f64::max) };
    let sum = plan.steps.iter().map(|step| weight(step) / unit).sum::<f64>();
    move |rest, weight| rest * (weight / unit) / sum
}

/// How the words of each draw are laid out for a version, from how they were before.
pub(super) fn laid_out(plan: &Plan, shares: &[Share], before: &[Layout]) -> Vec<Layout> {
    let layout = |(draw, before): (usize, &Layout)| before.next(&wanted(plan, shares, draw));
    before.iter().enumerate().map(layout).collect()
}

/// How many words of a draw each application of a version needs, in order of precedence.
pub(super) fn wanted(plan: &Plan, shares: &[Share], draw: usize) -> Vec<(u8, u64)> {
    let mut end = 0.0;
    let mut wanted = Vec::new();
    for (step, share) in plan.steps.iter().zip(shares).filter(|(step, _)| step.pick == Pick::Random(draw)) {
        let from = end;
        end = fraction(from + (1.0 - from) * fraction(share.asked / share.eligible));
        wanted.push((step.app, words(end) - words(from)));
    }
    wanted
}

/// What the applications of a version claim.
pub(super) fn claims(plan: &Plan, shares: &[Share], layouts: &[Layout]) -> Vec<Claim> {
    // What applications of the running gradient hold, from either end, and what it began with.
    let (mut top_held, mut bottom_held, mut members) = (0.0, 0.0, 1.0);
    let claim = |(step, share): (&Step, &Share)| match step.pick {
        Pick::Random(draw) => Claim::Random {
            draw,
            ranges: layouts[draw].of(step.app).map(|segment| [segment.from, segment.to]).collect(),
        },
        Pick::Gradient { gradient, opens, top } => {
            if opens {
                (top_held, bottom_held, members) = (0.0, 0.0, share.eligible);
            }
            let share = share.asked / members;
            if top {
                top_held += share;
                Claim::Gradient { gradient, from: fraction(1.0 - top_held), to: fraction(1.0 - (top_held - share)) }
            } else {
                bottom_held += share;
                Claim::Gradient { gradient, from: fraction(bottom_held - share), to: fraction(bottom_held) }
            }
        }
    };
    plan.steps.iter().zip(shares).map(claim).collect()
}

/// A share, freed from what rounding adds beyond 0 and 1 or leaves short of them.
fn fraction(share: f64) -> f64 {
    const ROUNDING: f64 = 1e-9;
    match share {
        s if s < ROUNDING => 0.0,
        s if s > 1.0 - ROUNDING || s.is_nan() => 1.0,
        s => s,
    }
}
