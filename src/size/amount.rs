//! Amounts: shares of the live nodes, and the numbers of nodes that they are.
//!
//! The search knows an amount as a share of the live nodes. An application that asks for a share asks for just that.
//! One that asks for a number of nodes asks for the share times the live nodes. Nodes turn that number back into a
//! share by their own count of the live nodes.

use analysis::number::count;
use datasets::scenario::Scenario;
use datasets::suite::Request;

use super::plan::Plan;

/// Digits of a share that is told: rounding costs a part in a thousand at most.
const DIGITS: i32 = 4;

impl Plan {
    /// What the application asks for, as the scenario calls it.
    pub fn key(&self) -> &'static str {
        if self.in_nodes { "nodes" } else { "share" }
    }

    /// Whether some nodes of the scenario are down, or not there, in the counted cycles.
    pub fn some_are_down(&self) -> bool {
        self.live < f64::from(self.full.run.nodes)
    }

    /// Live nodes of a scenario, full or replica.
    pub fn live_in(&self, scenario: &Scenario) -> f64 {
        self.live * f64::from(scenario.run.nodes) / f64::from(self.full.run.nodes)
    }

    /// The largest share of the live nodes that the other applications leave.
    pub fn room(&self) -> f64 {
        self.full.room(&self.app, self.live)
    }

    /// The scenario, full or replica, in which the application asks for a share of the live nodes.
    pub fn asking(&self, scenario: &Scenario, share: f64) -> Scenario {
        let nodes = (share * self.live_in(scenario)).round() as u64;
        scenario.asking(&self.app, if self.in_nodes { Request::Nodes(nodes) } else { Request::Share(share) })
    }

    /// A share as it can be asked for: of a number of nodes in a replica, if the application asks for numbers.
    pub fn askable(&self, share: f64) -> f64 {
        let nodes = self.live_in(&self.replica);
        let share = share.min(self.room());
        if self.in_nodes { (share * nodes).round() / nodes } else { share }
    }

    /// Nodes of the full cloud that a share asks for.
    pub fn asked(&self, share: f64) -> u64 {
        (share * self.live).round() as u64
    }

    /// A share of a few digits, or of whole nodes if the application asks for a number of them.
    pub fn rounded(&self, share: f64, to: fn(f64) -> f64) -> f64 {
        if self.in_nodes { to(share * self.live) / self.live } else { digits(share, to) }
    }

    /// An amount as the scenario would have it.
    pub fn amount(&self, share: f64) -> String {
        if self.in_nodes { count(self.asked(share)) } else { format!("{share}") }
    }

    /// The same, of a share that is first rounded to the nearest.
    pub fn about(&self, share: f64) -> String {
        self.amount(self.rounded(share, f64::round))
    }
}

/// A share to a few digits.
fn digits(share: f64, to: fn(f64) -> f64) -> f64 {
    if share <= 0.0 {
        return 0.0;
    }
    let unit = 10_f64.powi(DIGITS - 1 - share.log10().floor() as i32);
    // What a share and its last digit have in common is rounding.
    let scaled = share * unit;
    let near = scaled.round();
    if (scaled - near).abs() < 1e-9 * near { near / unit } else { to(scaled) / unit }
}
