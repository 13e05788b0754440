//! A group of aggregates in a cycle under way: the columns of the group, and with what nodes start each of them. The
//! parts lie in several tables of [`super::state`], and are borrowed together here for the length of a cycle.

use datasets::scenario::Function;

use super::group::Group;
use super::initial::Initial;
use super::item::{Item, Scope};
use super::log::Log;
use super::state::{Aggregation, Estimates, GroupCourse, Participation};
use super::truth::Scopes;
use crate::memory::Mask;
use crate::overlay::Overlay;
use crate::overlay::meeting::Meeting;
use crate::population::{Cuts, Members};
use crate::schedule::{Cycle, Draws};

/// What aggregation finds around it in a cycle.
pub struct Around<'a> {
    /// The cycle.
    pub cycle: Cycle,
    /// Whether it is the last of the run.
    pub is_last: bool,
    /// How many random nodes a node knows at first, of whose values it takes the points of a distribution.
    pub known: u32,
    /// Among whom there are aggregates.
    pub scopes: Scopes<'a>,
    /// Where nodes note their rank in a gradient that they have looked up in a distribution, by its number.
    pub slots: Vec<&'a mut [kernels::slicing::Slot]>,
    /// Shares of a gradient's members at which applications begin and end, by its number.
    pub borders: &'a dyn Fn(usize) -> Vec<u32>,
    /// How members of applications meet, where these have overlays of their own.
    pub inside: Option<Inside<'a>>,
}

/// The overlays of applications, in which their members meet.
pub struct Inside<'a> {
    /// The overlays.
    pub overlay: &'a Overlay,
    /// In which of them each node is.
    pub places: &'a [u8],
    /// Room for a list of partners.
    pub list: &'a mut [u32],
}

impl Inside<'_> {
    /// Each member meets another one of its application that takes part.
    fn meeting<'m>(&'m mut self, members: Members<'m>, draws: Draws) -> Meeting<'m> {
        let failed = self.overlay.draw_inside(self.list, &draws, (self.places, members.mask), |_| true);
        Meeting::listed(members, draws, self.list).with_failed(failed)
    }
}

/// How the members of a group meet: inside their application, if it has an overlay.
pub fn meeting<'m>(
    overlay: &'m mut Overlay,
    inside: Option<&'m mut Inside<'_>>,
    scope: Scope,
    members: Members<'m>,
    draws: Draws,
) -> Meeting<'m> {
    match (scope, inside) {
        (Scope::App(_), Some(inside)) => inside.meeting(members, draws),
        _ => overlay.meeting(members, draws),
    }
}

/// A group under way.
pub struct Running<'a> {
    /// Its number.
    pub number: usize,
    /// The group.
    pub group: &'a Group,
    /// All items, of which the group knows its own by their numbers; and their estimates.
    pub items: &'a [Item],
    /// The estimates of all items.
    pub estimates: &'a mut [Estimates],
    /// Its columns and course.
    pub part: &'a mut Participation,
    /// Which nodes take part.
    pub members: Members<'a>,
}

/// A column of a group.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// State number `state` of the item at this place in the group.
    State {
        /// Which of the group's items.
        place: usize,
        /// Which of its states.
        state: usize,
    },
    /// An instance of its count.
    Instance(usize),
}

impl Aggregation {
    /// A group, in whose blocks its members are cut once.
    pub(super) fn running<'a>(&'a mut self, number: usize, scopes: &Scopes<'a>, cuts: &'a Cuts) -> Running<'a> {
        let Self { items, groups, estimates, parts, members } = self;
        let members = match &members[number] {
            Some(members) => Members::new(scopes.population.nodes, Mask::of(members)).kept(cuts),
            None => scopes.population.live(),
        };
        Running { number, group: &groups[number], items, estimates, part: &mut parts[number], members }
    }
}

impl<'a> Running<'a> {
    /// The course of its epochs.
    pub fn course(&mut self) -> &mut GroupCourse {
        &mut self.part.course
    }

    /// Its items, with their numbers.
    pub fn own_items(&self) -> impl Iterator<Item = (usize, &'a Item)> + use<'a> {
        let items = self.items;
        self.group.items.iter().map(move |&number| (number, &items[number]))
    }

    /// All its columns.
    pub fn columns(&self) -> Vec<Part> {
        let states = self.own_items().enumerate();
        let states =
            states.flat_map(|(place, (_, item))| (0..item.states()).map(move |state| Part::State { place, state }));
        states.chain((0..self.group.instances()).map(Part::Instance)).collect()
    }

    /// The function by which two estimates of a column are merged.
    pub fn merges(&self, column: Part) -> Function {
        match column {
            Part::Instance(_) => Function::Count,
            Part::State { place, state } => self.items[self.group.items[place]].merges(state),
        }
    }

    /// A column, the tags of nodes, and with what nodes start the column.
    pub fn column<'s>(&'s mut self, column: Part, scopes: &Scopes<'s>) -> StateColumn<'s> {
        let Self { group, items, estimates, part, .. } = self;
        let Participation { tags, instances, course, .. } = &mut **part;
        let tags = tags.as_deref();
        match column {
            Part::Instance(instance) => {
                let leader = |log: &Log| log.leaders.get(instance).map(|&leader| (log.tag(), leader));
                let initial = Initial::Peak(course.logs.iter().filter_map(leader).collect());
                StateColumn { state: &mut instances[instance], tags, initial }
            }
            Part::State { place, state } => {
                let number = group.items[place];
                let initial = initial(&items[number], place, state, &course.logs, scopes);
                StateColumn { state: &mut estimates[number].states[state], tags, initial }
            }
        }
    }
}

/// A column of a group, with what it takes to exchange and to restart.
pub struct StateColumn<'a> {
    /// The estimates.
    pub state: &'a mut [f64],
    /// The tag of each node; `None` where nobody keeps one.
    pub tags: Option<&'a [kernels::epochs::Tag]>,
    /// With what nodes start.
    pub initial: Initial<'a>,
}

/// With what nodes start a state of an item that is at a place in its group.
fn initial<'a>(item: &Item, place: usize, state: usize, logs: &[Log], scopes: &Scopes<'a>) -> Initial<'a> {
    let aggregate = &item.aggregate;
    let values = aggregate.attribute.map_or(&[][..], |attribute| &*scopes.population.attributes[attribute]);
    let points = item.points();
    if points > 0 && state >= points {
        Initial::Own(values, Function::Average, 0)
    } else if aggregate.function == Function::Quantiles {
        let point = |log: &Log| log.items[place].curve.inner().get(state).map(|&at| (log.tag(), at));
        Initial::Below(values, logs.iter().filter_map(point).collect())
    } else {
        Initial::Own(values, aggregate.function, state)
    }
}
