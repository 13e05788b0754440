//! What nodes hold of the aggregates, and the course of their epochs.

use kernels::distribution::Curve;
use kernels::epochs::{Tag, numbered};
use serde::{Deserialize, Serialize};

use super::group::Group;
use super::item::{Item, Scope};
use super::log::Log;
use crate::memory::{Column, Kind, Split, fields};
use crate::plans::Needs;

/// The name of the column of a group's tags.
fn tags_name(group: usize) -> String {
    format!("group-{group}-tags")
}

/// What is aggregated in a run.
#[derive(Debug)]
pub struct Aggregation {
    /// What, in the order of the scenario; then what protocols need that nodes are told of nowhere else.
    pub items: Vec<Item>,
    /// Which of it shares exchanges.
    pub groups: Vec<Group>,
    /// The estimates of each item.
    pub estimates: Vec<Estimates>,
    /// How nodes take part in each group.
    pub parts: Vec<Participation>,
    /// Who takes part in each group, of the application or of the gradient; missing where all live nodes do.
    pub members: Vec<Option<Column<u8>>>,
}

/// What nodes hold of one item: as many columns as the function needs means, none for a count.
#[derive(Debug)]
pub struct Estimates {
    /// The group that it belongs to.
    pub group: usize,
    /// The columns.
    pub states: Vec<Column<f64>>,
    /// The result of the last epoch that each node finished, not a number for those that have none; missing without
    /// epochs.
    pub held: Option<Column<f32>>,
}

/// How nodes take part in the aggregates of a group, and the instances by which it counts.
#[derive(Debug)]
pub struct Participation {
    /// In which epoch each node is ([`kernels::epochs`]); missing if all are in the same one at all times.
    pub tags: Option<Column<Tag>>,
    /// Cycles since each node began its epoch; missing while all clocks are the same.
    pub ages: Option<Column<u16>>,
    /// 1 for those who have finished an epoch in the cycle under way; missing while all clocks are the same.
    pub fresh: Option<Column<u8>>,
    /// The instances of the count.
    pub instances: Vec<Column<f64>>,
    /// How its epochs go.
    pub course: GroupCourse,
}

/// How the epochs of a group go: all that lasts beside the columns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GroupCourse {
    /// The number of the newest epoch.
    pub epoch: u32,
    /// The cycle in which it began.
    pub began: u32,
    /// Whether all who took part in it have finished it in the last cycle.
    pub has_ended: bool,
    /// How many epochs have ended one after the other without a size.
    pub lost: u32,
    /// The epochs under way, the newest last.
    pub logs: Vec<Log>,
}

/// Who has just finished an epoch of an aggregate, in the last cycle, and holds its result.
#[derive(Clone, Copy, Debug)]
pub enum Finished<'a> {
    /// Nobody.
    Nobody,
    /// All who took part.
    All,
    /// Those whose byte is not 0.
    Those(&'a [u8]),
}

impl Finished<'_> {
    /// Whether a node has.
    #[must_use]
    pub fn has(self, node: usize) -> bool {
        match self {
            Self::Nobody => false,
            Self::All => true,
            Self::Those(marks) => marks[node] != 0,
        }
    }
}

impl Split for Finished<'_> {
    fn rows(&self) -> usize {
        if let Self::Those(marks) = self { marks.len() } else { 0 }
    }
    fn cut(self, middle: usize) -> (Self, Self) {
        let Self::Those(marks) = self else { return (self, self) };
        let (before, after) = marks.split_at(middle);
        (Self::Those(before), Self::Those(after))
    }
}

impl Aggregation {
    /// The columns that a scenario needs: for what it declares, and for further items.
    pub fn declare(needs: &Needs<'_>, further: impl Iterator<Item = Item>) -> Self {
        let items: Vec<Item> = Item::declared(needs.scenario).chain(further).collect();
        let groups = Group::all(&items);
        let estimates = |(number, item): (usize, &Item)| {
            let name = |what: &dyn std::fmt::Display| format!("aggregate-{number}-{what}");
            Estimates {
                group: groups.iter().position(|group| group.items.contains(&number)).unwrap_or_default(),
                states: (0..item.states()).map(|state| Column::new(Kind::Kept, name(&state))).collect(),
                held: item.is_held().then(|| Column::new(Kind::Kept, name(&"held")).filled(f32::NAN)),
            }
        };
        let part = |(number, group): (usize, &Group)| {
            let name = |what: &str| format!("group-{number}-{what}");
            let drifts = group.drifts();
            Participation {
                tags: group.keeps_tags(needs.comes).then(|| Column::new(Kind::Kept, tags_name(number))),
                ages: drifts.then(|| Column::new(Kind::Kept, name("ages"))),
                fresh: drifts.then(|| Column::new(Kind::Scratch, name("fresh"))),
                instances: (0..group.instances())
                    .map(|instance| Column::new(Kind::Kept, name(&format!("instance-{instance}"))))
                    .collect(),
                course: GroupCourse::default(),
            }
        };
        let members = |(number, group): (usize, &Group)| {
            (group.scope != Scope::Cloud).then(|| Column::new(Kind::Kept, format!("group-{number}-members")))
        };
        Self {
            members: groups.iter().enumerate().map(members).collect(),
            estimates: items.iter().enumerate().map(estimates).collect(),
            parts: groups.iter().enumerate().map(part).collect(),
            items,
            groups,
        }
    }

    /// Who has finished an epoch of an item in the last cycle.
    #[must_use]
    pub fn finished(&self, item: usize) -> Finished<'_> {
        match &self.parts[self.estimates[item].group] {
            Participation { fresh: Some(fresh), .. } => Finished::Those(fresh),
            Participation { course: GroupCourse { has_ended: true, .. }, .. } => Finished::All,
            _ => Finished::Nobody,
        }
    }

    /// The result that each node holds of an item, if there is one.
    #[must_use]
    pub fn held(&self, item: usize) -> Option<&[f32]> {
        self.estimates.get(item)?.held.as_deref()
    }

    /// The last distribution of a gradient's members that somebody has found.
    #[must_use]
    pub fn last_curve(&self, gradient: usize) -> Option<&Curve> {
        let item = self.items.iter().position(|item| item.gradient == Some(gradient))?;
        let group = self.estimates[item].group;
        let place = self.groups[group].items.iter().position(|&other| other == item)?;
        let logs = self.parts[group].course.logs.iter().rev();
        logs.filter_map(|log| log.items.get(place)).map(|found| &found.curve).find(|curve| curve.is_known())
    }

    /// All nodes are in the newest epoch of the groups whose columns of tags have these names: until now all were so at
    /// all times, and there was no column. Returns the names.
    pub fn tag<'n>(&mut self, names: &'n [String]) -> Vec<&'n String> {
        let mut found = Vec::new();
        for (number, part) in self.parts.iter_mut().enumerate() {
            let Participation { tags: Some(tags), course, .. } = part else { continue };
            let name = tags_name(number);
            let Some(name) = names.iter().find(|other| **other == name) else { continue };
            tags.fill([numbered(course.epoch), 0]);
            found.push(name);
        }
        found
    }

    /// Takes up the course of each group where a book has left it. Says whether the book has as many groups.
    pub fn take_up(&mut self, courses: Vec<GroupCourse>) -> bool {
        let fits = courses.len() == self.parts.len();
        self.parts.iter_mut().zip(courses).for_each(|(part, course)| part.course = course);
        fits
    }

    /// What lasts beside the columns: the course of each group.
    #[must_use]
    pub fn book(&self) -> Vec<GroupCourse> {
        let Self { items: _, groups: _, estimates: _, parts, members: _ } = self;
        parts.iter().map(|part| part.course.clone()).collect()
    }
}

fields!(Aggregation { estimates, parts, members } but items, groups);
fields!(Estimates { states, held } but group);
fields!(Participation { tags, ages, fresh, instances } but course);
