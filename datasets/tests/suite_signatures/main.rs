//! Whether nodes take a version of the suite: each reason to drop one, every byte tampered with, and the published
//! vectors of Ed25519.
#![expect(clippy::expect_used, reason = "a test that cannot prepare its case fails")]

mod canonical;
mod certificates;
mod clouds;
mod files;
mod fixture;
mod keys;
mod model;
mod moments;
mod rights;
mod scopes;
mod verdicts;
