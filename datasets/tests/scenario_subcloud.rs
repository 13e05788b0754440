//! What applications get inside, as a scenario says it.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fmt::Write;
use std::fs;

use datasets::Error;
use datasets::scenario::{
    self, Contacts, ContactsProtocol, Digits, Opening, SamplingProtocol, Scenario, TopologyProtocol,
};
use datasets::suite::CodeSettings;

/// A cloud with two applications, and what its applications get inside.
fn read(inside: &str) -> Result<Scenario, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    let cloud = "[run]\nnodes = 1000\n[[fleet.class]]\nname = \"box\"\nshare = 1\n\
                 attributes.x = { uniform = [0, 1] }\n";
    let suite = "[[suite.app]]\nname = \"a\"\nshare = 0.5\n[[suite.app]]\nname = \"b\"\nshare = 0.5\n";
    fs::write(&path, format!("{cloud}{inside}{suite}")).unwrap();
    scenario::read(&path, &[])
}

#[track_caller]
fn refused(inside: &str, words: &str, help: &str) -> Error {
    let error = read(inside).unwrap_err();
    let shown = error.to_string();
    assert!(shown.contains("cloud.toml:7: ") || shown.contains("cloud.toml:8: "), "{shown}");
    assert!(shown.contains(words), "`{words}` expected: {shown}");
    assert!(error.help().is_some_and(|found| found.contains(help)), "`{help}` expected: {error:?}");
    error
}

#[test]
fn an_empty_table_gives_every_application_the_defaults() {
    assert_eq!(read("").unwrap().subcloud, None);
    let subcloud = read("[subcloud]\n").unwrap().subcloud.unwrap();
    let gossip = Contacts { protocol: ContactsProtocol::Gossip, keep: 2, accept: 10, share: 0.1 };
    assert_eq!((subcloud.contacts, subcloud.start, subcloud.seeds), (gossip, Opening::Settled, 1));
    assert_eq!(subcloud.code, None);
    let code = read("[subcloud]\ncode = { bytes = 200e6 }\n").unwrap().subcloud.unwrap().code;
    let expected = CodeSettings { bytes: Some(200_000_000), chunks: Some(16), per_exchange: Some(1), version: Some(1) };
    assert_eq!(code, Some(expected));
    let sampling = subcloud.sampling;
    assert_eq!((sampling.protocol, sampling.view, sampling.shuffle), (SamplingProtocol::Cyclon, 10, 5));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let sampling = |key: &str| format!("[subcloud]\nsampling = {{ {key} }}\n");
    refused(&sampling("start = \"ring\""), "`start` means nothing inside an application", "subcloud.start");
    refused(&sampling("contacts = 5"), "`contacts` means nothing inside an application", "subcloud.contacts");
    refused(&sampling("pairing = \"ordered\""), "`pairing` means nothing inside an application", "leave it out");
    refused(&sampling("healing = 3"), "`healing` means nothing with", "`subcloud.sampling`");
    refused(&sampling("view = 1"), "`subcloud.sampling.view` is 1", "");
    refused("[subcloud]\ncontacts = { keep = 9 }\n", "`subcloud.contacts.keep` is 9", "");
    refused("[subcloud]\ncontacts = { share = 2 }\n", "`subcloud.contacts.share` is 2", "");
    refused("[subcloud]\nseeds = 0\n", "`subcloud.seeds` is 0", "");
    let code = |keys: &str| format!("[subcloud]\ncode = {{ {keys} }}\n");
    refused(&code("bytes = 0"), "`subcloud.code.bytes` is 0", "");
    refused(&code("bytes = 1e6, chunks = 65"), "`subcloud.code.chunks` is 65", "");
    refused(&code("bytes = 1e6, per_exchange = 0"), "`subcloud.code.per_exchange` is 0", "");
    refused(&code("bytes = 1, version = 0"), "`subcloud.code.version` is 0", "");
    refused("[subcloud]\ncode = {}\n", "`code` says nothing", "bytes");
    let uplink = |keys: &str| format!("[subcloud]\nuplink = {{ {keys} }}\n");
    refused(&uplink(""), "does not say how fast lines are", "mbps");
    refused(&uplink("mbps = 0"), "`subcloud.uplink.mbps` is 0", "");
    refused(&uplink("mbps = 1, attribute = \"x\""), "both `mbps` and `attribute` are given", "keep one");
    refused(&uplink("attribute = \"y\""), "y", "x");
    refused(&uplink("mbps = 1, share = 0"), "`subcloud.uplink.share` is 0", "");
    refused("[subcloud]\nregistry = { keys = 9 }\n", "no value is found without `subcloud.topology`", "prefix");
}

#[test]
fn without_applications_it_means_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    let cloud = "[run]\nnodes = 9\n[[fleet.class]]\nname = \"box\"\nshare = 1\nattributes.x = { constant = 1 }\n";
    fs::write(&path, format!("{cloud}[subcloud]\n")).unwrap();
    let error = scenario::read(&path, &[]).unwrap_err();
    assert!(error.to_string().contains("cloud.toml:7: [subcloud] means nothing without applications"), "{error}");
}

#[test]
fn a_node_keeps_a_bounded_number_of_contacts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    let cloud = "[run]\nnodes = 900\n[[fleet.class]]\nname = \"box\"\nshare = 1\nattributes.x = { constant = 1 }\n";
    let apps = |count: usize| -> String {
        (0..count).flat_map(|k| ["[[suite.app]]\nname = \"".to_owned(), format!("{k}\"\nshare = 0.01\n")]).collect()
    };
    let read = |keep: u32, count: usize| {
        let inside = format!("[subcloud]\ncontacts = {{ keep = {keep} }}\n");
        fs::write(&path, format!("{cloud}{inside}{}", apps(count))).unwrap();
        scenario::read(&path, &[])
    };
    read(2, 64).unwrap();
    let error = read(8, 17).unwrap_err();
    assert!(error.to_string().contains("17 applications, with 136 contacts a node"), "{error}");
    assert!(read(1, 65).unwrap_err().to_string().contains("65 applications"), "as many as a word has bits");
}

/// What comes of a scenario with this text behind its fleet, and of version 2 of its suite, which enters.
fn with_version(keys: &str, version: &str) -> Result<Scenario, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    let cloud = "[run]\nnodes = 900\n[[fleet.class]]\nname = \"box\"\nshare = 1\nattributes.x = { constant = 1 }\n";
    let event = "[[event]]\nat_cycle = 2\nsuite = \"v2.toml\"\n";
    fs::write(&path, format!("{cloud}{event}{keys}")).unwrap();
    fs::write(folder.path().join("v2.toml"), format!("[suite]\nversion = 2\n{version}")).unwrap();
    scenario::read(&path, &[])
}

fn app(keys: &str) -> String {
    format!("[[suite.app]]\nname = \"a\"\nshare = 0.5\n{keys}\n")
}

#[test]
fn an_application_says_what_its_code_is_and_the_rest_holds_for_all() {
    let keys = format!("[subcloud.code]\nbytes = 5e6\n{}", app(""));
    let read = with_version(&keys, &app("code = { version = 2, chunks = 64 }")).unwrap();
    let releases = read.releases();
    let [old, new] = &*releases else { panic!("{releases:?}") };
    assert_eq!((&*old.app, old.code.bytes, old.code.chunks, old.code.version), ("a", 5_000_000, 16, 1));
    assert_eq!((&*new.app, new.code.bytes, new.code.chunks, new.code.version), ("a", 5_000_000, 64, 2));
    // Where the scenario says nothing of code, an application may; others run at once.
    let other = "[[suite.app]]\nname = \"b\"\nshare = 0.1\n";
    let read = with_version(&format!("[subcloud]\n{}{other}", app("code = { bytes = 7 }")), &app("")).unwrap();
    assert_eq!(read.releases().len(), 1);
}

#[test]
fn code_that_nobody_can_fetch_or_that_changes_under_its_number_is_refused() {
    #[track_caller]
    fn refused(keys: &str, version: &str, place: &str, words: &str, help: &str) {
        let error = with_version(keys, version).unwrap_err();
        let shown = error.to_string();
        assert!(shown.contains(place) && shown.contains(words), "`{place}`, `{words}` expected: {shown}");
        assert!(error.help().is_some_and(|found| found.contains(help)), "`{help}` expected: {error:?}");
    }
    let own = app("code = { version = 2 }");
    refused(&app(""), &own, "v2.toml:6", "application \"a\" has code, and no node fetches it", "add [subcloud]");
    refused(&own, &app(""), "cloud.toml:13", "has code, and no node fetches it without [subcloud]", "add [subcloud]");
    let keys = format!("[subcloud]\n{}", app(""));
    refused(&keys, &own, "v2.toml:6", "nobody says how many bytes it has", "`subcloud.code`");
    let keys = format!("[subcloud.code]\nbytes = 5e6\n{}", app(""));
    let words = "the code of \"a\" has the number 1 and is 5000000 bytes in 64 chunks, 1 in an exchange, and before";
    refused(&keys, &app("code = { chunks = 64 }"), "v2.toml:6", words, "version = 2");
    refused(&keys, &app("code = { chunks = 65 }"), "v2.toml:6", "`suite.app.0.code.chunks` is 65", "");
    refused(&keys, &app("sampling = { view = 5 }"), "v2.toml:6", "is not supported", "");
    // What is said of code where there is none, and more codes than a node can tell apart.
    let none = "[subcloud.code]\nchunks = 8\n";
    refused(&format!("{none}{}", app("")), &app(""), "cloud.toml:10", "`subcloud.code` means nothing", "`bytes`");
    let lines = "[subcloud.uplink]\nmbps = 1\n";
    refused(&format!("{lines}{}", app("")), &app(""), "cloud.toml:10", "`subcloud.uplink` means nothing", "`bytes`");
}

#[test]
fn more_codes_than_a_node_can_tell_apart_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let apps = |version: usize| -> String {
        let app = |k: usize| format!("[[suite.app]]\nname = \"{k}\"\nshare = 0.01\ncode = {{ version = {version} }}\n");
        (0..60).map(app).collect()
    };
    let with = |versions: usize| {
        let mut text = "[run]\nnodes = 900\n[[fleet.class]]\nname = \"box\"\nshare = 1\n\
                        attributes.x = { constant = 1 }\n[subcloud.code]\nbytes = 9\n"
            .to_owned();
        for version in 2..=versions {
            let suite = format!("[suite]\nversion = {version}\n{}", apps(version));
            fs::write(folder.path().join(format!("v{version}.toml")), suite).unwrap();
            writeln!(text, "[[event]]\nat_cycle = {version}\nsuite = \"v{version}.toml\"").unwrap();
        }
        let path = folder.path().join("cloud.toml");
        fs::write(&path, text + &apps(1)).unwrap();
        scenario::read(&path, &[])
    };
    assert_eq!(with(4).unwrap().releases().len(), 240);
    let error = with(5).unwrap_err();
    let words = "with the code of \"15\" the run has more than 255 codes";
    assert!(error.to_string().contains("v5.toml") && error.to_string().contains(words), "{error}");
}

#[test]
fn an_application_builds_the_topology_that_it_names() {
    let other = "[[suite.app]]\nname = \"b\"\nshare = 0.1\ntopology = { protocol = \"prefix\" }\n";
    let none = "[[suite.app]]\nname = \"c\"\nshare = 0.1\ntopology = { protocol = \"none\" }\n";
    let own = app("topology = { protocol = \"chord\" }");
    let inside = "[subcloud]\ntopology = { protocol = \"chord\", near = 8 }\nlookups = { per_cycle = 5 }\n";
    let read = with_version(&format!("{inside}{own}{other}{none}"), &own).unwrap();
    let topology = |name: &str| read.topology_of(name).map(|topology| (topology.protocol, topology.near));
    // What the scenario says of Chord holds for an application that names Chord itself.
    let expected = [Some((TopologyProtocol::Chord, 8)), Some((TopologyProtocol::Prefix, 20)), None];
    assert_eq!(["a", "b", "c"].map(topology), expected);
    assert_eq!(read.topology_of("b").unwrap().digits, Some(Digits { bits: 4, rows: 4, per_slot: 3 }));
    // Requests need no more than one topology through which they find their way.
    with_version(&format!("[subcloud]\nlookups = {{ per_cycle = 5, routing = \"kademlia\" }}\n{other}"), other)
        .unwrap();
    for (keys, version, words) in [
        (own.clone(), own.clone(), "has a topology, and no node knows another without [subcloud]"),
        (format!("[subcloud]\n{own}"), app(""), "the topology of \"a\" changes: in a version before it had \"chord\""),
        (format!("[subcloud]\n{}", app("")), own.clone(), "changes: in a version before it said nothing of it"),
        (format!("[subcloud]\nlookups = {{ per_cycle = 5 }}\n{none}"), none.to_owned(), "no request finds its way"),
        (format!("[subcloud]\n{}", app("topology = { protocol = \"tree\" }")), app(""), "tree"),
    ] {
        let error = with_version(&keys, &version).unwrap_err();
        assert!(error.to_string().contains(words), "`{words}` expected: {error}");
    }
}
