//! Disks that are full.

use crate::harness::{Place, Said};

/// Arguments of a run whose snapshots are larger than the disks here.
const SNAPSHOTS: [&str; 4] = ["--nodes", "40000", "--set", "trace.nodes={cycles=[0, 6], sample='all'}"];

/// No file may grow beyond 8 blocks: writes fail as they do when a quota is used up.
const LIMITED: &str = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";

#[test]
fn a_trace_that_finds_no_room_leaves_nothing() {
    let place = Place::new();
    let arguments = [&["run", "scenario.toml", "--quiet", "--out", "deep/out"], &SNAPSHOTS[..]].concat();
    let said = place.unchanged(|| place.shell(LIMITED, &arguments));
    said.failed(1, &["cannot write deep/out", "nodes", "File too large", "free space there", "--out"]);
}

#[test]
fn a_run_that_finds_no_room_leaves_the_one_it_was_to_replace() {
    let place = Place::new();
    place.run(&[]).quietly();
    let arguments = [&["run", "scenario.toml", "--quiet", "--out", "out", "--force"], &SNAPSHOTS[..]].concat();
    place.unchanged(|| place.shell(LIMITED, &arguments)).failed(1, &["cannot write out", "File too large"]);
}

#[test]
fn columns_that_find_no_room_leave_nothing() {
    let place = Place::new();
    let arguments = ["run", "scenario.toml", "--quiet", "--out", "out", "--nodes", "40000", "--state", "deep/columns"];
    let said = place.unchanged(|| place.shell(LIMITED, &arguments));
    said.failed(1, &["no room for the column", "File too large", "--nodes", "--state"]);
}

#[test]
fn a_full_disk_is_named_and_left_empty() {
    let place = Place::new();
    let disk = "mkdir disk && mount -t tmpfs -o size=256k none disk || exit 77; \"$0\" \"$@\"; \
                code=$?; rmdir disk/* 2>/dev/null; ls -A disk; exit $code";
    let script = format!("exec unshare -m sh -c '{disk}' \"$0\" \"$@\"");
    let arguments = [&["run", "scenario.toml", "--quiet", "--out", "disk/out"], &SNAPSHOTS[..]].concat();
    let said: Said = place.shell(&script, &arguments);
    if said.err.contains("unshare:") || said.code == Some(77) {
        eprintln!("skipped: this user may not mount a small disk");
        return;
    }
    // Whatever were left on the disk would be on stdout, which a failure must not have.
    said.failed(1, &["cannot write disk/out", "No space left on device", "free space there", "--out"]);

    let arguments = ["run", "scenario.toml", "--quiet", "--nodes", "40000", "--state", "disk2/columns"];
    let said = place.shell(&script.replace("disk", "disk2"), &arguments);
    said.failed(2, &["40,000 nodes need", "on the disk of disk2/columns", "free space there"]);
}
