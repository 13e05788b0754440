//! Traces are written complete or not at all, and read back as they were written.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

mod bytes;
mod failures;
mod fixture;
mod publishing;
mod round_trip;
mod saved;
mod schema;
mod staging;
