//! Sweeps that take the place of others, point by point.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use datasets::trace::read::Sweep;

use super::{done, place, tables};
use crate::harness::{Place, Said};

/// Three points.
const OLD: &str = "scenario = \"scenario.toml\"\n[grid]\n\"sampling.view\" = [10, 20, 30]\n";
/// Two points, of which one is a point of the old sweep under another number.
const NEW: &str = "scenario = \"scenario.toml\"\n[grid]\n\"sampling.view\" = [20, 40]\n";

fn call(place: &Place, sweep: &str, out: &str, more: &[&str]) -> Said {
    place.write("sweep.toml", sweep.as_bytes());
    place.call(&[&["sweep", "sweep.toml", "--quiet", "--out", out], more].concat())
}

/// The names of everything below a folder.
fn names(place: &Place, out: &str) -> Vec<String> {
    let all = place.contents().into_iter();
    all.filter_map(|path| Some(path.strip_prefix(&format!("{out}/"))?.to_owned())).collect()
}

/// All points with their tables, by the number in the record.
fn points(place: &Place, out: &str) -> BTreeMap<u32, (String, u64)> {
    let Ok(records) = place.path(&format!("{out}/points")).read_dir() else { return BTreeMap::new() };
    let files = records.flatten().filter(|entry| entry.path().extension().is_some());
    let point = |entry: fs::DirEntry| {
        let text = fs::read_to_string(entry.path()).expect("a record");
        let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let run = record["run_id"].as_str().expect("a run id").to_owned();
        let number = record["sweep"]["point"].as_u64().expect("a number") as u32;
        (number, (run, record["sweep"]["generation"].as_u64().unwrap_or(0)))
    };
    files.map(point).collect()
}

/// Every point of the old sweep is there with all its tables, or its successor is: the new point of the same run, or of
/// the same number, or the new sweep as a whole.
fn nothing_is_lost(place: &Place, old: &BTreeMap<String, Vec<u8>>, before: &BTreeMap<u32, (String, u64)>, when: &str) {
    let (now, after) = (tables(place, "out"), points(place, "out"));
    let is_complete = after.values().filter(|(_, generation)| *generation > 0).count() == 2;
    for (number, (run, generation)) in before {
        let has_successor = after.iter().any(|(other, (other_run, other_generation))| {
            other_generation > generation && (other == number || other_run == run)
        });
        let own = old.iter().filter(|(path, _)| path.contains(&format!("run={run}/")));
        let is_whole = own.clone().count() > 4 && own.clone().all(|(path, bytes)| now.get(path) == Some(bytes));
        assert!(
            is_complete || has_successor || (is_whole && after.contains_key(number)),
            "{when}: point {number} is lost"
        );
    }
}

/// Replaces the old sweep in `out`, aborted at every step, or every third one; after each, a call goes on, by force
/// every third time.
fn replaced(old: &str, new: &str, every: usize) {
    let place = place(old);
    call(&place, old, "old", &[]).quietly();
    call(&place, new, "fresh", &[]).quietly();
    let (old_tables, before, fresh) = (tables(&place, "old"), points(&place, "old"), tables(&place, "fresh"));
    let fresh_names = names(&place, "fresh");
    let mut at = 1;
    loop {
        fs::remove_dir_all(place.path("out")).ok();
        assert_eq!(place.shell("cp -a old out", &[]).code, Some(0));
        let mut program = place.program(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--force", "--jobs", "1"]);
        let output = program.env("SUBCLOUD_ABORT_AT", at.to_string()).output().expect("the program starts");
        let is_done = output.status.success();
        let when = format!("step {at}");
        // A look at the directory brings to its end what was begun.
        place.call(&["report", "out", "--out", "page.html"]);
        nothing_is_lost(&place, &old_tables, &before, &when);
        // Points of both generations are never shown together.
        let shown = Sweep::open(&place.path("out")).expect("a sweep");
        let (shown, there) = (shown.points().iter(), points(&place, "out"));
        let generations: BTreeSet<u64> = shown.map(|point| there[&point.row.point].1).collect();
        assert!(generations.len() < 2, "{when}: {generations:?}");
        let plain = call(&place, new, "out", &[]);
        if plain.code == Some(0) && !(at / every).is_multiple_of(3) {
            plain.quietly();
        } else {
            // Nothing had begun, or the next generation is to.
            call(&place, new, "out", &["--force"]).quietly();
        }
        assert!(tables(&place, "out") == fresh, "{when}: {:?}", tables(&place, "out").keys());
        assert_eq!(names(&place, "out"), fresh_names, "{when}");
        if is_done {
            break;
        }
        // The second point is as the first.
        at += if at < 50 { every } else { 3 + every };
        assert!(at < 600, "the steps never end");
    }
    assert!(at > 60, "{at} steps are not all");
}

#[test]
fn another_sweep_is_replaced_point_by_point() {
    replaced(OLD, NEW, 1);
}

#[test]
fn so_is_the_same_sweep_done_again() {
    let small = "scenario = \"scenario.toml\"\n[grid]\n\"sampling.view\" = [10, 20]\n";
    replaced(small, small, 3);
}

#[test]
fn a_run_stays_until_all_points_of_the_sweep_are_there() {
    let place = place(NEW);
    place.run(&[]).quietly();
    place.call(&["report", "out"]).quietly();
    let (before, run) = (tables(&place, "out"), fs::read(place.path("out/run.json")).expect("the record"));
    let mut program = place.program(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--force", "--jobs", "1"]);
    program.env("SUBCLOUD_ABORT_AT", "60").output().expect("the program starts");
    let now = tables(&place, "out");
    assert!(now.len() > before.len(), "no point was there");
    assert!(before.iter().all(|(path, bytes)| now.get(path) == Some(bytes)));
    assert_eq!(fs::read(place.path("out/run.json")).expect("the record"), run);
    call(&place, NEW, "out", &[]).quietly();
    call(&place, NEW, "fresh", &[]).quietly();
    assert!(tables(&place, "out") == tables(&place, "fresh"));
    assert_eq!(names(&place, "out"), names(&place, "fresh"));
}

#[test]
fn points_of_an_older_version_are_replaced_too() {
    let place = place(OLD);
    call(&place, OLD, "out", &[]).quietly();
    fs::remove_dir_all(place.path("out/points/manifests")).expect("the manifests");
    fs::remove_file(place.path("out/manifest.jsonl")).expect("the manifest");
    place.write("out/traces/cycles/notes.txt", b"mine");
    place.write("out/derived/notes.txt", b"mine");
    call(&place, NEW, "out", &["--force"]).quietly();
    call(&place, NEW, "fresh", &[]).quietly();
    assert!(tables(&place, "out") == tables(&place, "fresh"));
    for notes in ["out/traces/cycles/notes.txt", "out/derived/notes.txt"] {
        assert_eq!(fs::read(place.path(notes)).expect("the notes"), b"mine");
    }
}

#[test]
fn links_and_files_of_others_are_refused() {
    for name in ["points", "points/manifests", "derived", "traces", ".points"] {
        let place = place(OLD);
        call(&place, OLD, "out", &["--point", "0"]).quietly();
        let (inside, outside) = (place.path(&format!("out/{name}")), place.path("elsewhere"));
        if inside.exists() {
            fs::rename(&inside, &outside).expect("moved");
        } else {
            fs::create_dir(&outside).expect("a folder");
        }
        std::os::unix::fs::symlink(&outside, &inside).expect("a link");
        for more in [&[][..], &["--force"]] {
            let said = place.unchanged(|| call(&place, OLD, "out", more));
            said.failed(2, &[&format!("out/{name} is a symbolic link"), "--out"]);
        }
    }
}

fn signal(child: &Child) {
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-KILL", &id]).status().expect("a signal");
}

#[test]
fn a_forced_sweep_that_is_killed_goes_on_with_many_processes() {
    let place = place(OLD);
    call(&place, OLD, "out", &[]).quietly();
    call(&place, NEW, "fresh", &[]).quietly();
    let (old, before) = (tables(&place, "out"), points(&place, "out"));
    for wanted in [1, 2] {
        let mut program = place.program(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--force"]);
        let mut child = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        let start = Instant::now();
        let is_there = || Sweep::open(&place.path("out")).is_ok_and(|sweep| sweep.points().len() == wanted);
        while !is_there() && child.try_wait().expect("a child").is_none() {
            assert!(start.elapsed() < Duration::from_secs(60), "no point is there");
        }
        signal(&child);
        child.wait().expect("the sweep ends");
        place.call(&["report", "out", "--out", "page.html"]);
        nothing_is_lost(&place, &old, &before, "killed");
    }
    let start = |number: &str| {
        let mut program = place.program(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--point", number]);
        program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let all = ["0", "1"].map(start);
    for child in all {
        Said::of(&child.wait_with_output().expect("the sweep ends")).quietly();
    }
    let again = call(&place, NEW, "out", &[]).quietly();
    assert_eq!(done(&again.out), 0);
    assert!(tables(&place, "out") == tables(&place, "fresh"));
    assert_eq!(names(&place, "out"), names(&place, "fresh"));
}
