//! What a report says, and that it says nothing else.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

#[allow(dead_code, reason = "the traces of the summary's tests, not all of which are needed")]
#[path = "../summary/fixture.rs"]
mod fixture;
mod page;
mod sheets;
mod words;

use std::fs;

use analysis::Report;
use datasets::trace::Writer;
use tempfile::tempdir;

/// The report of a trace, with what a search for a size left beside it.
fn report_with(size: Option<&str>, fill: impl FnOnce(&mut Writer)) -> Report {
    let folder = tempdir().unwrap();
    fixture::write(folder.path(), fixture::meta(), fixture::ORDERED, fill);
    if let Some(size) = size {
        fs::write(folder.path().join("size.json"), size).unwrap();
    }
    Report::read(folder.path()).unwrap()
}

fn report(fill: impl FnOnce(&mut Writer)) -> Report {
    report_with(None, fill)
}
