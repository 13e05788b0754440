//! Nodes that have just left a gradient swap ids with a random member, so that the ids that remain are as uniform as before.
//!
//! With the oracle: for those that leave, reads and writes eight bytes at random, and their partner's. With views: as other exchanges
//! from a list.

use kernels::exchange::{Ends, Tally};
use kernels::slicing::{Slot, part};

use super::gradient::{Gradient, LEAVING};
use super::protocol::Pass;
use crate::overlay::Overlay;
use crate::schedule::purpose::{INSTANCE, PARTING};
use crate::schedule::{Batch, Protocol};

/// A swap of ids by which a node leaves a gradient.
#[derive(Clone, Copy)]
struct Parting;

impl Protocol<Slot> for Parting {
    fn run(&self, ends: &mut impl Ends<Slot>, batch: &mut Batch<'_>) -> Tally {
        part(ends, batch.from, batch.partners);
        Tally { requests: batch.from.len() as u64, ..Tally::default() }
    }
}

/// Nodes that have left hand on their id.
pub fn hand_on(gradient: &mut Gradient, overlay: &mut Overlay, pass: Pass<'_>) -> Tally {
    let Some(marks) = gradient.members.as_deref() else { return Tally::default() };
    let members = Gradient::those(gradient.members.as_ref(), pass.live);
    // A farewell is not repeated, so it must not be lost.
    let draws = pass.cycle.draws(PARTING + pass.number as u32 * INSTANCE).without_loss();
    overlay.visits(members, draws, |node| marks[node] == LEAVING).run(&mut gradient.slots, &Parting)
}
