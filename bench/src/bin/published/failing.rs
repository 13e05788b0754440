//! Topologies while nodes fail: under churn, and after a crash. An independent implementation at small sizes measured
//! the same, and of what dies at once there is theory.
//!
//! Nodes come and go as there: sessions of 1 / λ cycles on average and a third of that between two, so that three
//! quarters of the nodes are up. What fails depends on two things that are not said there. Of a Chord at λ = .01, of
//! which .06 of the requests are said to fail with 1.95 timeouts each:
//!
//! | samples | looked at | fail | timeouts |
//! |---|---|---|---|
//! | of the oracle | after the exchanges of a cycle, as we do | .047 | 1.74 |
//! | of the oracle | between nodes that come and go and the exchanges | .063 | 1.82 |
//! | from views of Cyclon | after the exchanges | .058 | 1.88 |
//! | from views of Cyclon | before the exchanges | .080 | 1.97 |
//! | of the oracle, nodes replaced by others elsewhere on the ring | after the exchanges | .067 | 2.36 |
//!
//! So the rows have samples from Cyclon, and requests with the oracle are to do no worse.
//!
//! What is said to be so at once after a crash is so before anybody has exchanged anything: .46 of the tables of 2^12
//! nodes are missing then, and a fourth after the first cycle. So it is measured on clouds that are struck after their
//! last cycle. Cycles after a crash count from there: the first is that in which it happens.

use datasets::trace::{LookupRow, TopologyRow};
use engine::population::life::FREE;
use kernels::scalar::mixed;

use crate::run::{Observed, Outcome, cycles_until, ended, mean, seeds, text};
use crate::sample::{Sample, WIDE};
use crate::table::Row;

/// By how much a row may be off that was measured with two or three seeds.
const SHARE: f64 = 0.1;

/// Samples from views, and from the oracle.
const CYCLON: &str = "[sampling]\nprotocol = \"cyclon\"\nview = 10\n";
const ORACLE: &str = "";

/// Cycles before anything is measured under churn, and all.
const SETTLED: usize = 40;
const CYCLES: u32 = 200;

/// A crash comes as this cycle begins, which is the first after it.
const CRASH: usize = 30;

/// Seeds of each crash, of those of which theory tells, and of what was measured as well, with two or three.
const SEEDS: u32 = 4;
const MORE_SEEDS: u32 = 8;
const THEIR_SEEDS: u32 = 2;

/// Requests under churn: the share that fails, nodes that do not answer, entries of the dead.
pub fn churn() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (rate, fail, timeouts) in [(0.001, 0.008, 0.25), (0.01, 0.06, 1.95)] {
        for samples in [CYCLON, ORACLE] {
            let name = format!("chord, λ = {rate}{}", if samples == CYCLON { ", Cyclon" } else { ", oracle" });
            let runs = churning(&name, 1 << 13, rate, &format!("{samples}[topology]\nprotocol = \"chord\"\n"))?;
            let found = [|row: &LookupRow| 1.0 - row.success_fraction, |row: &LookupRow| row.timeouts_mean]
                .map(|of| mean(&runs, |run| late(&run.lookups, of)));
            for (what, published, found) in [("fail", fail, found[0]), ("timeouts", timeouts, found[1])] {
                let what = format!("{name}: {what}");
                // Failures are published in thousandths and hundredths of what succeeds.
                let digits = if what.ends_with("fail") { 0.5 * if rate < 0.01 { 0.001 } else { 0.01 } } else { 0.0 };
                rows.push(if samples == CYCLON {
                    Row::near(what, 6_144, published, found, SHARE * published + digits)
                } else {
                    Row::at_most(what, 6_144, published + digits, found)
                });
            }
        }
    }
    for (rate, fail, leaf, table) in [(0.001, 0.002, 0.019, 0.005), (0.01, 0.015, 0.125, 0.031)] {
        let name = format!("pastry, λ = {rate}");
        let runs = churning(&name, 1 << 12, rate, "[topology]\nprotocol = \"prefix\"\n")?;
        let found = mean(&runs, |run| late(&run.lookups, |row: &LookupRow| 1.0 - row.success_fraction));
        rows.push(Row::near(format!("{name}: fail"), 3_072, fail, found, SHARE * fail + 0.0005));
        // Twenty entries of leaf sets, and about a hundred of tables.
        let dead = (20.0 * leaf + 100.0 * table) / 120.0;
        let found = mean(&runs, |run| late(&run.topologies, |row: &TopologyRow| row.dead_fraction));
        rows.push(Row::near(format!("{name}: dead entries"), 3_072, dead, found, SHARE * dead));
    }
    Ok(rows)
}

/// The mean over cycles in which churn and what it does are in balance.
fn late<R>(rows: &[R], of: impl Fn(&R) -> f64) -> f64 {
    let rows = rows.get(SETTLED..).unwrap_or_default();
    rows.iter().map(of).sum::<f64>() / rows.len() as f64
}

/// Runs in which so many nodes come and go, three quarters of them up.
fn churning(name: &str, nodes: u32, rate: f64, more: &str) -> Outcome<Vec<Observed>> {
    // Ten minutes a cycle.
    let hours = 1.0 / rate / 6.0;
    let text = format!(
        "[run]\nnodes = {nodes}\ncycles = {CYCLES}\ncycle_seconds = 600\n[[fleet.class]]\nname = \"any\"\nshare = 1.0\n\
         attributes.load = {{ uniform = [0.0, 1.0] }}\nup.hours = {{ exponential = {{ mean = {hours:?} }} }}\n\
         down.hours = {{ exponential = {{ mean = {:?} }} }}\n{more}[lookups]\nper_cycle = 2_000\n",
        hours / 3.0
    );
    seeds(name, 2, &text)
}

fn crashing(share: f64, more: &str) -> String {
    format!("{more}[[event]]\nat_cycle = {CRASH}\ncrash = {{ share = {share:?} }}\n")
}

/// Clouds of which a share of the nodes has died after the last cycle, and nobody has noticed.
fn struck(name: &str, (nodes, share): (u32, f64), count: u32, more: &str) -> Outcome<Vec<Observed>> {
    // One node dies at first: only where any does is it known who lives.
    let text = text(nodes, CRASH as u32, &format!("{more}[[event]]\nat_cycle = 1\ncrash = {{ nodes = 1 }}\n"));
    ended(&format!("{name}, {} % die", share * 100.0), count, &text, |cloud, seed| {
        let Some(alive) = &mut cloud.population.alive else { return };
        for (node, state) in alive.iter_mut().enumerate() {
            if f64::from(mixed([seed, 0x000c_4a5e], node as u32)) < share * 2_f64.powi(32) {
                *state = FREE;
            }
        }
    })
}

/// Requests through a Chord of which half dies at once.
pub fn requests() -> Outcome<Vec<Row>> {
    let nodes = 1 << 13;
    let mut rows = Vec::new();
    let chord = "[topology]\nprotocol = \"chord\"\n[lookups]\nper_cycle = 4_000\n";
    let runs = struck("chord", (nodes, 0.5), MORE_SEEDS, chord)?;
    let of = |of: fn(&LookupRow) -> f64| -> Vec<f64> {
        runs.iter().map(|run| run.lookups.last().map_or(f64::NAN, of)).collect()
    };
    // Some four of 4,096 nodes know nobody alive ahead, and mislead all who come through them: clouds differ.
    let fail = Sample::of(&of(|row| 1.0 - row.success_fraction));
    let tolerance = WIDE * fail.sd * (1.0 / f64::from(MORE_SEEDS) + 1.0 / f64::from(THEIR_SEEDS)).sqrt();
    rows.push(Row::near("chord, half dies: fail at once", nodes, 0.013, fail.mean, tolerance));
    for (what, published, of) in
        [("hops", 9.4, of(|row| row.hops_mean)), ("timeouts", 20.0, of(|row| row.timeouts_mean))]
    {
        let found = Sample::of(&of).mean;
        rows.push(Row::near(format!("chord, half dies: {what} at once"), nodes, published, found, SHARE * published));
    }
    let runs = seeds("chord, after a crash", SEEDS, &text(nodes, 60, &crashing(0.5, chord)))?;
    let found = mean(&runs, |run| {
        let failing = run.lookups.iter().rposition(|row| row.success_fraction < 1.0);
        failing.map_or(f64::NAN, |cycle| (cycle + 2).saturating_sub(CRASH) as f64)
    });
    let what = "chord, half dies: cycles until all succeed";
    // As many as an entry may be old.
    rows.push(Row::near(what, nodes, 20.0, found, SHARE * 20.0));
    Ok(rows)
}

/// Links and tables of which all that is known dies at once, and how tables recover.
pub fn links() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    let nodes = 1 << 15;
    for share in [0.5_f64, 0.7] {
        let runs = struck("ring", (nodes, share), SEEDS, "[topology]\nprotocol = \"ring\"\n")?;
        // Of a link both ends lose the other, where ten or more between two that live die.
        let expected = share.powi(10);
        let gaps = f64::from(nodes * SEEDS) * (1.0 - share);
        let tolerance = WIDE * (expected * (1.0 - expected) / gaps).sqrt();
        let found = mean(&runs, |run| run.topologies.last().map_or(f64::NAN, |row| row.missing_fraction));
        let name = format!("ring, {} % die: links missing at once", share * 100.0);
        rows.push(Row::near(name, nodes, expected, found, tolerance));
    }
    let (nodes, prefix) = (1 << 12, "[topology]\nprotocol = \"prefix\"\n");
    let runs = struck("prefix", (nodes, 0.5), SEEDS, prefix)?;
    let found = mean(&runs, |run| run.topologies.last().map_or(f64::NAN, |row| row.table_missing_fraction));
    rows.push(Row::near("prefix, half dies: of tables missing", nodes, 0.46, found, SHARE * 0.46));
    let runs = seeds("prefix, after a crash", SEEDS, &text(nodes, 60, &crashing(0.5, prefix)))?;
    for (published, missing) in [(4.0, 0.033), (8.0, 0.0012)] {
        let found =
            mean(&runs, |run| cycles_until(&run.topologies[CRASH..], missing, |row| row.table_missing_fraction));
        rows.push(Row::near(format!("prefix, half dies: cycles until {missing}"), nodes, published, found, 1.0));
    }
    Ok(rows)
}

/// Values whose three holders all die at once.
pub fn values() -> Outcome<Vec<Row>> {
    const KEYS: u32 = 40_000;
    let nodes = 1 << 13;
    let expected = 0.5_f64.powi(3);
    // Of each gap on the ring, in which there are as many keys as it is wide, three next to it hold the values: the
    // squares of widths are twice as large as if all were as wide, and gaps one or two apart share two holders or one.
    let [next, second] = [4, 5].map(|holders| 0.5_f64.powi(holders) - expected * expected);
    let variance = expected * (1.0 - expected);
    let of_gaps = (2.0 * variance + 2.0 * (next + second)) / f64::from(nodes);
    let tolerance = WIDE * ((of_gaps + variance / f64::from(KEYS)) / f64::from(SEEDS)).sqrt();
    let mut rows = Vec::new();
    for topology in ["chord", "prefix"] {
        let name = format!("{topology}, half dies: values lost");
        let more =
            format!("[topology]\nprotocol = \"{topology}\"\n[registry]\nkeys = {KEYS}\nreplicas = 3\nrepublish = 10\n");
        let runs = seeds(&name, SEEDS, &text(nodes, 30, &crashing(0.5, &more)))?;
        let found = mean(&runs, |run| 1.0 - run.registry[CRASH].held_fraction);
        rows.push(Row::near(name, nodes, expected, found, tolerance));
    }
    Ok(rows)
}
