//! Checkpoints: runs that are ended at any instant and called again, runs that are made longer, forks, and what
//! becomes of a checkpoint that is damaged, hostile or without room.

mod damage;
mod ends;
mod forks;
mod goes_on;
mod hostile;
mod kills;
mod longer;
mod room;
mod steps;

use std::collections::BTreeMap;
use std::fs;

use crate::harness::{Place, Said};

/// A scenario in which nodes come and go, views are exchanged, a suite is launched, clocks drift, and all nodes are
/// written down in several cycles.
const RICH: &str = include_str!("rich.toml");

/// A folder with the rich scenario, and the suite that it launches.
fn rich() -> Place {
    let place = Place::with(RICH);
    place.write("v2.toml", include_bytes!("v2.toml"));
    place
}

/// The folders of the tests that hold for every scenario.
fn places() -> [Place; 2] {
    [Place::new(), rich()]
}

/// What a run has found: the digest of its state, and the bytes of each file of its trace.
#[derive(PartialEq, Eq)]
struct Outcome {
    digest: String,
    files: BTreeMap<String, Vec<u8>>,
}

impl Outcome {
    /// That of the run in a directory.
    fn of(place: &Place, out: &str) -> Self {
        let traces = format!("{out}/traces/");
        let files = place.contents().into_iter().filter(|path| path.starts_with(&traces));
        let files = files.filter(|path| place.path(path).is_file());
        let bytes = |path: String| (path[traces.len()..].to_owned(), read(place, &path));
        let digest = record(place, out)["state_digest"].as_str().expect("the digest of a state").to_owned();
        Self { digest, files: files.map(bytes).collect() }
    }

    /// That of a run that nobody disturbs.
    fn undisturbed(place: &Place, more: &[&str]) -> Self {
        run(place, "undisturbed", &[&["--checkpoint", "never", "--force", "--fresh"], more].concat()).quietly();
        Self::of(place, "undisturbed")
    }

    /// Checks that a run has found the same, and that nothing is left beside its result.
    fn is_that_of(&self, place: &Place, out: &str, case: &str) {
        let other = Self::of(place, out);
        assert_eq!(other.digest, self.digest, "{case}: another state");
        let names = |outcome: &Self| outcome.files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&other), names(self), "{case}: other files");
        for (path, bytes) in &self.files {
            assert!(other.files[path] == *bytes, "{case}: other bytes in {path}");
        }
        assert_eq!(hidden(place), [""; 0], "{case}: something is left");
    }
}

/// A file of a case.
fn read(place: &Place, path: &str) -> Vec<u8> {
    fs::read(place.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// `run.json` of a directory.
fn record(place: &Place, out: &str) -> serde_json::Value {
    serde_json::from_slice(&read(place, &format!("{out}/run.json"))).expect("run.json")
}

/// What only runs that are not done leave.
fn hidden(place: &Place) -> Vec<String> {
    let is_unfinished = |path: &String| {
        let starts = [".staging-", ".checkpoint-", ".replaced-"];
        path.split('/').any(|name| starts.iter().any(|start| name.starts_with(start)) || name.ends_with(".partial"))
    };
    place.contents().into_iter().filter(is_unfinished).collect()
}

/// Arguments of a run into a directory.
fn arguments<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["run", "scenario.toml", "--quiet", "--threads", "1", "--out", out], more].concat()
}

/// Runs the scenario into a directory.
fn run(place: &Place, out: &str, more: &[&str]) -> Said {
    place.call(&arguments(out, more))
}

/// Runs the scenario, with a variable of the environment that ends the process somewhere.
fn run_until(place: &Place, (variable, at): (&str, u32), out: &str, more: &[&str]) -> Said {
    let mut program = place.program(&arguments(out, more));
    Said::of(&program.env(variable, at.to_string()).output().expect("the program starts"))
}

/// Runs the scenario, whose process ends at once after the checkpoint of a cycle.
fn stop_after(place: &Place, cycle: u32, out: &str, more: &[&str]) {
    let said = run_until(place, ("SUBCLOUD_STOP_AFTER", cycle), out, more);
    assert_eq!(said.code, None, "cycle {cycle} has no checkpoint: {}{}", said.out, said.err);
}

/// The directory of the only checkpoint.
fn checkpoint(place: &Place) -> String {
    let is_one = |path: &String| path.rsplit('/').next().is_some_and(|name| name.starts_with(".checkpoint-"));
    let found: Vec<String> = place.contents().into_iter().filter(is_one).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// Random numbers from a fixed seed.
struct Random(u64);

impl Random {
    /// A number below another one.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}
