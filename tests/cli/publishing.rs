//! One run takes the place of another: whatever ends the process, the older or the newer one is whole; what is not ours
//! stays.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use crate::harness::Place;

/// Files below a folder with their bytes, but for what `traces/` and `run.json` are not about.
fn tables(place: &Place, out: &str) -> BTreeMap<String, Vec<u8>> {
    let traces = format!("{out}/traces/");
    let files = place.contents().into_iter().filter(|path| path.starts_with(&traces) && path.ends_with(".parquet"));
    files.map(|path| (path[out.len()..].to_owned(), fs::read(place.path(&path)).expect("a table"))).collect()
}

/// What is hidden, or lies in `old/`: nothing, if all was brought to its end.
fn hidden(place: &Place, out: &str) -> Vec<String> {
    place.contents().into_iter().filter(|path| path.starts_with(&format!("{out}/."))).collect()
}

/// Copies a folder.
fn copy(place: &Place, from: &str, to: &str) {
    assert!(place.shell("cp -a \"$1\" \"$2\"", &[from, to]).code == Some(0));
}

/// Runs a call with an abort at each step until it meets none; after each, `check` looks at what is left in `out`,
/// which held a copy of `old`.
fn abort_everywhere(place: &Place, call: &[&str], check: impl Fn(usize)) {
    let mut ended = false;
    for at in 1..200 {
        fs::remove_dir_all(place.path("out")).ok();
        copy(place, "old", "out");
        let output = place.program(call).env("SUBCLOUD_ABORT_AT", at.to_string()).output().expect("the program starts");
        check(at);
        if output.status.success() {
            assert!(at > 8, "{at} steps are not all");
            ended = true;
            break;
        }
        assert_eq!(output.status.code(), None, "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(ended, "the steps never end");
}

const FORCED: [&str; 7] = ["run", "scenario.toml", "--quiet", "--out", "out", "--force", "--seed=9"];

/// Replaces `old`, aborted at each step, and sees that what is there after the next call is the whole older or the
/// whole newer run.
fn replaced(place: &Place, old: &BTreeMap<String, Vec<u8>>) {
    place.call(&["run", "scenario.toml", "--quiet", "--out", "new", "--seed=9"]).quietly();
    let new = tables(place, "new");
    assert!(new != *old);
    let mut seen = [false; 2];
    let seen = std::cell::RefCell::new(&mut seen);
    abort_everywhere(place, &FORCED, |at| {
        // The next call is refused, once it has looked.
        place.run(&[]).failed(2, &["--force"]);
        let found = tables(place, "out");
        let is_new = found == new;
        assert!(is_new || found == *old, "step {at}: {:?}", found.keys());
        seen.borrow_mut()[usize::from(is_new)] = true;
        assert_eq!(hidden(place, "out"), [""; 0], "step {at}");
        assert_eq!(place.path("out/run.json").exists(), is_new || place.path("old/run.json").exists(), "step {at}");
        let kept = fs::read(place.path("out/traces/cycles/notes.txt")).ok();
        assert_eq!(kept, fs::read(place.path("old/traces/cycles/notes.txt")).ok(), "step {at}");
        for name in ["size.json", "report.html", "report/apps.csv", "derived/values.parquet", "sweep.json", "points"] {
            let is_left = !is_new && place.path(&format!("old/{name}")).exists();
            assert_eq!(place.path(&format!("out/{name}")).exists(), is_left, "step {at}: {name}");
        }
        // And by force it ends with the newer one.
        place.call(&FORCED).quietly();
        assert!(tables(place, "out") == new, "step {at}");
    });
    assert_eq!(**seen.borrow(), [true; 2]);
}

#[test]
fn a_run_that_is_killed_as_it_replaces_another_leaves_one_of_them_whole() {
    let place = Place::new();
    place.call(&["run", "scenario.toml", "--quiet", "--out", "old"]).quietly();
    place.call(&["report", "old"]).quietly();
    place.call(&["report", "old", "--format", "csv"]).quietly();
    let old = tables(&place, "old");
    replaced(&place, &old);
}

#[test]
fn so_does_one_that_meets_the_files_of_others_and_has_the_same_name() {
    let place = Place::new();
    // The same run again.
    place.call(&["run", "scenario.toml", "--quiet", "--out", "old", "--seed=9", "--set", "trace.every=2"]).quietly();
    place.write("old/traces/cycles/notes.txt", b"mine");
    let old = tables(&place, "old");
    replaced(&place, &old);
}

#[test]
fn so_does_one_that_replaces_a_sweep() {
    let place = Place::new();
    place.write("sweep.toml", b"scenario = \"scenario.toml\"\n[grid]\n\"sampling.view\" = [10, 20]\n");
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "old"]).quietly();
    let old = tables(&place, "old");
    replaced(&place, &old);
}

#[test]
fn reports_see_what_was_committed() {
    let place = Place::new();
    place.call(&["run", "scenario.toml", "--quiet", "--out", "old"]).quietly();
    place.call(&["run", "scenario.toml", "--quiet", "--out", "new", "--seed=9"]).quietly();
    let (old, new) = (tables(&place, "old"), tables(&place, "new"));
    abort_everywhere(&place, &FORCED, |at| {
        place.call(&["report", "out", "--out", "page.html"]).quietly();
        let found = tables(&place, "out");
        assert!(found == new || found == old, "step {at}: {:?}", found.keys());
    });
}

#[test]
fn files_of_others_stay_where_they_are() {
    let place = Place::new();
    place.run(&[]).quietly();
    place.call(&["report", "out"]).quietly();
    place.call(&["report", "out", "--format", "csv"]).quietly();
    let others = [
        "out/notes.txt",
        "out/report/notes.csv",
        "out/traces/cycles/notes.txt",
        "out/traces/mine/run=mine/seed=1/part-0.parquet",
        "out/.staging-mine/traces/part-0.parquet",
        "out/.replaced-mine/traces/part-0.parquet",
        "out/.checkpoint-mine/000001/checkpoint.json",
        "out/points/7.json",
        "out/derived/values.parquet",
    ];
    for other in others {
        fs::create_dir_all(place.path(other).parent().expect("a folder")).expect("a folder");
        place.write(other, other.as_bytes());
    }
    place.run(&["--force", "--seed", "2"]).quietly();
    for other in others {
        assert_eq!(fs::read(place.path(other)).expect(other), other.as_bytes());
    }
    assert!(!place.path("out/report/apps.csv").exists() && !place.path("out/report.html").exists());
    assert!(!place.contents().iter().any(|path| path.contains("seed=1/part-0") && !path.contains("mine")));
    assert!(place.contents().iter().any(|path| path.contains("seed=2/part-0")));
}

#[test]
fn what_its_user_has_changed_is_not_replaced() {
    let place = Place::new();
    place.run(&[]).quietly();
    place.call(&["report", "out"]).quietly();
    place.write("out/report.html", b"mine");
    let record = fs::read(place.path("out/run.json")).expect("the record");
    place.write("out/run.json", b"{}");
    place.refused(&["--force"], &["out/run.json was changed", "move it elsewhere", "--out"]);
    place.write("out/run.json", &record);
    let table = place.contents().into_iter().find(|path| path.ends_with(".parquet")).expect("a table");
    let bytes = fs::read(place.path(&table)).expect("the table");
    place.write(&table, &[&bytes[..], b" "].concat());
    place.refused(&["--force"], &[&table, "was changed"]);
    place.write(&table, &bytes);
    place.run(&["--force"]).quietly();
    assert_eq!(fs::read(place.path("out/report.html")).expect("the report"), b"mine");
}

#[test]
fn runs_of_older_versions_are_known_by_their_names() {
    let place = Place::new();
    place.run(&[]).quietly();
    fs::remove_file(place.path("out/manifest.jsonl")).expect("the manifest");
    place.write("out/traces/cycles/notes.txt", b"mine");
    place.refused(&[], &["out already holds a run"]);
    place.run(&["--force", "--seed", "2"]).quietly();
    assert!(!place.contents().iter().any(|path| path.contains("seed=1")));
    assert_eq!(fs::read(place.path("out/traces/cycles/notes.txt")).expect("the notes"), b"mine");
}

#[test]
fn a_manifest_of_a_later_format_and_one_of_another_program_are_refused() {
    let place = Place::new();
    place.run(&[]).quietly();
    place.write("out/manifest.jsonl", b"{\"subcloud_manifest\":2}\n");
    place.refused(&["--force"], &["out/manifest.jsonl: its format is 2", "reads up to 1", "use the version"]);
    place.write("out/manifest.jsonl", b"files: 7\n");
    place.refused(&["--force"], &["out/manifest.jsonl is in the way", "move it elsewhere"]);
    fs::remove_dir_all(place.path("out/traces")).expect("the tables");
    fs::remove_file(place.path("out/run.json")).expect("the record");
    place.refused(&[], &["out/manifest.jsonl is in the way"]);
}

#[test]
fn no_link_below_the_directory_is_followed() {
    for name in ["traces", "traces/cycles", "traces/apps", "run.json", "manifest.jsonl", "points"] {
        let place = Place::new();
        place.run(&[]).quietly();
        let (inside, outside) = (place.path(&format!("out/{name}")), place.path("elsewhere"));
        if inside.exists() {
            fs::rename(&inside, &outside).expect("moved");
        } else {
            fs::create_dir_all(outside.join("manifests")).expect("a folder");
        }
        symlink(&outside, &inside).expect("a link");
        let shown = format!("out/{name} is a symbolic link");
        place.refused(&["--force"], &[&shown, "--out"]);
        place.refused(&["--force", "--seed", "2"], &[&shown]);
    }
    // The directory itself may be one.
    let place = Place::new();
    fs::create_dir(place.path("far")).expect("a folder");
    symlink("far", place.path("out")).expect("a link");
    place.run(&[]).quietly();
    fs::create_dir_all(place.path("out/.staging-left")).expect("a folder");
    place.write("out/.staging-left/subcloud.staging", b"");
    place.run(&["--force"]).quietly();
    assert!(place.path("far/run.json").exists() && !place.path("far/.staging-left").exists());
}

#[test]
fn what_is_in_the_way_of_the_staging_directory_or_of_the_tables_is_named() {
    let place = Place::new();
    place.run(&[]).quietly();
    let record = fs::read_to_string(place.path("out/run.json")).expect("the record");
    let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
    let staging = format!("out/.staging-{}", record["run_id"].as_str().expect("an id"));
    fs::create_dir(place.path(&staging)).expect("a folder");
    place.write(&format!("{staging}/mine"), b"mine");
    place.refused(&["--force"], &[&staging, "is in the way"]);
    fs::remove_dir_all(place.path(&staging)).expect("gone");
    fs::create_dir(place.path("elsewhere")).expect("a folder");
    place.write("elsewhere/mine", b"mine");
    symlink(place.path("elsewhere"), place.path(&staging)).expect("a link");
    place.refused(&["--force"], &[&staging, "is a symbolic link"]);
    fs::remove_file(place.path(&staging)).expect("gone");
    fs::remove_dir_all(place.path("out/traces")).expect("gone");
    place.write("out/traces", b"mine");
    place.refused(&["--force"], &["out/traces is in the way"]);
}

#[test]
fn columns_of_a_killed_run_are_replaced_and_those_of_others_stay() {
    let place = Place::new();
    fs::create_dir(place.path("columns")).expect("a folder");
    place.write("columns/mine.column", b"mine");
    for force in [&[][..], &["--force"]] {
        let call = [&["--state", "columns"], force].concat();
        place.refused(&call, &["columns/mine.column is not listed", "move it elsewhere", "--state"]);
    }
    fs::rename(place.path("columns/mine.column"), place.path("columns/mine.txt")).expect("renamed");
    place.run(&["--state", "columns"]).quietly();
    let list = fs::read_to_string(place.path("columns/columns.json")).expect("the list");
    assert!(list.contains("\"is_finished\": true"), "{list}");
    // As a run leaves it that is killed.
    place.write("columns/columns.json", list.replace("true", "false").replace('[', "[\"left.column\",").as_bytes());
    place.write("columns/left.column", b"left");
    fs::remove_dir_all(place.path("out")).expect("the run");
    place.run(&["--state", "columns"]).quietly();
    assert!(!place.path("columns/left.column").exists() && place.path("columns/mine.txt").exists());
    place.write("columns/columns.json", b"{\"format\": 2, \"is_finished\": true, \"columns\": []}");
    place.refused(&["--force", "--state", "columns"], &["columns.json: its format is 2", "up to 1"]);
}

#[test]
fn links_in_the_state_directory_are_not_followed() {
    for name in ["subcloud.lock", "columns.json", "alive.column"] {
        let place = Place::new();
        fs::create_dir(place.path("columns")).expect("a folder");
        place.write("mine", b"mine");
        symlink(place.path("mine"), place.path(&format!("columns/{name}"))).expect("a link");
        place.refused(&["--state", "columns"], &[&format!("columns/{name} is a symbolic link"), "--state"]);
        assert_eq!(fs::read(place.path("mine")).expect("the file"), b"mine");
    }
}
