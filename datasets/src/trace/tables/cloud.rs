//! The tables of the cloud as a whole, of its gradients, its fleet and its events, and of clouds that are several.

use super::rows;
use crate::trace::cell::Finite;

rows! {
    /// A row per observed cycle: the cloud. Counters cover the cycles since the row before.
    CycleRow {
        /// Cycles completed: 0 is the state before the first, k that after k.
        cycle: u32,
        /// Nodes alive.
        alive_count: u64,
        /// Nodes that came, new or back.
        joined_count: u64,
        /// Nodes that went by themselves, or in an event that is no crash.
        left_count: u64,
        /// Nodes that crashed in an event.
        crashed_count: u64,
        /// Messages sent.
        messages_count: u64,
        /// Messages lost.
        lost_count: u64,
        /// Requests among the messages sent to nodes that were not there any more, as a view still named them.
        failed_count: u64,
        /// Bytes of payload in the messages sent.
        payload_bytes: u64,
    }

    /// A row per observed cycle and gradient: how far the nodes are from order. Errors are of those that take part and
    /// should by a central sort. The true normalised rank of one of the n nodes that should take part is (k + 1/2) / n,
    /// if k of these come before it by (attribute, `node_id`).
    SliceRow {
        /// Cycles completed.
        cycle: u32,
        /// Number of the gradient, in the order of the suite; two may share an attribute.
        gradient: u32,
        /// The attribute by which nodes are ordered.
        attribute: String,
        /// The slicing protocol, as the scenario names it.
        protocol: String,
        /// Nodes that take part in the gradient.
        members_count: u64,
        /// Disorder: the mean square of the difference between the normalised rank of a node's id (its `rank_fraction`)
        /// among those of all `members_count` members and its true normalised rank. Ids are ranked by 2^b cells of
        /// equal width, b = floor(log2 `run.nodes`) + 2, but at least 8 and at most 13: (B + C (1/2 + x - m)) /
        /// `members_count` for the B ids in lower cells, the C in the cell of the id, its position x within the cell
        /// from 0 to 1, and the mean m of the C positions. So equal ids alone in a cell have the mean of their ranks.
        gdm_normalised: f64 as Finite,
        /// Equal slices into which the members are cut: `slicing.slices`.
        slices_count: u32,
        /// Slice disorder measure: the mean of how many of these slices a node is off.
        sdm_normalised: f64 as Finite,
        /// Local disorder measure, where nodes keep views or live in a graph: of each node and the members that it
        /// knows, m in all, the mean square of the difference between their positions by id and by attribute among
        /// these m, divided by m; the mean over up to 65,536 members, evenly over the cloud, that know one or more. A
        /// node could measure it: how far it is from order with those with whom it may swap.
        ldm_normalised: Option<f64>,
        /// Root mean square error of a node's idea of its normalised rank. Slicing `ranking` and `quantile`: of its
        /// `rank_fraction` itself. `ordered` and `ordered-max-gain`, whose ids tell a rank by their order alone: root
        /// of `gdm_normalised`.
        rms_rank_error_fraction: f64 as Finite,
        /// Share of the members that are in the wrong slice.
        wrong_slice_fraction: f64 as Finite,
        /// The same where slices are ten, and nothing else.
        wrong_decile_fraction: Option<f64>,
        /// Share of the members whose slice differs from that at the row before.
        slice_changes_fraction: f64 as Finite,
        /// With `ordered` and `ordered-max-gain`, from cycle 1 on: of the requests to swap ids that arrived in this
        /// cycle, the share that came too late, since another swap had put both nodes in order. None does where a node
        /// sees others as they are when its turn comes, which is with the oracle.
        useless_swaps_fraction: Option<f64>,
    }

    /// A row per attribute and hundredth, over the nodes that live before the first cycle: what the fleet is like.
    AttributeRow {
        /// Name of the attribute.
        attribute: String,
        /// Share of the nodes that have at most `value`: 0 for the least of all, 1 for the highest.
        fraction: f64 as Finite,
        /// The value, in the unit of the attribute.
        value: f64,
        /// Nodes that were looked at, evenly over the cloud: all up to 65,536.
        sample_count: u64,
    }

    /// A row per event, if there were any.
    EventRow {
        /// The cycle at whose start it happened.
        cycle: u32,
        /// What happened: `crash`, `leave`, `outage`, `join` or `scale`; `suite` where a version entered the cloud;
        /// `rule` where nodes made a version by a rule.
        kind: String,
        /// The version that entered; null of any other kind.
        version: Option<u64>,
        /// Name of the rule; null of any other kind.
        rule: Option<String>,
        /// Nodes concerned; of a version, those at which it entered.
        nodes_count: u64,
    }
    /// A row per observed cycle and pair of clouds that have live nodes, if the scenario has several: how far they have
    /// mixed, or parted. Clouds that have become one are told apart by what they were; whoever has parted is of the
    /// cloud that it parted to.
    CloudRow {
        /// Cycles completed.
        cycle: u32,
        /// A cloud.
        cloud: String,
        /// Another one.
        other: String,
        /// Whether they are one now.
        is_one: bool,
        /// Live nodes of the first.
        alive_count: u64,
        /// Live nodes of the other.
        other_alive_count: u64,
        /// Entries of views of live nodes of either that lead to live nodes of either; null without views.
        entries_count: Option<u64>,
        /// Those of them that lead from one to the other.
        cross_links_count: Option<u64>,
        /// Their share, 0..1; null without entries.
        cross_links_fraction: f64,
        /// That share, divided by what it is where everybody knows random others: 2 a b / (a + b)^2 for a and b live
        /// nodes. 1 is well mixed; null without entries.
        mixed_fraction: f64,
        /// Weakly connected components of the live nodes of both: in cycles in which the overlay is measured, else
        /// null.
        components_count: Option<u64>,
    }
}
