//! Exchanges of many nodes, on all threads.
//!
//! ```text
//! cut the nodes into domains, a seat each; cut the domains into chunks; shuffle the chunks of each domain
//! for each step: the next chunks of every domain travel, a traveller from each domain
//!     for each round, as many as domains: traveller t sits at seat t xor round; at every seat, side by side:
//!         first, at its own: who travelled before comes home; its nodes are copied out, choose whom they meet, and
//!             their exchanges are sorted by the partner's domain
//!         run the traveller's exchanges with partners in that domain
//!         after half of the rounds, run the exchanges among travellers, in rounds of their own
//! ```
//!
//! A seat and the traveller that sits at it belong to one thread, so that nobody waits for the lock of either, and each
//! exchange finds both ends as they are at its turn. Domains, chunks and steps depend on the number of nodes and on the
//! bytes that one holds.
//!
//! Neighbouring travellers form a group, which is one thread's as long as it keeps up with the others. Rounds come in
//! blocks, as many as there are groups; in those of one block all travellers of a group sit at the same few seats. When
//! a group may begin a block depends on four groups alone ([`super::team`]), so that a thread which has lost its
//! processor for a while does not hold up all others at once.
//!
//! The nodes of a step are a random set of chunks, drawn anew for each pass of each cycle. The order of exchanges
//! differs from that of a random permutation in four ways:
//!
//! - Nodes of a chunk, 2^6 to 2^15 of them, start in the same step.
//! - Within a step nodes start in the order of rounds, which the domains of both ends tell.
//! - Exchanges among travellers, as many as one in the number of steps, come in the middle of their step. So whoever
//!   meets a traveller meets it before or after its own exchange with equal chances, as in a random order; at the end
//!   of the step it would always come after.
//! - Nodes that choose do so when their step begins. So one in twice the number of steps chooses without knowing of an
//!   exchange that came before its own. With 16 steps that makes averaging over Newscast faster by 0.5 % in cycles 6
//!   to 10, so there are four times as many steps where nodes choose.
//!
//! Initiators stay in cache while they travel: an exchange costs one cache line of the partner at random, 4 bytes of
//! list read and the initiator's state read and written once, as streams, and 8 bytes of sorted exchange written and
//! read in cache. Groups stay with a thread, and seats for as many rounds as a group has travellers, so that caches of
//! different cores have little to tell each other. Nothing is kept between cycles.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kernels::exchange::{Cross, Nodes, Shuffled, Tally, Within};

use super::batches::{Exchanges, SMALL};
use super::blocks::total;
use super::layout::{LEAST_STEPS, LEAST_STEPS_CHOOSING, Layout, Map};
use super::team::Work;
use super::traveller::{Seat, Step, Traveller, pick};
use super::{Draws, Notes, Partners, Protocol};

/// One cycle of many nodes.
#[derive(Debug)]
pub struct Steps<'a, P, Q> {
    /// Where random numbers come from.
    pub draws: Draws,
    /// Who meets whom.
    pub partners: &'a P,
    /// What happens then.
    pub protocol: &'a Q,
}

/// What a thread keeps during a pass.
struct Thread {
    map: Map,
    tally: Tally,
}

/// Travellers of a group, at least, unless there would be fewer groups than threads. With more groups threads wait less
/// for each other, but look more often how far others are. Changes speed only.
const LEAST_GROUP: usize = 4;

/// What the travellers of a group do in a phase. Of `groups`, a power of two, group g deals with group g xor the number
/// of the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// In each round of this block, traveller t sits at seat t xor round.
    Seats(usize),
    /// In each round of this block, traveller t meets traveller t xor round, once for both.
    Travellers(usize),
}

impl Phase {
    /// The phases of a step.
    fn all(groups: usize) -> Vec<Self> {
        let seats = |blocks: Range<usize>| blocks.map(Self::Seats);
        let travellers = (0..groups).map(Self::Travellers);
        seats(0..groups / 2).chain(travellers).chain(seats(groups / 2..groups)).collect()
    }

    fn block(self) -> usize {
        match self {
            Self::Seats(block) | Self::Travellers(block) => block,
        }
    }
}

/// The seats and the travellers of a pass, which go from thread to thread.
struct Hall<'a, T> {
    seats: Vec<Mutex<Seat<'a, T>>>,
    travellers: Vec<Mutex<Traveller<T>>>,
}

/// Locks a seat or a traveller. Nobody waits: a task that touches one begins when those before it are done.
fn hold<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<P, Q> Steps<'_, P, Q> {
    /// Runs the cycle.
    pub fn run<T: Copy + Send + Sync>(&self, state: &mut [T], notes: Notes<'_>) -> Tally
    where
        P: Partners<T>,
        Q: Protocol<T>,
    {
        let holds = [self.protocol.cells(), self.protocol.bytes()];
        let least_steps = if self.partners.is_choosing() { LEAST_STEPS_CHOOSING } else { LEAST_STEPS };
        let layout = Layout::new(state.len() / holds[0], holds, least_steps, &self.draws);
        let count = layout.domains.count();
        let any = |domain| Traveller::new(domain, &layout, &state[..layout.cells], notes.picks.is_some());
        let travellers = (0..count).map(any).map(Mutex::new).collect();
        let seats = Seat::all(&layout, state, notes).into_iter().map(Mutex::new).collect();
        let hall = Hall { seats, travellers };
        let threads = rayon::current_num_threads();
        let groups = (count / LEAST_GROUP).max(threads.next_power_of_two()).clamp(2, count);
        let size = count / groups;
        let phases = Phase::all(groups);
        let begin = || Thread { map: layout.map(), tally: Tally::default() };
        let work = Work {
            groups,
            // Behind the last step everybody comes home.
            phases: phases.len() * layout.steps + 1,
            other: |phase: usize, group: usize| group ^ phases[phase % phases.len()].block(),
        };
        let threads = work.run(threads.min(groups), begin, |thread, phase, group| {
            let own = group * size..(group + 1) * size;
            let number = phase / phases.len();
            if number == layout.steps {
                for domain in own {
                    hold(&hall.travellers[domain]).come_home(&mut hold(&hall.seats[domain]), &layout, number - 1);
                }
                return;
            }
            let step = Step { layout: &layout, map: thread.map.at(&layout, number), number };
            let phase = phases[phase % phases.len()];
            let rounds = phase.block() * size..(phase.block() + 1) * size;
            thread.tally.add(match phase {
                Phase::Seats(_) => self.sit_down(&hall, &own, &rounds, &step),
                Phase::Travellers(_) => self.among(&hall, &own, &rounds, &step),
            });
        });
        total(threads.into_iter().map(|thread| thread.tally))
    }

    /// Travellers sit at their seats of some rounds.
    fn sit_down<T: Copy>(&self, hall: &Hall<'_, T>, own: &Range<usize>, rounds: &Range<usize>, step: &Step<'_>) -> Tally
    where
        P: Partners<T>,
        Q: Protocol<T>,
    {
        let sit = |(round, domain): (usize, usize)| {
            self.sit(&mut hold(&hall.seats[domain ^ round]), &mut hold(&hall.travellers[domain]), step)
        };
        total(rounds.clone().flat_map(|round| own.clone().map(move |domain| (round, domain))).map(sit))
    }

    /// A traveller's exchanges with partners in the domain at whose seat it sits.
    fn sit<T: Copy>(&self, seat: &mut Seat<'_, T>, traveller: &mut Traveller<T>, step: &Step<'_>) -> Tally
    where
        P: Partners<T>,
        Q: Protocol<T>,
    {
        // A traveller's own seat is the first at which it sits, and nobody else has sat there in this step.
        if traveller.domain == seat.number {
            if step.number > 0 {
                traveller.come_home(seat, step.layout, step.number - 1);
            }
            traveller.leave(seat, self.partners, step);
        }
        let nodes = [step.map.nodes(traveller.domain), Nodes::from(&seat.first)];
        let Traveller { state, exchanges, picks, .. } = traveller;
        let [from, to] = exchanges.with(seat.number);
        let tally =
            self.exchanges(nodes, false).run(&mut Cross { own: state, other: &mut *seat.state, nodes }, from, to);
        pick(picks, state, from, nodes[0], self.partners);
        tally
    }

    /// Runs the exchanges among travellers, in some rounds: two meet in the exclusive or of their numbers.
    fn among<T: Copy>(&self, hall: &Hall<'_, T>, own: &Range<usize>, rounds: &Range<usize>, step: &Step<'_>) -> Tally
    where
        P: Partners<T>,
        Q: Protocol<T>,
    {
        let mut tally = Tally::default();
        for round in rounds.clone() {
            for one in own.clone().filter(|one| *one <= one ^ round) {
                let mut traveller = hold(&hall.travellers[one]);
                if round == 0 {
                    tally.add(self.meet(&mut traveller, None, step.map));
                    continue;
                }
                let mut other = hold(&hall.travellers[one ^ round]);
                tally.add(self.meet(&mut traveller, Some(&mut other), step.map));
                tally.add(self.meet(&mut other, Some(&mut traveller), step.map));
            }
        }
        tally
    }

    /// The exchanges that nodes of a traveller start with those of another, or with each other.
    fn meet<T: Copy>(&self, one: &mut Traveller<T>, mut other: Option<&mut Traveller<T>>, map: &Map) -> Tally
    where
        P: Partners<T>,
        Q: Protocol<T>,
    {
        let Traveller { domain, state, exchanges, picks, .. } = one;
        let partners = other.as_ref().map_or(*domain, |other| other.domain);
        let [from, to] = exchanges.with_travellers(partners);
        let nodes = [*domain, partners].map(|domain| map.nodes(domain));
        let exchanges = self.exchanges(nodes, true);
        let mut tally = Tally::default();
        // Whoever picks does so before another exchange touches what it holds, but for those of its batch.
        let size = if picks.is_empty() { from.len() } else { SMALL }.max(1);
        for (from, to) in from.chunks(size).zip(to.chunks(size)) {
            tally.add(if let Some(other) = &mut other {
                exchanges.run(&mut Cross { own: &mut *state, other: &mut other.state, nodes }, from, to)
            } else {
                exchanges.run(&mut Shuffled { block: Within(&mut *state), nodes: nodes[0] }, from, to)
            });
            pick(picks, state, from, nodes[0], self.partners);
        }
        tally
    }

    fn exchanges<'a>(&'a self, nodes: [Nodes<'a>; 2], scattered: bool) -> Exchanges<'a, Q> {
        Exchanges { draws: self.draws, protocol: self.protocol, nodes, scattered }
    }
}
