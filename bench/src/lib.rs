//! What it costs.
//!
//! - `cargo bench -p bench --bench kernels`: every vectorised kernel beside its scalar twin.
//! - `cargo bench -p bench --bench passes`: every pass over 10^8 nodes, in units of the machine's own random accesses
//!   ([`access`], [`meter`]), beside the most that it may cost. `SUBCLOUD_BENCH_NODES` sets another size.
//!
//! A benchmark checks its answer before it is believed: both fail on wrong results, and neither on timing.
#![forbid(unsafe_code)]

pub mod access;
pub mod meter;
