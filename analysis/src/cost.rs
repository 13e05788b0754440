//! What the run cost its nodes.

use datasets::trace::CycleRow;

/// Messages and bytes of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Messages sent.
    pub messages_count: u64,
    /// Messages lost.
    pub lost_count: u64,
    /// Bytes of payload sent.
    pub payload_bytes: u64,
    /// Messages sent by a live node in a cycle, on average.
    pub messages_per_node_and_cycle: f64,
    /// Bytes of payload sent by a live node in a cycle, on average.
    pub bytes_per_node_and_cycle: f64,
}

impl Cost {
    /// Adds the rows of `cycles` up. A row covers the cycles since the row before it, and the first one none of the
    /// run.
    pub(crate) fn of(rows: &[CycleRow]) -> Cost {
        let total = |count: fn(&CycleRow) -> u64| rows.iter().skip(1).map(count).sum::<u64>();
        let node_cycles: f64 =
            rows.windows(2).map(|pair| f64::from(pair[1].cycle - pair[0].cycle) * pair[1].alive_count as f64).sum();
        let messages_count = total(|row| row.messages_count);
        let payload_bytes = total(|row| row.payload_bytes);
        let per_node = |total: u64| {
            if node_cycles > 0.0 { total as f64 / node_cycles } else { 0.0 }
        };
        Cost {
            messages_count,
            lost_count: total(|row| row.lost_count),
            payload_bytes,
            messages_per_node_and_cycle: per_node(messages_count),
            bytes_per_node_and_cycle: per_node(payload_bytes),
        }
    }
}
