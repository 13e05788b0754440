//! Slicing by quantiles: nodes aggregate the distribution of the attribute, and look up their own value in it.
//!
//! Sacha, Napper, Stratan and Pierre, *Adam2: reliable distribution estimation in decentralised environments*, ICDCS
//! 2010: see [`kernels::quantile`]. A cycle of slicing has nothing to do: what nodes know of their rank comes with the
//! end of an epoch of the aggregate. Nodes that come are told the last distribution, all of them that of the same node.

use datasets::scenario::{Aggregate, Epochs, Function, Interpolation, Slicing};
use kernels::exchange::Tally;
use kernels::slicing::Slot;

use super::gradient::Gradient;
use super::protocol::{Pass, SlicingProtocol};
use crate::aggregate::{Aggregation, Item, Scope};
use crate::memory::fields;
use crate::overlay::Overlay;
use crate::population::Changes;

/// Slicing by quantiles.
#[derive(Clone, Copy, Debug)]
pub struct Quantile {
    points: u32,
    epochs: Epochs,
}

impl Quantile {
    /// That of a scenario.
    pub fn of(slicing: &Slicing) -> Self {
        Self { points: slicing.points, epochs: Epochs { cycles: slicing.epoch_cycles, drift: 0.0 } }
    }
}

impl SlicingProtocol for Quantile {
    fn wire_bytes(&self) -> [u64; 2] {
        [0; 2]
    }

    fn item(&self, number: usize, gradient: &Gradient) -> Option<Item> {
        let aggregate = Aggregate {
            name: String::new(),
            function: Function::Quantiles,
            attribute: Some(gradient.attribute),
            app: None,
            epochs: Some(self.epochs),
            counting: None,
            interpolation: Some(Interpolation { points: self.points, quantiles: Vec::new() }),
        };
        let scope = if gradient.members.is_some() { Scope::Gradient(number) } else { Scope::Cloud };
        Some(Item { aggregate, scope, gradient: Some(number) })
    }

    fn cycle(&mut self, _: &mut Gradient, _: &mut Overlay, _: Pass<'_>) -> Tally {
        Tally::default()
    }

    fn welcome(&self, number: usize, gradient: &mut Gradient, aggregation: &Aggregation, changes: &Changes) {
        let Some(curve) = aggregation.last_curve(number) else { return };
        let nodes = gradient.slots.len();
        changes.touch(
            &mut gradient.slots,
            |change| change.came,
            |slot, node| {
                *slot = Slot::new(slot.key(), curve.rank(slot.key(), node, nodes));
            },
        );
    }
}

fields!(Quantile {} but points, epochs);
