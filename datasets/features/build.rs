//! There is nothing to build: without this file Cargo would leave out the features of build dependencies.
#![forbid(unsafe_code)]

fn main() {}
