//! Peer sampling has the published figures (Jelasity, Voulgaris, Guerraoui, Kermarrec and van Steen, *Gossip-based peer
//! sampling*, TOCS 2007; `model.md` section 2), and other protocols run on its views.
//!
//! Degrees and clustering are means over 10^4 nodes, with standard errors below 1 %; what is allowed is the 10 % within
//! which independent implementations agree.

mod common;

use common::{Result, run, run_with, scenario};
use engine::{Simulation, Storage};
use kernels::views::{NOBODY, words};

fn text(nodes: u32, cycles: u32, seed: u32, sampling: &str, overlay: &str, more: &str) -> String {
    format!(
        "[run]\nnodes = {nodes}\ncycles = {cycles}\nseed = {seed}\n[[fleet.class]]\nname = \"any\"\nshare = 1.0\n\
         attributes.load = {{ uniform = [0.0, 1.0] }}\n[sampling]\n{sampling}\n\
         [trace]\noverlay = {{ {overlay} }}\n{more}"
    )
}

const CRASH: &str = "[[event]]\nat_cycle = 101\ncrash = { share = 0.5 }\n";

fn generic(healing: u32, swapping: u32) -> String {
    format!("protocol = \"generic\"\nview = 30\nhealing = {healing}\nswapping = {swapping}")
}

#[track_caller]
fn assert_within(found: f64, expected: f64, share: f64) {
    assert!((found / expected - 1.0).abs() < share, "{found} is not within {share} of {expected}");
}

/// The overlay of 10^4 nodes after 200 cycles.
fn settles(sampling: &str, [in_degree_sd, clustering, path_length]: [f64; 3]) {
    let found = run(&text(10_000, 200, 1, sampling, "every = 200, sample = 2000", ""));
    let [first, last] = [&found.overlay[0], &found.overlay[1]];
    // A random graph: degrees of a binomial distribution, clustering 2c / N, and so short a path.
    assert_within(first.in_degree_sd, 5.47, 0.05);
    assert_within(first.clustering_coefficient, 0.0059, 0.05);
    assert_within(first.path_length_mean, 2.70, 0.01);
    assert_within(last.in_degree_sd, in_degree_sd, 0.1);
    assert_within(last.clustering_coefficient, clustering, 0.1);
    assert_within(last.path_length_mean, path_length, 0.02);
    assert_eq!((last.in_degree_mean.round() as u32, last.components_count, last.dead_links_count), (30, 1, 0));
}

#[test]
fn the_blind_corner_lets_degrees_drift() {
    settles(&generic(0, 0), [22.9, 0.026, 2.71]);
}

#[test]
fn the_healer_clusters() {
    settles(&generic(15, 0), [10.8, 0.144, 2.84]);
}

#[test]
fn the_swapper_is_all_but_random() {
    settles(&generic(0, 15), [3.99, 0.0067, 2.70]);
}

/// Dead links after each cycle from the 100th on, half the cloud having crashed after it.
fn dead_links(sampling: &str) -> Vec<u64> {
    let rows = run(&text(10_000, 161, 1, sampling, "every = 1, sample = 1", CRASH)).overlay;
    assert!(rows.iter().all(|row| row.components_count == 1), "nobody is cut off");
    rows[100..].iter().map(|row| row.dead_links_count).collect()
}

#[test]
fn the_healer_forgets_the_dead_in_seven_cycles_and_newscast_in_four() {
    for (sampling, cycles) in [(generic(15, 0), 7), ("protocol = \"newscast\"\nview = 30".into(), 4)] {
        let left = dead_links(&sampling);
        assert!(left[cycles - 2] > 0 && left[cycles + 1..].iter().all(|&links| links == 0), "{:?}", &left[..12]);
    }
}

#[test]
fn the_swapper_still_knows_dead_nodes_after_sixty() {
    let left = dead_links(&generic(0, 15));
    // Random entries go, younger ones are no likelier to stay: links die out exponentially, a few per cent a cycle.
    assert!(left[60] > 5_000 && left[1] > 70_000, "{left:?}");
}

/// The worked example of a protocol of one's own. Its figures are those of seeds 1 to 3, which differ by 1 %; a random
/// graph of the same degree has 4.47 and 0.004.
#[test]
fn windows_of_the_last_nodes_met_mix_and_forget_the_dead() {
    let window = "protocol = \"window\"\nview = 20";
    let rows = run(&text(10_000, 60, 4, window, "every = 60, sample = 2000", "")).overlay;
    assert_within(rows[1].in_degree_sd, 6.50, 0.04);
    assert_within(rows[1].clustering_coefficient, 0.0555, 0.04);
    assert_eq!((rows[1].in_degree_mean.round() as u32, rows[1].components_count), (20, 1));
    let left = dead_links(window);
    assert!(left[1] > 40_000 && left[25] < left[1] / 10, "{left:?}");
}

#[test]
fn no_cloud_falls_apart_that_grew_from_one_contact() {
    for (sampling, seeds) in [("protocol = \"newscast\"", 20), ("protocol = \"generic\"\nswapping = 10", 5)] {
        for seed in 1..=seeds {
            let star = format!("{sampling}\nview = 20\nstart = \"star\"");
            let rows = run(&text(10_000, 20, seed, &star, "every = 4, sample = 1", "")).overlay;
            assert!(rows.iter().all(|row| row.components_count == 1), "{sampling}, seed {seed}");
            assert!(rows[rows.len() - 1].in_degree_max < 2_000.0, "the contact is one of many by then");
        }
    }
}

/// A hundred nodes a cycle come into a cloud of one, and know that one alone: the growing start of Jelasity, Guerraoui,
/// Kermarrec and van Steen, *The Peer Sampling Service* (Middleware 2004).
#[test]
fn a_cloud_that_grows_from_one_node_becomes_as_random_as_any() {
    let grown = |sampling: &str, seed: u64, introducer: &str| {
        let text = format!(
            "[run]\nnodes = 10_000\ncycles = 160\nseed = {seed}\n[[fleet.class]]\nname = \"first\"\nnodes = 1\n\
             attributes.x = 1\n[[fleet.class]]\nname = \"others\"\nshare = 1\npresent = 0.0\nattributes.x = 1\n\
             [sampling]\n{sampling}\nintroducer = \"{introducer}\"\n\
             [trace]\noverlay = {{ every = 10, sample = 1000 }}\n\
             [[event]]\nat_cycle = 1\nuntil_cycle = 100\njoin = {{ nodes = 100 }}\n"
        );
        let found = run(&text);
        assert_eq!([50, 101, 160].map(|cycle| found.cycles[cycle].alive_count), [5_001, 10_000, 10_000]);
        found.overlay
    };
    let view = "view = 30";
    for (sampling, expected) in [
        (format!("protocol = \"newscast\"\n{view}"), None),
        (format!("protocol = \"generic\"\n{view}\nswapping = 15"), Some((5.0, 0.012))),
    ] {
        let rows = grown(&sampling, 1, "first");
        // Whoever has come knows the first node, so that there is one cloud at any time.
        assert!(rows.iter().all(|row| row.components_count == 1), "{sampling}");
        // While nodes come, all of them know the first; later it is one of many.
        assert!(rows[5].in_degree_max > rows[16].in_degree_max, "{sampling}: {:?}", rows[5]);
        let (last, other) = (&rows[16], &grown(&sampling, 1, "random")[16]);
        assert_within(last.clustering_coefficient, other.clustering_coefficient, 0.1);
        assert_within(last.path_length_mean, other.path_length_mean, 0.02);
        if let Some((sd, clustering)) = expected {
            assert!(last.in_degree_sd < sd && last.clustering_coefficient < clustering, "{last:?}");
        }
    }
}

/// Pull alone gathers the cloud around a few nodes, and whoever knows others and is known by nobody stays so: the star
/// of Middleware 2004. Push and pull together does neither.
#[test]
fn who_only_pulls_gathers_around_a_few() {
    let found = |propagation: &str, peer: &str| {
        let sampling = format!("{}\npropagation = \"{propagation}\"\npeer = \"{peer}\"", generic(15, 0));
        run(&text(10_000, 60, 1, &sampling, "every = 60, sample = 1000", "")).overlay.pop().unwrap()
    };
    for peer in ["rand", "tail", "head"] {
        let [pull, both] = ["pull", "pushpull"].map(|propagation| found(propagation, peer));
        assert!(pull.in_degree_sd > 4.0 * both.in_degree_sd, "{peer}: {} and {}", pull.in_degree_sd, both.in_degree_sd);
        assert!(pull.in_degree_min < 1.0 && both.in_degree_min > 0.0, "{peer}");
    }
    // The youngest entry is most often that of the last partner: whoever is met by many is met by more.
    assert!(found("push", "head").clustering_coefficient < found("push", "rand").clustering_coefficient);
    // Who meets the youngest alone does not renew the others, which the oldest that it might meet would have done.
    let [head, tail] = ["head", "tail"].map(|peer| found("pushpull", peer).age_p50);
    assert!(head > 4.0 * tail, "{head} and {tail}");
}

#[test]
fn views_are_sound_after_every_cycle() {
    for sampling in ["newscast", "cyclon", "generic"] {
        for (nodes, start) in [(2, "random"), (5, "ring"), (1_000, "ring"), (1_000, "star"), (40_000, "random")] {
            let sampling = format!("protocol = \"{sampling}\"\nview = 8\nstart = \"{start}\"");
            let losses = "[network]\nrequest_loss = 0.1\nreply_loss = 0.1\n";
            let crash = "[[event]]\nat_cycle = 3\ncrash = { share = 0.3 }\n";
            let scenario = scenario(&text(nodes, 6, 1, &sampling, "sample = 1", &format!("{losses}{crash}")));
            let mut simulation = Simulation::new(&scenario, &Storage::Memory).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let meta = datasets::trace::Meta { run_id: "views".into(), ..Default::default() };
            let mut trace = datasets::trace::Writer::create(&folder.path().join("run"), meta, false).unwrap();
            for _ in 0..6 {
                let views = simulation.cloud().overlay.views.as_ref().unwrap();
                for (node, record) in views.chunks_exact(words(8)).enumerate() {
                    sound(node, &record[..8], nodes);
                }
                simulation.cycle(&mut trace);
            }
        }
    }
}

/// A view holds neither its owner nor anyone twice, and entries come first.
fn sound(node: usize, view: &[u32], nodes: u32) {
    let count = view.iter().take_while(|&&entry| entry != NOBODY).count();
    assert!(view[count..].iter().all(|&entry| entry == NOBODY));
    let mut entries = view[..count].to_vec();
    entries.sort_unstable();
    entries.dedup();
    assert!(entries.len() == count && !entries.contains(&(node as u32)), "{node}: {view:?}");
    assert!(entries.iter().all(|&entry| entry < nodes));
}

/// Averaging and slicing on views.
const ABOVE: &str = "[[aggregate]]\nname = \"load\"\nfunction = \"average\"\nattribute = \"load\"\n\
    [suite]\n[[suite.app]]\nname = \"top\"\nshare = 0.1\ntop = \"load\"\n[[suite.app]]\nname = \"bottom\"\n\
    share = 0.1\nbottom = \"load\"\n";

#[test]
fn averaging_pays_for_the_correlation_of_views() {
    // Partners that met a moment ago have like estimates. A view of the swapper is nearly a fresh sample; one of
    // Newscast holds those whom its owner's last partners met. Standard error at 10^5 in ten cycles: 0.0007; over
    // Newscast ten seeds have .3306 +- .0002, and as much at 65,000 nodes, which start in random order.
    for (sampling, factor) in [
        ("protocol = \"newscast\"", 0.3306),
        ("protocol = \"generic\"\nswapping = 10", 0.3072),
        ("protocol = \"generic\"\nhealing = 10", 0.3201),
        ("protocol = \"cyclon\"", 0.3063),
    ] {
        let found = run(&text(100_000, 10, 1, sampling, "every = 100, sample = 1", ABOVE)).aggregates;
        let measured = (found[10].variance / found[0].variance).powf(0.1);
        assert!((measured - factor).abs() < 0.003, "{sampling}: {measured}");
        assert!((found[10].mean - found[0].mean).abs() < 1e-13, "{sampling}");
    }
}

#[test]
fn slicing_sorts_by_the_entries_of_views() {
    let found = run(&text(20_000, 60, 1, "protocol = \"cyclon\"", "every = 100, sample = 1", ABOVE));
    let error =
        |row: usize| found.slices.iter().filter(|slice| slice.gradient == 0).nth(row).unwrap().rms_rank_error_fraction;
    // Choices are as old as the cycle, so it is slower than with the oracle (.220 and .0099), and as sure.
    assert_within(error(1), 0.266, 0.03);
    assert_within(error(10), 0.0169, 0.1);
    assert!(error(60) < 0.003, "{}", error(60));
    let last: Vec<_> = found.apps.iter().filter(|row| row.cycle == 60).collect();
    assert!(last.iter().all(|row| row.held_count.abs_diff(2_000) < 200 && row.wrong_count < 100), "{last:?}");
}

#[test]
fn the_bits_are_the_same_for_any_threads_with_views_loss_and_a_crash() {
    let more = format!(
        "[network]\nrequest_loss = 0.05\nreply_loss = 0.02\n{ABOVE}[[event]]\nat_cycle = 4\ncrash = {{ share = 0.3 }}\n"
    );
    for sampling in
        ["protocol = \"newscast\"", "protocol = \"cyclon\"", "protocol = \"generic\"\nhealing = 4\npeer = \"tail\""]
    {
        let text = text(70_000, 8, 1, sampling, "every = 4, sample = 100", &more);
        let rows =
            |found: Result| (found.digest, found.overlay, found.degrees, found.slices, found.aggregates, found.cycles);
        let one = rows(run_with(1, &text));
        for threads in [2, 3, 8] {
            assert!(one == rows(run_with(threads, &text)), "{sampling}, {threads} threads");
        }
    }
}

#[test]
fn who_only_pushes_gets_no_reply() {
    let messages = |propagation: &str| {
        let text = format!(
            "[run]\nnodes = 1000\ncycles = 2\n[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.x = 1\n\
             [sampling]\nprotocol = \"generic\"\npropagation = \"{propagation}\"\n"
        );
        common::run(&text).cycles[2].messages_count
    };
    assert_eq!(["push", "pull", "pushpull"].map(messages), [1_000, 2_000, 2_000]);
}
