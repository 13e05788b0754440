//! Scenarios at the edge of what is allowed: they run, and nothing in their tables is a surprise.

use datasets::trace::read;

use crate::harness::{GOOD, Place};

/// Every function over a negative, a constant and a positive attribute; two gradients; applications of no share.
fn everything() -> String {
    let mut text = String::from(
        r#"[run]
nodes = 300
cycles = 6

[[fleet.class]]
name = "device, of \"sorts\""
share = 1.0
attributes.signed = { uniform = [-1.0, 1.0] }
attributes.constant = { constant = 3.0 }
attributes.positive = { uniform = [1.0, 2.0] }

[[suite.app]]
name = "nothing at all"
top = "signed"
share = 0.0

[[suite.app]]
name = "quote\", comma, ünï 'x' 雲"
bottom = "constant"
share = 0.4

[[suite.app]]
name = "top"
top = "positive"
share = 0.2

[[suite.app]]
name = "anything"
share = 0.4

[trace]
nodes = { cycles = [0, 3, 6], sample = "all" }

[[event]]
at_cycle = 3
crash = { share = 0.5 }
"#,
    );
    for function in ["average", "min", "max", "variance", "geometric-mean"] {
        for attribute in ["signed", "constant", "positive"] {
            if (function, attribute) != ("geometric-mean", "signed") {
                let name = format!("name = \"{function} {attribute}\"");
                let lines = ["", "[[aggregate]]", &name, &format!("function = \"{function}\"")];
                text += &lines.join("\n");
                text += "\nattribute = \"";
                text += attribute;
                text += "\"\n";
            }
        }
    }
    text
}

/// Runs it, and checks what holds for every run; returns the summary.
fn sound(place: &Place, more: &[&str]) -> String {
    let said = place.run(&[more, &["--force"]].concat()).quietly();
    assert!(!said.out.contains("NaN") && !said.out.contains("inf"), "{}", said.out);
    let run = read::Run::open(&place.path("out")).expect("a run");
    let cycles = run.cycles().expect("rows");
    for row in run.apps().expect("rows") {
        assert_eq!(row.correct_count + row.wrong_count, row.held_count, "{row:?}");
        let alive = cycles.iter().find(|cycle| cycle.cycle == row.cycle).expect("its cycle").alive_count;
        assert!(row.held_count <= alive && row.asked_count <= alive, "{row:?}");
        assert!(row.mean_attributes.iter().flatten().all(|mean| mean.is_finite()), "{row:?}");
        assert!(row.held_count == 0 || row.mean_attributes.iter().all(Option::is_some), "{row:?}");
    }
    for row in run.slices().expect("rows") {
        let fractions = [row.rms_rank_error_fraction, row.wrong_slice_fraction, row.slice_changes_fraction];
        assert!(fractions.iter().all(|fraction| (0.0..=1.0).contains(fraction)), "{row:?}");
    }
    for row in run.aggregates().expect("rows") {
        let alive = cycles.iter().find(|cycle| cycle.cycle == row.cycle).expect("its cycle").alive_count;
        let values = [row.true_value, row.mean, row.variance, row.min, row.max];
        assert!(alive == 0 || values.iter().all(|value| value.is_finite()), "{row:?}");
        assert!(alive == 0 || row.min <= row.max && row.variance >= 0.0, "{row:?}");
    }
    run.nodes(|rows| assert!(rows.attributes.iter().flatten().all(|value| value.is_finite()))).expect("rows");
    said.out
}

#[test]
fn clouds_of_a_few_nodes_run_with_every_function() {
    let place = Place::with(&everything());
    for nodes in ["1", "2", "3", "4", "5", "7", "8", "9", "17", "33"] {
        sound(&place, &["--nodes", nodes]);
    }
}

#[test]
fn clouds_of_a_few_nodes_run_with_every_mechanism() {
    let place = Place::with(&everything());
    for nodes in ["1", "2", "3", "5"] {
        for pairing in ["sampling.pairing=matching", "sampling.pairing=ordered"] {
            let more = ["--set", pairing, "--set", "slicing.protocol=ordered-max-gain"];
            sound(&place, &[&more[..], &["--nodes", nodes, "--set", "sampling.view=100"]].concat());
        }
    }
}

#[test]
fn a_cloud_of_which_everybody_dies_has_a_clear_result() {
    let place = Place::with(&everything());
    let summary = sound(&place, &["--set", "event.0.crash.share=1.0"]);
    assert!(summary.contains("crash of 300 nodes"), "{summary}");
    assert!(summary.contains("Alive at the end: 0 nodes."), "{summary}");
}

#[test]
fn crashes_of_nobody_and_crashes_again_and_again_run() {
    let place = Place::with(&everything());
    sound(&place, &["--set", "event.0.crash.share=0"]);
    let crash = |cycle: u32| format!("{{at_cycle={cycle}, crash={{share=0.9}}}}");
    let crashes: Vec<String> = (1..=6).chain([6, 6]).map(crash).collect();
    sound(&place, &["--set", &format!("event=[{}]", crashes.join(", "))]);
}

#[test]
fn a_network_that_loses_everything_runs() {
    let place = Place::with(&everything());
    sound(&place, &["--set", "network.request_loss=1"]);
    sound(&place, &["--set", "network.reply_loss=1"]);
}

#[test]
fn very_large_and_very_long_things_run() {
    let huge = GOOD.replace("{ uniform = [1.0, 2.0] }", "{ uniform = [-3e38, 3e38] }").replace("average", "variance");
    sound(&Place::with(&huge), &[]);
    let long = GOOD.replace("\"chat\"", &format!("\"{}\"", "chat, ".repeat(100)));
    sound(&Place::with(&long), &[]);
}

#[test]
fn many_applications_run_and_too_many_are_refused() {
    let apps = |count: usize| {
        let head = GOOD.split("[[suite.app]]").next().expect("the head");
        let kinds = ["top = \"load\"", "bottom = \"availability\"", ""];
        let app = |index: usize| format!("[[suite.app]]\nname = \"{index}\"\n{}\nshare = 0.003\n", kinds[index % 3]);
        Place::with(&(head.to_owned() + &(0..count).map(app).collect::<String>()))
    };
    sound(&apps(200), &["--cycles", "2"]);
    apps(300).refused(&[], &["scenario.toml:", "a suite has at most", "and this has 300"]);
}

#[test]
fn the_geometric_mean_of_a_zero_is_refused_at_its_line() {
    let scenario = GOOD.replace("{ uniform = [1.0, 2.0] }", "{ constant = 0.0 }").replace("average", "geometric-mean");
    Place::with(&scenario).refused(&[], &["scenario.toml:18: ", "needs positive values", "another function"]);
}
