//! Attribute values, as nodes are born with them.
//!
//! A node draws its class, then each attribute from its class's table; or a row of the inventory, with replacement. Per
//! node and attribute: one or two random words, two words of a table, and four bytes written. A new node that takes the
//! place of one that has gone draws anew, but stays of the class of the place.

use datasets::fleet::Distribution;
use datasets::scenario::{Class, Scenario, Source};
use kernels::peers::uniform;
use kernels::philox::Stream;
use kernels::quantile::{Table, class};
use kernels::scalar::index;

use crate::error::Error;
use crate::memory::{STRIDE, strides};
use crate::schedule::purpose::{ATTRIBUTE, CLASS, for_life};

/// Which class each node is of.
#[derive(Clone, Debug)]
pub struct Classes {
    /// The first words above those of each class but the last.
    above: Vec<u64>,
    words: Stream,
}

impl Classes {
    /// The classes of a fleet.
    pub fn new(classes: &[Class], seed: u64) -> Self {
        let shares: Vec<_> = classes.iter().map(|class| (0.0, class.share)).collect();
        let Table::Steps(steps) = Table::steps(&shares) else { unreachable!("steps make steps") };
        let above = steps.iter().take(classes.len().saturating_sub(1)).map(|&(above, _)| above).collect();
        Self { above, words: for_life(seed, CLASS) }
    }

    /// The class of a node.
    pub fn of(&self, node: u32) -> usize {
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
    }
}

/// Where the values of all attributes come from.
#[derive(Debug)]
pub struct Attributes {
    seed: u64,
    drawn: Draw,
}

#[derive(Clone, Debug)]
enum Draw {
    /// A table for each class, for each attribute; none for an availability.
    Classes(Classes, Vec<Option<Vec<Table>>>),
    /// The rows of an inventory, a column an attribute; none for an availability.
    Rows(usize, Vec<Option<Vec<f32>>>),
}

impl Attributes {
    /// Reads the inventory, if there is one.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn new(scenario: &Scenario) -> Result<Self, Error> {
        let seed = scenario.run.seed;
        let drawn = match &scenario.fleet.source {
            Source::Classes(classes) => {
                let tables = (0..scenario.fleet.attributes.len()).map(|attribute| {
                    classes.iter().map(|class| class.attributes[attribute].as_ref().map(table)).collect()
                });
                Draw::Classes(Classes::new(classes, seed), tables.collect())
            }
            Source::File(inventory) => {
                let table = inventory.read()?;
                let mut columns = table.columns.into_iter();
                let column = |attribute| {
                    if scenario.fleet.availability(attribute).is_none() { columns.next() } else { None }
                };
                Draw::Rows(table.rows, (0..scenario.fleet.attributes.len()).map(column).collect())
            }
        };
        Ok(Self { seed, drawn })
    }

    /// Gives every node its value of an attribute; `rows` says which row of the inventory a node is, if that is not
    /// free. Does nothing if it is an availability.
    pub fn fill(&self, column: &mut [f32], attribute: usize, rows: Option<&(dyn Fn(u32) -> u32 + Sync)>) {
        match &self.drawn {
            Draw::Classes(classes, tables) => {
                let Some(tables) = &tables[attribute] else { return };
                let words = for_life(self.seed, ATTRIBUTE + attribute as u32);
                strides(column, |first, out| draw(out, first as u32, tables, classes, &words));
            }
            Draw::Rows(count, columns) => {
                let Some(values) = &columns[attribute] else { return };
                let words = for_life(self.seed, ATTRIBUTE);
                strides(column, |first, out| {
                    let mut row = [0; STRIDE];
                    let row = &mut row[..out.len()];
                    match rows {
                        Some(rows) => (first as u32..).zip(&mut *row).for_each(|(node, row)| *row = rows(node)),
                        None => uniform(row, &words, first as u32, *count as u32),
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
                Some(table.draw(Stream::new(self.seed, cycle, ATTRIBUTE + attribute as u32).word(node, 0)))
            }
            Draw::Rows(count, columns) => {
                let values = columns[attribute].as_ref()?;
                let words = Stream::new(self.seed, cycle, ATTRIBUTE);
                let row = (0..).find_map(|attempt| index(words.word(node, attempt), *count as u32));
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
