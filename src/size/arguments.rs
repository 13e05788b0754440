//! What `subcloud size` is asked.

use std::path::PathBuf;

use datasets::numeral::{self, is_ambiguous, meant};

use crate::scenario;

/// Find the smallest share that an application must ask for to hold enough nodes for most of the time.
#[derive(Debug, clap::Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Example:
  subcloud size datasets/scenarios/telco.toml --app recorder --hold 100_000 --where 'storage_gb >= 50'

The application asks for its share as the scenario has it in all else: its place in the suite, its condition, churn,
loss and events. What the others ask for stays: there is no more to have than they leave.

A share is of the live nodes. Its number of nodes is told for the mean number of live nodes in the counted
cycles. Where the application asks for a number of nodes, the answer is a number, which stays the same however many
nodes live."
)]
pub struct Arguments {
    #[command(flatten)]
    pub scenario: scenario::Arguments,
    /// The application.
    #[arg(long, value_name = "NAME")]
    pub app: String,
    /// Nodes that it must hold.
    #[arg(long, value_name = "N", value_parser = nodes)]
    pub hold: u32,
    /// Count only nodes that run it: those that have found a contact in it, joined its overlay and fetched its code.
    /// The scenario needs a table `subcloud`.
    #[arg(long)]
    pub usable: bool,
    /// Count only nodes that fit this condition, as in 'storage_gb >= 50 and availability > 0.9'.
    #[arg(long = "where", value_name = "COND")]
    pub condition: Option<String>,
    /// Share of the time for which it must hold them, above 0 and below 1.
    #[arg(long = "for", value_name = "FRACTION", default_value = "0.999", value_parser = fraction)]
    pub fraction: f64,
    /// The time: so many cycles, the last of the run, which is made longer if it is too short [default: all after
    /// those of --settle].
    #[arg(long, value_name = "CYCLES", value_parser = cycles)]
    pub over: Option<u32>,
    /// Cycles that do not count, from the start of the run on, or from the one on in which a later version brings the
    /// application: nodes are still finding out where they belong [default: 40, at most a quarter of what is left of
    /// the run; longer where they have to count themselves first]. What lies before never counts.
    #[arg(long, value_name = "CYCLES", value_parser = some_cycles)]
    pub settle: Option<u32>,
    /// How sure the interval is, above 0 and below 1.
    #[arg(long, value_name = "FRACTION", default_value = "0.99", value_parser = fraction)]
    pub confidence: f64,
    /// Replicas by which the interval is found, at least 5.
    #[arg(long, value_name = "N", default_value = "30", value_parser = replicas)]
    pub replicas: usize,
    /// Nodes of a replica [default: as few as hold about 2,000 nodes in the application, at least 20,000; all where the
    /// scenario cannot be scaled].
    #[arg(long, value_name = "N", value_parser = nodes)]
    pub replica_nodes: Option<u32>,
    /// Runs of the full size that correct what smaller replicas say [default: 4, and 1 of more than 20 million nodes].
    #[arg(long, value_name = "N", value_parser = confirming)]
    pub confirm: Option<usize>,
    /// Directory of the result: size.json, and the run with that share [default: out/ and the scenario's name with
    /// -size].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Threads to use, 0 for all processors; the results are the same bits for any number.
    #[arg(long, value_name = "T", default_value_t = 0)]
    pub threads: usize,
    /// Show no progress.
    #[arg(long)]
    pub quiet: bool,
    /// Replace the result that the directory holds.
    #[arg(long)]
    pub force: bool,
}

/// A number of nodes.
pub fn nodes(text: &str) -> Result<u32, String> {
    number(text, 1.0, f64::from(u32::MAX), "a whole number of at least 1, as in 2_000_000 or 2e6")
        .map(|nodes| nodes as u32)
}

/// A number of cycles to count.
fn cycles(text: &str) -> Result<u32, String> {
    number(text, 1.0, 1e9, "a whole number of at least 1").map(|cycles| cycles as u32)
}

/// A number of cycles that may be none.
fn some_cycles(text: &str) -> Result<u32, String> {
    number(text, 0.0, 1e9, "a whole number of at least 0").map(|cycles| cycles as u32)
}

/// A number of replicas.
fn replicas(text: &str) -> Result<usize, String> {
    number(text, 5.0, 1e4, "a whole number from 5 to 10,000").map(|replicas| replicas as usize)
}

/// A number of runs of the full size.
fn confirming(text: &str) -> Result<usize, String> {
    number(text, 1.0, 1e4, "a whole number from 1 to 10,000").map(|runs| runs as usize)
}

/// A whole number in a range.
fn number(text: &str, least: f64, most: f64, expected: &str) -> Result<f64, String> {
    let plain = text.trim().replace('_', "");
    let number = plain.parse().ok().filter(|number: &f64| number.fract() == 0.0 && (least..=most).contains(number));
    number.filter(|_| !is_ambiguous(text)).ok_or_else(|| not(text, expected, numeral::Kind::Whole))
}

/// What to say of a text that is not as expected: the number that it stands for, if it is one in another notation.
fn not(text: &str, expected: &str, kind: numeral::Kind) -> String {
    let plain = text.trim().parse::<f64>().is_ok() && !is_ambiguous(text);
    match meant(text, kind).filter(|_| !plain) {
        Some(remedy) => format!("expected {expected}; write {remedy}"),
        None => format!("expected {expected}"),
    }
}

/// A share that leaves something to either side.
fn fraction(text: &str) -> Result<f64, String> {
    let fraction = text.trim().parse().ok().filter(|fraction: &f64| *fraction > 0.0 && *fraction < 1.0);
    let expected = "a number above 0 and below 1, as in 0.999; no number of runs shows that something never happens";
    fraction.ok_or_else(|| not(text, expected, numeral::Kind::Any))
}
