//! Clouds that are several: messages stay within them, they mix when they become one, and part for good.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

mod common;

use std::collections::BTreeSet;
use std::fmt::Write;

use common::{Result, run, run_with, scenario};
use datasets::trace::{CloudRow, Writer};
use engine::{Simulation, Storage};
use kernels::philox::Stream;

const VIEWS: [&str; 3] = [
    "protocol = \"newscast\"\nview = 20",
    "protocol = \"cyclon\"\nview = 20\nshuffle = 8",
    "protocol = \"generic\"\nview = 20\nhealing = 10\nswapping = 0",
];

fn text(nodes: u32, cycles: u32, seed: u64, more: &str) -> String {
    format!(
        "[run]\nnodes = {nodes}\ncycles = {cycles}\nseed = {seed}\n[[fleet.class]]\nname = \"any\"\nshare = 1.0\n\
         attributes.x = {{ uniform = [0.0, 1.0] }}\n{more}\n"
    )
}

fn two(share: f64) -> String {
    format!("[[cloud]]\nname = \"one\"\n[[cloud]]\nname = \"two\"\nshare = {share:?}\n")
}

fn across(rows: &[CloudRow]) -> Vec<u64> {
    rows.iter().map(|row| row.cross_links_count.unwrap()).collect()
}

#[test]
fn clouds_that_never_become_one_never_hear_of_each_other() {
    for sampling in VIEWS {
        // Nodes leave and come: whoever comes knows its own cloud alone.
        let churn = "[[event]]\nat_cycle = 1\nuntil_cycle = 30\nleave = { share = 0.05 }\n\
                     [[event]]\nat_cycle = 1\nuntil_cycle = 30\njoin = { share = 1.0 }\n";
        let found = run(&text(1000, 30, 1, &format!("{}[sampling]\n{sampling}\n{churn}", two(0.3))));
        assert_eq!(across(&found.clouds), [0; 31], "{sampling}");
        assert!(found.clouds.iter().all(|row| !row.is_one && row.alive_count + row.other_alive_count == 1000));
        assert!(found.clouds.iter().all(|row| row.alive_count.abs_diff(700) <= 40));
    }
}

#[test]
fn a_share_is_of_all_nodes_and_the_first_cloud_has_the_others() {
    let clouds = "[[cloud]]\nname = \"a\"\n[[cloud]]\nname = \"b\"\nshare = 0.3\n[[cloud]]\nname = \"c\"\nshare = 0.3\n\
                  [[cloud]]\nname = \"d\"\nnodes = 50\nbottom = \"x\"\n";
    let found = run(&text(1000, 1, 3, &format!("{clouds}[sampling]\nprotocol = \"cyclon\"\n")));
    let sizes: Vec<_> = found.clouds.iter().take(3).map(|row| (&*row.other, row.other_alive_count)).collect();
    let (b, c) = (sizes[0].1, sizes[1].1);
    // Of the fifty that d takes last, some were of b, and some of c, and d takes those of a alone.
    assert_eq!((b, c, sizes[2]), (300, 300, ("d", 50)));
    assert_eq!(found.clouds[0].alive_count, 350);
}

#[test]
fn a_merge_without_contacts_joins_nobody_and_one_pair_is_enough_for_cyclon() {
    for (sampling, contacts, joins) in
        [(VIEWS[0], 0, false), (VIEWS[1], 0, false), (VIEWS[2], 0, false), (VIEWS[1], 1, true)]
    {
        let merge =
            format!("[[event]]\nat_cycle = 5\nmerge = {{ clouds = [\"two\", \"one\"], contacts = {contacts} }}\n");
        let found = run(&text(2000, 60, 2, &format!("{}[sampling]\n{sampling}\n{merge}", two(0.4))));
        let last = found.clouds.last().unwrap();
        assert!(last.is_one && found.events[0].nodes_count == contacts, "{sampling}");
        assert_eq!(last.cross_links_count != Some(0), joins, "{sampling}, {contacts}");
        if joins {
            assert!((last.mixed_fraction - 1.0).abs() < 0.02, "{}", last.mixed_fraction);
        }
    }
}

/// Newscast forgets those who do not answer within six cycles: a partition that lasts for less heals by itself.
#[test]
fn a_short_partition_heals_by_itself_and_a_long_one_does_not() {
    for (cycles, heals) in [(2, true), (12, false)] {
        let events = format!(
            "[[event]]\nat_cycle = 20\nsplit = {{ name = \"two\", share = 0.5 }}\n\
             [[event]]\nat_cycle = {}\nmerge = {{ clouds = [\"cloud\", \"two\"], contacts = 0 }}\n",
            20 + cycles
        );
        let found = run(&text(4000, 60, 1, &format!("[sampling]\n{}\n{events}", VIEWS[0])));
        let last = found.clouds.last().unwrap();
        assert_eq!(last.mixed_fraction > 0.9, heals, "{cycles} cycles: {}", last.mixed_fraction);
    }
}

/// In-degrees, clustering and path lengths of a cloud that was two are those of a cloud of that size, and those of the
/// parts of one that has parted are those of clouds of their sizes. Standard errors are those over the seeds.
#[test]
fn some_cycles_later_a_cloud_is_as_any_other() {
    let measures = |found: &Result| {
        let last = found.overlay.last().unwrap();
        [last.in_degree_sd, last.clustering_coefficient, last.path_length_mean]
    };
    for sampling in &VIEWS[..2] {
        let merge = "[[event]]\nat_cycle = 5\nmerge = { clouds = [\"one\", \"two\"] }\n";
        let seeds = |more: &str| -> Vec<[f64; 3]> {
            (1..=6)
                .map(|seed| measures(&run(&text(4000, 80, seed, &format!("[sampling]\n{sampling}\n{more}")))))
                .collect()
        };
        let (merged, plain) = (seeds(&format!("{}{merge}", two(0.3))), seeds(""));
        for measure in 0..3 {
            let of = |runs: &[[f64; 3]]| {
                let mean = runs.iter().map(|run| run[measure]).sum::<f64>() / 6.0;
                (mean, runs.iter().map(|run| (run[measure] - mean).powi(2)).sum::<f64>() / 30.0)
            };
            let ((one, error), (other, their_error)) = (of(&merged), of(&plain));
            let standard_error = (error + their_error).sqrt();
            assert!((one - other).abs() < 4.5 * standard_error, "{sampling}: {measure}: {one} {other}");
        }
    }
}

/// Clouds that part and become one as the seed says.
fn any_course(seed: u64) -> String {
    let (stream, mut thrown) = (Stream::new(seed, 0, 0), 0);
    let mut below = |sides: u32| {
        thrown += 1;
        (u64::from(stream.word(thrown, 0)) * u64::from(sides) >> 32) as u32
    };
    let sampling = ["protocol = \"oracle\"", VIEWS[0], VIEWS[1], VIEWS[2]][below(4) as usize];
    let mut there = vec!["c0".to_owned()];
    let mut text = format!(
        "[run]\nnodes = {}\ncycles = 16\nseed = {seed}\n[[fleet.class]]\nname = \"a\"\nshare = 0.6\n\
         attributes.x = {{ uniform = [0.0, 1.0] }}\n[[fleet.class]]\nname = \"b\"\nshare = 0.4\npresent = 0.8\n\
         attributes.x = {{ uniform = [0.5, 2.0] }}\n[[cloud]]\nname = \"c0\"\n",
        1 + below(400),
    );
    for number in 1..=below(3) {
        let group = ["share = 0.3", "class = \"b\"", "nodes = 7", "share = 0.2\ntop = \"x\""][below(4) as usize];
        writeln!(text, "[[cloud]]\nname = \"c{number}\"\n{group}").unwrap();
        there.push(format!("c{number}"));
    }
    writeln!(text, "[sampling]\n{sampling}").unwrap();
    if below(2) == 0 {
        writeln!(text, "[topology]\nprotocol = \"{}\"", ["ring", "chord", "prefix"][below(3) as usize]).unwrap();
    }
    for cycle in 1..=12 {
        let event = match below(4) {
            0 => {
                let (of, name) = (below(there.len() as u32) as usize, format!("p{cycle}"));
                let group = ["share = 0.5", "class = \"a\"", "nodes = 3, bottom = \"x\""][below(3) as usize];
                let split = format!("split = {{ name = \"{name}\", of = \"{}\", {group} }}", there[of]);
                there.push(name);
                split
            }
            1 if there.len() > 1 => {
                let one = there.remove(below(there.len() as u32) as usize);
                let into = &there[below(there.len() as u32) as usize];
                format!("merge = {{ clouds = [\"{into}\", \"{one}\"], contacts = {} }}", below(5))
            }
            2 => "crash = { share = 0.1 }".to_owned(),
            _ => "join = { share = 0.5 }".to_owned(),
        };
        writeln!(text, "[[event]]\nat_cycle = {cycle}\n{event}").unwrap();
    }
    text
}

#[test]
fn whatever_parts_and_becomes_one_no_message_crosses_and_threads_make_no_difference() {
    for seed in 0..60 {
        let text = any_course(seed);
        // Shares of nothing are no numbers, which are equal to none.
        let told = |found: &Result| (found.digest, format!("{:?} {:?}", found.clouds, found.topologies));
        let [one, two] = [1, 2].map(|threads| told(&run_with(threads, &text)));
        assert!(one == two, "{text}");
        // As cycles go by, no cloud gets to know anybody else of another one.
        let scenario = scenario(&text);
        let mut simulation = Simulation::new(&scenario, &Storage::Memory).unwrap();
        let mut trace = Writer::in_memory(common::meta(&scenario));
        let mut known = across_borders(&simulation);
        for cycle in 1..=scenario.run.cycles {
            simulation.cycle(&mut trace);
            simulation.observe(&mut trace).unwrap();
            let now = across_borders(&simulation);
            let is_border = |name: &str| ["split", "merge"].contains(&name);
            let moves = scenario.events.iter().any(|it| it.at_cycle == cycle && is_border(it.kind.name()));
            assert!(moves || now.is_subset(&known), "cycle {cycle}\n{text}");
            known = now;
        }
    }
}

/// Which clouds know which nodes of others.
fn across_borders(simulation: &Simulation<'_>) -> BTreeSet<(u8, u32)> {
    let cloud = simulation.cloud();
    let (alive, borders) = (cloud.population.alive(), cloud.population.borders().unwrap());
    let Some(links) = cloud.overlay.links() else { return BTreeSet::new() };
    let live = (0..cloud.population.nodes).filter(|&node| alive.holds(node));
    let known = live.flat_map(|node| links.of(node).map(move |other| (node as u32, other)));
    let across = known.filter(|&(node, other)| !borders.join(node, other));
    across.map(|(node, other)| (borders.cloud(node), other)).collect()
}
