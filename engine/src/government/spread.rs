//! Dissemination: every node holds a version of the suite, and the newer one wins wherever two nodes meet.
//!
//! ```text
//! where nodes keep views: when two meet to exchange entries, each tells the other the number of its version
//! with the oracle: each live node, in order, tells a random one, and is told
//! whoever holds the newer one sends its description; the other verifies it, and takes it or drops it
//! ```
//!
//! Where nodes keep no views, a scenario may have them push or pull alone, and tell what they held when the cycle began
//! (`[spreading]`): the synchronous rounds by which textbooks count. Rounds take a byte a node more, which is copied as
//! a stream and read once at random.
//!
//! Demers et al., *Epidemic algorithms for replicated database maintenance*, PODC 1987 (anti-entropy, push-pull). A
//! description is verified once in a run, and every node applies that verdict.
//!
//! With the oracle: reads and writes one byte a node twice as a stream; partners lie in cache. With views: one byte of
//! the records that an exchange has at hand anyway, and in cycles in which somebody took a version the records once
//! more as a stream.

use datasets::scenario::{Propagation, Push, Scenario};
use datasets::suite::Verdict;
use kernels::exchange::{Ends, Tally};
use kernels::spread::{ADVERSARY, Bad, NUMBER, Rules, Spread};

use super::ledger::Standing;
use super::monitor::judge_launch;
use super::state::{FOUNDER, Government};
use crate::aggregate::Aggregation;
use crate::memory::{Mask, STRIDE, strides};
use crate::overlay::Overlay;
use crate::overlay::meeting::Meeting;
use crate::overlay::rumour::{Rumour, count};
use crate::plans::Origin;
use crate::population::Population;
use crate::population::select::{By, Selection};
use crate::schedule::purpose::{ADVERSARIES, EVENT, SPREADING, for_life};
use crate::schedule::{Batch, Cycle, Protocol};

/// Bytes by which a node tells which version of the suite it holds.
const DIGEST_BYTES: u64 = 8;

/// A version that has entered by an event.
#[derive(Clone, Debug)]
pub struct Entered {
    /// At which nodes, ascending.
    pub nodes: Vec<u32>,
    /// Bytes that they were sent.
    pub payload_bytes: u64,
    /// Whether they take it.
    pub is_taken: bool,
}

impl Government {
    /// The run begins: who is an adversary, and who knows the suite, which are all that are there.
    pub fn birth(
        &mut self,
        scenario: &Scenario,
        population: &Population,
        overlay: &mut Overlay,
        aggregation: &Aggregation,
    ) {
        self.begin(scenario, population.alive(), overlay);
        if !scenario.first.suite.is_none() {
            self.versions.launch(1, population, aggregation);
            let bytes = scenario.first.bytes + self.versions.layout_bytes(1);
            self.course.ledger.begin(scenario.first.suite.version, bytes);
        }
    }

    fn begin(&mut self, scenario: &Scenario, alive: Mask<'_>, overlay: &mut Overlay) {
        let (Some(holding), Some(acting)) = (&mut self.holding, &mut self.acting) else { return };
        let number = u8::from(!scenario.first.suite.is_none());
        let stands = if number == 0 { FOUNDER } else { 0 };
        let share = scenario.adversaries.as_ref().map_or(0.0, |adversaries| adversaries.share);
        let draw = for_life(scenario.run.seed, ADVERSARIES);
        let columns = ((&mut **holding, &mut **acting), alive);
        strides(columns, |first, ((holding, acting), alive)| {
            let mut words = [0; STRIDE];
            draw.fill(&mut words[..holding.len()], first as u32, 0);
            for (k, (version, acting)) in holding.iter_mut().zip(acting).enumerate() {
                let lives = alive.holds(k);
                let is_adversary = f64::from(words[k]) < share * 2_f64.powi(32);
                *acting = if lives { stands } else { 0 };
                *version = if lives { number } else { 0 } | if is_adversary { ADVERSARY } else { 0 };
            }
        });
        overlay.tell_all(holding);
    }

    /// Versions will spread, which has been of no use until now: all nodes hold the first one, and act by it.
    pub fn spread_from_now(&mut self, scenario: &Scenario, alive: Mask<'_>, overlay: &mut Overlay) {
        self.begin(scenario, alive, overlay);
        let (Some(holding), Some(acting)) = (&self.holding, &mut self.acting) else { return };
        acting.iter_mut().zip(&**holding).for_each(|(acting, version)| *acting = version & NUMBER);
    }

    /// A version enters the cloud, by event number `event` of a scenario, at so many random live nodes, none of them an
    /// adversary, which verify it. `launch` is its index among the scenario's launches.
    pub fn enter(
        &mut self,
        scenario: &Scenario,
        (launch, nodes): (usize, u32),
        (cycle, event): (Cycle, usize),
        population: &Population,
        overlay: &mut Overlay,
        aggregation: &Aggregation,
    ) -> Entered {
        let verdict = self.judged_now(scenario, launch, cycle.number);
        let number = self.versions.plans.number_of(launch);
        if let Some(number) = number {
            self.versions.launch(number, population, aggregation);
        }
        let Some(holding) = &mut self.holding else { unreachable!("versions that enter spread") };
        let alive = population.alive();
        let marks = |first: usize, marks: &mut [u8]| {
            for (k, mark) in marks.iter_mut().enumerate() {
                *mark = u8::from(alive.holds(first + k) && holding[first + k] & ADVERSARY == 0);
            }
        };
        let words = By::Chance(cycle.stream(EVENT + event as u32));
        let chosen = Selection::new(population.nodes, &marks, words, |_| nodes as usize).into_nodes();
        if let Some(number) = number {
            for &node in &chosen {
                holding[node as usize] = number as u8;
            }
            overlay.tell(chosen.iter().copied(), holding);
        }
        let version = &scenario.launches[launch];
        let bytes = version.bytes + number.map_or(0, |number| self.versions.layout_bytes(number));
        let nodes_count = chosen.len() as u64;
        self.course.ledger.enter((version, verdict), number, nodes_count, bytes);
        Entered { payload_bytes: nodes_count * bytes, is_taken: number.is_some(), nodes: chosen }
    }

    /// Further nodes hold the newest version from now on, as they hold one of its applications by decree. Returns the
    /// bytes that they were sent.
    pub fn hand(&mut self, nodes: &[u32], overlay: &mut Overlay) -> u64 {
        let number = self.versions.newest();
        let Some(holding) = self.holding.as_mut().filter(|_| !nodes.is_empty()) else { return 0 };
        for &node in nodes {
            holding[node as usize] = number as u8;
        }
        overlay.tell(nodes.iter().copied(), holding);
        self.course.ledger.hand(number, nodes.len() as u64)
    }

    /// Whether nodes take the version of a launch now: as was found before the run, unless the suite has changed by
    /// rules. A version that they do not take never enters.
    fn judged_now(&mut self, scenario: &Scenario, launch: usize, cycle: u32) -> Verdict {
        let version = &scenario.launches[launch];
        let newest = self.versions.newest_plan().filter(|_| self.versions.have_strayed());
        let Some(newest) = newest.filter(|_| version.verdict == Verdict::Valid) else { return version.verdict };
        let verdict = judge_launch(scenario, version, &newest.version, cycle);
        if verdict != Verdict::Valid {
            self.versions.refuse(launch);
        }
        verdict
    }

    /// Whether a node may hold a new application by decree: it is no adversary.
    #[must_use]
    pub fn may_seed(&self, node: usize) -> bool {
        self.holding.as_ref().is_none_or(|holding| holding[node] & ADVERSARY == 0)
    }

    /// What nodes do in a cycle with what they are told.
    pub fn rules(&self, scenario: &Scenario, cycle: Cycle) -> Rules {
        let versions = &self.versions.plans.versions;
        let mut current = 0;
        for (number, plan) in (1..=self.versions.newest()).zip(versions) {
            current |= u128::from(plan.version.expires_cycle.is_none_or(|expires| cycle.number < expires)) << number;
        }
        let adversaries = scenario.adversaries.as_ref().filter(|adversaries| cycle.number >= adversaries.from_cycle);
        let push = adversaries.map(|adversaries| match adversaries.push {
            Push::Old if versions.first().is_some_and(|plan| plan.origin == Origin::Beginning) => Bad::Old(1),
            Push::Old | Push::Forged | Push::Files(_) => Bad::Invalid,
        });
        Rules { current, push }
    }

    /// Peer sampling has carried what nodes told of their version. `bytes` are those of its request and of its reply:
    /// returns what they are with that, and the bytes of the descriptions that were sent.
    pub fn rode(&mut self, scenario: &Scenario, (rumour, cycle): (Rumour, Cycle), bytes: [u64; 2]) -> ([u64; 2], u64) {
        let rules = rumour.rules;
        self.sent = rumour.into_spread();
        if self.holding.is_none() || bytes == [0; 2] {
            return (bytes, 0);
        }
        // Who only pushes gets no reply.
        let with_digest = bytes.map(|bytes| bytes + if bytes > 0 { DIGEST_BYTES } else { 0 });
        (with_digest, self.course.ledger.count(&self.sent, scenario, (rules, cycle.number)))
    }

    /// Nodes hold what they have been told when they exchanged entries; where they keep no views, the suite spreads by
    /// exchanges of its own. `partners`, if given, are a list of those whom nodes meet, and how many dead nodes were
    /// tried for it. Returns the messages, with the bytes of a request and of a reply, and the bytes of the
    /// descriptions.
    pub fn spread(
        &mut self,
        scenario: &Scenario,
        population: &Population,
        (overlay, partners): (&mut Overlay, Option<(&[u32], u64)>),
        cycle: Cycle,
    ) -> (Tally, [u64; 2], u64) {
        let rules = self.rules(scenario, cycle);
        let (Some(holding), before) = (&mut self.holding, &mut self.before) else { return Default::default() };
        if overlay.views.is_some() {
            if !self.sent.is_nothing() {
                overlay.hear(holding);
            }
            return Default::default();
        }
        if let Some(before) = before {
            before.copy_from_slice(holding);
        }
        let sends = scenario.spreading.propagation;
        let telling = Telling { rumour: Rumour::new(rules), sends, before: before.as_deref() };
        let (live, draws) = (population.live(), cycle.draws(SPREADING));
        let meeting = match partners {
            Some((list, failed)) => Meeting::listed(live, draws, list).with_failed(failed),
            None => overlay.telling(live, draws),
        };
        let tally = meeting.run(holding, &telling);
        (
            tally,
            [DIGEST_BYTES; 2],
            self.course.ledger.count(&telling.rumour.into_spread(), scenario, (rules, cycle.number)),
        )
    }

    /// How the live nodes stand to each version. Reads three bytes a node.
    pub fn standing(&self, population: &Population) -> Standing {
        let mut sum = Standing { holders: [0; 1 << 7], acting: [0; 1 << 7], adversaries: 0 };
        let (Some(holding), Some(acting)) = (&self.holding, &self.acting) else {
            let all = population.live().count() as u64;
            (sum.holders[1], sum.acting[1]) = (all, all);
            return sum;
        };
        let columns = ((&**holding, &**acting), population.alive());
        let parts = strides(columns, |_, ((holding, acting), alive)| {
            let (mut held, mut acted, mut adversaries) = ([0_u32; 1 << 7], [0_u32; 1 << 7], 0);
            for (k, (&version, &acting)) in holding.iter().zip(acting).enumerate() {
                let lives = u32::from(alive.holds(k));
                held[usize::from(version & NUMBER)] += lives;
                acted[usize::from(acting & NUMBER)] += lives;
                adversaries += lives * u32::from(version & ADVERSARY != 0);
            }
            (held, acted, adversaries)
        });
        for (held, acted, adversaries) in parts {
            sum.holders.iter_mut().zip(held).for_each(|(sum, count)| *sum += u64::from(count));
            sum.acting.iter_mut().zip(acted).for_each(|(sum, count)| *sum += u64::from(count));
            sum.adversaries += u64::from(adversaries);
        }
        sum
    }
}

/// Two nodes tell each other the number of their version.
struct Telling<'a> {
    rumour: Rumour,
    /// Who tells.
    sends: Propagation,
    /// What each node held when the cycle began, if that is what it tells.
    before: Option<&'a [u8]>,
}

impl Protocol<u8> for Telling<'_> {
    fn run(&self, ends: &mut impl Ends<u8>, batch: &mut Batch<'_>) -> Tally {
        let (mut tally, mut spread) = (Tally::default(), Spread::default());
        for (k, (&from, &to)) in batch.from.iter().zip(batch.partners).enumerate() {
            let loss = batch.losses.get(k).copied().unwrap_or(0);
            count(&mut tally, self.sends, loss);
            let (mut own, mut other) = (ends.initiator(from), ends.partner(to));
            let told = self.before.map_or([own, other], |before| {
                [batch.nodes[0].at(from), batch.nodes[1].at(to)].map(|node| before[node as usize])
            });
            self.rumour.meet(self.sends, [&mut own, &mut other], told, loss, &mut spread);
            ends.set_initiator(from, own);
            ends.set_partner(to, other);
        }
        self.rumour.gather(&spread);
        tally
    }
}
