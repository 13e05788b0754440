//! Conditions on attributes: which nodes an application takes at all.

/// A condition on the attributes of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The condition as it was written.
    pub text: String,
    /// What it tests.
    pub test: Test,
}

/// What a condition tests.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// The node's attribute of this index.
    Attribute(usize),
    /// A given number.
    Number(f64),
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
