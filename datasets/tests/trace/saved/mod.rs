//! Rows that are saved while a run goes on, and taken up by another writer.

mod damage;
mod files;
mod parts;
mod random;
mod whenever;

use std::fs;
use std::path::Path;

use datasets::trace::{Meta, Writer};

use crate::fixture;

/// A writer of a run in a directory of its own, whose parts of `nodes` have so many rows.
pub fn writer(out: &Path, meta: Meta, part_rows: usize) -> Writer {
    let mut writer = Writer::create(out, meta, false).unwrap();
    writer.cut_nodes_at(part_rows);
    writer
}

/// Asserts that two directories have the same files with the same bytes.
pub fn assert_same(found: &Path, expected: &Path) {
    let names = fixture::files(expected);
    assert_eq!(fixture::files(found), names);
    for name in names {
        let same = fs::read(found.join(&name)).unwrap() == fs::read(expected.join(&name)).unwrap();
        assert!(same, "{} has other bytes", name.display());
    }
}
