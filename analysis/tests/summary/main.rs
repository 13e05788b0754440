//! Summaries of small traces, written as an engine would write them.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

mod breaches;
mod degenerate;
mod epochs;
mod fixture;
mod inside;
mod living;
mod rules;
mod text;
mod values;
