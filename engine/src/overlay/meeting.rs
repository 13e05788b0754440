//! How the members of a population meet in a pass: the one place that knows whether partners are drawn on the spot,
//! listed, matched, or entries of views.
//!
//! - [`Overlay::meeting`]: each member meets one other. Drawn: reads and writes each state once a round, as a stream,
//!   partners in cache. From a list, or as picked in peer sampling: four bytes a node more, and a random access to the
//!   partner. From views: a line of each record more.
//! - [`Overlay::visits`]: some nodes meet a member each.
//! - [`Overlay::choosing`]: each member looks at several others, and meets one of them.
//! - [`Overlay::looking`]: each member looks at several others, and meets whom it likes.

use std::sync::Arc;

use datasets::scenario::{Pairing, Sampling};
use kernels::exchange::Tally;
use kernels::slicing::MOST_CANDIDATES;
use kernels::suite::NONE;
use kernels::views::{NOBODY, TOGETHER, Words};

use super::oracle::{Fresh, draw_partners};
use super::views::Views;
use super::{Overlay, links};
use crate::memory::Mask;
use crate::population::Members;
use crate::schedule::{Drawn, Draws, Listed, Matching, Partition, Protocol};

/// Members of a block where each meets one other: two blocks of eight bytes a member fill half of a core's own cache.
/// May change results.
pub const BLOCK: usize = 1 << 13;

/// Members of a block where each chooses among several: a little more than a window of candidates. May change results.
pub const CHOICE_BLOCK: usize = 1 << 11;

/// The members of a population, about to meet in a pass: the same partners in the same order for every column.
#[derive(Debug)]
pub struct Meeting<'a> {
    draws: Draws,
    members: Mask<'a>,
    how: How<'a>,
    /// Requests to those who are no members.
    failed: u64,
}

/// How they meet.
#[derive(Debug)]
enum How<'a> {
    Drawn(Arc<Partition>),
    Matched(Arc<Partition>),
    Listed(&'a [u32]),
}

impl<'a> Meeting<'a> {
    /// Each member meets one other that the oracle draws on the spot.
    #[must_use]
    pub fn drawn(members: Members<'a>, draws: Draws) -> Self {
        Self { draws, members: members.mask, how: How::Drawn(members.partition(BLOCK)), failed: 0 }
    }

    /// Each node meets the member that stands in its row of a list, if anybody does.
    #[must_use]
    pub fn listed(members: Members<'a>, draws: Draws, list: &'a [u32]) -> Self {
        Self { draws, members: members.mask, how: How::Listed(list), failed: 0 }
    }

    /// The same, before which so many were tried who are no members.
    #[must_use]
    pub fn with_failed(self, failed: u64) -> Self {
        Self { failed, ..self }
    }

    /// Runs the exchanges of a protocol on a column.
    pub fn run<T: Copy + Send + Sync>(&self, state: &mut [T], protocol: &impl Protocol<T>) -> Tally {
        let Self { draws, members: mask, ref how, failed } = *self;
        let tally = match how {
            How::Drawn(partition) => Drawn { draws, partition, mask }.run(state, protocol),
            How::Matched(partition) => Matching { draws, partition, mask }.run(state, protocol),
            How::Listed(partners) => Listed { draws, partners: *partners }.run(state, protocol),
        };
        Tally { failed, ..tally }
    }
}

/// Whom members see in a cycle: the entries of their views, or with the oracle random members.
#[derive(Clone, Copy, Debug)]
pub enum Sight<'a> {
    /// Entries of views, or neighbours, members or not; [`NOBODY`] behind the last.
    Known(Views<'a>, Draws),
    /// Members drawn fresh.
    Fresh(Fresh<'a>),
}

/// Seen in which a thread finds whom nodes see.
#[derive(Debug)]
pub struct Seen {
    /// Of the nodes from `first` on, whom they see: a row for each draw.
    rows: Vec<[u32; TOGETHER]>,
    first: Option<u32>,
    row: [u32; MOST_CANDIDATES],
}

impl Sight<'_> {
    /// Seen for a thread.
    #[must_use]
    pub fn room(&self) -> Seen {
        let count = if let Self::Fresh(fresh) = self { fresh.count() } else { 0 };
        Seen { rows: vec![[NOBODY; TOGETHER]; count], first: None, row: [NOBODY; MOST_CANDIDATES] }
    }

    /// Whom a node sees. `fetch` is told whom this node and some after it see.
    pub fn of<'s>(&'s self, node: u32, room: &'s mut Seen, fetch: impl Fn(u32)) -> &'s [u32] {
        let fresh = match self {
            Self::Known(views, _) if !views.are_many(node) => return views.entries_of(node),
            Self::Known(views, draws) => return some(views.entries_of(node), views.most(), (node, draws), room),
            Self::Fresh(fresh) => fresh,
        };
        let Seen { rows, first, row: seen } = room;
        let lane = node as usize % TOGETHER;
        if *first != Some(node - lane as u32) {
            *first = Some(node - lane as u32);
            fresh.draw(rows, node - lane as u32);
            rows.iter().flatten().for_each(|&other| fetch(other));
        }
        seen.iter_mut().zip(&*rows).for_each(|(seen, row)| *seen = row[lane]);
        &seen[..rows.len()]
    }
}

/// So many of a node's neighbours: those from a random one on.
fn some<'s>(all: &[u32], most: usize, (node, draws): (u32, &Draws), room: &'s mut Seen) -> &'s [u32] {
    let first = Words::new(draws.retries(), node).below(all.len());
    let seen = all.iter().cycle().skip(first);
    room.row.iter_mut().zip(seen).take(most).for_each(|(row, other)| *row = *other);
    &room.row[..most]
}

impl Overlay {
    /// Whom nodes know, if they do not draw others fresh, and the room for a list of partners.
    fn parts(&mut self) -> (Option<Views<'_>>, &mut [u32]) {
        let Self { sampling, views, graph, list, .. } = self;
        let list = list.as_deref_mut().unwrap_or_default();
        (links(sampling, views.as_ref(), graph.as_ref()).map(|links| Views::of(links, sampling)), list)
    }

    /// Whom live nodes meet to tell each other something, where no peer sampling carries it, is written into a list:
    /// random others, or in a graph random neighbours. Returns how many were tried that are dead.
    pub fn draw(&self, list: &mut [u32], draws: &Draws, alive: Mask<'_>) -> u64 {
        let starts = |node: usize| alive.holds(node);
        let Some(links) = self.links() else {
            draw_partners(list, draws, alive, starts);
            return 0;
        };
        Views::of(links, &self.sampling).draw_partners(list, draws, |_, other| alive.holds(other as usize), starts)
    }

    /// Each member tells one other something that no peer sampling carries.
    pub fn telling<'a>(&'a mut self, members: Members<'a>, draws: Draws) -> Meeting<'a> {
        if self.graph.is_none() {
            return Meeting::drawn(members, draws);
        }
        self.visits(members, draws, move |node| members.mask.holds(node))
    }

    /// Each member meets one other, as the scenario pairs them.
    pub fn meeting<'a>(&'a mut self, members: Members<'a>, draws: Draws) -> Meeting<'a> {
        if self.picking == Some(draws.purpose) {
            let picks = self.picks.as_deref().unwrap_or_default();
            return Meeting { failed: self.failed_picks, ..Meeting::listed(members, draws, picks) };
        }
        let Sampling { pairing, listed, .. } = self.sampling;
        if self.views.is_some() || self.graph.is_some() || pairing == Pairing::Ordered && listed {
            return self.visits(members, draws, move |node| members.mask.holds(node));
        }
        match pairing {
            Pairing::Ordered => Meeting::drawn(members, draws),
            Pairing::Matching => {
                Meeting { draws, members: members.mask, how: How::Matched(members.partition(BLOCK)), failed: 0 }
            }
        }
    }

    /// Each node that `starts` meets one member.
    pub fn visits<'a>(
        &'a mut self,
        members: Members<'a>,
        draws: Draws,
        starts: impl Fn(usize) -> bool + Sync,
    ) -> Meeting<'a> {
        let (views, list) = self.parts();
        let failed = if let Some(views) = views {
            views.draw_partners(list, &draws, |_, other| members.mask.holds(other as usize), starts)
        } else {
            draw_partners(list, &draws, members.mask, starts);
            0
        };
        Meeting { failed, ..Meeting::listed(members, draws, list) }
    }

    /// Writes a random entry of its view that is of its own group, for every node that is in a group, into a list.
    /// `places` are the groups, [`NONE`] for none; those alone take part whom a mask holds, and those alone draw of
    /// which `starts` says so. Returns how many entries were tried that are none of these.
    pub fn draw_inside(
        &self,
        list: &mut [u32],
        draws: &Draws,
        (places, mask): (&[u8], Mask<'_>),
        starts: impl Fn(usize) -> bool + Sync,
    ) -> u64 {
        let Some(links) = self.links() else { return 0 };
        let answers =
            |node: u32, other: u32| places[node as usize] == places[other as usize] && mask.holds(other as usize);
        let starts = |node: usize| places[node] != NONE && mask.holds(node) && starts(node);
        Views::of(links, &self.sampling).draw_partners(list, draws, answers, starts)
    }

    /// Each member looks at several others, and exchanges with one of them. With the oracle candidates are drawn fresh,
    /// and `protocol` chooses when a member's turn has come. With views `choose` writes the choice of each member among
    /// the entries of its view that are members, as the column is when the cycle begins, into a list; `chosen` is what
    /// happens when its turn has come.
    pub fn choosing<T: Copy + Send + Sync>(
        &mut self,
        members: Members<'_>,
        draws: Draws,
        column: &mut [T],
        protocol: &impl Protocol<T>,
        (choose, chosen): (impl FnOnce(&mut [u32], Views<'_>, &[T]), &impl Protocol<T>),
    ) -> Tally {
        let (Some(views), list) = self.parts() else {
            let partition = members.partition(CHOICE_BLOCK);
            return Drawn { draws, partition: &partition, mask: members.mask }.run(column, protocol);
        };
        choose(list, views, column);
        Listed { draws, partners: &*list }.run(column, chosen)
    }

    /// Each member looks at several others: `look` is told whom members see, and writes into the list whom they meet
    /// then.
    pub fn looking<'a>(
        &'a mut self,
        members: Members<'a>,
        draws: Draws,
        look: impl FnOnce(Sight<'_>, &mut [u32]),
    ) -> Meeting<'a> {
        let count = self.sampling.view as usize;
        let (views, list) = self.parts();
        let fresh = || Fresh::new(members.nodes, members.mask, &draws, count);
        look(views.map_or_else(|| Sight::Fresh(fresh()), |views| Sight::Known(views, draws)), list);
        Meeting::listed(members, draws, list)
    }
}
