//! The schedule: every member starts once a cycle, with partners that are uniform over the live nodes.

use engine::memory::Mask;
use engine::overlay::oracle::draw_partners;
use engine::schedule::{Batch, Drawn, Draws, FEW, Listed, Matching, Partition, Protocol};
use kernels::exchange::{Ends, Tally};

/// Counts how often a node starts, and how often it is chosen.
struct Counting {
    draws: usize,
}

impl Protocol<[u32; 2]> for Counting {
    fn draws(&self) -> usize {
        self.draws
    }
    fn run(&self, ends: &mut impl Ends<[u32; 2]>, batch: &mut Batch<'_>) -> Tally {
        for (k, &from) in batch.from.iter().enumerate() {
            let [started, chosen] = ends.initiator(from);
            ends.set_initiator(from, [started + 1, chosen]);
            let rest = batch.peers.iter().skip(1).map(|row| row[k]);
            for to in std::iter::once(batch.partners[k]).chain(rest) {
                let [started, chosen] = ends.partner(to);
                ends.set_partner(to, [started, chosen + 1]);
            }
        }
        Tally { requests: batch.from.len() as u64, ..Tally::default() }
    }
}

fn draws(cycle: u32) -> Draws {
    Draws { seed: 1, cycle, purpose: 1 << 16, request_loss: 0, reply_loss: 0 }
}

/// Chi-square of counts against equal shares, in standard deviations from its mean. Counts of nodes are grouped, as a
/// node is chosen a few times only.
fn excess(counts: &[u64]) -> f64 {
    let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    let chi: f64 = counts.iter().map(|&c| (c as f64 - expected).powi(2) / expected).sum();
    (chi - counts.len() as f64 + 1.0) / (2.0 * (counts.len() as f64 - 1.0)).sqrt()
}

/// So few nodes that they start one after the other, and so many that they are cut into blocks and domains, even if a
/// part of them is dead.
const SIZES: [usize; 2] = [20_000, 150_003];

/// Masks of so many nodes: all, a region dead, every third dead, all but a few dead.
fn masks(nodes: usize) -> Vec<Option<Vec<u8>>> {
    let marks = |lives: &dyn Fn(usize) -> bool| Some((0..nodes).map(|node| u8::from(lives(node))).collect());
    vec![
        None,
        marks(&|node| !(nodes / 7..nodes / 2).contains(&node)),
        marks(&|node| node % 3 != 0),
        marks(&|node| node % 1_999 == 0),
    ]
}

/// All sizes, each with its masks.
fn clouds() -> impl Iterator<Item = (usize, Option<Vec<u8>>)> {
    SIZES.into_iter().flat_map(|nodes| masks(nodes).into_iter().map(move |marks| (nodes, marks)))
}

fn mask(marks: Option<&Vec<u8>>) -> Mask<'_> {
    marks.map_or(Mask::ALL, |marks| Mask::of(marks))
}

#[test]
fn every_member_starts_once_and_members_alone_are_chosen() {
    for (nodes, marks) in clouds() {
        let mask = mask(marks.as_ref());
        for (block, draws_per_node) in [(1 << 13, 1), (1 << 11, 20), (100, 3)] {
            let partition = Partition::new(nodes, mask, block);
            let mut state = vec![[0; 2]; nodes];
            let pass = Drawn { draws: draws(1), partition: &partition, mask };
            let tally = pass.run(&mut state, &Counting { draws: draws_per_node });
            assert_eq!(tally.requests as usize, partition.members());
            for (node, &[started, chosen]) in state.iter().enumerate() {
                assert_eq!(started, u32::from(mask.holds(node)), "node {node}");
                assert!(chosen == 0 || mask.holds(node), "node {node} is dead and chosen");
            }
        }
    }
}

/// Whether regions of the cloud are drawn equally often: the mean deviation of each over the cycles, against its own
/// standard error (candidates of neighbouring initiators share a window, so they are not independent within a cycle),
/// summed as squares over the regions; in standard deviations of that sum.
fn regional_excess(cycles: &[Vec<u64>]) -> f64 {
    let (count, regions) = (cycles.len() as f64, cycles[0].len());
    let squares: f64 = (0..regions)
        .map(|region| {
            let share =
                |cycle: &Vec<u64>| cycle[region] as f64 / cycle.iter().sum::<u64>() as f64 - 1.0 / regions as f64;
            let mean = cycles.iter().map(share).sum::<f64>() / count;
            let variance = cycles.iter().map(|cycle| (share(cycle) - mean).powi(2)).sum::<f64>() / (count - 1.0);
            mean * mean / (variance / count)
        })
        .sum();
    (squares - regions as f64) / (2.0 * regions as f64).sqrt()
}

#[test]
fn partners_are_uniform_over_the_live_nodes_also_where_a_region_is_dead() {
    for (nodes, marks) in SIZES.into_iter().flat_map(|nodes| masks(nodes).into_iter().take(3).map(move |m| (nodes, m)))
    {
        let mask = mask(marks.as_ref());
        for draws_per_node in [1, 20] {
            let partition = Partition::new(nodes, mask, if draws_per_node == 1 { 1 << 13 } else { 1 << 11 });
            let mut cycles = Vec::new();
            for cycle in 1..=if nodes < FEW { 300 } else { 100 } {
                let mut state = vec![[0; 2]; nodes];
                let pass = Drawn { draws: draws(cycle), partition: &partition, mask };
                pass.run(&mut state, &Counting { draws: draws_per_node });
                let members = state.iter().enumerate().filter(|(node, _)| mask.holds(*node));
                let chosen: Vec<u64> = members.map(|(_, &[_, chosen])| chosen.into()).collect();
                cycles.push(chosen.chunks_exact(chosen.len() / 50).map(|part| part.iter().sum()).collect());
            }
            let excess = regional_excess(&cycles);
            assert!(excess.abs() < 4.0, "{draws_per_node} draws: {excess}");
        }
    }
}

#[test]
fn a_node_meets_every_other_node_equally_often_also_its_neighbours() {
    // Over many cycles, how many partners lie at each distance; of many nodes distances are grouped, and those of a
    // cycle depend on which blocks met in it.
    for (nodes, cycles, groups) in [(640, 2_000, 639), (FEW + 1, 200, 32)] {
        let partition = Partition::new(nodes, Mask::ALL, 1 << 13);
        let mut distances = Vec::new();
        for cycle in 1..=cycles {
            let mut state: Vec<[u32; 2]> = (0..nodes as u32).map(|node| [node, u32::MAX]).collect();
            Drawn { draws: draws(cycle), partition: &partition, mask: Mask::ALL }.run(&mut state, &Meeting);
            let mut counts = vec![0_u64; groups];
            for (node, &[_, met]) in state.iter().enumerate() {
                counts[((met as usize + nodes - node) % nodes - 1) * groups / (nodes - 1)] += 1;
            }
            distances.push(counts);
        }
        let excess = regional_excess(&distances);
        assert!(excess.abs() < 4.0, "{nodes}: {excess}");
    }
}

/// Notes at the initiator whom it met.
struct Meeting;

impl Protocol<[u32; 2]> for Meeting {
    fn run(&self, ends: &mut impl Ends<[u32; 2]>, batch: &mut Batch<'_>) -> Tally {
        for (&from, &to) in batch.from.iter().zip(batch.partners) {
            let (own, other) = (ends.initiator(from), ends.partner(to));
            ends.set_initiator(from, [own[0], other[0]]);
        }
        Tally::default()
    }
}

#[test]
fn a_list_is_run_to_the_letter() {
    // The two domains of the larger cloud end with a part of a chunk.
    for (nodes, marks) in clouds() {
        let mask = mask(marks.as_ref());
        let mut list = vec![0; nodes];
        draw_partners(&mut list, &draws(1), mask, |node| mask.holds(node));
        let mut expected = vec![[0; 2]; nodes];
        for (node, &partner) in list.iter().enumerate().filter(|(node, _)| mask.holds(*node)) {
            assert!(partner as usize != node && mask.holds(partner as usize));
            expected[node][0] += 1;
            expected[partner as usize][1] += 1;
        }
        let mut state = vec![[0; 2]; nodes];
        Listed { draws: draws(1), partners: &*list }.run(&mut state, &Counting { draws: 1 });
        assert_eq!(state, expected);
    }
}

#[test]
fn listed_partners_are_uniform() {
    for marks in &masks(20_000)[..3] {
        let mask = mask(marks.as_ref());
        let mut counts = vec![0; 20_000];
        for cycle in 1..=40 {
            let mut list = vec![0; 20_000];
            draw_partners(&mut list, &draws(cycle), mask, |node| mask.holds(node));
            list.iter().filter(|&&partner| partner != u32::MAX).for_each(|&partner| counts[partner as usize] += 1);
        }
        let members: Vec<u64> = (0..20_000).filter(|&node| mask.holds(node)).map(|node| counts[node]).collect();
        assert!(excess(&members).abs() < 4.0, "{}", excess(&members));
    }
}

#[test]
fn a_matching_gives_every_node_two_exchanges_a_cycle() {
    for nodes in [2, 3, 10, 1_001, 40_000, 200_000] {
        let partition = Partition::new(nodes, Mask::ALL, 1 << 13);
        let mut state = vec![[0; 2]; nodes];
        Matching { draws: draws(1), partition: &partition, mask: Mask::ALL }.run(&mut state, &Counting { draws: 1 });
        let short = state.iter().filter(|[started, chosen]| started + chosen != 2).count();
        let blocks = partition.bounds().len();
        assert!(state.iter().all(|[started, chosen]| started + chosen <= 2) && short <= 2 * blocks, "{nodes}: {short}");
    }
}

#[test]
fn blocks_hold_equally_many_members() {
    for (nodes, marks) in clouds() {
        let mask = mask(marks.as_ref());
        let partition = Partition::new(nodes, mask, 1_000);
        if partition.members() < FEW {
            let members = (0..nodes as u32).filter(|&node| mask.holds(node as usize));
            assert!(partition.few().is_some_and(|few| members.eq(few.iter().copied())));
            continue;
        }
        let counts: Vec<usize> = (partition.bounds().windows(2))
            .map(|block| (block[0]..block[1]).filter(|&node| mask.holds(node)).count())
            .collect();
        assert_eq!(counts.iter().sum::<usize>(), partition.members());
        let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
        assert!(most - least <= 1 && counts.len().is_multiple_of(2), "{counts:?}");
    }
}

#[test]
fn a_partner_outside_the_cloud_is_refused() {
    for nodes in SIZES {
        let mut list = vec![0; nodes];
        list[7] = 3_000_000;
        let run = || Listed { draws: draws(1), partners: &*list }.run(&mut vec![[0; 2]; nodes], &Counting { draws: 1 });
        let panic = std::panic::catch_unwind(run).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a partner is a node"));
    }
}

#[test]
#[should_panic(expected = "an entry for each node")]
fn a_list_of_another_length_is_refused() {
    let list = vec![0; 20_001];
    Listed { draws: draws(1), partners: &*list }.run(&mut vec![[0; 2]; 20_000], &Counting { draws: 1 });
}
