//! How clouds have mixed, or parted: who knows whom, by the numbers of clouds.
//!
//! Reads every view, and two bytes of each entry at random; where components are counted, some passes more for each
//! pair.

use std::io;

use datasets::scenario::Scenario;
use datasets::trace::CloudRow;
use rayon::prelude::*;

use super::graph::Graph;
use crate::cloud::Cloud;
use crate::memory::{Column, MEMBER, Mask, strides};
use crate::overlay::links::Links;
use crate::population::{Borders, Population};

/// Parts of the nodes whose entries are counted side by side, each in a table of its own. Changes speed only.
const PARTS: usize = 64;

/// Entries from live nodes of each number of clouds to live nodes of each, row by row.
fn known(links: Links<'_>, (borders, alive): (Borders<'_>, Mask<'_>), numbers: usize) -> Vec<u64> {
    let part = links.nodes().div_ceil(PARTS).max(1);
    let of_part = |first: usize| {
        let mut counts = vec![0_u64; numbers * numbers];
        for node in (first..links.nodes().min(first + part)).filter(|&node| alive.holds(node)) {
            let from = usize::from(borders.of[node]) * numbers;
            for other in links.of(node).map(|other| other as usize).filter(|&other| alive.holds(other)) {
                counts[from + usize::from(borders.of[other])] += 1;
            }
        }
        counts
    };
    let parts: Vec<Vec<u64>> = (0..links.nodes()).into_par_iter().step_by(part).map(of_part).collect();
    let mut sum = vec![0; numbers * numbers];
    for counts in parts {
        sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    sum
}

/// The rows of a cycle; `is_thorough` says that components are counted.
///
/// # Errors
/// If there is no room for a byte a node.
pub fn rows(scenario: &Scenario, cloud: &Cloud, cycle: u32, is_thorough: bool) -> io::Result<Vec<CloudRow>> {
    let population = &cloud.population;
    let Some(borders) = population.borders() else { return Ok(Vec::new()) };
    let (links, numbers) = (cloud.overlay.links(), scenario.clouds.len());
    let entries = links.map(|links| known(links, (borders, population.alive()), numbers));
    let there = population.numbers(population.alive());
    let mut rows = Vec::new();
    for (at, &(one, alive_count)) in there.iter().enumerate() {
        for &(other, other_alive_count) in &there[at + 1..] {
            let of = |from: u8, to: u8| Some(entries.as_ref()?[usize::from(from) * numbers + usize::from(to)]);
            let across = of(one, other).zip(of(other, one)).map(|(there, back)| there + back);
            let all = across.zip(of(one, one)).zip(of(other, other)).map(|((across, one), other)| across + one + other);
            let fraction = across.zip(all).map_or(f64::NAN, |(across, all)| across as f64 / all as f64);
            let [a, b] = [alive_count, other_alive_count].map(|count| count as f64);
            let graph = links.filter(|_| is_thorough).map(|links| (links, cloud.overlay.date(cycle)));
            rows.push(CloudRow {
                cycle,
                cloud: scenario.clouds[usize::from(one)].name.clone(),
                other: scenario.clouds[usize::from(other)].name.clone(),
                is_one: borders.cloud_now(one) == borders.cloud_now(other),
                alive_count,
                other_alive_count,
                entries_count: all,
                cross_links_count: across,
                cross_links_fraction: fraction,
                mixed_fraction: fraction / (2.0 * a * b / (a + b).powi(2)),
                components_count: graph.map(|graph| components(population, graph, [one, other])).transpose()?,
            });
        }
    }
    Ok(rows)
}

/// Components of the live nodes of two numbers.
fn components(population: &Population, (links, now): (Links<'_>, Option<u8>), numbers: [u8; 2]) -> io::Result<u64> {
    let (Some(borders), alive) = (population.borders(), population.alive()) else { return Ok(0) };
    let mut marks = Column::<u8>::anonymous(population.nodes)?;
    strides(&mut *marks, |first, marks| {
        for (node, mark) in (first..).zip(marks) {
            *mark = if alive.holds(node) && numbers.contains(&borders.of[node]) { MEMBER } else { 0 };
        }
    });
    let members = Mask::of(&marks);
    let one = (0..population.nodes).find(|&node| members.holds(node)).unwrap_or_default();
    Ok(Graph { links, alive: members, now }.pieces(one as u32, members.count(population.nodes) as u64))
}
