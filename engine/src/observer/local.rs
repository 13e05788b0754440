//! How far nodes are from order among those whom they know: the local disorder measure of Fernández et al.,
//! *Distributed slicing in dynamic systems*, ICDCS 2007.
//!
//! Looks at up to 65,536 nodes, evenly over the cloud. It reads the record of each, and for each of its entries a slot
//! and the mark of a member at random.

use kernels::slicing::Slot;
use kernels::views::NOBODY;
use rayon::prelude::*;

use crate::memory::Mask;
use crate::overlay::links::Links;

/// Nodes that are looked at, at most.
const SAMPLED: usize = 1 << 16;

/// Nodes of which one thread takes care at a time. Changes speed only.
const TOGETHER: usize = 1 << 8;

/// The mean over members that know others of the gradient: of a node and these, m in all, the mean square of the
/// difference between their positions by attribute and by id among the m, divided by m. `None` if there is no such
/// member.
pub fn disorder(slots: &[Slot], members: Mask<'_>, links: Links<'_>) -> Option<f64> {
    let sampled: Vec<usize> = (0..slots.len()).step_by(slots.len().div_ceil(SAMPLED).max(1)).collect();
    let found: Vec<f64> = (sampled.par_chunks(TOGETHER))
        .flat_map_iter(|nodes| {
            let mut room = Vec::new();
            nodes.iter().filter_map(move |&node| of(node, &mut room, slots, members, links))
        })
        .collect();
    (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
}

/// That of a member; `None` of others, and of one that knows nobody.
fn of(node: usize, room: &mut Vec<[u64; 2]>, slots: &[Slot], members: Mask<'_>, links: Links<'_>) -> Option<f64> {
    if !members.holds(node) {
        return None;
    }
    // Of each, its place by attribute, and its id.
    let both = |node: u32| [slots[node as usize].place(node), slots[node as usize].id().into()];
    room.clear();
    room.push(both(node as u32));
    let known = links.places_of(node).iter().take_while(|&&other| other != NOBODY);
    room.extend(known.filter(|&&other| members.holds(other as usize)).map(|&other| both(other)));
    let count = room.len();
    if count < 2 {
        return None;
    }
    room.sort_unstable();
    // Now the first number of each is its position by attribute.
    room.iter_mut().zip(0..).for_each(|(both, position)| both[0] = position);
    room.sort_unstable_by_key(|&[position, id]| (id, position));
    let squares = room.iter().zip(0_u64..).map(|(&[by_attribute, _], by_id)| by_attribute.abs_diff(by_id).pow(2));
    Some(squares.sum::<u64>() as f64 / (count as f64).powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernels::views::words;

    /// The measure of four nodes that all know each other, with these ids.
    fn among_four(ids: [u32; 4], members: Mask<'_>) -> Option<f64> {
        let slots: Vec<Slot> = ids.iter().zip(10..).map(|(&id, key)| Slot::new(key, id)).collect();
        let mut records = vec![0; 4 * words(3)];
        for (node, record) in records.chunks_exact_mut(words(3)).enumerate() {
            record[..3].copy_from_slice(&(0..4).filter(|&other| other != node as u32).collect::<Vec<_>>());
        }
        disorder(&slots, members, Links::Views { records: &records, entries: 3 })
    }

    #[test]
    fn positions_by_attribute_and_by_id_are_compared() {
        assert_eq!(among_four([1, 5, 7, 9], Mask::ALL), Some(0.0));
        // Turned round: they are off by 3, 1, 1 and 3 of four.
        assert_eq!(among_four([9, 7, 5, 1], Mask::ALL), Some(20.0 / 64.0));
        assert_eq!(among_four([5, 1, 7, 9], Mask::ALL), Some(2.0 / 64.0));
        // Equal ids are in order.
        assert_eq!(among_four([3; 4], Mask::ALL), Some(0.0));
        // Of two members the ids are in the wrong order: each is off by one of two. One alone compares nothing.
        assert_eq!(among_four([9, 0, 0, 1], Mask::of(&[1, 0, 0, 1])), Some(2.0 / 8.0));
        assert_eq!(among_four([9, 0, 0, 1], Mask::of(&[1, 0, 0, 0])), None);
    }
}
