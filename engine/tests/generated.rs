//! Whatever a scenario says: any suite is satisfied to the floor, and nothing stops a run.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

mod common;

use std::fmt::Write;
use std::fs;

use common::{Result, run_scenario};
use datasets::scenario::{self, Scenario};
use datasets::suite::{Choice, Request};
use engine::Storage;
use engine::condition::fits;
use kernels::philox::Stream;

/// Choices that follow from a number.
struct Dice {
    stream: Stream,
    thrown: u32,
}

impl Dice {
    fn new(seed: u64) -> Self {
        Self { stream: Stream::new(seed, 0, 0), thrown: 0 }
    }

    /// A number below `sides`.
    fn below(&mut self, sides: u32) -> u32 {
        self.thrown += 1;
        (u64::from(self.stream.word(self.thrown, 0)) * u64::from(sides) >> 32) as u32
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u32) as usize]
    }

    fn is(&mut self, in_ten: u32) -> bool {
        self.below(10) < in_ten
    }
}

const CONDITIONS: [&str; 6] = [
    "disk >= 30",
    "not (disk < 20 or up > 0.9)",
    "up > 0.5 and disk < 80",
    "up < disk",
    "load == 1 or load == 3",
    "disk > 1000",
];

/// A suite of up to six applications, for a cloud of so many nodes.
fn suite(dice: &mut Dice, version: u32, nodes: u32) -> String {
    let count = 1 + dice.below(6);
    let mut text = format!("[suite]\nversion = {version}\n");
    for number in 0..count {
        let share = f64::from(dice.below(100)) / f64::from(100 * count);
        // Names come again in other versions, at other places.
        let name = (dice.below(3) * 7 + number) % 9;
        if text.contains(&format!("\"app {name}\"")) {
            continue;
        }
        writeln!(text, "[[suite.app]]\nname = \"app {name}\"").unwrap();
        match dice.below(4) {
            0 => writeln!(text, "nodes = {}", (share * f64::from(nodes)).round()).unwrap(),
            1 => writeln!(text, "rest = {}", 1 + dice.below(3)).unwrap(),
            _ => writeln!(text, "share = {share}").unwrap(),
        }
        let choice = dice.one(&["top = \"up\"", "bottom = \"up\"", "top = \"disk\"", "bottom = \"disk\"", "", "", ""]);
        writeln!(text, "{choice}").unwrap();
        if dice.is(3) {
            writeln!(text, "where = \"{}\"", dice.one(&CONDITIONS)).unwrap();
        }
        if dice.is(3) {
            writeln!(text, "min_nodes = {}", (share * f64::from(nodes) * 0.9).round()).unwrap();
        }
        if dice.is(2) {
            writeln!(text, "min_mean = {{ disk = {} }}", 20 + dice.below(60)).unwrap();
        }
    }
    text
}

const FLEET: &str = "attributes.up = { beta = [3.0, 1.0] }\nattributes.disk = { uniform = [0, 100] }\n\
                     attributes.load = { choice = [[1, 0.2], [2, 0.5], [3, 0.3]] }\n";

/// Reads a scenario, beside which lie other files.
fn read(text: &str, files: &[(String, String)]) -> Scenario {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("generated.toml");
    fs::write(&path, text).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    scenario::read(&path, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

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
    let nodes = &found.nodes;
    let count = nodes.node_ids.len();
    let values: Vec<&[f32]> = nodes.attributes.iter().map(|values| &**values).collect();
    let mut left = vec![true; count];
    // What a node's rank may be off by, of this application's border and of those before it.
    let mut floor = 8.0;
    for (number, app) in scenario.suite.apps.iter().enumerate() {
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

/// A scenario in which anything may happen.
fn anything(seed: u64) -> Scenario {
    let mut dice = Dice::new(1_000_000 + seed);
    let nodes = [1, 2, 3, 7, 40, 300, 5_000][dice.below(7) as usize];
    let mut text = format!(
        "[run]\nnodes = {nodes}\ncycles = 9\nseed = {seed}\ncycle_seconds = 3600\nstarts_at = 2026-01-01T00:00:00Z\n"
    );
    let churn = dice.one(&[
        "",
        "preset = \"phone\"\n",
        "up.hours = 3\ndown.hours = 2\nlifetime.hours = 5\nvacancy.hours = 2\npresent = 0.5\n",
    ]);
    writeln!(text, "[[fleet.class]]\nname = \"n\"\nshare = 1\n{churn}{FLEET}").unwrap();
    let protocol = dice.one(&["oracle", "newscast", "cyclon", "generic"]);
    let start = if protocol == "oracle" {
        ""
    } else {
        dice.one(&["", "start = \"ring\"", "start = \"star\"\non_dead = \"skip\""])
    };
    let push = if protocol == "generic" { dice.one(&["", "propagation = \"push\"\nhealing = 2"]) } else { "" };
    writeln!(text, "[sampling]\nprotocol = \"{protocol}\"\nview = 8\n{start}\n{push}").unwrap();
    let slicing = dice.one(&["ordered", "ordered-max-gain", "ranking"]);
    let window = if slicing == "ranking" { "window = 64\n" } else { "" };
    writeln!(text, "[slicing]\nprotocol = \"{slicing}\"\n{window}steadiness = {}", dice.one(&["0", "0.05", "0.4"]))
        .unwrap();
    if dice.is(4) {
        writeln!(text, "[network]\nrequest_loss = 0.3\nreply_loss = 0.2").unwrap();
    }
    if dice.is(5) {
        writeln!(text, "[[aggregate]]\nname = \"a\"\nfunction = \"average\"\nattribute = \"disk\"").unwrap();
    }
    let mut files = Vec::new();
    if dice.is(8) {
        let until = if dice.is(3) { "until = 2026-01-01T04:00:00Z\n" } else { "" };
        text += &suite(&mut dice, 1, nodes).replacen("version", &format!("{until}version"), 1);
        if dice.is(4) {
            let push = dice.one(&["forged", "old"]);
            writeln!(text, "[adversaries]\nshare = {}\npush = \"{push}\"", dice.one(&["0.0", "0.3", "1.0"])).unwrap();
        }
    }
    for number in 0..dice.below(4) {
        let name = format!("v{number}.toml");
        writeln!(
            text,
            "[[event]]\nat_cycle = {}\nsuite = \"{name}\"\nat_nodes = {}",
            1 + dice.below(9),
            1 + dice.below(3)
        )
        .unwrap();
        let version = dice.below(5);
        files.push((name, suite(&mut dice, version, nodes)));
    }
    for _ in 0..dice.below(3) {
        let what = [
            "crash = { share = 0.5 }",
            "outage = { share = 0.9, cycles = 2 }",
            "leave = { nodes = 3 }",
            "crash = { share = 1.0 }",
        ];
        writeln!(text, "[[event]]\nat_cycle = {}\n{}", 1 + dice.below(9), dice.one(&what)).unwrap();
    }
    read(&text, &files)
}

#[test]
fn nothing_stops_a_run_and_threads_change_nothing() {
    for seed in 0..150 {
        let scenario = anything(seed);
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
        let good =
            |version| version == scenario.suite.version || scenario.launches.iter().any(|l| l.suite.version == version);
        assert!(rows.iter().all(|row| good(row.version) || row.acting_fraction == 0.0), "seed {seed}: {rows:?}");
    }
}
