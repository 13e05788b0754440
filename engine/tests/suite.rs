//! Applications get the nodes that a central sort would give them, to the floor that random ids leave.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

mod common;

use common::{Result, run};

fn cloud(nodes: u32, cycles: u32, apps: &str) -> String {
    format!(
        "[run]\nnodes = {nodes}\ncycles = {cycles}\nseed = 5\n[[fleet.class]]\nname = \"good\"\nshare = 0.4\n\
         attributes.uptime = {{ beta = [9.0, 1.0] }}\nattributes.disk = {{ uniform = [50.0, 100.0] }}\n\
         [[fleet.class]]\nname = \"bad\"\nshare = 0.6\nattributes.uptime = {{ beta = [2.0, 3.0] }}\n\
         attributes.disk = {{ uniform = [0.0, 60.0] }}\n{apps}"
    )
}

fn last<'a>(found: &'a Result, app: &str) -> &'a datasets::trace::AppRow {
    found.apps.iter().rfind(|row| row.app == app).unwrap()
}

/// Asked and held agree within five standard deviations of a binomial count, and so do the right nodes with `slack`
/// more.
#[track_caller]
fn assert_settled(found: &Result, app: &str, nodes: f64, slack: f64) {
    let row = last(found, app);
    let share = row.asked_count as f64 / nodes;
    let floor = (nodes * share * (1.0 - share)).sqrt();
    let off = row.held_count.abs_diff(row.asked_count) as f64;
    assert!(off <= 5.0 * floor, "{row:?}: off by {off}, floor {floor}");
    assert!(row.wrong_count as f64 <= (5.0 + slack) * floor, "{row:?}: wrong, floor {floor}");
}

#[test]
fn the_papers_example_settles_to_the_floor() {
    let apps = "[[suite.app]]\nname = \"monitoring\"\ntop = \"uptime\"\nshare = 0.1\n\
                [[suite.app]]\nname = \"a\"\nshare = 0.45\n[[suite.app]]\nname = \"b\"\nshare = 0.45\n";
    let found = run(&cloud(100_000, 150, apps));
    for app in ["monitoring", "a", "b"] {
        assert_settled(&found, app, 100_000.0, 0.0);
    }
    let held: u64 = ["monitoring", "a", "b"].iter().map(|app| last(&found, app).held_count).sum();
    assert_eq!(held, 100_000, "shares that sum to one leave nobody out");
    assert!(last(&found, "monitoring").mean_attributes[0].unwrap() > 0.97);
}

#[test]
fn a_second_gradient_orders_only_the_nodes_that_the_first_leaves() {
    // The attributes are correlated, so the first application takes many of the best nodes of the second.
    let apps = "[[suite.app]]\nname = \"uptime\"\ntop = \"uptime\"\nshare = 0.3\n\
                [[suite.app]]\nname = \"disk\"\ntop = \"disk\"\nshare = 0.2\n\
                [[suite.app]]\nname = \"small\"\nbottom = \"disk\"\nshare = 0.1\n";
    let found = run(&cloud(100_000, 150, apps));
    for app in ["uptime", "disk", "small"] {
        assert_settled(&found, app, 100_000.0, 2.0);
    }
    let none = 100_000 - ["uptime", "disk", "small"].iter().map(|app| last(&found, app).held_count).sum::<u64>();
    assert!(none.abs_diff(40_000) < 1_000);
    assert_eq!(found.slices.iter().filter(|row| row.cycle == 150).count(), 2, "the two on disk share a gradient");
}

#[test]
fn a_random_application_before_a_gradient_takes_its_share_first() {
    let apps = "[[suite.app]]\nname = \"any\"\nshare = 0.5\n[[suite.app]]\nname = \"best\"\ntop = \"uptime\"\nshare = \
        0.25\n\
                [[suite.app]]\nname = \"rest\"\nshare = 0.25\n";
    let found = run(&cloud(100_000, 150, apps));
    for app in ["any", "best", "rest"] {
        assert_settled(&found, app, 100_000.0, 2.0);
    }
    assert_eq!(last(&found, "any").wrong_count, 0, "a draw for life is never wrong");
}

#[test]
fn the_rest_of_the_cloud_takes_over_after_a_crash() {
    let apps = "[[suite.app]]\nname = \"best\"\ntop = \"uptime\"\nshare = 0.2\n[[suite.app]]\nname = \"rest\"\nshare \
        = 0.8\n\
                [[event]]\nat_cycle = 50\ncrash = { share = 0.4 }\n";
    let found = run(&cloud(50_000, 150, apps));
    assert_eq!(last(&found, "best").asked_count, 6_000);
    for app in ["best", "rest"] {
        assert_settled(&found, app, 50_000.0, 0.0);
    }
    let held: u64 = ["best", "rest"].iter().map(|app| last(&found, app).held_count).sum();
    assert_eq!(held, 30_000);
    for row in found.apps.windows(3).filter(|rows| rows[0].app == rows[2].app) {
        let (before, after) = (&row[0], &row[2]);
        let expected = before.held_count + after.joins_count - after.leaves_count;
        assert_eq!(after.held_count, expected, "joins and leaves account for every change");
    }
}

#[test]
fn weights_that_sum_to_infinity_split_the_rest_as_their_ratios_say() {
    let apps = |unit: f64| {
        let app = |name: &str, weight: f64| format!("[[suite.app]]\nname = \"{name}\"\nrest = {:e}\n", weight * unit);
        cloud(10_000, 3, &format!("{}{}{}", app("a", 1.5), app("b", 1.5), app("c", 0.75)))
    };
    let (found, usual) = (run(&apps(1e308)), run(&apps(1.0)));
    assert_eq!((found.apps.len(), found.apps), (usual.apps.len(), usual.apps));
}
