//! How the nodes of a class come and go: sessions, a daily rhythm, lifetimes.
//!
//! A node alternates between up and down. With a rhythm a node in an up session is up in fact while the share of the hour is
//! above a mark that the session has drawn, and so is a node in a down session: marks of up sessions are uniform below the
//! long-run share of time up, marks of down sessions above it. So marks of all nodes are uniform at all times, and the share
//! that is up is what the rhythm says; with the same share at all hours the sessions are what they were. A node looks at the
//! clock once an hour, at a minute of its own, so that the share moves along straight lines.

use datasets::scenario::{Churn, Class, HOURS};
use kernels::philox::Stream;
use kernels::quantile::Table;

use super::lengths::{Drawn, NEVER};
use crate::attributes::table;
use crate::purpose::{HABITS, LENGTHS, RHYTHM, for_life};

const HOUR_SECONDS: f64 = 3600.0;

/// How the nodes of a class come and go.
#[derive(Clone, Debug)]
pub struct Habits {
    sessions: Option<Sessions>,
    turnover: Option<[Drawn; 2]>,
    /// Share of the places that are taken at the start.
    present: f64,
    cycle_seconds: f64,
    seed: u64,
}

#[derive(Clone, Debug)]
struct Sessions {
    /// Time down, time up.
    lengths: [Drawn; 2],
    /// Long-run share of time up over all nodes.
    share: f64,
    rhythm: Option<Rhythm>,
}

#[derive(Clone, Debug)]
struct Rhythm {
    shares: [f64; HOURS],
    zone: Table,
}

/// What a node is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Whether the place is taken.
    pub taken: bool,
    /// The cycle in which the place is taken or given up.
    pub turn: u32,
    /// Whether it is in an up session.
    pub in_session: bool,
    /// The cycle in which the session, or the time between two, ends.
    pub session_end: u32,
}

/// The most sessions, or nodes at one place, that begin and end within a cycle.
const MOST_TURNS: u32 = 64;

impl Habits {
    /// The habits of a class, with cycles of so many seconds.
    #[must_use]
    pub fn new(class: &Class, cycle_seconds: f64, seed: u64) -> Self {
        let Churn { sessions, turnover, present } = &class.churn;
        let drawn = |lengths| Drawn::new(lengths, cycle_seconds);
        let sessions = sessions.as_ref().map(|sessions| {
            let lengths = [drawn(&sessions.down), drawn(&sessions.up)];
            let rhythm = sessions.rhythm.as_ref();
            let rhythm = rhythm.map(|rhythm| Rhythm { shares: rhythm.shares, zone: table(&rhythm.time_zone) });
            Sessions { share: mean_share(&lengths), lengths, rhythm }
        });
        let turnover = turnover.as_ref().map(|turnover| [drawn(&turnover.vacancy), drawn(&turnover.lifetime)]);
        Self { sessions, turnover, present: *present, cycle_seconds, seed }
    }

    /// Whether a node must look at the clock.
    #[must_use]
    pub fn has_rhythm(&self) -> bool {
        self.sessions.as_ref().is_some_and(|sessions| sessions.rhythm.is_some())
    }

    /// Whether places are given up and taken again.
    #[must_use]
    pub fn has_turnover(&self) -> bool {
        self.turnover.is_some()
    }

    /// The clock of a node at the start, as at a random moment.
    #[must_use]
    pub fn start(&self, node: u32) -> Clock {
        let mut words = self.words(node, 0);
        let taken = chance(words.next(), self.present);
        let mut clock = Clock { taken, turn: NEVER, in_session: true, session_end: NEVER };
        if let Some(turnover) = self.turnover.as_ref().filter(|_| taken) {
            let means = [0, 1].map(|which| turnover[which].mean * self.factor(&turnover[which], node, 2 + which));
            clock.taken = chance(words.next(), means[1] / (means[0] + means[1]));
            let drawn = &turnover[usize::from(clock.taken)];
            clock.turn = drawn.rest(self.factor(drawn, node, 2 + usize::from(clock.taken)), words.two());
        }
        if let Some(sessions) = &self.sessions {
            clock.in_session = chance(words.next(), self.share_of(sessions, node));
            let drawn = &sessions.lengths[usize::from(clock.in_session)];
            clock.session_end = drawn.rest(self.factor(drawn, node, usize::from(clock.in_session)), words.two());
        }
        clock
    }

    /// The clock of a new node that comes in a cycle.
    #[must_use]
    pub fn arrive(&self, node: u32, cycle: u32) -> Clock {
        let mut words = self.words(node, cycle);
        let turn = self.turn(node, true, cycle, &mut words);
        let clock = Clock { taken: true, turn, in_session: true, session_end: NEVER };
        self.resume(clock, node, cycle)
    }

    /// The clock of a node that begins a session in a cycle.
    #[must_use]
    pub fn resume(&self, clock: Clock, node: u32, cycle: u32) -> Clock {
        let mut words = self.words(node, cycle);
        words.skip();
        let session_end = self.session(node, true, cycle, &mut words).max(cycle + 1);
        Clock { in_session: true, session_end, ..clock }
    }

    /// Turns a clock forward to a cycle. Returns whether another node has taken the place.
    pub fn turn_to(&self, clock: &mut Clock, node: u32, cycle: u32) -> bool {
        let mut words = self.words(node, cycle);
        let mut renewed = false;
        for _ in 0..MOST_TURNS {
            if clock.turn > cycle {
                break;
            }
            clock.taken = !clock.taken;
            renewed |= clock.taken;
            if clock.taken {
                (clock.in_session, clock.session_end) = (true, self.session(node, true, clock.turn, &mut words));
            }
            clock.turn = self.turn(node, clock.taken, clock.turn, &mut words);
        }
        clock.turn = clock.turn.max(cycle + 1);
        for _ in 0..MOST_TURNS {
            if clock.session_end > cycle || !clock.taken {
                break;
            }
            clock.in_session = !clock.in_session;
            clock.session_end = self.session(node, clock.in_session, clock.session_end, &mut words);
        }
        if clock.taken {
            clock.session_end = clock.session_end.max(cycle + 1);
        }
        renewed
    }

    /// Whether a node is up in a cycle, and the next cycle in which that may change.
    #[must_use]
    pub fn is_up(&self, clock: &Clock, node: u32, cycle: u32) -> (bool, u32) {
        if !clock.taken {
            return (false, clock.turn);
        }
        let next = clock.turn.min(clock.session_end);
        let rhythm = self.sessions.as_ref().and_then(|sessions| Some((sessions.share, sessions.rhythm.as_ref()?)));
        let Some((share, rhythm)) = rhythm else { return (clock.in_session, next) };
        let word = for_life(self.seed, RHYTHM).word_of_many(node, clock.session_end);
        let within = f64::from(word) * 0.5_f64.powi(32);
        let mark = if clock.in_session { within * share } else { share + within * (1.0 - share) };
        let [.., zone, minute] = for_life(self.seed, HABITS).quad_of_many(node, 0);
        let hours = f64::from(cycle) * self.cycle_seconds / HOUR_SECONDS
            + f64::from(rhythm.zone.draw(zone))
            + f64::from(minute) * 0.5_f64.powi(32);
        let left = (1.0 - (hours - hours.floor())) * HOUR_SECONDS / self.cycle_seconds;
        let hour = hours.floor().rem_euclid(HOURS as f64) as usize;
        (mark < rhythm.shares[hour % HOURS], next.min(cycle.saturating_add(left.ceil().max(1.0) as u32)))
    }

    /// The share of the time that a node is up in the long run, while its place is taken.
    #[must_use]
    pub fn availability(&self, node: u32) -> f64 {
        let Some(sessions) = &self.sessions else { return 1.0 };
        let own = self.share_of(sessions, node);
        let Some(rhythm) = &sessions.rhythm else { return own };
        let at = |share: f64| {
            let below = (share / sessions.share).min(1.0);
            let above = ((share - sessions.share) / (1.0 - sessions.share).max(f64::MIN_POSITIVE)).max(0.0);
            own * below + (1.0 - own) * above
        };
        rhythm.shares.iter().map(|&share| at(share)).sum::<f64>() / HOURS as f64
    }

    /// The share of time in sessions of a node.
    fn share_of(&self, sessions: &Sessions, node: u32) -> f64 {
        let [down, up] =
            [0, 1].map(|which| sessions.lengths[which].mean * self.factor(&sessions.lengths[which], node, which));
        up / (up + down)
    }

    /// A node's own factor of the lengths of a kind.
    fn factor(&self, drawn: &Drawn, node: u32, which: usize) -> f64 {
        drawn.factor(for_life(self.seed, HABITS).word_of_many(node, [0, 1, 4, 5][which]))
    }

    fn session(&self, node: u32, up: bool, from: u32, words: &mut Words) -> u32 {
        let drawn = self.sessions.as_ref().map(|sessions| &sessions.lengths[usize::from(up)]);
        drawn.map_or(NEVER, |drawn| later(from, drawn.draw(self.factor(drawn, node, up.into()), words.two())))
    }

    fn turn(&self, node: u32, taken: bool, from: u32, words: &mut Words) -> u32 {
        let drawn = self.turnover.as_ref().map(|turnover| &turnover[usize::from(taken)]);
        drawn.map_or(NEVER, |drawn| {
            later(from, drawn.draw(self.factor(drawn, node, 2 + usize::from(taken)), words.two()))
        })
    }

    fn words(&self, node: u32, cycle: u32) -> Words {
        Words { stream: Stream::new(self.seed, cycle, LENGTHS), node, next: 0 }
    }
}

/// The long-run share of time up over all nodes.
fn mean_share([down, up]: &[Drawn; 2]) -> f64 {
    let downs = down.factors();
    let shares = up.factors().into_iter().flat_map(|of_up| {
        let up = up.mean * of_up;
        downs.iter().map(move |of_down| up / (up + down.mean * of_down))
    });
    let (sum, count) = shares.fold((0.0, 0.0), |(sum, count), share| (sum + share, count + 1.0));
    sum / count
}

/// Words of a node in a cycle, in order.
struct Words {
    stream: Stream,
    node: u32,
    next: u32,
}

impl Words {
    fn next(&mut self) -> u32 {
        self.next += 1;
        self.stream.word_of_many(self.node, self.next - 1)
    }

    fn two(&mut self) -> [u32; 2] {
        [self.next(), self.next()]
    }

    /// Leaves out the words of an arrival.
    fn skip(&mut self) {
        self.next += 4;
    }
}

fn chance(word: u32, share: f64) -> bool {
    f64::from(word) < share * 2_f64.powi(32)
}

fn later(from: u32, length: u32) -> u32 {
    from.saturating_add(length).min(NEVER)
}
