use analysis::{DeadLinks, Pairing, Settings, theory};
use datasets::trace::EventRow;

use crate::fixture::{ORDERED, app, cycle, estimate, overlay, slice, summary};

#[test]
fn the_last_row_says_what_each_application_holds() {
    let summary = summary(ORDERED, |trace| {
        for k in 0..=2 {
            trace.push(cycle(k));
            trace.push(app(k, "monitoring", 99_000 + u64::from(k), 500));
            trace.push(app(k, "chat", 450_000, 0));
        }
    });
    assert_eq!(summary.cycles, 2);
    let monitoring = &summary.applications[0];
    assert_eq!(
        (monitoring.app.as_str(), monitoring.asked_count, monitoring.held_count),
        ("monitoring", 100_000, 99_002)
    );
    assert_eq!((monitoring.correct_count, monitoring.wrong_count), (98_502, 500));
    assert_eq!(monitoring.border_ties_count, 220_000);
    assert_eq!(monitoring.mean_attributes, [Some(0.98), Some(75.0)]);
    assert_eq!(summary.applications[1].settling.cycles, [Some(0); 3]);
}

#[test]
fn a_share_of_wrong_nodes_has_settled_once_it_stays_below() {
    let wrong = [90_000, 9_000, 10_000, 900, 2_000, 900, 99];
    let summary = summary(ORDERED, |trace| {
        for (k, wrong) in (0..).zip(wrong) {
            trace.push(cycle(k));
            trace.push(app(k, "monitoring", 100_000, wrong));
            trace.push(app(k, "chat", 100_000, 100));
        }
    });
    // 9 % at cycle 1 does not count, as exactly 10 % follows; nor does 0.9 % at cycle 3.
    assert_eq!(summary.applications[0].settling.cycles, [Some(3), Some(5), Some(6)]);
    assert_eq!(summary.applications[1].settling.cycles, [Some(0), Some(0), None]);
    // Together: 45 %, 4.6 %, 5.1 %, 0.5 %, 1.05 %, 0.5 %, 0.0995 %.
    assert_eq!(summary.settling.unwrap().cycles, [Some(1), Some(5), Some(6)]);
}

#[test]
fn gradients_are_those_after_the_last_cycle() {
    let summary = summary(ORDERED, |trace| {
        for k in 0..=9 {
            trace.push(cycle(k));
            trace.push(slice(k, 0));
            trace.push(slice(k, 1));
        }
    });
    assert_eq!(summary.gradients.iter().map(|gradient| gradient.gradient).collect::<Vec<_>>(), [0, 1]);
    assert!((summary.gradients[0].rms_rank_error_fraction - 0.001).abs() < 1e-15);
}

#[test]
fn the_variance_factor_is_a_geometric_mean_over_ten_cycles() {
    let summary = summary(ORDERED, |trace| {
        for k in 0..=12 {
            trace.push(cycle(k));
            trace.push(estimate(k, "average"));
        }
    });
    let fall = summary.aggregates[0].contraction.clone().unwrap();
    let mean = fall.mean.unwrap();
    assert_eq!((mean.after_cycle, mean.cycle), (0, 10));
    assert!((mean.factor - 0.3).abs() < 1e-12);
    assert_eq!(fall.steps.len(), 12);
    assert!(fall.steps.iter().all(|step| (step.factor - 0.3).abs() < 1e-12));
    assert!((fall.theory.unwrap() - 0.303_265).abs() < 1e-6);
    assert_eq!(fall.rounding_after, None);
}

#[test]
fn factors_stop_where_only_rounding_is_left() {
    let summary = summary(ORDERED, |trace| {
        for k in 0..=60 {
            trace.push(cycle(k));
            trace.push(estimate(k, "average"));
        }
    });
    // 0.3^38 is above 1e-24 · 100², 0.3^39 below.
    let fall = summary.aggregates[0].contraction.clone().unwrap();
    assert_eq!(fall.rounding_after, Some(39));
    assert_eq!(fall.steps.last().unwrap().cycle, 38);
}

#[test]
fn rows_several_cycles_apart_give_the_factor_of_one_cycle() {
    let summary = summary(ORDERED, |trace| {
        for k in [0, 4, 8, 12, 15] {
            trace.push(cycle(k));
            trace.push(estimate(k, "average"));
        }
    });
    let fall = summary.aggregates[0].contraction.clone().unwrap();
    assert_eq!(fall.mean.unwrap().cycle, 8);
    assert!(fall.steps.iter().all(|step| (step.factor - 0.3).abs() < 1e-12));
    assert_eq!((fall.steps[3].after_cycle, fall.steps[3].cycle), (12, 15));
}

#[test]
fn the_mean_factor_ends_before_the_first_event() {
    let summary = summary(ORDERED, |trace| {
        for k in 0..=12 {
            trace.push(cycle(k));
            trace.push(estimate(k, "average"));
        }
        trace.push(EventRow { cycle: 6, kind: "crash".into(), version: None, rule: None, nodes_count: 500_000 });
    });
    assert_eq!(summary.aggregates[0].contraction.clone().unwrap().mean.unwrap().cycle, 5);
}

#[test]
fn minimum_and_maximum_agree_instead_of_contracting() {
    let summary = summary(ORDERED, |trace| {
        for k in 0..=5 {
            trace.push(cycle(k));
            let mut row = estimate(k, "max");
            if k >= 3 {
                (row.min, row.max) = (100.0, 100.0);
            }
            trace.push(row);
        }
    });
    assert_eq!(summary.aggregates[0].contraction, None);
    assert_eq!(summary.aggregates[0].agreed_at, Some(3));
}

#[test]
fn dead_links_are_forgotten_when_no_row_has_any_again() {
    let links = |dead: &[u64]| {
        summary(ORDERED, |trace| {
            for (k, &dead) in (0..).zip(dead) {
                trace.push(cycle(k));
                trace.push(overlay(k, dead));
            }
        })
        .dead_links
    };
    assert_eq!(links(&[0, 0]), None);
    let forgotten = DeadLinks { most_mean: 2.0, most_at: 1, none_from: Some(4), last_mean: 0.0, last_at: 4 };
    assert_eq!(links(&[0, 2_000_000, 0, 1_000_000, 0]), Some(forgotten));
    let left = DeadLinks { most_mean: 2.0, most_at: 0, none_from: None, last_mean: 0.5, last_at: 2 };
    assert_eq!(links(&[2_000_000, 0, 500_000]), Some(left));
}

#[test]
fn theory_knows_pairing_and_lost_requests() {
    let factor = |pairing, request_loss, reply_loss| {
        theory::variance_factor(&Settings { pairing, request_loss, reply_loss, ..Settings::default() })
    };
    for (lost, expected) in [(0.0, 0.3033), (0.2, 0.402), (0.5, 0.584)] {
        assert!((factor(Pairing::Ordered, lost, 0.0).unwrap() - expected).abs() < 5e-4);
    }
    assert_eq!(factor(Pairing::Matching, 0.0, 0.0), Some(0.25));
    assert_eq!(factor(Pairing::Matching, 0.1, 0.0), None);
    assert_eq!(factor(Pairing::Ordered, 0.0, 0.1), None);
}

#[test]
fn settings_come_from_the_resolved_scenario() {
    let run_json = r#"{"scenario_resolved": {"sampling": {"protocol": "oracle", "pairing": "matching"},
        "network": {"request_loss": 0.25, "reply_loss": 0}}}"#;
    let summary = summary(run_json, |trace| trace.push(cycle(0)));
    let expected = Settings {
        sampling: Some("oracle".into()),
        pairing: Pairing::Matching,
        request_loss: 0.25,
        ..Settings::default()
    };
    assert_eq!(summary.settings, expected);
}

#[test]
fn cost_is_counted_per_live_node_and_cycle() {
    let summary = summary(ORDERED, |trace| (0..=4).for_each(|k| trace.push(cycle(k))));
    assert_eq!(summary.cost.messages_count, 16_000_000);
    assert!((summary.cost.messages_per_node_and_cycle - 4.0).abs() < 1e-12);
    assert!((summary.cost.bytes_per_node_and_cycle - 32.0).abs() < 1e-12);
}
