//! Whether nodes are there: the states of a place, the clocks of its node, and what has happened to it.

use kernels::prefetch::prefetch;

use crate::memory::{Column, Kind, MEMBER, STRIDE, fields, strides};

/// A live node, in the column `alive`.
pub const UP: u8 = MEMBER;
/// A node that will be back.
pub const DOWN: u8 = 0;
/// A place without a node.
pub const FREE: u8 = 2;
/// A node in an outage.
pub const OUT: u8 = 3;

/// The last cycle that a clock can show; also stands for never.
pub const NEVER: u32 = (1 << 31) - 1;

/// The highest bit of a clock's session column: in an up session.
const IN_SESSION: u32 = 1 << 31;

/// When nodes come and go by themselves, or after an outage.
#[derive(Debug)]
pub struct Life {
    /// The cycle in which something may happen to the node.
    pub next: Column<u32>,
    /// The cycle in which its session, or the time between two, ends; the highest bit says which. Missing where that is
    /// `next`.
    pub session: Option<Column<u32>>,
    /// The cycle in which its place is given up, or taken; missing if places are not.
    pub turn: Option<Column<u32>>,
}

/// What a node is about to do.
#[derive(Clone, Copy, Debug)]
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

/// The clocks of some nodes, row by row: the next moment, the end of the session, the turn.
pub type Clocks<'a> = (&'a mut [u32], (Option<&'a mut [u32]>, Option<&'a mut [u32]>));

impl Life {
    /// The columns, with those of sessions and turns where nodes need them.
    #[must_use]
    pub fn declare([session, turn]: [bool; 2]) -> Self {
        let column = |name| Column::new(Kind::Slow, name);
        Self {
            next: column("life-next").filled(NEVER),
            session: session.then(|| column("life-session")),
            turn: turn.then(|| column("life-turn")),
        }
    }

    /// All clocks.
    pub fn clocks(&mut self) -> Clocks<'_> {
        (&mut self.next, (self.session.as_deref_mut(), self.turn.as_deref_mut()))
    }
}

fields!(Life { next, session, turn });

impl Clock {
    /// A node that is up for ever.
    pub const ALWAYS: Self = Self { taken: true, turn: NEVER, in_session: true, session_end: NEVER };

    /// The clock of the node in a row, by the state of its place.
    pub fn read(state: u8, (next, (session, turn)): &Clocks<'_>, row: usize) -> Self {
        let taken = state != FREE;
        let turn = turn.as_ref().map_or(NEVER, |turn| turn[row]);
        match session.as_ref().map(|session| session[row]) {
            Some(word) => Self { taken, turn, in_session: word & IN_SESSION != 0, session_end: word & !IN_SESSION },
            // Without a rhythm or turns, a node is up while it is in a session, and that is all.
            None => Self { taken, turn, in_session: state == UP, session_end: next[row] },
        }
    }

    /// Writes the clock, but for the next moment, to its row.
    pub fn write(&self, (_, (session, turn)): &mut Clocks<'_>, row: usize) {
        if let Some(session) = session {
            session[row] = self.session_end | if self.in_session { IN_SESSION } else { 0 };
        }
        if let Some(turn) = turn {
            turn[row] = self.turn;
        }
    }
}

/// What has happened to a node.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Its index.
    pub node: u32,
    /// It was up, and has left.
    pub left: bool,
    /// It has come, or come back, and is up; perhaps after it has left.
    pub came: bool,
    /// It is another node than before.
    pub is_new: bool,
}

/// What has happened to nodes in a cycle: those of each stride of [`STRIDE`] rows, ascending.
#[derive(Debug, Default)]
pub struct Changes(pub Vec<Vec<Change>>);

impl Changes {
    /// All of them, ascending.
    pub fn all(&self) -> impl Iterator<Item = &Change> {
        self.0.iter().flatten()
    }

    /// Touches the cells of those nodes alone to which something has happened `that` counts, one cell a node.
    pub fn touch<T: Send + Sync>(
        &self,
        column: &mut [T],
        that: impl Fn(&Change) -> bool + Sync,
        with: impl Fn(&mut T, u32) + Sync,
    ) {
        strides(column, |first, column| {
            let those = || self.within(first).filter(|(change, _)| that(change));
            those().for_each(|(_, k)| prefetch(&column[k]));
            those().for_each(|(change, k)| with(&mut column[k], change.node));
        });
    }

    /// Nodes that have come.
    pub fn came(&self) -> impl Iterator<Item = u32> {
        self.all().filter(|change| change.came).map(|change| change.node)
    }

    /// Those of some rows from a stride's beginning on, each with its row in the stride.
    pub fn within(&self, first: usize) -> impl Iterator<Item = (&Change, usize)> + Clone {
        let stride = &self.0[first / STRIDE];
        stride.iter().map(move |change| (change, change.node as usize - first))
    }

    /// The rows of a stride whose nodes have come.
    pub fn arrivals(&self, first: usize) -> impl Iterator<Item = (u32, usize)> + Clone {
        self.within(first).filter(|(change, _)| change.came).map(|(change, row)| (change.node, row))
    }
}
