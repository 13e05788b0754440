//! What a trace means: an independent witness, which reads files and never the engine.
//!
//! [`Summary::read`] turns a run directory into answers: which application got how many nodes and which ones
//! ([`Application`]), how fast that settled ([`Settling`]), how well nodes know their rank ([`Gradient`]), and how fast
//! estimates converge beside the published theory ([`Aggregate`], [`theory`]), how views forget the dead
//! ([`DeadLinks`]), and how many nodes come and go ([`Churn`]). Its `Display` is the table that a run prints.
//!
//! Analysts who prefer SQL find files for DuckDB and Polars in `analysis/sql/`, and how to use them in
//! `analysis/README.md`.
#![forbid(unsafe_code)]

mod aggregates;
mod applications;
mod churn;
mod cost;
mod error;
mod gradients;
mod overlay;
mod render;
mod settings;
mod summary;
pub mod theory;

pub use aggregates::{Aggregate, Contraction, Factor};
pub use applications::{Application, Settling, THRESHOLDS};
pub use churn::Churn;
pub use cost::Cost;
pub use error::Error;
pub use gradients::Gradient;
pub use overlay::DeadLinks;
pub use settings::{Pairing, Settings};
pub use summary::Summary;
