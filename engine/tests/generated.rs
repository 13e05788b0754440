//! Whatever a scenario says: any suite is satisfied to the floor, and nothing stops a run.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

mod common;

use common::anything::{Dice, FLEET, along, anything, read, suite};
use common::{Result, run_scenario};
use datasets::scenario::Scenario;
use datasets::suite::{Choice, Request};
use engine::Storage;
use engine::plans::condition::fits;

#[test]
fn any_suite_is_satisfied_to_the_floor_or_its_breach_is_reported() {
    const NODES: u32 = 8_000;
    for seed in 0..60 {
        let mut dice = Dice::new(seed);
        let mut text = format!(
            "[run]\nnodes = {NODES}\ncycles = 150\nseed = {seed}\n[[fleet.class]]\nname = \"n\"\nshare = 1\n{FLEET}"
        );
        text += "[trace]\nnodes = { cycles = [150], sample = \"all\" }\n";
        text += &suite(&mut dice, 1, NODES);
        let scenario = read(&text, &[]);
        let found = run_scenario(&scenario, &Storage::Memory);
        satisfied(&scenario, &found, seed);
        for row in found.apps.iter().filter(|row| row.cycle == 150) {
            let open = found.breaches.iter().filter(|breach| breach.app == row.app && !breach.has_ended).count();
            assert_eq!(row.broken_constraints_count, open as u64, "seed {seed}: {row:?}");
        }
    }
}

/// Compares what nodes hold with a central assignment of those that earlier applications leave.
fn satisfied(scenario: &Scenario, found: &Result, seed: u64) {
    let nodes = &found.snapshots[0];
    let count = nodes.node_ids.len();
    let values: Vec<&[f32]> = nodes.attributes.iter().map(|values| &**values).collect();
    let mut left = vec![true; count];
    // What a node's rank may be off by, of this application's border and of those before it.
    let mut floor = 8.0;
    for (number, app) in scenario.first.suite.apps.iter().enumerate() {
        let holds = |k: usize| nodes.apps[k] == Some(number as u32);
        let mut marks = vec![1; count];
        app.condition.iter().for_each(|condition| fits(&mut marks, &condition.test, &values));
        let mut eligible: Vec<usize> = (0..count).filter(|&k| left[k] && marks[k] == 1).collect();
        let row = found.apps.iter().rfind(|row| row.app == app.name).unwrap();
        let wanted = (row.asked_count as usize).min(eligible.len());
        let share = wanted as f64 / count as f64;
        floor += 5.0 * (count as f64 * share * (1.0 - share)).sqrt();
        let held = (0..count).filter(|&k| holds(k)).count();
        assert_eq!(held as u64, row.held_count);
        assert!(held.abs_diff(wanted) as f64 <= floor, "seed {seed}, {row:?}: {held} held, {wanted} wanted, {floor}");
        let right = |k: usize| marks[k] == 1 || !holds(k);
        assert!((0..count).all(right), "seed {seed}, {row:?}: a node does not fit");
        if let Choice::Top(attribute) | Choice::Bottom(attribute) = app.choice {
            let key = |&k: &usize| (values[attribute][k], k);
            eligible.sort_by(|one, other| key(one).partial_cmp(&key(other)).unwrap());
            if matches!(app.choice, Choice::Top(_)) {
                eligible.reverse();
            }
            let missing = eligible[..wanted].iter().filter(|&&k| !holds(k)).count();
            assert!(missing as f64 <= 2.0 * floor, "seed {seed}, {row:?}: {missing} of the right nodes are elsewhere");
        }
        if matches!(app.request, Request::Share(_) | Request::Nodes(_)) && row.asked_count as usize > eligible.len() {
            assert!(held as f64 >= eligible.len() as f64 - floor, "seed {seed}, {row:?}: it takes what there is");
        }
        (0..count).filter(|&k| holds(k)).for_each(|k| left[k] = false);
    }
}

#[test]
fn nothing_stops_a_run_and_threads_change_nothing() {
    let all = (0..150).map(|seed| (seed, anything(seed))).chain((0..60).map(|seed| (seed, along(seed))));
    for (seed, scenario) in all {
        let threads = |count| rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        let one = threads(1).install(|| run_scenario(&scenario, &Storage::Memory));
        let three = threads(3).install(|| run_scenario(&scenario, &Storage::Memory));
        assert_eq!(one.digest, three.digest, "seed {seed}");
        assert_eq!((&one.apps, &one.suites, &one.cycles), (&three.apps, &three.suites, &three.cycles), "seed {seed}");
        sound(&scenario, &one, seed);
    }
}

/// What holds in every run.
fn sound(scenario: &Scenario, found: &Result, seed: u64) {
    for row in &found.apps {
        let alive = found.cycles[row.cycle as usize].alive_count;
        assert!(
            row.held_count <= alive && row.correct_count + row.wrong_count == row.held_count,
            "seed {seed}: {row:?}"
        );
        let before = found.apps.iter().find(|before| before.app == row.app && before.cycle + 1 == row.cycle);
        let before = before.map_or(if row.cycle == 0 { row.held_count } else { 0 }, |before| before.held_count);
        assert_eq!(row.held_count + row.leaves_count, before + row.joins_count, "seed {seed}: {row:?}");
    }
    for rows in found.suites.chunk_by(|one, other| one.cycle == other.cycle) {
        let acting: f64 = rows.iter().map(|row| row.acting_fraction).sum();
        assert!(acting <= 1.0 + 1e-9, "seed {seed}: {rows:?}");
        let good = |version| {
            version == scenario.first.suite.version || scenario.launches.iter().any(|l| l.suite.version == version)
        };
        assert!(rows.iter().all(|row| good(row.version) || row.acting_fraction == 0.0), "seed {seed}: {rows:?}");
    }
}
