//! Aggregation in epochs: counting, sitting out, adopting, holding.

mod common;

use common::{LISTED, Result, run, run_with};
use datasets::trace::{AggregateRow, EpochRow};

/// A cloud of nodes with a load, uniform in [0, 1), and these aggregates.
fn text(nodes: u32, cycles: u32, more: &str) -> String {
    format!(
        "[run]\nnodes = {nodes}\ncycles = {cycles}\nseed = 7\n[[fleet.class]]\nname = \"any\"\nshare = 1.0\n\
         attributes.load = {{ uniform = [0.0, 1.0] }}\n{more}"
    )
}

fn aggregate(name: &str, function: &str, more: &str) -> String {
    let attribute = if function == "count" { "" } else { "attribute = \"load\"\n" };
    format!("[[aggregate]]\nname = \"{name}\"\nfunction = \"{function}\"\n{attribute}{more}\n")
}

fn count(more: &str) -> String {
    aggregate("size", "count", more)
}

fn epochs<'r>(result: &'r Result, name: &str) -> Vec<&'r EpochRow> {
    result.epochs.iter().filter(|row| row.aggregate == name).collect()
}

fn rows<'r>(result: &'r Result, name: &str) -> Vec<&'r AggregateRow> {
    result.aggregates.iter().filter(|row| row.aggregate == name).collect()
}

#[track_caller]
fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not within {tolerance} of {expected}");
}

/// Says the first row that differs.
#[track_caller]
fn assert_same<T: PartialEq + std::fmt::Debug>(one: &[T], other: &[T], what: &str) {
    assert_eq!(one.len(), other.len(), "{what}");
    let differs = one.iter().zip(other).find(|(one, other)| one != other);
    assert!(differs.is_none(), "{what}: {differs:?}");
}

/// The share of an instance is conserved, so without loss the harmonic mean of all estimates is the size; the formula
/// for the length of an epoch leaves a relative spread of 1 %.
#[test]
fn nodes_count_themselves_to_the_wished_accuracy() {
    for nodes in [1_000, 30_000, 100_000] {
        let result = run(&text(nodes, 60, &count("error = 0.01\ninstances = 1")));
        let found = epochs(&result, "size");
        assert!(found.len() >= 2, "{nodes}: {} epochs", found.len());
        for row in found {
            assert_eq!(row.results_count, u64::from(nodes));
            assert_near(row.mean.unwrap(), f64::from(nodes), 0.02 * f64::from(nodes));
            assert!(row.relative_error.unwrap() < 0.02, "{row:?}");
        }
    }
}

#[test]
fn every_function_is_found_anew_in_every_epoch() {
    let functions = ["average", "min", "max", "sum", "variance", "geometric-mean"];
    let mut all = count("epoch_cycles = 25\ninstances = 3");
    for function in functions {
        let more = if function == "sum" { "epoch_cycles = 25\ninstances = 3" } else { "epoch_cycles = 25" };
        all += &aggregate(function, function, more);
    }
    let scenario = text(20_000, 75, &all).replace("uniform = [0.0, 1.0]", "uniform = [0.5, 2.0]");
    let result = run(&scenario);
    for function in functions {
        let found = epochs(&result, function);
        assert_eq!(found.iter().map(|row| row.epoch).collect::<Vec<_>>(), [0, 1, 2]);
        for row in found {
            assert_near(row.mean.unwrap(), row.true_value, 2e-3 * row.true_value.abs());
            assert!(row.worst_relative_error.unwrap() < 0.02, "{row:?}");
        }
    }
    // Between two epochs nodes hold what they found in the first.
    let sums = rows(&result, "sum");
    assert_eq!(sums[10].held_count, 0);
    assert_eq!(sums[40].held_count, 20_000);
    assert_near(sums[40].held_mean.unwrap(), sums[25].held_mean.unwrap(), 0.0);
}

/// Who keeps tags and who does not have the same exchanges: a join that comes only at the end makes nodes keep them.
#[test]
fn tags_change_nothing_while_all_are_in_the_same_epoch() {
    let aggregates = count("epoch_cycles = 12\ninstances = 2") + &aggregate("load", "average", "epoch_cycles = 12");
    let loss = "[network]\nrequest_loss = 0.1\nreply_loss = 0.1\n";
    for sampling in ["", LISTED, "[sampling]\nprotocol = \"newscast\"\n"] {
        for loss in ["", loss] {
            let scenario = text(3_000, 40, &format!("{aggregates}{sampling}{loss}"));
            // Both have a mask of live nodes.
            let plain = format!("{scenario}[[event]]\nat_cycle = 40\ncrash = {{ share = 0.0 }}\n");
            let tagged = format!("{scenario}[[event]]\nat_cycle = 40\njoin = {{ share = 0.0 }}\n");
            let [plain, tagged] = [plain, tagged].map(|text| run(&text));
            assert_same(&plain.epochs, &tagged.epochs, sampling);
            assert_same(&plain.aggregates, &tagged.aggregates, sampling);
            let messages = |result: &Result| result.cycles.iter().map(|row| row.messages_count).collect::<Vec<_>>();
            assert_eq!(messages(&plain), messages(&tagged), "{sampling}{loss}");
        }
    }
}

/// Those who come find no place in the epoch under way: its results are those of the nodes that began it.
#[test]
fn newcomers_sit_out_the_epoch_and_hold_what_they_are_told() {
    let more = count("epoch_cycles = 20\ninstances = 1")
        + &aggregate("load", "average", "epoch_cycles = 20")
        + "[[event]]\nat_cycle = 25\njoin = { share = 1.0 }\n";
    let scenario = text(20_000, 60, &more).replace("share = 1.0\nattr", "share = 1.0\npresent = 0.5\nattr");
    let result = run(&scenario);
    let found = epochs(&result, "size");
    let first = found[0].true_value;
    assert!((9_700.0..10_300.0).contains(&first), "{first}");
    assert_near(found[1].results_count as f64, first, 0.0);
    assert_near(found[1].mean.unwrap(), first, 0.03 * first);
    assert_near(found[1].true_value_at_end, 20_000.0, 0.0);
    assert_near(found[2].mean.unwrap(), 20_000.0, 600.0);
    let load = epochs(&result, "load");
    assert_eq!((load[1].results_count as f64, load[2].results_count), (first, 20_000));
    let rows = rows(&result, "size");
    assert_eq!(rows[25].held_count, 20_000);
    assert_near(rows[25].held_mean.unwrap(), rows[24].held_mean.unwrap(), 50.0);
}

/// With clocks up to 20 % fast or slow the fastest end an epoch of 20 cycles after 17; the others adopt the next one
/// within about log2(N) cycles, by fives: all averages are found none the less, and nobody is left behind.
#[test]
fn a_newer_epoch_spreads_among_clocks_that_differ() {
    let more = count("epoch_cycles = 20\ninstances = 2\nclock_drift = 0.2")
        + &aggregate("load", "average", "epoch_cycles = 20\nclock_drift = 0.2");
    let result = run(&text(20_000, 120, &more));
    let found = epochs(&result, "load");
    assert!((6..=8).contains(&found.len()), "{} epochs", found.len());
    for row in &found[..found.len() - 2] {
        assert_eq!(row.results_count, 20_000, "{row:?}");
        assert_near(row.mean.unwrap(), row.true_value, 0.01);
        assert!(row.relative_error.unwrap() < 0.01, "{row:?}");
    }
    for row in epochs(&result, "size").iter().take(4) {
        assert!(row.results_count > 19_000, "{row:?}");
        assert_near(row.mean.unwrap(), 20_000.0, 2_000.0);
    }
    // A simultaneous restart would show one epoch every 20 cycles, at the same time everywhere.
    let taking_part: Vec<u64> = rows(&result, "load").iter().map(|row| row.participants_count).collect();
    assert!(taking_part.iter().any(|&count| (1..19_000).contains(&count)), "somebody is ahead of others");
}

#[test]
fn the_bits_are_the_same_for_any_number_of_threads() {
    let aggregates = count("epoch_cycles = 5\ninstances = 3\nclock_drift = 0.2")
        + &count("epoch_cycles = 5\ninstances = 3").replace("\"size\"", "\"again\"")
        + &aggregate("load", "sum", "epoch_cycles = 5\ninstances = 3")
        + &aggregate("spread", "quantiles", "epoch_cycles = 5\npoints = 4");
    let churn = "[network]\nrequest_loss = 0.1\nreply_loss = 0.1\n[[event]]\nat_cycle = 7\nleave = { share = 0.3 }\n\
                 [[event]]\nat_cycle = 12\njoin = { share = 0.5 }\n";
    for sampling in ["", LISTED, "[sampling]\nprotocol = \"cyclon\"\n"] {
        let scenario =
            text(if sampling.is_empty() { 10_000 } else { 66_000 }, 14, &format!("{aggregates}{sampling}{churn}"));
        let one = run_with(1, &scenario);
        for threads in [2, 3] {
            let other = run_with(threads, &scenario);
            assert_same(&one.epochs, &other.epochs, sampling);
            assert_same(&one.aggregates, &other.aggregates, sampling);
            assert_eq!(one.digest, other.digest);
        }
    }
}

#[test]
fn an_application_knows_its_own_size_and_mean() {
    let suite =
        "[[suite.app]]\nname = \"first\"\ntop = \"load\"\nshare = 0.2\n[[suite.app]]\nname = \"rest\"\nrest = true\n";
    for sampling in ["", "[sampling]\nprotocol = \"newscast\"\n"] {
        let more = count("epoch_cycles = 30\ninstances = 3\napp = \"first\"")
            + &aggregate("load", "average", "epoch_cycles = 30\napp = \"first\"")
            + suite
            + sampling;
        let result = run(&text(20_000, 120, &more));
        let (size, load) = (epochs(&result, "size"), epochs(&result, "load"));
        assert_near(size[3].mean.unwrap(), size[3].true_value, 0.05 * size[3].true_value);
        assert_near(load[3].mean.unwrap(), 0.9, 0.01);
        // Nobody outside takes part.
        assert!(size[3].results_count <= 4_100, "{:?}", size[3]);
    }
}

/// The points are chosen anew in each epoch, so that they come to lie where equal shares are between them.
#[test]
fn quantiles_are_found_by_interpolation() {
    let more = aggregate("load", "quantiles", "epoch_cycles = 25\npoints = 20\nquantiles = [0.1, 0.5, 0.99]");
    let skewed = text(20_000, 200, &more).replace("uniform = [0.0, 1.0]", "lognormal = { median = 10.0, sigma = 1.0 }");
    let result = run(&skewed);
    for (name, tolerance) in [("load p10", 0.02), ("load p50", 0.02), ("load p99", 0.05)] {
        let found = epochs(&result, name);
        assert_near(found[7].mean.unwrap(), found[7].true_value, tolerance * found[7].true_value);
    }
}

/// After most nodes have died with no one left who leads, leaders offer themselves with ever higher chances.
#[test]
fn a_cloud_finds_its_size_again_after_nearly_all_have_died() {
    let more = count("epoch_cycles = 15\ninstances = 1\nleaders = 3.0")
        + "[[event]]\nat_cycle = 16\ncrash = { share = 0.998 }\n";
    let result = run(&text(100_000, 240, &more));
    let last = epochs(&result, "size").into_iter().rev().find(|row| row.results_count > 0).unwrap();
    assert_near(last.mean.unwrap(), 200.0, 4.0);
}

#[test]
fn clouds_of_a_few_nodes_and_of_none_run() {
    let aggregates = count("epoch_cycles = 3\ninstances = 2") + &aggregate("load", "sum", "epoch_cycles = 3");
    for nodes in 1..4 {
        let result = run(&text(nodes, 9, &aggregates));
        assert!(result.aggregates.iter().all(|row| row.mean.is_finite() || row.participants_count == 0));
        let gone = run(&text(nodes, 9, &format!("{aggregates}[[event]]\nat_cycle = 4\ncrash = {{ share = 1.0 }}\n")));
        assert_eq!(gone.cycles[9].alive_count, 0);
    }
}
