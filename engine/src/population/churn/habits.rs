//! How the nodes of a class come and go: sessions, a daily rhythm, lifetimes.
//!
//! A node alternates between up and down. With a rhythm a node in an up session is up in fact while the share of the
//! hour is above a mark that the session has drawn, and so is a node in a down session: marks of up sessions are
//! uniform below the long-run share of time up, marks of down sessions above it. So marks of all nodes are uniform at
//! all times, and the share that is up is what the rhythm says; with the same share at all hours the sessions are what
//! they were. For each node the hours begin at a minute of its own, so that the share moves along straight lines.

use datasets::scenario::{Churn, HOURS};
use kernels::philox::Stream;
use kernels::quantile::Table;

use super::lengths::LengthTable;
use crate::population::attributes::table;
use crate::population::life::{Clock, NEVER};
use crate::schedule::Seeds;
use crate::schedule::purpose::{HABITS, LENGTHS, RHYTHM, for_life};

const HOUR_SECONDS: f64 = 3600.0;

/// How the nodes of a class come and go.
#[derive(Debug)]
pub struct Habits {
    sessions: Option<Sessions>,
    turnover: Option<[LengthTable; 2]>,
    /// Share of the places that are taken at the start.
    present: f64,
    cycle_seconds: f64,
    seeds: Seeds,
}

#[derive(Debug)]
struct Sessions {
    /// Time down, time up.
    lengths: [LengthTable; 2],
    /// Long-run share of time up over all nodes.
    share: f64,
    rhythm: Option<Rhythm>,
}

#[derive(Debug)]
struct Rhythm {
    shares: [f64; HOURS],
    zone: Table,
}

/// Random words of a node: those for life, and the first for a cycle.
#[derive(Clone, Copy, Debug)]
pub struct Nature {
    /// The node.
    pub node: u32,
    /// Its own factors of down and up sessions, its time zone, its minute.
    habits: [u32; 4],
    /// The first words for lengths in the cycle.
    lengths: [u32; 4],
    cycle: u32,
}

/// Nodes whose words are drawn side by side.
pub const TOGETHER: usize = 16;

impl Nature {
    /// The natures of at most [`TOGETHER`] nodes in a cycle.
    pub fn of_many(seeds: Seeds, cycle: u32, nodes: &[u32]) -> impl Iterator<Item = Self> {
        let mut all = [0; TOGETHER];
        all[..nodes.len()].copy_from_slice(nodes);
        let habits = for_life(seeds.life, HABITS).quads_of_many(&all, 0);
        let lengths = seeds.stream(cycle, LENGTHS).quads_of_many(&all, 0);
        (0..nodes.len()).map(move |k| {
            let [habits, lengths] = [&habits, &lengths].map(|words| [0, 1, 2, 3].map(|word: usize| words[word][k]));
            Self { node: all[k], habits, lengths, cycle }
        })
    }

    /// The nature of one node in a cycle.
    pub fn new(seeds: Seeds, cycle: u32, node: u32) -> Self {
        let quad = |stream: Stream| stream.quad_of_many(node, 0);
        let (habits, lengths) = (quad(for_life(seeds.life, HABITS)), quad(seeds.stream(cycle, LENGTHS)));
        Self { node, habits, lengths, cycle }
    }
}

/// The most sessions, or nodes at one place, that begin and end within a cycle.
const MOST_TURNS: u32 = 64;

impl Habits {
    /// The habits of a class, with cycles of so many seconds.
    pub fn new(churn: &Churn, cycle_seconds: f64, seeds: Seeds) -> Self {
        let Churn { sessions, turnover, present } = churn;
        let drawn = |lengths| LengthTable::new(lengths, cycle_seconds);
        let sessions = sessions.as_ref().map(|sessions| {
            let lengths = [drawn(&sessions.down), drawn(&sessions.up)];
            let rhythm = sessions.rhythm.as_ref();
            let rhythm = rhythm.map(|rhythm| Rhythm { shares: rhythm.shares, zone: table(&rhythm.time_zone) });
            Sessions { share: mean_share(&lengths), lengths, rhythm }
        });
        let turnover = turnover.as_ref().map(|turnover| [drawn(&turnover.vacancy), drawn(&turnover.lifetime)]);
        Self { sessions, turnover, present: *present, cycle_seconds, seeds }
    }

    /// The clock of a node at the start, as at a random moment.
    pub fn start(&self, nature: &Nature) -> Clock {
        let mut words = self.words(nature);
        let taken = chance(words.next(), self.present);
        let mut clock = Clock { taken, turn: NEVER, in_session: true, session_end: NEVER };
        if let Some(turnover) = self.turnover.as_ref().filter(|_| taken) {
            let means = [0, 1].map(|which| turnover[which].mean * self.factor(&turnover[which], nature, 2 + which));
            clock.taken = chance(words.next(), means[1] / (means[0] + means[1]));
            let drawn = &turnover[usize::from(clock.taken)];
            clock.turn = drawn.rest(self.factor(drawn, nature, 2 + usize::from(clock.taken)), words.two());
        }
        if let Some(sessions) = &self.sessions {
            clock.in_session = chance(words.next(), self.share_of(sessions, nature));
            let drawn = &sessions.lengths[usize::from(clock.in_session)];
            clock.session_end = drawn.rest(self.factor(drawn, nature, usize::from(clock.in_session)), words.two());
        }
        clock
    }

    /// The clock of a new node that comes in the cycle.
    pub fn arrive(&self, nature: &Nature) -> Clock {
        let mut words = self.words(nature);
        let turn = self.turn(nature, true, nature.cycle, &mut words);
        let clock = Clock { taken: true, turn, in_session: true, session_end: NEVER };
        self.resume(clock, nature)
    }

    /// The clock of a node that begins a session in the cycle.
    pub fn resume(&self, clock: Clock, nature: &Nature) -> Clock {
        let (mut words, cycle) = (self.words(nature), nature.cycle);
        words.skip();
        let session_end = self.session(nature, true, cycle, &mut words).max(cycle + 1);
        Clock { in_session: true, session_end, ..clock }
    }

    /// Turns a clock forward to the cycle. Returns whether another node has taken the place.
    pub fn turn_to(&self, clock: &mut Clock, nature: &Nature) -> bool {
        let (mut words, cycle) = (self.words(nature), nature.cycle);
        let mut renewed = false;
        for _ in 0..MOST_TURNS {
            if clock.turn > cycle {
                break;
            }
            clock.taken = !clock.taken;
            renewed |= clock.taken;
            if clock.taken {
                (clock.in_session, clock.session_end) = (true, self.session(nature, true, clock.turn, &mut words));
            }
            clock.turn = self.turn(nature, clock.taken, clock.turn, &mut words);
        }
        clock.turn = clock.turn.max(cycle + 1);
        for _ in 0..MOST_TURNS {
            if clock.session_end > cycle || !clock.taken {
                break;
            }
            clock.in_session = !clock.in_session;
            clock.session_end = self.session(nature, clock.in_session, clock.session_end, &mut words);
        }
        if clock.taken {
            clock.session_end = clock.session_end.max(cycle + 1);
        }
        renewed
    }

    /// Whether a node is up in the cycle, and the next cycle in which that may change.
    pub fn is_up(&self, clock: &Clock, nature: &Nature) -> (bool, u32) {
        let cycle = nature.cycle;
        if !clock.taken {
            return (false, clock.turn);
        }
        let next = clock.turn.min(clock.session_end);
        let rhythm = self.sessions.as_ref().and_then(|sessions| Some((sessions.share, sessions.rhythm.as_ref()?)));
        let Some((share, rhythm)) = rhythm else { return (clock.in_session, next) };
        let word = for_life(self.seeds.life, RHYTHM).word_of_many(nature.node, clock.session_end);
        let within = f64::from(word) * 0.5_f64.powi(32);
        let mark = if clock.in_session { within * share } else { share + within * (1.0 - share) };
        let [.., zone, minute] = nature.habits;
        let hours = f64::from(cycle) * self.cycle_seconds / HOUR_SECONDS
            + f64::from(rhythm.zone.draw(zone))
            + f64::from(minute) * 0.5_f64.powi(32);
        let hour = hours.floor().rem_euclid(HOURS as f64) as usize % HOURS;
        let is_up_at = |hour: usize| mark < rhythm.shares[hour % HOURS];
        // The first hour at which that is otherwise.
        let Some(after) = (1..HOURS).find(|after| is_up_at(hour + after) != is_up_at(hour)) else {
            return (is_up_at(hour), next);
        };
        let left = (after as f64 - (hours - hours.floor())) * HOUR_SECONDS / self.cycle_seconds;
        (is_up_at(hour), next.min(cycle.saturating_add(left.ceil().max(1.0) as u32)))
    }

    /// The share of the time that a node is up in the long run, while its place is taken.
    pub fn availability(&self, nature: &Nature) -> f64 {
        let Some(sessions) = &self.sessions else { return 1.0 };
        let own = self.share_of(sessions, nature);
        let Some(rhythm) = &sessions.rhythm else { return own };
        let at = |share: f64| {
            let below = (share / sessions.share).min(1.0);
            let above = ((share - sessions.share) / (1.0 - sessions.share).max(f64::MIN_POSITIVE)).max(0.0);
            own * below + (1.0 - own) * above
        };
        rhythm.shares.iter().map(|&share| at(share)).sum::<f64>() / HOURS as f64
    }

    /// The share of time in sessions of a node.
    fn share_of(&self, sessions: &Sessions, nature: &Nature) -> f64 {
        let [down, up] =
            [0, 1].map(|which| sessions.lengths[which].mean * self.factor(&sessions.lengths[which], nature, which));
        up / (up + down)
    }

    /// A node's own factor of the lengths of a kind.
    fn factor(&self, drawn: &LengthTable, nature: &Nature, which: usize) -> f64 {
        let later = || for_life(self.seeds.life, HABITS).word_of_many(nature.node, which as u32 + 2);
        drawn.factor(|| if which < 2 { nature.habits[which] } else { later() })
    }

    fn session(&self, nature: &Nature, up: bool, from: u32, words: &mut Words) -> u32 {
        let drawn = self.sessions.as_ref().map(|sessions| &sessions.lengths[usize::from(up)]);
        drawn.map_or(NEVER, |drawn| later(from, drawn.draw(self.factor(drawn, nature, up.into()), words.two())))
    }

    fn turn(&self, nature: &Nature, taken: bool, from: u32, words: &mut Words) -> u32 {
        let drawn = self.turnover.as_ref().map(|turnover| &turnover[usize::from(taken)]);
        drawn.map_or(NEVER, |drawn| {
            later(from, drawn.draw(self.factor(drawn, nature, 2 + usize::from(taken)), words.two()))
        })
    }

    fn words(&self, nature: &Nature) -> Words {
        let stream = self.seeds.stream(nature.cycle, LENGTHS);
        Words { stream, node: nature.node, next: 0, ready: nature.lengths }
    }
}

/// The long-run share of time up over all nodes.
fn mean_share([down, up]: &[LengthTable; 2]) -> f64 {
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
    /// Four of them, drawn together.
    ready: [u32; 4],
}

impl Words {
    fn next(&mut self) -> u32 {
        if self.next > 0 && self.next.is_multiple_of(4) {
            self.ready = self.stream.quad_of_many(self.node, self.next / 4);
        }
        self.next += 1;
        self.ready[(self.next as usize - 1) % 4]
    }

    fn two(&mut self) -> [u32; 2] {
        [self.next(), self.next()]
    }

    /// Leaves out the words of an arrival.
    fn skip(&mut self) {
        self.next = 4;
    }
}

fn chance(word: u32, share: f64) -> bool {
    f64::from(word) < share * 2_f64.powi(32)
}

fn later(from: u32, length: u32) -> u32 {
    from.saturating_add(length).min(NEVER)
}
