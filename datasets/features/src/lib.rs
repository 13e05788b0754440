//! Nothing but dependencies: it gives outside packages the same features in every command.
//!
//! Cargo builds a package anew for every set of features that somebody asks for. `cargo run` needs the command line,
//! which asks for more of `flate2` than `cargo bench -p bench` does: without this crate the second compiles all of
//! Parquet and Arrow again. Since everything depends on `datasets`, and `datasets` on this crate, each command finds
//! what the others have built. Two more features of a small package are the price. `.ci/features` says where commands
//! still differ.
#![forbid(unsafe_code)]
