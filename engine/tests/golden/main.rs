//! Golden values: what a scenario computes is what it computed before, bit for bit, on one thread and on three.
//!
//! Each file of values beside this one has a section a run: its `state_digest`, and for each table and column of its
//! trace a hash of the decoded values. How values are encoded, the metadata of the files and the name of the run are
//! left out, and a column that only one side has is not compared: encodings and further columns change
//! [`datasets::trace::SCHEMA_VERSION`], values change [`engine::RESULTS_VERSION`].
//!
//! Whoever changes a value on purpose raises [`engine::RESULTS_VERSION`], writes the files anew with
//!
//! ```sh
//! SUBCLOUD_GOLDEN=renew cargo test -p engine --test golden
//! ```
//!
//! and says in the commit why. Under the old number nothing but new runs and new columns is written.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

#[path = "../common/mod.rs"]
mod common;
mod values;

use std::fs;
use std::path::{Path, PathBuf};

use datasets::scenario::{self, Sample, Scenario};
use kernels::machine::{Form, choose};
use values::{Values, check, side_by_side};

/// Nodes of a shipped scenario: enough for every border, and few enough for every scenario.
const NODES: u32 = 20_000;

/// Cycles of a shipped scenario in which nothing is scheduled, at most.
const CYCLES: u32 = 60;

#[test]
fn shipped_scenarios_compute_what_they_computed() {
    let mut files: Vec<PathBuf> = fs::read_dir(scenarios()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    files.sort();
    let runs = side_by_side(&files, |path| {
        let scenario = shipped(path);
        (scenario.name.clone(), Values::of(&scenario))
    });
    check("shipped", runs);
}

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/scenarios")
}

/// A shipped scenario with fewer nodes, and where no event is scheduled with fewer cycles.
fn shipped(path: &Path) -> Scenario {
    let full = scenario::read(path, &[]).unwrap_or_else(|error| panic!("{error}"));
    let mut set = vec![("run.nodes", NODES.to_string())];
    if full.events.is_empty() {
        set.push(("run.cycles", full.run.cycles.min(CYCLES).to_string()));
    }
    if full.trace.nodes.is_some_and(|panel| panel.sample != Sample::All) {
        set.push(("trace.nodes.sample", (NODES / 10).to_string()));
    }
    let set: Vec<_> = set.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    scenario::read(path, &set).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn variants_of_one_scenario_compute_what_they_computed() {
    let runs = side_by_side(VARIANTS, |(name, set)| ((*name).to_owned(), Values::of(&variant(name, set))));
    check("variants", runs);
}

#[test]
fn scenarios_in_which_anything_may_happen_compute_what_they_computed() {
    let seeds: Vec<u64> = (0..150).collect();
    let runs =
        side_by_side(&seeds, |&seed| (format!("{seed:03}"), Values::of_state(&common::anything::anything(seed))));
    check("anything", runs);
}

#[test]
fn newscast_computes_the_same_in_every_form_of_its_kernel() {
    let newscast: Vec<_> = VARIANTS.iter().filter(|(_, set)| set.contains(&NEWSCAST)).collect();
    let states = |form| {
        assert_eq!(choose(form), form);
        side_by_side(&newscast, |(name, set)| Values::of_state(&variant(name, set)))
    };
    if choose(Form::Avx512) == Form::Avx512 {
        assert_eq!(states(Form::Built), states(Form::Avx512));
    } else {
        println!("skipped: this processor has no AVX-512, so that there is one form");
    }
}

/// The base of all variants: a gradient, a random application, an average among nodes that stay. Its nodes are so many
/// that exchanges run in blocks and in steps ([`engine::schedule::FEW`]); those of the shipped scenarios, which are
/// fewer here, start one after the other.
const BASE: &str = r#"
run = { nodes = 80_000, cycles = 10, seed = 7, cycle_seconds = 600 }
network = { request_loss = 0.0, reply_loss = 0.0 }
trace = { nodes = { cycles = [0, 5, 10], sample = 500 } }
[[fleet.class]]
name = "box"
share = 0.7
attributes.up = { beta = [9.0, 1.0] }
attributes.disk = { uniform = [0, 100] }
[[fleet.class]]
name = "phone"
share = 0.3
attributes.up = { beta = [3.0, 2.0] }
attributes.disk = { choice = [[8, 0.2], [64, 0.5], [256, 0.3]] }
[[suite.app]]
name = "best"
top = "up"
share = 0.1
[[suite.app]]
name = "large"
top = "disk"
where = "up > 0.5"
share = 0.2
[[suite.app]]
name = "any"
rest = true
min_mean = { disk = 50 }
"#;

/// The variant in which exchanges run from a list, a mechanism that is no part of the language of scenarios.
const LISTED: &str = "listed";

/// What each variant sets in the base.
const VARIANTS: &[(&str, &[(&str, &str)])] = &[
    ("base", &[]),
    ("sampling newscast", &[NEWSCAST]),
    ("sampling newscast ring", &[NEWSCAST, ("sampling.start", "ring"), ("sampling.on_dead", "skip")]),
    ("sampling cyclon", &[CYCLON]),
    ("sampling cyclon star", &[CYCLON, ("sampling.start", "star"), ("sampling.shuffle", "3")]),
    ("sampling generic", &[GENERIC]),
    (
        "sampling generic tail",
        &[GENERIC, ("sampling.peer", "tail"), ("sampling.healing", "3"), ("sampling.swapping", "2")],
    ),
    ("sampling generic push", &[GENERIC, ("sampling.propagation", "push"), ("sampling.healing", "6")]),
    ("matching", &[AVERAGE, ("sampling.pairing", "matching")]),
    (LISTED, &[AVERAGE]),
    ("slicing few candidates", &[("slicing.candidates", "6")]),
    ("slicing few candidates newscast", &[("slicing.candidates", "6"), NEWSCAST]),
    ("slicing max gain", &[("slicing.protocol", "ordered-max-gain")]),
    ("slicing max gain newscast", &[("slicing.protocol", "ordered-max-gain"), NEWSCAST]),
    ("slicing ranking", &[RANKING]),
    ("slicing ranking window", &[RANKING, ("slicing.window", "128")]),
    ("slicing ranking newscast", &[RANKING, NEWSCAST]),
    ("slicing quantile", &[QUANTILE, ("slicing.epoch_cycles", "4")]),
    ("slicing quantile cyclon", &[QUANTILE, ("slicing.epoch_cycles", "4"), CYCLON]),
    ("slicing steadiness", &[("slicing.steadiness", "0.05")]),
    ("aggregate average", &[AVERAGE]),
    ("aggregate average newscast", &[AVERAGE, NEWSCAST]),
    ("aggregate min", &[("aggregate", "[{ name = 'a', function = 'min', attribute = 'disk' }]")]),
    ("aggregate max", &[("aggregate", "[{ name = 'a', function = 'max', attribute = 'disk' }]")]),
    ("aggregate geometric mean", &[("aggregate", "[{ name = 'a', function = 'geometric-mean', attribute = 'up' }]")]),
    ("aggregate variance", &[("aggregate", "[{ name = 'a', function = 'variance', attribute = 'disk' }]")]),
    ("aggregate sum", &[("aggregate", "[{ name = 'a', function = 'sum', attribute = 'disk', epoch_cycles = 4 }]")]),
    ("aggregate count", &[COUNT]),
    ("aggregate count newscast", &[COUNT, NEWSCAST]),
    (
        "aggregate count drift",
        &[("aggregate", "[{ name = 'a', function = 'count', epoch_cycles = 4, clock_drift = 0.1, instances = 2 }]")],
    ),
    (
        "aggregate quantiles",
        &[(
            "aggregate",
            "[{ name = 'a', function = 'quantiles', attribute = 'disk', epoch_cycles = 4, quantiles = [0.1, 0.5] }]",
        )],
    ),
    ("aggregate of an application", &[OF_APPS]),
    ("aggregate of an application, churn", &[OF_APPS, UP, DOWN]),
    (
        "size",
        &[("suite.app", "[{ name = 'best', top = 'up', nodes = 9_000 }, { name = 'any', nodes = 30_000 }]"), COUNT],
    ),
    ("loss", &[LOSS, ("network.reply_loss", "0.2"), AVERAGE]),
    ("loss newscast", &[LOSS, ("network.reply_loss", "0.2"), AVERAGE, NEWSCAST]),
    ("loss cyclon", &[LOSS, ("network.reply_loss", "0.2"), CYCLON]),
    ("loss generic", &[LOSS, ("network.reply_loss", "0.2"), GENERIC]),
    ("churn", &[UP, DOWN]),
    ("churn newscast", &[UP, DOWN, NEWSCAST]),
    ("churn cyclon", &[UP, DOWN, CYCLON, ("sampling.contacts", "3")]),
    ("churn generic", &[UP, DOWN, GENERIC]),
    ("churn phone", &[("fleet.class.phone.preset", "phone"), NEWSCAST]),
    (
        "churn turnover",
        &[UP, DOWN, ("fleet.class.phone.lifetime", "{ hours = 2 }"), ("fleet.class.phone.vacancy", "{ hours = 1 }")],
    ),
    ("churn past", &[UP, DOWN, ("fleet.class.box.attributes.up", PAST), ("fleet.class.phone.attributes.up", PAST)]),
    ("churn ranking", &[UP, DOWN, RANKING]),
    ("churn ranking newscast", &[UP, DOWN, RANKING, NEWSCAST]),
    ("churn quantile", &[UP, DOWN, QUANTILE, ("slicing.epoch_cycles", "4")]),
    ("churn count", &[UP, DOWN, COUNT]),
    // Two domains, so that what threads do side by side is seen where exchanges run from a list.
    ("two domains newscast", &[TWO_DOMAINS, SNAPSHOTS, LOSS, ("network.reply_loss", "0.2"), AVERAGE, NEWSCAST]),
    ("two domains generic", &[TWO_DOMAINS, SNAPSHOTS, UP, DOWN, COUNT, GENERIC]),
    ("two domains ranking newscast", &[TWO_DOMAINS, SNAPSHOTS, RANKING, NEWSCAST]),
    ("events", &[EVENTS, AVERAGE]),
    ("events newscast", &[EVENTS, AVERAGE, NEWSCAST]),
    ("adversaries", &[("adversaries", "{ share = 0.2, push = 'forged' }"), UP, DOWN]),
    ("adversaries cyclon", &[("adversaries", "{ share = 0.2, push = 'old' }"), UP, DOWN, CYCLON]),
    (
        "adversaries push synchronous",
        &[
            ("adversaries", "{ share = 0.2, push = 'forged' }"),
            UP,
            DOWN,
            ("spreading", "{ propagation = 'push', rounds = 'synchronous' }"),
        ],
    ),
    ("slices of cyclon", &[CYCLON, ("slicing.slices", "100")]),
    ("subcloud", &[("subcloud", "{ seeds = 1 }")]),
    ("subcloud launch", &[("subcloud", "{ start = 'launch', seeds = 3, contacts = { accept = 4 } }"), NEWSCAST]),
    (
        "subcloud churn loss",
        &[
            ("subcloud", "{ sampling = { protocol = 'newscast', view = 16 }, contacts = { keep = 3 } }"),
            LOSS,
            ("network.reply_loss", "0.2"),
            UP,
            DOWN,
            CYCLON,
        ],
    ),
    ("subcloud oracles", &[("subcloud", "{ contacts = { protocol = 'oracle' } }"), EVENTS, GENERIC]),
    ("two domains subcloud", &[TWO_DOMAINS, SNAPSHOTS, ("subcloud", "{ seeds = 1 }"), UP, DOWN, NEWSCAST]),
    ("subcloud code", &[CODE, UP, DOWN, LOSS, GENERIC]),
    ("two domains subcloud code", &[TWO_DOMAINS, SNAPSHOTS, CODE, RANKING, NEWSCAST]),
    (
        "subcloud uplink",
        &[
            ("subcloud", "{ start = 'launch', code = { chunks = 9 }, uplink = { attribute = 'disk', share = 0.01 } }"),
            ("suite.app.large.code", "{ bytes = 3e9, per_exchange = 4 }"),
            UP,
            DOWN,
            CYCLON,
        ],
    ),
    ("topology ring", &[("topology", "{ protocol = 'ring', idle = 3 }"), LOSS, ("network.reply_loss", "0.2")]),
    ("topology line", &[("topology", "{ protocol = 'line', attribute = 'disk' }"), EVENTS, GENERIC]),
    ("topology torus", &[("topology", "{ protocol = 'torus', far = 'none', near = 8 }"), UP, DOWN, NEWSCAST]),
    ("topology tree", &[("topology", "{ protocol = 'tree' }")]),
    ("topology chord", &[CHORD, ("lookups", "{ per_cycle = 200 }"), UP, DOWN, CYCLON]),
    ("topology prefix", &[("topology", "{ protocol = 'prefix', near = 12, bits = 3, per_slot = 2 }"), UP, DOWN, LOSS]),
    ("two domains topology chord", &[TWO_DOMAINS, SNAPSHOTS, CHORD, NEWSCAST]),
    (
        "subcloud topology",
        &[("subcloud", "{ topology = { protocol = 'chord' }, lookups = { per_cycle = 200 } }"), UP, DOWN, LOSS, CYCLON],
    ),
    (
        "subcloud prefix",
        &[
            ("subcloud", "{ topology = { protocol = 'prefix' }, lookups = { per_cycle = 200, routing = 'kademlia' } }"),
            UP,
            DOWN,
            LOSS,
            CYCLON,
        ],
    ),
];

const CHORD: (&str, &str) = ("topology", "{ protocol = 'chord' }");
const TWO_DOMAINS: (&str, &str) = ("run", "{ nodes = 140_000, cycles = 6, seed = 7, cycle_seconds = 600 }");
const CODE: (&str, &str) = ("subcloud", "{ start = 'launch', code = { bytes = 1e6, chunks = 5, per_exchange = 2 } }");
const SNAPSHOTS: (&str, &str) = ("trace.nodes", "{ cycles = [0, 6], sample = 500 }");
const NEWSCAST: (&str, &str) = ("sampling.protocol", "newscast");
const CYCLON: (&str, &str) = ("sampling.protocol", "cyclon");
const GENERIC: (&str, &str) = ("sampling.protocol", "generic");
const RANKING: (&str, &str) = ("slicing.protocol", "ranking");
const QUANTILE: (&str, &str) = ("slicing.protocol", "quantile");
const LOSS: (&str, &str) = ("network.request_loss", "0.1");
const UP: (&str, &str) = ("fleet.class.phone.up", "{ hours = { weibull = { shape = 0.7, scale = 1 } }, spread = 0.5 }");
const DOWN: (&str, &str) = ("fleet.class.phone.down", "{ hours = 0.5 }");
const PAST: &str = "{ from = 'past' }";
const AVERAGE: (&str, &str) = ("aggregate", "[{ name = 'a', function = 'average', attribute = 'disk' }]");
const COUNT: (&str, &str) = ("aggregate", "[{ name = 'a', function = 'count', epoch_cycles = 4, instances = 4 }]");
const OF_APPS: (&str, &str) = (
    "aggregate",
    "[{ name = 'a', function = 'average', attribute = 'disk', app = 'best' }, \
      { name = 'b', function = 'count', app = 'large', epoch_cycles = 4 }]",
);
const EVENTS: (&str, &str) = (
    "event",
    "[{ at_cycle = 2, crash = { share = 0.2 } }, { at_cycle = 3, join = { nodes = 9_000, above = 'disk' } }, \
      { at_cycle = 4, leave = { share = 0.1, class = 'phone' } }, { at_cycle = 5, outage = { share = 0.3, cycles = 3 \
      } }, \
      { at_cycle = 7, scale = { attribute = 'disk', by = 2.0, share = 0.5 } }]",
);

fn variant(name: &str, set: &[(&str, &str)]) -> Scenario {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("base.toml");
    fs::write(&path, BASE).unwrap();
    let has_views = set.iter().any(|(key, _)| *key == "sampling.protocol");
    let overlay = has_views.then_some(("trace.overlay", "{ every = 5, sample = 200 }"));
    let set = set.iter().copied().chain(overlay).map(|(key, value)| (key.to_owned(), value.to_owned()));
    let scenario = scenario::read(&path, &set.collect::<Vec<_>>());
    let mut scenario = scenario.unwrap_or_else(|error| panic!("{name}: {error}"));
    scenario.sampling.listed = name == LISTED;
    scenario
}
