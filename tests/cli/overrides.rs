//! What arguments put in place of the scenario's values.

use crate::harness::Place;

#[test]
fn numbers_of_nodes_that_make_no_cloud_are_refused_by_the_option_that_gave_them() {
    let place = Place::new();
    for (value, expected) in [
        ("0", "a whole number from 1 to 4294967295"),
        ("-1", "a whole number from 1 to 4294967295"),
        ("5e9", "a whole number from 1 to 4294967295"),
        ("1.5", "a whole number"),
        ("abc", "a whole number"),
        ("1e99", "a whole number"),
        ("200.000", "write 200_000 or 200"),
        ("200,000", "write 200_000 or 200"),
        ("200 000", "write 200_000"),
        ("1M", "write 1_000_000"),
    ] {
        let given = format!("--nodes {value} ");
        place.refused(&["--nodes", value], &[&given, "`run.nodes` is", expected]);
    }
    place.refused(&["--cycles", "0"], &["--cycles 0 ", "`run.cycles` is 0"]);
    place.refused(&["--seed", "9223372036854775808"], &["`run.seed` is", "from 0 to 9223372036854775807"]);
}

#[test]
fn a_cloud_beyond_memory_is_refused_before_it_starts() {
    // No machine that runs tests has the terabyte that views and gradients of so many nodes need.
    let many = format!("aggregate=[{}]", vec!["{name='x#',function='variance',attribute='load'}"; 40].join(","));
    let many = (0..40).fold(many, |text, index| text.replacen('#', &index.to_string(), 1));
    let place = Place::new();
    place.refused(&["--nodes", "4e9", "--set", &many], &["4,000,000,000 nodes need", "GiB", "--nodes", "--state"]);
}

#[test]
fn a_cloud_beyond_the_disk_of_its_state_is_refused_before_it_starts() {
    let state = ["--state", "/proc/columns"];
    Place::new().refused(&state, &["nodes need", "on the disk of /proc/columns", "--nodes"]);
}

#[test]
fn an_override_says_what_is_wrong_with_it() {
    let place = Place::new();
    let refused = |set: &str, words: &[&str]| drop(place.refused(&["--set", set], words));
    refused("slicing.protocol", &["has no '='", "--set KEY=VALUE"]);
    refused("=5", &["--set =5 has no key", "--set KEY=VALUE"]);
    refused(" = ", &["has no key", "--set KEY=VALUE"]);
    refused("run.nods=5", &["--set run.nods=5", "unknown key `run.nods`", "did you mean `nodes`?"]);
    refused("run.nodes=many", &["--set run.nodes=many", "expected a whole number"]);
    refused("slicing.protocol=sorted", &["`slicing.protocol` is \"sorted\"", "ordered-max-gain"]);
    refused("aggregate.0.function=count", &["`attribute` means nothing", "leave it out"]);
    refused("slicing.on_dead=skip", &["not supported yet"]);
    refused("suite.app.chat.share=0.9", &["--set suite.app.chat.share=0.9", "expected at most 1"]);
    refused("suite=3", &["`suite` is 3", "expected a table"]);
    refused("sampling.view=0", &["`sampling.view` is 0", "from 1 to"]);
    refused("sampling.view=1e9", &["`sampling.view` is 1e9", "from 1 to"]);
    refused("trace.every=0", &["`trace.every` is 0"]);
    refused("run.cycles=1e12", &["`run.cycles` is 1e12"]);
    refused("suite.app.chat.share=10%", &["--set suite.app.chat.share=10%", "write 0.1"]);
    refused("suite.app.chat.share=0,1", &["--set suite.app.chat.share=0,1", "write 0.1"]);
    refused("network.request_loss=1.5", &["`network.request_loss` is 1.5", "a fraction from 0 to 1"]);
}

#[test]
fn threads_that_are_no_number_or_too_many_are_refused() {
    let place = Place::new();
    place.refused(&["--threads", "100000"], &["--threads 100000", "at most 1024"]);
    place.refuse(&["estimate", "scenario.toml", "--threads", "100000"], &["--threads 100000", "at most 1024"]);
    for value in ["-1", "two"] {
        let said = place.unchanged(|| place.run(&["--threads", value]));
        assert_eq!(said.code, Some(2));
        assert!(said.err.contains(value) && said.err.contains("--threads"), "{}", said.err);
        assert!(!said.err.contains("use '-- -1'"), "{}", said.err);
    }
}

#[test]
fn overrides_reach_the_run_and_its_record() {
    let place = Place::new();
    let size = ["--nodes", "1_500", "--cycles", "2", "--seed", "7"];
    place.run(&[&size[..], &["--set", "suite.app.chat.share=0.25", "--set", "sampling.view=1"]].concat()).quietly();
    let record = std::fs::read_to_string(place.path("out/run.json")).expect("the record");
    for words in ["\"nodes\": 1500", "\"cycles\": 2", "\"seed\": 7", "\"share\": 0.25", "\"view\": 1"] {
        assert!(record.contains(words), "no {words} in {record}");
    }
}
