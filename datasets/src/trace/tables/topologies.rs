//! The tables of topologies, of requests that go through them, and of protocols of one's own.

use super::rows;

rows! {
    /// A row per cycle and topology, if members build any: how far they are from what it is to be. Links, entries and
    /// fingers are compared with those that follow from all members in order. Where there are more members than
    /// `trace.topology.sample`, shares are those of every second one, or third, and so on.
    TopologyRow {
        /// Cycles completed.
        cycle: u32,
        /// The application whose members build it; null for that of the whole cloud.
        app: Option<String>,
        /// What it is: `ring`, `line`, `torus`, `tree`, `chord` or `prefix`.
        topology: String,
        /// How often its members have begun anew to build it, by events.
        instance: u32,
        /// Members.
        members_count: u64,
        /// Share of the members who know anybody near, 0..1; null without members.
        started_fraction: f64,
        /// Share of the links that there are to be which members do not have, 0..1; null without links.
        missing_fraction: f64,
        /// Share of the entries that there are to be in leaf sets, of the nearest on either side, which members do not
        /// have, 0..1; null without leaf sets.
        leaf_missing_fraction: f64,
        /// Share of the entries that there are to be in tables which members do not have, 0..1: of those who share some
        /// digits with a member and have another next, as many as a slot holds, or all; null without tables.
        table_missing_fraction: f64,
        /// Share of the intervals with members of which a member knows nobody, 0..1; null without fingers.
        finger_empty_fraction: f64,
        /// Share of the intervals with members of which a member knows another than the first, 0..1; null likewise.
        finger_inexact_fraction: f64,
        /// Share of the entries whose node is a member no more, 0..1; null without entries.
        dead_fraction: f64,
        /// Share of the members that start exchanges, and are not idle, 0..1; null without members.
        active_fraction: f64,
        /// Messages of its exchanges since the previous row.
        messages_count: u64,
        /// Mean number of entries of such a message; null if there was none.
        entries_per_message_mean: f64,
    }

    /// A row per cycle and topology through which requests go: what became of those after this cycle.
    LookupRow {
        /// Cycles completed.
        cycle: u32,
        /// The application whose members answer; null for the whole cloud.
        app: Option<String>,
        /// How requests find their way: `chord`, `pastry` or `kademlia`.
        routing: String,
        /// Who asks: `members`, or nodes `outside` of the application by the contacts that they know.
        asker: String,
        /// Requests for a random key, each from a random one of those.
        lookups_count: u64,
        /// Share of them that ended at the owner of the key, 0..1; null without requests.
        success_fraction: f64,
        /// Share of them that ended elsewhere, 0..1; null likewise.
        wrong_fraction: f64,
        /// Share of them that did not end, 0..1: whoever could have sent them on was dead, or they went on for too
        /// long; null likewise.
        stuck_fraction: f64,
        /// Mean number of hops of those that succeeded; null if none did.
        hops_mean: f64,
        /// The hops that half of those did not exceed; null likewise.
        hops_p50: f64,
        /// The hops that 99 % of those did not exceed; null likewise.
        hops_p99: f64,
        /// The most hops of one of those; null likewise.
        hops_max: Option<u32>,
        /// Mean number of nodes that did not answer in time, of all requests; null without requests.
        timeouts_mean: f64,
    }

    /// A row per cycle and registry: what has become of the values that members hold.
    RegistryRow {
        /// Cycles completed.
        cycle: u32,
        /// The application whose members hold them; null for the whole cloud.
        app: Option<String>,
        /// Keys.
        keys_count: u64,
        /// Share of the keys whose value a member holds, 0..1; the others are lost. Null until there have been members.
        held_fraction: f64,
        /// Share of the keys whose value the owner holds, to which requests go, 0..1; null likewise.
        owner_fraction: f64,
        /// Mean number of members that hold a value, of all keys; null likewise.
        holders_mean: f64,
    }

    /// A row per cycle, protocol of one's own, and what it measures.
    OwnRow {
        /// Cycles completed.
        cycle: u32,
        /// The name of the protocol.
        protocol: String,
        /// The application among whose members it runs; null for the whole cloud.
        app: Option<String>,
        /// The name of what is measured.
        measure: String,
        /// What was measured; null for no number.
        value: f64,
    }
}
