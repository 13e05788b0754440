//! The commands beside `run`, the help, and pipes that close early.

use std::path::Path;

use serde_json::json;

use crate::harness::Place;

#[test]
fn check_says_what_there_is_and_writes_nothing() {
    let place = Place::new();
    let said = place.unchanged(|| place.call(&["check", "scenario.toml"])).quietly();
    assert_eq!(said.out, "scenario: ok. 2,000 nodes (1 class), 6 cycles, 3 applications, 1 aggregate, 0 events.\n");
}

#[test]
fn check_and_estimate_name_the_count_that_absolute_requests_need() {
    let place = Place::but("share = 0.5", "nodes = 900");
    let said = place.unchanged(|| place.call(&["check", "scenario.toml"])).quietly();
    let words =
        "3 applications, 2 aggregates, 0 events.\nNodes find `size`, count, in epochs of 18 cycles, by 1 instance.\n";
    assert!(said.out.ends_with(words), "{}", said.out);
    let more = ["--set", "network.reply_loss=0.05"];
    let said = place.unchanged(|| place.call(&[&["check", "scenario.toml"], &more[..]].concat())).quietly();
    assert!(said.out.ends_with(", by 10 instances.\n"), "{}", said.out);
    let said = place.unchanged(|| place.call(&[&["estimate", "scenario.toml"], &more[..]].concat())).quietly();
    let row = |name: &str| {
        said.out.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ").starts_with(name))
    };
    assert!(row("aggregate-1-held 4 ") && row("group-1-instance-9 8 "), "{}", said.out);
}

#[test]
fn estimate_says_memory_disk_and_time_and_writes_nothing() {
    let place = Place::new();
    let said = place.unchanged(|| place.call(&["estimate", "scenario.toml", "--threads", "1"])).quietly();
    for words in ["bytes/node", "memory ", "disk ", "time "] {
        assert!(said.out.contains(words), "no {words:?} in {}", said.out);
    }
}

#[test]
fn schema_is_json_that_names_every_section() {
    let said = Place::new().call(&["schema"]).quietly();
    let schema: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    for section in ["run", "fleet", "sampling", "slicing", "aggregate", "suite", "trace", "event"] {
        assert!(schema["properties"].get(section).is_some(), "no {section}");
    }
}

#[test]
fn the_page_of_the_tables_is_what_the_program_says_of_them() {
    let said = Place::new().call(&["schema", "--tables"]).quietly().out;
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("analysis/TABLES.md");
    let remedy = "write it anew: cargo run -- schema --tables > analysis/TABLES.md";
    assert!(std::fs::read_to_string(page).is_ok_and(|page| page == said), "analysis/TABLES.md is stale; {remedy}");
}

#[test]
fn the_tables_are_told_to_programs_too() {
    let said = Place::new().call(&["schema", "--tables", "json"]).quietly();
    let told: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let tables = told["tables"].as_array().expect("a list of tables");
    let apps = tables.iter().find(|table| table["name"] == "apps").expect("a table of applications");
    let held = apps["columns"].as_array().expect("its columns").iter().find(|column| column["name"] == "held_count");
    let held = held.expect("the nodes held");
    assert_eq!(
        (&held["type"], &held["nullable"], &held["meaning"]),
        (&json!("uint64"), &json!(false), &json!("Nodes held."))
    );
}

#[test]
fn an_output_that_takes_nothing_is_a_failed_run() {
    let place = Place::new();
    for command in
        ["schema", "schema --tables", "check scenario.toml", "completions bash", "man", "--help", "run --help"]
    {
        let said = place.shell(&format!("\"$0\" {command} > /dev/full"), &[]);
        said.failed(1, &["the output cannot be written", "send the output elsewhere"]);
    }
    place.shell("\"$0\" run scenario.toml --out out --quiet > /dev/full", &[]).failed(1, &["cannot be written"]);
    assert!(place.path("out/run.json").exists(), "the run is done");
}

#[test]
fn a_pipe_that_closes_early_is_no_failure() {
    let place = Place::new();
    for script in [
        "\"$0\" schema | head -1",
        "\"$0\" schema | true",
        "\"$0\" run --help | true",
        "\"$0\" run scenario.toml --quiet | true",
    ] {
        let said = place.shell(script, &[]);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{script}");
    }
    assert!(place.path("out/scenario/run.json").exists());
}

#[test]
fn a_stderr_that_takes_nothing_changes_no_exit_code() {
    let place = Place::new();
    assert_eq!(place.shell("\"$0\" run scenario.toml --out out 2>/dev/full", &[]).code, Some(0));
    assert_eq!(place.shell("\"$0\" run scenario.toml --out out 2>/dev/full", &[]).code, Some(2));
    assert_eq!(place.shell("\"$0\" run scenario.toml --out out --force 2>&-", &[]).code, Some(0));
}

#[test]
fn every_command_explains_itself() {
    let place = Place::new();
    let help = |arguments: &[&str], words: &[&str]| {
        let said = place.call(arguments).quietly();
        for word in words {
            assert!(said.out.contains(word), "no {word:?} in {}", said.out);
        }
    };
    help(&["--help"], &["run", "estimate", "check", "schema", "Exit codes: 0 done"]);
    let scenario = ["<SCENARIO>", "--nodes", "--cycles", "--seed", "--set <KEY=VALUE>"];
    help(&["run", "--help"], &[&scenario[..], &["--out", "--threads", "--state", "--quiet", "--force"]].concat());
    help(&["estimate", "--help"], &[&scenario[..], &["--threads", "--state"]].concat());
    help(&["check", "--help"], &scenario);
    help(&["schema", "--help"], &["JSON Schema", "--tables"]);
    help(&["completions", "--help"], &["bash", "zsh", "fish"]);
    help(&["man", "--help"], &["--out"]);
    help(&["--version"], &[env!("CARGO_PKG_VERSION")]);
}

#[test]
fn arguments_that_no_command_takes_are_bad_input() {
    let place = Place::new();
    for arguments in [&["frobnicate"][..], &[], &["run"], &["run", "scenario.toml", "--sead", "1"]] {
        let said = place.unchanged(|| place.call(arguments));
        assert_eq!(said.code, Some(2), "{arguments:?}");
        assert!(!said.err.is_empty());
    }
}

#[test]
fn quiet_says_nothing_on_stderr_and_plain_lines_are_there_without_it() {
    let place = Place::new();
    place.run(&[]).quietly();
    let said = place.call(&["run", "scenario.toml", "--out", "loud"]);
    assert_eq!(said.code, Some(0));
    assert!(said.err.contains("building a cloud of 2,000 nodes\ncycle 6/6, "), "{}", said.err);
}

#[test]
fn every_help_has_an_example_and_fits_a_line() {
    let place = Place::new();
    for command in commands(&place, &[]) {
        let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let said = place.call(&arguments).quietly().out;
        assert!(said.contains("Example") && said.contains("  subcloud "), "{command:?} has no example:\n{said}");
        let longest = said.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(110), "{command:?}: {longest:?} characters in\n{said}");
    }
}

/// A command and all below it, as their help lists them.
fn commands(place: &Place, above: &[String]) -> Vec<Vec<String>> {
    let arguments: Vec<&str> = above.iter().map(String::as_str).chain(["--help"]).collect();
    let said = place.call(&arguments).quietly().out;
    let listed = said.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let starts = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> = starts.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    let below = names.into_iter().filter(|name| name != "help");
    let mut all = vec![above.to_vec()];
    all.extend(below.flat_map(|name| commands(place, &[above, &[name]].concat())));
    all
}
