//! The page.

use analysis::Report;
use datasets::trace::{AggregateRow, AppRow, EventRow};
use serde_json::Value;

use crate::fixture::{app, cycle, estimate, overlay, slice};
use crate::report;

/// The charts of a page, as they are drawn.
fn charts(report: &Report) -> Vec<Value> {
    let page = report.to_html().unwrap();
    let data = page.split_once("id=\"charts\">").unwrap().1.split_once("</script>").unwrap().0;
    serde_json::from_str(data).unwrap()
}

fn chart<'a>(charts: &'a [Value], id: &str) -> &'a Value {
    charts.iter().find(|chart| chart["id"] == id).unwrap_or_else(|| panic!("there is a chart {id}"))
}

/// A run of so many cycles with something of everything.
fn whole(cycles: u32) -> Report {
    report(|trace| {
        for k in 0..=cycles {
            trace.push(cycle(k));
            trace.push(AppRow {
                joins_rank_count: 5,
                ..app(k, "monitoring", 100_000 + u64::from(k % 7), 1000 / u64::from(k + 1))
            });
            trace.push(slice(k, 0));
            trace.push(overlay(k, 7));
            trace.push(AggregateRow { cycle: k, ..estimate(k.min(20), "average") });
        }
        for cycle in [3, 4, 5, 9] {
            trace.push(EventRow { cycle, kind: "crash".into(), version: None, rule: None, nodes_count: 1000 });
        }
    })
}

#[test]
fn events_that_go_on_are_one_mark_on_every_axis_of_time() {
    let charts = charts(&whole(12));
    assert!(charts.len() >= 9, "{} charts", charts.len());
    for chart in &charts {
        let marks = chart["marks"].as_array().unwrap();
        let places: Vec<_> =
            marks.iter().map(|mark| (mark["first"].as_f64().unwrap(), mark["last"].as_f64().unwrap())).collect();
        assert_eq!(places, [(2.5, 4.5), (8.5, 8.5)], "{}", chart["id"]);
        assert_eq!(marks[0]["label"], "crash, 3,000 nodes");
    }
}

#[test]
fn a_long_run_is_thinned_and_says_so() {
    let report = whole(4000);
    let charts = charts(&report);
    for chart in &charts {
        for line in chart["lines"].as_array().unwrap() {
            assert!(line["x"].as_array().unwrap().len() <= 1000, "{}", chart["id"]);
        }
        for band in chart["bands"].as_array().unwrap() {
            assert!(band["x"].as_array().unwrap().len() <= 2000, "{}", chart["id"]);
        }
    }
    assert_eq!(chart(&charts, "wrong")["thinned_from"], 4001);
    assert!(report.to_html().unwrap().contains("Of 4001 rows the first"));
}

#[test]
fn what_is_not_positive_is_a_gap_on_a_logarithmic_axis_and_a_chart_of_nothing_is_left_out() {
    let right = report(|trace| {
        for k in 0..=4 {
            trace.push(cycle(k));
            trace.push(app(k, "monitoring", 100_000, u64::from(k == 1)));
            trace.push(app(k, "chat", 100_000, 0));
        }
    });
    let all = charts(&right);
    let wrong = chart(&all, "wrong");
    assert_eq!(wrong["lines"].as_array().unwrap().len(), 1, "chat is never wrong");
    assert_eq!(wrong["lines"][0]["y"], serde_json::json!([null, 1e-5, null, null, null]));
    let never = report(|trace| {
        for k in 0..=4 {
            trace.push(cycle(k));
            trace.push(app(k, "chat", 100_000, 0));
        }
    });
    assert!(charts(&never).iter().all(|chart| chart["id"] != "wrong"));
    assert!(never.to_html().unwrap().contains("No application ever held a wrong node."));
}

#[test]
fn names_are_shown_and_never_read() {
    let names =
        ["</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>", "{{ title }} {% for %}", "\"'&amp;"];
    let hostile = report(|trace| {
        for k in 0..=4 {
            trace.push(cycle(k));
            for name in names {
                trace.push(app(k, name, 100_000, 10));
            }
        }
        trace.push(EventRow {
            cycle: 2,
            kind: "rule".into(),
            version: None,
            rule: Some("<b>&</b>".into()),
            nodes_count: 1,
        });
    });
    let page = hostile.to_html().unwrap();
    for markup in ["<script>alert", "<img", "<b>"] {
        assert!(!ours(&page).contains(markup), "{markup}");
    }
    let shown = chart(&charts(&hostile), "held-nodes")["lines"].clone();
    for (number, name) in names.iter().enumerate() {
        assert_eq!(shown[2 * number]["name"], *name);
    }
}

/// The page without the library that draws.
fn ours(page: &str) -> String {
    let parts: Vec<&str> = page.split("</script>").collect();
    let library = parts.iter().position(|part| part.contains("plotly.js v")).unwrap();
    parts.iter().enumerate().filter(|&(number, _)| number != library).map(|(_, part)| *part).collect()
}

#[test]
fn a_page_carries_what_it_needs_and_nothing_else() {
    let page = whole(12).to_html().unwrap();
    let ours = ours(&page);
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!ours.contains(outside), "{outside}");
    }
    assert!(ours.len() < 200_000 && page.len() < 5_200_000, "{} of {} bytes", ours.len(), page.len());
    assert_eq!(page, whole(12).to_html().unwrap(), "the same run, the same page");
}
