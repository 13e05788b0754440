//! The end of a call: what is there, what is missing, and what all points together show.

use analysis::number::counted;
use std::path::Path;

use analysis::Study;
use datasets::sweep::Sweep;
use datasets::trace::Tree;

use super::points::Outcome;
use crate::failure::Failure;
use crate::run::print;

/// Says what came of the call. Where all points are there, what they show is derived and printed.
pub fn finish(sweep: &Sweep, tree: &Tree, out: &Path, outcome: Outcome, is_interrupted: bool) -> Result<(), Failure> {
    let total = sweep.points.len();
    let there = there(sweep, tree)?;
    let so_far = format!("{there} of {}", counted(total as u64, "point is there", "points are there"));
    if is_interrupted {
        return Err(Failure::run(format!("interrupted: {so_far}"), Some("run it again: it does the rest".to_owned())));
    }
    let now = format!("{so_far} in {}, {} done by this call", out.display(), outcome.done.len());
    let others = outcome.failed.len().saturating_sub(1);
    if let Some((number, failure)) = outcome.failed.into_iter().next() {
        let more = if others > 0 { format!(", and {others} more") } else { String::new() };
        return Err(failure.told(&format!("point {number}{more}; {so_far}")));
    }
    if there < total {
        let elsewhere = match outcome.elsewhere.len() as u64 {
            0 => String::new(),
            count => format!("; another process is at {}", counted(count, "point", "points")),
        };
        print(&format!("{now}, {} missing{elsewhere}", total - there));
        return Ok(());
    }
    let study = Study::read(out)?;
    if !tree.derived().is_dir() {
        tree.derive(&study.tables()?)?;
    }
    tree.tidy();
    print(&format!("{study}\n{now}"));
    Ok(())
}

/// What an extension keeps, and what it adds.
pub fn extended(sweep: &Sweep, tree: &Tree, out: &Path) -> Result<String, Failure> {
    let kept = counted(there(sweep, tree)? as u64, "point is", "points are");
    let added = counted(tree.added() as u64, "point is", "points are");
    Ok(format!("{} holds a part of this sweep, and is extended: {kept} there and kept, {added} new.", out.display()))
}

/// How many points are there.
fn there(sweep: &Sweep, tree: &Tree) -> Result<usize, Failure> {
    let mut there = 0;
    for point in &sweep.points {
        there += usize::from(tree.is_done(point.number)?);
    }
    Ok(there)
}
