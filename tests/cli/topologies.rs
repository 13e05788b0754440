//! Topologies through the command line: what is refused, and what is told.

use crate::harness::{GOOD, Place};

fn with(more: &str) -> Place {
    Place::with(&format!("{GOOD}\n{more}\n"))
}

#[test]
fn the_summary_says_when_links_are_there_and_requests_succeed() {
    let place = with("[topology]\nprotocol = \"chord\"\n[lookups]\nper_cycle = 100");
    let told = place.run(&[]).quietly();
    for words in ["Topologies: cycles until so much of them was held", "all nodes  chord", "Requests after cycle"] {
        assert!(told.out.contains(words), "{}", told.out);
    }
    let place = with("[topology]\nprotocol = \"prefix\"\n[registry]\nkeys = 100");
    let told = place.run(&[]).quietly();
    for words in ["leaves", "tables", "Values that members hold, after cycle"] {
        assert!(told.out.contains(words), "{}", told.out);
    }
}

/// Members of an application are others every cycle at first, and take along what they hold.
#[test]
fn the_summary_says_that_values_were_put_too_early() {
    let text = |values: &str| {
        format!(
            "[run]\nnodes = 3000\ncycles = 40\n[[fleet.class]]\nname = \"box\"\nshare = 1\n\
             attributes.x = {{ uniform = [0, 1] }}\n[subcloud]\ntopology = {{ protocol = \"chord\" }}\n\
             registry = {{ keys = 900{values} }}\n[[suite.app]]\nname = \"directory\"\ntop = \"x\"\nshare = 0.3\n"
        )
    };
    let told = Place::with(&text("")).run(&[]).quietly();
    for words in ["Lost within 20 cycles: ", "of those of directory", "registry.after = 20"] {
        assert!(told.out.contains(words), "{}", told.out);
    }
    let told = Place::with(&text(", after = 20")).run(&[]).quietly();
    assert!(told.out.contains("Values that members hold, after cycle 40"), "{}", told.out);
    assert!(!told.out.contains("Lost within"), "{}", told.out);
}

#[test]
fn what_no_topology_can_be_is_refused_with_a_remedy() {
    for (more, words) in [
        ("[topology]\nprotocol = \"line\"", ["does not say in whose order", "attribute = "]),
        ("[topology]\nprotocol = \"ring\"\nattribute = \"load\"", ["means nothing to a ring", "protocol = \"line\""]),
        ("[topology]\nprotocol = \"ring\"\nnear = 7", ["7 entries cannot be halved", "give an even number"]),
        ("[topology]\nprotocol = \"ring\"\nroom = 2.0", ["`room` means nothing outside", "leave it out"]),
        ("[topology]\nprotocol = \"chord\"\nfar = \"none\"", ["fingers are among those who are far", "leave it out"]),
        ("[topology]\nprotocol = \"ring\"\n[lookups]\nper_cycle = 9", ["through a ring", "chord"]),
        ("[lookups]\nper_cycle = 9", ["no request finds its way without `topology`", "protocol = \"chord\""]),
        ("[topology]\nprotocol = \"pastry\"", ["pastry", "chord"]),
        ("[subcloud]\ntopology = { protocol = \"tree\" }", ["a tree is one of all nodes", "choose another topology"]),
        ("[topology]\nprotocol = \"prefix\"\nsent = 8", ["`sent` means nothing to \"prefix\"", "leave it out"]),
        ("[topology]\nprotocol = \"ring\"\nbits = 8", ["`bits` means nothing to \"ring\"", "prefix"]),
        ("[topology]\nprotocol = \"prefix\"\nbits = 8\nper_slot = 9", ["more than 1024", "a smaller `per_slot`"]),
        (
            "[topology]\nprotocol = \"prefix\"\n[lookups]\nper_cycle = 9\nrouting = \"chord\"",
            ["chord finds no way through \"prefix\"", "\"pastry\" or \"kademlia\""],
        ),
        (
            "[topology]\nprotocol = \"chord\"\n[lookups]\nper_cycle = 9\nasker = \"outside\"",
            ["nobody is outside", "subcloud.lookups"],
        ),
        ("[trace]\ntopology = { sample = 9 }", ["`trace.topology` means nothing without a topology", "[topology]"]),
        ("[registry]\nkeys = 9", ["no value is found without `topology`", "prefix"]),
        ("[topology]\nprotocol = \"ring\"\n[registry]\nkeys = 9", ["no value is found through a ring", "chord"]),
        ("[[event]]\nat_cycle = 2\nbootstrap = { anew = true }", ["no topology is built without `topology`", "chord"]),
        ("[[event]]\nat_cycle = 2\nbootstrap = { anew = false }", ["goes on by itself", "anew = true"]),
        (
            "[[event]]\nat_cycle = 2\nbootstrap = { app = \"nobody\", anew = true }",
            ["no application is called \"nobody\"", "choose one of"],
        ),
        ("[[protocol]]\nname = \"mine\"", ["this program knows no protocol \"mine\"", "the program that brings it"]),
    ] {
        with(more).refused(&[], &words);
    }
}
