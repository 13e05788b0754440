//! Writes the made-up fleets of `tor_fleet.toml` and `relays.toml`, so that these scenarios run where the real data is
//! not.
//!
//! ```sh
//! cargo run -p datasets --example stand_ins
//! ```
//!
//! The real data are 18,281 relays of the Tor network with their availability and bandwidth, and the presence of 64,188
//! relays in 2,577 snapshots, 12.26 hours apart (Tor Project, Onionoo documents of 2023 to 2026, CC0). The stand-ins
//! have the same columns, and quantiles of the same size: made-up hosts, each drawn from the quantiles below,
//! independently of each other.
#![expect(clippy::print_stdout, reason = "a program that says what it wrote")]

use std::error::Error;
use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};

/// Rows of the fleet, and hosts of the trace.
const ROWS: usize = 2_000;
const HOSTS: usize = 3_000;

/// Snapshots of the trace, and the share of the hosts that are there in the first.
const SNAPSHOTS: f64 = 2_577.0;
const THERE_AT_FIRST: f64 = 0.098;

/// Quantiles as (share, value) of the real data. A fifth of the fleet was never seen down, and ties at 1.
const AVAILABILITY: [(f64, f64); 8] =
    [(0.0, 0.003), (0.01, 0.15), (0.05, 0.506), (0.25, 0.944), (0.5, 0.990), (0.75, 0.999), (0.781, 1.0), (1.0, 1.0)];
const BANDWIDTH_MBPS: [(f64, f64); 8] = [
    (0.004, 0.0),
    (0.01, 0.694),
    (0.05, 5.734),
    (0.1, 10.83),
    (0.5, 82.598),
    (0.9, 250.036),
    (0.99, 499.155),
    (1.0, 1031.356),
];
const SPAN_DAYS: [(f64, f64); 5] = [(0.0, 30.0), (0.1, 50.46), (0.5, 333.46), (0.9, 1315.83), (1.0, 1315.83)];
/// Snapshots between the first and the last sight of a host, and its sessions.
const SPAN: [(f64, f64); 7] =
    [(0.1, 1.0), (0.25, 5.0), (0.5, 65.0), (0.75, 376.0), (0.9, 1212.0), (0.95, 2221.0), (1.0, 2577.0)];
const SESSIONS: [(f64, f64); 5] = [(0.5, 1.0), (0.75, 3.0), (0.9, 7.0), (0.99, 48.0), (1.0, 200.0)];

/// Random numbers (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014).
struct SplitMix(u64);

impl SplitMix {
    /// Uniform in 0..1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ word >> 31) >> 11) as f64 * 0.5_f64.powi(53)
    }

    /// A value between quantiles, by straight lines.
    fn quantile(&mut self, quantiles: &[(f64, f64)]) -> f64 {
        let share = self.uniform();
        let after = quantiles.partition_point(|&(below, _)| below < share).min(quantiles.len() - 1);
        let Some(before) = after.checked_sub(1) else { return quantiles[0].1 };
        let ((from, low), (to, high)) = (quantiles[before], quantiles[after]);
        low + (high - low) * ((share - from) / (to - from)).clamp(0.0, 1.0)
    }

    /// Exponential, at least 1, in whole snapshots.
    fn snapshots(&mut self, mean: f64) -> f64 {
        (-mean * libm::log(1.0 - self.uniform())).round().max(1.0)
    }
}

/// A table of comma-separated values, compressed without a name or a time: the same bytes each time.
fn write(path: &Path, table: &str) -> Result<(), Box<dyn Error>> {
    let mut file = GzBuilder::new().write(File::create(path)?, Compression::best());
    file.write_all(table.as_bytes())?;
    file.finish()?;
    println!("{}: {} lines", path.display(), table.lines().count());
    Ok(())
}

fn fleet() -> Result<String, fmt::Error> {
    let mut random = SplitMix(1);
    let mut table = "relay,availability,bandwidth_mbps,span_days\n".to_owned();
    for relay in 0..ROWS {
        let availability = random.quantile(&AVAILABILITY);
        let (bandwidth, span) = (random.quantile(&BANDWIDTH_MBPS), random.quantile(&SPAN_DAYS));
        writeln!(table, "{relay},{availability:.6},{bandwidth:.6},{span:.2}")?;
    }
    Ok(table)
}

/// A host has a span, a share of it that it is up, and a number of sessions of its own; sessions and the gaps between
/// them are of exponential length.
fn intervals() -> Result<String, fmt::Error> {
    let mut random = SplitMix(2);
    let mut table = "relay,first_snapshot,last_snapshot\n".to_owned();
    for relay in 0..HOSTS {
        let is_there = random.uniform() < THERE_AT_FIRST;
        let first = if is_there { 0.0 } else { (1.0 + random.uniform() * (SNAPSHOTS - 1.0)).floor() };
        let end = (first + random.quantile(&SPAN).round().max(1.0)).min(SNAPSHOTS);
        let (availability, sessions) = (random.quantile(&AVAILABILITY), random.quantile(&SESSIONS).round());
        let is_one = sessions < 2.0 || availability >= 1.0;
        let session = if is_one { SNAPSHOTS } else { (end - first) * availability / sessions };
        let gap = (end - first) * (1.0 - availability) / sessions.max(1.0);
        let mut at = first;
        while at < end {
            let last = if is_one { end } else { (at + random.snapshots(session)).min(end) } - 1.0;
            writeln!(table, "{relay},{at},{last}")?;
            at = last + 1.0 + random.snapshots(gap);
        }
    }
    Ok(table)
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for (name, table) in [("tor_fleet/fleet.csv.gz", fleet()?), ("relays/intervals.csv.gz", intervals()?)] {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        write(&path, &table)?;
    }
    Ok(())
}
