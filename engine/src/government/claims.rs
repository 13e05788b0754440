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

/// What the applications of a version ask for and find if there are so many nodes; `eligible` is what they find where
/// that is not known from the suite.
pub(super) fn shares(plan: &Plan, nodes: f64, eligible: Option<&[f64]>) -> Vec<Share> {
    let weights: f64 =
        plan.steps.iter().map(|step| if let Request::Rest(weight) = step.request { weight } else { 0.0 }).sum();
    let fixed = |request| match request {
        Request::Share(share) => share,
        Request::Nodes(_) if nodes < 1.0 => 0.0,
        Request::Nodes(asked) => (asked as f64 / nodes).min(1.0),
        Request::Rest(_) => 0.0,
    };
    // Of those served before the rest it is known what they find; for those that come after it, what they ask is left.
    let first_rest = plan.steps.iter().position(|step| matches!(step.request, Request::Rest(_))).unwrap_or_default();
    let held = |(index, asked): (usize, f64)| match eligible {
        Some(eligible) if index < first_rest => asked.min(eligible[index]),
        _ => asked,
    };
    let rest = 1.0 - plan.steps.iter().map(|step| fixed(step.request)).enumerate().map(held).sum::<f64>();
    let mut left = 1.0_f64;
    let share = |(index, request): (usize, Request)| {
        let asked = match request {
            Request::Rest(weight) => rest.max(0.0) * weight / weights,
            request => fixed(request),
        };
        let eligible = eligible.map_or(left, |eligible| eligible[index]);
        left -= if eligible < asked { eligible } else { asked };
        Share { asked, eligible }
    };
    plan.steps.iter().map(|step| step.request).enumerate().map(share).collect()
}

/// How the words of each draw are laid out for a version, from how they were before.
pub(super) fn laid_out(plan: &Plan, shares: &[Share], before: &[Layout]) -> Vec<Layout> {
    let layout = |(draw, before): (usize, &Layout)| {
        let mut end = 0.0;
        let mut wanted = Vec::new();
        for (step, share) in plan.steps.iter().zip(shares).filter(|(step, _)| step.pick == Pick::Random(draw)) {
            let from = end;
            end = fraction(from + (1.0 - from) * fraction(share.asked / share.eligible));
            wanted.push((step.app, words(end) - words(from)));
        }
        before.next(&wanted)
    };
    before.iter().enumerate().map(layout).collect()
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
