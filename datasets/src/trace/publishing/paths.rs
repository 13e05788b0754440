//! Paths below the output directory, as texts: names with `/` between them.

use std::path::{Component, Path};

/// The directories on the way to a file, the outermost first: `a`, `a/b` for `a/b/c`.
pub(in crate::trace) fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// The directory of a file; empty for one that lies in the output directory itself.
pub(in crate::trace) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// How many names a path has.
pub(in crate::trace) fn names_of(path: &str) -> usize {
    if path.is_empty() { 0 } else { path.split('/').count() }
}

/// Whether a path leads to a file below the directory, and not out of it.
pub(in crate::trace) fn is_below(path: &str) -> bool {
    let is_name = |part: &str| matches!(Path::new(part).components().collect::<Vec<_>>()[..], [Component::Normal(_)]);
    path.split('/').all(is_name)
}
