//! The command line as its users meet it: the real program, real files, exit codes, messages and what is left behind.
#![expect(clippy::expect_used, reason = "a test that cannot prepare its case fails")]

mod checkpoints;
mod commands;
mod compare;
mod directories;
mod disk;
mod doubts;
mod edges;
mod fleets;
mod harness;
mod inputs;
mod interrupts;
mod monitors;
mod operator;
mod overrides;
mod pages;
mod publishing;
mod reports;
mod results;
mod scenarios;
mod sizes;
mod suites;
mod sweeps;
mod terminal;
mod topologies;
