//! What a block of nodes computes: free functions over slices, without I/O, threads or knowledge of a scenario.
//!
//! - [`philox`]: random numbers as a function of (seed, cycle, node, purpose, draw).
//! - [`peers`]: uniform indices from those numbers, without modulo bias.
//! - [`exchange`]: an atomic exchange between two nodes, over a list of them.
//! - [`slicing`]: the swap of random ids, and the measures of disorder.
//! - [`coarse`]: what a node holds of a gradient, in a byte, and which of two nodes' bytes tell that they are in order.
//! - [`ranking`]: the count of those that have a smaller attribute.
//! - [`disorder`]: how far random ids are from the order of the nodes.
//! - [`spread`]: how versions of a suite spread.
//! - [`suite`]: which application a node belongs to.
//! - [`views`]: what two nodes make of their views when they meet.
//! - [`code`]: which chunks of code two members send each other.
//! - [`contacts`]: the members of applications that nodes know of.
//! - [`start`]: what views hold at first.
//! - [`topology`]: what two members of an overlay that becomes a ring, a torus or a tree make of each other.
//! - [`newscast`]: what they make of them in Newscast.
//! - [`generic`]: in the generic framework.
//! - [`cyclon`]: in Cyclon.
//! - [`two_views`]: two views side by side in vectors.
//! - [`subset`]: random subsets of their entries.
//! - [`machine`]: which form of a kernel runs, where there are several.
//! - [`choice`]: which entry of its view a node meets.
//! - [`permutation`]: random orders of many things, of which any place is found by itself.
//! - [`mod@layout`]: which words for life belong to which application.
//! - [`census`]: how many nodes there are, as nodes round it.
//! - [`distribution`]: distributions by interpolation between a few points.
//! - [`epochs`]: the tag by which a node tells in which epoch it takes part.
//! - [`moments`]: mean, variance and range of the estimates of a block.
//! - [`quantile`]: attribute values from an inverse distribution function.
//! - [`prefetch`]: fetching a cache line ahead of its use: the one unsafe function.
//! - [`sort`]: keys that order floats, and the steps of a radix sort.
//! - [`scalar`]: the one-loop twin of every vectorised kernel: the specification.
#![deny(unsafe_code)]

pub mod census;
pub mod choice;
pub mod coarse;
pub mod code;
pub mod contacts;
pub mod cyclon;
pub mod disorder;
pub mod distribution;
pub mod epochs;
pub mod exchange;
pub mod generic;
pub mod layout;
pub mod machine;
pub mod moments;
pub mod newscast;
pub mod peers;
pub mod permutation;
pub mod philox;
pub mod prefetch;
pub mod quantile;
pub mod ranking;
pub mod scalar;
pub mod slicing;
pub mod sort;
pub mod spread;
pub mod start;
pub mod subset;
pub mod suite;
pub mod topology;
pub mod two_views;
pub mod views;
