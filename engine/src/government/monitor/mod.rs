//! Monitoring: nodes of an application watch what they have found by aggregation, and change the suite by the rules
//! that it carries.
//!
//! ```text
//! a live node of the application that carries a rule has finished an epoch of the first aggregate of its condition:
//!     the condition holds of its own results: one epoch more in a row, else none
//!     so many epochs in a row: it makes the next version of the suite that it holds, signs it with the monitor's key,
//!     verifies it as every node does, and takes it; and the rule rests with it
//! a node takes a version that a rule has made: the rule rests with it
//! ```
//!
//! Jelasity et al., *Managing Clouds*, section 5 (a monitoring service that intervenes by modifying the suite). All
//! nodes that act by a rule on the same version make the same bytes, so that it is one version that enters at many
//! nodes ([`draft`]).
//!
//! A byte a node and rule ([`streak`]): for how many epochs in a row the condition held, or from [`RESTS`] on, for how
//! many more epochs the rule rests. It rests with nodes of other applications too, since any of them may become a
//! member before the others may act again; they count nothing, and neither do adversaries. Nodes that hold a version
//! without the rule forget it.
//!
//! Reads and writes that byte and reads two more in every cycle; where epochs end, reads four bytes an aggregate.

mod action;
mod carried;
mod draft;
mod streak;
mod watch;

pub use draft::judge_launch;
pub use streak::{RESTS, resting};
