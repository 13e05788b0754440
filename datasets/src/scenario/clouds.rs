//! Clouds that are several: which there are.

use super::churn::Group;

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
