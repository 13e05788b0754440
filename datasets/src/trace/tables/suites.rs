//! The tables of the suite: what applications hold, versions that spread, constraints that break, rules by which nodes
//! act.

use super::rows;
use crate::trace::cell::Finite;

rows! {
    /// A row per observed cycle and application of any version of the suite: what it asks for and holds. Counters cover
    /// the cycles since the row before.
    AppRow {
        /// Cycles completed.
        cycle: u32,
        /// Name of the application.
        app: String,
        /// Nodes asked for by the newest version: `nodes` as it stands, or the share of the live nodes, rounded; where
        /// an application takes the rest, what a central sort leaves for it, on average over the words of a random
        /// application that is served just before it. 0 where the version lacks the application.
        asked_count: u64,
        /// Nodes held.
        held_count: u64,
        /// Nodes held that the newest version would assign if each node knew the truth: by gradient those of a central
        /// sort by (attribute, `node_id`), `asked_count` of them or all that are left and fit; at random those whose
        /// word for life lies within the share that the true counts of nodes left and fit make of `asked_count`.
        correct_count: u64,
        /// Nodes held that it would not assign.
        wrong_count: u64,
        /// Nodes that joined it: the sum of the next three.
        joins_count: u64,
        /// Those that had just come to the cloud.
        joins_churn_count: u64,
        /// Those whose idea of their rank, or whose attributes, had changed.
        joins_rank_count: u64,
        /// Those that had just taken another version of the suite.
        joins_suite_count: u64,
        /// Nodes that left it: the sum of the next three.
        leaves_count: u64,
        /// Those that left the cloud, or died.
        leaves_churn_count: u64,
        /// Those whose idea of their rank, or whose attributes, had changed.
        leaves_rank_count: u64,
        /// Those that had just taken another version of the suite.
        leaves_suite_count: u64,
        /// Constraints of the application that are broken.
        broken_constraints_count: u64,
        /// Nodes whose attribute equals that at the application's border; 0 for a random choice.
        border_ties_count: u64,
        /// Mean of that attribute over the nodes held; null while none is held.
        mean_attributes: Vec<Option<f64>>,
    }

    /// A row per observed cycle and version of the suite that has entered the cloud by then, good or bad. Counters
    /// cover the cycles since the row before.
    SuiteRow {
        /// Cycles completed.
        cycle: u32,
        /// The version.
        version: u64,
        /// Share of the live nodes that hold it; of a bad one, of those that push it.
        holders_fraction: f64,
        /// Share of the live nodes that decide by it where they belong.
        acting_fraction: f64,
        /// Descriptions of it that nodes dropped because they are no suite.
        rejected_malformed_count: u64,
        /// Those dropped because neither the owner signed them, nor a key that the owner has certified.
        rejected_forged_count: u64,
        /// Those dropped because they, or the certificate of their key, are signed for another cloud.
        rejected_other_cloud_count: u64,
        /// Those dropped because they are signed in an older format than the version held.
        rejected_outdated_count: u64,
        /// Those dropped because the version held lists their key as revoked.
        rejected_revoked_count: u64,
        /// Those dropped because they, or the certificate of their key, had expired.
        rejected_expired_count: u64,
        /// Those dropped because the node held as new a version.
        rejected_replayed_count: u64,
        /// Those dropped because their key may not change what they change.
        rejected_out_of_scope_count: u64,
        /// Bytes of the descriptions of it that were sent.
        payload_bytes: u64,
    }

    /// A row per time in which a constraint of an application was broken, if there were any.
    BreachRow {
        /// Name of the application.
        app: String,
        /// The constraint: `min_nodes`, or `min_mean` with the name of the attribute after a blank. A word of SQL:
        /// write `breaches."constraint"`.
        constraint: String,
        /// What it asks for: nodes, or the unit of the attribute. A word of SQL: write `breaches."limit"`.
        limit: f64 as Finite,
        /// The first cycle after which it was broken.
        first_cycle: u32,
        /// The last one.
        last_cycle: u32,
        /// How many cycles that is.
        cycles_count: u32,
        /// The cycle after which it was broken most.
        worst_cycle: u32,
        /// What there was then instead of `limit`; null where no node was held.
        worst_value: Option<f64>,
        /// Whether it ended before the run did.
        has_ended: bool,
    }

    /// A row per rule and cycle in which nodes changed the suite by it, if any did.
    RuleRow {
        /// The cycle after which they did.
        cycle: u32,
        /// The application whose nodes did it.
        app: String,
        /// Name of the rule.
        rule: String,
        /// The condition that held of their estimates, as it is written.
        condition: String,
        /// What they found, of each aggregate in the condition: its name, `=` and the mean over these nodes.
        cause: String,
        /// What they changed, in a few words.
        action: String,
        /// How many they were.
        nodes_count: u64,
        /// The version of the suite that they held.
        base_version: u64,
        /// The version that they made.
        version: u64,
        /// What other nodes do with it: `taken`, or why they drop it.
        verdict: String,
    }
}
