//! A protocol of one's own, by its name in a scenario: it does what its theory says, with the same bits on any number
//! of threads, and can be taken up again.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

#[path = "../examples/rumour.rs"]
#[expect(dead_code, reason = "its `main` is the example's")]
mod rumour;

use std::fs;

use datasets::scenario::{self, Scenario};
use datasets::trace::{Meta, OwnRow, Writer, read::Run};
use engine::book::Book;
use engine::memory::Field;
use engine::{Simulation, Storage, on_threads, own};

/// A cloud whose nodes pass on a rumour.
fn text(nodes: u32, seed: u64, more: &str) -> String {
    format!(
        "[run]\nnodes = {nodes}\ncycles = 60\nseed = {seed}\n[[fleet.class]]\nname = \"box\"\nshare = 1\n\
         attributes.x = {{ uniform = [0, 1] }}\n{more}\n"
    )
}

fn scenario(text: &str) -> Result<Scenario, datasets::Error> {
    own::register::<rumour::Rumour>("rumour");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rumour.toml");
    fs::write(&path, text).unwrap();
    scenario::read(&path, &[])
}

fn meta(scenario: &Scenario) -> Meta {
    let (attributes, apps) = (scenario.fleet.attributes.clone(), scenario.app_names());
    Meta { run_id: "own".to_owned(), attributes, apps, ..Meta::default() }
}

/// The rows of `own` in the end, and the digest of the last state.
fn run(text: &str) -> (Vec<OwnRow>, u64) {
    let scenario = scenario(text).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut trace = Writer::create(&out, meta(&scenario), false).unwrap();
    let mut simulation = Simulation::new(&scenario, &Storage::Memory).unwrap();
    for _ in 0..scenario.run.cycles {
        simulation.cycle(&mut trace);
        simulation.observe(&mut trace).unwrap();
    }
    trace.finish("{}").unwrap();
    let rows = Run::open(&out).unwrap().own().unwrap();
    (rows.into_iter().filter(|row| row.cycle == scenario.run.cycles).collect(), simulation.full_digest())
}

fn last(rows: &[OwnRow], measure: &str) -> f64 {
    rows.iter().find(|row| row.measure == measure).unwrap().value
}

#[test]
fn as_many_never_hear_of_it_as_theory_says() {
    // s = exp(-(k + 1)(1 - s)), and (k + 1)(1 - s) messages a node. The share of one run has a standard deviation of
    // about 1 / sqrt(n) where the rumour gets off the ground.
    for (k, residue, messages) in [(1, 0.2032, 1.594), (2, 0.0595, 2.821)] {
        for nodes in [10_000, 100_000] {
            let rows = run(&text(nodes, 3, &format!("[[protocol]]\nname = \"rumour\"\nk = {k}\n"))).0;
            let error = 4.0 / f64::from(nodes).sqrt();
            assert!((last(&rows, "residue_fraction") - residue).abs() < error, "k = {k}: {rows:?}");
            assert!((last(&rows, "sent_mean") - messages).abs() < 3.0 * error, "k = {k}: {rows:?}");
        }
    }
}

#[test]
fn it_runs_among_the_members_of_an_application() {
    let more = "[sampling]\nprotocol = \"cyclon\"\n[subcloud]\n[[suite.app]]\nname = \"chat\"\nshare = 0.5\n\
                [[protocol]]\nname = \"rumour\"\napp = \"chat\"\nk = 2\n";
    // The news begins at node 0, if that is a member.
    let rows: Vec<Vec<OwnRow>> = (1..=4).map(|seed| run(&text(20_000, seed, more)).0).collect();
    let reached = rows.iter().filter(|rows| last(rows, "residue_fraction") < 0.9);
    let all: Vec<f64> = reached.map(|rows| last(rows, "residue_fraction")).collect();
    assert!(!all.is_empty() && all.iter().all(|residue| (residue - 0.0595).abs() < 0.02), "{all:?}");
    assert!(rows.iter().flatten().all(|row| row.app.as_deref() == Some("chat")));
}

const CHURNING: &str = "up = { hours = { weibull = { shape = 0.7, scale = 1 } } }\ndown = { hours = 0.5 }\n[network]\n\
                        request_loss = 0.1\nreply_loss = 0.2\n[[protocol]]\nname = \"rumour\"\nk = 3\n";

#[test]
fn threads_do_not_matter() {
    let text = text(150_000, 5, CHURNING).replace("cycles = 60", "cycles = 12\ncycle_seconds = 600");
    let [one, three] = [1, 3].map(|threads| on_threads(threads, || run(&text)).unwrap());
    assert_eq!(one, three);
}

#[test]
fn it_can_be_taken_up_again() {
    let scenario = scenario(&text(3_000, 5, CHURNING)).unwrap();
    let mut trace = Writer::in_memory(meta(&scenario));
    let mut whole = Simulation::new(&scenario, &Storage::Memory).unwrap();
    (0..8).for_each(|_| whole.cycle(&mut trace));
    let saved: Vec<(String, Vec<u8>)> =
        whole.columns().into_iter().map(|field: &Field| (field.name.clone(), field.bytes().to_vec())).collect();
    let book = Book::read(&whole.book().bytes()).unwrap();
    let fill = |name: &str, cells: &mut [u8]| {
        let found = saved.iter().find(|(other, _)| other == name);
        if let Some((_, bytes)) = found {
            cells.copy_from_slice(bytes);
        }
        Ok(found.is_some())
    };
    let mut again = Simulation::resume(&scenario, &Storage::Memory, book, &fill).unwrap();
    assert_eq!(whole.full_digest(), again.full_digest());
    for _ in 0..8 {
        whole.cycle(&mut trace);
        again.cycle(&mut trace);
    }
    assert_eq!(whole.full_digest(), again.full_digest());
}

#[test]
fn keys_that_mean_nothing_are_refused_where_they_stand() {
    for (more, words) in [
        ("[[protocol]]\nk = 2\n", "a protocol of one's own has no name"),
        ("[[protocol]]\nname = \"rumor\"\nk = 2\n", "did you mean "),
        ("[[protocol]]\nname = \"rumour\"\n", "missing field `k`"),
        ("[[protocol]]\nname = \"rumour\"\nk = 2\nm = 3\n", "rumour.toml:12: "),
        ("[[protocol]]\nname = \"rumour\"\nk = 2\napp = \"chat\"\n", "no application is called \"chat\""),
        ("[[protocol]]\nname = \"rumour\"\nk = 2\nroom = 2.0\n", "`room` means nothing outside of applications"),
        ("[[protocol]]\nname = \"rumour\"\nk = 2\n[[protocol]]\nname = \"rumour\"\nk = 3\n", "runs twice"),
    ] {
        let error = scenario(&text(100, 1, more)).unwrap_err().to_string();
        let helped = format!("{error}{:?}", scenario(&text(100, 1, more)).unwrap_err());
        assert!(error.contains(words) || helped.contains(words), "{more}: {helped}");
    }
}
