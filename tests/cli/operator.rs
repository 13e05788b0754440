//! The operator's day, through the command line alone: a suite is written, checked against a fleet, signed, launched at
//! one node, watched as it spreads and settles, changed, and removed again.

use crate::harness::Place;

const PLAN: &str = r#"[run]
nodes = 20_000
cycles = 150
seed = 4
starts_at = 2026-11-01T00:00:00Z

[[fleet.class]]
name = "box"
share = 1.0
attributes.availability = { beta = [9.0, 1.0] }
attributes.storage_gb = { lognormal = { median = 16, sigma = 1.5 } }

[suite]
version = 1
trust = "owner.pub.pem"

[[suite.app]]
name = "monitoring"
top = "availability"
share = 0.1

[[event]]
at_cycle = 10
suite = "v2.signed.toml"

[[event]]
at_cycle = 60
suite = "v3.signed.toml"

[[event]]
at_cycle = 110
suite = "v4.signed.toml"
"#;

const MONITORING: &str = "[[suite.app]]\nname = \"monitoring\"\ntop = \"availability\"\nshare = 0.1\n";

/// A version with monitoring, and a recorder that asks for so many nodes with disks.
fn version(number: u32, recorder: Option<u32>) -> String {
    let recorder = recorder.map_or(String::new(), |nodes| {
        format!("[[suite.app]]\nname = \"recorder\"\nnodes = {nodes}\nwhere = \"storage_gb >= 8\"\nmin_nodes = 900\n")
    });
    format!("[suite]\nversion = {number}\n{MONITORING}{recorder}")
}

#[test]
fn an_operators_day() {
    let place = Place::with(PLAN);
    let call = |arguments: &str| place.call(&arguments.split(' ').collect::<Vec<_>>());
    // Somebody owns the cloud, and somebody else may run the recorder on it.
    call("suite keygen owner").quietly();
    call("suite keygen planner").quietly();
    call("suite certify planner.pub.pem --owner owner.pem --apps recorder --until 2027-01-01T00:00:00Z").quietly();
    for (number, recorder) in [(2, Some(4_000)), (3, Some(8_000)), (4, None)] {
        place.write(&format!("v{number}.toml"), version(number, recorder).as_bytes());
    }
    // What would it do? The plan is no scenario yet, since its versions are not signed: the fleet alone is asked.
    let fleet = PLAN.split("[[event]]").next().expect("the head").replace("trust = \"owner.pub.pem\"\n", "");
    place.write("fleet.toml", fleet.as_bytes());
    let said = call("suite check v2.toml --fleet fleet.toml").quietly();
    assert!(said.out.contains("Version 2, 2 applications") && said.out.contains("not signed"), "{}", said.out);
    let said = call("suite diff v2.toml --fleet fleet.toml").quietly();
    assert!(said.out.contains("20,000 live nodes: from version 1 to 2"), "{}", said.out);
    let recorder = words(&said.out, "recorder");
    assert_eq!(&recorder[..3], ["recorder", "0", "4,000"], "{}", said.out);
    // It is signed by whoever may, and nodes would take it.
    place.write("v1.toml", version(1, None).as_bytes());
    for number in 2..=4 {
        call(&format!("suite sign v{number}.toml --key planner.pem --certificate planner.cert.toml")).quietly();
        let before = if number == 2 { "v1.toml".to_owned() } else { format!("v{}.signed.toml", number - 1) };
        let at = "2026-11-01T00:10:00Z";
        let verify = format!("suite verify v{number}.signed.toml --trust owner.pub.pem --base {before} --at {at}");
        assert!(call(&verify).quietly().out.contains(": valid"));
    }
    call("check scenario.toml").quietly();
    // It spreads, settles, grows and goes; the summary tells it.
    let summary = place.run(&[]).quietly().out;
    let told = summary.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "At the start of cycle 10: version 2 of the suite enters at 1 node.",
        "recorder is new: from cycle",
        "recorder is removed: from cycle",
        "Told by the observer, as no node of a real cloud knows it: the share of the nodes that fit a condition.",
        "What version 3 did, from the start of cycle 60 to the end of cycle 109: nodes",
    ] {
        assert!(told.contains(words), "no {words:?} in:\n{summary}");
    }
    let spread = |version: &str| -> u32 {
        let row = summary.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let row = row.filter(|row| row.len() == 10).find(|row| row[0] == version && row[2] == "1").expect("its row");
        row[5].parse().expect("all nodes held it")
    };
    for version in ["2", "3", "4"] {
        assert!((6..=12).contains(&spread(version)), "{summary}");
    }
    // Nodes return: the recorder holds nobody at the end, and monitoring what it always held.
    let last = summary.split("Cycle from which").next().expect("the first table");
    assert_eq!(&words(last, "recorder")[1..3], ["0", "0"], "{summary}");
    let monitoring: Vec<u32> =
        words(last, "monitoring")[1..3].iter().map(|count| count.replace(',', "").parse().expect("a count")).collect();
    // Five times the floor of random ids, the root of N p (1 - p).
    assert!(monitoring[0] == 2_000 && monitoring[1].abs_diff(2_000) < 215, "{summary}");
}

#[test]
fn the_life_of_an_application() {
    let apps = |number: u32, share: Option<f64>, code: u32| {
        let recorder = share.map_or(String::new(), |share| {
            format!("[[suite.app]]\nname = \"recorder\"\nshare = {share}\ncode = {{ bytes = 9e6, version = {code} }}\n")
        });
        format!("[suite]\nversion = {number}\n{MONITORING}{recorder}")
    };
    let events = [(2, 10), (3, 60), (4, 110), (5, 150)]
        .map(|(version, cycle)| format!("[[event]]\nat_cycle = {cycle}\nsuite = \"v{version}.signed.toml\"\n"));
    let head = PLAN.split("[[event]]").next().expect("the head").replace("cycles = 150", "cycles = 190");
    let place = Place::with(&format!("{head}[subcloud]\n{}", events.concat()));
    let call = |arguments: &str| place.call(&arguments.split(' ').collect::<Vec<_>>());
    call("suite keygen owner").quietly();
    place.write("fleet.toml", head.replace("trust = \"owner.pub.pem\"\n", "").as_bytes());
    // Launched, given new code, shrunk, removed.
    for (number, share, code) in [(2, Some(0.3), 1), (3, Some(0.3), 2), (4, Some(0.1), 2), (5, None, 2)] {
        place.write(&format!("v{number}.toml"), apps(number, share, code).as_bytes());
        call(&format!("suite sign v{number}.toml --key owner.pem")).quietly();
        let verify = format!("suite verify v{number}.signed.toml --trust owner.pub.pem --at 2026-11-01T00:10:00Z");
        assert!(call(&verify).quietly().out.contains(": valid"));
    }
    let said = call("suite show v3.signed.toml").quietly().out;
    assert!(said.contains("recorder: { bytes = 9000000, version = 2 }"), "{said}");
    let said = call("suite diff v2.toml v3.toml --fleet fleet.toml").quietly().out;
    let told = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("The code of recorder is now { bytes = 9000000, version = 2 }. Where its number"), "{said}");
    call("check scenario.toml").quietly();
    let summary = place.run(&[]).quietly().out;
    let table = summary.split("had come so far").nth(1).and_then(|text| text.split("Know:").next()).expect("its table");
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    let reached = |head: &[&str], step: &str| -> Vec<u32> {
        let from = rows.iter().position(|row| row.starts_with(head)).expect("a stage");
        let row = rows[from..].iter().find(|row| row.contains(&step)).expect("a step");
        let cells = row.iter().skip_while(|cell| **cell != step).skip(1);
        cells.filter_map(|cell| cell.parse().ok()).collect()
    };
    // Nobody comes or goes: all 6,000 nodes know a contact, join and run it, in this order.
    let launch = ["know", "join", "run"].map(|step| reached(&["recorder", "2", "10"], step));
    assert!(launch.iter().all(|cycles| cycles.len() >= 5 && cycles.is_sorted()), "{summary}");
    assert!(
        (0..5).all(|share| launch[0][share] <= launch[1][share] && launch[1][share] < launch[2][share]),
        "{summary}"
    );
    let upgrade = reached(&["recorder", "3", "60"], "upgrade");
    assert!(upgrade.len() == 5 && upgrade.is_sorted() && upgrade[4] < 45, "{summary}");
    // It shrinks at once as nodes are told, and none of those that stay has to fetch anything.
    assert!(reached(&["recorder", "4", "110"], "run")[4] < 20, "{summary}");
    assert!(reached(&["recorder", "5", "150"], "gone")[0] < 20, "{summary}");
    let last = summary.split("Inside applications").nth(1).expect("the part");
    assert_eq!(&words(last, "recorder")[1..4], ["0", "0", "0"], "{summary}");
}

/// The words of the first line that begins with a name.
fn words<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.into_iter().find(|words| words.first() == Some(&name)).expect("a line with the name")
}

#[test]
fn a_version_that_its_key_may_not_make_reaches_nobody() {
    let place = Place::with(PLAN.split("[[event]]\nat_cycle = 60").next().expect("the head"));
    let call = |arguments: &str| place.call(&arguments.split(' ').collect::<Vec<_>>());
    call("suite keygen owner").quietly();
    call("suite keygen planner").quietly();
    call("suite certify planner.pub.pem --owner owner.pem --apps recorder --for-ever").quietly();
    let greedy = version(2, Some(1_000)).replacen("share = 0.1", "share = 0.01", 1);
    place.write("v2.toml", greedy.as_bytes());
    call("suite sign v2.toml --key planner.pem --certificate planner.cert.toml").quietly();
    let summary = place.run(&[]).quietly().out;
    let told = summary.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("dropped once (1 out of scope). No node acted on it."), "{summary}");
    assert_eq!(words(&summary, "monitoring")[1], "2,000", "{summary}");
}
