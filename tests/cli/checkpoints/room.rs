//! Checkpoints that find no room, and links where their files should be.

use std::os::unix::fs::symlink;

use super::{Outcome, arguments, checkpoint, read, rich, run, stop_after};
use crate::harness::{Place, Said};

/// No file may grow beyond some blocks.
const LIMITED: &str = "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"";

/// Columns are larger than a file may be, and the tables are not.
const LARGE: [&str; 2] = ["--nodes", "40_000"];

/// Checks that the run ended well, and said once that its state was not saved.
fn told_once(said: &Said, words: &[&str]) {
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(said.err.matches("was not saved").count(), 1, "{}", said.err);
    for word in words {
        assert!(said.err.contains(word), "expected {word:?} in {}", said.err);
    }
}

#[test]
fn a_checkpoint_that_finds_no_room_is_told_of_once() {
    let place = Place::new();
    let undisturbed = Outcome::undisturbed(&place, &LARGE);
    let more = [&LARGE[..], &["--checkpoint", "1cycles"]].concat();
    let said = place.shell(LIMITED, &arguments("out", &more));
    told_once(&said, &["the state after cycle 1 was not saved", "File too large", "the run goes on without it"]);
    undisturbed.is_that_of(&place, "out", "without room");

    // The one before is as good as it was.
    stop_after(&place, 2, "old", &more);
    let list = format!("{}/checkpoint.json", checkpoint(&place));
    let before = read(&place, &list);
    let ended = format!("export SUBCLOUD_ABORT_AT=7; {LIMITED}");
    assert_eq!(place.shell(&ended, &arguments("old", &more)).code, None);
    assert!(read(&place, &list) == before);
    let said = place.call(&[&["run", "scenario.toml", "--out", "old"], &LARGE[..]].concat());
    assert!(said.err.contains("going on after cycle 2 of 6"), "{}", said.err);
    undisturbed.is_that_of(&place, "old", "after a checkpoint that found no room");
}

#[test]
fn a_full_disk_of_checkpoints_does_not_end_the_run() {
    let place = Place::new();
    let undisturbed = Outcome::undisturbed(&place, &LARGE);
    let disk = "mkdir disk && mount -t tmpfs -o size=512k none disk || exit 77; \"$0\" \"$@\"; \
                code=$?; rmdir disk/* 2>/dev/null; ls -A disk >&2; exit $code";
    let script = format!("exec unshare -m sh -c '{disk}' \"$0\" \"$@\"");
    let more = [&LARGE[..], &["--checkpoint", "1cycles", "--checkpoints", "disk/far"]].concat();
    let said = place.shell(&script, &arguments("out", &more));
    if said.err.contains("unshare:") || said.code == Some(77) {
        eprintln!("skipped: this user may not mount a small disk");
        return;
    }
    told_once(&said, &["No space left on device"]);
    assert!(!said.err.contains("\nfar"), "something is left: {}", said.err);
    undisturbed.is_that_of(&place, "out", "a full disk");
}

/// A folder of somebody else, with files of names that checkpoints have too.
fn elsewhere(place: &Place) {
    for folder in ["elsewhere", "elsewhere/cycles", "elsewhere/nodes"] {
        std::fs::create_dir_all(place.path(folder)).expect("a folder");
        for name in
            ["000001-000-x.column", "000001-book.bin", "part-000001.parquet", "part-0.parquet", "tail-000001.parquet"]
        {
            place.write(&format!("{folder}/{name}"), b"not ours");
        }
    }
}

/// What is there of somebody else.
fn others(place: &Place) -> Vec<(String, Vec<u8>)> {
    let paths = place.contents().into_iter().filter(|path| path.starts_with("elsewhere/"));
    let paths = paths.filter(|path| place.path(path).is_file());
    paths.map(|path| (path.clone(), read(place, &path))).collect()
}

#[test]
fn nothing_is_written_or_removed_through_links() {
    let place = rich();
    let undisturbed = Outcome::undisturbed(&place, &[]);
    elsewhere(&place);
    let before = others(&place);
    for link in ["", "/rows", "/rows/cycles", "/nodes", "/state"] {
        let more = ["--checkpoint", "2cycles", "--keep-state=5"];
        stop_after(&place, 2, "out", &more);
        let path = place.path(&format!("{}{link}", checkpoint(&place)));
        let kept = place.path("kept");
        // A link to the folder that was there, and one to somebody else's.
        for to_kept in [true, false] {
            if to_kept && path.exists() {
                std::fs::rename(&path, &kept).expect("a folder moves");
                symlink(&kept, &path).expect("a link");
            } else if path.is_symlink() {
                std::fs::remove_file(&path).expect("the link goes");
                symlink(place.path("elsewhere"), &path).expect("a link");
            }
            let said = run(&place, "out", &[&more[..], &["--force"]].concat());
            assert!(matches!(said.code, Some(0 | 1)) && !said.err.contains("panicked"), "{link}: {}", said.err);
            assert!(others(&place) == before, "{link}: files of others have changed");
            if said.code == Some(0) {
                assert!(Outcome::of(&place, "out") == undisturbed, "{link}: another result");
            }
        }
        std::fs::remove_dir_all(place.path("out")).expect("the result goes");
        std::fs::remove_dir_all(&kept).ok();
    }
}
