//! Clouds that are several: which there are, how one parts, and how several become one.

use super::Group;

/// A cloud: whose members reach each other, and nobody else.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub members: CloudMembers,
}

impl Cloud {
    /// The name of the cloud of a scenario that names none.
    pub const USUAL_NAME: &str = "cloud";
}

/// Who belongs to a cloud.
#[derive(Clone, Debug, PartialEq)]
pub enum CloudMembers {
    /// From the beginning, whoever belongs to no other one.
    Others,
    /// From the beginning, these places.
    These(Group),
    /// Those who part from another cloud, by an event.
    Parted,
}

/// Some places, and whoever is there, become a cloud of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The cloud that they make, as an index into [`clouds`](super::Scenario::clouds).
    pub cloud: usize,
    /// The cloud of which they were.
    pub of: usize,
    /// Which places of it, taken or free.
    pub group: Group,
}

/// Clouds become one, which has the name of the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// Which ones, two at least.
    pub clouds: Vec<usize>,
    /// So many random live nodes of each but the largest meet one of the largest in the cycle of the event.
    pub contacts: u32,
}
