//! `subcloud run`.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

use datasets::checkpoint::{Folder, Store};
use datasets::numeral::is_ambiguous;
use datasets::record::run_id;
use datasets::scenario::Scenario;
use datasets::trace::{Writer, holds_a_run};
use engine::RESULTS_VERSION;

use crate::checkpoint::{self, Keeper, Origin};
use crate::evaluate::{begin, evaluate, meta};
use crate::failure::{Failure, warn};
use crate::interrupt::Interrupts;
use crate::progress::Progress;
use crate::record::record;
use crate::state::State;
use crate::{memory, scenario};

/// Run a scenario; leave run.json and the tables of its trace in a directory, and print a summary.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud run plan.toml
  subcloud run plan.toml --nodes 1e8 --cycles 20 --set suite.app.chat.share=0.2 --out out/large")]
pub struct Arguments {
    #[command(flatten)]
    scenario: scenario::Arguments,
    /// Directory of the result [default: out/ and the scenario's name].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads to use, 0 for all processors; the results are the same bits for any number.
    #[arg(long, value_name = "T", default_value_t = 0, allow_negative_numbers = true)]
    threads: usize,
    /// Keep the columns of the cloud in files of this directory rather than in memory.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// With --state: GiB of memory for the widest columns, which become files when the run ends; files are slow where
    /// nodes meet at random [default: nearly all that is left where not all columns fit, else 0].
    #[arg(long, value_name = "GIB", requires = "state", value_parser = gib)]
    state_memory: Option<u64>,
    /// Show no progress.
    #[arg(long)]
    quiet: bool,
    /// Replace the run that the directory holds, once the new one is complete; files that others have put there stay.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    checkpoints: checkpoint::Arguments,
}

/// A number of GiB, as bytes.
fn gib(text: &str) -> Result<u64, String> {
    let gib = text.trim().replace('_', "").parse().ok().filter(|gib: &f64| (0.0..1e6).contains(gib));
    let bytes = gib.filter(|_| !is_ambiguous(text)).map(|gib| (gib * f64::from(1_u32 << 30)) as u64);
    bytes.ok_or_else(|| "expected a number of GiB of at least 0, as in 18 or 0.5".to_owned())
}

/// Runs a scenario.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let interrupts = Interrupts::catch()?;
    let mut scenario = arguments.scenario.read()?;
    let fork = checkpoint::fork(&mut scenario, &arguments.checkpoints)?;
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("out").join(&scenario.name));
    let Arguments { state, state_memory, force, quiet, checkpoints, .. } = arguments;
    let memory = state_memory.unwrap_or_else(|| memory::for_columns(&scenario));
    let state = state.as_deref().map(|folder| (folder, memory));
    memory::check(&scenario, state)?;
    use_threads(arguments.threads)?;
    let hash = scenario.hash();
    if !force && !checkpoints.fresh && tidied_up(&out, &scenario, &hash, checkpoints)? {
        return told(&out);
    }
    let longer = if *force || fork.is_some() { None } else { arguments.shorter(&out, &scenario) };
    let place = Place { out: &out, state, force: *force, longer };
    let keeper = into(place, (&scenario, &hash), (checkpoints, fork, *quiet), &interrupts)?;
    told(&out)?;
    keeper.finish(&out, *force)
}

impl Arguments {
    /// The cycles of the run that a directory holds, if it is the same as this one but shorter.
    fn shorter(&self, out: &Path, scenario: &Scenario) -> Option<u32> {
        let there = checkpoint::record(out).filter(|there| there.cycles < scenario.run.cycles)?;
        let same = self.scenario.read_with_cycles(there.cycles);
        same.is_some_and(|same| same.hash() == there.scenario_hash).then_some(there.cycles)
    }
}

/// Prints what a run in its place shows.
fn told(out: &Path) -> Result<(), Failure> {
    print(&analysis::Summary::read(out)?.to_string());
    let digest = checkpoint::record(out).map(|record| record.state_digest).unwrap_or_default();
    print(&format!("state digest {digest}\ntrace in {}", out.display()));
    Ok(())
}

/// Tidies up what a process has left that was killed after it had put this run in place. Says whether there was one.
fn tidied_up(
    out: &Path,
    scenario: &Scenario,
    hash: &str,
    checkpoints: &checkpoint::Arguments,
) -> Result<bool, Failure> {
    let run_id = run_id(scenario, hash);
    let folder = Folder::of_run(checkpoints.checkpoints.as_deref().unwrap_or(out), &run_id);
    if !folder.holds_one() {
        return Ok(false);
    }
    // Whoever takes the directory puts in place what was about to be.
    match Writer::create(out, meta(scenario, hash), false) {
        Err(datasets::trace::Error::Occupied { .. }) => {}
        taken => return Ok(taken.map(|_| false)?),
    }
    if checkpoint::record(out).is_none_or(|record| record.run_id != run_id) {
        return Ok(false);
    }
    // Nobody else writes there while this is open. A checkpoint that is damaged goes too.
    let _open = match Store::open(folder.clone(), RESULTS_VERSION) {
        Err(error @ datasets::checkpoint::Error::Busy { .. }) => return Err(error.into()),
        open => open.ok(),
    };
    checkpoint::put_in_place(&folder, out)?;
    folder.remove()?;
    Ok(true)
}

/// Where a run goes.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    /// The directory of the result.
    pub out: &'p Path,
    /// That of the columns, if they are kept in files, and bytes of memory for the widest of them.
    pub state: Option<(&'p Path, u64)>,
    /// Whether what is there is replaced.
    pub force: bool,
    /// Cycles of the shorter run of the same scenario that is there, which is replaced.
    pub longer: Option<u32>,
}

/// Runs a scenario into a directory; returns what is to be tidied up once the result has been told of.
pub fn into<'a>(
    place: Place<'_>,
    (scenario, hash): (&'a Scenario, &'a str),
    (checkpoints, fork, quiet): (&checkpoint::Arguments, Option<Store>, bool),
    interrupts: &Interrupts,
) -> Result<Keeper<'a>, Failure> {
    let start = Instant::now();
    let replace = place.force || place.longer.is_some();
    let mut trace = Writer::create(place.out, meta(scenario, hash), replace)?;
    let unfinished = trace.unfinished();
    interrupts.on_end(move || unfinished.remove());
    let mut state = State::prepare(place.state, scenario, place.force)?;
    let unfinished = state.unfinished();
    interrupts.on_end(move || unfinished.remove());
    let mut origin = checkpoint::find((place.out, &run_id(scenario, hash)), scenario, checkpoints, fork)?;
    let mut progress = Progress::new(scenario, quiet);
    progress.building();
    if !quiet {
        progress.aside(|| say(&origin, scenario, place));
    }
    let simulation = begin(scenario, &state.storage(), &mut origin, &mut trace)?;
    progress.aside(|| simulation.doubts().iter().for_each(|doubt| warn(&doubt.message, &doubt.remedy)));
    let mut keeper = origin.keeper((scenario, hash), checkpoints.plan(), start);
    let course = (&mut progress, &mut keeper);
    let simulation = evaluate(simulation, scenario.run.cycles, &mut trace, course, interrupts.stopped())?;
    progress.writing();
    interrupts.wait();
    let record = record(scenario, hash, &simulation, keeper.spent(&simulation));
    simulation.write_out(&state.storage())?;
    trace.finish(&datasets::record::text(&record))?;
    state.keep();
    Ok(keeper)
}

/// Says with what a run begins, unless its cloud is born as usual.
fn say(origin: &Origin, scenario: &Scenario, place: Place<'_>) {
    let line = match (origin.source(), place.longer) {
        (Some((store, manifest)), _) if origin.is_fork => checkpoint::forks(manifest, store.folder()),
        (Some((store, manifest)), _) => checkpoint::goes_on(manifest, scenario.run.cycles, store.folder()),
        (None, Some(cycles)) => format!(
            "{} holds a run of {cycles} cycles whose state was not kept (--keep-state): beginning anew",
            place.out.display()
        ),
        (None, None) => return,
    };
    // A reader that has gone away is no failure.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Refuses a directory that holds a run, before the work is done that leads to another.
pub fn may_leave(out: &Path, force: bool) -> Result<(), Failure> {
    if !force && holds_a_run(out)? {
        return Err(datasets::trace::Error::Occupied { path: out.to_owned() }.into());
    }
    Ok(())
}

/// Threads beyond which they only wait for one another.
pub const MOST_THREADS: usize = 1024;

/// Sets the number of threads.
pub fn use_threads(threads: usize) -> Result<(), Failure> {
    if threads > MOST_THREADS {
        let message = format!("--threads {threads}: expected at most {MOST_THREADS}");
        return Err(Failure::input(message, "leave --threads out to use all processors"));
    }
    engine::use_threads(threads).map_err(|error| {
        Failure::run(format!("no {threads} threads: {error}"), Some("ask for fewer with --threads".to_owned()))
    })
}

/// The first error of stdout; what a command prints after it is of no use, but what it does is.
static UNPRINTED: OnceLock<io::Error> = OnceLock::new();

/// Prints a line or more on stdout; [`printed`] says in the end whether that went well. Names of files may hold control
/// characters, which no terminal is to obey: they are shown as codes.
pub fn print(text: &str) {
    let is_obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_obeyed(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    if let Err(error) = writeln!(io::stdout(), "{shown}") {
        // The first error is the one to tell.
        let _ = UNPRINTED.set(error);
    }
}

/// Whether all went well that was printed; a reader that has gone away is no failure.
pub fn printed() -> Result<(), Failure> {
    let error = UNPRINTED.get().filter(|error| error.kind() != ErrorKind::BrokenPipe);
    error.map_or(Ok(()), |error| Err(unprinted(error)))
}

/// An output that takes nothing.
pub fn unprinted(error: &io::Error) -> Failure {
    let help = "send the output elsewhere, or make room; files that the command writes are in place";
    Failure::run(format!("the output cannot be written: {error}"), Some(help.to_owned()))
}
