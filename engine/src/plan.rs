//! What a suite asks of a node: bounds on its own ids, in order of precedence.
//!
//! Applications are served in order, each from the nodes that no earlier one took (*cascade*). Gradient applications that
//! follow one another on one attribute share a gradient, since what one takes does not change the order of the rest: their
//! bounds lie at cumulative shares, from the top or from the bottom. Every other gradient application has a gradient of
//! its own, among the nodes that are left. Random applications split what they find by one uniform word per node, kept for
//! life.

use datasets::suite::{App, Choice, Request, Suite};

/// One whole, in units of 2^-32.
const WHOLE: f64 = 4_294_967_296.0;

/// What a suite asks of every node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Gradients, in the order in which nodes must know them.
    pub gradients: Vec<GradientPlan>,
    /// One claim an application, in order of precedence.
    pub claims: Vec<Claim>,
}

/// A gradient: an order of the nodes that earlier applications leave.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientPlan {
    /// Index of the attribute.
    pub attribute: usize,
    /// Index of the first application that uses it.
    pub first_app: usize,
    /// Share of the cloud that earlier applications leave.
    pub left: f64,
}

/// Which nodes an application takes, of those that are left.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// Those whose word for life lies between two shares.
    Random {
        /// From this share on.
        from: f64,
        /// Up to this one.
        to: f64,
    },
}

impl Claim {
    /// The bounds of a claim, in units of 2^-32.
    #[must_use]
    pub fn words(&self) -> (u64, u64) {
        let (Self::Gradient { from, to, .. } | Self::Random { from, to }) = *self;
        ((from * WHOLE).round() as u64, (to * WHOLE).round() as u64)
    }
}

impl Plan {
    /// The plan of a suite.
    #[must_use]
    pub fn new(suite: &Suite) -> Self {
        let mut plan = Self::default();
        let mut left = 1.0;
        // What applications of the running gradient hold, from either end; where the words of random ones begin.
        let (mut top, mut bottom, mut word) = (0.0, 0.0, 0.0);
        for (index, app) in suite.apps.iter().enumerate() {
            let Request::Share(asked) = app.request else { unreachable!("a share") };
            let claim = match app.choice {
                Choice::Random => {
                    let from = word;
                    word = fraction(from + (1.0 - from) * fraction(asked / left));
                    Claim::Random { from, to: word }
                }
                Choice::Top(attribute) | Choice::Bottom(attribute) => {
                    if !plan.goes_on(&suite.apps, index, attribute) {
                        (top, bottom) = (0.0, 0.0);
                        plan.gradients.push(GradientPlan { attribute, first_app: index, left });
                    }
                    let gradient = plan.gradients.len() - 1;
                    let share = asked / plan.gradients[gradient].left;
                    if matches!(app.choice, Choice::Top(_)) {
                        top += share;
                        Claim::Gradient { gradient, from: fraction(1.0 - top), to: fraction(1.0 - (top - share)) }
                    } else {
                        bottom += share;
                        Claim::Gradient { gradient, from: fraction(bottom - share), to: fraction(bottom) }
                    }
                }
            };
            plan.claims.push(claim);
            left -= asked;
        }
        plan
    }

    /// Where applications of a gradient end within it, in units of 2^-32.
    #[must_use]
    pub fn borders(&self, number: usize) -> Vec<u32> {
        let of = |claim: &&Claim| matches!(claim, Claim::Gradient { gradient, .. } if *gradient == number);
        let words = self.claims.iter().filter(of).flat_map(|claim| <[u64; 2]>::from(claim.words()));
        let mut borders: Vec<u32> = words.filter(|&word| word > 0).filter_map(|word| word.try_into().ok()).collect();
        borders.sort_unstable();
        borders.dedup();
        borders
    }

    /// Whether an application continues the gradient of the one before it.
    fn goes_on(&self, apps: &[App], index: usize, attribute: usize) -> bool {
        let follows = index > 0 && apps[index - 1].choice != Choice::Random;
        follows && self.gradients.last().is_some_and(|gradient| gradient.attribute == attribute)
    }
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
