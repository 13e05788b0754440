//! Runs that are stopped in the middle, and runs that meet.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{ENDLESS, Place, Said};

/// A run without an end, which is certainly under way.
pub struct Endless {
    child: Child,
}

impl Endless {
    /// One that saves nothing of its state.
    fn start(place: &Place, more: &[&str]) -> Self {
        let run = ["run", "scenario.toml", "--quiet", "--out", "deep/out", "--threads", "1", "--cycles", ENDLESS];
        Self::begin(place, &[&run[..], &["--checkpoint", "never"], more].concat())
    }

    /// That of a command, into `deep/out`.
    pub fn begin(place: &Place, arguments: &[&str]) -> Self {
        let mut command = place.program(arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let endless = Self { child };
        wait_for(|| staging(&place.path("deep/out")));
        // Once it makes no more files it has built its cloud, and cycles.
        wait_for(|| {
            let before = place.contents();
            std::thread::sleep(Duration::from_millis(100));
            place.contents() == before
        });
        endless
    }

    pub fn stop(self, signal: &str) -> Said {
        assert!(send(signal, &self.child), "the run had ended already");
        Said::of(&self.child.wait_with_output().expect("the run ends"))
    }
}

/// Sends a signal; returns whether there was somebody to take it.
fn send(signal: &str, child: &Child) -> bool {
    let id = child.id().to_string();
    let kill = ["-c", "kill -\"$0\" \"$1\"", signal, &id];
    Command::new("sh").args(kill).stderr(Stdio::null()).status().expect("a shell").success()
}

fn staging(out: &Path) -> bool {
    let entries = out.read_dir().into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(".staging-"))
}

fn wait_for(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "the run does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_interrupted_run_says_so_and_leaves_nothing() {
    let place = Place::new();
    for signal in ["INT", "TERM", "HUP"] {
        let said = place.unchanged(|| Endless::start(&place, &[]).stop(signal));
        said.failed(1, &["interrupted after cycle", "nothing was written", "run it again"]);
    }
}

#[test]
fn a_second_interrupt_ends_the_birth_of_a_large_cloud_at_once_and_leaves_nothing() {
    let place = Place::but("nodes = 2_000", "nodes = 4_000_000");
    let said = place.unchanged(|| {
        let run = ["run", "scenario.toml", "--quiet", "--out", "deep/out", "--threads", "1", "--state", "far/columns"];
        let mut command = place.program(&run);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        wait_for(|| place.contents().iter().any(|path| path.ends_with(".column")));
        // Interrupts that come at once are one.
        while child.try_wait().expect("the state of the run").is_none() {
            send("INT", &child);
            std::thread::sleep(Duration::from_millis(5));
        }
        Said::of(&child.wait_with_output().expect("the run ends"))
    });
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(said.err.contains("interrupted twice: nothing unfinished is left"), "{}", said.err);
}

#[test]
fn an_interrupted_run_with_snapshots_leaves_nothing() {
    let place = Place::new();
    let snapshots = ["--set", "trace.nodes={cycles=[0, 1, 2], sample='all'}", "--set", "trace.every=1_000"];
    place.unchanged(|| Endless::start(&place, &snapshots).stop("INT")).failed(1, &["interrupted"]);
}

#[test]
fn an_interrupted_run_removes_its_columns() {
    let place = Place::new();
    let said = place.unchanged(|| {
        let run = Endless::start(&place, &["--state", "far/columns"]);
        assert!(place.contents().iter().any(|path| path.ends_with(".column")));
        run.stop("INT")
    });
    said.failed(1, &["interrupted"]);
}

#[test]
fn an_interrupted_run_leaves_the_one_it_was_to_replace() {
    let place = Place::new();
    place.call(&["run", "scenario.toml", "--quiet", "--out", "deep/out"]).quietly();
    let table = place.contents().into_iter().find(|path| path.ends_with(".parquet")).expect("a table");
    let read = || std::fs::read(place.path(&table)).expect("the table");
    let before = read();
    place.unchanged(|| Endless::start(&place, &["--force"]).stop("INT")).failed(1, &["interrupted"]);
    assert_eq!(read(), before);
}

#[test]
fn two_runs_at_once_do_not_share_a_directory() {
    let place = Place::new();
    let first = Endless::start(&place, &["--state", "columns"]);
    for force in [&[][..], &["--force"]] {
        let second = [&["run", "scenario.toml", "--quiet", "--out", "deep/out"], force].concat();
        place.unchanged(|| place.call(&second)).failed(2, &["another run is writing to deep/out", "wait for it"]);
        let state = place.unchanged(|| place.run(&[&["--state", "columns"], force].concat()));
        state.failed(2, &["--state columns is in use by another run", "wait for that run"]);
    }
    first.stop("INT").failed(1, &["interrupted"]);
    assert_eq!(place.contents(), ["scenario.toml"]);
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next() {
    let place = Place::new();
    let said = Endless::start(&place, &[]).stop("KILL");
    assert_eq!(said.code, None);
    assert!(staging(&place.path("deep/out")));
    place.call(&["run", "scenario.toml", "--quiet", "--out", "deep/out"]).quietly();
    assert!(!staging(&place.path("deep/out")));
}
