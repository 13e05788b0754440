//! The tables of what nodes aggregate.

use crate::trace::columns::Columns;
use crate::trace::{AggregateRow, EpochRow};

pub(in crate::trace) fn aggregates(rows: &[AggregateRow]) -> Columns {
    let estimates = Columns::default()
        .count32("cycle", "Cycles completed.", rows.iter().map(|row| row.cycle))
        .name("aggregate", "Name of the aggregate.", rows.iter().map(|row| row.aggregate.as_str()))
        .name("function", "Its function, as the scenario names it.", rows.iter().map(|row| row.function.as_str()))
        .count32(
            "epoch",
            "Number of the newest epoch that has begun, from 0; 0 without epochs.",
            rows.iter().map(|row| row.epoch),
        )
        .count64(
            "participants_count",
            "Nodes that take part in it and have an estimate: of a count, those that an instance has reached.",
            rows.iter().map(|row| row.participants_count),
        )
        .measure(
            "true_value",
            "What every node should find now; null where no node has a value.",
            rows.iter().map(|row| row.true_value),
        )
        .measure("mean", "Mean of the estimates; null without participants.", rows.iter().map(|row| row.mean))
        .measure("variance", "Their variance over the nodes; null likewise.", rows.iter().map(|row| row.variance))
        .measure("min", "The smallest; null likewise.", rows.iter().map(|row| row.min))
        .measure("max", "The largest; null likewise.", rows.iter().map(|row| row.max));
    estimates
        .measure(
            "relative_error",
            "Root mean square error of the estimates over the size of the true value; null too if that is 0.",
            rows.iter().map(|row| row.relative_error.unwrap_or(f64::NAN)),
        )
        .count64(
            "held_count",
            "Nodes that hold a result of the last epoch that they finished.",
            rows.iter().map(|row| row.held_count),
        )
        .measure(
            "held_mean",
            "Mean of the results held; null while nobody holds one.",
            rows.iter().map(|row| row.held_mean.unwrap_or(f64::NAN)),
        )
        .measure(
            "held_relative_error",
            "Their root mean square error over the size of the true value; null while nobody holds one, or if \
             that is 0.",
            rows.iter().map(|row| row.held_relative_error.unwrap_or(f64::NAN)),
        )
}

pub(in crate::trace) fn epochs(rows: &[EpochRow]) -> Columns {
    epoch(rows)
        .count64("results_count", "Nodes that found a result.", rows.iter().map(|row| row.results_count))
        .count64(
            "without_result_count",
            "Nodes that took part to the end and found none: no leader had offered itself, or none of its \
             instances came to them.",
            rows.iter().map(|row| row.without_result_count),
        )
        .measure(
            "mean",
            "Mean of the results; null if there is none, as for what follows.",
            rows.iter().map(|row| row.mean.unwrap_or(f64::NAN)),
        )
        .measure("sd", "Their standard deviation over the nodes.", rows.iter().map(|row| row.sd.unwrap_or(f64::NAN)))
        .measure("min", "The smallest.", rows.iter().map(|row| row.min.unwrap_or(f64::NAN)))
        .measure("max", "The largest.", rows.iter().map(|row| row.max.unwrap_or(f64::NAN)))
        .measure(
            "relative_error",
            "Root mean square error of the results over the size of `true_value`; null too if that is 0.",
            rows.iter().map(|row| row.relative_error.unwrap_or(f64::NAN)),
        )
        .measure(
            "worst_relative_error",
            "The same of the worst node.",
            rows.iter().map(|row| row.worst_relative_error.unwrap_or(f64::NAN)),
        )
}

fn epoch(rows: &[EpochRow]) -> Columns {
    Columns::default()
        .name("aggregate", "Name of the aggregate.", rows.iter().map(|row| row.aggregate.as_str()))
        .name("function", "Its function, as the scenario names it.", rows.iter().map(|row| row.function.as_str()))
        .count32("epoch", "Number of the epoch, from 0.", rows.iter().map(|row| row.epoch))
        .count32("first_cycle", "The first cycle in which a node took part.", rows.iter().map(|row| row.first_cycle))
        .count32(
            "last_cycle",
            "The cycle after which the last node had its result.",
            rows.iter().map(|row| row.last_cycle),
        )
        .measure(
            "true_value",
            "What every node should find: the true value when the epoch began; null where there was nobody.",
            rows.iter().map(|row| row.true_value),
        )
        .measure(
            "true_value_at_end",
            "The true value after `last_cycle`; null where there was nobody.",
            rows.iter().map(|row| row.true_value_at_end),
        )
}
