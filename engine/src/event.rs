//! Events: what happens to the cloud at the start of a cycle.
//!
//! Chooses the nodes (see [`crate::select`]: a word or a value of each node twice, and its mask), then touches these alone.

use datasets::scenario::{EventKind, Group, Order, Scale, Scenario, Size};
use kernels::moments::Moments;
use kernels::philox::Stream;

use crate::arrival::{Above, refresh_slots};
use crate::attributes::Classes;
use crate::churn::{Change, Changes, Churn, DOWN, FREE, NEVER, OUT, UP, write};
use crate::cloud::{Cloud, Life};
use crate::pass::{STRIDE, strides};
use crate::plan::Plans;
use crate::purpose::EVENT;
use crate::select::{By, Selection};

/// What an event has done.
#[derive(Clone, Debug)]
pub struct Happened {
    /// Its name in the scenario.
    pub name: &'static str,
    /// How many nodes it hit.
    pub nodes_count: u64,
    /// Whether nodes that left did so without a word.
    pub is_crash: bool,
    /// What happened to each node.
    pub changes: Changes,
    /// Values of an attribute that new nodes get.
    pub above: Option<Above>,
}

/// Lets event number `number` of a scenario happen, by which nodes come or go.
pub fn event(cloud: &mut Cloud, scenario: &Scenario, churn: &Churn, cycle: u32, number: usize) -> Happened {
    let kind = &scenario.events[number].kind;
    let stream = Stream::new(scenario.run.seed, cycle, EVENT + number as u32);
    let group = match kind {
        EventKind::Crash(group) | EventKind::Leave(group) | EventKind::Outage(group, _) | EventKind::Join(group) => {
            group
        }
        EventKind::Scale(_) | EventKind::Suite(..) => unreachable!("nobody comes or goes"),
    };
    let from = if matches!(kind, EventKind::Join(_)) { FREE } else { UP };
    let selection = select(cloud, scenario, group, from, stream);
    let above = match group.order {
        Order::Above(attribute) => Some(above(cloud, attribute)),
        _ => None,
    };
    let changes = match kind {
        EventKind::Crash(_) | EventKind::Leave(_) => stop(cloud, &selection, FREE, NEVER),
        EventKind::Outage(_, cycles) => stop(cloud, &selection, OUT, cycle.saturating_add(*cycles).min(NEVER)),
        EventKind::Join(_) => join(cloud, &selection, churn, cycle),
        EventKind::Scale(_) | EventKind::Suite(..) => unreachable!("nobody comes or goes"),
    };
    Happened {
        name: kind.name(),
        nodes_count: changes.iter().map(|stride| stride.len() as u64).sum(),
        is_crash: !matches!(kind, EventKind::Leave(_)),
        changes,
        above,
    }
}

/// An attribute of some live nodes is multiplied; returns how many they are. Values stay finite. A new node at the place of one of
/// them is as any other: its attributes are drawn as at birth.
pub fn scale(cloud: &mut Cloud, scenario: &Scenario, plans: &Plans, scale: &Scale, stream: Stream) -> u64 {
    let selection = select(cloud, scenario, &scale.group, UP, stream);
    let factor = scale.by;
    let counts = strides(&mut *cloud.attributes[scale.attribute], |first, values: &mut [f32]| {
        let nodes = selection.nodes(first, values.len());
        for &node in nodes {
            let value = &mut values[node as usize - first];
            *value = (f64::from(*value) * factor).clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
        }
        nodes.len() as u64
    });
    refresh_slots(cloud, plans, scale.attribute);
    counts.iter().sum()
}

/// Chooses the nodes of a group among those of a kind of life.
fn select(cloud: &Cloud, scenario: &Scenario, group: &Group, life: u8, stream: Stream) -> Selection {
    let Some(alive) = &cloud.alive else { unreachable!("a cloud with events knows who is alive") };
    let region = group.region.map(|region| region.map(|part| (part * cloud.nodes as f64).round() as usize));
    let [from, to] = region.unwrap_or([0, cloud.nodes]);
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
            *mark &= u8::from(alive[first + k] == life && (from..to).contains(&(first + k)));
        }
    };
    let by = match group.order {
        Order::Random | Order::Above(_) => By::Chance(stream),
        Order::Top(attribute) => By::Largest(&cloud.attributes[attribute]),
        Order::Bottom(attribute) => By::Smallest(&cloud.attributes[attribute]),
    };
    Selection::new(cloud.nodes, &marks, by, |there| match group.size {
        Size::Share(share) => (share * there as f64).round() as usize,
        Size::Nodes(nodes) => nodes as usize,
    })
}

/// Nodes stop.
fn stop(cloud: &mut Cloud, selection: &Selection, life: u8, until: u32) -> Changes {
    let Some(alive) = &mut cloud.alive else { unreachable!("a cloud with events knows who is alive") };
    let next = cloud.life.as_mut().map_or(&mut [][..], |life| &mut life.next);
    strides((&mut **alive, next), |first, (alive, next): (&mut [u8], &mut [u32])| {
        let nodes = selection.nodes(first, alive.len());
        for &node in nodes {
            let k = node as usize - first;
            alive[k] = life;
            next.get_mut(k).into_iter().for_each(|next| *next = until);
        }
        nodes.iter().map(|&node| Change { node, left: true, came: false, is_new: false }).collect()
    })
}

/// New nodes take free places.
fn join(cloud: &mut Cloud, selection: &Selection, churn: &Churn, cycle: u32) -> Changes {
    let Some(alive) = &mut cloud.alive else { unreachable!("a cloud with events knows who is alive") };
    let (next, session, turn) = match &mut cloud.life {
        Some(Life { next, session, turn }) => {
            let [session, turn] = [session, turn].map(|column| column.as_deref_mut().unwrap_or(&mut []));
            (&mut **next, session, turn)
        }
        None => (&mut [][..], &mut [][..], &mut [][..]),
    };
    strides(((&mut **alive, next), (session, turn)), |first, ((alive, next), (session, turn))| {
        let nodes = selection.nodes(first, alive.len());
        let place = |&node: &u32| {
            let k = node as usize - first;
            let (life, moment, clock) = churn.arrive(node, cycle);
            alive[k] = life;
            next.get_mut(k).into_iter().for_each(|next| *next = moment);
            write(&clock, session, turn, k);
            debug_assert!(life == UP || life == DOWN);
            Change { node, left: false, came: life == UP, is_new: true }
        };
        nodes.iter().map(place).collect()
    })
}

/// Values above all that live nodes have of an attribute: the range that there is, widened by a thousandth.
fn above(cloud: &Cloud, attribute: usize) -> Above {
    const WIDTH: f64 = 1e-3;
    let values = &*cloud.attributes[attribute];
    let parts = strides((values, cloud.alive()), |_, (values, alive): (&[f32], &[u8])| {
        let mut wide = [0.0; STRIDE];
        wide.iter_mut().zip(values).for_each(|(wide, &value)| *wide = f64::from(value));
        Moments::of(&wide[..values.len()], alive)
    });
    let found = parts.into_iter().fold(Moments::default(), Moments::merge);
    let (min, max) = if found.count == 0 { (0.0, 0.0) } else { (found.min, found.max) };
    // Wide enough that the values differ from the base, and from one another, as 32-bit floats.
    let width = ((max - min) * WIDTH).max(max.abs() * 1e-4).max(1e-6);
    Above { attribute, base: max as f32, width: width as f32 }
}
