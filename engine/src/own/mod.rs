//! The protocols that run among members: topologies, and protocols of one's own.
//!
//! - what there is: [`state`]: each protocol with its members, and what lasts; [`known`]: protocols that scenarios may
//!   name;
//! - what is around its members: [`below`];
//! - a cycle: [`run`]: members come and go, and each protocol has its cycle; [`through`]: what requests go through;
//! - what there is to say of it: [`rows`].

mod below;
mod known;
mod rows;
mod run;
mod state;
mod through;

pub use below::Below;
pub use known::register;
pub use state::{Own, OwnCourse};
