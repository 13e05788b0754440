//! What nodes changed by rules.

use analysis::{Held, Summary};
use datasets::trace::{AppRow, EventRow, RuleRow, SuiteRow, Writer};

use crate::fixture::{ORDERED, app, cycle, summary};

fn rule(cycle: u32, version: u64, action: &str) -> RuleRow {
    RuleRow {
        cycle,
        app: "monitoring".into(),
        rule: "shed".into(),
        condition: "size < 600_000".into(),
        cause: "size=512345.5".into(),
        action: action.into(),
        nodes_count: 1_200,
        base_version: version - 1,
        version,
        verdict: "taken".into(),
    }
}

/// Version 2 is made after cycle 3 and acted on by all after cycle 7; chat loses 100,000 nodes a cycle from then on.
fn ruled(fill: impl FnOnce(&mut Writer)) -> Summary {
    summary(ORDERED, |trace| {
        for k in 0..=10 {
            trace.push(cycle(k));
            let acting = [0.1, 0.6, 0.99, 0.995, 1.0].get((k as usize).wrapping_sub(3)).copied();
            let acting = acting.unwrap_or(f64::from(u8::from(k > 3)));
            for (version, acting_fraction) in [(1, 1.0 - acting), (2, acting)] {
                trace.push(SuiteRow { cycle: k, version, acting_fraction, ..SuiteRow::default() });
            }
            for (name, held_count) in
                [("monitoring", 100_000), ("chat", 400_000 - 100_000 * u64::from(k.clamp(3, 6) - 3))]
            {
                trace.push(AppRow { border_ties_count: 0, ..app(k, name, held_count, 0) });
            }
        }
        fill(trace);
    })
}

/// What the summary says of rules, and that it is in its lines.
fn told(summary: &Summary) -> String {
    let text = summary.to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let (_, told) = text.split_once("\nRules by which nodes changed the suite\n\n").unwrap();
    told.split("\n\n").next().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn nodes_that_make_the_same_version_are_told_together() {
    let summary = ruled(|trace| {
        trace.push(rule(3, 2, "remove chat"));
        trace.push(RuleRow { nodes_count: 34, ..rule(5, 2, "remove chat") });
    });
    let [firing] = &summary.firings[..] else { panic!("{:?}", summary.firings) };
    assert_eq!((firing.rule.cycle, firing.last_cycle, firing.rule.nodes_count), (3, 5, 1_234));
    assert_eq!(firing.acting_cycles, [Some(2), Some(4)]);
    let held = Held { app: "chat".into(), before: 400_000, after: 100_000, after_cycle: 10 };
    assert_eq!(firing.held, Some(held));
    assert_eq!(
        told(&summary),
        "After cycles 3 to 5, shed by 1,234 nodes of monitoring, as size < 600_000 (size=512345.5): remove chat. \
         Version 2 is taken: 99 % of the nodes act on it 2 cycles later, all 4 cycles. \
         chat held 400,000 nodes then, and 100,000 after cycle 10."
    );
}

#[test]
fn an_effect_is_measured_until_a_rule_makes_the_next_version() {
    let summary = ruled(|trace| {
        trace.push(rule(3, 2, "remove chat"));
        trace.push(RuleRow { verdict: "out of scope".into(), ..rule(4, 4, "chat asks for 20 %") });
        trace.push(rule(5, 3, "chats are gone"));
    });
    let after: Vec<_> = summary.firings.iter().map(|firing| Some(firing.held.as_ref()?.after_cycle)).collect();
    assert_eq!(after, [Some(5), Some(5), None]);
    let told = told(&summary);
    assert!(told.contains("Nodes drop this version 4: out of scope. chat held 300,000 nodes then. After"), "{told}");
    assert!(told.ends_with("Version 3 is taken: at most 0 % of the nodes act on it."), "{told}");
    // What nodes drop does not count; the version that they take does.
    assert_eq!(summary.settling_from, 6);
}

#[test]
fn the_longest_name_in_an_action_is_meant() {
    let named = |action: &str| {
        let summary = summary(ORDERED, |trace| {
            trace.push(cycle(0));
            for name in ["chat", "chat for all", "hat"] {
                trace.push(app(0, name, 10, 0));
            }
            trace.push(rule(0, 2, action));
        });
        summary.firings[0].held.as_ref().map(|held| held.app.clone())
    };
    assert_eq!(named("remove chat for all").as_deref(), Some("chat for all"));
    assert_eq!(named("remove \"chat\"").as_deref(), Some("chat"));
    assert_eq!((named("remove chats"), named("")), (None, None));
}

#[test]
fn ten_firings_are_told_and_the_others_counted() {
    let long =
        "an application whose name is longer than any line of the summary has room for, and then some more of it";
    let summary = ruled(|trace| (0..22).for_each(|k| trace.push(rule(k % 10, u64::from(k) + 2, long))));
    let told = told(&summary);
    assert_eq!(
        (told.matches("shed by").count(), told.ends_with("And 12 more, which the table rules tells.")),
        (10, true)
    );
}

#[test]
fn what_rules_did_is_no_event_of_the_cloud() {
    let summary = ruled(|trace| {
        trace.push(rule(3, 2, "remove chat"));
        trace.push(EventRow {
            cycle: 4,
            kind: "rule".into(),
            version: None,
            rule: Some("shed".into()),
            nodes_count: 1_200,
        });
    });
    assert!(summary.churn.is_none() && !summary.to_string().contains("At the start of"));
}
