//! The tables of the suite: what applications hold, versions that spread, constraints that break, rules by which nodes act.

use crate::trace::columns::Columns;
use crate::trace::{AppRow, BreachRow, RuleRow, SuiteRow};

pub(in crate::trace) fn apps(rows: &[AppRow], attributes: &[String]) -> Columns {
    let columns = moves(held(rows), rows)
        .count64(
            "broken_constraints_count",
            "Constraints of the application that are broken.",
            rows.iter().map(|row| row.broken_constraints_count),
        )
        .count64(
            "border_ties_count",
            "Nodes whose attribute equals that at the application's border; 0 for a random choice.",
            rows.iter().map(|row| row.border_ties_count),
        );
    attributes.iter().enumerate().fold(columns, |columns, (index, attribute)| {
        let means = rows.iter().map(|row| row.mean_attributes[index].unwrap_or(f64::NAN));
        columns.measure(
            &format!("mean_{attribute}"),
            "Mean of that attribute over the nodes held; null while none is held.",
            means,
        )
    })
}

fn held(rows: &[AppRow]) -> Columns {
    Columns::default()
        .count32("cycle", "Cycles completed.", rows.iter().map(|row| row.cycle))
        .name("app", "Name of the application.", rows.iter().map(|row| row.app.as_str()))
        .count64(
            "asked_count",
            "Nodes asked for by the newest version; 0 where it lacks the application.",
            rows.iter().map(|row| row.asked_count),
        )
        .count64("held_count", "Nodes held.", rows.iter().map(|row| row.held_count))
        .count64(
            "correct_count",
            "Nodes held that a central sort would assign.",
            rows.iter().map(|row| row.correct_count),
        )
        .count64("wrong_count", "Nodes held that it would not.", rows.iter().map(|row| row.wrong_count))
}

fn moves(columns: Columns, rows: &[AppRow]) -> Columns {
    columns
        .count64(
            "joins_count",
            "Nodes that joined it: the sum of the next three.",
            rows.iter().map(|row| row.joins_count),
        )
        .count64(
            "joins_churn_count",
            "Those that had just come to the cloud.",
            rows.iter().map(|row| row.joins_churn_count),
        )
        .count64(
            "joins_rank_count",
            "Those whose idea of their rank, or whose attributes, had changed.",
            rows.iter().map(|row| row.joins_rank_count),
        )
        .count64(
            "joins_suite_count",
            "Those that had just taken another version of the suite.",
            rows.iter().map(|row| row.joins_suite_count),
        )
        .count64(
            "leaves_count",
            "Nodes that left it: the sum of the next three.",
            rows.iter().map(|row| row.leaves_count),
        )
        .count64(
            "leaves_churn_count",
            "Those that left the cloud, or died.",
            rows.iter().map(|row| row.leaves_churn_count),
        )
        .count64(
            "leaves_rank_count",
            "Those whose idea of their rank, or whose attributes, had changed.",
            rows.iter().map(|row| row.leaves_rank_count),
        )
        .count64(
            "leaves_suite_count",
            "Those that had just taken another version of the suite.",
            rows.iter().map(|row| row.leaves_suite_count),
        )
}

pub(in crate::trace) fn suites(rows: &[SuiteRow]) -> Columns {
    let dropped = Columns::default()
        .count32("cycle", "Cycles completed.", rows.iter().map(|row| row.cycle))
        .count64("version", "The version.", rows.iter().map(|row| row.version))
        .measure(
            "holders_fraction",
            "Share of the live nodes that hold it; of a bad one, of those that push it.",
            rows.iter().map(|row| row.holders_fraction),
        )
        .measure(
            "acting_fraction",
            "Share of the live nodes that decide by it where they belong.",
            rows.iter().map(|row| row.acting_fraction),
        )
        .count64(
            "rejected_malformed_count",
            "Descriptions of it that nodes dropped because they are no suite.",
            rows.iter().map(|row| row.rejected_malformed_count),
        )
        .count64(
            "rejected_forged_count",
            "Those dropped because no trusted key signed them.",
            rows.iter().map(|row| row.rejected_forged_count),
        )
        .count64(
            "rejected_expired_count",
            "Those dropped because they, or the certificate of their key, had expired.",
            rows.iter().map(|row| row.rejected_expired_count),
        );
    dropped
        .count64(
            "rejected_replayed_count",
            "Those dropped because the node held as new a version.",
            rows.iter().map(|row| row.rejected_replayed_count),
        )
        .count64(
            "rejected_out_of_scope_count",
            "Those dropped because their key may not change what they change.",
            rows.iter().map(|row| row.rejected_out_of_scope_count),
        )
        .count64(
            "payload_bytes",
            "Bytes of the descriptions of it that were sent.",
            rows.iter().map(|row| row.payload_bytes),
        )
}

pub(in crate::trace) fn breaches(rows: &[BreachRow]) -> Columns {
    Columns::default()
        .name("app", "Name of the application.", rows.iter().map(|row| row.app.as_str()))
        .name(
            "constraint",
            "The constraint: `min_nodes`, or `min_mean` with the name of the attribute after a blank. A word of \
             SQL: write \
             `breaches.\"constraint\"`.",
            rows.iter().map(|row| row.constraint.as_str()),
        )
        .number(
            "limit",
            "What it asks for: nodes, or the unit of the attribute. A word of SQL: write `breaches.\"limit\"`.",
            rows.iter().map(|row| row.limit),
        )
        .count32("first_cycle", "The first cycle after which it was broken.", rows.iter().map(|row| row.first_cycle))
        .count32("last_cycle", "The last one.", rows.iter().map(|row| row.last_cycle))
        .count32("cycles_count", "How many cycles that is.", rows.iter().map(|row| row.cycles_count))
        .count32("worst_cycle", "The cycle after which it was broken most.", rows.iter().map(|row| row.worst_cycle))
        .measure(
            "worst_value",
            "What there was then instead of `limit`; null where no node was held.",
            rows.iter().map(|row| row.worst_value.unwrap_or(f64::NAN)),
        )
        .flag("has_ended", "Whether it ended before the run did.", rows.iter().map(|row| row.has_ended))
}

pub(in crate::trace) fn rules(rows: &[RuleRow]) -> Columns {
    Columns::default()
        .count32("cycle", "The cycle after which they did.", rows.iter().map(|row| row.cycle))
        .name("app", "The application whose nodes did it.", rows.iter().map(|row| row.app.as_str()))
        .name("rule", "Name of the rule.", rows.iter().map(|row| row.rule.as_str()))
        .name(
            "condition",
            "The condition that held of their estimates, as it is written.",
            rows.iter().map(|row| row.condition.as_str()),
        )
        .name(
            "cause",
            "What they found, of each aggregate in the condition: its name, `=` and the mean over these nodes.",
            rows.iter().map(|row| row.cause.as_str()),
        )
        .name("action", "What they changed, in a few words.", rows.iter().map(|row| row.action.as_str()))
        .count64("nodes_count", "How many they were.", rows.iter().map(|row| row.nodes_count))
        .count64("base_version", "The version of the suite that they held.", rows.iter().map(|row| row.base_version))
        .count64("version", "The version that they made.", rows.iter().map(|row| row.version))
        .name(
            "verdict",
            "What other nodes do with it: `taken`, or why they drop it.",
            rows.iter().map(|row| row.verdict.as_str()),
        )
}
