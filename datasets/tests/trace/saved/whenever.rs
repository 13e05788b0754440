//! Whenever rows are saved and whenever a run is killed: the files are those of a run that was never interrupted.

use std::path::{Path, PathBuf};

use datasets::trace::{Meta, SavedRows, Writer};
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

use super::random::{Random, TABLES, push};
use super::{assert_same, writer};
use crate::fixture::{self, meta};

/// What happens in a run.
#[derive(Clone, Debug)]
enum Step {
    /// A row of a table, whose values follow from the seed.
    Row { table: usize, seed: u64 },
    /// Rows of `nodes`; a later cycle if it `is_next`.
    Nodes { is_next: bool, count: u32, seed: u64 },
    /// All rows are saved, to another folder if it `is_elsewhere`.
    Save { is_elsewhere: bool },
    /// The run is killed, and goes on from the last save. What it was just saving is lost if it `is_saving`.
    Kill { is_saving: bool },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..TABLES, any::<u64>()).prop_map(|(table, seed)| Step::Row { table, seed }),
        4 => (any::<bool>(), 0..300_u32, any::<u64>())
            .prop_map(|(is_next, count, seed)| Step::Nodes { is_next, count, seed }),
        2 => prop::bool::weighted(0.2).prop_map(|is_elsewhere| Step::Save { is_elsewhere }),
        1 => any::<bool>().prop_map(|is_saving| Step::Kill { is_saving }),
    ]
}

/// A run that is saved and killed.
struct Interrupted {
    folder: TempDir,
    part_rows: usize,
    writer: Option<Writer>,
    /// The run of this number is on its way: each has a directory of its own.
    runs: u32,
    saves: u32,
    saved: SavedRows,
    place: PathBuf,
    /// The next step after the last save.
    next: usize,
}

impl Interrupted {
    fn new(part_rows: usize) -> Self {
        let folder = tempdir().unwrap();
        let place = folder.path().join("saved-0");
        let saved = SavedRows::default();
        let mut run = Self { folder, part_rows, writer: None, runs: 0, saves: 0, saved, place, next: 0 };
        run.restart(meta());
        run
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join(format!("run-{}", self.runs))
    }

    fn restart(&mut self, meta: Meta) {
        self.writer = None;
        self.runs += 1;
        let mut writer = writer(&self.out(), meta, self.part_rows);
        writer.restore(&self.place, &self.saved).unwrap();
        self.writer = Some(writer);
    }

    fn save(&mut self, is_elsewhere: bool, next: usize) {
        self.saves += 1;
        if is_elsewhere {
            self.place = self.folder.path().join(format!("saved-{}", self.saves));
        }
        let saved = self.writer.as_mut().unwrap().save(&self.place, self.saves).unwrap();
        let text = serde_json::to_string(&saved).unwrap();
        self.saved = serde_json::from_str(&text).unwrap();
        assert_eq!(self.saved, saved);
        self.next = next;
    }

    /// Does all steps; after a kill, those since the last save again. Gives the directory of the finished run.
    fn go(&mut self, steps: &[Step], meta_of_last: Meta) -> PathBuf {
        let mut killed = vec![false; steps.len()];
        let mut at = 0;
        let mut cycle = 0;
        while at < steps.len() {
            match &steps[at] {
                Step::Save { is_elsewhere } => self.save(*is_elsewhere, at + 1),
                Step::Kill { .. } if killed[at] => {}
                Step::Kill { is_saving } => {
                    killed[at] = true;
                    if *is_saving {
                        self.writer.as_mut().unwrap().save(&self.place, self.saves + 1).unwrap();
                    }
                    self.restart(meta());
                    at = self.next;
                    cycle = cycle_before(steps, at);
                    continue;
                }
                rows => add(self.writer.as_mut().unwrap(), rows, &mut cycle),
            }
            at += 1;
        }
        if meta_of_last != meta() {
            self.restart(meta_of_last);
            let mut cycle = cycle_before(steps, self.next);
            for rows in &steps[self.next..] {
                add(self.writer.as_mut().unwrap(), rows, &mut cycle);
            }
        }
        self.writer.take().unwrap().finish("{}").unwrap();
        self.out()
    }
}

/// The cycle that snapshots have come to before a step.
fn cycle_before(steps: &[Step], at: usize) -> u32 {
    steps[..at].iter().filter(|step| matches!(step, Step::Nodes { is_next: true, .. })).count() as u32
}

/// Adds the rows of a step.
fn add(writer: &mut Writer, step: &Step, cycle: &mut u32) {
    match *step {
        Step::Row { table, seed } => push(writer, table, &mut Random(seed)),
        Step::Nodes { is_next, count, seed } => {
            *cycle += u32::from(is_next);
            writer.nodes(&Random(seed).nodes(*cycle, count)).unwrap();
            writer.edges(&fixture::edges(*cycle, 0..2 * count)).unwrap();
        }
        Step::Save { .. } | Step::Kill { .. } => {}
    }
}

/// A run without saves.
fn undisturbed(out: &Path, steps: &[Step], meta: Meta, part_rows: usize) {
    let mut writer = writer(out, meta, part_rows);
    let mut cycle = 0;
    for step in steps {
        add(&mut writer, step, &mut cycle);
    }
    writer.finish("{}").unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_run_that_is_saved_and_killed_has_the_files_of_one_that_was_not(
        steps in prop::collection::vec(step(), 1..60),
        part_rows in 1..500_usize,
        is_another_run in prop::bool::weighted(0.3),
    ) {
        let meta = if is_another_run { Meta { run_id: "longer".into(), ..meta() } } else { meta() };
        let mut run = Interrupted::new(part_rows);
        let found = run.go(&steps, meta.clone());
        let expected = run.folder.path().join("undisturbed");
        undisturbed(&expected, &steps, meta, part_rows);
        assert_same(&found, &expected);
    }
}

#[test]
fn every_table_is_saved_and_taken_up_with_any_values() {
    let rows =
        |first: u64| (0..TABLES * 40).map(move |row| Step::Row { table: row % TABLES, seed: first + row as u64 });
    let nodes = |seed| Step::Nodes { is_next: true, count: 200, seed };
    let save = Step::Save { is_elsewhere: false };
    let steps: Vec<Step> = rows(0)
        .chain([nodes(1), save.clone()])
        .chain(rows(1000))
        .chain([nodes(2), save, Step::Kill { is_saving: true }])
        .collect();
    let mut run = Interrupted::new(1 << 20);
    let found = run.go(&steps, meta());
    let expected = run.folder.path().join("undisturbed");
    undisturbed(&expected, &steps, meta(), 1 << 20);
    assert_same(&found, &expected);
    assert_eq!(run.saved.files.len(), 2 * (TABLES + 2), "a file a table and save");
}
