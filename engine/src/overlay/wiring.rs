//! The links of graphs: which others each node links itself to.
//!
//! Each node finds its own links from its own random words, whoever else has found theirs: on any number of threads.
//!
//! ```text
//! k-out             k distinct others, uniform (Floyd's sample)
//! ring              the k/2 next ones; the k/2 before link themselves
//! watts-strogatz    the same, but each with probability β a uniform other that is none of these, nor chosen yet
//! barabasi-albert   the first k/2 + 1 all know each other; each later node links itself to k/2 distinct earlier ones:
//!                   an end of a uniform earlier link, so that a node is as likely as it has links
//! star              node 0
//! ```
//!
//! Of a preferential graph an end is found without the graph: which end a link has drawn is a function of its number,
//! and if that is the end of another link that was drawn, too, the same is asked of that one (Sanders and Schulz,
//! *Scalable generation of scale-free graphs*, 2016). Half of the ends are sources, which need not be asked, so two
//! links are asked on average. A node that has drawn one of its own earlier choices draws again.

use std::collections::BTreeSet;

use datasets::scenario::{StaticGraph, Wiring};
use kernels::philox::Stream;
use kernels::scalar::index;
use kernels::views::Words;

/// How often a node draws another end for one of its links before it does without.
const ATTEMPTS: u32 = 64;
/// Links among which it is faster to look at each than to search. Changes speed only.
const FEW: u32 = 128;
/// Words that may be drawn for one attempt.
const TRIES: u32 = 4;

/// Whom a node has chosen so far: few are looked through, many are searched.
struct Chosen<'a> {
    list: &'a mut Vec<u32>,
    many: Option<BTreeSet<u32>>,
}

impl<'a> Chosen<'a> {
    /// What a list holds already, and at most so many in all.
    fn new(list: &'a mut Vec<u32>, most: u32) -> Self {
        let many = (most > FEW).then(|| list.iter().copied().collect());
        Self { list, many }
    }

    fn holds(&self, node: u32) -> bool {
        self.many.as_ref().map_or_else(|| self.list.contains(&node), |many| many.contains(&node))
    }

    fn push(&mut self, node: u32) {
        self.list.push(node);
        self.many.iter_mut().for_each(|many| _ = many.insert(node));
    }

    fn replace(&mut self, place: usize, node: u32) {
        if let Some(many) = &mut self.many {
            many.remove(&self.list[place]);
            many.insert(node);
        }
        self.list[place] = node;
    }
}

/// A graph whose links can be found node by node.
#[derive(Clone, Copy, Debug)]
pub struct Wires<'a> {
    /// Which graph.
    pub graph: &'a StaticGraph,
    /// Nodes.
    pub nodes: u32,
    /// Where random words come from.
    pub stream: Stream,
}

impl Wires<'_> {
    /// Writes those to whom a node links itself, none of them twice, nor itself, over what `chosen` holds.
    pub fn of(&self, node: u32, chosen: &mut Vec<u32>) {
        chosen.clear();
        match self.graph.wiring {
            Wiring::KOut => self.at_random(node, chosen),
            Wiring::Ring => self.ring(node, chosen),
            Wiring::WattsStrogatz => self.small_world(node, chosen),
            Wiring::BarabasiAlbert => self.preferential(node, chosen),
            Wiring::Star => chosen.extend((node > 0).then_some(0)),
            Wiring::Complete | Wiring::Edges => {}
        }
    }

    /// Floyd's sample: of the others, so many.
    fn at_random(&self, node: u32, chosen: &mut Vec<u32>) {
        let others = self.nodes - 1;
        let mut words = Words::new(self.stream, node);
        let mut sample = Chosen::new(chosen, self.graph.degree);
        for last in others - self.graph.degree.min(others)..others {
            let drawn = words.below(last as usize + 1) as u32;
            sample.push(if sample.holds(drawn) { last } else { drawn });
        }
        // Others are numbered as if the node were not there.
        for other in chosen {
            *other += u32::from(*other >= node);
        }
    }

    fn ring(&self, node: u32, chosen: &mut Vec<u32>) {
        let Self { nodes, .. } = *self;
        chosen.extend((1..=self.half()).map(|step| around(node, step, nodes)));
        // With all others as neighbours, the node opposite is reached from both sides: one of the two links itself.
        let is_whole = self.graph.degree >= nodes - 1 && nodes.is_multiple_of(2);
        chosen.extend((is_whole && node < nodes / 2).then_some(node + nodes / 2));
    }

    fn small_world(&self, node: u32, chosen: &mut Vec<u32>) {
        self.ring(node, chosen);
        let (nodes, half) = (self.nodes, self.half());
        let mut words = Words::new(self.stream, node);
        let mut chosen = Chosen::new(chosen, self.graph.degree);
        for place in 0..chosen.list.len() {
            if f64::from(words.word()) >= self.graph.rewiring * 2_f64.powi(32) {
                continue;
            }
            let is_near = |other: u32| {
                let away = other.abs_diff(node);
                away.min(nodes - away) <= half
            };
            let drawn = (0..ATTEMPTS).map(|_| words.below(nodes as usize) as u32);
            if let Some(new) = drawn.into_iter().find(|other| !is_near(*other) && !chosen.holds(*other)) {
                chosen.replace(place, new);
            }
        }
    }

    fn preferential(&self, node: u32, chosen: &mut Vec<u32>) {
        let brought = self.brought();
        if node <= brought {
            return chosen.extend(0..node);
        }
        let mut chosen = Chosen::new(chosen, brought);
        for link in 0..brought {
            let mut drawn = (0..ATTEMPTS).filter_map(|attempt| self.drawn_end(node, link, attempt));
            if let Some(end) = drawn.find(|&end| !chosen.holds(end)) {
                chosen.push(end);
            }
        }
    }

    /// The node at the end that a link of a later node draws.
    fn drawn_end(&self, node: u32, link: u32, attempt: u32) -> Option<u32> {
        let (mut node, mut link, mut attempt) = (node, link, attempt);
        loop {
            // Ends of links are numbered: of link e its source is 2e, the end that it has drawn 2e + 1.
            let ends = 2 * self.first_link(node);
            let number = (link * ATTEMPTS + attempt) * TRIES;
            let mut words = (number..number + TRIES).map(|number| self.stream.word_of_many(node, number));
            let end = words.find_map(|word| index(word, ends))?;
            let (of, is_source) = (end / 2, end % 2 == 0);
            (node, link) = self.link(of);
            if is_source {
                return Some(node);
            }
            if node <= self.brought() {
                return Some(link);
            }
            attempt = 0;
        }
    }

    /// The number of a node's first link, beyond the beginning.
    fn first_link(&self, node: u32) -> u32 {
        let brought = self.brought();
        brought * (brought + 1) / 2 + (node - brought - 1) * brought
    }

    /// The node that a link belongs to, by the link's number, and which of its links it is.
    fn link(&self, number: u32) -> (u32, u32) {
        let brought = self.brought();
        let beginning = brought * (brought + 1) / 2;
        if number >= beginning {
            return (brought + 1 + (number - beginning) / brought, (number - beginning) % brought);
        }
        // Of those of the beginning, node v has the links v(v-1)/2 and after.
        let node = ((8 * u64::from(number) + 1).isqrt() as u32).div_ceil(2);
        (node, number - node * (node - 1) / 2)
    }

    /// Links to either side of a ring.
    fn half(&self) -> u32 {
        (self.graph.degree / 2).min((self.nodes - 1) / 2)
    }

    /// Links that a node brings to a preferential graph.
    fn brought(&self) -> u32 {
        (self.graph.degree / 2).min(self.nodes - 1)
    }
}

/// The node so many steps further on a ring.
fn around(node: u32, step: u32, nodes: u32) -> u32 {
    ((u64::from(node) + u64::from(step)) % u64::from(nodes)) as u32
}
