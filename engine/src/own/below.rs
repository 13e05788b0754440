//! What there is around the members of protocols: the wings below.

use crate::application::Applications;
use crate::gossip::around::{Around, Who};
use crate::gossip::seats::Seats;
use crate::memory::Mask;
use crate::overlay::Overlay;
use crate::overlay::views::Views;
use crate::population::Population;
use crate::schedule::Cycle;

/// The wings that say who the members are, and whom they know.
#[derive(Clone, Copy, Debug)]
pub struct Below<'a> {
    /// Who is there.
    pub population: &'a Population,
    /// Whom nodes of the cloud know.
    pub overlay: &'a Overlay,
    /// Whom members of applications know, if these get anything inside.
    pub applications: Option<&'a Applications>,
}

impl<'a> Below<'a> {
    /// What there is around the members of a protocol, whose random words begin at a purpose.
    pub(super) fn around(
        self,
        seats: Option<&'a Seats>,
        (app, purpose): (Option<u8>, u32),
        cycle: Cycle,
    ) -> Around<'a> {
        let Self { population, overlay, applications } = self;
        let inside = app.and_then(|app| {
            let (seats, applications) = (seats?, applications?);
            let owners = &seats.tables[usize::from(app)].as_ref()?.owners;
            Some((Who::App { app, places: &applications.places, rows: &seats.rows, owners }, &applications.overlay))
        });
        let (nodes, alive, borders) = (population.nodes, population.alive(), population.borders());
        let cloud = || (Who::Cloud { nodes, alive, borders }, overlay);
        let (who, overlay) = inside.unwrap_or_else(cloud);
        let views = overlay.links().map(|links| (Views::of(links, &overlay.sampling), overlay.date(cycle.number)));
        Around::new(who, (views, &population.attributes), cycle, purpose)
    }
    /// What there is around those nodes alone that are marked.
    pub(super) fn among(self, marks: &'a [u8], purpose: u32, cycle: Cycle) -> Around<'a> {
        let Self { population, overlay, .. } = self;
        let who = Who::Cloud { nodes: population.nodes, alive: Mask::of(marks), borders: None };
        let views = overlay.links().map(|links| (Views::of(links, &overlay.sampling), overlay.date(cycle.number)));
        Around::new(who, (views, &population.attributes), cycle, purpose)
    }
}
