//! The command line: arguments in, exit code out.
//!
//! Exit codes: 0 done, 1 the run failed, 2 bad input, 3 stopped, and can be continued.

mod check;
mod checkpoint;
mod compare;
mod completions;
mod estimate;
mod evaluate;
mod failure;
mod file;
mod interrupt;
mod man;
mod memory;
mod paragraph;
mod processor;
mod progress;
mod record;
mod report;
mod room;
mod run;
mod scenario;
mod schema;
mod size;
mod state;
mod suite;
mod sweep;

use std::env;
use std::io::ErrorKind;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use datasets::suite::secret::may_hold_key;

use failure::Failure;

/// Evaluates gossip-managed clouds: which application gets how many nodes, and how fast a cloud of up to a billion
/// unreliable nodes settles, with nobody in charge.
///
/// A scenario (TOML) says who the nodes are, how they meet, and which application asks for which share of them. `run`
/// evaluates it and leaves its trace as Parquet tables, which DuckDB and Polars open.
#[derive(Debug, Parser)]
#[command(
    version,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "\
Examples:
  subcloud run datasets/scenarios/telco.toml
  subcloud run datasets/scenarios/telco.toml --nodes 1e7 --cycles 20 --set suite.app.monitoring.share=0.2
  subcloud size datasets/scenarios/telco.toml --app recorder --hold 100_000
  subcloud report out/telco
  subcloud estimate datasets/scenarios/hundred_million.toml

Exit codes: 0 done, 1 the run failed, 2 bad input, 3 stopped, and can be continued."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Arguments),
    Size(size::Arguments),
    Sweep(sweep::Arguments),
    Compare(compare::Arguments),
    Report(report::Arguments),
    Estimate(estimate::Arguments),
    Check(check::Arguments),
    Schema(schema::Arguments),
    Suite(suite::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

fn main() -> ExitCode {
    if let Err(missing) = processor::check() {
        eprintln!("{missing}");
        return ExitCode::FAILURE;
    }
    // Whatever an argument is for, what it says may be shown, or written.
    if env::args_os().any(|argument| may_hold_key(&argument.to_string_lossy())) {
        let help = "give the path of the file that holds it; --help says what is expected where";
        return Failure::input("an argument is a private key, or what is left of one", help).report();
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => return tell(&told),
    };
    let done = match arguments.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Size(arguments) => size::size(&arguments),
        Command::Sweep(arguments) => sweep::sweep(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Estimate(arguments) => estimate::estimate(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Schema(arguments) => schema::schema(&arguments),
        Command::Suite(arguments) => suite::suite(&arguments),
        Command::Completions(arguments) => completions::completions(&arguments),
        Command::Man(arguments) => man::man(&arguments),
    };
    match done.and_then(|()| run::printed()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Prints help, or what is wrong with the arguments.
fn tell(told: &clap::Error) -> ExitCode {
    match told.print() {
        Err(error) if !told.use_stderr() && error.kind() != ErrorKind::BrokenPipe => run::unprinted(&error).report(),
        _ => ExitCode::from(told.exit_code() as u8),
    }
}
