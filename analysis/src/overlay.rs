//! How the views of live nodes forget the dead.

use datasets::trace::OverlayRow;

/// Dead links where there were any.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeadLinks {
    /// The most per live node that was measured.
    pub most_mean: f64,
    /// The first cycle after which it was.
    pub most_at: u32,
    /// The first measured cycle from which on there was none; `None` if some are left.
    pub none_from: Option<u32>,
    /// Those per live node when they were last measured.
    pub last_mean: f64,
    /// The cycle after which they were.
    pub last_at: u32,
}

/// The dead links in the rows of `overlay`; `None` if there never was one.
pub(crate) fn dead_links(rows: &[OverlayRow]) -> Option<DeadLinks> {
    let known = rows.iter().filter(|row| row.dead_links_count > 0);
    let last_known = known.clone().next_back()?.cycle;
    let most = known.reduce(|most, row| if row.dead_links_mean > most.dead_links_mean { row } else { most })?;
    let last = rows.last()?;
    Some(DeadLinks {
        most_mean: most.dead_links_mean,
        most_at: most.cycle,
        none_from: rows.iter().map(|row| row.cycle).find(|&cycle| cycle > last_known),
        last_mean: last.dead_links_mean,
        last_at: last.cycle,
    })
}
