//! Protocols that run among members: topologies, and protocols of one's own.
//!
//! - [`protocol`]: what a protocol is: whom a member meets, and what two make of each other; [`record`]: what a member
//!   keeps; [`members`]: all of them, to be measured;
//! - [`around`]: what a member finds around it: who is a member, whom it knows, random numbers;
//! - [`instance`]: a protocol with the records of its members, and a cycle of it;
//! - [`seats`]: which row of a table belongs to which member, where not every node is one.
//!
//! # Rows
//!
//! A protocol of the whole cloud has a row for each node. One inside an application has a table of as many rows as that
//! asks for nodes, and some more: a node gets a row when it enters the overlay of the application, and gives it back
//! when it leaves. Rows are given in ascending order of nodes, so that the order of exchanges, which goes by rows, is a
//! function of the scenario.

pub mod around;
pub mod instance;
pub mod members;
pub mod protocol;
pub mod record;
pub mod seats;
