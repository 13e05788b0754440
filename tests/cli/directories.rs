//! The directory of the result, and that of the columns: who may write to them, and when.

use std::fs;

use crate::harness::Place;

#[test]
fn a_directory_that_holds_a_run_is_refused_without_force() {
    let place = Place::new();
    place.run(&[]).quietly();
    place.refused(&[], &["out already holds a run", "--force", "--out"]);
    place.run(&["--force", "--seed", "2"]).quietly();
    assert!(place.contents().iter().any(|path| path.ends_with("seed=2/part-0.parquet")));
    assert!(!place.contents().iter().any(|path| path.contains("seed=1")), "the old run is gone");
}

#[test]
fn a_directory_with_other_files_keeps_them() {
    let place = Place::new();
    fs::create_dir(place.path("out")).expect("a directory");
    place.write("out/notes.txt", b"mine");
    place.run(&[]).quietly();
    place.run(&["--force"]).quietly();
    assert_eq!(fs::read(place.path("out/notes.txt")).expect("the notes"), b"mine");
}

#[test]
fn a_file_in_the_way_of_the_directory_is_named() {
    let place = Place::new();
    let run = |out: &str| place.unchanged(|| place.call(&["run", "scenario.toml", "--quiet", "--out", out]));
    run("scenario.toml").failed(1, &["cannot create scenario.toml", "a file is in the way"]);
    run("scenario.toml/below/it").failed(1, &["scenario.toml/below", "a file is in the way"]);
    run("/proc/nobody/may").failed(1, &["/proc/nobody/may", "another directory with --out"]);
}

#[test]
fn a_directory_without_write_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let locked = place.path("locked");
    fs::create_dir(&locked).expect("a directory");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o500)).expect("permissions");
    if fs::create_dir(locked.join("probe")).is_ok() {
        eprintln!("skipped: this user may write anywhere");
        return;
    }
    let said = place.unchanged(|| place.call(&["run", "scenario.toml", "--quiet", "--out", "locked/out"]));
    said.failed(1, &["cannot create locked/out", "Permission denied", "that you may write to"]);
    let said = place.unchanged(|| place.run(&["--state", "locked/columns"]));
    said.failed(1, &["--state locked/columns", "Permission denied", "that can be written"]);
}

#[test]
fn a_state_directory_that_cannot_be_made_leaves_nothing() {
    let place = Place::new();
    let said = place.unchanged(|| place.run(&["--state", "scenario.toml/columns"]));
    said.failed(1, &["--state scenario.toml/columns", "choose a directory"]);
    let said = place.unchanged(|| place.run(&["--state", "scenario.toml"]));
    said.failed(1, &["--state scenario.toml", "choose a directory"]);
}

#[test]
fn columns_of_an_earlier_run_are_replaced_only_by_force() {
    let place = Place::new();
    place.run(&["--state", "deep/columns"]).quietly();
    let columns = place.contents().into_iter().filter(|path| path.ends_with(".column")).count();
    assert!(columns > 3, "{:?}", place.contents());
    assert!(!place.contents().contains(&"deep/columns/subcloud.lock".to_owned()));
    fs::remove_dir_all(place.path("out")).expect("the run");
    place.refused(&["--state", "deep/columns"], &["holds the columns of an earlier run", "--force"]);
    place.run(&["--state", "deep/columns", "--force"]).quietly();
}

#[test]
fn columns_that_lie_in_memory_become_the_same_files_when_the_run_ends() {
    let place = Place::new();
    // Two thousand nodes: a column of eight bytes a node takes 16 kB, all together some hundred.
    for (folder, gib) in [("none", "0"), ("some", "0.00002"), ("all", "1")] {
        place.run(&["--state", folder, "--state-memory", gib, "--force"]).quietly();
    }
    let columns = |folder: &str| -> Vec<String> {
        let start = format!("{folder}/");
        let names = place.contents().into_iter().filter_map(|name| Some(name.strip_prefix(&start)?.to_owned()));
        names.filter(|name| name.ends_with(".column")).collect()
    };
    // What a pass writes before it reads it is no file unless it has been one all the time.
    let [all, some, none] = ["all", "some", "none"].map(columns);
    assert!(all.len() > 3 && all.len() < none.len() && some.len() > all.len(), "{all:?} {some:?} {none:?}");
    for name in &all {
        let [one, other, in_files] = ["all", "some", "none"].map(|folder| fs::read(place.path(folder).join(name)));
        assert!(one.as_ref().is_ok_and(|bytes| bytes.len() >= 2_000), "{name}");
        assert!(one.as_ref().ok() == other.as_ref().ok() && one.ok() == in_files.ok(), "{name} differs");
    }
    let too_much = ["--nodes", "1e9", "--state", "none", "--state-memory", "1e5", "--force"];
    place.refused(&too_much, &["of memory", "give less --state-memory"]);
    let said = place.run(&["--state", "none", "--state-memory", "much"]);
    assert!(said.code == Some(2) && said.err.contains("expected a number of GiB"), "{}", said.err);
}

#[test]
fn columns_and_result_may_share_a_directory() {
    let place = Place::new();
    place.run(&["--state", "out"]).quietly();
    place.refused(&["--state", "out"], &["out already holds a run"]);
    place.run(&["--state", "out", "--force"]).quietly();
}
