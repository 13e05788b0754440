//! Whether the values of a column are still different as floats of 32 bits.
//!
//! Attributes are kept as such floats, which have 24 bits of precision: seven digits. Times in seconds since 1970 have
//! ten, serial numbers and bytes more. Where different values would become one, a rank among them and a condition on
//! them would be wrong without a word. So the column is refused, unless its numbers have fractions and differ so finely
//! by chance alone, as measurements do of which there are very many: then a remark tells of it.
//!
//! Costs: a look at each value if all are exact as floats; else a map of the different values, up to the first two that
//! become one; and for a column that has such two, sorting it if they are whole numbers, or a part of it.

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use indexmap::map::Entry;

use crate::error::Error;
use crate::fleet::table::Wanted;
use crate::scenario::InventoryColumn;

/// So much of the different values of a column of fractional numbers may become one with another, among so many values
/// that are spread evenly over the column.
const LOST_FRACTION: f64 = 0.01;
const SAMPLE: usize = 1 << 16;

/// Refuses a column whose values must be told apart; returns what is to be told of one that is taken all the same.
pub(super) fn check(wanted: &Wanted<'_>, asked: &InventoryColumn, values: &[f64]) -> Result<Option<String>, Error> {
    if asked.rounded || !collapses(values.iter().copied()) {
        return Ok(None);
    }
    let written = |value: f64| value / asked.scale + asked.offset;
    let are_whole = values.iter().all(|value| written(*value).fract() == 0.0);
    let base = values.iter().copied().fold(f64::INFINITY, f64::min);
    let shifted = values.iter().map(|value| value - base);
    let has_shift = base.abs() > 0.0 && !collapses(shifted.clone());
    let InventoryColumn { column, scale, .. } = asked;
    let every = if are_whole || has_shift { 1 } else { values.len().div_ceil(SAMPLE) };
    let Collapse { different, left, pair } = Collapse::of(values, every);
    let lost = (different - left) as f64 / different as f64;
    if !are_whole && lost <= LOST_FRACTION && !has_shift {
        let path = wanted.path.display();
        return Ok(Some(format!(
            "{path}: some values of column `{column}` differ by less than floats of 32 bits tell apart; of such nodes \
             the index decides which has the higher rank."
        )));
    }
    let [one, other] = pair.map(written);
    let message = format!(
        "column `{column}` has {different} different values, and {left} as floats of 32 bits: {one} and {other} would \
         be the same"
    );
    let help = if has_shift {
        let offset = written(base);
        format!(
            "let the values count from the least of them: `{{ column = \"{column}\", offset = {offset:?}, \
             scale = {scale:?} }}`"
        )
    } else {
        let factor = scale / values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        let is_tiny = shifted.clone().all(|value| value.abs() < f64::from(f32::MIN_POSITIVE));
        let other = if is_tiny { format!("`scale = {factor:?}`, or ") } else { String::new() };
        format!(
            "write {other}`{{ column = \"{column}\", rounded = true }}` if such values may be the same; else part the \
             column in two, or give an `offset` and a `scale` by which they have at most seven digits"
        )
    };
    Err(wanted.wrong(message).keyed(column).helped(help))
}

/// Whether two different values are one as floats of 32 bits.
fn collapses(mut values: impl Iterator<Item = f64> + Clone) -> bool {
    if values.clone().all(|value| is_same(f64::from(value as f32), value)) {
        return false;
    }
    // Most columns have few different values, which come again and again.
    let mut recent = [f64::NAN; 1 << 10];
    let mut seen: IndexMap<u32, f64, RandomState> = IndexMap::default();
    values.any(|value| {
        // A negative zero is no other number.
        let value = value + 0.0;
        let bits = (value as f32 + 0.0).to_bits();
        let slot = &mut recent[(bits.wrapping_mul(0x9E37_79B1) >> 22) as usize];
        if is_same(*slot, value) {
            return false;
        }
        *slot = value;
        match seen.entry(bits) {
            Entry::Occupied(entry) => !is_same(*entry.get(), value),
            Entry::Vacant(entry) => {
                entry.insert(value);
                false
            }
        }
    })
}

/// Whether two numbers are the same, bit by bit.
fn is_same(one: f64, other: f64) -> bool {
    one.to_bits() == other.to_bits()
}

/// How many values become one with another.
struct Collapse {
    /// Different values.
    different: usize,
    /// Different values as floats of 32 bits.
    left: usize,
    /// The two that are closest to the least value among those that become one.
    pair: [f64; 2],
}

impl Collapse {
    /// Among the values of every so many rows.
    fn of(values: &[f64], every: usize) -> Self {
        // A negative zero is no other number.
        let mut sorted: Vec<f64> = values.iter().step_by(every).map(|value| value + 0.0).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.dedup();
        let becomes_one = |pair: &&[f64]| (pair[0] as f32).to_bits() == (pair[1] as f32).to_bits();
        let lost = sorted.windows(2).filter(becomes_one).count();
        let pair = sorted.windows(2).find(becomes_one).map_or([0.0; 2], |pair| [pair[0], pair[1]]);
        Self { different: sorted.len(), left: sorted.len() - lost, pair }
    }
}
