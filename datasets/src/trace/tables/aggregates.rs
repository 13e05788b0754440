//! The tables of what nodes aggregate.

use super::rows;

rows! {
    /// A row per observed cycle and aggregate: the estimates under way of the nodes that take part in the newest epoch,
    /// and the results that nodes hold from the last one that they finished.
    AggregateRow {
        /// Cycles completed.
        cycle: u32,
        /// Name of the aggregate.
        aggregate: String,
        /// Its function, as the scenario names it.
        function: String,
        /// Number of the newest epoch that has begun, from 0; 0 without epochs.
        epoch: u32,
        /// Nodes that take part in it and have an estimate: of a count, those that an instance has reached.
        participants_count: u64,
        /// What every node should find now; null where no node has a value.
        true_value: f64,
        /// Mean of the estimates; null without participants.
        mean: f64,
        /// Their variance over the nodes; null likewise.
        variance: f64,
        /// The smallest; null likewise.
        min: f64,
        /// The largest; null likewise.
        max: f64,
        /// Root mean square error of the estimates over the size of the true value; null too if that is 0.
        relative_error: Option<f64>,
        /// Nodes that hold a result of the last epoch that they finished.
        held_count: u64,
        /// Mean of the results held; null while nobody holds one.
        held_mean: Option<f64>,
        /// Their root mean square error over the size of the true value; null while nobody holds one, or if that is 0.
        held_relative_error: Option<f64>,
    }

    /// A row per aggregate and epoch that nodes finished, of aggregates that restart: what these nodes found.
    EpochRow {
        /// Name of the aggregate.
        aggregate: String,
        /// Its function, as the scenario names it.
        function: String,
        /// Number of the epoch, from 0.
        epoch: u32,
        /// The first cycle in which a node took part.
        first_cycle: u32,
        /// The cycle after which the last node had its result.
        last_cycle: u32,
        /// What every node should find: the true value when the epoch began; null where there was nobody.
        true_value: f64,
        /// The true value after `last_cycle`; null where there was nobody.
        true_value_at_end: f64,
        /// Nodes that found a result.
        results_count: u64,
        /// Nodes that took part to the end and found none: no leader had offered itself, or none of its instances came
        /// to them.
        without_result_count: u64,
        /// Mean of the results; null if there is none, as for what follows.
        mean: Option<f64>,
        /// Their standard deviation over the nodes.
        sd: Option<f64>,
        /// The smallest.
        min: Option<f64>,
        /// The largest.
        max: Option<f64>,
        /// Root mean square error of the results over the size of `true_value`; null too if that is 0.
        relative_error: Option<f64>,
        /// The same of the worst node.
        worst_relative_error: Option<f64>,
    }
}
