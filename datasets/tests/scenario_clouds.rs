//! Clouds that are several, as a scenario writes them: what is meant, what is written out in full, what is refused.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;

use datasets::Error;
use datasets::scenario::{self, CloudMembers, EventKind, Merge, Scenario};

const HEAD: &str =
    "run.nodes = 1000\nrun.cycles = 40\nfleet.class = [{ name = \"box\", share = 1.0, attributes.x = 1 }]\n";

fn read(more: &str) -> Result<Scenario, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clouds.toml");
    fs::write(&path, format!("{HEAD}{more}")).unwrap();
    scenario::read(&path, &[])
}

fn event(cycle: u32, what: &str) -> String {
    format!("[[event]]\nat_cycle = {cycle}\n{what}\n")
}

const VIEWS: &str = "sampling = { protocol = \"cyclon\" }\n";
const TWO: &str = "[[cloud]]\nname = \"north\"\n[[cloud]]\nname = \"south\"\nshare = 0.4\n";

#[test]
fn what_is_written_in_full_is_the_same_scenario() {
    let merge = event(9, "merge = { clouds = [\"south\", \"north\"], contacts = 3 }");
    // Events may stand in any order; a split is of the only cloud that there is by then.
    let split = event(12, "split = { name = \"east\", class = \"box\", region = [0.5, 1.0] }");
    for text in [
        format!("{VIEWS}{TWO}{split}{merge}"),
        format!(
            "{VIEWS}{}{}",
            event(3, "split = { name = \"a\", share = 0.5, top = \"x\" }"),
            event(5, "crash = { share = 0.1 }")
        ),
        TWO.to_owned(),
    ] {
        let found = read(&text).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clouds.toml");
        fs::write(&path, found.to_toml()).unwrap();
        assert_eq!(scenario::read(&path, &[]).unwrap(), found, "{}", found.to_toml());
    }
    let found = read(&format!("{VIEWS}{TWO}{split}{merge}")).unwrap();
    assert_eq!(found.clouds.len(), 3);
    assert_eq!(found.clouds[2].members, CloudMembers::Parted);
    assert_eq!(found.events[0].kind, EventKind::Merge(Merge { clouds: vec![1, 0], contacts: 3 }));
    assert!(matches!(&found.events[1].kind, EventKind::Split(split) if (split.cloud, split.of) == (2, 1)));
    // Ten times as many nodes: shares stay.
    let larger = found.resized(10_000).unwrap();
    assert_eq!(larger.clouds, found.clouds);
    assert!(found.population_alone().clouds.is_empty() && found.population_alone().events.is_empty());
}

#[test]
fn one_cloud_is_none_and_a_split_that_comes_later_changes_nothing_before() {
    assert!(read("[[cloud]]\nname = \"alone\"\n").unwrap().clouds.is_empty());
    let (plain, parted) = (
        read(VIEWS).unwrap(),
        read(&format!("{VIEWS}{}", event(30, "split = { name = \"a\", share = 0.5 }"))).unwrap(),
    );
    let saved = plain.content();
    assert_eq!(datasets::checkpoint::difference((&saved, 20), &parted, datasets::checkpoint::Purpose::GoOn), None);
}

#[test]
fn what_cannot_be_is_refused_with_its_place_and_a_remedy() {
    let merge = |clouds: &str| event(9, &format!("merge = {{ clouds = [{clouds}] }}"));
    for (text, says, helps) in [
        (format!("{VIEWS}{TWO}{}", merge("\"north\"")), "one cloud alone is one already", "name two clouds"),
        (format!("{VIEWS}{TWO}{}", merge("\"north\", \"north\"")), "\"north\" is named twice", "name each cloud once"),
        (
            format!("{VIEWS}{TWO}{}", merge("\"north\", \"west\"")),
            "no cloud is named \"west\"",
            "there are: north, south",
        ),
        (
            format!("{VIEWS}{TWO}{}{}", merge("\"north\", \"south\""), merge("\"south\", \"north\"")),
            "there is no cloud \"south\" at that time",
            "in that cycle there are: north",
        ),
        (
            format!("{VIEWS}{TWO}{}", event(9, "split = { name = \"a\", share = 0.5 }")),
            "does not say which cloud parts",
            "one of: north, south",
        ),
        (
            format!("{VIEWS}{TWO}{}", event(9, "split = { name = \"south\", of = \"north\", share = 0.5 }")),
            "a second cloud named \"south\"",
            "another name",
        ),
        (
            format!("{VIEWS}{TWO}{}", event(9, "split = { name = \"a\", of = \"north\" }")),
            "`split` does not say how many",
            "`split = { share = 0.5 }`",
        ),
        (
            format!("{VIEWS}[[cloud]]\nname = \"\"\n[[cloud]]\nname = \"b\"\nshare = 0.1\n"),
            "a cloud without a name",
            "another name",
        ),
        (
            format!("{VIEWS}[[cloud]]\nname = \"a\"\nshare = 0.1\n[[cloud]]\nname = \"b\"\nshare = 0.1\n"),
            "the first cloud has whoever",
            "clouds after it",
        ),
        (
            format!("{VIEWS}[[cloud]]\nname = \"a\"\n[[cloud]]\nname = \"b\"\n"),
            "`cloud` does not say how many",
            "a share",
        ),
        (
            format!(
                "{VIEWS}{TWO}[[event]]\nat_cycle = 3\nuntil_cycle = 5\nmerge = {{ clouds = [\"north\", \"south\"] }}\n"
            ),
            "a merge happens once",
            "leave `until_cycle` out",
        ),
        (
            format!("sampling = {{ protocol = \"static\", graph = \"k-out\" }}\n{TWO}"),
            "graph that stays as it is",
            "sampling.protocol",
        ),
        (
            format!("sampling = {{ protocol = \"cyclon\", start = \"star\" }}\n{TWO}"),
            "same first node",
            "sampling.start",
        ),
        (
            format!("{VIEWS}{TWO}[[suite.app]]\nname = \"chat\"\nshare = 0.1\ntop = \"x\"\n"),
            "not supported yet",
            "leave out",
        ),
        (
            format!("{VIEWS}{TWO}[topology]\nprotocol = \"chord\"\n[lookups]\nper_cycle = 1\n"),
            "not supported yet",
            "leave out",
        ),
    ] {
        let error = read(&text).unwrap_err();
        let told = error.to_string();
        // Its place is a line of the file.
        let line = told.split("clouds.toml:").nth(1).and_then(|rest| rest.split(':').next()?.parse::<u32>().ok());
        assert!(told.contains(says) && line.is_some_and(|line| line > 3), "{told}");
        assert!(error.help().is_some_and(|help| help.contains(helps)), "{told}: {:?}", error.help());
    }
    let cloud = |k: u32| format!("[[cloud]]\nname = \"c{k}\"\n{}", if k > 0 { "nodes = 1\n" } else { "" });
    let many = (0..250).map(cloud).collect::<Vec<_>>().concat();
    assert!(read(&format!("{VIEWS}{many}")).unwrap_err().to_string().contains("more than 200 clouds"));
}
