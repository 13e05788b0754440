//! Attribute values from an inverse distribution function, tabulated once.
//!
//! A word is a probability. Each half of the unit interval is cut into cells as a float is: by the octave of the
//! distance to its end, and 256 equal cells an octave, so that tails down to 2^-32 are as smooth as the middle. Within
//! a cell the inverse is a straight line: off by a few millionths of the distance to the end.
//!
//! Costs per value: one word, two neighbouring words of a table of 50 kB.

/// Cells of an octave, as a power of two.
const CELL_BITS: u32 = 8;
/// Cells of an octave.
const CELLS: usize = 1 << CELL_BITS;
/// Octaves of a half: those of 31 bits, the lowest [`CELL_BITS`] of which are exact.
const OCTAVES: usize = 31 - CELL_BITS as usize + 1;

/// An inverse distribution function that draws in constant time.
#[derive(Clone, Debug, PartialEq)]
pub enum Table {
    /// A continuous law: values at the borders of the cells, for the lower and the upper half.
    Smooth([Vec<f32>; 2]),
    /// A discrete law: each value with the first word above those that draw it, ascending.
    Steps(Vec<(u64, f32)>),
}

impl Table {
    /// The table of an inverse distribution function on probabilities within (0, 1).
    #[must_use]
    pub fn smooth(quantile: impl Fn(f64) -> f64) -> Self {
        let borders = |value: &dyn Fn(f64) -> f64| {
            (0..=OCTAVES * CELLS).map(|cell| value(border(cell) / 2_f64.powi(32)) as f32).collect()
        };
        Self::Smooth([borders(&|p| quantile(p)), borders(&|p| quantile(1.0 - p))])
    }

    /// The table of values with weights, which need not sum to 1.
    #[must_use]
    pub fn steps(choices: &[(f64, f64)]) -> Self {
        let total: f64 = choices.iter().map(|&(_, weight)| weight).sum();
        let mut below = 0.0;
        let mut steps: Vec<_> = choices
            .iter()
            .map(|&(value, weight)| {
                below += weight;
                ((below / total * 2_f64.powi(32)).round() as u64, value as f32)
            })
            .collect();
        if let Some(last) = steps.last_mut() {
            last.0 = 1 << 32;
        }
        Self::Steps(steps)
    }

    /// The value that a word draws.
    #[must_use]
    #[inline]
    pub fn draw(&self, word: u32) -> f32 {
        match self {
            Self::Smooth(halves) => {
                let upper = word >> 31;
                let distance = if upper == 1 { !word } else { word };
                let shift = (32 - distance.leading_zeros()).saturating_sub(CELL_BITS + 1);
                let cell = (shift as usize * CELLS) + (distance >> shift) as usize;
                let within = (distance & ((1 << shift) - 1)) as f32 + 0.5;
                let borders = &halves[upper as usize];
                let (near, far) = (borders[cell], borders[cell + 1]);
                near + (far - near) * (within * (1.0 / (1_u32 << shift) as f32))
            }
            Self::Steps(steps) => {
                let at = steps.partition_point(|&(above, _)| above <= u64::from(word));
                steps.get(at).map_or(0.0, |&(_, value)| value)
            }
        }
    }
}

/// The distance, in words, at which a cell of a half begins.
fn border(cell: usize) -> f64 {
    match (cell / CELLS, cell % CELLS) {
        (0, 0) => 0.25,
        (0 | 1, _) => cell as f64,
        (octave, within) => ((CELLS + within) as f64) * 2_f64.powi(octave as i32 - 1),
    }
}

/// The class that a word draws, where `above[k]` is the first word above those of class k, ascending.
#[must_use]
#[inline]
pub fn class(above: &[u64], word: u32) -> u8 {
    above.iter().map(|&above| u8::from(above <= u64::from(word))).sum()
}
