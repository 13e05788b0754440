//! Rules: what the nodes of an application watch, and how they change the suite.
//!
//! ```toml
//! [[suite.app.rule]]
//! name = "shed"
//! when = "size < 600_000"
//! epochs = 2
//! cool_down = 4
//! remove = "chat"
//! ```

use super::{App, Condition};

/// A rule of an application.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name, unique in the suite.
    pub name: String,
    /// What must hold of a node's estimates: a condition whose "attributes" are indices into `aggregates`.
    pub when: Condition,
    /// The names of the aggregates that `when` compares.
    pub aggregates: Vec<String>,
    /// For how many epochs in a row it must hold, at least 1.
    pub epochs: u32,
    /// For how many epochs after a version that the rule made it rests.
    pub cool_down: u32,
    /// What is to change.
    pub action: Action,
}

/// How a rule changes the suite.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The share, number or weight that an application asks for is multiplied.
    Scale {
        /// The application.
        app: String,
        /// The factor, above 0.
        by: f64,
        /// It asks for no less than that, in its own unit.
        least: f64,
        /// It asks for no more than that, in its own unit.
        most: f64,
    },
    /// An application is removed.
    Remove {
        /// The application.
        app: String,
    },
    /// An application is added after all others.
    Add(Box<App>),
}
