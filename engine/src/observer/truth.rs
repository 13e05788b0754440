//! The truth, which the observer alone knows: what a server with a list of all live nodes would assign by the newest
//! version of the suite. It follows from attributes, conditions, who is alive, and that version; never from what nodes
//! estimate.
//!
//! ```text
//! for each application, in order of precedence:
//!     eligible: the live nodes that no earlier application has and that fit the condition, counted
//!     asked:    `nodes` as it stands; else the share of the live nodes, rounded to whole nodes
//!     by gradient: takes the first min(asked, eligible) by (value, index) from the top or the bottom
//!     at random:   takes each with a probability of asked / eligible, by the node's word for life
//! ```
//!
//! Random applications take what a node with true knowledge would decide: the shares are counted here, and turned into
//! ranges of words as nodes do that (see [`crate::government::claims`]). A version lays out the words of all random
//! applications of a draw at once. Where a version with conditions serves another application between two of these,
//! what the later one finds is counted in a first walk through the version, and used in a second.
//!
//! Computed once, and again whenever nodes come or go, an attribute changes, or a version enters. Reads and writes
//! about sixty bytes a node and gradient (see [`super::ranks`]), then nine bytes a node and application; where an
//! application has a condition, three more bytes a node and application, and four for each attribute that its condition
//! names.

use std::io;
use std::ops::Range;

use datasets::suite::{Request, Test};
use kernels::disorder::OUTSIDE;
use kernels::layout::Layout;
use kernels::suite::{NONE, claim};
use serde::{Deserialize, Serialize};

use super::ranks::{Scratch, ranks};
use crate::error::Error;
use crate::government::Versions;
use crate::memory::{Column, Kind, Mask, STRIDE, fields, strides};
use crate::plans::condition::fits;
use crate::plans::{Needs, Pick, Plan, Step};
use crate::population::Population;
use crate::schedule::purpose::{SUITE, for_life};

/// Where every node belongs.
#[derive(Debug)]
pub struct Truth {
    /// Which application a central sort would assign; missing without a suite.
    pub apps: Option<Column<u8>>,
    /// The true order of each gradient.
    pub gradients: Vec<Order>,
    /// Whether the room is kept from one finding to the next: where nodes come and go in every cycle, and no rule may
    /// make a version in the middle of a cycle, which takes as much memory. The first touch of new memory costs more
    /// than sorting in it.
    keeps_room: bool,
    room: Room,
}

/// Memory that it takes to find the truth; empty before it is used, and after it has been given back.
#[derive(Debug, Default)]
struct Room {
    /// The nodes that the application at hand finds left and fit; missing where all nodes always are.
    marks: Option<Column<u8>>,
    /// The order of the gradient opened last; missing where no application asks for one.
    scratch: Option<Scratch>,
}

/// The true order of a gradient.
#[derive(Debug)]
pub struct Order {
    /// True ranks among those that should take part, `u32::MAX` for others.
    pub ranks: Column<u32>,
    /// The slice in which each node believed itself at the last observation, as [`kernels::disorder::measure`] notes
    /// it.
    pub slices: Column<u8>,
}

/// What there is to know of the truth beside the columns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Nodes that each application asks for.
    pub asked: Vec<u64>,
    /// Nodes that tie across a border of each application.
    pub border_ties: Vec<u64>,
    /// True members of each gradient; `None` for those that the newest version does not use.
    pub members: Vec<Option<u64>>,
}

impl Figures {
    /// The same for at least so many applications and gradients, of which further ones have no figures yet.
    pub fn resize(&mut self, apps: usize, gradients: usize) {
        self.asked.resize(apps, 0);
        self.border_ties.resize(apps, 0);
        self.members.resize(gradients, None);
    }
}

impl Truth {
    /// The columns that a scenario needs.
    #[must_use]
    pub fn declare(needs: &Needs<'_>) -> Self {
        let gradient = |number: usize| Order {
            ranks: Column::new(Kind::Derived, format!("gradient-{number}-ranks")),
            // What nodes believed at the last observation cannot be found again. The name is that under which states
            // keep it, from the time when slices were always ten.
            slices: Column::new(Kind::Kept, format!("gradient-{number}-tenths")),
        };
        Self {
            apps: needs.has_suite.then(|| Column::new(Kind::Derived, "truth")),
            gradients: (0..needs.plans.gradients.len()).map(gradient).collect(),
            keeps_room: needs.scenario.fleet.churns() && needs.rules.is_empty(),
            room: Room::default(),
        }
    }

    /// Gives back the room that is kept, for whatever needs as much memory.
    pub fn give_room(&mut self) {
        self.room = Room::default();
    }

    /// Finds the truth about the live nodes.
    ///
    /// # Errors
    /// If there is no room to sort.
    pub fn find(&mut self, population: &Population, versions: &Versions, seed: u64) -> Result<Figures, Error> {
        let Self { apps: Some(truth), gradients, keeps_room, room } = self else { return Ok(Figures::default()) };
        let plans = &versions.plans;
        truth.fill(NONE);
        let mut found = Figures {
            asked: vec![0; plans.apps.len()],
            border_ties: vec![0; plans.apps.len()],
            members: vec![None; plans.gradients.len()],
        };
        let Some(plan) = versions.newest_plan() else { return Ok(found) };
        let nodes = population.nodes;
        let no_room = |source| Error::Column { column: "sort".into(), bytes: 16 * nodes as u64, source };
        // Where all nodes take part in every gradient, and for ever, none needs a mark.
        let is_whole = plans.gradients.iter().all(|gradient| gradient.is_whole);
        let needs_marks = population.alive() != Mask::ALL || !is_whole || plan.has_conditions();
        room.make(nodes, needs_marks, uses_gradients(plan)).map_err(no_room)?;
        let mut walk = Walk {
            population,
            versions,
            plan,
            seed,
            live: population.live().count(),
            eligible: Vec::new(),
            layouts: vec![None; plans.conditions.len() + 1],
            room,
            open: Open::default(),
        };
        walk.serve(truth, gradients, &mut found);
        if plan.has_conditions() && plan.parts_draws() {
            truth.fill(NONE);
            walk.layouts.fill(None);
            walk.serve(truth, gradients, &mut found);
        }
        if !*keeps_room {
            *room = Room::default();
        }
        Ok(found)
    }
}

impl Room {
    /// Makes what is missing, and gives back marks that nobody needs: without them all nodes are meant.
    fn make(&mut self, nodes: usize, needs_marks: bool, needs_scratch: bool) -> io::Result<()> {
        let Self { marks, scratch } = self;
        *marks = match marks.take() {
            Some(marks) if needs_marks => Some(marks),
            _ => needs_marks.then(|| Column::anonymous(nodes)).transpose()?,
        };
        if needs_scratch && scratch.is_none() {
            *scratch = Some(Scratch::new(nodes)?);
        }
        Ok(())
    }
}

/// A walk through the applications of the newest version, in order of precedence.
struct Walk<'a> {
    population: &'a Population,
    versions: &'a Versions,
    plan: &'a Plan,
    /// Seed of the run.
    seed: u64,
    /// Live nodes.
    live: usize,
    /// Share of the live nodes that each application finds left and fit, as far as that has been counted; nothing while
    /// no application has a condition, since it then follows from the suite.
    eligible: Vec<f64>,
    /// The words of each draw, once an application has asked for it.
    layouts: Vec<Option<Layout>>,
    room: &'a mut Room,
    open: Open,
}

/// The gradient opened last.
#[derive(Default)]
struct Open {
    /// Nodes in it.
    members: usize,
    /// Those that applications hold at its bottom, and at its top.
    held: [usize; 2],
}

impl Open {
    /// Hands the next `asked` members from one end to an application, as far as there are so many. Returns their ranks.
    fn take(&mut self, asked: usize, top: bool) -> Range<usize> {
        let taken = asked.min(self.left());
        self.held[usize::from(top)] += taken;
        let [bottom, above] = self.held;
        if top { self.members - above..self.members - above + taken } else { bottom - taken..bottom }
    }

    /// Members that no application holds.
    fn left(&self) -> usize {
        self.members - self.held[0] - self.held[1]
    }
}

impl Walk<'_> {
    /// Serves every application.
    fn serve(&mut self, truth: &mut [u8], gradients: &mut [Order], found: &mut Figures) {
        for (index, step) in self.plan.steps.iter().enumerate() {
            self.mark(truth, step);
            match step.pick {
                Pick::Gradient { gradient, opens, top } => {
                    let order = &mut gradients[gradient];
                    if opens {
                        found.members[gradient] = Some(self.open(order, gradient));
                    }
                    self.note(index, self.open.left());
                    let asked = self.asked(index);
                    let range = self.open.take(asked as usize, top);
                    found.asked[step.app as usize] = asked;
                    found.border_ties[step.app as usize] = self.border_ties(&range);
                    strides((&mut *truth, &*order.ranks), |_, (truth, ranks)| {
                        for (truth, &rank) in truth.iter_mut().zip(ranks) {
                            let takes = *truth == NONE && rank != OUTSIDE && range.contains(&(rank as usize));
                            *truth = if takes { step.app } else { *truth };
                        }
                    });
                }
                Pick::Random(draw) => {
                    if self.plan.has_conditions() {
                        self.note(index, Mask::from(self.room.marks.as_ref()).count(truth.len()));
                    }
                    found.asked[step.app as usize] = self.asked(index);
                    self.draw(truth, step.app, draw);
                }
            }
        }
    }

    /// Marks the nodes that an application finds left and fit, unless that is known from the one before it.
    fn mark(&mut self, truth: &[u8], step: &Step) {
        let is_due = match step.pick {
            Pick::Gradient { opens, .. } => opens,
            Pick::Random(_) => self.plan.has_conditions(),
        };
        if let Some(marks) = self.room.marks.as_deref_mut().filter(|_| is_due) {
            let test = step.condition.map(|condition| &self.versions.plans.conditions[condition]);
            eligible(marks, truth, self.population.alive(), test, &self.population.values());
        }
    }

    /// Notes how many nodes an application finds.
    fn note(&mut self, index: usize, count: usize) {
        if self.plan.has_conditions() {
            self.eligible.resize(self.eligible.len().max(index + 1), 0.0);
            self.eligible[index] = count as f64 / self.live.max(1) as f64;
        }
    }

    /// Ranks the marked nodes in a gradient, which opens. Returns how many they are.
    fn open(&mut self, order: &mut Order, gradient: usize) -> u64 {
        let values = &self.population.attributes[self.versions.plans.gradients[gradient].attribute];
        let scratch = self.room.scratch.as_mut().unwrap_or_else(|| unreachable!("there is a gradient"));
        let members = ranks(&mut order.ranks, values, Mask::from(self.room.marks.as_ref()), scratch);
        self.open = Open { members, held: [0; 2] };
        members as u64
    }

    /// Nodes that an application asks for; what it finds, and what those before it found, has been noted.
    fn asked(&self, index: usize) -> u64 {
        match self.plan.steps[index].request {
            Request::Nodes(nodes) => nodes,
            Request::Share(_) | Request::Rest(_) => {
                let live = self.live as f64;
                (self.versions.shares(live, &self.eligible)[index].asked * live).round() as u64
            }
        }
    }

    /// Nodes that tie across the borders of a range of ranks in the gradient opened last.
    fn border_ties(&self, range: &Range<usize>) -> u64 {
        let ties = |border: usize| {
            let ties = self.room.scratch.as_ref().map_or(0..0, |scratch| scratch.ties_at(border));
            if ties.start < border { ties.len() as u64 } else { 0 }
        };
        let inner = [range.start, range.end].into_iter().filter(|&border| border > 0 && border < self.open.members);
        inner.map(ties).sum()
    }

    /// A random application takes the nodes whose words of a draw are its own.
    fn draw(&mut self, truth: &mut [u8], app: u8, draw: usize) {
        let Self { population, versions, eligible, live, .. } = self;
        let layout = self.layouts[draw].get_or_insert_with(|| {
            let shares = versions.shares(*live as f64, eligible);
            versions.layouts(&shares).swap_remove(draw)
        });
        let ranges: Vec<[u64; 2]> = layout.of(app).map(|segment| [segment.from, segment.to]).collect();
        let words_for_life = for_life(self.seed, SUITE);
        let marks = if self.plan.has_conditions() { Mask::from(self.room.marks.as_ref()) } else { population.alive() };
        strides((truth, marks), |first, (truth, marks)| {
            let mut words = [0; STRIDE];
            let words = &mut words[..truth.len()];
            words_for_life.fill(words, first as u32, draw as u32);
            for &[from, to] in &ranges {
                claim(truth, words.iter().copied(), marks.marks(), from, to, app);
            }
        });
    }
}

fields!(Truth { gradients, apps } but keeps_room, room);
fields!(Order { ranks, slices });

/// Whether an application of a version asks for nodes by their rank.
fn uses_gradients(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| matches!(step.pick, Pick::Gradient { .. }))
}

/// Marks the live nodes without an application that pass a test.
fn eligible(marks: &mut [u8], truth: &[u8], alive: Mask<'_>, test: Option<&Test>, attributes: &[&[f32]]) {
    let columns = (marks, ((truth, alive), attributes.to_vec()));
    strides(columns, |_, (marks, ((truth, alive), attributes))| {
        match test {
            Some(test) => fits(marks, test, &attributes),
            None => marks.fill(1),
        }
        for (k, (mark, &truth)) in marks.iter_mut().zip(truth).enumerate() {
            *mark &= u8::from(truth == NONE && alive.holds(k));
        }
    });
}
