//! Inventories and traces of sessions that are damaged: the file, the line, the column and the remedy.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::harness::Place;

/// A folder with a scenario over the inventory `name`, which holds these bytes.
fn fleet(name: &str, bytes: &[u8]) -> Place {
    let place = Place::with(&format!(
        r#"[run]
nodes = 500
cycles = 2

[fleet]
file = "{name}"
[fleet.attributes]
availability = {{ column = "up" }}
load = {{ column = "load", scale = 0.5 }}

[[suite.app]]
name = "monitoring"
top = "availability"
share = 0.5
"#
    ));
    place.write(name, bytes);
    place
}

/// Both commands that read the inventory refuse it with these words.
fn refused(name: &str, bytes: &[u8], words: &[&str]) {
    let place = fleet(name, bytes);
    place.refused(&[], words);
    place.call(&["check", "scenario.toml"]).failed(2, words);
}

fn rows(count: usize) -> String {
    let rows = (0..count).map(|row| format!("0.{row:05},{}\n", row % 97 + 1));
    std::iter::once("up,load\n".to_owned()).chain(rows).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("bytes in memory");
    encoder.finish().expect("bytes in memory")
}

#[test]
fn a_sound_inventory_runs_plain_and_compressed() {
    fleet("fleet.csv", rows(50).as_bytes()).run(&[]).quietly();
    let said = fleet("fleet.csv.gz", &gzip(&rows(50))).call(&["check", "scenario.toml"]).quietly();
    assert!(said.out.contains("50 rows of "), "{}", said.out);
}

#[test]
fn a_cell_that_is_empty_or_no_finite_number_is_named_by_line_and_column() {
    for (cell, found) in [("", "is empty"), ("NaN", "\"NaN\""), ("inf", "\"inf\""), ("n/a", "\"n/a\"")] {
        let text = format!("up,load\n0.5,1\n0.7,{cell}\n0.9,3\n");
        refused("fleet.csv", text.as_bytes(), &["fleet.csv:3: ", "row 2", "column `load`", found, "remove the row"]);
    }
}

#[test]
fn a_row_with_too_few_cells_is_named_by_its_line() {
    refused("fleet.csv", b"up,load\n0.5,1\n0.7\n", &["fleet.csv:3: ", "1 cells, expected 2"]);
}

#[test]
fn a_missing_column_is_named_with_those_there_are() {
    refused("fleet.csv", b"up,weight\n0.5,1\n", &["fleet.csv:1: ", "no column `load`", "up, weight"]);
}

#[test]
fn an_inventory_without_a_row_is_refused() {
    refused("fleet.csv", b"up,load\n", &["fleet.csv", "no rows"]);
    refused("fleet.csv", b"", &["fleet.csv", "this is empty, expected csv or Parquet"]);
}

#[test]
fn a_truncated_gzip_is_refused_wherever_it_ends() {
    let whole = gzip(&rows(20_000));
    for kept in [whole.len() / 2, whole.len() - 4] {
        refused("fleet.csv.gz", &whole[..kept], &["fleet.csv.gz", "ends too early", "copy or compress it again"]);
    }
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_refused() {
    refused("fleet.csv.gz", b"PAR1\0\0\0\0PAR1", &["fleet.csv.gz", "not a sound Parquet file"]);
    refused("fleet.parquet", rows(9).as_bytes(), &["fleet.parquet", "not a sound Parquet file", "write it again"]);
    refused("fleet.parquet", b"PAR1\0\0\0\0PAR1", &["fleet.parquet", "not a sound Parquet file"]);
    refused("fleet.xlsx", b"PK\x03\x04xl/workbook.xml", &["fleet.xlsx: this is an Excel workbook", "save the sheet"]);
}

#[test]
fn a_corrupt_parquet_file_is_refused() {
    // A table of a finished run is a sound Parquet file; bytes in its middle are turned over.
    let place = Place::new();
    place.run(&[]).quietly();
    let tables = place.contents();
    let table = tables.iter().find(|path| path.contains("/cycles/") && path.ends_with(".parquet")).expect("a table");
    let sound = std::fs::read(place.path(table)).expect("the table");
    let over = |text: &str| text.replace("\"up\"", "\"cycle\"").replace("\"load\"", "\"alive_count\"");
    let case = |bytes: &[u8]| {
        let place = fleet("fleet.parquet", bytes);
        let scenario = std::fs::read_to_string(place.path("scenario.toml")).expect("the scenario");
        place.write("scenario.toml", over(&scenario).as_bytes());
        place
    };
    case(&sound).run(&[]).quietly();
    let mut corrupt = sound.clone();
    corrupt[4..60].iter_mut().for_each(|byte| *byte ^= 0xff);
    case(&corrupt).refused(&[], &["fleet.parquet", "not a sound Parquet file"]);
    case(&sound[..sound.len() - 20]).refused(&[], &["fleet.parquet", "not a sound Parquet file"]);
}

#[test]
fn an_inventory_that_is_not_there_is_refused_at_the_line_that_names_it() {
    let place = fleet("fleet.csv", b"");
    std::fs::remove_file(place.path("fleet.csv")).expect("the file of the case");
    place.refused(&[], &["scenario.toml:6: ", "`fleet.file`: there is no file", "the scenario's folder"]);
}

#[test]
fn the_geometric_mean_of_an_inventory_with_a_zero_is_refused() {
    let place = fleet("fleet.csv", b"up,load\n0.5,0\n0.7,2\n");
    let aggregate = "aggregate=[{name='g', function='geometric-mean', attribute='load'}]";
    place.refused(&["--set", aggregate], &["aggregate 'g'", "needs positive values", "'load'"]);
}

/// A scenario over this trace of sessions.
fn replayed(trace: &str) -> Place {
    let place = Place::with(
        r#"[run]
nodes = 500
cycles = 2
cycle_seconds = 3600
[[fleet.class]]
name = "host"
share = 1
attributes.up = { from = "sessions" }
[fleet.replay]
file = "trace.csv"
node = "host"
from = "from"
to = "to"
"#,
    );
    place.write("trace.csv", trace.as_bytes());
    place
}

#[test]
fn check_reads_a_trace_of_sessions_and_tells_of_it() {
    let place = replayed("host,from,to\na,0,43200\nb,43200,86400\nb,129600,172800\n");
    let said = place.unchanged(|| place.call(&["check", "scenario.toml"])).quietly();
    let words = "Trace of sessions: 2 hosts with 3 sessions in 2 days; half of these last up to 12 h; hosts are up \
        37.50 % of the time.\n";
    assert!(said.out.ends_with(words), "{}", said.out);
}

#[test]
fn check_tells_which_rows_and_hosts_found_each_other() {
    let place = Place::with(
        "[run]\nnodes = 100\ncycles = 2\n[fleet]\nfile = \"fleet.csv\"\nattributes.load = { column = \"load\" }\n\
         [fleet.replay]\nfile = \"trace.csv\"\nnode = \"host\"\nfrom = \"from\"\nto = \"to\"\nkey = \"id\"\n",
    );
    place.write("fleet.csv", b"id,load\na,1\nb,2\na,3\n7,4\n");
    place.write("trace.csv", b"host,from,to\na,0,90\nb,0,90\nc,0,90\n");
    let said = place.call(&["check", "scenario.toml"]).quietly();
    let words = "Rows that have a host: 3 of 4; hosts that have a row: 2 of 3; the others are left out. \
        Rows with the id of an earlier row: 1.\n";
    assert!(said.out.ends_with(words), "{}", said.out);
    place.write("trace.csv", b"host,from,to\na,0,90\nc,0,90\nd,0,90\n");
    let less = "2 of 4 rows have a host in ";
    place.refused(&[], &[less, "1 of its 3 hosts a row: that is less than half", "allow_unmatched = true"]);
    place.call(&["check", "scenario.toml"]).failed(2, &[less]);
    place.call(&["check", "scenario.toml", "--set", "fleet.replay.allow_unmatched=true"]).quietly();
}

#[test]
fn check_refuses_a_trace_of_sessions_as_run_does() {
    let cases: [(&str, &[&str]); 4] = [
        ("nod,from,to\na,0,1\n", &["trace.csv:1: ", "no column `host`", "nod, from, to"]),
        ("host,from,to\na,0,x\n", &["trace.csv:2: ", "row 1, column `to` is \"x\"", "expected a moment"]),
        ("host,from,to\na,5,2\n", &["trace.csv:2: ", "a session from 5 to 2: it ends before it begins"]),
        ("host,from,to\n", &["trace.csv", "no rows"]),
    ];
    for (trace, words) in cases {
        let place = replayed(trace);
        place.refused(&[], words);
        place.call(&["check", "scenario.toml"]).failed(2, words);
    }
}
