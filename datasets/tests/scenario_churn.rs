//! Everything that can be wrong with how nodes come and go, the place it points at, and the words.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;

use datasets::Error;
use datasets::scenario::{self, EventKind, Group, Order, Scale, Scenario, Size};

const GOOD: &str = r#"[run]
nodes = 1000
cycle_seconds = 60

[[fleet.class]]
name = "box"
share = 0.7
attributes.availability = { from = "sessions" }
up = { hours = { weibull = { shape = 0.6, scale = 12 } }, spread = 0.5 }
down.hours = 3

[[fleet.class]]
name = "phone"
share = 0.3
preset = "phone"
attributes.availability = { from = "sessions" }
lifetime.days = { exponential = { mean = 300 } }

[[event]]
at_cycle = 20
until_cycle = 30
crash = { share = 0.5, class = "box" }
"#;

fn read(text: &str) -> Result<Scenario, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(folder.path().join("trace.csv"), "host,from,to\n1,0,9\n").unwrap();
    fs::write(&path, text).unwrap();
    scenario::read(&path, &[])
}

/// The error of the good scenario with `old` replaced by `new`: it points at `at` and says `words`.
fn refused(old: &str, new: &str, at: &str, words: &str) {
    assert!(GOOD.contains(old), "{old}");
    let text = GOOD.replacen(old, new, 1);
    let error = read(&text).unwrap_err();
    let shown = error.to_string();
    assert!(shown.contains(words), "`{words}` expected: {shown}");
    assert_eq!(&text[error.span().unwrap()], at, "{shown}");
    let line = 1 + text[..error.span().unwrap().start].matches('\n').count();
    assert!(shown.contains(&format!("cloud.toml:{line}: ")), "line {line} expected: {shown}");
    assert!(error.help().is_some_and(|help| !help.is_empty()), "{shown}");
}

#[test]
fn the_scenario_they_depart_from_is_good_and_written_out_reads_the_same() {
    let good = read(GOOD).unwrap();
    assert_eq!(read(&good.to_toml()).unwrap(), good, "{}", good.to_toml());
}

#[test]
fn lengths_of_time_must_be_possible() {
    let up = "{ hours = { weibull = { shape = 0.6, scale = 12 } }, spread = 0.5 }";
    refused(up, "{ spread = 0.5 }", "{ spread = 0.5 }", "needs exactly one unit of time");
    refused(up, "{ hours = 1, days = 1 }", "{ hours = 1, days = 1 }", "needs exactly one unit of time");
    refused(up, "{ hours = 0 }", "0", "has a mean of 0");
    refused(up, "{ hours = -1 }", "-1", "may be negative");
    refused(up, "{ hours = nan }", "nan", "expected finite numbers");
    refused(up, "{ hours = { uniform = [-1, 5] } }", "{ uniform = [-1, 5] }", "may be negative");
    refused(
        up,
        "{ hours = { pareto = { shape = 1.0, minimum = 1 } } }",
        "{ pareto = { shape = 1.0, minimum = 1 } }",
        "which has no mean",
    );
    refused("spread = 0.5", "spread = 7", "7", "a number from 0 to 5");
    refused("shape = 0.6", "shape = 0", "0", "a number above 0");
}

#[test]
fn sessions_need_both_lengths_and_last_for_a_while() {
    refused("down.hours = 3\n", "", "{ hours = { weibull = { shape = 0.6, scale = 12 } }, spread = 0.5 }", "no `down`");
    refused("up = { hours", "# { hours", "down", "has `down`, but no `up`");
    refused("preset = \"phone\"", "up.seconds = 5\ndown.seconds = 5", "up", "come and go 6.0 times in a cycle");
}

#[test]
fn a_day_has_24_shares() {
    let phone = "preset = \"phone\"";
    refused(phone, "diurnal = [0.5, 0.4]", "[0.5, 0.4]", "has 2 shares, expected 24");
    let zeros = format!("[{}]", ["0"; 24].join(", "));
    refused(phone, &format!("diurnal = {zeros}"), &zeros, "nobody is ever up");
    refused(phone, &format!("diurnal = {}", zeros.replacen('0', "1.5", 1)), "1.5", "a fraction from 0 to 1");
    refused(phone, "time_zone = 3", "3", "means nothing without `diurnal`");
    refused(phone, "preset = \"telephone\"", "\"telephone\"", "always-on, home-pc, phone, set-top box");
}

#[test]
fn lifetimes_outlast_a_cycle() {
    let lifetime = "lifetime.days = { exponential = { mean = 300 } }";
    refused(lifetime, "vacancy.days = 3", "vacancy", "means nothing without `lifetime`");
    refused(lifetime, "lifetime.seconds = 30", "lifetime", "live for less than a cycle");
    refused(lifetime, "present = 1.5", "1.5", "a fraction from 0 to 1");
}

#[test]
fn an_availability_is_one_in_all_classes_and_nothing_else() {
    let own = "attributes.availability = { from = \"sessions\" }\nup";
    refused(own, "attributes.availability = 1\nup", "{ from = \"sessions\" }", "in one class and not in another");
    refused(
        own,
        "attributes.availability = { from = \"past\" }\nup",
        "{ from = \"sessions\" }",
        "in one class and not in another",
    );
    let both = "attributes.availability = { from = \"sessions\", constant = 1 }\nup";
    refused(own, both, "{ from = \"sessions\" }", "in one class and not in another");
    refused(own, "attributes.availability = { from = \"log\" }\nup", "\"log\"", "sessions, past");
}

#[test]
fn an_event_says_who_and_when() {
    let crash = "crash = { share = 0.5, class = \"box\" }";
    refused(crash, "crash = {}", "[[event]]", "does not say how many");
    refused(crash, "crash = { share = 0.5, nodes = 3 }", "3", "both `share` and `nodes`");
    refused(crash, "crash = { class = \"bax\" }", "\"bax\"", "no class is named \"bax\"");
    refused(crash, "crash = { region = [0.5, 0.2] }", "[0.5, 0.2]", "a region from 0.5 to 0.2");
    refused(
        crash,
        "crash = { share = 1, top = \"availability\", bottom = \"availability\" }",
        "\"availability\"",
        "both",
    );
    refused(crash, "leave = { share = 1, top = \"speed\" }", "\"speed\"", "no node has an attribute `speed`");
    refused(crash, "join = { share = 1, above = \"availability\" }", "\"availability\"", "which nobody can choose");
    refused(crash, "outage = { share = 1 }", "{ share = 1 }", "`event.0.outage.cycles` is missing");
    refused(crash, "crash = { share = 1 }\nleave = { share = 1 }", "[[event]]", "both `crash` and `leave`");
    refused(
        crash,
        "crash = { share = 1 }\nscale = { attribute = \"availability\", by = 2 }",
        "\"availability\"",
        "nobody can",
    );
    refused("until_cycle = 30", "until_cycle = 10", "10", "before `at_cycle`, which is 20");
    refused("until_cycle = 30", "until_cycle = 300", "300", "a whole number from 1 to 40");
    refused(crash, "", "[[event]]", "this event does nothing");
}

#[test]
fn an_attribute_is_multiplied_by_something_above_0() {
    let own = "attributes.availability = { from = \"sessions\" }";
    let good = GOOD.replace(own, &format!("{own}\nattributes.demand = 3"));
    let scale = |words: &str| {
        let text = good.replace("crash = { share = 0.5, class = \"box\" }", &format!("scale = {{ {words} }}"));
        read(&text).map(|cloud| cloud.events[0].kind.clone()).map_err(|error| {
            assert!(error.help().is_some_and(|help| !help.is_empty()), "{error}");
            (text[error.span().unwrap()].to_owned(), error.to_string())
        })
    };
    let all = Group { size: Size::Share(1.0), class: None, region: None, order: Order::Random };
    let expected = Scale { group: all.clone(), attribute: 1, by: 1.01 };
    assert_eq!(scale("attribute = \"demand\", by = 1.01").unwrap(), EventKind::Scale(expected));
    let expected = Scale { group: Group { order: Order::Top(1), class: Some(1), ..all }, attribute: 1, by: 2.0 };
    let found = scale("attribute = \"demand\", by = 2, top = \"demand\", class = \"phone\"").unwrap();
    assert_eq!(found, EventKind::Scale(expected));
    let refused = |words: &str, at: &str, why: &str| {
        let (span, shown) = scale(words).unwrap_err();
        assert!(span == at && shown.contains(why), "{span}: {shown}");
    };
    refused("attribute = \"demand\", by = 0", "0", "a number above 0");
    refused("attribute = \"demand\", by = -2", "-2", "a number above 0");
    refused("attribute = \"demand\", by = inf", "inf", "a number above 0");
    refused("attribute = \"demant\", by = 2", "\"demant\"", "no node has an attribute `demant`");
    refused("attribute = \"availability\", by = 2", "\"availability\"", "is the nodes' availability");
    refused("attribute = \"demand\", by = 2, share = 1.5", "1.5", "a fraction from 0 to 1");
    refused("attribute = \"demand\", by = 2, share = 0.5, nodes = 3", "3", "both `share` and `nodes`");
    refused("attribute = \"demand\", by = 2, top = \"demand\", bottom = \"demand\"", "\"demand\"", "both `top`");
    let missing = scale("attribute = \"demand\"").unwrap_err().1;
    assert!(missing.contains("`event.0.scale.by` is missing"), "{missing}");
}

#[test]
fn nodes_from_a_file_come_and_go_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(folder.path().join("fleet.csv"), "speed\n1\n2\n").unwrap();
    let base = "[run]\nnodes = 10\n[fleet]\nfile = \"fleet.csv\"\n[fleet.attributes]\nspeed = { column = \"speed\" }\n\
                own = { from = \"past\" }\n[fleet.churn]\nup.hours = 5\n";
    let read = |text: &str| {
        fs::write(&path, text).unwrap();
        scenario::read(&path, &[])
    };
    let good = read(&format!("{base}down.hours = 3\n")).unwrap();
    assert!(good.fleet.churns());
    assert_eq!(read(&good.to_toml()).unwrap(), good, "{}", good.to_toml());
    assert!(read(base).unwrap_err().to_string().contains("the fleet has `up`, but no `down`"));
    let classes = GOOD.replacen("[[fleet.class]]", "[fleet.churn]\nup.hours = 1\n[[fleet.class]]", 1);
    assert!(read(&classes).unwrap_err().to_string().contains("belongs to a fleet from a `file`"));
}

#[test]
fn a_replay_is_whole_and_alone() {
    let replay = "[fleet.replay]\nfile = \"trace.csv\"\nnode = \"host\"\nfrom = \"from\"\nto = \"to\"\n";
    let base = "[run]\nnodes = 10\n[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.x = 1\n";
    let error = |text: &str| read(text).unwrap_err().to_string();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(folder.path().join("trace.csv"), "host,from,to\n1,0,9\n").unwrap();
    fs::write(&path, format!("{base}{replay}")).unwrap();
    let good = scenario::read(&path, &[]).unwrap();
    fs::write(&path, good.to_toml()).unwrap();
    assert_eq!(scenario::read(&path, &[]).unwrap(), good, "{}", good.to_toml());
    assert!(error(&format!("{GOOD}{replay}")).contains("both by itself and by a replay"));
    assert!(error(&format!("{base}{}", replay.replace("trace", "other"))).contains("there is no file"));
    assert!(error(&format!("{base}{}", replay.replace(".csv", ".txt"))).contains("there is no file "));
    assert!(error(&format!("{base}{replay}unit = \"snapshots\"\n")).contains("needs their distance"));
    assert!(error(&format!("{base}{replay}snapshot_seconds = 5\n")).contains("means nothing without `unit"));
    assert!(error(&format!("{base}{replay}key = \"host\"\n")).contains("means nothing without `fleet.file`"));
    assert!(error(&format!("{base}{replay}allow_unmatched = true\n")).contains("means nothing without `key`"));
    assert!(error(&format!("{base}{replay}shift = -1\n")).contains("a number of at least 0"));
    let join = "[[event]]\nat_cycle = 1\njoin = { share = 1 }\n";
    assert!(error(&format!("{base}{replay}{join}")).contains("nobody can join a fleet that replays a trace"));
}
