//! How clouds part and become one, and who is of which.
//!
//! Choosing who parts reads a word or a value of each node twice; a merge chooses some nodes in the same way.

use datasets::scenario::{CloudMembers, Group, Merge, Scenario, Split};
use kernels::philox::Stream;
use kernels::views::Words;

use super::Population;
use super::clouds::NUMBERS;
use super::event::of_so_many;
use super::select::{By, Selection, any};
use crate::memory::{MEMBER, Mask, strides};

impl Population {
    /// Places get the clouds of the beginning.
    pub fn part(&mut self, scenario: &Scenario, words: impl Fn(u32) -> Stream) {
        if let Some(clouds) = &mut self.clouds {
            clouds.begin();
        }
        for (number, cloud) in (0_u32..).zip(&scenario.clouds) {
            let CloudMembers::These(group) = &cloud.members else { continue };
            // Of all that the group allows, and not of those that the clouds before have left.
            let mut all = 0;
            let _ = self.select(
                scenario,
                group,
                |_| true,
                words(number),
                |there| {
                    all = there;
                    0
                },
            );
            self.move_to(scenario, (0, number as u8), words(number), group, |_| of_so_many(group, all));
        }
    }

    /// Some places of a cloud make one of their own. Returns how many they are.
    pub fn split(&mut self, scenario: &Scenario, split: &Split, stream: Stream) -> u64 {
        let Split { cloud, of, group } = split;
        self.move_to(scenario, (*of as u8, *cloud as u8), stream, group, |there| of_so_many(group, there))
    }

    fn move_to(
        &mut self,
        scenario: &Scenario,
        (from, to): (u8, u8),
        stream: Stream,
        group: &Group,
        size: impl FnOnce(usize) -> usize,
    ) -> u64 {
        let Some(borders) = self.borders() else { return 0 };
        let is_there = |node: usize| borders.cloud(node as u32) == from;
        let moved = self.select(scenario, group, is_there, stream, size).into_nodes();
        if let Some(clouds) = &mut self.clouds {
            for &node in &moved {
                clouds.of[node as usize] = to;
            }
        }
        moved.len() as u64
    }

    /// Clouds become one. In this cycle random live nodes of each but the largest meet one of that. Returns how many
    /// these are.
    pub fn merge(&mut self, merge: &Merge, [choosing, meeting]: [Stream; 2]) -> u64 {
        let Some(borders) = self.borders() else { return 0 };
        let (nodes, alive) = (self.nodes, self.alive());
        let is_of = |cloud: usize, node: usize| alive.holds(node) && usize::from(borders.cloud(node as u32)) == cloud;
        let numbers = self.numbers(alive);
        let size = |cloud: &usize| {
            let parts = numbers.iter().filter(|(number, _)| usize::from(borders.cloud_now(*number)) == *cloud);
            parts.map(|(_, count)| count).sum::<u64>()
        };
        // Of clouds of one size, the first is the largest.
        let Some(&largest) = merge.clouds.iter().rev().max_by_key(|cloud| size(cloud)) else { return 0 };
        let mut calls = Vec::new();
        for &cloud in merge.clouds.iter().filter(|cloud| **cloud != largest) {
            let marks = |first: usize, marks: &mut [u8]| {
                (first..).zip(marks).for_each(|(node, mark)| *mark = is_of(cloud, node).into());
            };
            let chosen = Selection::new(nodes, &marks, By::Chance(choosing), |_| merge.contacts as usize).into_nodes();
            let contact = |node: u32| any(nodes, &mut Words::new(meeting, node), |other| is_of(largest, other));
            calls.extend(chosen.into_iter().filter_map(|node| Some((node, contact(node)?))));
        }
        let Some(clouds) = &mut self.clouds else { return 0 };
        let met = calls.len() as u64;
        clouds.calls.extend(calls);
        clouds.calls.sort_unstable();
        clouds.calls.dedup_by_key(|(node, _)| *node);
        for now in clouds.now.iter_mut().filter(|now| merge.clouds.contains(&usize::from(**now))) {
            *now = merge.clouds[0] as u8;
        }
        met
    }

    /// The live nodes of a cloud are marked with [`MEMBER`].
    pub fn mark(&self, cloud: u8, marks: &mut [u8]) {
        let (alive, borders) = (self.alive(), self.borders());
        let is_of = |node: usize| borders.is_none_or(|borders| borders.cloud(node as u32) == cloud);
        strides(marks, |first, marks| {
            for (node, mark) in (first..).zip(marks) {
                *mark = if alive.holds(node) && is_of(node) { MEMBER } else { 0 };
            }
        });
    }

    /// The clouds that have live nodes now, ascending; nobody where all are one for ever.
    #[must_use]
    pub fn clouds_now(&self) -> Vec<u8> {
        let Some(borders) = self.borders() else { return Vec::new() };
        let alive = self.alive();
        let mut there: Vec<u8> = self.numbers(alive).into_iter().map(|(number, _)| borders.cloud_now(number)).collect();
        there.sort_unstable();
        there.dedup();
        there
    }

    /// The numbers that live nodes have, ascending, and how many nodes have each. Reads two bytes a node.
    #[must_use]
    pub fn numbers(&self, alive: Mask<'_>) -> Vec<(u8, u64)> {
        let Some(clouds) = &self.clouds else { return Vec::new() };
        let counts = strides((&*clouds.of, alive), |_, (of, alive): (&[u8], Mask<'_>)| {
            let mut counts = [0_u64; NUMBERS];
            let living = of.iter().enumerate().filter(|(row, _)| alive.holds(*row));
            living.for_each(|(_, &number)| counts[usize::from(number)] += 1);
            counts
        });
        let sum = |number: usize| counts.iter().map(|counts| counts[number]).sum::<u64>();
        (0..NUMBERS).map(|number| (number as u8, sum(number))).filter(|(_, count)| *count > 0).collect()
    }
}
