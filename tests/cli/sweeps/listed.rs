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
