//! The cloud in memory, and the cycle.
#![deny(unsafe_code)]

pub mod protocols;
pub mod purpose;
pub mod rank;
pub mod schedule;
pub mod split;
