//! What `subcloud report` leaves, and what it refuses.

use std::fs;

use crate::harness::Place;

#[test]
fn a_report_is_put_beside_the_run_and_made_again() {
    let place = Place::new();
    place.run(&[]).quietly();
    let said = place.call(&["report", "out"]).quietly();
    assert!(said.out.starts_with("All 3 applications hold what they ask for"), "{}", said.out);
    assert!(said.out.ends_with("\nreport in out/report.html\n"), "{}", said.out);
    let page = fs::read_to_string(place.path("out/report.html")).expect("the page");
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    place.unchanged(|| place.call(&["report", "out"])).quietly();
    // What its user has made of it is not written over, but by its name.
    fs::write(place.path("out/report.html"), "mine").expect("a report");
    place.refuse(&["report", "out"], &["out/report.html was changed", "move it elsewhere", "--out"]);
    place.unchanged(|| place.call(&["report", "out", "--out", "out/report.html"])).quietly();
    assert!(
        fs::read_to_string(place.path("out/report.html")).expect("the page") == page,
        "the same run, the same page"
    );
}

#[test]
fn tables_are_a_workbook_or_a_file_each() {
    let place = Place::new();
    place.run(&[]).quietly();
    place.call(&["report", "out", "--format", "xlsx", "--out", "tables.xlsx"]).quietly();
    assert!(fs::read(place.path("tables.xlsx")).expect("the workbook").starts_with(b"PK"));
    place.call(&["report", "out", "--format", "csv"]).quietly();
    let apps = fs::read_to_string(place.path("out/report/apps.csv")).expect("a table");
    // Three applications after each of seven observed cycles, below the names of the columns.
    assert_eq!(apps.lines().count(), 22, "{apps}");
    assert!(apps.starts_with("cycle,app,asked_count,held_count,"), "{apps}");
    let summary = fs::read_to_string(place.path("out/report/summary.csv")).expect("the summary");
    assert!(summary.contains("\nheld_count,monitoring,"), "{summary}");
    assert!(!place.contents().iter().any(|path| path.contains("partial")), "{:?}", place.contents());
}

#[test]
fn what_is_no_run_and_where_no_report_can_be_is_refused() {
    let place = Place::new();
    place.refuse(&["report", "nowhere"], &["nowhere", "holds no run"]);
    place.refuse(&["report", "."], &["holds no run"]);
    place.run(&[]).quietly();
    place.refuse(&["report", "out", "--out", "out"], &["--out out", "is a directory"]);
    place.refuse(&["report", "out", "--out", "no/such/report.html"], &["there is no such directory"]);
    place.refuse(&["report", "out", "--format", "csv", "--out", "scenario.toml"], &["scenario.toml", "is a file"]);
    place.refuse(&["report", "out", "--format", "csv", "--out", "no/such"], &["there is no such directory"]);
    assert_eq!(place.call(&["report", "out", "--format", "pdf"]).code, Some(2));
}

#[test]
fn a_damaged_run_makes_no_report() {
    let place = Place::new();
    place.run(&[]).quietly();
    place.write("out/run.json", b"{ not json");
    place.unchanged(|| place.call(&["report", "out"])).failed(1, &["run.json", "not valid JSON"]);
    place.refused(&["--force"], &["out/run.json was changed", "move it elsewhere"]);
    fs::remove_file(place.path("out/run.json")).expect("the record");
    place.run(&["--force"]).quietly();
    let apps = place.contents().into_iter().find(|path| path.contains("traces/apps") && path.ends_with(".parquet"));
    place.write(&apps.expect("the table apps"), b"PAR1 no more");
    place.unchanged(|| place.call(&["report", "out"])).failed(1, &["apps"]);
}

#[test]
fn half_a_size_is_shown_as_far_as_it_goes() {
    let place = Place::new();
    place.run(&[]).quietly();
    for size in
        ["{}", "[]", "null", "{\"headline\": 3, \"series\": [1, {\"cycle\": \"x\"}], \"text\": {}, \"evidence\": []}"]
    {
        place.write("out/size.json", size.as_bytes());
        let said = place.call(&["report", "out"]).quietly();
        assert!(said.out.starts_with("All 3 applications hold"), "{size}: {}", said.out);
    }
}
