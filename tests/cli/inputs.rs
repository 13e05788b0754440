//! Fleets and traces as people bring them: the right value, or a refusal that names the cause.

use std::io::Write;
use std::ops::Range;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::harness::{Place, Said};

/// A scenario over the inventory `file`, with the attributes `up` and `disk`.
fn inventory(file: &str, keys: &str) -> Place {
    Place::with(&format!(
        "[run]\nnodes = 1000\ncycles = 2\n[fleet]\nfile = \"{file}\"\n{keys}\n[fleet.attributes]\nup = {{ column = \
         \"up\" }}\ndisk = {{ column = \"disk\" }}\n[[suite.app]]\nname = \"top\"\ntop = \"up\"\nshare = 0.1\n"
    ))
}

/// A scenario of hosts that come and go by the trace `trace.csv`.
fn trace(text: &str, keys: &str) -> Place {
    let place = Place::with(&format!(
        "[run]\nnodes = 200\ncycles = 2\ncycle_seconds = 3600\n[[fleet.class]]\nname = \"host\"\nshare = 1.0\n\
         attributes.availability = {{ from = \"sessions\" }}\n[fleet.replay]\nfile = \"trace.csv\"\nnode = \"node\"\n\
         from = \"from\"\nto = \"to\"\n{keys}\n[[suite.app]]\nname = \"reliable\"\ntop = \"availability\"\n\
         share = 0.1\n"
    ));
    place.write("trace.csv", text.as_bytes());
    place
}

/// Lines by their numbers.
fn lines(numbers: Range<u32>, line: impl Fn(u32) -> String) -> String {
    numbers.map(line).collect::<Vec<_>>().concat()
}

fn check(place: &Place) -> Said {
    place.call(&["check", "scenario.toml"])
}

/// Both `check` and `run` take the input, and both say these words.
fn taken(place: &Place, words: &[&str]) {
    for said in [check(place), place.run(&["--force"])] {
        assert_eq!(said.code, Some(0), "{}", said.err);
        // The summary breaks lines.
        let out = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(out.contains(word), "expected {word:?} in:\n{}", said.out);
        }
    }
}

/// Both `check` and `run` refuse the input with these words.
fn refused(place: &Place, words: &[&str]) {
    check(place).failed(2, words);
    place.refused(&["--force"], words);
}

#[test]
fn check_reads_the_trace_that_a_run_would_read() {
    let rows = "node,from,to\n1,1262304000,1262307600\n2,1262307600,1262304000\n";
    refused(
        &trace(rows, ""),
        &["trace.csv:3: row 2: a session from 1262307600 to 1262304000: it ends before it begins"],
    );
    let misspelt = trace(&rows.replace("node,", "nod,"), "");
    refused(&misspelt, &["trace.csv:1: there is no column `node`; the columns are: nod, from, to"]);
    let good = trace("node,from,to\n1,0,72000\n2,7200,36000\n", "");
    taken(
        &good,
        &[
            "Trace of sessions: 2 hosts with 2 sessions in 20 h; half of these last up to 8 h; hosts are up 70.00 % of \
             the time.",
            "The cloud holds all 2 hosts of the trace, each 100 times.",
        ],
    );
}

#[test]
fn ids_of_64_bits_are_as_many_hosts_as_they_are() {
    let rows = |first: u64| {
        let row = |k: u64| format!("{},{},{}\n", first + k, k * 7200, k * 7200 + 36_000);
        format!("node,from,to\n{}", (0..20).map(row).collect::<Vec<_>>().concat())
    };
    for first in [0, 1 << 60, u64::MAX - 20] {
        taken(&trace(&rows(first), ""), &["20 hosts with 20 sessions in 2 days"]);
    }
    let names = "node,from,to\n1e3,0,36000\n1000,0,36000\n1000.0,0,36000\n";
    taken(&trace(names, ""), &["3 hosts with 3 sessions"]);
}

#[test]
fn the_unit_of_a_trace_is_doubted_where_it_is_implausible() {
    let seconds = "node,from,to\n0,1262304000,1262311894\n0,1262364441,1264896000\n";
    let milliseconds = "node,from,to\n0,1262304000000,1262311894000\n0,1262364441000,1264896000000\n";
    let warned = check(&trace(milliseconds, ""));
    assert!(warned.err.contains("warning: the trace counts seconds: it would begin"), "{}", warned.err);
    assert!(warned.err.contains("`unit = \"milliseconds\"`"), "{}", warned.err);
    let run = trace(milliseconds, "").run(&[]);
    assert!(run.code == Some(0) && run.err.contains("`unit = \"milliseconds\"`"), "{}", run.err);
    let told = |text: &str, keys: &str| {
        let said = check(&trace(text, keys)).quietly();
        said.out.lines().find(|line| line.starts_with("Trace")).unwrap_or_default().to_owned()
    };
    let expected = told(seconds, "");
    assert_eq!(told(milliseconds, "unit = \"milliseconds\""), expected);
    for (unit, factor) in
        [("microseconds", 1e6), ("nanoseconds", 1e9), ("minutes", 1.0 / 60.0), ("days", 1.0 / 86_400.0)]
    {
        let rows: String = [[1_262_304_000, 1_262_311_894], [1_262_364_441, 1_264_896_000]]
            .map(|row| row.map(|seconds| format!(",{}", f64::from(seconds) * factor)).concat())
            .map(|row| format!("0{row}\n"))
            .concat();
        assert_eq!(told(&format!("node,from,to\n{rows}"), &format!("unit = \"{unit}\"")), expected, "{unit}");
    }
    let dates = "node,from,to\n0,2010-01-01T00:00:00Z,2010-01-01T02:11:34Z\n0,2010-01-01 16:47:21Z,2010-01-31\n";
    assert_eq!(told(dates, ""), expected);
    taken(&trace(dates, "start = 2010-01-03"), &["30 days"]);
    let late = trace(dates, "start = \"2010-02-03T00:00:00Z\"");
    refused(
        &late,
        &["is 2010-02-03T00:00:00Z, and the trace reaches from 2010-01-01T00:00:00Z to 2010-01-31T00:00:00Z"],
    );
    refused(&trace(seconds, "start = \"soon\""), &["scenario.toml:", "is soon, expected a number or a date"]);
}

#[test]
fn sessions_are_taken_as_archives_have_them() {
    let host = "node,from,to\n1,1262304000,1262347200\n";
    for (row, words) in [
        ("2,1262304000,\n", "Sessions without an end: 1 (taken to last to the next session"),
        ("2,1262304000,0\n", "Sessions without an end: 1 (taken to last to the next session"),
        ("2,1262304000,NULL\n", "Sessions without an end: 1 (taken to last to the next session"),
        ("2,1262304060,1262304060\n", "Sessions of no length: 1 (left out). Hosts with no other, left out: 1."),
        ("1,1262304000,1262347200\n", "Sessions repeated: 1 (left out)."),
        ("1,1262340000,1262350800\n", "Sessions overlapping: 1 (joined)."),
        ("1,1262347200,1262350800\n", "Sessions touching: 1 (joined)."),
    ] {
        taken(&trace(&format!("{host}{row}"), ""), &[words]);
    }
    taken(&trace(&format!("{host}2,1262304000,-1\n"), "open_end = -1"), &["Sessions without an end: 1"]);
    taken(&trace(&format!("{host}2,1262304000,running\n"), "open_end = \"running\""), &["Sessions without an end: 1"]);
    refused(
        &trace(&format!("{host}2,1262304000,-1\n"), ""),
        &["trace.csv:3: row 2", "ends before it begins", "open_end"],
    );
    refused(&trace(&format!("{host}2,1262304000,running\n"), ""), &["column `to` is \"running\"", "open_end"]);
}

#[test]
fn a_host_seen_once_is_not_the_most_reliable() {
    let day = |host: u32, day: u32| format!("{host},{},{}\n", day * 86_400, day * 86_400 + 72_000);
    let daily: String = (0..9).flat_map(|host| (0..29).map(move |number| day(host, number))).collect();
    let place = trace(&format!("node,from,to\n{daily}9,1209600,1213200\n"), "");
    taken(&place, &["10 hosts with 262 sessions in 29 days"]);
    // The twenty best of two hundred nodes are up five sixths of the time, as all are but those of host 9.
    let out = place.run(&["--force"]).quietly().out;
    assert!(out.contains("0.838"), "{out}");
}

#[test]
fn a_join_that_leaves_out_most_is_refused_or_told() {
    let text = "[run]\nnodes = 100\ncycles = 2\ncycle_seconds = 3600\n[fleet]\nfile = \"inv.csv\"\n[fleet.attributes]\n\
                disk = { column = \"disk\" }\n[fleet.replay]\nfile = \"trace.csv\"\nnode = \"node\"\n\
                from = \"from\"\nto = \"to\"\nkey = \"id\"\n";
    let rows = |first: u32, count: u32, more: &str| lines(first..first + count, |id| format!("{id},{more}\n"));
    let place = |keys: &str, hosts: u32| {
        let place = Place::with(&format!("{text}{keys}"));
        place.write("inv.csv", format!("id,disk\n{}0,7\n", rows(0, 9, "100")).as_bytes());
        place.write("trace.csv", format!("node,from,to\n{}", rows(8, hosts, "0,36000")).as_bytes());
        place
    };
    let words = ["inv.csv: 1 of 10 rows have a host in ", "and 1 of its 5 hosts a row: that is less than half"];
    refused(&place("", 5), &words);
    let told = "Rows that have a host: 1 of 10; hosts that have a row: 1 of 5; the others are left out. Rows with the \
                id of an earlier row: 1.";
    let allowed = place("allow_unmatched = true", 5);
    taken(&allowed, &[told, "All nodes are the one row."]);
    let record = std::fs::read_to_string(allowed.path("out/run.json")).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
    assert_eq!(record["fleet"]["join"]["matched_hosts_count"], 1);
    assert_eq!(record["fleet"]["trace"]["hosts_count"], 1);
    assert_eq!(record["fleet"]["rows_in_cloud_count"], 1);
}

#[test]
fn the_fleet_is_taken_as_it_is_unless_it_is_drawn() {
    let rows = lines(0..1000, |row| format!("0.{row:03},{}\n", row % 7));
    let with = |keys: &str, nodes: &str| {
        let place = inventory("inv.csv", keys);
        place.write("inv.csv", format!("up,disk\n{rows}").as_bytes());
        let said = place.call(&["check", "scenario.toml", "--nodes", nodes]).quietly().out;
        assert_eq!(place.call(&["run", "scenario.toml", "--nodes", nodes, "--quiet"]).code, Some(0));
        said
    };
    for (nodes, words) in [
        ("1000", "The cloud holds all 1,000 rows of the fleet's file, each once."),
        ("400", "The cloud holds 400 of 1,000 rows of the fleet's file, each once."),
        ("3000", "The cloud holds all 1,000 rows of the fleet's file, each 3 times."),
        ("2500", "The cloud holds all 1,000 rows of the fleet's file, each 2 or 3 times."),
    ] {
        assert!(with("", nodes).contains(words), "{words}");
    }
    let drawn =
        "Nodes are drawn from 1,000 rows of the fleet's file, with replacement: some 632 of them are in the cloud.";
    assert!(with("resample = \"random\"", "1000").contains(drawn));
    let classes = Place::but("[slicing]", "[fleet]\nresample = \"exact\"\n\n[slicing]");
    assert_eq!(check(&classes).code, Some(2));
}

#[test]
fn csv_is_read_as_spreadsheets_of_the_world_write_it() {
    let utf16 = |text: &str| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let plain = "id,up,disk\na0,0.5,50\na1,0.51,1500\n";
    let cases: [(Vec<u8>, &str); 12] = [
        (plain.into(), ""),
        (format!("\u{feff}{plain}").into(), ""),
        ("id;up;disk\r\na0;0,5;50\r\na1;0,51;1500\r\n".into(), "set apart by semicolons, a comma is the decimal sign."),
        ("id;up;disk\na0;0,5;50\na1;0,51;1.500\n".into(), "set apart by semicolons, a comma is the decimal sign."),
        ("id;up;disk\na0;0.5;50\na1;0.51;1,500.0\n".into(), "cells are set apart by semicolons."),
        ("id,up,disk\na0,\"0,5\",50\na1,\"0,51\",\"1 500\"\n".into(), "a comma is the decimal sign."),
        (
            utf16("id\tup\tdisk\r\na0\t0.5\t50\r\na1\t0.51\t1500\r\n"),
            "it is text in UTF-16, cells are set apart by tabs.",
        ),
        (format!("sep=,\n{plain}").into(), ""),
        ("sep=|\nid|up|disk\na0|0.5|50\na1|0.51|1500\n".into(), "cells are set apart by bars."),
        ("id,up,disk\n\"two\nlines\",0.5,50\n\na1,0.51,1500\n,,\n".into(), ""),
        ("id,id,up,disk,,\na0,b,0.5,50,,\na1,b,0.51,\"1,500.0\",,x\n".into(), ""),
        (gzip(&utf16(plain)), "it is text in UTF-16."),
    ];
    let digest = |place: &Place| {
        let said = place.run(&["--force"]).quietly().out;
        said.lines().find(|line| line.starts_with("state digest")).unwrap_or_default().to_owned()
    };
    let place = inventory("inv.csv", "");
    place.write("inv.csv", plain.as_bytes());
    let expected = digest(&place);
    for (bytes, words) in cases {
        place.write("inv.csv", &bytes);
        taken(&place, &[words]);
        assert_eq!(digest(&place), expected, "{words}");
    }
    place.write("inv.csv", b"id;up;disk\na0;0,5;50\na1;0,51;1,500\n");
    assert_ne!(digest(&place), expected);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("bytes in memory");
    encoder.finish().expect("bytes in memory")
}

#[test]
fn what_may_be_two_numbers_is_refused_until_the_scenario_says_which() {
    let rows = "id;up;disk\na0;1;1,500\na1;2;12\n";
    let place = |keys: &str, rows: &str| {
        let place = inventory("inv.csv", keys);
        place.write("inv.csv", rows.as_bytes());
        place
    };
    refused(
        &place("", rows),
        &["inv.csv:2: row 1, column `disk` is \"1,500\", which is 1.5 or 1500", "`decimal = \",\"`"],
    );
    let median = |keys: &str| {
        let place = place(keys, rows);
        check(&place).quietly();
        place.run(&[]).quietly().out
    };
    assert_ne!(median("decimal = \",\""), median("decimal = \".\""));
    let mixed = "id;up;disk\na0;0,5;1.5\n";
    refused(
        &place("", mixed),
        &["\"0,5\", with a decimal comma, and row 1, column `disk` is \"1.5\", with a decimal point"],
    );
    refused(&place("", "id,up,disk\na,b,c\n"), &["column `up` is \"b\"", "and 1 more fault", "column `disk` is \"c\""]);
    refused(&place("", "up,disk,up\n1,2,3\n"), &["two columns are named `up`"]);
}

#[test]
fn a_quote_that_is_not_closed_is_told_by_its_line() {
    let rows = |from: u32, to: u32| lines(from..to, |row| format!("a{row},0.{row},{row}50\n"));
    let place = |text: &str| {
        let place = inventory("inv.csv", "");
        place.write("inv.csv", format!("id,up,disk\n{text}").as_bytes());
        place
    };
    let swallowed = format!("{}\"19 inch rack,0.53,350\n{}\"19 inch rack\",0.79,2950\n", rows(0, 3), rows(4, 29));
    refused(&place(&swallowed), &["inv.csv:5: the quote that opens a cell here is not closed before line 6"]);
    let open = format!("{}\"rack,0.5,50\n", rows(0, 3));
    refused(&place(&open), &["inv.csv:5: the quote that opens a cell here is never closed"]);
    refused(&place("\"19\" rack\",0.5,50\n"), &["inv.csv:2: the quote that opens a cell here is closed in the middle"]);
    taken(&place("\"19\"\" rack\",0.5,50\n"), &["All nodes are the one row."]);
}

#[test]
fn files_are_known_by_their_first_bytes() {
    let place = inventory("inv.data", "");
    let text = "id,up,disk\na0,0.5,50\n";
    place.write("inv.data", &gzip(text.as_bytes()));
    taken(&place, &["All nodes are the one row."]);
    place.write("inv.data", &zstd::encode_all(text.as_bytes(), 1).expect("bytes in memory"));
    taken(&place, &["All nodes are the one row."]);
    let zip = |parts: &[(&str, &str)]| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
            zip.write_all(text.as_bytes()).expect("bytes in memory");
        }
        zip.finish().expect("bytes in memory").into_inner()
    };
    place.write("inv.data", &zip(&[("inv.csv", text), ("__MACOSX/._inv.csv", "x")]));
    taken(&place, &["All nodes are the one row."]);
    place.write("inv.data", &zip(&[("a.csv", text), ("b.csv", text)]));
    refused(&place, &["the zip file holds 2 files: a.csv, b.csv", "unpack it"]);
    place.write("inv.data", &zip(&[("xl/workbook.xml", text)]));
    refused(&place, &["this is an Excel workbook, expected csv or Parquet", "save the sheet as csv"]);
    place.write("inv.data", &gzip(b"SQLite format 3\0\x10"));
    refused(&place, &["what is packed in it is an SQLite database"]);
    place.write("inv.data", &gzip(text.as_bytes())[..20]);
    refused(&place, &["ends too early"]);
}

#[test]
fn control_characters_of_a_file_never_reach_a_terminal() {
    let place = inventory("inv.csv", "");
    place.write("inv.csv", b"id,up,disk\na,\x1b[31mred\x07,50\n");
    refused(&place, &["column `up` is "]);
    let said = check(&place);
    assert!(!said.err.contains(['\x1b', '\x07']), "{:?}", said.err);
    place.write("inv.csv", b"id,up\x1b]0;x\x07,disk\na,1,50\n");
    let said = check(&place);
    assert!(said.code == Some(2) && !said.err.contains(['\x1b', '\x07']), "{:?}", said.err);
}

#[test]
fn values_that_a_float_cannot_tell_apart_are_refused_with_an_offset() {
    let place = |column: &dyn Fn(u32) -> String, keys: &str| {
        let place = Place::with(&format!(
            "[run]\nnodes = 100\ncycles = 2\n[fleet]\nfile = \"inv.csv\"\n[fleet.attributes]\nborn = {{ column = \
             \"born\"{keys} }}\n[[suite.app]]\nname = \"old\"\nbottom = \"born\"\nshare = 0.1\n"
        ));
        let rows = lines(0..100, |row| column(row) + "\n");
        place.write("inv.csv", format!("born\n{rows}").as_bytes());
        place
    };
    let seconds = |row: u32| (1_262_304_000 + row).to_string();
    let words =
        ["column `born` has 100 different values, and 2 as floats of 32 bits", "offset = 1262304000.0, scale = 1.0"];
    refused(&place(&seconds, ""), &words);
    taken(&place(&seconds, ", offset = 1262304000"), &["100 rows"]);
    taken(&place(&seconds, ", rounded = true"), &["100 rows"]);
    let serial = |row: u32| (9_007_199_254_740_000_u64 + u64::from(row)).to_string();
    refused(&place(&serial, ""), &["offset = 9007199254740000.0"]);
    let bytes = |row: u32| (500_107_862_016_u64 * u64::from(row + 1) + u64::from(row % 2)).to_string();
    taken(&place(&bytes, ", scale = 1e-9"), &["100 rows"]);
    let near = |row: u32| {
        if row == 99 { "32000000000".to_owned() } else { (500_107_862_016_u64 + u64::from(row)).to_string() }
    };
    refused(&place(&near, ""), &["500107862016 and 500107862017 would be the same", "rounded = true"]);
    // Fractions that fall together by chance are few, and told.
    taken(&place(&|row| format!("0.{}", 123_456_789 + row * 7_654_321), ""), &["100 rows"]);
}
