//! `subcloud sweep`.

mod beginning;
mod choice;
mod collect;
mod finish;
mod list;
mod points;
mod record;
mod script;
mod warm;

use analysis::number::counted;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use datasets::scenario::Doubt;
use datasets::sweep::{self, Point};
use datasets::trace::Tree;

use crate::checkpoint::Cadence;
use crate::failure::{Failure, warn};
use crate::interrupt::Interrupts;
use crate::memory::{self, bytes};
use crate::progress::Bar;
use crate::room::Room;
use crate::run::{MOST_THREADS, print, use_threads};
use choice::{Range, wanted};
use finish::{Call, extended, finish};
use list::Format;
use points::Work;
use record::{numbered, out, record};
use warm::{Base, Warm};

/// Run a scenario at many points: every combination of a grid, settings one by one, or one value at a time, each with
/// several seeds. Points that are there already are left as they are, so the same call goes on where one was stopped.
/// A sweep file with more replicates or values extends what is there: new points are numbered after the others.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  subcloud sweep datasets/sweeps/telco_loss.toml
  subcloud sweep datasets/sweeps/telco_loss.toml --list
  subcloud sweep script slurm datasets/sweeps/telco_loss.toml > telco.sh
  subcloud sweep collect first/telco_loss second/telco_loss --out out/telco_loss

A sweep names a scenario and the keys to change, as --set does:
  scenario = \"../scenarios/telco.toml\"
  replicates = 5                       # seeds of each setting
  warm_up = 40                         # cycles that are the same at all points of a seed: run once (may be left out)
  [set]                                # at every point
  \"run.nodes\" = 20_000
  [grid]                               # every combination; or [one_at_a_time]
  \"network.request_loss\" = [0.0, 0.1]
  \"suite.app.monitoring.share\" = { from = 0.05, to = 0.2, steps = 4 }
  [[list]]                             # settings one by one, each with all of the grid
  \"slicing.protocol\" = \"ranking\""
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The sweep file (TOML).
    #[arg(required = true)]
    sweep: Option<PathBuf>,
    /// Directory of the points [default: out/ and the sweep's name].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Points at a time, as far as memory goes [default: as many as threads].
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Threads to use, 0 for all processors; the results are the same bits for any number.
    #[arg(long, value_name = "T", default_value_t = 0)]
    threads: usize,
    /// Do this point alone; --list has their numbers.
    #[arg(long, value_name = "K", conflicts_with_all = ["force", "list"])]
    point: Option<u32>,
    /// Do the points from A to B alone, side by side as --jobs allows; `A-` goes to the last one.
    #[arg(long, value_name = "A-B", conflicts_with_all = ["point", "force", "list"])]
    points: Option<Range>,
    /// Say which points there are, what each sets and needs; run nothing.
    #[arg(long, conflicts_with = "force")]
    list: bool,
    /// How --list tells of the points: as a text, or as one JSON document for programs.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text, requires = "list")]
    format: Format,
    /// When a point saves its state, from which the same call goes on after a crash or an interrupt: auto (at most a
    /// twentieth of the time, and not in the first minute of a point), never, a time as in 5m, or 25cycles.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    checkpoint: Cadence,
    /// Show no progress.
    #[arg(long)]
    quiet: bool,
    /// Begin anew: replace the sweep or the run that the directory holds, point by point. What is there stays until its
    /// successor is complete; a call without --force goes on.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Script(script::Arguments),
    Collect(collect::Arguments),
}

/// Runs what is missing of a sweep.
pub fn sweep(arguments: &Arguments) -> Result<(), Failure> {
    let path = match (&arguments.command, &arguments.sweep) {
        (Some(Command::Script(script)), _) => return script::script(script),
        (Some(Command::Collect(collect)), _) => return collect::collect(collect),
        (None, path) => path.as_deref().unwrap_or(Path::new("")),
    };
    let sweep = sweep::read(path)?;
    let out = out(&sweep, arguments.out.as_deref());
    let sweep = if arguments.force { sweep } else { numbered(sweep, &out) };
    if arguments.list {
        match arguments.format {
            Format::Text => list::list(&sweep),
            Format::Json => list::document(&sweep, &out),
        }
        return Ok(());
    }
    let wanted = wanted(&sweep, arguments.point, arguments.points)?;
    warn_of(wanted);
    use_threads(arguments.threads)?;
    check_jobs(arguments.jobs)?;
    let interrupts = Interrupts::catch()?;
    let missing = missing(wanted, &out, arguments.force);
    let memory = memory::available();
    fit(wanted, &missing, memory)?;
    let mut bases = Base::all(sweep.warm_up.as_ref(), wanted, &missing);
    warm::fit(&bases, memory)?;
    let tree = Tree::open(&out, &record(&sweep), arguments.force)?;
    if tree.added() > 0 {
        print(&extended(&sweep, &tree, &out)?);
    }
    let jobs = arguments.jobs.unwrap_or_else(engine::threads);
    bases.retain(|base| !base.is_there(&tree));
    let weights = bases.iter().map(Base::weight).chain(missing.iter().map(|&(k, _)| points::weight(&wanted[k])));
    let mut bar = Bar::new(&sweep.name, weights.sum(), arguments.quiet);
    let room = |waiting| Room::new(jobs, engine::threads(), memory, waiting);
    let (stopped, cadence) = (interrupts.stopped(), arguments.checkpoint);
    let warm = Warm { tree: &tree, stopped, cadence, bases: &bases };
    warm.run(room(warm.waiting()), &mut bar)?;
    let work = Work { tree: &tree, stopped, points: wanted, cadence };
    let outcome = work.run(room(missing), &mut bar);
    drop(bar);
    let is_told = interrupts.stopped().load(Ordering::Relaxed);
    let call = Call { sweep: &sweep, tree: &tree, out: &out, wanted: wanted.len() };
    finish(&call, outcome, is_told)
}

/// Refuses no jobs, and more than there can be threads.
fn check_jobs(jobs: Option<usize>) -> Result<(), Failure> {
    let Some(jobs) = jobs.filter(|jobs| !(1..=MOST_THREADS).contains(jobs)) else { return Ok(()) };
    let message = format!("--jobs {jobs}: expected 1 to {MOST_THREADS}");
    Err(Failure::input(message, "leave --jobs out to do as many points at a time as there are threads"))
}

/// Warns of what is hardly meant, once for all points that say the same.
fn warn_of(points: &[Point]) {
    let mut doubts: BTreeMap<Doubt, Vec<u32>> = BTreeMap::new();
    for point in points {
        for doubt in point.scenario.doubts() {
            doubts.entry(doubt).or_default().push(point.number);
        }
    }
    for (Doubt { message, remedy }, numbers) in doubts {
        let more = if numbers.len() == 1 { String::new() } else { format!(" and {} more", numbers.len() - 1) };
        warn(&format!("point {}{more}: {message}", numbers[0]), &remedy);
    }
}

/// Which of the points are not there, and the memory that each needs.
fn missing(points: &[Point], out: &Path, force: bool) -> Vec<(usize, u64)> {
    let is_missing = |point: &Point| force || !Tree::holds(out, point.number);
    let missing = points.iter().enumerate().filter(|(_, point)| is_missing(point));
    missing.map(|(k, point)| (k, memory::needed(&point.scenario, false))).collect()
}

/// Refuses points that do not fit in memory, before anything runs.
fn fit(points: &[Point], missing: &[(usize, u64)], memory: Option<u64>) -> Result<(), Failure> {
    let Some(memory) = memory else { return Ok(()) };
    let large = missing.iter().filter(|&&(_, needed)| needed > memory);
    let Some(&(k, needed)) = large.clone().max_by_key(|&&(_, needed)| needed) else { return Ok(()) };
    let message = format!(
        "point {} needs {} of memory, and {} are available ({} of {} do not fit)",
        points[k].number,
        bytes(needed),
        bytes(memory),
        large.count(),
        counted(points.len() as u64, "point", "points"),
    );
    let help = "run it on a larger machine with --point, or sweep fewer nodes; --list shows what each point needs";
    Err(Failure::input(message, help))
}
