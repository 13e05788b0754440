//! Conditions on attributes: which nodes an application takes at all. A rule has one on aggregates.
//!
//! ```text
//! storage_gb >= 50 and not (availability < 0.5 or bandwidth_mbps == 0)
//! ```
//!
//! A condition compares attributes and numbers two at a time by `<`, `<=`, `>`, `>=`, `==` and `!=`. `not` binds
//! closest, then `and`, then `or`.

mod parse;
mod token;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Names;

/// The longest condition in bytes.
const MOST_BYTES: usize = 4096;

/// The deepest that parentheses and negations may be nested.
const MOST_NESTED: usize = 64;

/// A condition on the attributes of a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The condition as it was written.
    pub text: String,
    /// What it tests.
    pub test: Test,
}

impl Condition {
    /// Reads a condition, with the attributes by the index that `names` gives them.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place in the text.
    pub fn parse(text: &str, names: &mut Names<'_>) -> Result<Self, Fault> {
        Ok(Self { text: text.trim().to_owned(), test: parse::parse(text, names)? })
    }
}

/// What is wrong with a condition, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// The bytes of the condition that it is about.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// The remedy.
    pub help: String,
}

impl Fault {
    fn new(span: &Range<usize>, message: String, help: impl Into<String>) -> Self {
        Self { span: span.clone(), message, help: help.into() }
    }
}

/// What a condition tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Test {
    /// Two numbers are compared, as 32-bit floats: those of the nodes are.
    Compare(Operand, Comparison, Operand),
    /// All hold.
    And(Vec<Test>),
    /// At least one holds.
    Or(Vec<Test>),
    /// It does not hold.
    Not(Box<Test>),
}

/// A number in a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Operand {
    /// The node's attribute of this index; in a rule, its estimate of the aggregate of this index.
    Attribute(usize),
    /// A given number.
    Number(f64),
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}
