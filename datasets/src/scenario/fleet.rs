//! Who the nodes are: classes mixed by share, or the rows of a file.

use std::path::PathBuf;

use super::churn::{Availability, Churn, Replay};
use super::files::{Decimal, Resample};
use crate::fleet::Distribution;

/// Who the nodes are.
#[derive(Clone, Debug, PartialEq)]
pub struct Fleet {
    /// Names of the attributes; other types refer to them by their index here.
    pub attributes: Vec<String>,
    /// Where their values come from.
    pub source: Source,
    /// Attributes that are availabilities, by their index, and how nodes come by them: these are not drawn.
    pub availabilities: Vec<(usize, Availability)>,
    /// How nodes that are rows of a file come and go.
    pub churn: Churn,
    /// The trace by which nodes come and go, if they do not by their class.
    pub replay: Option<Replay>,
    /// How often each row of a file, or each host of a trace, is in the cloud.
    pub resample: Resample,
}

impl Fleet {
    /// How nodes come by an attribute, if it is an availability.
    #[must_use]
    pub fn availability(&self, attribute: usize) -> Option<Availability> {
        self.availabilities.iter().find(|(index, _)| *index == attribute).map(|&(_, by)| by)
    }

    /// The classes; none if nodes are rows of a file.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        match &self.source {
            Source::Classes(classes) => classes,
            Source::File(_) => &[],
        }
    }

    /// How the nodes of each class come and go, or all that are rows of a file.
    pub fn comings(&self) -> impl Iterator<Item = &Churn> {
        let of_file = matches!(self.source, Source::File(_)).then_some(&self.churn);
        of_file.into_iter().chain(self.classes().iter().map(|class| &class.churn))
    }

    /// Whether nodes come and go by themselves.
    #[must_use]
    pub fn churns(&self) -> bool {
        self.replay.is_some() || self.comings().any(|churn| !churn.is_none())
    }
}

/// Where attribute values come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Classes of nodes, mixed by share.
    Classes(Vec<Class>),
    /// An inventory.
    File(Inventory),
}

/// A class of nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Its share of the nodes that are of no class with `nodes`, 0..=1, by which each of them is drawn; the shares of
    /// all classes sum to 1. 0 for a class with `nodes`.
    pub share: f64,
    /// How many nodes it has: those with the least numbers, in the order of such classes.
    pub nodes: Option<u32>,
    /// One distribution per attribute of the fleet; `None` for availabilities.
    pub attributes: Vec<Option<Distribution>>,
    /// How its nodes come and go.
    pub churn: Churn,
}

/// An inventory at rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Inventory {
    /// The file by its absolute path, resolved against the folder of the scenario file.
    pub path: PathBuf,
    /// The decimal sign of numbers in text; `None` to find it out.
    pub decimal: Option<Decimal>,
    /// One column per attribute of the fleet, but for availabilities.
    pub columns: Vec<InventoryColumn>,
}

/// Which column of an inventory an attribute is read from.
#[derive(Clone, Debug, PartialEq)]
pub struct InventoryColumn {
    /// Name of the column in the file.
    pub column: String,
    /// Factor from the file's unit to the attribute's: a value is (cell - offset) · scale.
    pub scale: f64,
    /// The number from which the values count, in the file's unit.
    pub offset: f64,
    /// Whether values that a float of 32 bits does not tell apart may be the same.
    pub rounded: bool,
}

impl InventoryColumn {
    /// A column whose cells are the values.
    #[must_use]
    pub fn new(column: impl Into<String>) -> Self {
        Self { column: column.into(), scale: 1.0, offset: 0.0, rounded: false }
    }
}
