//! The axes of charts.

use serde::Serialize;

/// An axis.
#[derive(Clone, Debug, Serialize)]
pub struct Axis {
    /// What is measured, and its unit.
    pub title: String,
    /// How its numbers are written.
    pub format: Format,
    /// Whether it is logarithmic.
    pub is_log: bool,
    /// What stands at 1, 2, … instead of numbers; nothing if numbers do.
    pub labels: Vec<String>,
}

/// How numbers of an axis are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Whole numbers.
    Count,
    /// Any numbers.
    Number,
    /// Parts of one, in percent.
    Fraction,
}

impl Axis {
    /// A linear axis.
    pub fn linear(title: impl Into<String>, format: Format) -> Self {
        Self { title: title.into(), format, is_log: false, labels: Vec::new() }
    }

    /// A logarithmic axis, on which nothing but positive numbers is drawn.
    pub fn log(title: impl Into<String>, format: Format) -> Self {
        Self { title: title.into(), format, is_log: true, labels: Vec::new() }
    }

    /// An axis of things instead of numbers.
    #[must_use]
    pub fn labelled(mut self, labels: Vec<String>) -> Self {
        self.labels = labels;
        self
    }
}
