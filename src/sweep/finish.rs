//! The end of a call: what is there, what is missing, and what all points together show.

use analysis::number::counted;
use std::path::Path;

use analysis::Study;
use datasets::sweep::Sweep;
use datasets::trace::Tree;

use super::points::Outcome;
use crate::failure::Failure;
use crate::run::print;

/// A call that does points.
pub struct Call<'a> {
    /// All of the sweep.
    pub sweep: &'a Sweep,
    /// Where its points are.
    pub tree: &'a Tree,
    /// The directory of that.
    pub out: &'a Path,
    /// How many points the call was asked for.
    pub wanted: usize,
}

/// Says what came of the call. Where all points are there, what they show is derived and printed.
pub fn finish(call: &Call<'_>, outcome: Outcome, is_told_to_stop: bool) -> Result<(), Failure> {
    let Call { sweep, tree, out, wanted } = call;
    let total = sweep.points.len();
    let there = there(tree, sweep.points.iter().map(|point| point.number))?;
    let so_far = format!("{there} of {}", counted(total as u64, "point is there", "points are there"));
    let seen_to = outcome.done.len() + outcome.there.len() + outcome.elsewhere.len();
    if is_told_to_stop && seen_to < *wanted {
        let (saved, help) = match outcome.stopped.len() as u64 {
            0 => (String::new(), "run it again: it does the rest"),
            count => {
                let saved = counted(count, "point under way is saved", "points under way are saved");
                (format!("; {saved}"), "run it again: points under way go on, and it does the rest")
            }
        };
        return Err(Failure::stopped(format!("interrupted: {so_far}{saved}"), help));
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
    tree.retire()?;
    print(&format!("{}\n{now}", derived(tree, out)?));
    Ok(())
}

/// What all points of a directory show; it is derived unless it is there.
pub fn derived(tree: &Tree, out: &Path) -> Result<Study, Failure> {
    let study = Study::read(out)?;
    if !tree.is_derived() {
        tree.derive(&study.tables()?)?;
    }
    tree.tidy();
    Ok(study)
}

/// What an extension keeps, and what it adds.
pub fn extended(sweep: &Sweep, tree: &Tree, out: &Path) -> Result<String, Failure> {
    let kept = there(tree, sweep.points.iter().map(|point| point.number))?;
    let kept = counted(kept as u64, "point is", "points are");
    let added = counted(tree.added() as u64, "point is", "points are");
    Ok(format!("{} holds a part of this sweep, and is extended: {kept} there and kept, {added} new.", out.display()))
}

/// How many of these points are there.
pub fn there(tree: &Tree, mut numbers: impl Iterator<Item = u32>) -> Result<usize, Failure> {
    numbers.try_fold(0, |there, number| Ok(there + usize::from(tree.is_done(number)?)))
}
