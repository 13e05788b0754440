//! `subcloud run`.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

use datasets::scenario::Scenario;
use datasets::trace::{Writer, holds_a_run};
use engine::Simulation;

use crate::evaluate::{evaluate, meta};
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
    /// Show no progress.
    #[arg(long)]
    quiet: bool,
    /// Replace the run that the directory holds.
    #[arg(long)]
    force: bool,
}

/// Runs a scenario.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let interrupts = Interrupts::catch()?;
    let scenario = arguments.scenario.read()?;
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("out").join(&scenario.name));
    let Arguments { state, force, quiet, .. } = arguments;
    memory::check(&scenario, state.as_deref())?;
    use_threads(arguments.threads)?;
    let place = Place { out: &out, state: state.as_deref(), force: *force };
    let digest = into(place, &scenario, *quiet, &interrupts)?;
    print(&analysis::Summary::read(&out)?.to_string());
    print(&format!("state digest {digest:016x}\ntrace in {}", out.display()));
    Ok(())
}

/// Where a run goes.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    /// The directory of the result.
    pub out: &'p Path,
    /// That of the columns, if they are kept in files.
    pub state: Option<&'p Path>,
    /// Whether what is there is replaced.
    pub force: bool,
}

/// Runs a scenario into a directory; returns the digest of its last state.
pub fn into(place: Place<'_>, scenario: &Scenario, quiet: bool, interrupts: &Interrupts) -> Result<u64, Failure> {
    let start = Instant::now();
    let hash = scenario.hash();
    let mut trace = Writer::create(place.out, meta(scenario, &hash), place.force).map_err(refused)?;
    let unfinished = trace.unfinished();
    interrupts.on_end(move || unfinished.remove());
    let mut state = State::prepare(place.state, place.force)?;
    let unfinished = state.unfinished();
    interrupts.on_end(move || unfinished.remove());
    let mut progress = Progress::new(scenario, quiet);
    progress.building();
    let simulation = Simulation::new(scenario, &state.storage())?;
    progress.aside(|| simulation.doubts().iter().for_each(|doubt| warn(&doubt.message, &doubt.remedy)));
    let simulation = evaluate(scenario, simulation, &mut trace, &mut progress, interrupts.stopped())?;
    progress.writing();
    interrupts.wait();
    let digest = simulation.digest();
    let record = record(scenario, &hash, &simulation, digest, start.elapsed());
    trace.finish(&datasets::record::text(&record))?;
    state.keep();
    if place.force {
        forget(place.out);
    }
    Ok(digest)
}

/// Removes what tells of the run or the sweep that was here before, and of none that is there now: its size, its
/// reports.
pub fn forget(out: &Path) {
    let tables = fs::read_dir(out.join("report")).into_iter().flatten().flatten().map(|entry| entry.path());
    let tables = tables.filter(|path| path.extension().is_some_and(|end| end == "csv"));
    let files = ["size.json", "report.html", "report.xlsx"].map(|name| out.join(name));
    // What cannot be removed is left, and what others have put beside the tables: the run itself is in place.
    for path in files.into_iter().chain(tables) {
        fs::remove_file(path).ok();
    }
    fs::remove_dir(out.join("report")).ok();
}

/// Refuses a directory that holds a run, before the work is done that leads to another.
pub fn may_leave(out: &Path, force: bool) -> Result<(), Failure> {
    if !force && holds_a_run(out)? {
        return Err(refused(datasets::trace::Error::Occupied { path: out.to_owned() }));
    }
    Ok(())
}

/// A directory that holds a run, or that another run is writing to, is bad input; other trouble with it is a failed
/// run.
pub fn refused(error: datasets::trace::Error) -> Failure {
    match error {
        datasets::trace::Error::Occupied { .. }
        | datasets::trace::Error::OtherSweep { .. }
        | datasets::trace::Error::Busy { .. } => Failure::input(error.to_string(), error.remedy()),
        error => error.into(),
    }
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
