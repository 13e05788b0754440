//! Birth: attributes, random ids and estimates of every node.
//!
//! A node draws its class, then each attribute from its class's table; or a row of the inventory, with replacement. Per
//! node and attribute: one or two random words, two words of a table, and four bytes written; then eight bytes a gradient
//! and a state of an aggregate.

use datasets::fleet::Distribution;
use datasets::scenario::{Function, Scenario, Source};
use kernels::peers::uniform;
use kernels::philox::Stream;
use kernels::quantile::{Table, class};
use kernels::slicing::Slot;
use kernels::sort::key;

use crate::cloud::Cloud;
use crate::column::Column;
use crate::error::Error;
use crate::pass::{STRIDE, strides};
use crate::plan::Plan;
use crate::purpose::{ATTRIBUTE, CLASS, ID, INSTANCE, for_life};

/// Gives every node its attributes, ids, first estimates and first view.
///
/// # Errors
/// If an inventory cannot be read, or holds values that an aggregate cannot take.
pub fn birth(cloud: &mut Cloud, scenario: &Scenario) -> Result<(), Error> {
    attributes(cloud, scenario)?;
    let plan = Plan::new(&scenario.suite);
    for (number, (gradient, plan)) in cloud.gradients.iter_mut().zip(&plan.gradients).enumerate() {
        let ids = for_life(scenario.run.seed, ID + number as u32 * INSTANCE);
        slots(&mut gradient.slots, &cloud.attributes[plan.attribute], &ids);
    }
    for (estimates, aggregate) in cloud.aggregates.iter_mut().zip(&scenario.aggregates) {
        let values = &*cloud.attributes[aggregate.attribute];
        if aggregate.function == Function::GeometricMean
            && let Some((node, &value)) = values.iter().enumerate().find(|(_, value)| **value <= 0.0)
        {
            return Err(Error::NotPositive {
                aggregate: aggregate.name.clone(),
                attribute: scenario.fleet.attributes[aggregate.attribute].clone(),
                node,
                value,
            });
        }
        for (power, state) in estimates.states.iter_mut().enumerate() {
            first_estimates(state, values, aggregate.function, power);
        }
    }
    crate::sampling::start(cloud, scenario);
    Ok(())
}

/// Draws the attributes of every node.
fn attributes(cloud: &mut Cloud, scenario: &Scenario) -> Result<(), Error> {
    let seed = scenario.run.seed;
    match &scenario.fleet.source {
        Source::Classes(classes) => {
            let classes_of = Table::steps(&classes.iter().map(|class| (0.0, class.share)).collect::<Vec<_>>());
            let Table::Steps(steps) = classes_of else { unreachable!("steps make steps") };
            let above: Vec<_> = steps.iter().take(classes.len() - 1).map(|&(above, _)| above).collect();
            let class_words = for_life(seed, CLASS);
            for (number, column) in cloud.attributes.iter_mut().enumerate() {
                let tables: Vec<_> = classes.iter().map(|class| table(&class.attributes[number])).collect();
                let words = for_life(seed, ATTRIBUTE + number as u32);
                draw(column, &tables, &above, &class_words, &words);
            }
        }
        Source::File(inventory) => {
            let table = inventory.read()?;
            let rows = for_life(seed, ATTRIBUTE);
            for (column, values) in cloud.attributes.iter_mut().zip(&table.columns) {
                strides(&mut **column, |first, out: &mut [f32]| {
                    let mut row = [0; STRIDE];
                    let row = &mut row[..out.len()];
                    uniform(row, &rows, first as u32, table.rows as u32);
                    for (out, &row) in out.iter_mut().zip(&*row) {
                        *out = values[row as usize];
                    }
                });
            }
        }
    }
    Ok(())
}

/// The table from which a distribution is drawn.
fn table(distribution: &Distribution) -> Table {
    match distribution {
        Distribution::Choice(choices) => Table::steps(choices),
        Distribution::Constant(value) => Table::steps(&[(*value, 1.0)]),
        smooth => Table::smooth(|probability| smooth.quantile(probability)),
    }
}

/// Draws one attribute of every node from the table of its class.
fn draw(column: &mut Column<f32>, tables: &[Table], above: &[u64], classes: &Stream, words: &Stream) {
    strides(&mut **column, |first, out: &mut [f32]| {
        let (mut class_words, mut drawn) = ([0; STRIDE], [0; STRIDE]);
        let (class_words, drawn) = (&mut class_words[..out.len()], &mut drawn[..out.len()]);
        words.fill(drawn, first as u32, 0);
        if let [table] = tables {
            for (out, &word) in out.iter_mut().zip(&*drawn) {
                *out = table.draw(word);
            }
            return;
        }
        classes.fill(class_words, first as u32, 0);
        for ((out, &word), &class_word) in out.iter_mut().zip(&*drawn).zip(&*class_words) {
            *out = tables[class(above, class_word) as usize].draw(word);
        }
    });
}

/// Gives every node its random id in a gradient.
fn slots(slots: &mut Column<Slot>, values: &[f32], ids: &Stream) {
    strides((&mut **slots, values), |first, (slots, values): (&mut [Slot], &[f32])| {
        let mut words = [0; STRIDE];
        let words = &mut words[..slots.len()];
        ids.fill(words, first as u32, 0);
        for ((slot, &value), &id) in slots.iter_mut().zip(values).zip(&*words) {
            *slot = Slot::new(key(value), id);
        }
    });
}

/// Gives every node its first estimate: its own value, as the function averages it.
fn first_estimates(state: &mut Column<f64>, values: &[f32], function: Function, power: usize) {
    strides((&mut **state, values), |_, (state, values): (&mut [f64], &[f32])| {
        for (state, &value) in state.iter_mut().zip(values) {
            let value = f64::from(value);
            *state = match function {
                Function::GeometricMean => libm::log(value),
                _ if power == 1 => value * value,
                _ => value,
            };
        }
    });
}
