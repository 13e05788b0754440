//! What applications get inside, as a scenario says it.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;

use datasets::scenario::{self, Contacts, ContactsProtocol, Opening, SamplingProtocol, Scenario};
use datasets::suite::CodeSettings;
use datasets::{Error, Kind};

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
    let error = refused("[subcloud]\ntopology = { protocol = \"ring\" }\n", "is not supported", "");
    assert_eq!(error.kind(), Kind::NotSupported);
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
