//! Which links there are to be, from places of all members in order.
//!
//! Reads four or eight bytes a member as a stream; on a torus the members of a few cells for each.

use kernels::topology::place::Torus;
use rayon::prelude::*;

use crate::memory::STRIDE;

/// The most links of a member.
pub const MOST_LINKS: usize = 4;

/// The links that there are to be: of each member, in the order of places, the places of others. Those of a member
/// that has fewer are filled up with its own.
pub type Links<P> = Vec<[P; MOST_LINKS]>;

fn each<P: Copy + Send + Sync>(places: &[P], link: impl Fn(usize) -> [P; MOST_LINKS] + Send + Sync) -> Links<P> {
    (0..places.len()).into_par_iter().with_min_len(STRIDE).map(link).collect()
}

/// On a ring: the next above, and the next below.
#[must_use]
pub fn around(places: &[u32]) -> Links<u32> {
    let count = places.len();
    each(places, |k| {
        let own = places[k];
        let (above, below) = (places[(k + 1) % count], places[(k + count - 1) % count]);
        [above, if below == above { own } else { below }, own, own]
    })
}

/// On a line: the next above, and the next below, if there is one.
#[must_use]
pub fn along(places: &[u64]) -> Links<u64> {
    each(places, |k| {
        let own = places[k];
        let next = |k: Option<usize>| k.and_then(|k| places.get(k)).copied().unwrap_or(own);
        [next(Some(k + 1)), next(k.checked_sub(1)), own, own]
    })
}

/// In a tree: the parent, and the children.
#[must_use]
pub fn in_tree(places: &[u32]) -> Links<u32> {
    each(places, |k| {
        let own = places[k];
        let there = |number: u32| if places.binary_search(&number).is_ok() { number } else { own };
        let child = |side: u32| own.checked_mul(2).and_then(|left| left.checked_add(side)).map_or(own, there);
        [there(own / 2), child(0), child(1), own]
    })
}

/// On a torus: the four that are nearest. Of others as far as the fourth, those with the smaller place.
#[must_use]
pub fn on_torus(places: &[u32]) -> Links<u32> {
    // Cells of about one member each.
    let bits = (places.len().max(1).ilog2() / 2).min(12);
    let side = 1_u32 << bits;
    let cell = |x: u32, y: u32| (y % side) as usize * side as usize + (x % side) as usize;
    let of = |place: u32| [u32::from(place as u16) >> (16 - bits), (place >> 16) >> (16 - bits)];
    let in_cell = |&place: &u32| (cell(of(place)[0], of(place)[1]), place);
    let mut sorted: Vec<(usize, u32)> = places.par_iter().map(in_cell).collect();
    sorted.par_sort_unstable();
    let mut starts = vec![0_usize; (side * side) as usize + 1];
    for (cell, _) in &sorted {
        starts[cell + 1] += 1;
    }
    for cell in 1..starts.len() {
        starts[cell] += starts[cell - 1];
    }
    each(places, |k| {
        let own = places[k];
        let [x, y] = of(own);
        let mut found: Vec<(u32, u32)> = Vec::new();
        for ring in 0..=side / 2 {
            // All within so many cells of its own are seen when the ring is.
            let offsets = (0..=2 * ring).flat_map(|dx| (0..=2 * ring).map(move |dy| (dx, dy)));
            let border = offsets.filter(|&(dx, dy)| dx == 0 || dy == 0 || dx == 2 * ring || dy == 2 * ring);
            for (dx, dy) in border {
                // The last ring of an even number of cells meets itself on the other side.
                if 2 * ring == side && ring > 0 && (dx == 2 * ring || dy == 2 * ring) {
                    continue;
                }
                let cell = cell(x + side + dx - ring, y + side + dy - ring);
                let others = sorted[starts[cell]..starts[cell + 1]].iter().map(|(_, place)| *place);
                found.extend(others.filter(|&other| other != own).map(|other| (Torus::steps(own, other), other)));
            }
            found.sort_unstable();
            found.dedup();
            found.truncate(MOST_LINKS);
            let reach = ring << (16 - bits);
            if found.len() == MOST_LINKS && found[MOST_LINKS - 1].0 <= reach {
                break;
            }
        }
        let mut links = [own; MOST_LINKS];
        links.iter_mut().zip(&found).for_each(|(link, (_, other))| *link = *other);
        links
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_on_a_torus_are_those_of_a_search_through_all() {
        for count in [1_usize, 2, 3, 5, 17, 64, 1000, 4096] {
            let mut places: Vec<u32> = (0..count as u32).map(|k| kernels::scalar::mixed([3, 4], k)).collect();
            places.sort_unstable();
            let links = on_torus(&places);
            for (links, &own) in links.iter().zip(&places).step_by(count / 50 + 1) {
                let others = places.iter().filter(|other| **other != own);
                let mut all: Vec<(u32, u32)> = others.map(|&other| (Torus::steps(own, other), other)).collect();
                all.sort_unstable();
                all.truncate(MOST_LINKS);
                let mut expected: Vec<u32> = all.into_iter().map(|(_, other)| other).collect();
                expected.resize(MOST_LINKS, own);
                assert_eq!(links[..], expected[..], "{count}");
            }
        }
    }

    #[test]
    fn few_have_few_links() {
        assert_eq!(around(&[7]), [[7; 4]]);
        assert_eq!(around(&[7, 9]), [[9, 7, 7, 7], [7, 9, 9, 9]]);
        assert_eq!(along(&[7, 9, 11]), [[9, 7, 7, 7], [11, 7, 9, 9], [11, 9, 11, 11]]);
        assert_eq!(in_tree(&[1, 2, 3, 4]), [[1, 2, 3, 1], [1, 4, 2, 2], [1, 3, 3, 3], [2, 4, 4, 4]]);
    }
}
