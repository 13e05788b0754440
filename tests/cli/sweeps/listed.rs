//! Points by their numbers: lists for programs, and ranges.

use super::scripts::SWEEP;
use super::{done, place, tables};

#[test]
fn a_program_reads_of_each_point_what_it_sets_and_needs_and_whether_it_is_there() {
    let place = place(SWEEP);
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--point", "2"]).quietly();
    let call = ["sweep", "sweep.toml", "--list", "--format", "json", "--out", "out"];
    let said = place.unchanged(|| place.call(&call)).quietly();
    let list: serde_json::Value = serde_json::from_str(&said.out).expect("one JSON document");
    assert_eq!((&list["format_version"], &list["sweep"], &list["out"]), (&1.into(), &"sweep".into(), &"out".into()));
    let points = list["points"].as_array().expect("points");
    assert_eq!(points.len(), 4);
    for (number, point) in points.iter().enumerate() {
        assert_eq!((&point["point"], &point["is_there"]), (&number.into(), &(number == 2).into()));
        assert_eq!(point["params"]["sampling.view"], ["10", "10", "20", "20"][number]);
        assert!(point["memory_bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{point}");
    }
    let record = std::fs::read_to_string(place.path("out/points/2.json")).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
    assert_eq!((&points[2]["run_id"], &points[2]["seed"]), (&record["run_id"], &record["seed"]));
    let said = place.unchanged(|| place.call(&["sweep", "sweep.toml", "--format", "json"]));
    assert!(said.code == Some(2) && said.err.contains("--list"), "{said:?}");
}

#[test]
fn a_range_of_points_is_done_and_the_last_range_derives_the_tables() {
    let place = place(SWEEP);
    let call = |points: &str| place.call(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--points", points]);
    assert_eq!(call("1-2").quietly().out, "2 of 4 points are there in out, 2 done by this call, 2 missing\n");
    assert_eq!(call("0-1").quietly().out, "3 of 4 points are there in out, 1 done by this call, 1 missing\n");
    let said = call("2-").quietly();
    assert_eq!(done(&said.out), 1);
    assert!(place.path("out/derived").is_dir());
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "alone"]).quietly();
    assert!(tables(&place, "out") == tables(&place, "alone"));
}

#[test]
fn ranges_that_there_are_not_are_refused() {
    let place = place(SWEEP);
    let refuse = |more: &[&str], words: &[&str]| {
        place.refuse(&[&["sweep", "sweep.toml", "--out", "out"], more].concat(), words);
    };
    refuse(&["--points", "2-4"], &["--points 2-4: the sweep has 4 points", "from 0 to 3"]);
    refuse(&["--points", "7-"], &["--points 7-: the sweep has 4 points", "from 0 to 3"]);
    for (points, words) in [("3-2", "the first number is above the last"), ("3", "0-9"), ("a-b", "0-9")] {
        let said = place.unchanged(|| place.call(&["sweep", "sweep.toml", "--points", points]));
        assert!(said.code == Some(2) && said.err.contains(words), "{said:?}");
    }
    for other in [["--point", "1"].as_slice(), &["--force"], &["--list"]] {
        let said = place.unchanged(|| place.call(&[&["sweep", "sweep.toml", "--points", "0-1"], other].concat()));
        assert!(said.code == Some(2) && said.err.contains("cannot be used with"), "{said:?}");
    }
}

/// Those that come with the program are good, and that of links that fail says what theory says.
#[test]
fn shipped_sweeps_say_their_points() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/sweeps");
    let files = std::fs::read_dir(folder).expect("sweeps").map(|file| file.expect("a file").path());
    let mut names: Vec<String> = files.map(|path| path.display().to_string()).collect();
    names.sort_unstable();
    assert!(names.len() > 4, "{names:?}");
    let place = crate::harness::Place::new();
    for name in &names {
        let said = place.call(&["sweep", name, "--list", "--out", "out"]).quietly();
        assert!(said.out.lines().count() > 4, "{name}: {}", said.out);
    }
    let failing = names.iter().find(|name| name.ends_with("link_failure.toml")).expect("links that fail");
    let text = std::fs::read_to_string(failing).expect("a sweep").replace("../scenarios", "FOLDER/../scenarios");
    let text = text.replace("FOLDER", folder).replace("20_000", "4_000").replace("steps = 10", "steps = 4");
    place.write("failing.toml", text.as_bytes());
    place.call(&["sweep", "failing.toml", "--quiet", "--out", "failing"]).quietly();
    let study = analysis::Study::read(&place.path("failing")).expect("a study");
    assert_eq!(study.settings.len(), 4);
    for (setting, lost) in study.settings.iter().zip([0.0, 0.3, 0.6, 0.9_f64]) {
        let mut spreads = setting.spreads.iter().filter(|(name, _)| name.metric == "variance_factor");
        let spread = spreads.next().and_then(|(_, spread)| spread.as_ref()).expect("a factor");
        let settings = analysis::Settings { request_loss: lost, ..analysis::Settings::default() };
        let theory = analysis::theory::variance_factor(&settings).expect("a theorem");
        // Ten seeds: the interval of 95 % is 2.26 standard errors of their mean.
        let [low, high] = spread.interval.expect("an interval");
        assert!((spread.mean - theory).abs() < high - low, "{lost}: {low} to {high}, {theory}");
    }
}
