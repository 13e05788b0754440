//! The attributes that a suite speaks of, and the aggregates that its rules watch.

use crate::written::nearest;

/// Which attributes a suite may speak of, and the index of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names<'n> {
    /// Those of a fleet, by their index there; any other is an error.
    Fleet(&'n [String]),
    /// Any at all: one that the list lacks is added behind it. For a suite without a fleet.
    Any(Vec<String>),
    /// Any aggregates in place of attributes, in the same way: what a rule watches.
    Aggregates(Vec<String>),
}

impl Names<'_> {
    /// The names, by their index.
    #[must_use]
    pub fn list(&self) -> &[String] {
        match self {
            Self::Fleet(names) => names,
            Self::Any(names) | Self::Aggregates(names) => names,
        }
    }

    /// The index of an attribute, if there can be one of that name.
    pub(crate) fn index(&mut self, name: &str) -> Option<usize> {
        let known = self.list().iter().position(|known| known == name);
        match self {
            Self::Any(names) | Self::Aggregates(names) if known.is_none() && is_attribute(name) => {
                names.push(name.to_owned());
                Some(names.len() - 1)
            }
            _ => known,
        }
    }

    /// What the names stand for, with its article.
    pub(crate) fn what(&self) -> &'static str {
        match self {
            Self::Fleet(_) | Self::Any(_) => "an attribute",
            Self::Aggregates(_) => "an aggregate",
        }
    }

    /// What is wrong with a name that has no index.
    pub(crate) fn unknown(&self, name: &str) -> String {
        match self {
            Self::Fleet(_) | Self::Any(_) => format!("no node has an attribute `{name}`"),
            Self::Aggregates(_) => format!("a rule cannot watch an aggregate of the name `{name}`"),
        }
    }

    /// What to do about it.
    pub(crate) fn remedy(&self, name: &str) -> String {
        let names = match self {
            Self::Fleet(names) => names,
            Self::Any(_) => return "attributes have small letters, digits and underscores, a letter first".to_owned(),
            Self::Aggregates(_) => {
                return "name it with small letters, digits and underscores, a letter first, here and where it is \
                    declared"
                    .to_owned();
            }
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
