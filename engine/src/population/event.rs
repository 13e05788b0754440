//! Events: what happens to the cloud at the start of a cycle.
//!
//! Chooses the nodes (see [`super::select`]: a word or a value of each node twice, and its mask), then touches these
//! alone.

use datasets::scenario::{EventKind, Group, Order, Scale, Scenario, Size};
use kernels::moments::Moments;
use kernels::philox::Stream;

use super::attributes::Classes;
use super::churn::Churn;
use super::life::{Change, Changes, DOWN, FREE, Life, NEVER, OUT, UP};
use super::select::{By, Selection};
use super::{Above, Population};
use crate::memory::{STRIDE, strides};
use crate::schedule::Cycle;
use crate::schedule::purpose::EVENT;

/// What an event has done.
#[derive(Debug)]
pub struct Happened {
    /// How many nodes it hit.
    pub nodes_count: u64,
    /// Whether nodes that left did so without a word.
    pub is_crash: bool,
    /// What happened to each node.
    pub changes: Changes,
    /// Values of an attribute that new nodes get.
    pub above: Option<Above>,
}

impl Population {
    /// Lets event number `number` of a scenario happen, by which nodes come or go.
    pub fn event(&mut self, scenario: &Scenario, churn: &Churn, cycle: Cycle, number: usize) -> Happened {
        let kind = &scenario.events[number].kind;
        let group = match kind {
            EventKind::Crash(group)
            | EventKind::Leave(group)
            | EventKind::Outage(group, _)
            | EventKind::Join(group) => group,
            EventKind::Scale(_)
            | EventKind::Suite(..)
            | EventKind::Bootstrap(_)
            | EventKind::Split(_)
            | EventKind::Merge(_) => unreachable!("nobody comes or goes"),
        };
        let from = if matches!(kind, EventKind::Join(_)) { FREE } else { UP };
        let selection = self.select_in(scenario, group, from, cycle.stream(EVENT + number as u32));
        let above = match group.order {
            Order::Above(attribute) => Some(self.above(attribute)),
            _ => None,
        };
        let changes = match kind {
            EventKind::Outage(_, cycles) => self.stop(&selection, OUT, cycle.number.saturating_add(*cycles).min(NEVER)),
            EventKind::Join(_) => self.join(&selection, churn, cycle.number),
            _ => self.stop(&selection, FREE, NEVER),
        };
        let (nodes_count, is_crash) = (changes.all().count() as u64, !matches!(kind, EventKind::Leave(_)));
        Happened { nodes_count, is_crash, changes, above }
    }

    /// An attribute of some live nodes is multiplied; returns how many they are. Values stay finite. A new node at the
    /// place of one of them is as any other: its attributes are drawn as at birth.
    pub fn scale(&mut self, scenario: &Scenario, scale: &Scale, stream: Stream) -> u64 {
        let selection = self.select_in(scenario, &scale.group, UP, stream);
        let counts = strides(&mut *self.attributes[scale.attribute], |first, values| {
            let nodes = selection.nodes(first, values.len());
            for &node in nodes {
                let value = &mut values[node as usize - first];
                *value = (f64::from(*value) * scale.by).clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
            }
            nodes.len() as u64
        });
        counts.iter().sum()
    }

    /// Chooses the nodes of a group among those whose places are in a state.
    fn select_in(&self, scenario: &Scenario, group: &Group, state: u8, stream: Stream) -> Selection {
        let Some(alive) = &self.alive else { unreachable!("a cloud with events knows who is alive") };
        self.select(scenario, group, |node| alive[node] == state, stream, |there| of_so_many(group, there))
    }

    /// Chooses places of a group among those of which `is_there` says so; `wanted` says how many, of so many.
    pub(super) fn select(
        &self,
        scenario: &Scenario,
        group: &Group,
        is_there: impl Fn(usize) -> bool + Sync,
        stream: Stream,
        wanted: impl FnOnce(usize) -> usize,
    ) -> Selection {
        let region = group.region.map(|region| region.map(|part| (part * self.nodes as f64).round() as usize));
        let [from, to] = region.unwrap_or([0, self.nodes]);
        let classes = group.class.map(|class| (class as u8, Classes::new(scenario.fleet.classes(), scenario.run.seed)));
        let marks = |first: usize, marks: &mut [u8]| {
            match &classes {
                Some((class, classes)) => {
                    classes.fill(marks, first as u32);
                    for mark in &mut *marks {
                        *mark = u8::from(mark == class);
                    }
                }
                None => marks.fill(1),
            }
            for (k, mark) in marks.iter_mut().enumerate() {
                *mark &= u8::from(is_there(first + k) && (from..to).contains(&(first + k)));
            }
        };
        let by = match group.order {
            Order::Random | Order::Above(_) => By::Chance(stream),
            Order::Top(attribute) => By::Largest(&self.attributes[attribute]),
            Order::Bottom(attribute) => By::Smallest(&self.attributes[attribute]),
        };
        Selection::new(self.nodes, &marks, by, wanted)
    }

    /// Nodes stop: their places are in a state until a cycle.
    fn stop(&mut self, selection: &Selection, state: u8, until: u32) -> Changes {
        let Some(alive) = &mut self.alive else { unreachable!("a cloud with events knows who is alive") };
        let next = self.life.as_mut().map(|life| &mut *life.next);
        Changes(strides((&mut **alive, next), |first, (alive, mut next)| {
            let nodes = selection.nodes(first, alive.len());
            for &node in nodes {
                let k = node as usize - first;
                alive[k] = state;
                if let Some(next) = &mut next {
                    next[k] = until;
                }
            }
            nodes.iter().map(|&node| Change { node, left: true, came: false, is_new: false }).collect()
        }))
    }

    /// New nodes take free places.
    fn join(&mut self, selection: &Selection, churn: &Churn, cycle: u32) -> Changes {
        let Some(alive) = &mut self.alive else { unreachable!("a cloud with events knows who is alive") };
        let clocks = self.life.as_mut().map(Life::clocks);
        Changes(strides((&mut **alive, clocks), |first, (alive, mut clocks)| {
            let nodes = selection.nodes(first, alive.len());
            let place = |&node: &u32| {
                let k = node as usize - first;
                let (state, next, clock) = churn.arrive(node, cycle);
                alive[k] = state;
                if let Some(clocks) = &mut clocks {
                    clocks.0[k] = next;
                    clock.write(clocks, k);
                }
                debug_assert!(state == UP || state == DOWN);
                Change { node, left: false, came: state == UP, is_new: true }
            };
            nodes.iter().map(place).collect()
        }))
    }

    /// Values above all that live nodes have of an attribute: the range that there is, widened by a thousandth.
    fn above(&self, attribute: usize) -> Above {
        const WIDTH: f64 = 1e-3;
        let columns = (&*self.attributes[attribute], self.alive());
        let parts = strides(columns, |_, (values, alive)| {
            let mut wide = [0.0; STRIDE];
            wide.iter_mut().zip(values).for_each(|(wide, &value)| *wide = f64::from(value));
            Moments::of(&wide[..values.len()], alive.marks())
        });
        let found = parts.into_iter().fold(Moments::default(), Moments::merge);
        let (min, max) = if found.count == 0 { (0.0, 0.0) } else { (found.min, found.max) };
        // Wide enough that the values differ from the base, and from one another, as 32-bit floats.
        let width = ((max - min) * WIDTH).max(max.abs() * 1e-4).max(1e-6);
        Above { attribute, base: max as f32, width: width as f32 }
    }
}

/// How many nodes a group wants of so many.
pub(super) fn of_so_many(group: &Group, there: usize) -> usize {
    match group.size {
        Size::Share(share) => (share * there as f64).round() as usize,
        Size::Nodes(nodes) => nodes as usize,
    }
}
