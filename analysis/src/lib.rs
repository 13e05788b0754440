//! What a trace means: an independent witness, which reads files and never the engine.
//!
//! [`Summary::read`] turns a run directory into answers: which application got how many nodes and which ones
//! ([`Application`]), how fast that settled ([`Settling`]), how well nodes know their rank ([`Gradient`]), and how fast
//! estimates converge beside the published theory ([`Aggregate`], [`theory`]), what they are worth where they restart
//! ([`Epochs`]), how views forget the dead ([`DeadLinks`]), and how many nodes come and go ([`Churn`]). Of a suite that
//! changes while it runs it says how versions spread ([`Version`]), what each did to the applications ([`Change`]),
//! which nodes these win and lose ([`AppChurn`]), and which constraints were broken ([`depth_fraction`]), and what
//! nodes changed by rules ([`Firing`]); and of applications that have contacts and an overlay of their own, how fast
//! nodes that belong to one come to run it ([`Inside`]); how fast members build topologies, and what becomes of
//! requests that go through them ([`Topology`]). Its `Display` is the table that a run prints.
//!
//! [`Study`] does the same for a sweep: its metrics over replicates, their bands cycle by cycle, and what each key does
//! to them; [`mod@compare`] sets two runs or two sweeps side by side. [`sizing`] turns replicas of a cloud into the
//! amount that an application must ask for. [`Report`] makes a page of any of them, and its tables for a spreadsheet.
//!
//! Analysts who prefer SQL find files for DuckDB and Polars in `analysis/sql/`, and how to use them in
//! `analysis/README.md`.
#![forbid(unsafe_code)]

mod aggregates;
mod applications;
mod bands;
mod breaches;
mod changes;
mod churn;
mod clouds;
pub mod compare;
mod cost;
mod dispersion;
mod epochs;
mod error;
mod fleet;
mod gradients;
mod happenings;
mod inside;
mod metrics;
mod moves;
pub mod number;
mod overlay;
mod render;
mod report;
mod rules;
mod settings;
pub mod sizing;
mod study;
mod summary;
pub mod theory;
mod topologies;
mod versions;

pub use aggregates::{Aggregate, Contraction, Factor};
pub use applications::{Application, Settling, THRESHOLDS};
pub use bands::{Band, bands};
pub use breaches::depth_fraction;
pub use changes::{AppChange, Change};
pub use churn::Churn;
pub use clouds::CloudPair;
pub use cost::Cost;
pub use dispersion::{CONFIDENCE, Dispersion, QUANTILES};
pub use epochs::{Epochs, Errors};
pub use error::Error;
pub use fleet::fleet;
pub use gradients::Gradient;
pub use happenings::{Happening, happenings};
pub use inside::{CHANGED, Inside, SHARES, Stage, Step, USABLE};
pub use metrics::{Metric, Name, metrics};
pub use moves::{AppChurn, Moves};
pub use overlay::DeadLinks;
pub use report::{Cell, Report, Sheet};
pub use rules::{ACTING, Firing, Held};
pub use settings::{Pairing, Settings};
pub use study::{Effect, Point, Setting, Study};
pub use summary::Summary;
pub use topologies::{EARLY, LINKS, Lookups, Own, Part, Registry, Topology, WELL};
pub use versions::{Entry, Rejections, SPREAD, Version};
