//! The command line, as a library: arguments in, exit code out.
//!
//! Exit codes: 0 done, 1 the run failed, 2 bad input, 3 stopped, and can be continued.
//!
//! # A protocol of your own
//!
//! A program of your own brings a protocol, and has the whole command line with it: scenarios name the protocol, and it
//! runs among all nodes or among the members of an application, in any number of threads and with the same bits, under
//! churn and loss; what it keeps is part of estimates, digests and checkpoints, and what it measures is in the trace
//! and in the report. The whole program:
//!
//! ```no_run
#![doc = include_str!("../examples/rumour.rs")]
//! ```
//!
//! Its `Cargo.toml` names this package, `bytemuck` and `serde`; its scenario says
//!
//! ```toml
//! [[protocol]]
//! name = "rumour"
//! k = 2                 # the protocol's own key
//! # app = "chat"        # among the members of an application, instead of all nodes
//! ```
//!
//! and `cargo run --release -- run rumour.toml` leaves the table `own`: cycle, protocol, app, measure, value.
//!
//! What a protocol is made of, step by step ([`prelude::Protocol`]):
//!
//! 1. *A record*, what a member keeps: a plain struct, or a slice `[u32]` whose length the protocol decides
//!    ([`prelude::Protocol::cells`]). It is all zeros when `init` gets it; a member that comes later gets `join`.
//! 2. *`partner`*, whom a member meets when its turn has come: by default a random one of those that it knows by peer
//!    sampling ([`prelude::Turn::sample`]). A member that returns nobody starts no exchange in that cycle.
//! 3. *`exchange`*, what two members make of each other ([`prelude::Pair`]): both records at once. Where the reply is
//!    lost, the initiator must stay as it is.
//! 4. *`begin_cycle` and `end_of_cycle`*, where all members do something by themselves, and *`leave`*, for those that
//!    go and have the time to say so.
//! 5. *Measures*: names, and a value for each, from all members at once ([`prelude::Members`]).
//!
//! Whatever a protocol does must follow from the records that it is handed and from its [`prelude::Turn`], which has
//! random numbers of its own. So a run is the same bits for any number of threads, and can be taken up again. The
//! topologies that come with this package are written against the same interface (`engine::topology::tman`).

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

/// What a protocol of one's own needs.
pub mod prelude {
    pub use engine::gossip::around::Turn;
    pub use engine::gossip::members::Members;
    pub use engine::gossip::protocol::{Pair, Protocol};
    pub use engine::gossip::record::Record;
    pub use engine::own::register;
}

/// Runs the command line with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
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
