//! A sweep: one scenario at many points, each the scenario with other values, and with several seeds.
//!
//! ```toml
//! scenario = "../scenarios/telco.toml"     # relative to this file
//! replicates = 5                           # seeds of each setting, by default 1
//! seed = 1                                 # of replicate 0, by default the scenario's; the others follow from it
//! warm_up = 40                             # cycles that are the same at all points of a seed, and run once
//!
//! [set]                                    # the same at every point
//! "run.nodes" = 20_000
//!
//! [grid]                                   # every combination of values
//! "network.request_loss" = [0.0, 0.1, 0.2]
//! "suite.app.monitoring.share" = { from = 0.05, to = 0.20, steps = 4 }
//!
//! [[list]]                                 # settings given one by one, each with every combination of the grid
//! "slicing.protocol" = "ranking"
//!
//! [one_at_a_time]                          # in place of grid and list: the scenario as it is, then each value alone
//! "sampling.view" = [10, 40]
//! ```
//!
//! Keys are those of `--set`, with or without quotes around them, and values all that `--set` takes. A *setting* is one
//! choice of values, a *point* a setting with the seed of one replicate. Replicates of the same number have the same
//! seed in every setting, so that settings are compared by pairs of runs which differ in nothing else.
//!
//! With `warm_up` the scenario with what `[set]` sets is run so far once for each seed, and every point begins with
//! that state. What points change may then decide of later cycles alone: losses, how views are exchanged, later
//! events.
//!
//! A sweep may grow: with more replicates or values, the points that a directory holds stay, with their numbers, and
//! new ones are numbered after them.

mod extend;
mod raw;
mod scenarios;
mod settings;
mod values;
mod warm;

use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use crate::error::Error;
use crate::scenario::Scenario;
use crate::trace;
use crate::written::{At, Check, Document, read_text};

pub use warm::WarmUp;

/// The most points of a sweep.
pub const MOST_POINTS: usize = 10_000;

/// A checked sweep.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The name: the sweep's file name without its extension.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The scenario's path, as the sweep has it.
    pub scenario: String,
    /// Whether keys are changed one at a time, from the setting 0.
    pub is_one_at_a_time: bool,
    /// Replicates of each setting.
    pub replicates: u32,
    /// The common beginning of points with the same seed, if there is one.
    pub warm_up: Option<WarmUp>,
    /// The points by their numbers: the replicates of setting 0, those of setting 1, …; then those that a larger sweep
    /// added.
    pub points: Vec<Point>,
}

/// A point of a sweep.
#[derive(Clone, Debug)]
pub struct Point {
    /// Its number, from 0.
    pub number: u32,
    /// The number of its setting, from 0.
    pub setting: u32,
    /// Its replicate, from 0.
    pub replicate: u32,
    /// What the sweep sets at the point, beside what it sets at all of them.
    pub params: Vec<Param>,
    /// The scenario to run.
    pub scenario: Scenario,
    /// The scenario's hash.
    pub hash: String,
}

/// What a sweep sets at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// The key of the scenario.
    pub key: String,
    /// Its value: a text as it is, anything else in TOML.
    pub value: String,
    /// The value, if it is a number.
    pub number: Option<f64>,
}

/// Reads a sweep, and the scenario of every point.
///
/// # Errors
///
/// The first thing that is wrong in the sweep or the scenario, with its place and remedy.
pub fn read(path: &Path) -> Result<Sweep, Error> {
    let text = read_text(path, "sweep")?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let document = Document::parse(path, &text, &[])?;
    let raw: raw::Sweep = document.typed()?;
    let check = Check { document: &document, shortened: false };
    let settings = check.settings(&raw)?;
    let replicates = raw.replicates.as_ref().map_or(Ok(1), |count| check.whole(count, 1, MOST_POINTS as u64))? as u32;
    if settings.varied.len() * replicates as usize > MOST_POINTS {
        let span = raw.replicates.as_ref().map_or(0..0, At::span);
        let message = format!("{} settings with {replicates} replicates each are too many", settings.varied.len());
        return Err(check.refuse(span, message, format!("a sweep has at most {MOST_POINTS} points")));
    }
    let (points, warm_up) = check.points(&raw, &settings, replicates)?;
    let (scenario, is_one_at_a_time) = (raw.scenario.to_string(), raw.one_at_a_time.is_some());
    Ok(Sweep { name, text, scenario, is_one_at_a_time, replicates, warm_up, points })
}

impl Sweep {
    /// A hash of what the sweep runs, in 16 hexadecimal digits: the points and their scenarios, whatever the layout of
    /// the text.
    #[must_use]
    pub fn hash(&self) -> String {
        let head = format!("schema {}, one at a time {}", trace::SCHEMA_VERSION, self.is_one_at_a_time);
        let line = |point: &Point| {
            let Point { setting, replicate, params, hash, scenario, .. } = point;
            format!("{setting} {replicate} {hash} {:?} {params:?}", scenario.name)
        };
        let lines: Vec<String> = std::iter::once(head).chain(self.points.iter().map(line)).collect();
        format!("{:016x}", xxh3_64(lines.join("\n").as_bytes()))
    }
}

/// The seed of a replicate: 0 has the base itself, the others numbers below 2^31, each another one, so that whatever
/// reads a trace takes its seeds for numbers.
///
/// A permutation of the numbers below 2^31 (two rounds of xorshift and multiplication, with the constants of Wellons,
/// *Prospecting for hash functions*, 2018) of steps from where `SplitMix64` puts the base.
#[must_use]
pub fn seed(base: u64, replicate: u32) -> u64 {
    const MASK: u64 = (1 << 31) - 1;
    if replicate == 0 {
        return base;
    }
    let start = base.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let start = (start ^ (start >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let start = (start ^ (start >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let start = start ^ (start >> 31);
    let mut mixed = start.wrapping_add(u64::from(replicate) * 0x9E37_79B9) & MASK;
    for (shift, factor) in [(16, 0x21F0_AAAD), (15, 0x735A_2D97)] {
        mixed = (mixed ^ (mixed >> shift)) * factor & MASK;
    }
    mixed ^= mixed >> 15;
    // Replicates are far fewer than the last one there could be, whose seed is free.
    if mixed == base { seed(base, u32::MAX) } else { mixed }
}
