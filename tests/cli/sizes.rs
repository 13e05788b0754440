//! `size`: answers on scenarios whose answer is known, what it leaves, and what it refuses.

use std::fs;

use datasets::trace::read::Run;
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

/// The same boxes, which are up all the time.
fn still() -> String {
    BOXES.replace("up.hours", "# up.hours").replace("down.hours", "# down.hours")
}

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
    let place =
        Place::with(&format!("{}\n[[event]]\nat_cycle = 30\noutage = {{ share = 0.3333, cycles = 10 }}\n", still()));
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
    assert!(reason.starts_with("the other applications ask for 0.3000 of the live nodes"), "{reason}");
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
    let reason = answer["reason"].as_str().expect("a reason");
    let live = number(&answer, "live_nodes").round();
    assert!((live - 16_000.0).abs() < 60.0, "{live}");
    assert_eq!(reason.replace(',', ""), format!("of 20000 nodes {live} live on average"));
    let still = Place::with(&still());
    let answer = size(&still, &["--app", "recorder", "--hold", "20_001"]);
    assert_eq!(answer["reason"], "there are 20,000 nodes in all");
    let answer = size(&place, &["--app", "recorder", "--hold", "10", "--where", "storage_gb > 1000"]);
    assert_eq!(answer["reachable"], false);
}

#[test]
fn an_application_that_asks_for_a_number_gets_a_number() {
    let place = Place::with(&still().replace("share = 0.2", "nodes = 4_000"));
    let answer = size(&place, &["--app", "recorder", "--hold", "3_000"]);
    let nodes = number(&answer, "nodes_asked");
    // Nobody comes or goes: what it asks for, but for three standard deviations of a binomial number and errors of
    // estimates.
    assert!((3_100.0..3_400.0).contains(&nodes), "{nodes}");
    assert!(answer["headline"].as_str().is_some_and(|line| line.starts_with("Ask for 3,")), "{answer}");
}

/// Live nodes, and nodes that the recorder asks for, in the run that `size` left: means over the counted cycles.
fn of_the_run(place: &Place, answer: &Value) -> [f64; 2] {
    let run = Run::open(&place.path("found")).expect("a run");
    let counts =
        |cycle: u32| (number(answer, "first_cycle")..=number(answer, "last_cycle")).contains(&f64::from(cycle));
    let mean = |values: Vec<u64>| values.iter().sum::<u64>() as f64 / values.len() as f64;
    let cycles = run.cycles().expect("the cycles");
    let apps = run.apps().expect("the applications");
    let asking = apps.iter().filter(|row| row.app == "recorder" && counts(row.cycle));
    [
        mean(cycles.iter().filter(|row| counts(row.cycle)).map(|row| row.alive_count).collect()),
        mean(asking.map(|row| row.asked_count).collect()),
    ]
}

#[test]
fn share_nodes_and_headroom_are_of_the_live_nodes_as_in_the_run_that_is_left() {
    // Boxes are up for half an hour, and down for an hour.
    let place = Place::with(&BOXES.replace("mean = 4", "mean = 0.5"));
    // The only run of the full size has the seed of the run that is left: the same nodes live in both.
    let quick = ["--app", "recorder", "--hold", "1_000", "--nodes", "40_000", "--confirm", "1"];
    let answer = size(&place, &[&quick[..], &["--replica-nodes", "20_000"]].concat());
    let [live, asked] = of_the_run(&place, &answer);
    // Four standard deviations of the nodes that live after a cycle.
    assert!((live - 40_000.0 / 3.0).abs() < 4.0 * (40_000.0 * 2.0 / 9.0_f64).sqrt(), "{live}");
    let found = number(&answer, "live_nodes");
    assert!((found - live).abs() < 1e-6, "{found} {live}");
    let nodes = number(&answer, "nodes_asked");
    assert!((nodes - asked).abs() < 1.0, "{nodes} {asked}");
    assert!((nodes - number(&answer, "share") * live).abs() <= 0.5, "{answer}");
    let thousands = |nodes: f64| format!("{},{:03}", nodes.round() as u64 / 1000, nodes.round() as u64 % 1000);
    let said = format!("({} of {} live nodes)", thousands(nodes), thousands(live));
    assert!(answer["headline"].as_str().is_some_and(|line| line.contains(&said)), "{said}: {answer}");
    let headroom =
        format!("it asks for {:.2} times the nodes that it must hold", number(&answer, "share") * live / 1e3);
    assert!(answer["text"].to_string().contains(&headroom), "{headroom}: {answer}");
}

#[test]
fn a_number_of_nodes_is_found_in_live_nodes_and_the_others_leave_what_is_left_of_these() {
    // Four fifths of 2,000 are live. A number of the others takes 400 of 1,600, which leaves three quarters. A rough
    // count in short epochs makes the runs short.
    let boxes = BOXES.replace("share = 0.2", "nodes = 200").replace("share = 0.3", "nodes = 400");
    let count = "[[aggregate]]\nname = \"size\"\nfunction = \"count\"\nerror = 0.1\ninstances = 10\n";
    let place = Place::with(&format!("{boxes}\n{count}"));
    let answer = size(&place, &["--app", "recorder", "--hold", "300", "--nodes", "2_000", "--cycles", "24"]);
    let [live, asked] = of_the_run(&place, &answer);
    let nodes = number(&answer, "nodes_asked");
    assert!((nodes - asked).abs() < 1e-9, "{nodes} {asked}");
    assert!((300.0..450.0).contains(&nodes), "{nodes}");
    // Four standard deviations of the nodes that live after a cycle.
    assert!((number(&answer, "live_nodes") - live).abs() < 4.0 * 17.9, "{live}: {answer}");
    assert!((number(&answer, "share") * number(&answer, "live_nodes") - nodes).abs() < 1e-6, "{answer}");
    assert!((number(&answer, "share_most") - 0.75).abs() < 0.003, "{answer}");
    assert_eq!(answer["asks_for"], "nodes");
    let said = format!("Ask for {nodes} nodes: ");
    assert!(answer["headline"].as_str().is_some_and(|line| line.starts_with(&said)), "{answer}");
    let text = answer["text"].to_string();
    assert!(text.contains("A number of nodes stays the same however many live"), "{text}");
}

#[test]
fn what_makes_no_sense_is_refused_with_the_remedy() {
    let place = Place::with(BOXES);
    let cases: [(&[&str], &str); 13] = [
        (&["--app", "recordr", "--hold", "5"], "the scenario has: recorder, chat, relay"),
        (&["--app", "relay", "--hold", "5"], "--set suite.app.relay.share"),
        (&["--app", "chat", "--hold", "0"], "a whole number of at least 1"),
        (&["--app", "chat", "--hold", "2.5"], "a whole number of at least 1"),
        (&["--app", "chat", "--hold", "2.000"], "write 2_000 or 2"),
        (&["--app", "chat", "--hold", "2,000"], "write 2_000 or 2"),
        (&["--app", "chat", "--hold", "2k"], "write 2_000"),
        (&["--app", "chat", "--hold", "5", "--for", "99.9%"], "write 0.999"),
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

#[test]
fn nodes_that_do_not_run_it_yet_do_not_count_as_usable() {
    let place = Place::with(BOXES);
    let quick = ["size", "scenario.toml", "--app", "recorder", "--hold", "3000", "--usable"];
    place.refuse(&quick, &["--usable: nodes run an application as soon as they belong to it", "[subcloud]"]);
    // Code takes some ten cycles of ten minutes: of a session of four hours that is a good part.
    place.write("scenario.toml", format!("{BOXES}\n[subcloud]\ncode = {{ bytes = 1e6 }}\n").as_bytes());
    let asked = ["--app", "recorder", "--hold", "600", "--nodes", "4_000"];
    let [held, usable] = [&asked[..], &[&asked[..], &["--usable"]].concat()].map(|asked| size(&place, asked));
    assert_eq!((&held["usable"], &usable["usable"]), (&false.into(), &true.into()));
    let [held, run] = [&held, &usable].map(|answer| number(answer, "share"));
    assert!(run > 1.2 * held, "{run} to run on as many nodes as {held} holds");
    assert!(usable["headline"].as_str().is_some_and(|text| text.contains("then runs on at least 600 nodes")));
}

#[test]
fn cycles_count_from_the_version_on_that_brings_the_application() {
    let recorder = "[[suite.app]]\nname = \"recorder\"\nshare = 0.2\n\n";
    let boxes = still();
    let (fleet, suite) = boxes.split_at(boxes.find("[[suite.app]]").expect("a suite"));
    let first = suite.replace(recorder, "");
    let event = "[[event]]\nat_cycle = 21\nsuite = \"next.toml\"\n";
    let place = Place::with(&format!("{fleet}{first}\n[subcloud]\n{event}"));
    place.write("next.toml", format!("[suite]\nversion = 2\n{suite}").as_bytes());
    let asked = ["--app", "recorder", "--hold", "300", "--nodes", "2_000"];
    // A quarter of the 40 cycles from the version on, or as many of them as are named.
    let cases: [(&[&str], [u32; 2]); 2] =
        [(&[], [31, 60]), (&["--usable", "--settle", "15", "--over", "30"], [36, 65])];
    let truth = by_the_normal_distribution(2_000.0, 1.0, 300.0);
    for (more, cycles) in cases {
        let answer = size(&place, &[&asked[..], more].concat());
        assert_eq!([&answer["first_cycle"], &answer["last_cycle"]], [cycles[0], cycles[1]], "{more:?}");
        // By then all of its nodes run it.
        let [low, high] = ["share_low", "share_high"].map(|key| number(&answer, key));
        assert!(answer["reachable"] == true && low <= truth && truth <= high, "{more:?}: {low} {truth} {high}");
    }
    // Those of an application with which the run begins count as before.
    let answer = size(&place, &["--app", "chat", "--hold", "500", "--nodes", "2_000"]);
    assert_eq!(answer["first_cycle"], 16);
}
