//! What nodes hold of a gradient.

use kernels::exchange::Tally;
use kernels::slicing::Slot;
use kernels::sort::key;

use crate::memory::{Column, Kind, Mask, STRIDE, fields, strides};
use crate::plans::GradientPlan;
use crate::population::{Change, Changes, Members, Population};
use crate::schedule::Cycle;
use crate::schedule::purpose::{ID, INSTANCE, for_life};

/// In the column of a gradient's members: a node that has just ceased to take part, and has yet to hand on its id.
pub const LEAVING: u8 = 2;

/// The name of the column of a gradient's members.
pub fn members_name(number: usize) -> String {
    format!("gradient-{number}-members")
}

/// A gradient.
#[derive(Debug)]
pub struct Gradient {
    /// Index of the attribute by which nodes are ordered.
    pub attribute: usize,
    /// Attribute and id of each node.
    pub slots: Column<Slot>,
    /// Who takes part: [`MEMBER`](crate::memory::MEMBER), [`LEAVING`] or 0; missing where all live nodes do.
    pub members: Option<Column<u8>>,
    /// Swaps of ids in the last cycle, where nodes swap any.
    pub swaps: Option<Tally>,
    /// What each node remembers of others, a record of so many words as the protocol asks for; missing if it asks for
    /// none.
    pub memory: Option<Column<u32>>,
}

impl Gradient {
    /// The columns.
    pub fn declare(number: usize, plan: &GradientPlan, memory_words: Option<usize>) -> Self {
        let name = |what| format!("gradient-{number}-{what}");
        Self {
            attribute: plan.attribute,
            slots: Column::new(Kind::Kept, name("slots")),
            members: (!plan.is_whole).then(|| Column::new(Kind::Kept, members_name(number))),
            swaps: None,
            memory: memory_words.map(|words| Column::new(Kind::Kept, name("memory")).of_cells(words)),
        }
    }

    /// Those who take part: of the live nodes, all or some.
    pub fn those<'a>(members: Option<&'a Column<u8>>, live: Members<'a>) -> Members<'a> {
        members.map_or(live, |members| Members::new(live.nodes, Mask::of(members)))
    }

    /// Gives every node its random id.
    pub fn birth(&mut self, number: usize, population: &Population, seed: u64) {
        let ids = for_life(seed, ID + number as u32 * INSTANCE);
        let values = &*population.attributes[self.attribute];
        strides((&mut *self.slots, values), |first, (slots, values)| {
            let mut words = [0; STRIDE];
            let words = &mut words[..slots.len()];
            ids.fill(words, first as u32, 0);
            for ((slot, &value), &id) in slots.iter_mut().zip(values).zip(&*words) {
                *slot = Slot::new(key(value), id);
            }
        });
    }

    /// Nodes that leave do not take part.
    pub fn leave(&mut self, changes: &Changes) {
        let left = |change: &Change| change.left;
        self.members.iter_mut().for_each(|members| changes.touch(members, left, |member, _| *member = 0));
    }

    /// Nodes that come have a new random id.
    pub fn renew(&mut self, number: usize, population: &Population, cycle: Cycle, changes: &Changes) {
        let ids = cycle.stream(ID + number as u32 * INSTANCE);
        let values = &*population.attributes[self.attribute];
        let came = |change: &Change| change.came;
        changes.touch(&mut self.slots, came, |slot, node| {
            *slot = Slot::new(key(values[node as usize]), ids.word(node, 0));
        });
    }

    /// Nodes keep their id, and are ordered by what the attribute is now.
    pub fn refresh(&mut self, values: &[f32]) {
        strides((&mut *self.slots, values), |_, (slots, values)| {
            for (slot, &value) in slots.iter_mut().zip(values) {
                *slot = Slot::new(key(value), slot.id());
            }
        });
    }
}

fields!(Gradient { slots, members, memory } but attribute, swaps);
