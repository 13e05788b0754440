//! What a member finds around it in a cycle: who is a member, whom it knows, and random numbers.
//!
//! Knowing others is peer sampling: with the oracle they are random members, else entries of the member's view. Both
//! read a byte at random for each member that is tried; views are read beside, two cache lines or three each.

use kernels::philox::Stream;
use kernels::views::{NOBODY, Words};

use crate::memory::{Column, Mask};
use crate::overlay::views::Views;
use crate::population::Borders;
use crate::schedule::{Count, Cycle, Draws};

/// How often a random member is sought before there is taken to be none.
const ATTEMPTS: usize = 1_000;

/// Who the members are.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// All live nodes: a row is a node.
    Cloud {
        /// Nodes, alive or not.
        nodes: usize,
        /// Which of them live.
        alive: Mask<'a>,
        /// Who is of the same cloud, where clouds are several.
        borders: Option<Borders<'a>>,
    },
    /// Those in the overlay of an application.
    App {
        /// The application.
        app: u8,
        /// In whose overlay each node is.
        places: &'a [u8],
        /// The row of each node in its application's table.
        rows: &'a [u32],
        /// The node of each row, [`NOBODY`] for none.
        owners: &'a [u32],
    },
}

impl Who<'_> {
    /// Rows, whether they belong to anybody or not.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Cloud { nodes, .. } => *nodes,
            Self::App { owners, .. } => owners.len(),
        }
    }

    /// The member to whom a row belongs; [`NOBODY`] for nobody.
    #[must_use]
    #[inline]
    pub fn node(&self, row: usize) -> u32 {
        match self {
            Self::Cloud { alive, .. } => {
                if alive.holds(row) {
                    row as u32
                } else {
                    NOBODY
                }
            }
            Self::App { owners, .. } => owners[row],
        }
    }

    /// Whether a node is a member.
    #[must_use]
    #[inline]
    pub fn holds(&self, node: u32) -> bool {
        match self {
            Self::Cloud { alive, nodes, .. } => (node as usize) < *nodes && alive.holds(node as usize),
            Self::App { app, places, .. } => places.get(node as usize) == Some(app),
        }
    }

    /// Whether messages arrive between two members.
    #[must_use]
    #[inline]
    pub fn join(&self, node: u32, other: u32) -> bool {
        match self {
            Self::Cloud { borders: Some(borders), .. } => borders.join(node, other),
            Self::Cloud { borders: None, .. } | Self::App { .. } => true,
        }
    }

    /// The row of a member.
    #[must_use]
    #[inline]
    pub fn row(&self, node: u32) -> usize {
        match self {
            Self::Cloud { .. } => node as usize,
            Self::App { rows, .. } => rows[node as usize] as usize,
        }
    }
}

/// Views, and what an entry bears that was made in this cycle, if that is no age.
pub type Known<'a> = (Views<'a>, Option<u8>);

/// What all members find around them.
#[derive(Debug)]
pub struct Around<'a> {
    /// Who they are.
    pub who: Who<'a>,
    /// The attributes of nodes.
    pub attributes: &'a [Column<f32>],
    /// Whom they know; `None` for the oracle.
    pub views: Option<Known<'a>>,
    /// The cycle.
    pub cycle: Cycle,
    /// What the pass draws.
    pub draws: Draws,
    /// Requests to those who are no members.
    pub(super) failed: Count,
    /// Bytes that exchanges have told of.
    pub(super) told: Count,
}

impl<'a> Around<'a> {
    /// What there is around the members of a population in a cycle.
    #[must_use]
    pub fn new(
        who: Who<'a>,
        (views, attributes): (Option<Known<'a>>, &'a [Column<f32>]),
        cycle: Cycle,
        purpose: u32,
    ) -> Self {
        let [failed, told] = [Count::default(), Count::default()];
        Self { who, views, attributes, cycle, draws: cycle.draws(purpose), failed, told }
    }

    /// The turn of a member, with the random words that a stream has for it.
    #[must_use]
    pub(super) fn turn(&'a self, node: u32, stream: Stream) -> Turn<'a> {
        Turn { node, words: Words::new(stream, node), around: self, failed: 0, told: 0 }
    }
}

/// A member whose turn it is, and what it finds around it.
#[derive(Debug)]
pub struct Turn<'a> {
    /// The member.
    pub node: u32,
    words: Words,
    around: &'a Around<'a>,
    failed: u64,
    told: u64,
}

impl Turn<'_> {
    /// The number of the cycle, from 1 on; 0 before the first.
    #[must_use]
    pub fn cycle(&self) -> u32 {
        self.around.cycle.number
    }

    /// A random word.
    pub fn word(&mut self) -> u32 {
        self.words.word()
    }

    /// A uniform number below a range, which is not 0.
    pub fn below(&mut self, range: usize) -> usize {
        self.words.below(range)
    }

    /// True with a probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        f64::from(self.words.word()) < probability * 2_f64.powi(32)
    }

    /// The value of an attribute, by its index in the fleet, that this member has.
    #[must_use]
    pub fn attribute(&self, attribute: usize) -> f32 {
        self.attribute_of(self.node, attribute)
    }

    /// The same of another, as an entry of it tells whoever knows it.
    #[must_use]
    pub fn attribute_of(&self, node: u32, attribute: usize) -> f32 {
        self.around.attributes[attribute][node as usize]
    }

    /// Whether a node is a member, as whoever sends it a message finds out: one of another cloud is none.
    #[must_use]
    pub fn is_member(&self, node: u32) -> bool {
        self.around.who.holds(node) && self.around.who.join(self.node, node)
    }

    /// The same; a request to somebody who is none counts as one that has failed.
    pub fn answers(&mut self, node: u32) -> bool {
        let answers = self.is_member(node);
        self.failed += u64::from(!answers);
        answers
    }

    /// Whether members know random others, drawn fresh as no node of a real cloud does (the oracle), and not the
    /// entries of a view.
    #[must_use]
    pub fn is_oracle(&self) -> bool {
        self.around.views.is_none()
    }

    /// A random one of those that it knows who is a member; `None` if there is none.
    pub fn sample(&mut self) -> Option<u32> {
        let Some((views, _)) = self.around.views else { return self.drawn(self.node) };
        let entries = views.entries_of(self.node);
        let count = entries.iter().take_while(|entry| **entry != NOBODY).count();
        if count == 0 {
            return None;
        }
        let first = self.words.below(count);
        (0..count).map(|k| entries[(first + k) % count]).find(|&other| self.answers(other))
    }

    /// So many of those whom it knows, or all, with their ages: in a view there may be nodes that are members no more.
    /// With the oracle they are drawn fresh, and one may come twice.
    pub fn samples(&mut self, count: usize) -> impl Iterator<Item = (u32, u8)> {
        self.samples_of(self.node, count)
    }

    /// The same of a member that it meets.
    pub fn samples_of(&mut self, node: u32, count: usize) -> impl Iterator<Item = (u32, u8)> {
        let (entries, ages, now) = match self.around.views {
            Some((views, now)) => (views.entries_of(node), views.ages_of(node), now),
            None => (&[][..], &[][..], None),
        };
        let known = entries.iter().take_while(|entry| **entry != NOBODY).count();
        let first = if known > count { self.words.below(known) } else { 0 };
        let is_oracle = self.is_oracle();
        let count = if is_oracle { count } else { count.min(known) };
        (0..count).map_while(move |k| {
            if is_oracle {
                return self.drawn(node).map(|other| (other, 0));
            }
            let place = (first + k) % known;
            // Neighbours in a graph bear no age: they are as good as new.
            let age = |bears: &u8| now.map_or(*bears, |now| now.wrapping_sub(*bears));
            Some((entries[place], ages.get(place).map_or(0, age)))
        })
    }

    /// A random member but one node.
    fn drawn(&mut self, but: u32) -> Option<u32> {
        let rows = self.around.who.rows();
        let who = &self.around.who;
        let is_other = |other: u32| other != NOBODY && other != but && who.join(but, other);
        (0..ATTEMPTS).map(|_| who.node(self.words.below(rows))).find(|&other| is_other(other))
    }

    /// So many bytes more go over the wire in this exchange.
    pub fn told(&mut self, bytes: u64) {
        self.told += bytes;
    }

    /// What has been told; then nothing has.
    pub(super) fn take_told(&mut self) -> u64 {
        std::mem::take(&mut self.told)
    }

    /// Its counts are added to those of all.
    pub(super) fn over(&mut self) {
        for (own, all) in [(&mut self.failed, &self.around.failed), (&mut self.told, &self.around.told)] {
            if *own > 0 {
                all.add(std::mem::take(own));
            }
        }
    }
}
