//! A protocol with the records of its members, and a cycle of it.
//!
//! Reads and writes each record as a stream when a cycle begins and when it ends, as a stream and at random in between;
//! inside applications four bytes at random for the row of each partner, and one for whether it is a member.

use std::fmt::Debug;
use std::ops::Range;

use kernels::exchange::{Ends, REPLY_LOST, REQUEST_LOST, Tally};
use kernels::views::NOBODY;

use super::around::Around;
use super::members::Members;
use super::protocol::{Hop, Pair, Protocol, Reach};
use super::record::Record;
use crate::memory::{Column, Field, Fields, Kind, Records, strides};
use crate::schedule::{Batch, Draws, Listed, Partners, Protocol as Scheduled};

/// Streams of a member's turn when a cycle begins, when it ends, and when the member comes or goes, from the purpose of
/// the pass on.
const BEGIN: u32 = 8;
const END: u32 = 16;
const COME: u32 = 24;

type CellOf<P> = <<P as Protocol>::Record as Record>::Cell;

/// A protocol, and what its members keep.
#[derive(Debug)]
pub struct Instance<P: Protocol> {
    protocol: P,
    records: Column<CellOf<P>>,
}

impl<P: Protocol> Instance<P> {
    /// A protocol whose records are a column of a name, with so many rows or one a node.
    pub fn new(protocol: P, column: String, rows: Option<usize>) -> Self {
        let cells = protocol.cells();
        let records = Column::new(Kind::Kept, column).of_cells(cells);
        Self { protocol, records: if let Some(rows) = rows { records.of_rows(rows) } else { records } }
    }

    fn cells(&self) -> usize {
        self.protocol.cells()
    }

    fn members<'m>(&'m self, around: &'m Around<'m>) -> Members<'m, P::Record> {
        Members { who: around.who, cells: self.cells(), records: &self.records, around, judged: usize::MAX }
    }

    /// Something is done with each member's record. Returns how many they are.
    fn each(
        &mut self,
        around: &Around<'_>,
        which: u32,
        work: impl Fn(&P, &mut P::Record, &mut super::around::Turn<'_>) + Sync,
    ) -> u64 {
        let cells = self.cells();
        let Self { protocol, records } = self;
        let stream = shifted(around.draws, which).partners();
        let members = strides(Records { cells, state: records }, |first, mut records| {
            let mut members = 0;
            for row in 0..records.state.len() / cells {
                let node = around.who.node(first + row);
                if node != NOBODY {
                    members += 1;
                    let mut turn = around.turn(node, stream);
                    work(protocol, P::Record::of_mut(records.row(row)), &mut turn);
                    turn.over();
                }
            }
            members
        });
        members.into_iter().sum()
    }
}

fn shifted(draws: Draws, by: u32) -> Draws {
    Draws { purpose: draws.purpose + by, ..draws }
}

/// Whatever protocol it is, with its records.
pub trait AnyInstance: Debug + Send + Sync {
    /// See [`Fields::visit`].
    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Field));
    /// See [`Protocol::wire_bytes`].
    fn wire_bytes(&self) -> [u64; 2];
    /// All members begin, with empty records. Returns how many they are.
    fn start(&mut self, around: &Around<'_>) -> u64;
    /// Nodes come, by their rows, which belong to them.
    fn come(&mut self, around: &Around<'_>, nodes: &[(usize, u32)]);
    /// Nodes go, by their rows; politely, or without a word. Their records are emptied.
    fn go(&mut self, around: &Around<'_>, nodes: &[(usize, u32)], politely: bool);
    /// A cycle. Returns the messages, and the bytes that exchanges have told of.
    fn cycle(&mut self, around: &Around<'_>) -> (Tally, u64);
    /// See [`Protocol::hop`].
    fn hop(&self, around: &Around<'_>, node: u32, key: u32, reach: &mut Reach<'_>) -> Option<Hop>;
    /// See [`Protocol::behind`].
    fn behind(&self, around: &Around<'_>, node: u32) -> Vec<u32>;
    /// See [`Protocol::stands`].
    fn stands(&self, around: &Around<'_>) -> Vec<(u32, u32)>;
    /// See [`Protocol::measures`].
    fn measures(&self) -> &'static [&'static str];
    /// See [`Protocol::measure`]; of a topology so many members are judged at most.
    fn measure(&self, around: &Around<'_>, judged: usize) -> Vec<f64>;
}

impl<P: Protocol> AnyInstance for Instance<P> {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Field)) {
        self.records.visit(see);
    }

    fn wire_bytes(&self) -> [u64; 2] {
        self.protocol.wire_bytes()
    }

    fn start(&mut self, around: &Around<'_>) -> u64 {
        let begin = |protocol: &P, record: &mut P::Record, turn: &mut super::around::Turn<'_>| {
            record.clear();
            protocol.init(record, turn);
        };
        self.each(around, COME, begin)
    }

    fn come(&mut self, around: &Around<'_>, nodes: &[(usize, u32)]) {
        let (cells, stream) = (self.cells(), shifted(around.draws, COME).partners());
        for &(row, node) in nodes {
            let mut turn = around.turn(node, stream);
            self.protocol.join(P::Record::of_mut(&mut self.records[row * cells..][..cells]), &mut turn);
            turn.over();
        }
    }

    fn go(&mut self, around: &Around<'_>, nodes: &[(usize, u32)], politely: bool) {
        let (cells, stream) = (self.cells(), shifted(around.draws, COME).retries());
        for &(row, node) in nodes {
            let record = &mut self.records[row * cells..][..cells];
            if politely {
                let mut turn = around.turn(node, stream);
                self.protocol.leave(P::Record::of_mut(record), &mut turn);
                turn.over();
            }
            bytemuck::fill_zeroes(record);
        }
    }

    fn cycle(&mut self, around: &Around<'_>) -> (Tally, u64) {
        self.each(around, BEGIN, P::begin_cycle);
        let cells = self.cells();
        let meeting = Meeting { protocol: &self.protocol, around, cells };
        let tally = Listed { draws: around.draws, partners: &meeting }.run(&mut self.records, &meeting);
        self.each(around, END, P::end_of_cycle);
        let failed = around.failed.sum();
        (Tally { failed, ..tally }, around.told.sum())
    }

    fn hop(&self, around: &Around<'_>, node: u32, key: u32, reach: &mut Reach<'_>) -> Option<Hop> {
        self.protocol.hop(&self.members(around), node, key, reach)
    }

    fn behind(&self, around: &Around<'_>, node: u32) -> Vec<u32> {
        self.protocol.behind(&self.members(around), node)
    }

    fn stands(&self, around: &Around<'_>) -> Vec<(u32, u32)> {
        self.protocol.stands(&self.members(around))
    }

    fn measures(&self) -> &'static [&'static str] {
        self.protocol.measures()
    }

    fn measure(&self, around: &Around<'_>, judged: usize) -> Vec<f64> {
        self.protocol.measure(&Members { judged, ..self.members(around) })
    }
}

/// The exchanges of a cycle.
struct Meeting<'m, 'a, P> {
    protocol: &'m P,
    around: &'m Around<'a>,
    cells: usize,
}

impl<P: Protocol> Partners<CellOf<P>> for &Meeting<'_, '_, P> {
    fn starting(&self, rows: Range<usize>) -> usize {
        rows.filter(|&row| self.around.who.node(row) != NOBODY).count()
    }
    fn may_start(&self, row: usize) -> bool {
        self.around.who.node(row) != NOBODY
    }
    fn words(&self, rows: Range<usize>, words: &mut Vec<u32>) {
        words.clear();
        words.resize(rows.len(), 0);
    }
    fn choose(&self, row: usize, _: u32, cells: &mut [CellOf<P>]) -> u32 {
        let node = self.around.who.node(row);
        if node == NOBODY {
            return NOBODY;
        }
        let mut turn = self.around.turn(node, self.around.draws.partners());
        let chosen = self.protocol.partner(P::Record::of_mut(cells), &mut turn);
        let found = chosen.filter(|&other| other != node && turn.answers(other));
        turn.over();
        found.map_or(NOBODY, |other| self.around.who.row(other) as u32)
    }
}

impl<P: Protocol> Scheduled<CellOf<P>> for Meeting<'_, '_, P> {
    fn cells(&self) -> usize {
        self.cells
    }
    fn run(&self, ends: &mut impl Ends<CellOf<P>>, batch: &mut Batch<'_>) -> Tally {
        let (mut tally, cells) = (Tally::default(), self.cells);
        let mut told = 0;
        for (k, (&from, &to)) in batch.from.iter().zip(batch.partners).enumerate() {
            let loss = batch.losses.get(k).copied().unwrap_or(0);
            tally.count(loss);
            if loss == REQUEST_LOST {
                continue;
            }
            let rows = [batch.nodes[0].at(from), batch.nodes[1].at(to)];
            let nodes = rows.map(|row| self.around.who.node(row as usize));
            let [own, other] = ends.both(from as usize * cells, to as usize * cells, cells);
            let mut turn = self.around.turn(nodes[0], self.around.draws.meetings());
            self.protocol.exchange(&mut Pair {
                own: P::Record::of_mut(own),
                other: P::Record::of_mut(other),
                other_node: nodes[1],
                is_reply_lost: loss == REPLY_LOST,
                turn: &mut turn,
            });
            told += turn.take_told();
            turn.over();
        }
        self.around.told.add(told);
        tally
    }
}
