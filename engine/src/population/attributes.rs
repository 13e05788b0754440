//! Attribute values, as nodes are born with them.
//!
//! A node draws its class, then each attribute from its class's table; or it is a row of the inventory: each row as
//! often as every other ([`super::exact`]), or one that it draws, with replacement. Per node and attribute: one or two
//! random words, two words of a table, and four bytes written. A new node that takes the place of one that has gone
//! draws anew, but stays of the class of the place.

use datasets::fleet::{self, Distribution};
use datasets::scenario::{Class, Resample, Scenario};
use kernels::peers::uniform;
use kernels::philox::Stream;
use kernels::quantile::{Table, class};
use kernels::scalar::index;

use crate::memory::{STRIDE, strides};
use crate::population::exact::Exact;
use crate::schedule::Seeds;
use crate::schedule::purpose::{ATTRIBUTE, CLASS, for_life};

/// Which class each node is of.
#[derive(Clone, Debug)]
pub struct Classes {
    /// The first words above those of each class but the last.
    above: Vec<u64>,
    words: Stream,
    /// The classes of the nodes with the least numbers, each with the number at which those end; ascending.
    counted: Vec<(u32, u8)>,
}

impl Classes {
    /// The classes of a fleet.
    pub fn new(classes: &[Class], seed: u64) -> Self {
        let shares: Vec<_> = classes.iter().map(|class| (0.0, class.share)).collect();
        let Table::Steps(steps) = Table::steps(&shares) else { unreachable!("steps make steps") };
        let above = steps.iter().take(classes.len().saturating_sub(1)).map(|&(above, _)| above).collect();
        let mut end = 0;
        let counted = (0..).zip(classes).filter_map(|(number, class)| {
            end += class.nodes?;
            Some((end, number))
        });
        Self { above, words: for_life(seed, CLASS), counted: counted.collect() }
    }

    /// The class of a node.
    pub fn of(&self, node: u32) -> usize {
        if let Some(&(_, class)) = self.counted.iter().find(|(end, _)| node < *end) {
            return class.into();
        }
        if self.above.is_empty() { 0 } else { class(&self.above, self.words.word(node, 0)).into() }
    }

    /// The classes of the nodes `first..`.
    pub fn fill(&self, classes: &mut [u8], first: u32) {
        let mut words = [0; STRIDE];
        for (start, classes) in (0..).step_by(STRIDE).zip(classes.chunks_mut(STRIDE)) {
            let words = &mut words[..if self.above.is_empty() { 0 } else { classes.len() }];
            self.words.fill(words, first + start, 0);
            classes.fill(0);
            for (of, &word) in classes.iter_mut().zip(&*words) {
                *of = class(&self.above, word);
            }
        }
        let mut start = first;
        for &(end, class) in &self.counted {
            let part = (start - first) as usize..(end.max(start) - first) as usize;
            let here = part.start.min(classes.len())..part.end.min(classes.len());
            classes[here].fill(class);
            start = start.max(end);
        }
    }
}

/// Where the values of all attributes come from.
#[derive(Debug)]
pub struct Attributes {
    seeds: Seeds,
    drawn: Draw,
}

#[derive(Clone, Debug)]
enum Draw {
    /// A table for each class, for each attribute; none for an availability.
    Classes(Classes, Vec<Option<Vec<Table>>>),
    /// The rows of an inventory.
    Rows(Rows),
}

/// The rows of an inventory.
#[derive(Clone, Debug)]
struct Rows {
    /// How many there are.
    count: u32,
    /// Which of them each node is; `None` if it draws one.
    exact: Option<Exact>,
    /// A column an attribute; none for an availability.
    columns: Vec<Option<Vec<f32>>>,
}

impl Attributes {
    /// What nodes are drawn from: `table` is what was read of the inventory, if there is one.
    pub fn new(scenario: &Scenario, table: Option<fleet::Table>) -> Self {
        let seeds = Seeds::of(scenario);
        let seed = seeds.life;
        let count = scenario.fleet.attributes.len();
        let drawn = match table {
            None => {
                let classes = scenario.fleet.classes();
                let tables = (0..count).map(|attribute| {
                    classes.iter().map(|class| class.attributes[attribute].as_ref().map(self::table)).collect()
                });
                Draw::Classes(Classes::new(classes, seed), tables.collect())
            }
            Some(table) => {
                let mut columns = table.columns.into_iter();
                let column = |attribute| {
                    if scenario.fleet.availability(attribute).is_none() { columns.next() } else { None }
                };
                let (nodes, rows) = (scenario.run.nodes, table.rows as u32);
                let exact = (scenario.fleet.resample == Resample::Exact).then(|| Exact::new(nodes, rows, seed));
                Draw::Rows(Rows { count: rows, exact, columns: (0..count).map(column).collect() })
            }
        };
        Self { seeds, drawn }
    }

    /// Gives every node its value of an attribute; `rows` says which row of the inventory a node is, if that is not
    /// free. Does nothing if it is an availability.
    pub fn fill(&self, column: &mut [f32], attribute: usize, rows: Option<&(dyn Fn(u32) -> u32 + Sync)>) {
        match &self.drawn {
            Draw::Classes(classes, tables) => {
                let Some(tables) = &tables[attribute] else { return };
                let words = for_life(self.seeds.life, ATTRIBUTE + attribute as u32);
                strides(column, |first, out| draw(out, first as u32, tables, classes, &words));
            }
            Draw::Rows(Rows { count, exact, columns }) => {
                let Some(values) = &columns[attribute] else { return };
                let words = for_life(self.seeds.life, ATTRIBUTE);
                strides(column, |first, out| {
                    let mut row = [0; STRIDE];
                    let row = &mut row[..out.len()];
                    match (rows, exact) {
                        (Some(rows), _) => (first as u32..).zip(&mut *row).for_each(|(node, row)| *row = rows(node)),
                        (None, Some(exact)) => exact.fill(row, first as u32),
                        (None, None) => uniform(row, &words, first as u32, *count),
                    }
                    for (out, &row) in out.iter_mut().zip(&*row) {
                        *out = values[row as usize];
                    }
                });
            }
        }
    }

    /// The value of an attribute for a new node that comes in this cycle; `None` if it is an availability.
    pub fn renew(&self, attribute: usize, node: u32, cycle: u32) -> Option<f32> {
        match &self.drawn {
            Draw::Classes(classes, tables) => {
                let table = &tables[attribute].as_ref()?[classes.of(node)];
                Some(table.draw(self.seeds.stream(cycle, ATTRIBUTE + attribute as u32).word(node, 0)))
            }
            Draw::Rows(Rows { count, columns, .. }) => {
                let values = columns[attribute].as_ref()?;
                let words = self.seeds.stream(cycle, ATTRIBUTE);
                let row = (0..).find_map(|attempt| index(words.word(node, attempt), *count));
                row.map(|row| values[row as usize])
            }
        }
    }
}

/// The table from which a distribution is drawn.
pub fn table(distribution: &Distribution) -> Table {
    match distribution {
        Distribution::Choice(choices) => Table::steps(choices),
        Distribution::Constant(value) => Table::steps(&[(*value, 1.0)]),
        smooth => Table::smooth(|probability| smooth.quantile(probability)),
    }
}

/// Draws one attribute of the nodes `first..` from the tables of their classes.
fn draw(out: &mut [f32], first: u32, tables: &[Table], classes: &Classes, words: &Stream) {
    let (mut of, mut drawn) = ([0; STRIDE], [0; STRIDE]);
    let (of, drawn) = (&mut of[..out.len()], &mut drawn[..out.len()]);
    words.fill(drawn, first, 0);
    if let [table] = tables {
        for (out, &word) in out.iter_mut().zip(&*drawn) {
            *out = table.draw(word);
        }
        return;
    }
    classes.fill(of, first);
    for ((out, &word), &of) in out.iter_mut().zip(&*drawn).zip(&*of) {
        *out = tables[of as usize].draw(word);
    }
}
