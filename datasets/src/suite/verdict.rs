//! Whether nodes take a version of the suite that is offered to them.

use super::{File, Reason, Suite, Verdict};

/// Whether nodes take a version that comes in at a moment, in seconds since 1970-01-01T00:00:00Z, if that is known.
///
/// `base` is the newest version that they took before, if there is one.
pub(crate) fn verdict(file: &File, base: Option<&Suite>, moment: Option<i64>) -> Verdict {
    let suite = &file.suite;
    if let (Some(until), Some(moment)) = (suite.until, moment)
        && moment >= until
    {
        return Verdict::Rejected(Reason::Expired);
    }
    if base.is_some_and(|base| suite.version <= base.version) {
        return Verdict::Rejected(Reason::Replayed);
    }
    Verdict::Valid
}
