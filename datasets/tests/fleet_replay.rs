//! Traces of sessions: whose they are, and what is refused with which words.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Decimal128Array, FixedSizeBinaryArray, Float64Array, Int64Array, LargeStringArray, RecordBatch,
    StringArray, StringViewArray, UInt64Array,
};
use datasets::fleet::Presence;
use datasets::record::{JoinRecord, MendedRecord, TraceRecord};
use datasets::scenario::{Inventory, InventoryColumn, Replay, ReplayUnit};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;

/// A trace with columns `id`, `from` and `to`, in seconds.
fn replay(path: PathBuf) -> Replay {
    let columns = ["id", "from", "to"].map(str::to_owned);
    Replay { key: Some("host".to_owned()), ..Replay::new(path, columns) }
}

fn csv(folder: &TempDir, text: &str) -> Replay {
    let path = folder.path().join("trace.csv");
    fs::write(&path, text).unwrap();
    replay(path)
}

/// A trace in csv in which each id is up for ten seconds, one after the other.
fn of(folder: &TempDir, ids: &[&str]) -> Presence {
    let row = |(k, id): (usize, &&str)| format!("{id},{},{}\n", k * 10, k * 10 + 10);
    let rows: Vec<String> = ids.iter().enumerate().map(row).collect();
    csv(folder, &format!("id,from,to\n{}", rows.concat())).read(None).unwrap()
}

/// The same in Parquet, from an array of ids.
fn parquet(folder: &TempDir, ids: ArrayRef) -> Replay {
    let path = folder.path().join("trace.parquet");
    let count = ids.len() as i64;
    let moments =
        |first: i64| -> ArrayRef { Arc::new(Int64Array::from_iter_values((0..count).map(|k| k * 10 + first))) };
    let columns = [("id", ids, true), ("from", moments(0), true), ("to", moments(10), true)];
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let mut writer = ArrowWriter::try_new(fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    replay(path)
}

/// An inventory in csv with these rows of a column `host`, beside numbers.
fn inventory(folder: &TempDir, hosts: &[&str]) -> Inventory {
    let path = folder.path().join("fleet.csv");
    let rows: Vec<String> = hosts.iter().enumerate().map(|(k, host)| format!("{host},{k}\n")).collect();
    fs::write(&path, format!("host,speed\n{}", rows.concat())).unwrap();
    Inventory { path, decimal: None, columns: vec![InventoryColumn::new("speed")] }
}

/// When each host is first up.
fn begins(presence: &Presence) -> Vec<u32> {
    presence.hosts.iter().map(|host| presence.sessions[host.start as usize][0] as u32).collect()
}

fn refusal(replay: &Replay) -> String {
    let error = replay.read(None).unwrap_err();
    assert!(error.help().is_some(), "{error}");
    error.to_string()
}

#[test]
fn ids_that_no_float_tells_apart_are_different_hosts() {
    const FIRST: i64 = 1 << 60;
    let folder = tempfile::tempdir().unwrap();
    let small: Vec<String> = (0..20).map(|k| k.to_string()).collect();
    let small: Vec<&str> = small.iter().map(String::as_str).collect();
    let expected = of(&folder, &small);
    assert_eq!(expected.hosts.len(), 20);
    let large: Vec<String> = (0..20).map(|k| (FIRST + k).to_string()).collect();
    let large: Vec<&str> = large.iter().map(String::as_str).collect();
    assert_eq!(of(&folder, &large), expected);
    let arrays: [ArrayRef; 6] = [
        Arc::new(Int64Array::from_iter_values((0..20).map(|k| FIRST + k))),
        Arc::new(UInt64Array::from_iter_values((0..20).map(|k| u64::MAX - 19 + k))),
        Arc::new(StringArray::from_iter_values(&large)),
        Arc::new(LargeStringArray::from_iter_values(&large)),
        Arc::new(StringViewArray::from_iter_values(&large)),
        Arc::new(
            Decimal128Array::from_iter_values((0..20).map(|k| 10_i128.pow(37) + k))
                .with_precision_and_scale(38, 0)
                .unwrap(),
        ),
    ];
    for array in arrays {
        let found = array.data_type().clone();
        assert_eq!(parquet(&folder, array).read(None).unwrap(), expected, "{found}");
    }
}

#[test]
fn ids_are_kept_as_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        of(&folder, &["1e3", "1000", "007", "7", "7.0", "+7", "-7", "tv-7", "TV-7", "\"a, b\""]).hosts.len(),
        10
    );
    // Around a name stands nothing.
    assert_eq!(of(&folder, &["set top", " set top "]).hosts.len(), 1);
    assert_eq!(of(&folder, &["ä", "a\u{308}", "😀"]).hosts.len(), 3);
}

#[test]
fn hosts_come_in_the_order_of_their_ids_wherever_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let begins = |ids: &[&str]| begins(&of(&folder, ids));
    // Whole numbers by value, all else as text.
    assert_eq!(begins(&["10", "9", "-3", "200"]), [20, 10, 0, 30]);
    assert_eq!(begins(&["10", "9", "a", "200"]), [0, 30, 10, 20]);
    assert_eq!(begins(&["0", "-0"]), begins(&["-0", "0"]).into_iter().rev().collect::<Vec<_>>());
    assert_eq!(begins(&["18446744073709551616", "18446744073709551615"]), [10, 0]);
}

#[test]
fn rows_of_a_fleet_find_their_host_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let trace = "id,from,to\nbox-b,0,9\nbox-a,1,9\n7,2,9\n1000,3,9\n";
    let fleet = inventory(&folder, &["1e3", "box-a", "007", "1000", "box-a", "Box-B"]);
    let presence = csv(&folder, trace).read(Some(&fleet)).unwrap();
    assert_eq!(presence.rows, Some(vec![1, 3, 4]));
    assert_eq!(begins(&presence), [1, 3, 1]);
    let none = inventory(&folder, &["a", "b"]);
    let error = csv(&folder, trace).read(Some(&none)).unwrap_err();
    assert!(error.to_string().contains("no row's `host` is a host of "), "{error}");
    assert!(error.help().unwrap().contains("the same ids as `node`"), "{error}");
}

#[test]
fn uuids_and_whole_floats_are_ids_too() {
    let folder = tempfile::tempdir().unwrap();
    let bytes: Vec<[u8; 16]> = (0..3).map(|k| std::array::from_fn(|place| place as u8 * 16 + k)).collect();
    let uuids: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter(bytes.iter()).unwrap());
    let fleet = inventory(&folder, &["00102030-4050-6070-8090-a0b0c0d0e0f0", "02122232-4252-6272-8292-a2b2c2d2e2f2"]);
    let presence = parquet(&folder, uuids).read(Some(&fleet)).unwrap();
    assert_eq!(presence.rows, Some(vec![0, 1]));
    assert_eq!(begins(&presence), [0, 20]);
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![7.0, -9_007_199_254_740_991.0]));
    let fleet = inventory(&folder, &["-9007199254740991", "7"]);
    assert_eq!(parquet(&folder, floats).read(Some(&fleet)).unwrap().rows, Some(vec![0, 1]));
}

#[test]
fn what_names_no_host_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let floats = |values: Vec<Option<f64>>| refusal(&parquet(&folder, Arc::new(Float64Array::from(values))));
    let cases = [
        (vec![Some(1.0), Some(9_007_199_254_740_992.0)], "row 2, column `id` is \"9007199254740992\""),
        (vec![Some(0.5)], "row 1, column `id` is \"0.5\""),
        (vec![Some(f64::NAN)], "row 1, column `id` is \"NaN\""),
        (vec![None], "row 1, column `id` is \"null\""),
    ];
    for (values, words) in cases {
        let found = floats(values);
        assert!(found.contains(&format!("{words}, expected the id of a host")), "{found}");
    }
    let flags: ArrayRef = Arc::new(arrow_array::BooleanArray::from(vec![true]));
    let found = refusal(&parquet(&folder, flags));
    assert!(found.contains("column `id` is Boolean, expected ids of hosts"), "{found}");
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["a", " "]));
    let found = refusal(&parquet(&folder, texts));
    assert!(found.contains("row 2, column `id` is empty, expected the id of a host"), "{found}");
    let found = refusal(&csv(&folder, "id,from,to\na,0,1\n,2,3\n"));
    assert!(found.contains("trace.csv:3: row 2, column `id` is empty, expected the id of a host"), "{found}");
    let path = folder.path().join("bytes.csv");
    fs::write(&path, b"id,from,to\nb\xfcro,0,1\n").unwrap();
    let found = refusal(&replay(path));
    assert!(found.contains("bytes.csv:2: row 1, column `id` is "), "{found}");
}

#[test]
fn a_trace_is_told_in_a_few_figures() {
    let folder = tempfile::tempdir().unwrap();
    // Sessions of 10, 20, 30 and 80 seconds; the first two touch, and are one.
    let text = "id,from,to\na,100,110\na,110,130\nb,120,150\nb,200,280\nc,300,320\n";
    let outline = csv(&folder, text).read(None).unwrap().outline();
    let expected = TraceRecord {
        hosts_count: 3,
        sessions_count: 4,
        length_seconds: 220.0,
        median_session_seconds: 30.0,
        up_fraction: 160.0 / (3.0 * 220.0),
        mended: MendedRecord { touching_count: 1, ..MendedRecord::default() },
    };
    assert_eq!(outline, expected);
    // Two rows of the fleet are one host, another is none.
    let outline = csv(&folder, text).read(Some(&inventory(&folder, &["c", "d", "c", "b"]))).unwrap().outline();
    let expected = TraceRecord { median_session_seconds: 20.0, up_fraction: 150.0 / (3.0 * 220.0), ..expected };
    assert_eq!(outline, expected);
}

#[test]
fn a_join_that_leaves_out_half_is_refused_unless_it_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let trace = |hosts: u32| -> Replay {
        let rows: Vec<String> = (0..hosts).map(|host| format!("{host},0,9\n")).collect();
        csv(&folder, &format!("id,from,to\n{}", rows.concat()))
    };
    // 4 rows, of which one repeats another: of 4 and of 6 hosts three have a row, of 7 less than half.
    let fleet = inventory(&folder, &["0", "1", "0", "2"]);
    for hosts in [3, 6] {
        let join = trace(hosts).read(Some(&fleet)).unwrap().join;
        let [rows_count, matched_rows_count, repeated_rows_count, matched_hosts_count] = [4, 4, 1, 3];
        let hosts_count = u64::from(hosts);
        let expected =
            JoinRecord { rows_count, matched_rows_count, repeated_rows_count, hosts_count, matched_hosts_count };
        assert_eq!(join, Some(expected));
    }
    let error = trace(7).read(Some(&fleet)).unwrap_err();
    assert!(error.to_string().contains("4 of 4 rows have a host in "), "{error}");
    assert!(error.to_string().contains("and 3 of its 7 hosts a row: that is less than half"), "{error}");
    assert!(error.help().unwrap().contains("`allow_unmatched = true`"), "{error}");
    let allowed = Replay { allow_unmatched: true, ..trace(7) };
    assert_eq!(allowed.read(Some(&fleet)).unwrap().rows, Some(vec![0, 1, 2, 3]));
    // Of five rows two have a host: less than half of the other side.
    let fleet = inventory(&folder, &["0", "1", "a", "b", "c"]);
    assert!(trace(2).read(Some(&fleet)).unwrap_err().to_string().contains("2 of 5 rows have a host in "));
    // Where nobody finds anybody nothing is left to be allowed.
    let fleet = inventory(&folder, &["a"]);
    assert!(Replay { allow_unmatched: true, ..trace(2) }.read(Some(&fleet)).is_err());
}

/// The sessions of each host, counted from the begin of the trace, and what was done to the rows.
fn sessions(replay: &Replay) -> (Vec<Vec<[u32; 2]>>, MendedRecord) {
    let presence = replay.read(None).unwrap();
    let whole = |[from, to]: &[f64; 2]| [*from as u32, *to as u32];
    let of_host = |host: &std::ops::Range<u32>| {
        presence.sessions[host.start as usize..host.end as usize].iter().map(whole).collect()
    };
    (presence.hosts.iter().map(of_host).collect(), presence.mended)
}

#[test]
fn rows_that_are_no_sessions_of_their_own_are_joined_or_left_out_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let none = MendedRecord::default();
    let read = |rows: &str| sessions(&csv(&folder, &format!("id,from,to\nz,0,100\n{rows}")));
    let cases = [
        // Repeated, overlapping, one within the other, touching.
        ("a,10,20\na,10,20\na,10,20\n", vec![[10, 20]], MendedRecord { repeated_count: 2, ..none }),
        ("a,15,30\na,10,20\n", vec![[10, 30]], MendedRecord { overlapping_count: 1, ..none }),
        ("a,10,40\na,20,30\na,35,36\n", vec![[10, 40]], MendedRecord { overlapping_count: 2, ..none }),
        ("a,10,20\na,10,30\n", vec![[10, 30]], MendedRecord { overlapping_count: 1, ..none }),
        ("a,20,30\na,10,20\na,40,50\n", vec![[10, 30], [40, 50]], MendedRecord { touching_count: 1, ..none }),
        // Of no length, alone and within another one.
        ("a,5,5\na,10,20\na,15,15\n", vec![[10, 20]], MendedRecord { no_length_count: 2, ..none }),
        // Without an end: to the end of the trace, or to the next session.
        ("a,10,20\na,30,\n", vec![[10, 20], [30, 100]], MendedRecord { open_count: 1, ..none }),
        ("a,10,NULL\na,30,40\n", vec![[10, 40]], MendedRecord { open_count: 1, ..none }),
        ("a,10,0\n", vec![[10, 100]], MendedRecord { open_count: 1, ..none }),
        ("a,10,NaN\na,10,20\n", vec![[10, 20]], MendedRecord { repeated_count: 1, ..none }),
        ("a,10,\na,10,0\n", vec![[10, 100]], MendedRecord { open_count: 1, repeated_count: 1, ..none }),
    ];
    for (rows, expected, mended) in cases {
        assert_eq!(read(rows), (vec![expected, vec![[0, 100]]], mended), "{rows}");
    }
    // A host without any session is none; when it was seen counts for the length of the trace.
    let (hosts, mended) = read("a,7,7\nb,120,120\n");
    assert_eq!(hosts, [vec![[0, 100]]]);
    assert_eq!(mended, MendedRecord { no_length_count: 2, hosts_left_out_count: 2, ..none });
    assert_eq!(csv(&folder, "id,from,to\na,0,9\nb,20,20\n").read(None).unwrap().length as u32, 20);
    let marked = Replay { open_end: Some("-1".to_owned()), ..csv(&folder, "id,from,to\na,0,9\nb,4,-1\n") };
    assert_eq!(sessions(&marked).0, [vec![[0, 9]], vec![[4, 9]]]);
    let snapshots = Replay { unit: ReplayUnit::Snapshots, ..csv(&folder, "id,from,to\na,0,9\na,3,3\nb,4,\nb,7,7\n") };
    assert_eq!(sessions(&snapshots).0, [vec![[0, 10]], vec![[4, 8]]]);
    assert!(refusal(&csv(&folder, "id,from,to\na,3,3\nb,4,4\n")).contains("no session has a length"));
}

#[test]
fn sessions_in_parquet_may_be_open_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.parquet");
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c", "d"]));
    let begins: ArrayRef = Arc::new(Int64Array::from(vec![1_000, 2_000, 3_000, 4_000]));
    let written = |ends: ArrayRef| {
        let columns = [("id", ids.clone(), true), ("from", begins.clone(), true), ("to", ends, true)];
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let mut writer = ArrowWriter::try_new(fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        sessions(&Replay { open_end: Some("-1".to_owned()), ..replay(path.clone()) }).0
    };
    let expected = [vec![[0, 6_000]], vec![[1_000, 6_000]], vec![[2_000, 6_000]], vec![[3_000, 6_000]]];
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(0), Some(-1), Some(7_000)]));
    assert_eq!(written(numbers), expected);
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![Some(f64::NAN), Some(0.0), None, Some(7_000.0)]));
    assert_eq!(written(floats), expected);
}

#[test]
fn all_faults_of_a_trace_are_told_at_once_with_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let text = "id,from,to\r\n\r\na,5,2\r\n\r\n\"two\r\nlines\",0,9\r\nc,8,3\r\n";
    let error = csv(&folder, text).read(None).unwrap_err();
    let expected = "trace.csv:3: row 1: a session from 5 to 2: it ends before it begins; and 1 more fault:\n  line 7: \
        row 3: a session from 8 to 3: it ends before it begins";
    assert!(error.to_string().ends_with(expected), "{error}");
    assert!(error.help().unwrap().contains("`open_end` in [fleet.replay]"), "{error}");
    let rows: Vec<String> = (1..=25).map(|row| format!("a,{},{row}\n", row + 1)).collect();
    let told = refusal(&csv(&folder, &format!("id,from,to\n{}", rows.concat())));
    assert!(told.contains("and 24 more faults:") && told.ends_with("\n  and 5 more"), "{told}");
    let told = refusal(&csv(&folder, "id,from,to\na,soon,5\nb,1\nc,,7\nd,1,2\n"));
    for words in [
        "trace.csv:2: row 1, column `from` is \"soon\", expected a moment",
        "and 2 more faults:\n  line 3: row 2 has 2 cells, expected 3 as in the header",
        "line 4: row 3, column `from` is empty",
    ] {
        assert!(told.contains(words), "{words} in {told}");
    }
}

#[test]
fn dates_are_moments_and_need_no_unit() {
    let folder = tempfile::tempdir().unwrap();
    let seconds = "id,from,to\na,1262304000,1262307600\nb,1262304000.5,1262390400\n";
    let dates = "id,from,to\na,2010-01-01T00:00:00Z,2010-01-01T02:00:00+01:00\n\
        b,2010-01-01 00:00:00.5Z,2010-01-02T00:00:00Z\n";
    let [of_seconds, of_dates] = [seconds, dates].map(|text| csv(&folder, text).read(None).unwrap());
    assert_eq!(of_seconds, of_dates);
    let local = csv(&folder, "id,from,to\na,2010-01-01,2010-01-02 00:00\n").read(None).unwrap();
    assert!(local.remarks[0].contains("dates without a zone are taken as of Greenwich"), "{:?}", local.remarks);
    let mixed = refusal(&csv(&folder, "id,from,to\na,1262304000,2010-01-02\n"));
    assert!(mixed.contains("column `to` holds dates, and column `from` numbers"), "{mixed}");
    let mixed = refusal(&csv(&folder, "id,from,to\na,2010-01-01,2010-01-02\nb,1262304000,2010-01-02\n"));
    assert!(mixed.contains("trace.csv:3: row 2, column `from` is \"1262304000\", expected a moment"), "{mixed}");
    let hours = Replay { unit: ReplayUnit::Hours, unit_seconds: 3600.0, ..csv(&folder, dates) };
    assert!(refusal(&hours).contains("holds dates, which need no `unit = \"hours\"`"));
    let other = refusal(&csv(&folder, "id,from,to\na,01/02/2010,02/02/2010\n"));
    assert!(
        other.contains("column `from` is \"01/02/2010\", expected a moment: a number, or a date such as"),
        "{other}"
    );
}

#[test]
fn a_start_outside_of_the_trace_is_refused_with_its_range() {
    let folder = tempfile::tempdir().unwrap();
    let read = |start: f64, text: &str| Replay { start, ..csv(&folder, text) }.read(None);
    let numbers = "id,from,to\na,100,200\n";
    assert_eq!(read(150.0, numbers).unwrap().start as i32, 50);
    assert_eq!(read(100.0, numbers).unwrap().start as i32, 0);
    for start in [99.0, 200.0, -5.0] {
        let error = read(start, numbers).unwrap_err().to_string();
        assert!(error.contains(&format!("is {start}, and the trace reaches from 100 to 200")), "{error}");
    }
    let dates = read(0.0, "id,from,to\na,2010-01-01,2010-01-03\n").unwrap_err().to_string();
    assert!(
        dates.contains("is 1970-01-01T00:00:00Z, and the trace reaches from 2010-01-01T00:00:00Z to 2010-01-03T"),
        "{dates}"
    );
}

#[test]
fn an_implausible_unit_is_doubted() {
    let folder = tempfile::tempdir().unwrap();
    let doubts = |text: &str, unit: ReplayUnit, cycle_seconds: f64| -> Vec<String> {
        let replay = Replay { unit, unit_seconds: unit.seconds().unwrap(), ..csv(&folder, text) };
        let doubts = replay.read(None).unwrap().doubts(unit, cycle_seconds);
        doubts.into_iter().map(|doubt| format!("{} {}", doubt.message, doubt.remedy)).collect()
    };
    let milliseconds = "id,from,to\na,1262304000000,1262311894696\na,1262364441577,1264896000000\n";
    let told = doubts(milliseconds, ReplayUnit::Seconds, 3600.0);
    assert!(told[0].contains("in milliseconds it would begin at 2010-01-01T00:00:00Z"), "{told:?}");
    assert!(told[0].contains("write `unit = \"milliseconds\"` in [fleet.replay]"), "{told:?}");
    assert!(doubts(milliseconds, ReplayUnit::Milliseconds, 3600.0).is_empty());
    let seconds = "id,from,to\na,1262304000,1262311894\na,1262364441,1264896000\n";
    assert!(doubts(seconds, ReplayUnit::Seconds, 3600.0).is_empty());
    assert!(doubts(seconds, ReplayUnit::Milliseconds, 3600.0)[0].contains("`unit = \"seconds\"`"));
    // Counted from the begin of the trace, nothing but lengths can tell.
    let own = "id,from,to\na,0,7894696\na,60441577,2592000000\n";
    assert!(doubts(own, ReplayUnit::Seconds, 3600.0)[0].contains("it would be 82 years long"));
    assert!(doubts(own, ReplayUnit::Milliseconds, 3600.0).is_empty());
    let days = "id,from,to\na,0,40000000\na,60441577,172800000\n";
    assert!(doubts(days, ReplayUnit::Seconds, 3600.0)[0].contains("half of its sessions would last 463 days or more"));
    assert!(doubts(days, ReplayUnit::Milliseconds, 3600.0).is_empty());
    let hours = "id,from,to\na,0,8\na,24,720\n";
    assert!(doubts(hours, ReplayUnit::Seconds, 3600.0)[0].contains("it is over in 720 s, and a cycle takes 3600 s"));
    assert!(doubts(hours, ReplayUnit::Seconds, 10.0)[0].contains("half of the sessions of the trace last up to 8 s"));
    assert!(doubts(hours, ReplayUnit::Hours, 10.0).is_empty());
}

/// Makes moments of numbers.
type Unit<'u> = &'u dyn Fn(Vec<i64>) -> ArrayRef;

#[test]
fn timestamps_and_dates_in_parquet_are_moments_in_their_own_unit() {
    const FROM: i64 = 1_262_304_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.parquet");
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    let read = |begins: ArrayRef, ends: ArrayRef, unit: ReplayUnit| {
        let columns = [("id", ids.clone(), true), ("from", begins, true), ("to", ends, true)];
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let mut writer = ArrowWriter::try_new(fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        Replay { unit, unit_seconds: unit.seconds().unwrap(), ..replay(path.clone()) }.read(None)
    };
    let seconds = |factor: i64| [FROM * factor, (FROM + 86_400) * factor];
    let whole = |[from, to]: [i64; 2]| -> (ArrayRef, ArrayRef) {
        (Arc::new(Int64Array::from(vec![from; 2])), Arc::new(Int64Array::from(vec![to; 2])))
    };
    let (from, to) = whole(seconds(1));
    let expected = read(from, to, ReplayUnit::Seconds).unwrap();
    assert_eq!(expected.length as u32, 86_400);
    let of =
        |values: [i64; 2], unit: &dyn Fn(Vec<i64>) -> ArrayRef| (unit(vec![values[0]; 2]), unit(vec![values[1]; 2]));
    let units: [(i64, Unit<'_>); 4] = [
        (1, &|values| Arc::new(arrow_array::TimestampSecondArray::from(values))),
        (1_000, &|values| Arc::new(arrow_array::TimestampMillisecondArray::from(values).with_timezone("+02:00"))),
        (1_000_000, &|values| Arc::new(arrow_array::TimestampMicrosecondArray::from(values))),
        (1_000_000_000, &|values| Arc::new(arrow_array::TimestampNanosecondArray::from(values).with_timezone("UTC"))),
    ];
    for (factor, unit) in units {
        let (from, to) = of(seconds(factor), unit);
        assert_eq!(read(from, to, ReplayUnit::Seconds).unwrap(), expected, "{factor}");
        let (from, to) = of(seconds(factor), unit);
        let refused = read(from, to, ReplayUnit::Hours).unwrap_err().to_string();
        assert!(refused.contains("column `from` holds dates, which need no `unit = \"hours\"`"), "{refused}");
    }
    let days = |day: i32| -> ArrayRef { Arc::new(arrow_array::Date32Array::from(vec![day; 2])) };
    assert_eq!(read(days(14_610), days(14_611), ReplayUnit::Seconds).unwrap(), expected);
    let (from, to) = whole(seconds(1_000));
    assert_eq!(read(from, to, ReplayUnit::Milliseconds).unwrap().outline(), expected.outline());
}
