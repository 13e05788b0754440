//! Sweeps: points that are kept, shared and found again.

mod clusters;
mod collected;
mod derived;
mod extended;
mod kept;
mod listed;
mod refused;
mod replaced;
mod resumed;
mod scripts;
mod slurm;
mod warm;

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::harness::Place;

/// Sixty points: four settings times three, and five seeds.
pub const SIXTY: &str = r#"scenario = "scenario.toml"
replicates = 5

[set]
"run.cycles" = 12
"trace.nodes" = { cycles = [12], sample = 50 }

[grid]
"network.reply_loss" = [0.0, 0.1, 0.2, 0.3]
"suite.app.cache.share" = { from = 0.1, to = 0.3, steps = 3 }
"#;

/// A folder with the good scenario and a sweep of it.
pub fn place(sweep: &str) -> Place {
    let place = Place::new();
    place.write("sweep.toml", sweep.as_bytes());
    place
}

/// All Parquet files below a folder, by their paths.
pub fn tables(place: &Place, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let files = place.contents().into_iter().filter(|path| path.ends_with(".parquet"));
    let own = files.filter_map(|path| Some((path.strip_prefix(&format!("{folder}/"))?.to_owned(), path)));
    own.map(|(name, path)| (name, fs::read(place.path(&path)).expect("a table"))).collect()
}

/// How many points have a record.
pub fn finished(place: &Place, folder: &str) -> usize {
    let records = place.path(&format!("{folder}/points"));
    records.read_dir().map_or(0, |records| records.flatten().filter(|file| file.path().extension().is_some()).count())
}

/// The points that a call says it did.
pub fn done(out: &str) -> usize {
    let words: Vec<&str> = out.split_whitespace().collect();
    let at = words
        .windows(4)
        .position(|words| words == ["done", "by", "this", "call"] || words[..3] == ["done", "by", "this"]);
    words[at.unwrap_or_else(|| panic!("nothing is said of what was done: {out}")) - 1].parse().expect("a number")
}

/// Waits for something that a sweep does.
pub fn wait_for(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "the sweep does not get on");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Sends a signal to a process.
pub fn signal(child: &Child, signal: &str) {
    let id = child.id().to_string();
    let sent = Command::new("sh").args(["-c", "kill -\"$0\" \"$1\"", signal, &id]).status().expect("a shell");
    assert!(sent.success(), "the sweep had ended already");
}
