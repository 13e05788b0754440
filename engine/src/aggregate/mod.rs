//! Aggregation: nodes learn by gossip what no one can tell them.
//!
//! ```text
//! each live node, in order, exchanges its estimates with a random one: both take the mean, the lesser or the larger
//! after the cycles of an epoch each holds what it has found, and restarts from what is true of itself now
//! who sees a newer epoch than its own restarts at once; who comes sits out the epoch under way ([`epoch`])
//! a count starts at a few leaders, who begin with one while all others have zero ([`leaders`]): the mean is one over
//!     the number of nodes
//! ```
//!
//! Jelasity, Montresor and Babaoglu, *Gossip-based aggregation in large dynamic networks*, TOCS 2005. Aggregates of the
//! same nodes with the same epochs travel in the same messages ([`group`]); each instance of a count but the first has
//! exchanges of its own.
//!
//! - what there is: [`item`], [`group`]; its columns and the course of its epochs: [`state`], [`log`],
//!   [`kernels::epochs`];
//! - a cycle: [`cycle`] of each group that is [`running`], with [`merge`] (what two estimates become), [`initial`]
//!   (with what nodes start), [`restart`] and [`hold`]; who comes and goes: [`admit`];
//! - [`kernels::distribution`]: the share of the nodes below some values;
//! - the observer's: [`truth`], [`rows`].
//!
//! An exchange reads and writes eight bytes of each column at either end: the initiator's as a stream, the partner's at
//! random in cache (for lists of partners see [`crate::schedule::Listed`]). Where nodes may be in different epochs, two
//! bytes more, and a pass of their own. At the end of an epoch every column is read once and the results are written,
//! four bytes each; at its beginning every column is written.

mod admit;
mod cycle;
mod epoch;
mod group;
mod hold;
mod initial;
mod item;
mod leaders;
mod log;
pub mod merge;
mod restart;
mod rows;
mod running;
mod state;
mod truth;

pub use cycle::Done;
pub use item::{Item, Scope};
pub use running::{Around, Inside};
pub use state::{Aggregation, Finished, GroupCourse};
pub use truth::Scopes;
