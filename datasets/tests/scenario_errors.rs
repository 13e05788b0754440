//! Everything that can be wrong with a scenario, the place it points at, and the words.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;

use datasets::scenario::{self, Scenario};
use datasets::{Error, Kind};
use proptest::prelude::*;

/// A valid scenario, from which each case departs.
const GOOD: &str = r#"[run]
nodes = 1000
cycles = 40
seed = 1
cycle_seconds = 10.0

[[fleet.class]]
name = "box"
share = 0.7
attributes.availability = { beta = [9.0, 1.0] }
attributes.storage_gb = { quantiles = [[0.25, 1.4], [0.5, 15.9]] }

[[fleet.class]]
name = "phone"
share = 0.3
attributes.availability = { lognormal = { median = 0.5, sigma = 1.1 } }
attributes.storage_gb = { choice = [[32, 0.5], [64, 0.5]] }

[sampling]
protocol = "oracle"
view = 20

[network]
request_loss = 0.0

[slicing]
protocol = "ordered"

[[aggregate]]
name = "storage"
function = "average"
attribute = "storage_gb"

[suite]
version = 1

[[suite.app]]
name = "monitoring"
top = "availability"
share = 0.10

[[suite.app]]
name = "chat"
share = 0.45

[trace]
every = 1
nodes = { cycles = [0, 40], sample = 100 }

[[event]]
at_cycle = 20
crash = { share = 0.5 }
"#;

fn read(text: &str, overrides: &[(&str, &str)]) -> Result<Scenario, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    fs::write(&path, text).unwrap();
    let overrides: Vec<_> = overrides.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    scenario::read(&path, &overrides)
}

/// The error of the good scenario with `old` replaced by `new`: it stands on `line`, points at `at` and says `words`.
fn refused(old: &str, new: &str, line: u64, at: &str, words: &str) -> Error {
    assert!(GOOD.contains(old), "{old}");
    let error = read(&GOOD.replacen(old, new, 1), &[]).unwrap_err();
    let shown = error.to_string();
    assert!(shown.contains(&format!("cloud.toml:{line}: ")), "line {line} expected: {shown}");
    assert!(shown.contains(words), "`{words}` expected: {shown}");
    let found = &error.source_text().unwrap()[error.span().unwrap()];
    assert_eq!(found, at, "{shown}");
    assert!(error.help().is_some_and(|help| !help.is_empty()) || error.kind() == Kind::Syntax, "{shown}");
    error
}

fn helps(error: &Error, words: &str) {
    assert!(error.help().unwrap().contains(words), "`{words}` expected: {}", error.help().unwrap());
}

#[test]
fn the_scenario_they_depart_from_is_good() {
    read(GOOD, &[]).unwrap();
}

#[test]
fn text_that_is_not_toml_is_refused_at_its_line() {
    let error = refused("seed = 1", "seed = = 1", 4, "=", "not valid TOML");
    assert_eq!(error.kind(), Kind::Syntax);
    refused("seed = 1", "nodes = 1", 4, "nodes", "duplicate key");
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_and_all_known() {
    let error = refused("nodes = 1000", "nods = 1000", 2, "nods", "unknown key `run.nods`");
    assert_eq!((error.kind(), error.key()), (Kind::UnknownKey, Some("run.nods")));
    helps(&error, "did you mean `nodes`? Known keys here: nodes, cycles, seed, cycle_seconds");
    let table = refused("[slicing]", "[slizing]", 26, "slizing", "unknown key `slizing`");
    helps(&table, "did you mean `slicing`?");
    let app = refused("share = 0.45", "shares = 0.45", 44, "shares", "unknown key `suite.app.1.shares`");
    helps(&app, "did you mean `share`?");
    let far = refused("view = 20", "colour = 20", 21, "colour", "unknown key `sampling.colour`");
    helps(&far, "known keys here: protocol, view, pairing, start");
    refused(
        "beta = [9.0, 1.0]",
        "betta = [9.0, 1.0]",
        10,
        "betta",
        "unknown key `fleet.class.0.attributes.availability.betta`",
    );
    refused(
        "median = 0.5",
        "mean = 0.5",
        16,
        "mean",
        "unknown key `fleet.class.1.attributes.availability.lognormal.mean`",
    );
}

#[test]
fn a_missing_key_is_named() {
    let error = refused("nodes = 1000\n", "", 1, "[run]", "`run.nodes` is missing");
    assert_eq!(error.key(), Some("run.nodes"));
    refused("name = \"chat\"\n", "", 42, "[[suite.app]]", "`suite.app.1.name` is missing");
    refused("attribute = \"storage_gb\"\n", "", 29, "[[aggregate]]", "`aggregate.0.attribute` is missing");
    let no_run =
        read(&GOOD.replace("[run]", "[sampling]").replacen("[sampling]\nprotocol", "[slicing2]\nprotocol", 1), &[]);
    assert!(no_run.is_err());
    let empty = read("", &[]).unwrap_err();
    assert!(empty.to_string().contains("cloud.toml:1: `run` is missing"), "{empty}");
}

#[test]
fn a_value_of_the_wrong_type_is_refused() {
    refused("nodes = 1000", "nodes = \"many\"", 2, "\"many\"", "`run.nodes` is \"many\", expected a whole number");
    refused("nodes = 1000", "nodes = 10.5", 2, "10.5", "`run.nodes` is 10.5, expected a whole number");
    refused("share = 0.7", "share = \"70 %\"", 9, "\"70 %\"", "`fleet.class.0.share` is \"70 %\", expected a number");
    refused("name = \"chat\"", "name = 7", 43, "7", "`suite.app.1.name` is 7, expected a string");
    refused("protocol = \"ordered\"", "protocol = 3", 27, "3", "`slicing.protocol` is 3, expected a string");
    refused("cycles = [0, 40]", "cycles = 40", 48, "40", "`trace.nodes.cycles` is 40, expected a list");
    refused(
        "[9.0, 1.0]",
        "[9.0]",
        10,
        "[9.0]",
        "`fleet.class.0.attributes.availability.beta` is [9.0], expected a list of two numbers",
    );
    refused("{ beta = [9.0, 1.0] }", "\"high\"", 10, "\"high\"", "expected a number or a distribution");
    refused("{ share = 0.5 }", "0.5", 52, "0.5", "`event.0.crash` is 0.5, expected a table");
    let single = refused("[[event]]", "[event]", 50, "[event]", "expected a list");
    helps(&single, "double brackets");
}

#[test]
fn a_run_outside_its_range_is_refused() {
    refused("nodes = 1000", "nodes = 0", 2, "0", "`run.nodes` is 0, expected a whole number from 1 to 4294967295");
    refused("nodes = 1000", "nodes = 4_294_967_296", 2, "4_294_967_296", "`run.nodes` is 4_294_967_296, expected");
    refused("nodes = 1000", "nodes = 1e30", 2, "1e30", "`run.nodes` is 1e30, expected a whole number");
    refused("nodes = 1000", "nodes = nan", 2, "nan", "`run.nodes` is nan, expected a whole number");
    refused("cycles = 40", "cycles = 0", 3, "0", "`run.cycles` is 0");
    refused(
        "seed = 1",
        "seed = -1",
        4,
        "-1",
        "`run.seed` is -1, expected a whole number from 0 to 9223372036854775807",
    );
    refused("seed = 1", "seed = 9223372036854775808", 4, "9223372036854775808", "`run.seed` is 9223372036854775808");
    refused("seconds = 10.0", "seconds = 0", 5, "0", "`run.cycle_seconds` is 0, expected a number above 0");
    refused("view = 20", "view = 0", 21, "0", "`sampling.view` is 0");
    refused(
        "request_loss = 0.0",
        "reply_loss = 1.01",
        24,
        "1.01",
        "`network.reply_loss` is 1.01, expected a fraction from 0 to 1",
    );
    refused("request_loss = 0.0", "request_loss = -0.1", 24, "-0.1", "`network.request_loss` is -0.1");
}

#[test]
fn a_fleet_that_does_not_fit_together_is_refused() {
    refused("share = 0.3", "share = 0.4", 15, "0.4", "the shares of the classes sum to 1.100000, expected 1");
    refused("share = 0.7", "share = 1.7", 9, "1.7", "`fleet.class.0.share` is 1.7, expected a fraction");
    refused("name = \"phone\"", "name = \"box\"", 14, "\"box\"", "a second class is named \"box\"");
    refused("name = \"phone\"", "name = \"\"", 14, "\"\"", "the name of this class is empty");
    let lacking = refused(
        "attributes.storage_gb = { choice = [[32, 0.5], [64, 0.5]] }\n",
        "",
        14,
        "\"phone\"",
        "class \"phone\" lacks the attribute `storage_gb`",
    );
    helps(&lacking, "add `attributes.storage_gb` here too");
    refused(
        "attributes.availability = { beta = [9.0, 1.0] }\n",
        "",
        8,
        "\"box\"",
        "class \"box\" lacks the attribute `availability`",
    );
    let both = "[fleet]\nfile = \"nodes.csv\"\n\n[[fleet.class]]\nname = \"box\"";
    refused("[[fleet.class]]\nname = \"box\"", both, 8, "\"nodes.csv\"", "both a `file` and classes");
    let columns = "[fleet.attributes]\nx = { column = \"x\" }\n\n[[fleet.class]]\nname = \"box\"";
    refused("[[fleet.class]]\nname = \"box\"", columns, 7, "[fleet.attributes]", "belongs to a fleet from a `file`");
}

#[test]
fn a_fleet_of_nothing_is_refused() {
    let neither = read("[run]\nnodes = 5\n\n[fleet]\n", &[]).unwrap_err();
    assert!(neither.to_string().contains("cloud.toml:4: the fleet has neither a `file` nor a class"), "{neither}");
    let bare = "[run]\nnodes = 5\n\n[[fleet.class]]\nname = \"box\"\nshare = 1\nattributes = {}\n";
    let bare = read(bare, &[]).unwrap_err();
    assert!(bare.to_string().contains("cloud.toml:5: the fleet has no attribute"), "{bare}");
    let file = read("[run]\nnodes = 5\n\n[fleet]\nfile = \"nodes.csv\"\n", &[]).unwrap_err();
    assert!(file.to_string().contains("cloud.toml:5: the fleet has no attribute"), "{file}");
}

#[test]
fn an_inventory_that_is_not_there_is_refused_at_its_line() {
    let text = |file: &str| {
        format!(
            "[run]\nnodes = 5\n[fleet]\nfile = \"{file}\"\n[fleet.attributes]\nx = {{ column = \"x\", scale = 1 }}\n"
        )
    };
    let gone = read(&text("gone.csv"), &[]).unwrap_err();
    assert!(gone.to_string().contains("cloud.toml:4: `fleet.file`: there is no file "), "{gone}");
    let none = read(&text("parts/*.parquet"), &[]).unwrap_err();
    assert!(none.to_string().contains("cloud.toml:4: `fleet.file`: no file fits the pattern "), "{none}");
    let scale = read(&text("gone.csv").replace("scale = 1", "scale = 0"), &[]).unwrap_err();
    assert!(scale.to_string().contains(":6: `fleet.attributes.x.scale` is 0, expected a number above 0"), "{scale}");
}

#[test]
fn an_attribute_that_cannot_be_a_column_is_refused() {
    for name in ["cycle", "node_id", "alive", "app", "rank_fraction", "rank_fraction_2", "run", "seed"] {
        let new = format!("attributes.{name} = {{ beta");
        refused("attributes.availability = { beta", &new, 10, name, "the trace has a column of that name");
    }
    for name in ["Availability", "7up", "up-time"] {
        let new = format!("attributes.{name} = {{ beta");
        refused("attributes.availability = { beta", &new, 10, name, "an attribute cannot be named");
    }
}

#[test]
fn impossible_distributions_are_refused() {
    let beta = |new: &str, at: &str, words: &str| refused("{ beta = [9.0, 1.0] }", new, 10, at, words);
    beta(
        "{ beta = [0, 1] }",
        "0",
        "`fleet.class.0.attributes.availability.beta.0` is 0, expected a number above 0, at most 1e6",
    );
    beta("{ beta = [1, -1] }", "-1", "beta.1` is -1, expected a number above 0");
    beta("{ beta = [nan, 1] }", "nan", "beta.0` is nan");
    beta("{ lognormal = { median = 0, sigma = 1 } }", "0", "median` is 0, expected a number above 0");
    beta("{ lognormal = { median = 1, sigma = -1 } }", "-1", "sigma` is -1, expected a number of at least 0");
    beta("{ lognormal = { median = inf, sigma = 1 } }", "inf", "median` is inf");
    beta(
        "{ lognormal = { median = 1, sigma = 20 } }",
        "{ lognormal = { median = 1, sigma = 20 } }",
        "beyond the largest 32-bit float",
    );
    beta("{ lognormal = { median = 1 } }", "{ median = 1 }", "lognormal.sigma` is missing");
    beta("{ weibull = { shape = 0, scale = 1 } }", "0", "shape` is 0");
    beta("{ weibull = { shape = 1, scale = -2 } }", "-2", "scale` is -2");
    beta("{ normal = { mean = 1, sd = -1 } }", "-1", "sd` is -1");
    beta("{ normal = { mean = -100, sd = 1 } }", "-100", "nothing above zero");
    beta("{ normal = { mean = -1, sd = 0 } }", "-1", "nothing above zero");
    beta("{ uniform = [5, 1] }", "[5, 1]", "the lower bound is above the upper");
    beta("{ constant = -inf }", "-inf", "constant` is -inf, expected a finite number");
    beta("1e39", "1e39", "beyond the largest 32-bit float");
    beta("inf", "inf", "beyond the largest 32-bit float");
    beta("{ quantiles = [] }", "[]", "no quantile is given");
    beta("{ quantiles = [[0.5, 1], [0.5, 2]] }", "0.5", "quantile 0.5 follows 0.5, expected a larger one");
    beta("{ quantiles = [[0.5, 3], [0.6, 2]] }", "2", "value 2 follows 3, expected at least as much");
    beta(
        "{ quantiles = [[50, 3], [60, 4]] }",
        "50",
        "`fleet.class.0.attributes.availability.quantiles.0.0` is 50, expected a fraction",
    );
    beta("{ choice = [] }", "[]", "no value has a weight above 0");
    beta("{ choice = [[1, 0], [2, 0]] }", "[[1, 0], [2, 0]]", "no value has a weight above 0");
    beta("{ choice = [[1, 2], [2, -1]] }", "-1", "choice.1.1` is -1");
    beta("{}", "{}", "has no distribution, expected one");
    beta("{ constant = 1, uniform = [0, 1] }", "{ constant = 1, uniform = [0, 1] }", "has several distributions");
}

#[test]
fn aggregates_need_a_known_function_an_attribute_and_a_name_of_their_own() {
    let error = refused(
        "function = \"average\"",
        "function = \"avrage\"",
        31,
        "\"avrage\"",
        "`aggregate.0.function` is \"avrage\"",
    );
    helps(&error, "did you mean `average`?");
    let unknown = refused(
        "attribute = \"storage_gb\"",
        "attribute = \"colour\"",
        32,
        "\"colour\"",
        "no node has an attribute `colour`",
    );
    helps(&unknown, "the fleet has: availability, storage_gb");
    let twice = "[[aggregate]]\nname = \"storage\"\nfunction = \"max\"\nattribute = \"storage_gb\"\n\n[suite]";
    refused("[suite]", twice, 35, "\"storage\"", "a second aggregate is named \"storage\"");
    let geometric = GOOD.replace("\"average\"", "\"geometric-mean\"");
    read(&geometric, &[]).unwrap();
    let zero = read(&geometric.replace("[32, 0.5]", "[0, 0.5]"), &[]).unwrap_err();
    assert!(
        zero.to_string().contains(":32: the geometric mean needs positive values, but `storage_gb` of class \"phone\""),
        "{zero}"
    );
}

#[test]
fn applications_that_ask_for_the_impossible_are_refused() {
    refused(
        "share = 0.45",
        "share = 0.95",
        44,
        "0.95",
        "the applications up to \"chat\" ask for 1.050000 of the cloud, expected at most 1",
    );
    refused("share = 0.45", "share = 1.5", 44, "1.5", "`suite.app.1.share` is 1.5, expected a fraction from 0 to 1");
    refused("share = 0.45", "share = -0.1", 44, "-0.1", "`suite.app.1.share` is -0.1");
    refused("share = 0.45", "share = nan", 44, "nan", "`suite.app.1.share` is nan");
    refused(
        "name = \"chat\"",
        "name = \"monitoring\"",
        43,
        "\"monitoring\"",
        "a second application is named \"monitoring\"",
    );
    refused("name = \"chat\"", "name = \" \"", 43, "\" \"", "the name of this application is empty");
    let unknown = refused(
        "top = \"availability\"",
        "top = \"avalability\"",
        39,
        "\"avalability\"",
        "no node has an attribute `avalability`",
    );
    helps(&unknown, "did you mean `availability`? The fleet has: availability, storage_gb");
    let both = "top = \"availability\"\nbottom = \"storage_gb\"";
    refused("top = \"availability\"", both, 40, "\"storage_gb\"", "asks for both `top` and `bottom`");
    read(&GOOD.replace("share = 0.45", "share = 0.9000000000001"), &[]).unwrap();
}

#[test]
fn observation_and_events_stay_within_the_run() {
    refused("every = 1", "every = 0", 47, "0", "`trace.every` is 0");
    let beyond =
        refused("[0, 40]", "[0, 41]", 48, "41", "`trace.nodes.cycles.1` is 41, expected a whole number from 0 to 40");
    helps(&beyond, "the run has 40 cycles");
    refused("[0, 40]", "[]", 48, "[]", "`trace.nodes.cycles` is empty");
    refused("sample = 100", "sample = 0", 48, "0", "`trace.nodes.sample` is 0");
    refused(
        "sample = 100",
        "sample = \"some\"",
        48,
        "\"some\"",
        "`trace.nodes.sample` is \"some\", expected one of: all",
    );
    refused("sample = 100", "sample = true", 48, "true", "expected a whole number or \"all\"");
    refused("at_cycle = 20", "at_cycle = 0", 51, "0", "`event.0.at_cycle` is 0, expected a whole number from 1 to 40");
    refused("at_cycle = 20", "at_cycle = 41", 51, "41", "`event.0.at_cycle` is 41");
    refused("crash = { share = 0.5 }", "crash = { share = 2 }", 52, "2", "`event.0.crash.share` is 2");
    refused("crash = { share = 0.5 }\n", "", 50, "[[event]]", "this event does nothing");
}

#[test]
fn an_error_of_an_override_names_the_override() {
    let error = |key: &str, value: &str| {
        let error = read(GOOD, &[("run.seed", "5"), (key, value)]).unwrap_err();
        assert_eq!((error.span(), error.line()), (None, None));
        assert!(error.to_string().starts_with(&format!("--set {key}={value} ")), "{error}");
        error.to_string()
    };
    assert!(error("run.nodes", "0").contains("`run.nodes` is 0, expected a whole number from 1"));
    assert!(error("run.nodes", "abc").contains("`run.nodes` is abc, expected a whole number"));
    assert!(error("run.node", "5").contains("unknown key `run.node`"));
    assert!(error("suite.app.chat.share", "2").contains("`suite.app.chat.share` is 2"));
    assert!(error("suite.app.1.share", "0.95").contains("ask for 1.05"));
    assert!(error("suite.app.tv.share", "0.5").contains("`app` has no item `tv`; it has 2"));
    assert!(error("suite.app.2.share", "0.5").contains("`app` has no item `2`"));
    assert!(error("suite.app.share", "0.5").contains("`app` is a list of 2"));
    assert!(error("slicing.protocol", "random").contains("expected one of: ordered, ordered-max-gain"));
    assert!(error("slicing.protocol.x", "1").contains("`protocol` is a string, so it has no `x`"));
    assert!(error("aggregate.0.epochs", "1").contains("unknown key `aggregate.0.epochs`"));
    assert!(error("aggregate.storage.epoch_cycles", "0").contains("`aggregate.storage.epoch_cycles` is 0"));
    assert!(error("slicing.on_dead", "retry").contains("not supported yet"));
    assert!(error("slicing.window", "64").contains("`window` means nothing with `protocol = \"ordered\"`"));
    assert!(error("trace.nodes", "{ sample = 5 }").contains("`trace.nodes.cycles` is missing"));
    assert!(error("trace.nodes", "{ cycle = [5] }").contains("unknown key `trace.nodes.cycle`"));
    assert!(error("run..nodes", "1").contains("is not a key"));
    assert!(error("trace.nodes", "{ cycles = [50] }").contains("expected a whole number from 0 to 40"));
}

#[test]
fn a_file_that_cannot_be_read_is_refused() {
    let error = scenario::read(std::path::Path::new("none/cloud.toml"), &[]).unwrap_err();
    assert_eq!(error.kind(), Kind::Unreadable);
    assert!(error.to_string().contains("none/cloud.toml: cannot read the scenario"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_damaged_the_reader_answers(
        cut in 0..GOOD.len(),
        length in 0..12_usize,
        put in "[\\[\\]{}=,.\"\\-0-9a-zé\\n ]{0,6}",
        key in "[a-z]{1,8}(\\.[a-z0-9]{1,8}){0,4}",
    ) {
        let damaged = format!("{}{put}{}", &GOOD[..cut], &GOOD[(cut + length).min(GOOD.len())..]);
        for result in [read(&damaged, &[]), read(GOOD, &[(&key, &put)]), read(&damaged, &[(&key, &put)])] {
            if let Err(error) = result {
                prop_assert!(error.to_string().len() > 20);
                if let (Some(text), Some(span)) = (error.source_text(), error.span()) {
                    prop_assert!(text.get(span).is_some(), "{error}");
                }
            }
        }
    }
}
