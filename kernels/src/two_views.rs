//! Two views side by side in vectors: who is in both, and the places that are filled anew.
//!
//! Views of 8 to 32 entries, eight addresses in a vector. A set of entries is a mask, a bit for each place of the view.

#![expect(clippy::inline_always, reason = "vectors stay in registers, and lengths are known")]

use wide::{i32x8, u8x16, u8x32, u16x8, u32x8};

use crate::views::{NOBODY, OLDEST, View};

/// The most entries of a view in vectors.
pub const MOST: usize = 32;
/// Addresses in a vector.
pub const LANES: usize = 8;

/// Where vector `k` of a view begins: the last one ends where the view does.
#[must_use]
#[inline(always)]
pub fn start<const VECTORS: usize>(k: usize, entries: usize) -> usize {
    if k + 1 < VECTORS { LANES * k } else { entries - LANES }
}

/// Lanes that the last vector of a view has in common with the one before.
#[inline(always)]
fn twice<const VECTORS: usize>(entries: usize) -> usize {
    (LANES * VECTORS - entries) % LANES
}

/// The numbers of the lanes.
fn lanes() -> u32x8 {
    u32x8::new([0, 1, 2, 3, 4, 5, 6, 7])
}

/// The addresses of a view. What lies behind the last is anything.
///
/// # Panics
/// If there are fewer than a vector has.
#[must_use]
#[inline(always)]
pub fn in_vectors<const VECTORS: usize>(addresses: &[u32]) -> [u32x8; VECTORS] {
    std::array::from_fn(|k| {
        let mut eight = [0; LANES];
        eight.copy_from_slice(&addresses[start::<VECTORS>(k, addresses.len())..][..LANES]);
        let moved = lanes() + u32x8::splat(twice::<VECTORS>(addresses.len()) as u32);
        if k + 1 < VECTORS { u32x8::new(eight) } else { u32x8::new(eight).shuffle_wrapping(moved) }
    })
}

/// The bytes of a view, one an entry, eight in each number; 0 behind the last.
///
/// # Panics
/// If there are fewer than eight.
#[must_use]
#[inline(always)]
pub fn in_eights<const VECTORS: usize>(bytes: &[u8]) -> [u64; MOST / LANES] {
    std::array::from_fn(|k| {
        if k >= VECTORS {
            return 0;
        }
        let mut eight = [0; LANES];
        eight.copy_from_slice(&bytes[start::<VECTORS>(k, bytes.len())..][..LANES]);
        u64::from_le_bytes(eight) >> if k + 1 < VECTORS { 0 } else { LANES * twice::<VECTORS>(bytes.len()) }
    })
}

/// A view in vectors.
#[derive(Clone, Copy, Debug)]
pub struct Half<const VECTORS: usize> {
    /// [`NOBODY`] behind the last entry.
    addresses: [u32x8; VECTORS],
    ages: u8x32,
    /// Its entries.
    pub there: u32,
}

impl<const VECTORS: usize> Half<VECTORS> {
    /// Reads a view.
    ///
    /// # Panics
    /// If the view has not as many places as so many vectors are for.
    #[must_use]
    #[inline(always)]
    pub fn read(view: &View<'_>) -> Self {
        let entries = view.addresses.len();
        assert!(entries.div_ceil(LANES) == VECTORS && entries >= LANES && view.ages.len() == entries);
        let mut addresses = in_vectors::<VECTORS>(view.addresses);
        let moved = lanes() + u32x8::splat(twice::<VECTORS>(entries) as u32);
        addresses[VECTORS - 1] |= moved.simd_gt(u32x8::splat(LANES as u32 - 1));
        let ages = bytemuck::cast(in_eights::<VECTORS>(view.ages));
        let half = Self { addresses, ages, there: 0 };
        Self { there: !half.places_of(NOBODY) & places(entries), ..half }
    }

    /// Where an address is.
    #[must_use]
    #[inline(always)]
    pub fn places_of(&self, address: u32) -> u32 {
        let address = u32x8::splat(address);
        (0..VECTORS).fold(0, |set, k| set | self.addresses[k].simd_eq(address).to_bitmask() << (LANES * k))
    }

    /// The bits of all ages, the highest first.
    #[must_use]
    #[inline(always)]
    pub fn age_planes(&self) -> [u32; 8] {
        let mut ages = self.ages;
        std::array::from_fn(|_| {
            let plane = ages.to_bitmask();
            ages += ages;
            plane
        })
    }

    /// Its entries one by one.
    #[must_use]
    #[inline(always)]
    pub fn entries(&self) -> Entries {
        let mut entries = Entries { addresses: [NOBODY; MOST], ages: self.ages.to_array() };
        for (eight, vector) in entries.addresses.as_chunks_mut::<LANES>().0.iter_mut().zip(&self.addresses) {
            *eight = vector.to_array();
        }
        entries
    }

    /// All its entries grow older by one, as [`View::grow_older`] has it.
    #[inline(always)]
    pub fn grow_older(&mut self) {
        self.ages = (self.ages + u8x32::splat(1)).min(u8x32::splat(OLDEST));
    }

    /// Replaces the ages of a view.
    #[inline(always)]
    pub fn write_ages(&self, view: &mut View<'_>) {
        let (entries, bytes) = (view.addresses.len(), self.ages.to_array());
        for k in 0..VECTORS {
            let start = start::<VECTORS>(k, entries);
            view.ages[start..start + LANES].copy_from_slice(&bytes[start..start + LANES]);
        }
    }

    /// Its ages in lanes.
    #[inline(always)]
    fn age_lanes(&self) -> [i32x8; VECTORS] {
        let halves: [u8x16; 2] = bytemuck::cast(self.ages);
        std::array::from_fn(|k| {
            let half = halves[k / 2];
            let eight = if k % 2 == 0 { u16x8::from_u8x16_low(half) } else { u16x8::from_u8x16_high(half) };
            i32x8::from_u16x8(eight)
        })
    }
}

/// All places of a view of so many.
#[must_use]
#[inline(always)]
pub fn places(entries: usize) -> u32 {
    u32::MAX >> (MOST - entries)
}

/// The entries of a view that is in vectors, one by one.
#[derive(Clone, Copy, Debug)]
pub struct Entries {
    /// Addresses by place.
    pub addresses: [u32; MOST],
    /// Ages by place.
    pub ages: [u8; MOST],
}

impl Entries {
    /// Replaces the entry at a place, which is given as a set.
    #[inline(always)]
    pub fn set(&mut self, place: u32, address: u32, age: u8) {
        let place = place.trailing_zeros() as usize % MOST;
        (self.addresses[place], self.ages[place]) = (address, age);
    }
}

/// Puts those entries of another view that `came` into the places of a view that are not `kept`, in order.
///
/// # Panics
/// If more came than there are such places.
#[inline(always)]
pub fn fill(view: &mut View<'_>, kept: u32, mut came: u32, entries: &Entries) {
    let addresses = &mut *view.addresses;
    let ages = &mut view.ages[..addresses.len()];
    let mut free = places(addresses.len()) & !kept;
    while came != 0 {
        let [from, to] = [came, free].map(|set| set.trailing_zeros() as usize);
        addresses[to] = entries.addresses[from % MOST];
        ages[to] = entries.ages[from % MOST];
        came &= came - 1;
        free &= free.wrapping_sub(1);
    }
}

/// The addresses that are in both of two views.
#[derive(Debug)]
pub struct Common<const VECTORS: usize> {
    /// Entries of either view whose address is in the other as well.
    pub known: [u32; 2],
    /// Those of them that are younger than the other's copy.
    pub younger: [u32; 2],
    /// For each entry of the second view, the place of its copy in the first; [`NOWHERE`] if there is none.
    places: [u32x8; VECTORS],
    /// Whether the second view's copy is the younger one, and whether the first's is.
    ages: [[u32x8; VECTORS]; 2],
}

/// A place that no view has.
const NOWHERE: i32 = 0xFF;

impl<const VECTORS: usize> Common<VECTORS> {
    /// Compares all entries of two views; `addresses` are those of the first.
    #[must_use]
    #[inline(always)]
    pub fn of(one: &Half<VECTORS>, two: &Half<VECTORS>, addresses: &[u32]) -> Self {
        let lanes = i32x8::new([0, 1, 2, 3, 4, 5, 6, 7]);
        let mut tags = [[0; LANES]; VECTORS];
        for (k, (tags, ages)) in tags.iter_mut().zip(one.age_lanes()).enumerate() {
            *tags = ((ages << 8_i32) + lanes + i32x8::splat((LANES * k) as i32)).to_array();
        }
        // For each of the second view's entries, the age of its copy in the first, and its place.
        let mut copies = [i32x8::splat(NOWHERE); VECTORS];
        for (&address, &tag) in addresses.iter().zip(tags.as_flattened()) {
            let (address, tag) = (u32x8::splat(address), i32x8::splat(tag));
            for (copy, vector) in copies.iter_mut().zip(&two.addresses) {
                let same: i32x8 = bytemuck::cast(vector.simd_eq(address));
                *copy = same.select(tag, *copy);
            }
        }
        let mut found = Self {
            known: [0; 2],
            younger: [0; 2],
            places: [u32x8::splat(0); VECTORS],
            ages: [[u32x8::splat(0); VECTORS]; 2],
        };
        let [mut known, mut younger] = [u32x8::splat(0); 2];
        for (k, ages) in two.age_lanes().into_iter().enumerate() {
            let nobody: i32x8 = bytemuck::cast(two.addresses[k].simd_eq(u32x8::splat(NOBODY)));
            let copy = nobody.select(i32x8::splat(NOWHERE), copies[k]);
            let place: u32x8 = bytemuck::cast(copy & i32x8::splat(NOWHERE));
            // Places are below the ages, so that they decide nothing.
            let second: u32x8 = bytemuck::cast(copy.simd_gt((ages << 8_i32) | i32x8::splat(NOWHERE)));
            let first: u32x8 = bytemuck::cast((ages << 8_i32).simd_gt(copy));
            let bit = u32x8::splat(1).unbounded_shl(place);
            known |= bit;
            younger |= bit & first;
            found.known[1] |= u32x8::splat(NOWHERE as u32).simd_gt(place).to_bitmask() << (LANES * k);
            found.younger[1] |= second.to_bitmask() << (LANES * k);
            found.places[k] = place;
            (found.ages[0][k], found.ages[1][k]) = (second, first);
        }
        [found.known[0], found.younger[0]] = [known, younger].map(any_lane);
        found
    }

    /// The entries of either view that a younger copy replaces, if the other node sends some of its own: `sent`, of
    /// either view.
    #[must_use]
    #[inline(always)]
    pub fn replaced(&self, sent: [u32; 2]) -> [u32; 2] {
        let lanes = u32x8::new([0, 1, 2, 3, 4, 5, 6, 7]);
        let (mut first, mut second) = (u32x8::splat(0), 0);
        for k in 0..VECTORS {
            let came = u32x8::splat(sent[1] >> (LANES * k)).unbounded_shr(lanes) & u32x8::splat(1);
            first |= came.unbounded_shl(self.places[k]) & self.ages[0][k];
            // The mask is that of the highest bits.
            let came = u32x8::splat(sent[0]).unbounded_shr(self.places[k]) << 31_u32;
            second |= (came & self.ages[1][k]).to_bitmask() << (LANES * k);
        }
        [any_lane(first), second]
    }
}

/// The bits that are set in some lane.
#[inline(always)]
fn any_lane(lanes: u32x8) -> u32 {
    lanes.to_array().into_iter().fold(0, |all, bits| all | bits)
}
