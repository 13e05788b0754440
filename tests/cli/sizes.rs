//! `size`: answers on scenarios whose answer is known, what it leaves, and what it refuses.

use std::fs;

use serde_json::Value;

use crate::harness::Place;

/// Boxes that are up four fifths of the time, in sessions that have nothing to do with one another; half of them have a
/// disk.
const BOXES: &str = r#"run = { nodes = 20_000, cycles = 60, cycle_seconds = 600.0 }

[[fleet.class]]
name = "box"
share = 1.0
up.hours = { exponential = { mean = 4 } }
down.hours = { exponential = { mean = 1 } }
attributes.storage_gb = { uniform = [0, 100] }

[[suite.app]]
name = "recorder"
share = 0.2

[[suite.app]]
name = "chat"
share = 0.3

[[suite.app]]
name = "relay"
rest = true
"#;

/// What `size` says of the boxes, with quick replicas.
fn size(place: &Place, arguments: &[&str]) -> Value {
    let quick = ["size", "scenario.toml", "--quiet", "--force", "--out", "found", "--replicas", "12"];
    place.call(&[&quick[..], arguments].concat()).quietly();
    let text = fs::read_to_string(place.path("found/size.json")).expect("the answer");
    serde_json::from_str(&text).expect("it is JSON")
}

fn number(answer: &Value, key: &str) -> f64 {
    answer[key].as_f64().unwrap_or_else(|| panic!("{key} in {answer}"))
}

/// The share with which so many nodes, each up and chosen with one chance, are enough but for 3.09 standard deviations:
/// 1 in 1,000.
fn by_the_normal_distribution(nodes: f64, up: f64, hold: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let share = f64::midpoint(low, high);
        let chance = up * share;
        let enough = nodes * chance - 3.090_232 * (nodes * chance * (1.0 - chance)).sqrt() >= hold - 0.5;
        *(if enough { &mut high } else { &mut low }) = share;
    }
    high
}

#[test]
fn the_interval_holds_the_share_that_arithmetic_gives() {
    let place = Place::with(BOXES);
    let held_for_sure = by_the_normal_distribution(20_000.0, 0.8, 3_000.0);
    for (seed, condition, hold) in [("1", None, "3000"), ("2", None, "3_000"), ("3", Some("storage_gb >= 50"), "1.5e3")]
    {
        let condition = condition.map_or(Vec::new(), |condition| vec!["--where", condition]);
        let asked = [&["--app", "recorder", "--hold", hold, "--seed", seed], &condition[..]].concat();
        let answer = size(&place, &asked);
        let truth =
            if condition.is_empty() { held_for_sure } else { by_the_normal_distribution(20_000.0, 0.4, 1_500.0) };
        let [low, share, high] = ["share_low", "share", "share_high"].map(|key| number(&answer, key));
        assert!(low <= truth && truth <= high, "{low} {truth} {high}");
        assert!(low <= share && share <= high && high - low < 0.2 * truth, "{low} {share} {high}");
        assert_eq!(answer["reachable"], true);
    }
}

#[test]
fn small_replicas_and_a_few_large_runs_agree_with_arithmetic() {
    let place = Place::with(BOXES);
    let arguments = ["--nodes", "100_000", "--app", "recorder", "--hold", "15_000", "--replica-nodes", "10_000"];
    let answer = size(&place, &arguments);
    let truth = by_the_normal_distribution(100_000.0, 0.8, 15_000.0);
    let [low, high] = ["share_low", "share_high"].map(|key| number(&answer, key));
    assert!(low <= truth && truth <= high && high - low < 0.05 * truth, "{low} {truth} {high}");
    let evidence = &answer["evidence"];
    assert_eq!((&evidence["replica_nodes"], &evidence["runs_of_full_size"]), (&10_000.into(), &4.into()));
    let text = answer["text"].to_string();
    assert!(text.contains("Extrapolated from 10,000 to 100,000 nodes"), "{text}");
}

#[test]
fn an_outage_counts_only_where_it_takes_too_much_of_the_time() {
    // Nobody comes or goes but for the outage: a third is down in 10 of the 45 counted cycles.
    let still = BOXES.replace("up.hours", "# up.hours").replace("down.hours", "# down.hours");
    let place =
        Place::with(&format!("{still}\n[[event]]\nat_cycle = 30\noutage = {{ share = 0.3333, cycles = 10 }}\n"));
    for (fraction, alive) in [("0.999", 13_334.0), ("0.6", 20_000.0)] {
        let answer = size(&place, &["--app", "recorder", "--hold", "3000", "--for", fraction]);
        // For 0.6 of the time it takes 27 of the 35 cycles without an outage, so a little more than the mean.
        let margin = if fraction == "0.6" { 0.742 } else { 2.611 };
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let share: f64 = f64::midpoint(low, high);
            let enough = alive * share - margin * (alive * share * (1.0 - share)).sqrt() >= 2_999.5;
            *(if enough { &mut high } else { &mut low }) = share;
        }
        let [low, found, up] = ["share_low", "share", "share_high"].map(|key| number(&answer, key));
        assert!(low <= high && high <= up, "{fraction}: {low} {high} {up}, found {found}");
    }
}

#[test]
fn the_answer_leaves_a_run_with_that_share() {
    let place = Place::with(BOXES);
    let asked = ["size", "scenario.toml", "--app", "recorder", "--hold", "2_000", "--replicas", "6", "--quiet"];
    let said = place.call(&asked).quietly();
    let answer: Value =
        serde_json::from_str(&fs::read_to_string(place.path("out/scenario-size/size.json")).expect("the answer"))
            .expect("it is JSON");
    let headline = answer["headline"].as_str().expect("a headline");
    let shown = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains(headline), "{shown}");
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    let record = fs::read_to_string(place.path("out/scenario-size/run.json")).expect("the record");
    assert!(record.contains(&format!("share = {}", answer["share"])), "{record}");
    assert!(place.path("out/scenario-size/traces/apps").is_dir());
    // It is not replaced by mistake, and not searched for in vain.
    place.unchanged(|| place.call(&asked)).failed(2, &["out/scenario-size", "--force"]);
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let place = Place::with(BOXES);
    let by = |threads| size(&place, &["--app", "recorder", "--hold", "2000", "--nodes", "30000", "--threads", threads]);
    assert_eq!(by("1"), by("3"));
}

#[test]
fn what_cannot_be_reached_is_an_answer_with_its_reason() {
    let place = Place::with(BOXES);
    let answer = size(&place, &["--app", "recorder", "--hold", "12_000"]);
    assert_eq!(answer["reachable"], false);
    let reason = answer["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("the other applications ask for 0.3000 of the cloud"), "{reason}");
    // 0.7 of 16,000 are up.
    let held = reason.split("holds ").nth(1).and_then(|rest| rest.split(' ').next()).expect("what it holds");
    let held: f64 = held.replace(',', "").parse().expect("a number");
    assert!((held - 11_200.0).abs() < 60.0, "{reason}");
    assert_eq!(answer["share"], 0.7);
    // At most once in a thousand it holds less than 3.09 standard deviations, the root of 20,000 x 0.56 x 0.44, below
    // that.
    let most = reason.rsplit(", and ").next().and_then(|rest| rest.split(' ').next()).expect("what it holds for sure");
    let most: f64 = most.replace(',', "").parse().expect("a number");
    assert!((most - (11_200.0 - 3.09 * 70.2)).abs() < 100.0, "{reason}");
    let answer = size(&place, &["--app", "recorder", "--hold", "12_000_000"]);
    assert_eq!(answer["reason"], "there are 20,000 nodes in all");
    let answer = size(&place, &["--app", "recorder", "--hold", "10", "--where", "storage_gb > 1000"]);
    assert_eq!(answer["reachable"], false);
}

#[test]
fn an_application_that_asks_for_a_number_gets_a_number() {
    let place = Place::with(&BOXES.replace("share = 0.2", "nodes = 4_000").replace("up.hours", "# up.hours"));
    let place = Place::with(
        &fs::read_to_string(place.path("scenario.toml")).expect("the scenario").replace("down.hours", "# down.hours"),
    );
    let answer = size(&place, &["--app", "recorder", "--hold", "3_000"]);
    let nodes = number(&answer, "nodes_asked");
    // Nobody comes or goes: what it asks for, but for three standard deviations of a binomial number and errors of
    // estimates.
    assert!((3_100.0..3_400.0).contains(&nodes), "{nodes}");
    assert!(answer["headline"].as_str().is_some_and(|line| line.starts_with("Ask for 3,")), "{answer}");
}

#[test]
fn what_makes_no_sense_is_refused_with_the_remedy() {
    let place = Place::with(BOXES);
    let cases: [(&[&str], &str); 9] = [
        (&["--app", "recordr", "--hold", "5"], "the scenario has: recorder, chat, relay"),
        (&["--app", "relay", "--hold", "5"], "--set suite.app.relay.share"),
        (&["--app", "chat", "--hold", "0"], "a whole number of at least 1"),
        (&["--app", "chat", "--hold", "2.5"], "a whole number of at least 1"),
        (&["--app", "chat", "--hold", "5", "--for", "1"], "above 0 and below 1"),
        (&["--app", "chat", "--hold", "5", "--for", "nan"], "above 0 and below 1"),
        (&["--app", "chat", "--hold", "5", "--where", "storge_gb > 1"], "did you mean `storage_gb`"),
        (&["--app", "chat", "--hold", "5", "--replicas", "2"], "from 5 to 10,000"),
        (&["--app", "chat", "--hold", "5", "--over", "0"], "at least 1"),
    ];
    for (arguments, said) in cases {
        let refused = place.call(&[&["size", "scenario.toml"], arguments].concat());
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(refused.err.contains(said), "{arguments:?}: {}", refused.err);
    }
    assert!(!place.path("out").exists());
}

#[test]
fn another_run_in_its_place_leaves_nothing_that_tells_of_the_first() {
    let place = Place::with(BOXES);
    size(&place, &["--app", "recorder", "--hold", "2000", "--cycles", "20"]);
    for format in ["html", "xlsx", "csv"] {
        place.call(&["report", "found", "--format", format]).quietly();
    }
    let told = ["size.json", "report.html", "report.xlsx", "report"].map(|name| place.path("found").join(name));
    assert!(told.iter().all(|path| path.exists()));
    place.call(&["run", "scenario.toml", "--out", "found", "--quiet", "--force"]).quietly();
    assert!(told.iter().all(|path| !path.exists()));
}
