//! The scenarios that come with the program.
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};

use datasets::scenario::{self, Push, Sample, Source};
use datasets::suite::{Choice, Reason, Request, Verdict, Version};

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name)
}

#[test]
fn every_shipped_scenario_is_valid() {
    let mut count = 0;
    for entry in fs::read_dir(shipped("")).unwrap() {
        let path = entry.unwrap().path();
        // Folders hold the suites of scenarios.
        if path.is_dir() {
            continue;
        }
        count += 1;
        if let Err(error) = scenario::read(&path, &[]) {
            panic!("{error}");
        }
    }
    assert!(count >= 17, "{count} scenarios");
}

#[test]
fn every_shipped_private_key_says_that_it_is_no_secret() {
    let mut count = 0;
    for folder in fs::read_dir(shipped("")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in fs::read_dir(folder).unwrap() {
            // A fleet is compressed.
            let text = String::from_utf8_lossy(&fs::read(file.unwrap().path()).unwrap()).into_owned();
            if text.contains("PRIVATE KEY-----") {
                count += 1;
                assert!(text.starts_with("No secret: "), "a private key that does not say so");
            }
        }
    }
    assert_eq!(count, 3);
}

#[test]
fn each_escape_is_dropped_for_its_own_reason() {
    let escapes = scenario::read(&shipped("escapes.toml"), &[]).unwrap();
    let verdicts = |of: &[Version]| -> Vec<(u64, Verdict)> {
        of.iter().map(|version| (version.suite.version, version.verdict)).collect()
    };
    assert!(escapes.first.is_in_format_2 && !escapes.first.suite.layout.is_empty());
    assert_eq!(verdicts(&escapes.launches), [(2, Verdict::Valid)]);
    let Push::Files(pushed) = escapes.adversaries.unwrap().push else { panic!("files") };
    let out_of_scope = [11, 12, 13, 14, 15, 16, i64::MAX as u64].map(|number| (number, Reason::OutOfScope));
    let others = [
        (18, Reason::OtherCloud),
        (19, Reason::Outdated),
        (20, Reason::Revoked),
        (21, Reason::Expired),
        (22, Reason::Forged),
        (0, Reason::Replayed),
    ];
    let expected = out_of_scope.into_iter().chain(others).map(|(number, reason)| (number, Verdict::Rejected(reason)));
    // Whether nodes hold version 1, or version 2 from cycle 10 on.
    for cycle in [1, 10] {
        let found = pushed.iter().map(|pushed| (pushed.version.suite.version, Verdict::Rejected(pushed.reason(cycle))));
        assert_eq!(found.collect::<Vec<_>>(), expected.clone().collect::<Vec<_>>());
    }
    assert!(pushed.iter().all(|pushed| pushed.reasons.len() == 2));
}

#[test]
fn telco_is_the_example_of_the_paper() {
    let telco = scenario::read(&shipped("telco.toml"), &[]).unwrap();
    assert_eq!(telco.name, "telco");
    assert_eq!(telco.run.nodes, 1_000_000);
    assert_eq!(telco.fleet.attributes, ["availability", "storage_gb", "bandwidth_mbps"]);
    let apps: Vec<_> = telco.first.suite.apps.iter().map(|app| (app.name.as_str(), app.request, app.choice)).collect();
    assert_eq!(
        apps,
        [
            ("monitoring", Request::Share(0.10), Choice::Top(0)),
            ("chat", Request::Share(0.45), Choice::Random),
            ("recorder", Request::Share(0.45), Choice::Random)
        ]
    );
    let Source::Classes(classes) = &telco.fleet.source else { panic!("telco has classes") };
    assert_eq!(classes.len(), 3);
    assert_eq!(telco.trace.nodes.unwrap().sample, Sample::Count(10_000));
}

#[test]
fn a_hundred_million_is_telco_a_hundred_times() {
    let telco = scenario::read(&shipped("telco.toml"), &[]).unwrap();
    let large = scenario::read(&shipped("hundred_million.toml"), &[]).unwrap();
    assert_eq!(large.run.nodes, 100 * telco.run.nodes);
    assert_eq!((large.fleet, large.first.suite, large.aggregates), (telco.fleet, telco.first.suite, telco.aggregates));
    assert_eq!(large.trace.nodes.unwrap().cycles, [0, 40]);
}

#[test]
fn averaging_is_lean() {
    let averaging = scenario::read(&shipped("averaging.toml"), &[]).unwrap();
    assert_eq!((averaging.fleet.attributes.len(), averaging.aggregates.len()), (1, 1));
    assert!(averaging.first.suite.apps.is_empty());
    assert_eq!(averaging.trace.nodes, None);
}

#[test]
fn overrides_reach_every_key() {
    let set = |pairs: &[(&str, &str)]| {
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        scenario::read(&shipped("telco.toml"), &pairs).unwrap()
    };
    let scenario = set(&[
        ("run.nodes", "1e8"),
        ("run.seed", "7_000"),
        ("slicing.protocol", "ordered-max-gain"),
        ("network.reply_loss", "0.1"),
        ("suite.app.chat.share", "0.2"),
        ("suite.app.2.share", "0.3"),
        ("fleet.class.phone.attributes.availability", "{ uniform = [0, 0.5] }"),
        ("trace.nodes.sample", "all"),
    ]);
    assert_eq!(scenario.run.nodes, 100_000_000);
    assert_eq!(scenario.run.seed, 7_000);
    assert_eq!(scenario.slicing.protocol, scenario::SlicingProtocol::OrderedMaxGain);
    assert_eq!(scenario.network.reply_loss.to_bits(), 0.1_f64.to_bits());
    assert_eq!(
        scenario.first.suite.apps.iter().map(|app| app.request).collect::<Vec<_>>(),
        [0.1, 0.2, 0.3].map(Request::Share)
    );
    assert_eq!(scenario.trace.nodes.unwrap().sample, Sample::All);
}

#[test]
fn fleets_and_traces_of_shipped_scenarios_come_with_them() {
    let tor = scenario::read(&shipped("tor_fleet.toml"), &[]).unwrap();
    let Source::File(inventory) = &tor.fleet.source else { panic!("the fleet is a file") };
    let table = inventory.read().unwrap();
    assert_eq!(table.rows, 2_000);
    let ties = table.columns[0].iter().filter(|&&availability| availability >= 1.0).count();
    assert!((400..480).contains(&ties), "{ties} rows tie at 1: a fifth, as in the real fleet");
    let relays = scenario::read(&shipped("relays.toml"), &[]).unwrap();
    let presence = relays.fleet.replay.unwrap().read(None).unwrap();
    assert_eq!(presence.hosts.len(), 3_000);
    assert!((presence.length - 2_577.0).abs() < 1.0, "{} snapshots", presence.length);
}

#[test]
fn the_tor_fleet_is_read_where_its_data_is() {
    let root = std::env::var_os("SUBCLOUD_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let file = root.join("tor_fleet/fleet.csv.gz");
    if !file.exists() {
        eprintln!("skipped: there is no {}; set SUBCLOUD_DATA", file.display());
        return;
    }
    let file = ("fleet.file".to_owned(), file.to_string_lossy().into_owned());
    let tor = scenario::read(&shipped("tor_fleet.toml"), &[file]).unwrap();
    assert_eq!(tor.fleet.attributes, ["availability", "bandwidth_mbps"]);
    let Source::File(inventory) = &tor.fleet.source else { panic!("the fleet is a file") };
    assert_eq!(inventory.read().unwrap().rows, 18_281);
}
