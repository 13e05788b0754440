//! What the observer takes to be true, and what it measures against it, is computed again from full snapshots of the
//! nodes, by plain loops over sorted lists.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

mod common;

use common::{Result, born, run_scenario, scenario};
use datasets::scenario::Scenario;
use datasets::suite::{App, Choice, Request};
use datasets::trace::{NodeRows, SliceRow};
use engine::Storage;
use engine::plans::condition::fits;
use engine::schedule::purpose::{SUITE, for_life};

const FLEET: &str = "[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.uptime = { beta = [2.0, 1.0] }\n\
    attributes.disk = { uniform = [0.0, 100.0] }\n";
/// How nodes come and go.
const CHURN: &str = "up = { hours = { exponential = { mean = 2 } }, spread = 0.7 }\n\
    down = { hours = { exponential = { mean = 0.5 } }, spread = 0.7 }\n";

/// Both ends of a gradient, a second gradient among those that fit a condition, a third one by the first attribute, a
/// random application between them, and the rest of the cloud.
fn suite(nodes: u32) -> String {
    let [best, larger] = [nodes / 15, nodes / 20];
    let app = |name: &str, what: &str| format!("[[suite.app]]\nname = \"{name}\"\n{what}\n");
    app("best", &format!("top = \"uptime\"\nnodes = {best}"))
        + &app("worst", "bottom = \"uptime\"\nshare = 0.05")
        + &app("large", "top = \"disk\"\nshare = 0.2\nwhere = \"uptime > 0.6\"")
        + &app("larger", &format!("top = \"disk\"\nnodes = {larger}\nwhere = \"uptime > 0.6\""))
        + &app("any", "share = 0.15\nwhere = \"disk < 40\"")
        + &app("scarce", "share = 0.3\nwhere = \"disk > 95\"\ntop = \"uptime\"")
        + &app("rest", "rest = 1")
}

/// The applications that open a gradient, in the order of the gradients.
const OPENING: [usize; 3] = [0, 2, 5];

/// Where a server with a list of all nodes would put them.
struct Central {
    /// Live nodes.
    live: usize,
    /// The nodes that each application finds left and fit.
    eligible: Vec<Vec<usize>>,
    /// Nodes that each application asks for, and gets.
    asked: Vec<usize>,
    apps: Vec<Option<u32>>,
}

fn central(scenario: &Scenario, rows: &NodeRows) -> Central {
    let nodes: Vec<usize> = (0..rows.node_ids.len()).filter(|&node| rows.alive[node]).collect();
    let values: Vec<&[f32]> = rows.attributes.iter().map(|values| &**values).collect();
    let live = nodes.len();
    let mut central = Central { live, eligible: Vec::new(), asked: Vec::new(), apps: vec![None; rows.alive.len()] };
    let words = for_life(scenario.run.seed, SUITE);
    for (number, App { choice, request, condition, .. }) in scenario.first.suite.apps.iter().enumerate() {
        let left: Vec<usize> = nodes.iter().copied().filter(|&node| central.apps[node].is_none()).collect();
        let mut marks = vec![1; rows.alive.len()];
        if let Some(condition) = condition {
            fits(&mut marks, &condition.test, &values);
        }
        let mut eligible: Vec<usize> = left.iter().copied().filter(|&node| marks[node] == 1).collect();
        let asked = match *request {
            Request::Nodes(nodes) => nodes as usize,
            Request::Share(share) => (share * live as f64).round() as usize,
            // It comes last.
            Request::Rest(_) => left.len(),
        };
        if let Choice::Top(attribute) | Choice::Bottom(attribute) = *choice {
            sort(&mut eligible, values[attribute]);
        }
        let takes: Vec<usize> = match choice {
            Choice::Top(_) => eligible.iter().rev().take(asked).copied().collect(),
            Choice::Bottom(_) => eligible.iter().take(asked).copied().collect(),
            Choice::Random if matches!(request, Request::Rest(_)) => eligible.clone(),
            Choice::Random => {
                // The one condition of a random application is the second: draw 2.
                let Request::Share(share) = *request else { panic!("{request:?}") };
                let part = (share * live as f64 / eligible.len() as f64).min(1.0);
                let is_its_own = |node: usize| f64::from(words.word(node as u32, 2)) < (part * 2_f64.powi(32)).round();
                eligible.iter().copied().filter(|&node| is_its_own(node)).collect()
            }
        };
        for &node in &takes {
            central.apps[node] = Some(number as u32);
        }
        central.eligible.push(eligible);
        central.asked.push(asked);
    }
    central
}

fn sort(nodes: &mut [usize], values: &[f32]) {
    nodes.sort_by(|&one, &other| values[one].total_cmp(&values[other]).then(one.cmp(&other)));
}

#[track_caller]
fn assert_equal(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected.max(1e-6), "{found} is not {expected}");
}

fn assert_apps(scenario: &Scenario, found: &Result, rows: &NodeRows, central: &Central) {
    for (number, app) in scenario.first.suite.apps.iter().enumerate() {
        let row = found.apps.iter().find(|row| row.cycle == rows.cycle && row.app == app.name).unwrap();
        let holds = |apps: &[Option<u32>], node: usize| apps[node] == Some(number as u32);
        let held: Vec<usize> = (0..rows.apps.len()).filter(|&node| holds(&rows.apps, node)).collect();
        let correct = held.iter().filter(|&&node| holds(&central.apps, node)).count();
        let found = [row.asked_count, row.held_count, row.correct_count, row.wrong_count];
        let expected = [central.asked[number], held.len(), correct, held.len() - correct];
        assert_eq!(found, expected.map(|count| count as u64), "{} in cycle {}", app.name, rows.cycle);
        assert!(app.choice == Choice::Random || row.correct_count <= row.asked_count);
    }
}

/// The normalised rank of an id among those of a gradient's members, as the column `gdm_normalised` tells it.
fn rank_among(ids: &[Option<f64>], id: f64) -> f64 {
    let bits = (ids.len().ilog2() + 2).clamp(8, 13);
    let place = |id: f64| id * 2_f64.powi(bits as i32);
    let cell = place(id).floor();
    let (mut lower, mut inside, mut positions, mut total) = (0.0, 0.0, 0.0, 0.0);
    for other in ids.iter().flatten().map(|&other| place(other)) {
        total += 1.0;
        if other < cell {
            lower += 1.0;
        } else if other < cell + 1.0 {
            inside += 1.0;
            positions += other - cell;
        }
    }
    (lower + inside * (0.5 + (place(id) - cell) - positions / inside)) / total
}

fn assert_slices(found: &SliceRow, rows: &NodeRows, central: &Central, attribute: usize) {
    let gradient = found.gradient as usize;
    let ids = &rows.rank_fractions[gradient];
    assert_eq!(found.members_count, ids.iter().flatten().count() as u64);
    assert!((0..ids.len()).all(|node| rows.alive[node] || ids[node].is_none()), "the dead take no part");
    let mut members = central.eligible[OPENING[gradient]].clone();
    sort(&mut members, &rows.attributes[attribute]);
    let (mut disorder, mut error, mut count) = (0.0, 0.0, 0.0);
    for (before, &node) in members.iter().enumerate() {
        let Some(id) = ids[node] else { continue };
        let rank = (before as f64 + 0.5) / members.len() as f64;
        disorder += (rank_among(ids, id) - rank).powi(2);
        error += (id - rank).powi(2);
        count += 1.0;
    }
    // Few nodes may be in order.
    assert!(count > 0.0 && (disorder > 0.0 || members.len() < 10), "{found:?}: {count} of {}", members.len());
    assert_equal(found.gdm_normalised, disorder / count);
    let is_estimate = matches!(&*found.protocol, "ranking" | "quantile");
    assert_equal(found.rms_rank_error_fraction, (if is_estimate { error } else { disorder } / count).sqrt());
}

#[test]
fn tables_say_what_snapshots_say() {
    for (protocol, nodes, churn) in [
        ("ordered", 3_000, CHURN),
        ("ordered-max-gain", 3_000, CHURN),
        ("ranking", 3_000, CHURN),
        ("quantile", 3_000, CHURN),
        ("ordered", 200, CHURN),
        ("ranking", 200, CHURN),
        // What the observer may keep from cycle to cycle.
        ("ordered", 3_000, ""),
        ("ranking", 3_000, ""),
    ] {
        let scenario = scenario(&format!(
            "[run]\nnodes = {nodes}\ncycles = 12\nseed = 7\ncycle_seconds = 120\n{FLEET}{churn}[slicing]\nprotocol = \
             \"{protocol}\"\n[trace]\nnodes = {{ cycles = [0, 1, 5, 12], sample = \"all\" }}\n{}",
            suite(nodes)
        ));
        let found = run_scenario(&scenario, &Storage::Memory);
        assert_eq!(found.snapshots.len(), 4);
        let came: u64 = found.cycles.iter().map(|row| row.joined_count).sum();
        assert!(churn.is_empty() || came > u64::from(nodes) / 10, "{came} nodes came");
        for rows in &found.snapshots {
            let central = central(&scenario, rows);
            assert!(churn.is_empty() || rows.alive.len() > central.live);
            assert_apps(&scenario, &found, rows, &central);
            let slices: Vec<&SliceRow> = found.slices.iter().filter(|row| row.cycle == rows.cycle).collect();
            assert_eq!((slices.len(), rows.rank_fractions.len()), (OPENING.len(), OPENING.len()));
            for row in slices {
                let attribute = scenario.fleet.attributes.iter().position(|name| *name == row.attribute).unwrap();
                assert_slices(row, rows, &central, attribute);
            }
        }
    }
}

#[test]
fn random_applications_have_what_they_ask_for_however_few_nodes_others_find() {
    const NODES: u32 = 50_000;
    // A tenth of the nodes fits, of which the first application leaves seven tenths to the second.
    let suite = "[[suite.app]]\nname = \"some\"\nshare = 0.3\n[[suite.app]]\nname = \"few\"\nshare = 0.5\ntop = \
        \"disk\"\nwhere = \"disk > 90\"\n[[suite.app]]\nname = \"more\"\nshare = 0.2\n\
        [[suite.app]]\nname = \"rest\"\nrest = 1\n";
    let scenario = scenario(&format!("[run]\nnodes = {NODES}\nseed = 3\n{FLEET}{CHURN}{suite}"));
    let (cloud, mut truth) = born(&scenario);
    let found = truth.find(&cloud.population, &cloud.government.versions, scenario.run.seed).unwrap();
    let live = cloud.population.live().count() as f64;
    let count =
        |app: u8| truth.apps.as_ref().unwrap().iter().map(|&held| f64::from(u8::from(held == app))).sum::<f64>();
    // The second application has the seven tenths of a tenth.
    let rest = 1.0 - 0.3 - 0.2 - count(1) / live;
    for (app, share) in [(0, 0.3), (2, 0.2), (3, rest)] {
        let error = (live * share * (1.0 - share)).sqrt();
        assert!((found.asked[usize::from(app)] as f64 - share * live).abs() < 4.0 * error);
        assert!((count(app) - share * live).abs() < 4.0 * error, "{app}: {} of {live}", count(app));
    }
    assert!((count(1) / live - 0.07).abs() < 0.01);
    assert_eq!((0..4).map(count).sum::<f64>().to_bits(), live.to_bits(), "the rest leaves out nobody");
}
