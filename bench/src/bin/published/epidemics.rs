//! Push, pull and push-pull in synchronous rounds, beside the formulas of the textbooks.
//!
//! Of n nodes a share p does not know the news when a round begins. Each node meets a random other one.
//!
//! ```text
//! push       p' = p (1 - 1/(n - 1))^(n (1 - p))          nobody who knows it has chosen it
//! pull       p' = p (n p - 1) / (n - 1)                  it has asked one who does not know it
//! push-pull  p' = p (n p - 1) / (n - 1) (1 - 1/(n - 1))^(n (1 - p))
//! ```
//!
//! Demers et al., *Epidemic algorithms for replicated database maintenance*, PODC 1987; Karp, Schindelhauer, Shenker
//! and Vöcking, *Randomized rumor spreading*, FOCS 2000. From one node on, push takes log2 n + ln n rounds and a
//! bounded number more (Pittel, *On spreading a rumor*, 1987), which is 28.1 and more for 10^5 nodes; push-pull takes
//! log3 n and some ln ln n (Karp et al.).

use datasets::scenario::{Event, EventKind, Propagation, Rounds, Scenario, Spreading};
use datasets::suite::Version;

use crate::run::{Observed, Outcome, changed, text};
use crate::sample::Sample;
use crate::table::Row;

const NODES: u32 = 100_000;
const SEEDS: u32 = 30;
const CYCLES: u32 = 45;
const WAYS: [Propagation; 3] = [Propagation::Push, Propagation::Pull, Propagation::Pushpull];

/// The share that does not know after a round.
fn after(way: Propagation, share: f64) -> f64 {
    let (nodes, others) = (f64::from(NODES), f64::from(NODES - 1));
    let untold = libm::exp(nodes * (1.0 - share) * libm::log1p(-1.0 / others));
    let in_vain = (nodes * share - 1.0).max(0.0) / others;
    share
        * match way {
            Propagation::Push => untold,
            Propagation::Pull => in_vain,
            Propagation::Pushpull => untold * in_vain,
        }
}

/// The rows.
pub fn rows() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for way in WAYS {
        // Shares after a few rounds, from a tenth of the nodes on.
        let runs = spread(way, NODES / 10, 4)?;
        let mut share = 0.9;
        for cycle in 1..=3 {
            share = after(way, share);
            let found: Vec<f64> = runs.iter().map(|run| 1.0 - knowing(run, cycle)).collect();
            let found = Sample::of(&found);
            let name = format!("{way}, synchronous: share without the news, round {cycle}");
            rows.push(Row::near(name, NODES, share, found.mean, found.mean_tolerance(found.sd).max(2e-5)));
        }
        // Rounds until all know, from one node on, within one.
        let runs = spread(way, 1, CYCLES)?;
        let rounds: Vec<f64> = runs.iter().map(|run| f64::from(rounds_of(run))).collect();
        let expected = rounds_to_all(way);
        rows.push(Row::near(
            format!("{way}, synchronous: rounds to all"),
            NODES,
            expected,
            Sample::of(&rounds).mean,
            1.0,
        ));
    }
    Ok(rows)
}

/// Rounds until all know, from one node on, by the shares above: until less than half a node is left.
fn rounds_to_all(way: Propagation) -> f64 {
    let nodes = f64::from(NODES);
    let mut share = 1.0 - 1.0 / nodes;
    let mut rounds = 0.0;
    while share * nodes > 0.5 {
        share = after(way, share);
        rounds += 1.0;
    }
    rounds
}

/// Runs of a version that enters at so many nodes.
fn spread(way: Propagation, first: u32, cycles: u32) -> Outcome<Vec<Observed>> {
    let text = text(NODES, cycles, "[[suite.app]]\nname = \"a\"\nshare = 0.5\n");
    changed(&format!("{way} from {first}"), SEEDS, &text, |scenario: &mut Scenario| {
        let mut suite = scenario.first.suite.clone();
        suite.version += 1;
        scenario.launches = vec![Version { suite, bytes: 200, path: "news.toml".into(), ..Version::default() }];
        scenario.events = vec![Event { at_cycle: 1, until_cycle: 1, kind: EventKind::Suite(0, first) }];
        scenario.spreading = Spreading { propagation: way, rounds: Rounds::Synchronous };
    })
}

/// The share that knows after a cycle.
fn knowing(run: &Observed, cycle: u32) -> f64 {
    let row = run.suites.iter().find(|row| row.version == 2 && row.cycle == cycle);
    row.map_or(0.0, |row| row.holders_fraction)
}

/// The first cycle after which all know.
fn rounds_of(run: &Observed) -> u32 {
    (1..=CYCLES).find(|&cycle| knowing(run, cycle) >= 1.0).unwrap_or(CYCLES + 1)
}
