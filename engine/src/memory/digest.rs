//! Digests of all columns, which do not depend on any order of nodes: sums of a mix of every (column, node, state).
//!
//! Reads every column once.

use xxhash_rust::xxh3::xxh3_64;

use super::column::{Field, Kind};
use super::pass::strides;

/// Beginnings of the names of the columns that [`state`] covers, in the order by which it numbers them.
const STATE: [&str; 24] = [
    "attribute-",
    "alive",
    "life-",
    "past-",
    "gradient-",
    "apps",
    "aggregate-",
    "group-",
    "views",
    "versions",
    "acting",
    "rule-",
    "phases",
    "places",
    "contacts",
    "subcloud-views",
    "code",
    "releases-",
    "members-",
    "topology-",
    "own-",
    "registry",
    "graph-",
    "clouds",
];

/// The digest by which runs are compared: of all that nodes hold. It leaves out which nodes a group of aggregates has
/// admitted (`group-0-members`), which follows from the applications and gradients that nodes hold.
///
/// # Panics
/// If a column has a name that is not numbered: a bug.
pub fn state(fields: &[&Field]) -> u64 {
    let is_covered = |field: &&&Field| {
        let is_left_out = field.name.starts_with("group-") && field.name.ends_with("-members");
        matches!(field.kind, Kind::Kept | Kind::Slow) && !is_left_out
    };
    let place = |field: &&Field| {
        let place = STATE.iter().position(|start| field.name.starts_with(start));
        place.unwrap_or_else(|| panic!("{} has no place in the digest", field.name))
    };
    let mut covered: Vec<&Field> = fields.iter().filter(is_covered).copied().collect();
    covered.sort_by_key(place);
    (1..).zip(covered).map(|(number, field)| of(number, field)).fold(0, u64::wrapping_add)
}

/// The digest by which a run that goes on is compared with one that was never interrupted: of all columns but scratch,
/// by their names, and of what is kept beside them.
pub fn everything(fields: &[&Field], beside: &[u8]) -> u64 {
    let lasting = fields.iter().filter(|field| field.kind != Kind::Scratch);
    let parts = lasting.map(|field| of(xxh3_64(field.name.as_bytes()) as u32, field));
    parts.fold(xxh3_64(beside), u64::wrapping_add)
}

/// The digest of one column under a number.
fn of(number: u32, field: &Field) -> u64 {
    match field.cell_bytes() {
        1 => of_cells::<1>(number, field.bytes()),
        2 => of_cells::<2>(number, field.bytes()),
        4 => of_cells::<4>(number, field.bytes()),
        8 => of_cells::<8>(number, field.bytes()),
        // A record of a protocol of one's own.
        bytes if bytes.is_multiple_of(8) => of_cells::<8>(number, field.bytes()),
        bytes if bytes.is_multiple_of(4) => of_cells::<4>(number, field.bytes()),
        _ => of_cells::<1>(number, field.bytes()),
    }
}

fn of_cells<const BYTES: usize>(number: u32, cells: &[u8]) -> u64 {
    let parts = strides(cells.as_chunks::<BYTES>().0, |first, cells| {
        let mut word = [0; 16];
        word[..4].copy_from_slice(&number.to_le_bytes());
        cells.iter().enumerate().fold(0_u64, |sum, (k, cell)| {
            word[4..8].copy_from_slice(&((first + k) as u32).to_le_bytes());
            word[8..8 + BYTES].copy_from_slice(cell);
            sum.wrapping_add(xxh3_64(&word))
        })
    });
    parts.into_iter().fold(0, u64::wrapping_add)
}
