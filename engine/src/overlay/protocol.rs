//! What a peer sampling protocol is whose nodes keep views, and how its cycles run.
//!
//! ```text
//! each cycle, for each live node in the order of the schedule:
//!     it ages its view and chooses a partner from it ([`PeerSampling::start`])
//!     both change their views, and tell each other a byte that rides along ([`PeerSampling::exchange`])
//!     it picks an entry of its view, whom it will meet in a pass of another protocol, if there is one
//! ```
//!
//! A cycle reads and writes every record of 5c + 1 bytes, rounded up to words, twice: once as a stream and once at
//! random.

use std::fmt::Debug;
use std::ops::Range;

use datasets::scenario::{OnDead, Propagation, Sampling};
use kernels::choice::{any, oldest, youngest};
use kernels::exchange::{Ends, REPLY_LOST, REQUEST_LOST, Tally};
use kernels::peers::uniform;
use kernels::prefetch::prefetch;
use kernels::spread::Spread;
use kernels::suite::NONE;
use kernels::views::{NOBODY, Pair, TOGETHER, View, Words, version_byte_mut, words};

use super::rumour::{Rumour, count};
use super::views::{counting, partner};
use crate::memory::{MEMBER, Mask};
use crate::population::Borders;
use crate::schedule::{Batch, Count, Draws, Listed, Notes, Partners, Protocol};

/// Bytes of an entry in a message: an address and an age.
pub const ENTRY_BYTES: u64 = 5;

/// A peer sampling protocol whose nodes keep views: one file, and one line of the table in [`super`].
pub trait PeerSampling: Debug + Send + Sync {
    /// Bytes of a request, and of its reply.
    fn wire_bytes(&self) -> [u64; 2];

    /// Whether entries bear the low byte of the cycle in which they were made, instead of an age.
    fn dates(&self) -> bool {
        false
    }

    /// A live node's turn has come: returns its partner, an entry of its view, or [`NOBODY`] if its turn is lost.
    /// `place` is a random place of the view.
    fn start(&self, turn: &Turn<'_>, node: u32, view: View<'_>, place: u32) -> u32;

    /// Whom a node will most likely try first when its turn comes, by its record of so many `entries`: so that what is
    /// known of that node elsewhere can be fetched. Changes speed only.
    fn likely(&self, record: &[u32], _entries: usize, place: u32) -> u32 {
        record[place as usize]
    }

    /// A live node's turn has come, and it meets a contact outside of its view, as if that were the entry chosen: it
    /// ages its view. Nothing by default, for protocols that age views elsewhere.
    fn call(&self, _turn: &Turn<'_>, _view: View<'_>, _contact: u32) {}

    /// Runs the exchanges of a batch, in order.
    fn exchange(&self, turn: &Turn<'_>, ends: &mut impl Ends<u32>, batch: &mut Batch<'_>) -> Tally;
}

/// [`PeerSampling`], whichever it is.
pub trait AnySampling: Debug + Send + Sync {
    /// See [`PeerSampling::wire_bytes`].
    fn wire_bytes(&self) -> [u64; 2];
    /// See [`PeerSampling::dates`].
    fn dates(&self) -> bool;
    /// Runs one cycle over the records of all nodes. It notes, of each live node, whom it meets, and when its turn is
    /// over, whom it will meet in a pass of another protocol.
    fn cycle(&self, views: &mut [u32], notes: Notes<'_>, turn: &Turn<'_>) -> Tally;
}

impl<P: PeerSampling> AnySampling for P {
    fn wire_bytes(&self) -> [u64; 2] {
        PeerSampling::wire_bytes(self)
    }
    fn dates(&self) -> bool {
        PeerSampling::dates(self)
    }
    fn cycle(&self, views: &mut [u32], notes: Notes<'_>, turn: &Turn<'_>) -> Tally {
        let gossip = Gossip { protocol: self, turn };
        let tally = Listed { draws: turn.draws, partners: &gossip }.run_and_note(views, notes, &gossip);
        Tally { failed: turn.failed.sum(), ..tally }
    }
}

/// Who takes part in peer sampling, and who answers whom.
#[derive(Clone, Copy, Debug)]
pub enum Reach<'a> {
    /// Whoever is alive.
    Live(Mask<'a>),
    /// Whoever is alive and of the same cloud.
    Clouds(Clouds<'a>),
    /// The members of groups, each of the others of its own.
    Groups(Groups<'a>),
}

/// Nodes in clouds.
#[derive(Clone, Copy, Debug)]
pub struct Clouds<'a> {
    /// Who is alive.
    pub alive: Mask<'a>,
    /// Who is of the same cloud.
    pub borders: Borders<'a>,
    /// Nodes that meet another one instead of an entry of their view, ascending, and whom they meet.
    pub calls: &'a [(u32, u32)],
}

impl Clouds<'_> {
    fn answers(&self, node: u32, other: u32) -> bool {
        self.alive.holds(other as usize) && self.borders.join(node, other)
    }

    /// Whom a node is to meet, if that is not for its view to say.
    fn call(&self, node: u32) -> Option<u32> {
        let place = self.calls.binary_search_by_key(&node, |(node, _)| *node).ok()?;
        Some(self.calls[place].1)
    }
}

/// Nodes in groups.
#[derive(Clone, Copy, Debug)]
pub struct Groups<'a> {
    /// The group of each node, [`NONE`] for none.
    pub places: &'a [u8],
    /// A contact of each node beside its view, or [`NOBODY`]: it is met if the view holds nobody who answers, and in
    /// any case where [`MUST`] is added.
    pub calls: &'a [u32],
}

/// Added to a contact that a node is to meet instead of an entry of its view. Nodes have indices below this.
pub const MUST: u32 = 1 << 31;

/// What nodes find around them in a cycle.
#[derive(Debug)]
pub struct Turn<'a> {
    /// Entries of a view.
    pub entries: usize,
    /// Where random numbers come from, and what is lost.
    pub draws: Draws,
    /// Who takes part, and who answers whom.
    pub reach: Reach<'a>,
    /// What rides along.
    pub rumour: &'a Rumour,
    /// Whether a node tries others of its view when a partner is dead.
    retry: bool,
    /// What the pass draws in which nodes meet those whom they pick, if there is such a pass.
    picking: Option<Draws>,
    /// Dead nodes that were tried.
    failed: Count,
    /// Dead nodes that were tried for another pass.
    pub failed_picks: Count,
}

impl<'a> Turn<'a> {
    /// A cycle of a scenario's sampling.
    pub fn new(
        sampling: &Sampling,
        (draws, picking): (Draws, Option<Draws>),
        reach: Reach<'a>,
        rumour: &'a Rumour,
    ) -> Self {
        let (entries, retry) = (sampling.view as usize, sampling.on_dead == OnDead::Retry);
        let [failed, failed_picks] = [Count::default(), Count::default()];
        Self { entries, draws, reach, rumour, retry, picking, failed, failed_picks }
    }

    /// The low byte of this cycle's number.
    pub fn now(&self) -> u8 {
        self.draws.cycle as u8
    }

    /// Whether another node answers a node.
    #[inline]
    pub fn answers(&self, node: u32, other: u32) -> bool {
        match self.reach {
            Reach::Live(alive) => alive.holds(other as usize),
            Reach::Clouds(clouds) => clouds.answers(node, other),
            Reach::Groups(Groups { places, .. }) => places[other as usize] == places[node as usize],
        }
    }

    /// The place of a live entry of a node's view: that at a random place, or another. `None` if the node's turn is
    /// lost.
    pub fn any(&self, node: u32, addresses: &[u32], place: u32) -> Option<usize> {
        let words = || Words::new(self.draws.retries(), node);
        counting(
            &self.failed,
            |other| self.answers(node, other),
            |accept| any(addresses, place, words, self.retry, accept),
        )
    }

    /// The place of the oldest live entry of a node's view. `None` if the node's turn is lost.
    pub fn oldest(&self, node: u32, view: &View<'_>) -> Option<usize> {
        let mut words = Words::new(self.draws.retries(), node);
        counting(&self.failed, |other| self.answers(node, other), |accept| oldest(view, &mut words, self.retry, accept))
    }

    /// The place of the youngest live entry of a node's view. `None` if the node's turn is lost.
    pub fn youngest(&self, node: u32, view: &View<'_>) -> Option<usize> {
        let mut words = Words::new(self.draws.retries(), node);
        let answers = |other| self.answers(node, other);
        counting(&self.failed, answers, |accept| youngest(view, &mut words, self.retry, accept))
    }

    /// The oldest entry of a node's view that answers, which is taken out, and those with it that were tried and do not
    /// answer. [`NOBODY`] if the node's turn is lost.
    pub fn take_oldest(&self, node: u32, view: &mut View<'_>) -> u32 {
        let mut words = Words::new(self.draws.retries(), node);
        let mut failed = 0;
        let mut partner = NOBODY;
        while let Some(place) = oldest(view, &mut words, false, |_| true) {
            let other = view.addresses[place];
            view.remove(place);
            if self.answers(node, other) {
                partner = other;
                break;
            }
            failed += 1;
            if !self.retry {
                break;
            }
        }
        if failed > 0 {
            self.failed.add(failed);
        }
        partner
    }

    /// Runs the exchanges of a batch one after the other: `meet` is what two views become, `missed` what becomes of the
    /// view of a node whose request is lost. Versions of the suite go where entries go.
    pub fn one_by_one(
        &self,
        ends: &mut impl Ends<u32>,
        batch: &Batch<'_>,
        sends: Propagation,
        mut missed: impl FnMut(&mut View<'_>),
        mut meet: impl FnMut(&mut Pair<'_>, &mut Words),
    ) -> Tally {
        let (entries, cells) = (self.entries, words(self.entries));
        let (mut tally, mut spread) = (Tally::default(), Spread::default());
        let initiators: Vec<u32> = batch.from.iter().map(|&from| batch.nodes[0].at(from)).collect();
        let words = initiators.chunks(TOGETHER).flat_map(|nodes| Words::of_many(self.draws.meetings(), nodes));
        for (k, ((&from, &to), mut words)) in batch.from.iter().zip(batch.partners).zip(words).enumerate() {
            let loss = batch.losses.get(k).copied().unwrap_or(0);
            count(&mut tally, sends, loss);
            let [own_record, other_record] = ends.both(from as usize * cells, to as usize * cells, cells);
            let (own_view, other_view) = (View::of(own_record, entries), View::of(other_record, entries));
            let [own, other] = [batch.nodes[0].at(from), batch.nodes[1].at(to)];
            let mut meeting = Pair { own, other, own_view, other_view, reply_lost: loss == REPLY_LOST };
            if loss == REQUEST_LOST {
                missed(&mut meeting.own_view);
                continue;
            }
            meet(&mut meeting, &mut words);
            let (own, other) = (version_byte_mut(own_record, entries), version_byte_mut(other_record, entries));
            let told = [*own, *other];
            self.rumour.meet(sends, [own, other], told, loss, &mut spread);
        }
        self.rumour.gather(&spread);
        tally
    }
}

/// A protocol in one cycle.
struct Gossip<'a, P> {
    protocol: &'a P,
    turn: &'a Turn<'a>,
}

impl<P: PeerSampling> Partners<u32> for &Gossip<'_, P> {
    fn starting(&self, nodes: Range<usize>) -> usize {
        match self.turn.reach {
            Reach::Live(alive) | Reach::Clouds(Clouds { alive, .. }) => alive
                .marks()
                .map_or(nodes.len(), |marks| marks[nodes].iter().map(|&mark| usize::from(mark == MEMBER)).sum()),
            Reach::Groups(Groups { places, .. }) => places[nodes].iter().map(|&place| usize::from(place != NONE)).sum(),
        }
    }
    fn may_start(&self, node: usize) -> bool {
        match self.turn.reach {
            Reach::Live(alive) | Reach::Clouds(Clouds { alive, .. }) => alive.holds(node),
            Reach::Groups(Groups { places, .. }) => places[node] != NONE,
        }
    }
    fn words(&self, nodes: Range<usize>, words: &mut Vec<u32>) {
        words.resize(nodes.len(), 0);
        uniform(words, &self.turn.draws.partners(), nodes.start as u32, self.turn.entries as u32);
    }
    fn foresee(&self, node: usize, place: u32, record: &[u32]) {
        let likely = || self.protocol.likely(record, self.turn.entries, place) as usize;
        let looked_at = match self.turn.reach {
            Reach::Live(alive) => alive.marks().and_then(|marks| marks.get(likely())),
            Reach::Clouds(Clouds { borders, .. }) => borders.of.get(likely()),
            Reach::Groups(Groups { places, calls }) => match calls[node] {
                call if call != NOBODY && call & MUST != 0 => places.get((call & !MUST) as usize),
                _ => places.get(likely()),
            },
        };
        looked_at.into_iter().for_each(prefetch);
    }
    fn choose(&self, node: usize, place: u32, record: &mut [u32]) -> u32 {
        if !self.may_start(node) {
            return NOBODY;
        }
        let Turn { entries, reach, .. } = *self.turn;
        let view = View::of(record, entries);
        let call = match reach {
            Reach::Groups(Groups { calls, .. }) => calls[node],
            Reach::Clouds(clouds) => clouds.call(node as u32).map_or(NOBODY, |contact| contact | MUST),
            Reach::Live(_) => return self.protocol.start(self.turn, node as u32, view, place),
        };
        self.choose_or_call(node as u32, place, view, call)
    }
    fn pick_words(&self, nodes: Range<usize>, words: &mut [u32]) {
        if let Some(picking) = &self.turn.picking {
            uniform(words, &picking.partners(), nodes.start as u32, self.turn.entries as u32);
        }
    }
    fn foresee_pick(&self, _: usize, place: u32, record: &[u32]) {
        if let Reach::Live(alive) = self.turn.reach {
            alive.marks().and_then(|marks| marks.get(record[place as usize] as usize)).into_iter().for_each(prefetch);
        }
    }
    fn pick(&self, node: usize, place: u32, record: &[u32]) -> u32 {
        let Turn { entries, picking: Some(picking), retry, failed_picks, .. } = self.turn else { return NOBODY };
        if !self.may_start(node) {
            return NOBODY;
        }
        let (record, draws) = ((node as u32, &record[..*entries]), (picking, *retry));
        match self.turn.reach {
            Reach::Live(alive) => partner(record, place, draws, |other| alive.holds(other as usize), failed_picks),
            Reach::Clouds(clouds) => {
                partner(record, place, draws, |other| clouds.answers(node as u32, other), failed_picks)
            }
            Reach::Groups(_) => NOBODY,
        }
    }
}

impl<P: PeerSampling> Gossip<'_, P> {
    /// The partner of a node of a group: its contact if it must call that, or if its view holds nobody who answers.
    fn choose_or_call(&self, node: u32, place: u32, view: View<'_>, call: u32) -> u32 {
        let contact = if call == NOBODY { NOBODY } else { call & !MUST };
        let answers = || {
            let answers = contact != NOBODY && self.turn.answers(node, contact);
            if contact != NOBODY && !answers {
                self.turn.failed.add(1);
            }
            answers
        };
        if call != NOBODY && call & MUST != 0 {
            if answers() {
                self.protocol.call(self.turn, view, contact);
                return contact;
            }
            return self.protocol.start(self.turn, node, view, place);
        }
        match self.protocol.start(self.turn, node, view, place) {
            NOBODY if answers() => contact,
            partner => partner,
        }
    }
}

impl<P: PeerSampling> Protocol<u32> for Gossip<'_, P> {
    fn cells(&self) -> usize {
        words(self.turn.entries)
    }
    fn run(&self, ends: &mut impl Ends<u32>, batch: &mut Batch<'_>) -> Tally {
        self.protocol.exchange(self.turn, ends, batch)
    }
}
