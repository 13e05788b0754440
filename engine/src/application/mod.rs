//! What happens inside applications: nodes that belong to one find members of it, enter its overlay, and run it.
//!
//! - what there is: [`state`]: the phase of each node, its contacts, its view of its application;
//! - a cycle: [`contacts`] are told where nodes meet, [`members`] change and choose whom they call, those who wait
//!   [`join`], members meet [`inside`] their application, and fetch its [`code`];
//! - which code that is: [`releases`];
//! - how it begins: [`start`], and [`mod@seeds`] of an application, or of code, that is new;
//! - what there is to say of it: [`rows`].
//!
//! ```text
//! phase        the node                                                   leaves it when
//! 0 none       is in no application                                       assigned
//! 1 waiting    knows that it belongs, and nobody there                    a contact lets it in
//! 2 fetching   is in the overlay of its application                       it has all of its code; at once without code
//! 3 running    its `join` method has been called                          reassigned, leaves, dies
//! 4 alone      runs, and has lost all whom it knew in its application     a contact lets it in: 3 again
//! ```
//!
//! A node is in one application at most, so one record a node serves all of them; a node that changes its application,
//! or comes back, begins it anew. This is a level: the overlay code of the cloud over a population in groups.

mod code;
mod contacts;
mod inside;
mod join;
mod members;
mod releases;
mod rows;
mod seeds;
mod start;
mod state;

pub use contacts::Held;
pub use join::JOIN_BYTES;
pub use members::Who;
pub use releases::{NO_CODE, UPGRADES, Wanted};
pub use state::{ALONE, Applications, CODE, CONTACTS, Course, FETCHING, RUNNING, WAITING};
