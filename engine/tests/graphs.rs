//! Graphs along which nodes meet have the degrees, the clustering and the distances of their kind, and averages
//! converge along them as published (Jelasity, Montresor and Babaoglu, *Gossip-based aggregation in large dynamic
//! networks*, TOCS 2005).

mod common;

use common::{run, scenario};
use engine::{Simulation, Storage};

fn text(nodes: u32, cycles: u32, seed: u64, graph: &str, more: &str) -> String {
    format!(
        "[run]\nnodes = {nodes}\ncycles = {cycles}\nseed = {seed}\n[[fleet.class]]\nname = \"any\"\nshare = 1.0\n\
         attributes.load = {{ uniform = [0.0, 1.0] }}\n[sampling]\nprotocol = \"static\"\n{graph}\n{more}"
    )
}

/// Whom each node is linked to, before the first cycle.
#[expect(clippy::unwrap_used, reason = "a test")]
fn neighbours(nodes: u32, seed: u64, graph: &str) -> Vec<Vec<u32>> {
    let scenario = scenario(&text(nodes, 1, seed, graph, ""));
    let simulation = Simulation::new(&scenario, &Storage::Memory).unwrap();
    let links = simulation.cloud().overlay.links().unwrap();
    (0..nodes as usize).map(|node| links.of(node).collect()).collect()
}

/// No node is linked to itself, or twice to another; where links lead both ways, both ends have them.
fn sound(all: &[Vec<u32>], both_ways: bool) {
    for (node, known) in (0..).zip(all) {
        let mut sorted = known.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), known.len(), "{node}: {known:?}");
        assert!(!known.contains(&node) && known.iter().all(|&other| (other as usize) < all.len()), "{node}: {known:?}");
        assert!(!both_ways || known.iter().all(|&other| all[other as usize].contains(&node)), "{node}: {known:?}");
    }
}

const GRAPHS: [(&str, bool); 8] = [
    ("graph = \"k-out\"\ndegree = 6", false),
    ("graph = \"k-out\"\ndegree = 6\nundirected = true", true),
    ("graph = \"ring\"\ndegree = 6", true),
    ("graph = \"watts-strogatz\"\ndegree = 6\nrewiring = 0.5", true),
    ("graph = \"watts-strogatz\"\ndegree = 6\nrewiring = 1", true),
    ("graph = \"barabasi-albert\"\ndegree = 6", true),
    ("graph = \"star\"", true),
    ("graph = \"k-out\"\ndegree = 6\nundirected = true\non_leave = \"rewire\"", true),
];

#[test]
fn small_clouds_have_sound_graphs() {
    for nodes in [1, 2, 3, 5, 6, 7, 8, 13, 200] {
        for (graph, both_ways) in GRAPHS {
            sound(&neighbours(nodes, 3, graph), both_ways);
        }
    }
}

#[test]
fn a_node_has_so_many_random_others() {
    const NODES: u32 = 2_000;
    let all = neighbours(NODES, 1, "graph = \"k-out\"\ndegree = 20");
    assert!(all.iter().all(|known| known.len() == 20));
    // In-degrees are binomial: 20 ± 4.45, whose variance errs by 1/√1000.
    let mut into = vec![0.0; NODES as usize];
    all.iter().flatten().for_each(|&other| into[other as usize] += 1.0);
    let variance = into.iter().map(|count: &f64| (count - 20.0).powi(2)).sum::<f64>() / f64::from(NODES);
    let expected = 20.0 * (1.0 - 20.0 / f64::from(NODES - 1));
    assert!((variance / expected - 1.0).abs() < 4.0 / 1000_f64.sqrt(), "{variance}");
    // Whoever has room for all knows all.
    let few = neighbours(8, 1, "graph = \"k-out\"\ndegree = 20");
    assert!(few.iter().all(|known| known.len() == 7));
}

#[test]
fn each_pair_is_as_likely_as_another() {
    // Of 6 nodes each has 2 of 5 others: 600 clouds, 240 ± 12 of each pair.
    let mut counts = [[0.0_f64; 6]; 6];
    for seed in 0..600 {
        for (node, known) in neighbours(6, seed, "graph = \"k-out\"\ndegree = 2").iter().enumerate() {
            for &other in known {
                counts[node][other as usize] += 1.0;
            }
        }
    }
    for (node, counts) in counts.iter().enumerate() {
        for (other, count) in counts.iter().enumerate().filter(|(other, _)| *other != node) {
            assert!((count - 240.0).abs() < 4.0 * 12.0, "{node} to {other}: {count}");
        }
    }
}

#[test]
fn a_ring_is_a_ring() {
    let all = neighbours(10, 1, "graph = \"ring\"\ndegree = 4");
    assert_eq!(all[0], [1, 2, 8, 9]);
    assert_eq!(all[5], [3, 4, 6, 7]);
    // With all others as neighbours it is complete, an even one, too.
    assert!(neighbours(6, 1, "graph = \"ring\"\ndegree = 6").iter().all(|known| known.len() == 5));
    let star = neighbours(50, 1, "graph = \"star\"");
    assert!(star[0].len() == 49 && star[1..].iter().all(|known| known == &[0]));
}

#[test]
fn so_many_links_of_a_small_world_lead_far() {
    const NODES: u32 = 4_000;
    for rewiring in [0.1, 0.5] {
        let all = neighbours(NODES, 1, &format!("graph = \"watts-strogatz\"\ndegree = 10\nrewiring = {rewiring}"));
        let is_far = |node: u32, other: u32| {
            let away = node.abs_diff(other);
            away.min(NODES - away) > 5
        };
        let far = (0..).zip(&all).flat_map(|(node, known)| known.iter().filter(move |&&other| is_far(node, other)));
        let (far, links) = (far.count() as f64 / 2.0, f64::from(NODES) * 5.0);
        let error = (links * rewiring * (1.0 - rewiring)).sqrt();
        // Two nodes that draw each other have one link.
        let twice = links * rewiring * rewiring * 5.0 / f64::from(NODES);
        assert!((far - links * rewiring).abs() < 4.0 * error + twice, "{far} of {links}");
        sound(&all, true);
    }
}

#[test]
fn links_go_where_links_are() {
    const NODES: u32 = 20_000;
    let all = neighbours(NODES, 1, "graph = \"barabasi-albert\"\ndegree = 6");
    let links: usize = all.iter().map(Vec::len).sum();
    // Each brings three, but for the first ones.
    assert_eq!(links, 2 * (3 * NODES as usize - 6), "a link for each that was drawn");
    // The share of nodes with so many links is 2m(m+1) / (k(k+1)(k+2)) (Bollobás and others, 2001).
    for degree in [3.0, 4.0, 5.0, 8.0] {
        let expected = f64::from(NODES) * 24.0 / (degree * (degree + 1.0) * (degree + 2.0));
        let found = all.iter().filter(|known| known.len() == degree as usize).count() as f64;
        assert!((found - expected).abs() < 4.0 * expected.sqrt() + 0.01 * expected, "{degree}: {found}, {expected}");
    }
    // The largest has some m √n links.
    let most = all.iter().map(Vec::len).max().unwrap_or_default() as f64;
    assert!((150.0..1200.0).contains(&most), "{most}");
}

/// The factors by which the variance of a uniform attribute falls from a cycle to the next, geometric means over some
/// seeds: until cycle 5, and from then until cycle 15.
fn factors(graph: &str, nodes: u32) -> [f64; 2] {
    let average = "[[aggregate]]\nname = \"mean\"\nfunction = \"average\"\nattribute = \"load\"\n";
    let mut sums = [0.0; 2];
    for seed in 1..=3 {
        let result = run(&text(nodes, 15, seed, graph, average));
        let variance = |cycle: usize| result.aggregates[cycle].variance;
        sums[0] += libm::log(variance(5) / variance(0)) / 5.0;
        sums[1] += libm::log(variance(15) / variance(5)) / 10.0;
    }
    sums.map(|sum| libm::exp(sum / 3.0))
}

#[test]
fn averages_converge_along_random_links_as_published() {
    // .313 in cycles 0 to 5 and .316 to .32 later, at 10^5 with 20 links; .3033 where all are linked.
    let [early, late] = factors("graph = \"k-out\"\ndegree = 20", 20_000);
    assert!((early - 0.313).abs() < 0.005 && (0.312..0.324).contains(&late), "{early} {late}");
    let [early, late] = factors("graph = \"complete\"", 20_000);
    assert!((early - 0.3033).abs() < 0.005 && (late - 0.3033).abs() < 0.005, "{early} {late}");
    // A ring does not mix: the more links lead to random nodes, the better.
    let small = |rewiring| factors(&format!("graph = \"watts-strogatz\"\nrewiring = {rewiring}"), 5_000)[1];
    let all = [small(0.0), small(0.25), small(0.5), small(0.75)];
    assert!(all.is_sorted_by(|one, next| one > next) && all[0] > 0.7 && all[3] < 0.36, "{all:?}");
}

#[test]
fn any_number_of_threads_builds_the_same_graph() {
    for (graph, _) in GRAPHS {
        let [one, two] = [1, 2].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| neighbours(10_000, 7, graph))
        });
        assert_eq!(one, two, "{graph}");
    }
}

#[test]
fn links_to_those_who_left_lead_elsewhere_where_they_are_mended() {
    let crash = "[[event]]\nat_cycle = 2\ncrash = { share = 0.3 }\n[trace]\noverlay = { every = 1, sample = 100 }\n";
    let after = |on_leave: &str| {
        let graph = format!("graph = \"k-out\"\ndegree = 10\non_leave = \"{on_leave}\"");
        let row = run(&text(5_000, 3, 1, &graph, crash)).overlay.pop().unwrap();
        (row.dead_links_count as f64 / row.entries_count as f64, row.entries_count, row.components_count)
    };
    let (hole, ..) = after("hole");
    // 3,500 nodes with 10 links each.
    let error = (0.3 * 0.7 / 35_000.0_f64).sqrt();
    assert!((hole - 0.3).abs() < 4.0 * error, "{hole}");
    assert_eq!(after("rewire"), (0.0, 35_000, 1));
}

#[test]
fn versions_contacts_and_ranks_go_along_a_graph() {
    let more = "[suite]\n[[suite.app]]\nname = \"a\"\nshare = 0.2\ntop = \"load\"\n[[suite.app]]\nname = \"b\"\n\
                share = 0.3\n[subcloud]\n[[event]]\nat_cycle = 5\ncrash = { share = 0.1 }\n[[event]]\nat_cycle = 8\n\
                outage = { share = 0.1, cycles = 3 }\n";
    for graph in [GRAPHS[0].0, "graph = \"barabasi-albert\"\ndegree = 20", "graph = \"star\""] {
        for slicing in ["ordered", "ordered-max-gain", "ranking"] {
            let result = run(&text(2_000, 30, 1, graph, &format!("{more}[slicing]\nprotocol = \"{slicing}\"\n")));
            let last = result.cycles.last().unwrap();
            assert!(last.alive_count > 1_700 && last.messages_count > 0);
        }
    }
}
