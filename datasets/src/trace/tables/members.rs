//! The tables of what happens inside applications.

use super::rows;

rows! {
    /// A row per cycle and application, if applications have contacts: whom nodes know in it.
    ContactRow {
        /// Cycles completed.
        cycle: u32,
        /// The application.
        app: String,
        /// Share of the live nodes that have a contact of it, 0..1.
        known_fraction: f64,
        /// Share of the contacts of live nodes that lead to a member in its overlay, 0..1; null without contacts.
        valid_fraction: f64,
        /// Mean age of those contacts in cycles, from 0; null without contacts.
        age_mean: f64,
        /// Nodes that are a contact of at least one live node; null but in cycles at which the overlay is measured.
        distinct_count: Option<u64>,
        /// Share of the live nodes that have the contact which most have, 0..1; null as `distinct_count` is.
        most_held_fraction: f64,
        /// Mean number of contacts tried by the nodes that entered its overlay since the previous row; null if none
        /// did.
        tries_mean: f64,
        /// Times that a contact sent a node away since the previous row, as it had let in enough in that cycle.
        busy_count: u64,
    }

    /// A row per cycle and application that has code which nodes must fetch: how far it has spread.
    CodeRow {
        /// Cycles completed.
        cycle: u32,
        /// The application.
        app: String,
        /// The number of the code that the newest version of the suite names for it; null if that has it not, or
        /// without code.
        version: Option<u64>,
        /// Live nodes that run that code.
        current_count: u64,
        /// Chunks of that code that no member in its overlay holds: nobody can get them.
        missing_chunks_count: u64,
        /// Chunks that the members in its overlay hold, of all of the code that the version by which each acts names,
        /// 0..1; null without members.
        chunks_fraction: f64,
        /// Share of those members that hold all of these chunks, 0..1; null without members.
        complete_fraction: f64,
        /// Share of the exchanges since the previous row in which nothing moved, 0..1; null if there was none.
        useless_fraction: f64,
        /// Chunks sent since the previous row, lost ones among them.
        sent_count: u64,
        /// Those of them that seeds sent.
        seed_sent_count: u64,
        /// Bytes of those chunks, and of what members told each other of what they hold.
        payload_bytes: u64,
    }

    /// A row per cycle and application, if applications get anything inside: how far the nodes are that belong to it.
    MemberRow {
        /// Cycles completed.
        cycle: u32,
        /// The application.
        app: String,
        /// Live nodes that belong to it: those of the next three columns.
        assigned_count: u64,
        /// Those of them that know nobody in it yet whom they could join.
        waiting_count: u64,
        /// Those in its overlay that do not have its code yet.
        fetching_count: u64,
        /// Those that run it.
        running_count: u64,
        /// Of those that run it, the ones that have lost all whom they knew in it, and wait to be let in again.
        alone_count: u64,
        /// Of those that belong to it, the ones that know somebody in it: they have a contact of it, or are in its
        /// overlay.
        known_count: u64,
        /// Those that have been waiting or fetching for more than 20 cycles since they were assigned: the next three.
        stranded_count: u64,
        /// Of these, the ones that wait and know no contact.
        stranded_unknown_count: u64,
        /// Of these, the ones that wait, and whose contacts do not let them in: they are dead, gone or busy.
        stranded_unanswered_count: u64,
        /// Of these, the ones that lack some of its code.
        stranded_fetching_count: u64,
        /// Nodes that ran it and changed to other code of it since the previous row.
        upgrades_count: u64,
        /// Calls of its `join` method since the previous row.
        join_calls_count: u64,
        /// Calls of its `leave` method since the previous row: of nodes that ran it, and that were given to another
        /// application or left the cloud politely.
        leave_calls_count: u64,
        /// Nodes that ran it and crashed since the previous row: nothing is called then.
        crashed_count: u64,
        /// Mean cycles from being assigned to entering its overlay, of those that entered since the previous row; null
        /// if none did.
        wait_cycles_mean: f64,
        /// The least number of cycles that 99 % of them did not exceed; null if none did.
        wait_cycles_p99: f64,
        /// Mean cycles from being assigned to running it; null if none did.
        start_cycles_mean: f64,
        /// The least number of cycles that 99 % of them did not exceed; null if none did.
        start_cycles_p99: f64,
    }
}
