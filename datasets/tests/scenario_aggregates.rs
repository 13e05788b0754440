//! Aggregates: what each function may be told, what it is where nothing is said, and what is refused.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;

use datasets::Error;
use datasets::scenario::{self, Aggregate, Counting, Epochs, Function, Interpolation, Scenario, SlicingProtocol};

/// A cloud with two applications; 12 lines.
const HEAD: &str = "[run]
nodes = 1_000_000
[[fleet.class]]
name = \"box\"
share = 1
attributes = { x = { uniform = [1, 2] }, y = 1 }
[[suite.app]]
name = \"chat\"
share = 0.5
[[suite.app]]
name = \"video\"
share = 0.25
";

fn read_all(text: &str) -> Result<Scenario, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(&path, text).unwrap();
    scenario::read(&path, &[])
}

/// The scenario with an aggregate of this function and these keys.
fn with(function: &str, keys: &str) -> Result<Scenario, Error> {
    read_all(&format!("{HEAD}[[aggregate]]\nname = \"a\"\nfunction = \"{function}\"\n{keys}\n"))
}

fn aggregate(function: &str, keys: &str) -> Aggregate {
    let scenario = with(function, keys).unwrap_or_else(|error| panic!("{error}: {}", error.help().unwrap_or_default()));
    scenario.aggregates.into_iter().next().unwrap()
}

/// The error of an aggregate points at the value of `key` and says these words and this remedy.
fn refused(function: &str, keys: &str, key: &str, at: &str, message: &str, help: &str) {
    let error = with(function, keys).unwrap_err();
    assert_eq!(error.key(), Some(&*format!("aggregate.0.{key}")), "{error}");
    assert_eq!(&error.source_text().unwrap()[error.span().unwrap()], at, "{error}");
    assert!(error.line().unwrap() > 12, "{error}");
    assert!(error.message().contains(message), "`{message}` expected: {error}");
    assert!(error.help().unwrap().contains(help), "`{help}` expected: {}", error.help().unwrap());
}

const X: &str = "attribute = \"x\"\n";

#[test]
fn without_a_word_of_epochs_means_and_extremes_never_start_anew() {
    for function in ["average", "min", "max", "variance", "geometric-mean"] {
        let found = aggregate(function, X);
        assert_eq!((found.attribute, found.app, found.epochs), (Some(0), None, None), "{function}");
        assert_eq!((found.counting, found.interpolation), (None, None), "{function}");
    }
}

#[test]
fn counts_sums_and_quantiles_start_anew_so_that_an_error_of_a_hundredth_is_left() {
    // (ln 10^6 + 2 ln 100) / 1.193 = 19.3.
    let epochs = Some(Epochs { cycles: 20, drift: 0.0 });
    let counting = Some(Counting { instances: 1, leaders: 9.0, first_estimate: 1e6 });
    let count = aggregate("count", "");
    assert_eq!((count.attribute, count.epochs, count.counting), (None, epochs, counting));
    let sum = aggregate("sum", X);
    assert_eq!((sum.attribute, sum.epochs, sum.counting), (Some(0), epochs, counting));
    let quantiles = aggregate("quantiles", X);
    let deciles = vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
    assert_eq!((quantiles.epochs, quantiles.counting), (epochs, None));
    assert_eq!(quantiles.interpolation, Some(Interpolation { points: 50, quantiles: deciles }));
}

#[test]
fn an_error_sets_the_epoch_unless_its_cycles_are_given() {
    let cycles = |keys: &str| aggregate("average", &format!("{X}{keys}")).epochs.map(|epochs| epochs.cycles);
    assert_eq!(cycles("error = 0.001"), Some(24));
    assert_eq!(cycles("epoch_cycles = 7"), Some(7));
    assert_eq!(cycles("epoch_cycles = 60_000\nerror = 0.001"), Some(60_000));
    let drifting = aggregate("min", "attribute = \"x\"\nepoch_cycles = 30\nclock_drift = 0.05");
    assert_eq!(drifting.epochs, Some(Epochs { cycles: 30, drift: 0.05 }));
}

#[test]
fn every_key_of_a_count_may_be_given() {
    let count =
        aggregate("count", "instances = 3\nleaders = 2.5\nfirst_estimate = 1\nepoch_cycles = 5\napp = \"video\"");
    assert_eq!(count.counting, Some(Counting { instances: 3, leaders: 2.5, first_estimate: 1.0 }));
    assert_eq!((count.app, count.function), (Some(1), Function::Count));
    // Four instances: 4 + 4 * 2 + 4.
    assert_eq!(aggregate("count", "instances = 4").counting.unwrap().leaders.to_bits(), 16.0_f64.to_bits());
}

#[test]
fn a_count_has_as_many_instances_as_loss_and_churn_make_it_need() {
    let instances = |more: &str, keys: &str| {
        let text = format!("{HEAD}{more}[[aggregate]]\nname = \"a\"\nfunction = \"count\"\n{keys}\n");
        read_all(&text).unwrap().aggregates[0].counting.unwrap().instances
    };
    assert_eq!(instances("[network]\nrequest_loss = 0.5\n", ""), 1);
    // s = 0.409, and (1.2 s / 0.2)^2 = 6.02.
    assert_eq!(instances("[network]\nreply_loss = 0.2\n", "error = 0.2"), 7);
    assert_eq!(instances("[network]\nreply_loss = 0.2\n", ""), 20);
    // Half an hour up at a time is 1/180 a cycle of 10 s: s = 0.0893, and (1.2 s / 0.05)^2 = 4.6.
    let churn = HEAD.replace("y = 1 }", "y = 1 }\nup.hours = 0.5\ndown.hours = 1");
    let count = "[[aggregate]]\nname = \"a\"\nfunction = \"count\"\nerror = 0.05\n";
    assert_eq!(read_all(&format!("{churn}{count}")).unwrap().aggregates[0].counting.unwrap().instances, 5);
    let lifetime = HEAD.replace("y = 1 }", "y = 1 }\nlifetime.seconds = 1800");
    assert_eq!(read_all(&format!("{lifetime}{count}")).unwrap().aggregates[0].counting.unwrap().instances, 5);
    let preset = HEAD.replace("y = 1 }", "y = 1 }\npreset = \"phone\"");
    let found = read_all(&format!("{preset}{count}")).unwrap().aggregates[0].counting.unwrap().instances;
    assert_eq!(found, 3, "an hour up at a time: s = 0.0631");
}

#[test]
fn quantiles_are_told_in_order() {
    let found = aggregate("quantiles", &format!("{X}points = 128\nquantiles = [0.99, 0.5]"));
    assert_eq!(found.interpolation, Some(Interpolation { points: 128, quantiles: vec![0.5, 0.99] }));
}

#[test]
fn values_outside_their_range_are_refused() {
    refused("count", "epoch_cycles = 0", "epoch_cycles", "0", "expected a whole number from 1 to 60000", "write");
    refused("count", "epoch_cycles = 60_001", "epoch_cycles", "60_001", "expected a whole number", "write");
    for error in ["0", "1", "-0.1", "nan"] {
        refused(
            "count",
            &format!("error = {error}"),
            "error",
            error,
            "expected a fraction above 0 and below 1",
            "write",
        );
    }
    refused("count", "clock_drift = 1", "clock_drift", "1", "expected a fraction of at least 0 and below 1", "write");
    refused("count", "clock_drift = -0.1", "clock_drift", "-0.1", "expected a fraction of at least 0", "write");
    refused("count", "instances = 0", "instances", "0", "expected a whole number from 1 to 64", "write");
    refused("count", "instances = 65", "instances", "65", "expected a whole number from 1 to 64", "write");
    refused("count", "leaders = 0", "leaders", "0", "expected a number above 0", "write");
    refused("count", "first_estimate = 0.5", "first_estimate", "0.5", "expected a number of at least 1", "write");
    let quantiles = |keys: &str, key: &str, at: &str, words: &str, help: &str| {
        refused("quantiles", &format!("{X}{keys}"), key, at, words, help);
    };
    quantiles("points = 1", "points", "1", "expected a whole number from 2 to 128", "write");
    quantiles("points = 129", "points", "129", "expected a whole number from 2 to 128", "write");
    quantiles("quantiles = [0.5, 1]", "quantiles.1", "1", "expected a fraction above 0 and below 1", "write");
    quantiles("quantiles = [0.5, 0.50]", "quantiles.1", "0.50", "`quantiles` has 0.5 twice", "write it once");
    quantiles("quantiles = []", "quantiles", "[]", "`quantiles` is empty", "at least one");
}

#[test]
fn keys_that_mean_nothing_with_a_function_are_refused() {
    let counted = "leave it out, or choose `function = \"count\"` or `function = \"sum\"`";
    for (key, value) in [("instances", "2"), ("leaders", "5"), ("first_estimate", "9")] {
        for function in ["average", "quantiles"] {
            let message = format!("`{key}` means nothing with `function = \"{function}\"`");
            refused(function, &format!("{X}{key} = {value}"), key, value, &message, counted);
        }
    }
    let quantiles = "leave it out, or choose `function = \"quantiles\"`";
    for (key, value) in [("points", "50"), ("quantiles", "[0.5]")] {
        let message = format!("`{key}` means nothing with `function = \"count\"`");
        refused("count", &format!("{key} = {value}"), key, value, &message, quantiles);
    }
    refused("count", X, "attribute", "\"x\"", "`attribute` means nothing with `function = \"count\"`", "leave it out");
    let drift = format!("{X}clock_drift = 0.1");
    let message = "`clock_drift` means nothing without epochs";
    refused("max", &drift, "clock_drift", "0.1", message, "add `epoch_cycles = 20`");
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    refused("sum", "", "attribute", "[[aggregate]]", "`aggregate.0.attribute` is missing", "add the key `attribute`");
    refused("max", "attribute = \"z\"", "attribute", "\"z\"", "no node has an attribute `z`", "did you mean");
    let app = "no application is named \"vide\"";
    refused("count", "app = \"vide\"", "app", "\"vide\"", app, "did you mean \"video\"? The run has: chat, video");
    refused("count", "app = \"games\"", "app", "\"games\"", "no application is named", "the run has: chat, video");
}

#[test]
fn epochs_need_exchanges_in_order() {
    let matching = format!("{HEAD}[sampling]\npairing = \"matching\"\n");
    let refused = |text: &str, key: &str, at: &str, message: &str| {
        let error = read_all(&format!("{matching}{text}")).unwrap_err();
        assert_eq!(error.key(), Some(key), "{error}");
        assert_eq!(&error.source_text().unwrap()[error.span().unwrap()], at, "{error}");
        assert!(error.message().contains(message), "{error}");
        assert!(error.help().unwrap().contains("choose `pairing = \"ordered\"`"), "{error}");
    };
    let aggregate =
        |function: &str, keys: &str| format!("[[aggregate]]\nname = \"a\"\nfunction = \"{function}\"\n{keys}\n");
    let words = "`function = \"count\"` needs exchanges in order, and `pairing` is \"matching\"";
    refused(&aggregate("count", ""), "aggregate.0.function", "\"count\"", words);
    refused(&aggregate("count", "epoch_cycles = 9"), "aggregate.0.epoch_cycles", "9", words);
    let words = "an aggregate with epochs needs exchanges in order";
    refused(&aggregate("min", "attribute = \"x\"\nerror = 0.1"), "aggregate.0.error", "0.1", words);
    let words = "`protocol = \"quantile\"` needs exchanges in order";
    refused("[slicing]\nprotocol = \"quantile\"", "slicing.protocol", "\"quantile\"", words);
    let words = "a suite that asks for absolute `nodes` needs exchanges in order";
    let nodes = "[[suite.app]]\nname = \"b\"\nnodes = 5\n";
    refused(nodes, "sampling.pairing", "\"matching\"", words);
    read_all(&format!("{matching}{}", aggregate("min", "attribute = \"x\""))).unwrap();
}

/// The names of the aggregates of a cloud with this text.
fn names(text: &str) -> Vec<String> {
    let scenario = read_all(&format!("{HEAD}{text}")).unwrap();
    scenario.aggregates.into_iter().map(|aggregate| aggregate.name).collect()
}

const NODES: &str = "[[suite.app]]\nname = \"backup\"\nnodes = 500\n";

#[test]
fn where_a_suite_asks_for_absolute_nodes_they_are_counted() {
    let scenario = read_all(&format!("{HEAD}{NODES}")).unwrap();
    let [size] = &scenario.aggregates[..] else { panic!("one aggregate") };
    assert_eq!((&*size.name, size.function, size.app, scenario.counter()), ("size", Function::Count, None, Some(0)));
    assert_eq!(size.epochs, Some(Epochs { cycles: 24, drift: 0.0 }), "for an error of 0.001");
    assert_eq!(size.counting, Some(Counting { instances: 1, leaders: 9.0, first_estimate: 1e6 }));
    assert_eq!(names(""), [""; 0]);
}

#[test]
fn a_count_of_all_nodes_that_is_declared_is_the_one() {
    let count = |name: &str, keys: &str| format!("[[aggregate]]\nname = \"{name}\"\nfunction = \"count\"\n{keys}\n");
    assert_eq!(names(&format!("{NODES}{}", count("all", ""))), ["all"]);
    assert_eq!(names(&format!("{NODES}{}", count("size", "app = \"chat\""))), ["size", "size 2"]);
    let both = count("size", "app = \"chat\"") + &count("size 2", "app = \"video\"");
    assert_eq!(names(&format!("{NODES}{both}")), ["size", "size 2", "size 3"]);
}

#[test]
fn what_may_come_in_later_counts_as_well() {
    let rule = "[[suite.app.rule]]\nname = \"r\"\nwhen = \"size < 9\"\nadd = { name = \"more\", nodes = 9 }\n";
    assert_eq!(names(rule), ["size"]);
    let folder = tempfile::tempdir().unwrap();
    let read = |version: &str| {
        fs::write(folder.path().join("v2.toml"), version).unwrap();
        let path = folder.path().join("cloud.toml");
        fs::write(&path, format!("{HEAD}[[event]]\nat_cycle = 3\nsuite = \"v2.toml\"\n")).unwrap();
        scenario::read(&path, &[]).unwrap().aggregates.len()
    };
    assert_eq!(read(&format!("[suite]\nversion = 2\n{NODES}")), 1);
    assert_eq!(read(&format!("[suite]\nversion = 1\n{NODES}")), 0, "nobody takes an old version");
}

#[test]
fn an_application_may_be_one_that_a_rule_or_a_later_version_brings() {
    let rule = "[[suite.app.rule]]\nname = \"r\"\nwhen = \"a < 9\"\nadd = { name = \"more\", share = 0.1 }\n";
    let count = "[[aggregate]]\nname = \"a\"\nfunction = \"count\"\napp = \"more\"\n";
    let scenario = read_all(&format!("{HEAD}{rule}{count}")).unwrap();
    assert_eq!(scenario.app_names(), ["chat", "video", "more"]);
    assert_eq!(scenario.aggregates[0].app, Some(2));
}

#[test]
fn slicing_by_quantiles_has_points_and_epochs() {
    let slicing = |text: &str| read_all(&format!("{HEAD}[slicing]\n{text}\n")).map(|scenario| scenario.slicing);
    let default = slicing("protocol = \"quantile\"").unwrap();
    assert_eq!((default.protocol, default.points, default.epoch_cycles), (SlicingProtocol::Quantile, 50, 24));
    let given = slicing("protocol = \"quantile\"\npoints = 2\nepoch_cycles = 1\nsteadiness = 0.1").unwrap();
    assert_eq!((given.points, given.epoch_cycles), (2, 1));
    let other = slicing("protocol = \"ranking\"").unwrap();
    assert_eq!((other.points, other.epoch_cycles), (50, 25));
    for (key, value) in [("points", "50"), ("epoch_cycles", "25")] {
        let error = slicing(&format!("protocol = \"ranking\"\n{key} = {value}")).unwrap_err();
        assert!(error.message().contains(&format!("`{key}` means nothing with `protocol = \"ranking\"`")), "{error}");
        assert!(error.help().unwrap().contains("choose `protocol = \"quantile\"`"), "{error}");
        assert_eq!(error.line(), Some(15));
        let error = slicing(&format!("protocol = \"quantile\"\n{key} = 0")).unwrap_err();
        assert!(error.message().contains(&format!("`slicing.{key}` is 0, expected a whole number from")), "{error}");
    }
}
