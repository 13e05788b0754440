//! The attributes that a suite speaks of.

use crate::written::nearest;

/// Which attributes a suite may speak of, and the index of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names<'n> {
    /// Those of a fleet, by their index there; any other is an error.
    Fleet(&'n [String]),
    /// Any at all: one that the list lacks is added behind it. For a suite without a fleet.
    Any(Vec<String>),
}

impl Names<'_> {
    /// The names, by their index.
    #[must_use]
    pub fn list(&self) -> &[String] {
        match self {
            Self::Fleet(names) => names,
            Self::Any(names) => names,
        }
    }

    /// The index of an attribute, if there can be one of that name.
    pub(crate) fn index(&mut self, name: &str) -> Option<usize> {
        let known = self.list().iter().position(|known| known == name);
        match self {
            Self::Any(names) if known.is_none() && is_attribute(name) => {
                names.push(name.to_owned());
                Some(names.len() - 1)
            }
            _ => known,
        }
    }

    /// What to do about a name that is not known.
    pub(crate) fn remedy(&self, name: &str) -> String {
        let Self::Fleet(names) = self else {
            return "attributes have small letters, digits and underscores, a letter first".to_owned();
        };
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let list = known.join(", ");
        match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`? The fleet has: {list}"),
            None => format!("the fleet has: {list}"),
        }
    }
}

/// Whether an attribute may be called so: small letters, digits and underscores, a letter first.
pub(crate) fn is_attribute(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
