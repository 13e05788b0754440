//! Columns of mapped memory, and what is done to all of them.
//!
//! - [`mod@column`]: a field of every node, as one array; where it lies, and what becomes of it between cycles;
//! - [`mask`]: which rows take part;
//! - [`pass`]: a pass over rows, stride by stride;
//! - [`split`]: columns cut into parts that different threads hold at once;
//! - [`mod@digest`]: one number for the state of all columns.

mod column;
pub mod digest;
mod mask;
mod pass;
mod split;

pub(crate) use column::fields;
pub use column::{Column, Field, Fields, Folder, Kind, Storage, free_bytes};
pub use mask::{MEMBER, Mask};
pub(crate) use pass::{STRIDE, strides};
pub(crate) use split::{Records, Split, between};
