//! What the observer says of an overlay is what a plain look at every view says.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::{BTreeMap, VecDeque};

use engine::memory::Mask;
use engine::observer::graph::{Ages, Effort, Graph, Measures};
use engine::overlay::links::Links;
use kernels::philox::Stream;
use kernels::views::{View, words};
use proptest::prelude::*;

/// Views of so many entries, each an address and an age.
fn records(entries: usize, views: &[&[(u32, u8)]]) -> Vec<u32> {
    let mut records = vec![0; views.len() * words(entries)];
    for (record, view) in records.chunks_exact_mut(words(entries)).zip(views) {
        View::of(record, entries).fill(view.iter().copied());
    }
    records
}

/// Everything about an overlay: all nodes are in the sample, and paths start from so many.
fn measure(graph: Graph<'_>, paths: usize) -> Measures {
    graph.measure(Effort { sample: 1 << 20, paths }, Stream::new(1, 1, 1)).unwrap()
}

/// A triangle with a tail, a pair, and a dead node that knows one of the pair.
const SMALL: [&[(u32, u8)]; 7] =
    [&[(1, 2), (2, 0)], &[(0, 1), (2, 3)], &[(0, 0), (5, 7)], &[(4, 250)], &[], &[(3, 0)], &[(2, 1)]];
const ALIVE: [u8; 7] = [1, 1, 1, 1, 1, 0, 1];

#[test]
fn a_graph_of_seven_nodes_has_the_measures_that_one_counts_by_hand() {
    let records = records(3, &SMALL);
    let found =
        measure(Graph { links: Links::Views { records: &records, entries: 3 }, alive: Mask::of(&ALIVE), now: None }, 7);
    assert_eq!(found.degrees, [(0, 2), (1, 2), (2, 1), (3, 1)]);
    let [mean, sd, least, most] = found.in_degree;
    assert_eq!((mean, least, most), (7.0 / 6.0, 0.0, 3.0));
    assert!((sd * sd - (15.0 / 6.0 - 49.0 / 36.0)).abs() < 1e-12);
    assert_eq!((found.live, found.entries, found.dead_links), (6, 8, 1));
    assert_eq!(found.ages, Ages { mean: 33.0, quantiles: [1.0, 250.0, 250.0], most: 250.0 });
    // The triangle: 1, 1, and 1/3 where the tail begins.
    assert!((found.clustering - 7.0 / 9.0).abs() < 1e-12 && found.clustering_sample == 3);
    // Eight ways of one step and four of two in the triangle and its tail, two of one in the pair.
    assert_eq!((found.path_length, found.path_sample), (18.0 / 14.0, 6));
    assert_eq!((found.components, found.largest), (2, 4.0 / 6.0));
}

#[test]
fn stamps_of_cycles_are_ages_from_now() {
    let records = records(3, &SMALL);
    let found = measure(
        Graph { links: Links::Views { records: &records, entries: 3 }, alive: Mask::of(&ALIVE), now: Some(3) },
        0,
    );
    // Of 0, 0, 1, 1, 2, 3, 7 and 250 the seventh is 252 cycles old, which is as old as can be told.
    assert_eq!(found.ages, Ages { mean: 220.0 / 8.0, quantiles: [2.0, 200.0, 200.0], most: 200.0 });
    assert!(found.path_length.is_nan() && found.path_sample == 0);
    assert_eq!((found.components, found.largest), (2, 4.0 / 6.0));
}

#[test]
fn one_contact_of_all_is_known_by_all() {
    let views: Vec<&[(u32, u8)]> = [&[][..]].into_iter().chain([&[(0, 0)][..]; 9_999]).collect();
    let records = records(2, &views);
    let mut alive = vec![1; 10_000];
    let star =
        measure(Graph { links: Links::Views { records: &records, entries: 2 }, alive: Mask::of(&alive), now: None }, 8);
    assert_eq!((star.degrees, star.dead_links, star.components), (vec![(0, 9_999), (9_999, 1)], 0, 1));
    alive[0] = 0;
    let rays =
        measure(Graph { links: Links::Views { records: &records, entries: 2 }, alive: Mask::of(&alive), now: None }, 8);
    assert_eq!((rays.degrees, rays.dead_links, rays.components), (vec![(0, 9_999)], 9_999, 9_999));
    assert!(rays.path_length.is_nan() && rays.clustering.is_nan());
}

#[test]
fn a_ring_is_one_piece_with_long_paths() {
    let next: Vec<[(u32, u8); 1]> = (0..10_000).map(|node| [((node + 1) % 10_000, 0)]).collect();
    let records = records(1, &next.iter().map(|view| &view[..]).collect::<Vec<_>>());
    let graph = Graph { links: Links::Views { records: &records, entries: 1 }, alive: Mask::ALL, now: None };
    let ring = measure(graph, 3);
    // Twice each distance to 4,999, and once that to the node opposite.
    assert!((ring.path_length - (4_999.0 * 5_000.0 + 5_000.0) / 9_999.0).abs() < 1e-9);
    assert_eq!((ring.components, ring.path_sample), (1, 3));
    assert_eq!((measure(graph, 0).components, measure(graph, 0).largest), (1, 1.0));
}

#[test]
fn a_dead_cloud_has_nothing_to_measure() {
    let records = records(3, &SMALL);
    let found = measure(
        Graph { links: Links::Views { records: &records, entries: 3 }, alive: Mask::of(&[0; 7]), now: None },
        8,
    );
    assert_eq!((found.live, found.entries, found.dead_links, found.components), (0, 0, 0, 0));
    assert!(found.degrees.is_empty() && found.in_degree.iter().chain([&found.ages.mean]).all(|value| value.is_nan()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_graph_has_the_paths_parts_and_degrees_that_a_plain_search_finds(
        views in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..4), 1..300),
        dead in prop::collection::vec(0..8_u8, 300),
        paths in prop::sample::select(vec![0, 3, 8, 17, 300]),
    ) {
        let nodes = views.len();
        let mut known: Vec<Vec<(u32, u8)>> = Vec::new();
        for (node, view) in views.iter().enumerate() {
            let mut view: Vec<_> = view.iter().map(|other| (other.index(nodes) as u32, 0)).collect();
            view.sort_unstable();
            view.dedup();
            view.retain(|&(other, _)| other as usize != node);
            known.push(view);
        }
        let records = records(3, &known.iter().map(|view| &view[..]).collect::<Vec<_>>());
        let alive: Vec<u8> = dead[..nodes].iter().map(|&dead| u8::from(dead > 0)).collect();
        let graph = Graph { links: Links::Views { records: &records, entries: 3 }, alive: Mask::of(&alive), now: None };
        let found = measure(graph, paths);
        let plain = Plain::of(&known, &alive);
        prop_assert_eq!(&found.degrees, &plain.degrees);
        prop_assert_eq!((found.components, found.largest), (plain.components, plain.largest));
        if paths >= nodes {
            prop_assert_eq!(found.path_length.to_string(), plain.path_length.to_string());
        }
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let again = pool.install(|| measure(graph, paths));
            // As text, in which what is not a number is itself.
            prop_assert_eq!(format!("{found:?}"), format!("{again:?}"));
        }
    }
}

/// Measures by one search from each node.
struct Plain {
    degrees: Vec<(u32, u64)>,
    components: u64,
    largest: f64,
    path_length: f64,
}

impl Plain {
    fn of(known: &[Vec<(u32, u8)>], alive: &[u8]) -> Self {
        let live: Vec<usize> = (0..alive.len()).filter(|&node| alive[node] == 1).collect();
        let mut around = vec![Vec::new(); known.len()];
        let mut degrees = vec![0; known.len()];
        for &node in &live {
            for other in known[node].iter().map(|&(other, _)| other as usize).filter(|&other| alive[other] == 1) {
                around[node].push(other);
                around[other].push(node);
                degrees[other] += 1;
            }
        }
        let mut histogram = BTreeMap::new();
        for &node in &live {
            *histogram.entry(degrees[node]).or_default() += 1;
        }
        let reached: Vec<Vec<u64>> = live.iter().map(|&node| distances(&around, node)).collect();
        let paths: Vec<u64> = reached.iter().flatten().copied().filter(|&distance| distance > 0).collect();
        Self {
            degrees: histogram.into_iter().collect(),
            // A part of n nodes is found n times.
            components: reached.iter().map(|reached| 1.0 / reached.len() as f64).sum::<f64>().round() as u64,
            largest: reached.iter().map(Vec::len).max().unwrap_or(0) as f64 / live.len().max(1) as f64,
            path_length: paths.iter().sum::<u64>() as f64 / paths.len() as f64,
        }
    }
}

/// Distances from a node to all that it reaches, itself among them.
fn distances(around: &[Vec<usize>], from: usize) -> Vec<u64> {
    let mut found = BTreeMap::from([(from, 0)]);
    let mut next = VecDeque::from([from]);
    while let Some(node) = next.pop_front() {
        for &other in &around[node] {
            if !found.contains_key(&other) {
                found.insert(other, found[&node] + 1);
                next.push_back(other);
            }
        }
    }
    found.into_values().collect()
}
