//! What becomes of a node that leaves or comes: a node that leaves is in no application from then on and forgets its
//! version of the suite; a node that comes holds no version until it is told one.

use kernels::prefetch::prefetch;
use kernels::spread::ADVERSARY;
use kernels::suite::NONE;

use super::moves::{Cause, Moves};
use super::state::Government;
use crate::memory::strides;
use crate::overlay::Overlay;
use crate::population::Changes;

impl Government {
    /// Nodes that leave are in no application. Touches a byte of each at random.
    pub fn leave(&mut self, changes: &Changes) {
        let Some(apps) = &mut self.apps else { return };
        let count = self.course.held.len();
        let parts = strides(&mut **apps, |first, apps| {
            let mut moves = vec![Moves::default(); count];
            let left = || changes.within(first).filter(|(change, _)| change.left);
            left().for_each(|(_, k)| prefetch(&apps[k]));
            for (_, k) in left() {
                if let Some(moves) = moves.get_mut(apps[k] as usize) {
                    moves.leaves[Cause::Churn as usize] += 1;
                }
                apps[k] = NONE;
            }
            moves
        });
        for moves in &parts {
            self.count(moves);
        }
    }

    /// Nodes that have come or gone forget their version, and what they have counted for rules.
    pub fn forget(&mut self, overlay: &mut Overlay, changes: &Changes) {
        if let (Some(holding), Some(acting)) = (&mut self.holding, &mut self.acting) {
            changes.touch(holding, |_| true, |version, _| *version &= ADVERSARY);
            changes.touch(acting, |_| true, |version, _| *version = 0);
            overlay.tell(changes.came(), holding);
        }
        self.streaks.iter_mut().for_each(|streaks| changes.touch(streaks, |_| true, |streak, _| *streak = 0));
    }
}
