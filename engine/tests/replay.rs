//! Nodes come and go as the hosts of a trace did.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{run, run_with};
use datasets::scenario;

/// A trace of four hosts over ten snapshots: one always up, one never up after snapshot 4, one with a gap, one that
/// comes late.
const TRACE: &str = "host,first,last\n7,0,9\n3,0,4\n5,0,1\n9,6,9\n5,4,8\n";

/// How many of the four are up at each snapshot.
const UP: [u32; 10] = [3, 3, 2, 2, 3, 2, 3, 3, 3, 2];

fn text(folder: &Path, trace: &str, nodes: u32, cycles: u32, keys: &str, rest: &str) -> String {
    let file = folder.join("trace.csv");
    fs::write(&file, trace).unwrap();
    let file = file.to_str().unwrap();
    format!(
        "[run]\nnodes = {nodes}\ncycles = {cycles}\ncycle_seconds = 3600\n\
         [[fleet.class]]\nname = \"host\"\nshare = 1\nattributes.own = {{ from = \"past\" }}\nattributes.long = {{ \
         from = \"sessions\" }}\n\
         [fleet.replay]\nfile = {file:?}\nnode = \"host\"\nfrom = \"first\"\nto = \"last\"\n{keys}\n{rest}"
    )
}

const SNAPSHOTS: &str = "unit = \"snapshots\"\nsnapshot_seconds = 3600";

#[test]
fn the_size_follows_the_trace() {
    const NODES: u32 = 40_000;
    let folder = tempfile::tempdir().unwrap();
    let result = run(&text(folder.path(), TRACE, NODES, 22, SNAPSHOTS, ""));
    for row in &result.cycles {
        // Behind its end the trace begins anew.
        let share = f64::from(UP[row.cycle as usize % 10]) / 4.0;
        let error = (share * (1.0 - share) * f64::from(NODES)).sqrt();
        let off = (row.alive_count as f64 - share * f64::from(NODES)) / error;
        assert!(off.abs() < 4.0, "cycle {}: {} of {share}", row.cycle, row.alive_count);
    }
    // The same hosts: nobody leaves where nobody of the trace did.
    assert_eq!((result.cycles[1].left_count, result.cycles[1].joined_count), (0, 0));
    let start = run(&text(folder.path(), TRACE, NODES, 3, &format!("{SNAPSHOTS}\nstart = 5"), ""));
    let alive = |rows: &[datasets::trace::CycleRow]| rows.iter().map(|row| row.alive_count).collect::<Vec<_>>();
    assert_eq!(alive(&start.cycles), alive(&result.cycles[5..9]));
}

#[test]
fn seconds_and_shifts_are_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    // One host, up in every other hour of four; in seconds the end is the first moment down.
    let trace = "host,first,last\n1,0,3600\n1,7200,10800\n1,14399,14400\n";
    let alive = |keys: &str| {
        let result = run(&text(folder.path(), trace, 10_000, 8, keys, ""));
        result.cycles.iter().map(|row| row.alive_count).collect::<Vec<_>>()
    };
    assert_eq!(alive(""), [10_000, 0, 10_000, 0, 10_000, 0, 10_000, 0, 10_000]);
    assert_eq!(alive("start = 1800"), [10_000, 0, 10_000, 0, 10_000, 0, 10_000, 0, 10_000]);
    // Shifted by up to half an hour either way half of the nodes lie within the hour before.
    for alive in alive("shift = 1800") {
        assert!((4_800..5_200).contains(&alive), "{alive}");
    }
}

#[test]
fn rows_may_come_in_any_order_and_touch() {
    let folder = tempfile::tempdir().unwrap();
    let digest = |trace: &str| run(&text(folder.path(), trace, 1_000, 12, SNAPSHOTS, "")).digest;
    let other = "host,first,last\n9,6,9\n5,4,8\n3,3,4\n5,0,1\n7,4,9\n3,0,2\n7,0,3\n";
    assert_eq!(digest(TRACE), digest(other));
}

#[test]
fn a_trace_that_cannot_be_is_refused_at_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |trace: &str, keys: &str| {
        let scenario = common::scenario(&text(folder.path(), trace, 10, 2, keys, ""));
        engine::Simulation::new(&scenario, &engine::Storage::Memory).unwrap_err().to_string()
    };
    let backwards = refused("host,first,last\n7,0,9\n7,5,2\n", SNAPSHOTS);
    assert!(backwards.contains("trace.csv:3: row 2: a session from 5 to 2: it ends before it begins"), "{backwards}");
    let empty = refused("host,first,last\n7,5,5\n", "");
    assert!(empty.contains("no session has a length"), "{empty}");
    assert!(refused("host,first,end\n7,0,5\n", "").contains("no column `last`"));
    assert!(refused("host,first,last\n", "").contains("no rows"));
    assert!(refused("host,first,last\n7,0,x\n", "").contains("row 1, column `last`"));
    assert!(refused("host,first,last\n7,0,inf\n", "").contains("expected a moment"));
}

#[test]
fn nodes_have_the_attributes_of_their_host() {
    let folder = tempfile::tempdir().unwrap();
    let [file, trace] = ["fleet.csv", "trace.csv"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    // The row of host 4 is not in the trace, and host 9 of the trace has no row.
    fs::write(&file, "host,speed\n5,50\n7,70\n4,40\n3,30\n").unwrap();
    fs::write(&trace, TRACE).unwrap();
    let text = format!(
        "[run]\nnodes = 3000\ncycles = 6\ncycle_seconds = 3600\n[fleet]\nfile = {file:?}\n\
         [fleet.attributes]\nlong = {{ from = \"sessions\" }}\nspeed = {{ column = \"speed\" }}\n\
         [fleet.replay]\nfile = {trace:?}\nnode = \"host\"\nfrom = \"first\"\nto = \"last\"\n{SNAPSHOTS}\nkey = \
         \"host\"\n"
    );
    let scenario = common::scenario(&text);
    let simulation = engine::Simulation::new(&scenario, &engine::Storage::Memory).unwrap();
    let cloud = simulation.cloud();
    let mut counts = [0; 3];
    for (&long, &speed) in cloud.population.attributes[0].iter().zip(&*cloud.population.attributes[1]) {
        // Hosts 3, 5 and 7 were up in five, seven and ten of the ten snapshots.
        let (host, expected) = [(0, 0.5), (1, 0.7), (2, 1.0)][(speed as usize - 30) / 20];
        assert!((long - expected as f32).abs() < 1e-6, "speed {speed}: {long}");
        counts[host] += 1;
    }
    assert_eq!(counts, [1000; 3]);
}

#[test]
fn a_replay_gives_the_same_bits_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let rest =
        "[sampling]\nprotocol = \"newscast\"\n[suite]\n[[suite.app]]\nname = \"best\"\ntop = \"own\"\nshare = 0.1\n";
    let text = text(folder.path(), TRACE, 40_000, 12, &format!("{SNAPSHOTS}\nshift = 3.3"), rest);
    let one = run_with(1, &text);
    for threads in [2, 3] {
        assert_eq!(one.digest, run_with(threads, &text).digest, "{threads} threads");
    }
}

/// Where real data lies, if it is there.
fn data(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SUBCLOUD_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let path = folder.join(file);
    if !path.is_file() {
        eprintln!("skipped: there is no {}; set SUBCLOUD_DATA", path.display());
        return None;
    }
    Some(path)
}

#[test]
fn the_relays_come_and_go_as_they_did() {
    const HOSTS: f64 = 64_188.0;
    const NODES: f64 = 200_000.0;
    const START: usize = 500;
    let (Some(intervals), Some(snapshots)) =
        (data("tor_relay_churn/intervals.csv.gz"), data("tor_relay_churn/snapshots.csv"))
    else {
        return;
    };
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/scenarios/relays.toml");
    let set = [
        ("fleet.replay.file", intervals.to_str().unwrap()),
        ("fleet.replay.start", "500"),
        ("run.nodes", "200000"),
        ("run.cycles", "60"),
        ("sampling.protocol", "oracle"),
        ("slicing", "{ protocol = \"ordered\" }"),
        ("trace", "{}"),
    ];
    let set: Vec<_> = set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let scenario = scenario::read(&shipped, &set).unwrap();
    let result = common::run_scenario(&scenario, &engine::Storage::Memory);
    let lines = fs::read_to_string(snapshots).unwrap();
    let running: Vec<f64> = lines.lines().skip(1).filter_map(|line| line.rsplit(',').next()?.parse().ok()).collect();
    for row in &result.cycles {
        let expected = running[START + row.cycle as usize] * NODES / HOSTS;
        let off = row.alive_count as f64 / expected - 1.0;
        // About 20,000 live nodes of 200,000: the standard error of their number is 0.7 %.
        assert!(off.abs() < 0.028, "cycle {}: {} live nodes, {expected:.0} expected", row.cycle, row.alive_count);
    }
}

/// The availability of each of the hosts of a trace, one node each, by the order of their ids.
fn availabilities(trace: &str, keys: &str) -> Vec<f32> {
    let folder = tempfile::tempdir().unwrap();
    let hosts =
        trace.lines().skip(1).filter_map(|line| line.split(',').next()).collect::<std::collections::BTreeSet<_>>();
    let scenario = common::scenario(&text(folder.path(), trace, hosts.len() as u32, 2, keys, ""));
    let simulation = engine::Simulation::new(&scenario, &engine::Storage::Memory).unwrap();
    let mut found = simulation.cloud().population.attributes[1].to_vec();
    found.sort_by(f32::total_cmp);
    found
}

#[test]
fn availability_is_time_up_over_the_time_in_which_a_host_could_have_been_seen() {
    // Ten hours; one host is up for nine of them, one comes last and stays for one, one is up in two of four hours.
    let trace = "host,first,last\na,0,32400\nb,32400,36000\nc,3600,7200\nc,14400,18000\n";
    let expect = |keys: &str, expected: [f32; 3]| {
        let found = availabilities(trace, keys);
        let is_near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6);
        assert!(is_near, "{keys}: {found:?}");
    };
    expect("", [0.1, 0.2, 0.9]);
    expect("before_first = \"down\"", [0.1, 0.2, 0.9]);
    // From its first session on, the second host was always up, and the third in two of nine hours.
    expect("before_first = \"absent\"", [2.0 / 9.0, 0.9, 1.0]);
}

#[test]
fn a_host_seen_once_for_an_hour_is_not_the_most_reliable() {
    let day = |host: u32, day: u32| format!("{host},{},{}\n", day * 24 * 3600, (day * 24 + 20) * 3600);
    let daily: String = (0..9).flat_map(|host| (0..29).map(move |number| day(host, number))).collect();
    let found = availabilities(&format!("host,first,last\n{daily}9,1209600,1213200\n"), "");
    let length = 28.0 * 24.0 + 20.0;
    assert!((found[0] - 1.0 / length).abs() < 1e-6, "{found:?}");
    assert!(found[1..].iter().all(|value| (value - 29.0 * 20.0 / length).abs() < 1e-6), "{found:?}");
}

#[test]
fn each_host_is_there_as_often_as_every_other_unless_nodes_draw_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let trace = "host,first,last\na,0,10\nb,0,20\nc,0,30\nd,0,40\n";
    let counts = |resample: &str| {
        let text = text(folder.path(), trace, 1_002, 2, "", "").replace("[[fleet", &format!("{resample}[[fleet"));
        let scenario = common::scenario(&text);
        let simulation = engine::Simulation::new(&scenario, &engine::Storage::Memory).unwrap();
        let mut counts = [0; 4];
        simulation.cloud().population.attributes[1].iter().for_each(|up| counts[(up * 4.0) as usize - 1] += 1);
        counts
    };
    let exact = counts("");
    assert!(exact.iter().all(|count| (250..=251).contains(count)), "{exact:?}");
    assert_eq!(exact, counts("[fleet]\nresample = \"exact\"\n"));
    let random = counts("[fleet]\nresample = \"random\"\n");
    // Four standard errors of a share of a quarter.
    assert!(random.iter().all(|count| (196..=305).contains(count)) && random != exact, "{random:?}");
}
