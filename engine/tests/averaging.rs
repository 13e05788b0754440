//! Averaging has the published constants (Jelasity, Montresor and Babaoglu, TOCS 2005), in every layout of its
//! exchanges.
//!
//! The variance after a cycle is a sum over 10^6 nodes, so its factor has a standard error of about 0.0004 in one cycle
//! and 0.0001 in the mean of ten: the tolerance of 0.003 holds off a fixed order of initiators (0.293), one round a
//! cycle (0.292), a snapshot (0.75) and an update of one side only.

mod common;

use common::{LISTED, Result, run, run_with};

fn scenario(nodes: u32, cycles: u32, more: &str) -> String {
    format!(
        "[run]\nnodes = {nodes}\ncycles = {cycles}\nseed = 7\n[[fleet.class]]\nname = \"any\"\nshare = 1.0\n\
         attributes.load = {{ uniform = [0.0, 1.0] }}\n[[aggregate]]\nname = \"load\"\nfunction = \"average\"\n\
         attribute = \"load\"\n{more}"
    )
}

/// The mean factor by which the variance fell in a cycle.
fn factor(result: &Result) -> f64 {
    let variance = |row: usize| result.aggregates[row].variance;
    let last = result.aggregates.len() - 1;
    (variance(last) / variance(0)).powf(1.0 / last as f64)
}

#[track_caller]
fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() < tolerance, "{found} is not within {tolerance} of {expected}");
}

#[test]
fn ordered_exchanges_reduce_the_variance_by_one_over_two_root_e() {
    let found = run(&scenario(1_000_000, 10, ""));
    assert_near(factor(&found), 0.5 / std::f64::consts::E.sqrt(), 0.003);
}

#[test]
fn exchanges_from_a_list_of_partners_reduce_it_as_much() {
    let found = run(&scenario(1_000_000, 10, LISTED));
    assert_near(factor(&found), 0.5 / std::f64::consts::E.sqrt(), 0.003);
}

#[test]
fn two_matchings_a_cycle_reduce_it_to_a_quarter() {
    let found = run(&scenario(1_000_000, 10, "[sampling]\npairing = \"matching\"\n"));
    assert_near(factor(&found), 0.25, 0.003);
}

#[test]
fn small_clouds_have_the_same_factor() {
    for nodes in [10_000, 30_001] {
        for partners in ["", LISTED] {
            // Ten seeds' worth of cycles would narrow it further; one run of ten cycles has a standard error of 0.0015.
            let found = run(&scenario(nodes, 10, partners));
            assert_near(factor(&found), 0.3033, 0.006);
        }
    }
}

#[test]
fn lost_requests_slow_it_as_link_failures_do() {
    for (loss, expected) in [(0.2, 0.402), (0.5, 0.584)] {
        for partners in ["", LISTED] {
            let more = format!("[network]\nrequest_loss = {loss}\n{partners}");
            let found = run(&scenario(300_000, 10, &more));
            assert_near(factor(&found), expected, 0.004);
            let sent: u64 = found.cycles.iter().map(|row| row.messages_count).sum();
            let lost: u64 = found.cycles.iter().map(|row| row.lost_count).sum();
            assert_near(lost as f64 / 3e6, loss, 0.002);
            assert_eq!(sent, 2 * 3_000_000 - lost);
        }
    }
}

#[test]
fn lost_replies_do_not_conserve_the_sum_and_lost_requests_do() {
    let mean = |more: &str| {
        let rows = run(&scenario(20_000, 8, more)).aggregates;
        (rows[8].mean - rows[0].mean).abs()
    };
    assert!(mean("[network]\nrequest_loss = 0.3\n") < 1e-12);
    assert!(mean("[network]\nreply_loss = 0.3\n") > 1e-5);
}

#[test]
fn the_sum_is_conserved_to_rounding_and_the_bits_are_the_same_for_any_threads() {
    for partners in ["", LISTED] {
        let text = scenario(150_003, 12, partners);
        let one = run_with(1, &text);
        for threads in [2, 3, 8] {
            let other = run_with(threads, &text);
            assert_eq!(one.digest, other.digest, "{partners}, {threads} threads");
            assert_eq!(one.aggregates, other.aggregates);
        }
        for row in &one.aggregates {
            assert_near(row.mean, one.aggregates[0].mean, 1e-14);
        }
    }
}

#[test]
fn every_function_finds_its_true_value() {
    let mut text = scenario(50_000, 40, "");
    for function in ["min", "max", "variance", "geometric-mean"] {
        for line in ["[[aggregate]]", &format!("name = {function:?}"), &format!("function = {function:?}")] {
            text = text + line + "\n";
        }
        text += "attribute = \"load\"\n";
    }
    let rows = run(&text.replace("uniform = [0.0, 1.0]", "uniform = [0.5, 2.0]")).aggregates;
    for row in rows.iter().filter(|row| row.cycle == 40) {
        assert!(row.relative_error.unwrap() < 1e-9, "{row:?}");
    }
    let variance = rows.iter().find(|row| row.aggregate == "variance" && row.cycle == 40).unwrap();
    assert_near(variance.true_value, 1.5 * 1.5 / 12.0, 0.005);
    let minimum = |cycle| rows.iter().find(|row| row.aggregate == "min" && row.cycle == cycle).unwrap();
    assert!(minimum(3).max > minimum(3).true_value && minimum(40).max.to_bits() == minimum(40).true_value.to_bits());
}

#[test]
fn a_crash_takes_exactly_its_share_and_their_values() {
    let found = run(&scenario(30_000, 25, "[[event]]\nat_cycle = 3\ncrash = { share = 0.5 }\n"));
    assert_eq!(found.cycles[2].alive_count, 30_000);
    assert_eq!(found.cycles[3].alive_count, 15_000);
    assert_eq!(found.cycles[3].crashed_count, 15_000);
    // Half died after two cycles: the rest agrees on a value near the old mean, with the error of model.md §5.
    let last = &found.aggregates[25];
    assert!(last.variance < 1e-10 * found.aggregates[0].variance);
    assert!((last.mean - found.aggregates[0].true_value).abs() < 0.01);
}

#[test]
fn the_dead_start_no_exchange_however_partners_are_found() {
    // So few nodes live in the end that they start one after the other, or so many that they start in steps.
    for (nodes, crashed) in [(2_000, "0.5"), (70_000, "0.01"), (70_000, "0.3")] {
        for more in [LISTED, "[sampling]\nprotocol = \"newscast\"\n", "[sampling]\nprotocol = \"cyclon\"\n"] {
            let crash = format!("{more}[[event]]\nat_cycle = 3\ncrash = {{ share = {crashed} }}\n");
            let found = run(&scenario(nodes, 8, &crash)).aggregates;
            // Whoever is left keeps the mean: a dead node that starts brings values of its own.
            let means: Vec<f64> = found[3..].iter().map(|row| row.mean).collect();
            assert!(means.iter().all(|mean| (mean - means[0]).abs() < 1e-12), "{nodes}, {crashed}, {more}: {means:?}");
        }
    }
}

#[test]
fn clouds_of_a_few_nodes_run() {
    for nodes in [1, 2, 3, 5, 17, 100] {
        for more in ["", LISTED, "[sampling]\npairing = \"matching\"\n"] {
            let found = run(&scenario(nodes, 30, more));
            let row = &found.aggregates[30];
            assert!(row.variance <= 1e-3 * found.aggregates[0].variance.max(1e-9), "{nodes} nodes {more}: {row:?}");
        }
    }
}
