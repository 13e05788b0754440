//! The headline.

use analysis::Report;
use datasets::record::{self, SizeRecord};
use datasets::trace::{AppRow, BreachRow};

use crate::fixture::{app, cycle, estimate};
use crate::{report, report_with};

/// A run at whose end applications hold so many of the nodes that they ask for, of a million.
fn holding(apps: &[(&str, u64, u64)]) -> Report {
    report(|trace| {
        for k in 0..=2 {
            trace.push(cycle(k));
            for &(name, held, asked) in apps {
                trace.push(AppRow { asked_count: asked, ..app(k, name, held, 0) });
            }
        }
    })
}

#[test]
fn who_holds_what_it_asks_for_is_told_with_the_numbers() {
    // 300 nodes are one standard deviation of a tenth of a million: chance, and no miss.
    assert_eq!(
        holding(&[("chat", 99_700, 100_000)]).headline(),
        "chat holds what it asks for: 99,700 nodes of 100,000."
    );
    let two = holding(&[("chat", 100_100, 100_000), ("tv", 200_000, 200_000)]);
    assert_eq!(two.headline(), "Both applications hold what they ask for: 300,100 nodes of 300,000.");
}

#[test]
fn who_misses_it_by_more_than_chance_is_told_first() {
    let short = holding(&[("chat", 90_000, 100_000), ("tv", 200_000, 200_000)]);
    let told = "chat holds 90,000 of the 100,000 nodes that it asks for, 10.00 % too few; the other one holds what it \
        asks for.";
    assert_eq!(short.headline(), told);
    let both = holding(&[("chat", 90_000, 100_000), ("tv", 260_000, 200_000)]);
    assert!(both.headline().ends_with("and tv holds 260,000 of the 200,000 nodes that it asks for, 30.00 % too many."));
}

#[test]
fn a_constraint_that_is_broken_at_the_end_is_in_the_headline() {
    let broken = report(|trace| {
        trace.push(cycle(0));
        trace.push(AppRow { asked_count: 100_000, ..app(0, "tv", 100_000, 0) });
        for (constraint, has_ended) in [("min_nodes", false), ("min_mean storage", true)] {
            trace.push(BreachRow {
                app: "tv".into(),
                constraint: constraint.into(),
                limit: 200_000.0,
                first_cycle: 0,
                last_cycle: 0,
                cycles_count: 1,
                worst_cycle: 0,
                worst_value: None,
                has_ended,
            });
        }
    });
    let told = "tv holds what it asks for: 100,000 nodes of 100,000. Broken at the end: min_nodes of tv.";
    assert_eq!(broken.headline(), told);
}

#[test]
fn an_application_that_is_removed_is_no_miss() {
    let gone = holding(&[("chat", 0, 0), ("tv", 200_000, 200_000)]);
    assert_eq!(gone.headline(), "tv holds what it asks for: 200,000 nodes of 200,000.");
    // Of no nodes held, no share is wrong.
    let page = gone.to_html().unwrap();
    let row = |name: &str| {
        let row = page.split("<tr>").find(|row| row.contains(&format!(">{name}<")) && row.contains("<td"));
        let cells = row.unwrap().split('<').filter_map(|part| part.split_once('>'));
        cells.map(|(_, text)| text.trim().to_owned()).filter(|text| !text.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(row("chat")[..5], ["chat", "0", "0", "0", "–"]);
    assert_eq!(row("tv")[..5], ["tv", "200,000", "200,000", "0", "0 %"]);
}

#[test]
fn a_cloud_without_applications_tells_what_its_nodes_know() {
    let found = report(|trace| {
        for k in 0..=9 {
            trace.push(cycle(k));
            trace.push(estimate(k, "average"));
        }
    });
    let told = "A cloud of 1,000,000 nodes without applications: its nodes know average up to an error of 0.004 %.";
    assert_eq!(found.headline(), told);
}

#[test]
fn a_search_for_a_size_has_the_headline() {
    let size = SizeRecord {
        headline: "Ask for 12.5 % <of the cloud>.".to_owned(),
        reachable: true,
        share: 0.125,
        share_low: 0.12,
        share_high: 0.13,
        confidence: 0.99,
        ..SizeRecord::default()
    };
    let found = report_with(Some(&record::text(&size)), |trace| trace.push(cycle(0)));
    assert_eq!(found.headline(), "Ask for 12.5 % <of the cloud>.");
    let page = found.to_html().unwrap();
    assert!(page.contains("Ask for 12.5 % &lt;of the cloud&gt;."));
    assert!(page.contains("<strong>12.50 %</strong> <span>of the cloud; 99.00 % interval: 12.00 % to 13.00 %</span>"));
}

#[test]
fn a_size_is_a_share_of_the_live_nodes_or_a_number_as_the_application_asks() {
    let page = |asks_for: &str| {
        let size = SizeRecord {
            reachable: true,
            asks_for: asks_for.to_owned(),
            share: 0.2,
            share_low: 0.19,
            share_high: 0.21,
            nodes_asked: 100,
            hold: 90.0,
            nodes: 1_000,
            live_nodes: 500.0,
            confidence: 0.99,
            ..SizeRecord::default()
        };
        report_with(Some(&record::text(&size)), |trace| trace.push(cycle(0))).to_html().unwrap()
    };
    let (share, number) = (page("share"), page("nodes"));
    let told = "<strong>20.00 %</strong> <span>of the live nodes; 99.00 % interval: 19.00 % to 21.00 %</span>";
    assert!(share.contains(told));
    let told = "<strong>100 nodes</strong> <span>99.00 % interval: 95 to 105; to hold 90 of them</span>";
    assert!(number.contains(told));
    assert!(number.contains("<strong>20.00 %</strong> <span>of the live nodes</span>"));
}
