//! Names of the files of a checkpoint.

use std::path::Path;

/// The list of what belongs to the checkpoint.
pub(super) const NAME: &str = "checkpoint.json";
/// The same until it is complete.
pub(super) const NEXT: &str = "checkpoint.json.next";

/// The directory of states that are kept, below that of a checkpoint, and below a result.
pub const STATES: &str = "state";

/// Whether a checkpoint makes files of such a name in a folder, whose path is that below the directory of the
/// checkpoint.
pub(super) fn is_ours(folder: &Path, name: &str) -> bool {
    if folder.as_os_str().is_empty() {
        let is_plain = !name.contains(['/', '\\']) && name.starts_with(|c: char| c.is_ascii_digit());
        return matches!(name, NAME | NEXT) || is_plain && (name.ends_with(".column") || name.ends_with("-book.bin"));
    }
    (name.starts_with("part-") || name.starts_with("tail-")) && name.ends_with(".parquet")
}
