//! What is derived from a sweep, beside what its tables say by a plainer way.

use analysis::{Band, Study, bands};
use datasets::trace::read::{Point, Sweep};

use super::place;
use crate::harness::Place;

const SWEEP: &str = r#"scenario = "scenario.toml"
replicates = 4
[one_at_a_time]
"network.reply_loss" = [0.4, 0.1]
"suite.app.cache.share" = [0.25]
"#;

fn swept() -> Place {
    let place = place(SWEEP);
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "out"]).quietly();
    place
}

/// Nodes that "cache" holds after the last cycle of each point, by replicate.
fn held(points: &[Point]) -> Vec<f64> {
    let held = |point: &Point| {
        let apps = point.run.apps().expect("apps");
        apps.iter().rfind(|row| row.app == "cache").expect("a row").held_count as f64
    };
    points.iter().map(held).collect()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

fn near(one: f64, other: f64) {
    assert!((one - other).abs() <= 1e-9 * one.abs().max(1.0), "{one} is not {other}");
}

#[test]
fn effects_are_mean_differences_between_runs_of_the_same_seed() {
    let place = swept();
    let sweep = Sweep::open(&place.path("out")).expect("a sweep");
    let settings: Vec<Vec<f64>> = sweep.settings().map(held).collect();
    let [base, strong, weak, larger] = &settings[..] else { panic!("{} settings", settings.len()) };
    let study = Study::read(&place.path("out")).expect("a study");
    let effects: Vec<_> =
        study.effects.iter().filter(|effect| effect.name.metric == "held" && effect.name.subject == "cache").collect();
    let keys: Vec<_> = effects.iter().map(|effect| (effect.rank, effect.key.as_str())).collect();
    assert_eq!(keys, [(1, "suite.app.cache.share"), (2, "network.reply_loss")]);
    let difference = |one: &[f64], other: &[f64]| mean(one.iter().zip(other).map(|(one, other)| other - one));
    near(effects[0].swing.mean, difference(base, larger));
    assert!(effects[0].low.is_none() && effects[0].low_value.is_none());
    // The values of a key are put in their order: 0.1 is low, though it stands last.
    assert_eq!((effects[1].low_value.as_deref(), effects[1].high_value.as_str()), (Some("0.1"), "0.4"));
    near(effects[1].low.as_ref().expect("an effect").mean, difference(base, weak));
    near(effects[1].high.mean, difference(base, strong));
    near(effects[1].swing.mean, difference(weak, strong));
    near(effects[1].base, mean(base.iter().copied()));
}

#[test]
fn bands_hold_the_ordered_values_of_the_replicates() {
    let place = swept();
    let sweep = Sweep::open(&place.path("out")).expect("a sweep");
    let points = sweep.settings().nth(1).expect("a setting");
    let bands = bands(points.iter().map(|point| &point.run)).expect("bands");
    let is_ours = |band: &&Band| band.name.metric == "held" && band.name.subject == "cache";
    let (cycle, last) = bands.iter().find(is_ours).expect("a band").cycles.last().expect("a cycle");
    let mut ordered = held(points);
    ordered.sort_by(f64::total_cmp);
    assert_eq!((*cycle, last.count), (6, 4));
    near(last.quantiles[2], f64::midpoint(ordered[1], ordered[2]));
    near(last.quantiles[0], ordered[0] + 0.03 * (ordered[1] - ordered[0]));
    near(last.quantiles[3], ordered[2] + 0.7 * (ordered[3] - ordered[2]));
    near(last.mean, mean(ordered.into_iter()));
}

#[test]
fn points_of_a_sweep_are_read_as_runs() {
    let place = swept();
    let sweep = Sweep::open(&place.path("out")).expect("a sweep");
    assert_eq!(sweep.points().len(), 16);
    let point = &sweep.points()[9];
    assert_eq!((point.row.point, point.row.setting, point.row.replicate), (9, 2, 1));
    assert_eq!((point.params[0].key.as_str(), point.params[0].number), ("network.reply_loss", Some(0.1)));
    let summary = analysis::Summary::of(&point.run).expect("a summary");
    assert_eq!((summary.cycles, summary.settings.reply_loss, summary.seed), (6, 0.1, point.run.meta().seed));
    std::fs::remove_file(place.path("out/points/9.json")).expect("a record");
    let left = Sweep::open(&place.path("out")).expect("a sweep");
    assert!(left.points().iter().all(|point| point.row.point != 9) && left.points().len() == 15);
}
