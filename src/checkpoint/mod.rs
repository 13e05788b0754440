//! Checkpoints of a run: what it begins with, when it saves its state, and what it leaves of that.

mod cadence;
mod fork;
mod keeper;
mod origin;

use std::path::PathBuf;
use std::str::FromStr;

pub use cadence::Cadence;
pub use fork::fork;
pub use keeper::{BYTES_PER_SECOND, Keeper, Plan, forks, goes_on, put_in_place};
pub use origin::{Origin, find, record};

/// When a run saves its state, and with which state it begins.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// When to save the state, from which the same command goes on after a crash or an interrupt: auto (at most a
    /// twentieth of the time, and not in the first minute), never, a time as in 5m, or 25cycles.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub checkpoint: Cadence,
    /// Directory of checkpoints [default: that of the result].
    #[arg(long, value_name = "DIR")]
    pub checkpoints: Option<PathBuf>,
    /// Begin anew, without the checkpoint that is there.
    #[arg(long)]
    pub fresh: bool,
    /// Keep the state after these cycles (as in --keep-state=20,40), after the last one and after the one before it,
    /// in state/ of the result: a run of more --cycles goes on from there, and --from begins with it.
    #[arg(long, value_name = "CYCLES", num_args = 0..=1, require_equals = true, default_missing_value = LAST)]
    pub keep_state: Option<Kept>,
    /// Begin with the state that another run has kept: its directory, and the cycle unless it is the last one kept, as
    /// in out/warm@40. The trace begins after that cycle. What decides of later cycles alone may differ.
    #[arg(long, value_name = "RUN[@CYCLE]")]
    pub from: Option<String>,
    /// Draw random numbers from another seed from there on.
    #[arg(long, value_name = "SEED", requires = "from")]
    pub reseed: Option<u64>,
}

/// What stands for no other cycles than the last two.
const LAST: &str = "last";

/// The cycles after which the state is kept, beside the last two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept(pub Vec<u32>);

impl FromStr for Kept {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == LAST {
            return Ok(Kept(Vec::new()));
        }
        let numbers = text.split(',').map(|number| number.trim().parse());
        let numbers: Result<Vec<u32>, _> = numbers.collect();
        numbers.map(Kept).map_err(|_| "expected numbers of cycles, as in --keep-state=20,40".to_owned())
    }
}

impl Arguments {
    /// No state is saved, and there is none to begin with.
    pub fn none() -> Self {
        Self { checkpoint: Cadence::Never, checkpoints: None, fresh: false, keep_state: None, from: None, reseed: None }
    }

    /// When the state is saved, and what of it is kept.
    pub fn plan(&self) -> Plan {
        let kept = self.keep_state.as_ref().map(|Kept(cycles)| cycles.clone());
        Plan { cadence: self.checkpoint, kept }
    }
}
