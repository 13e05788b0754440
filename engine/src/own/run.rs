//! Members come and go, and each protocol has its cycle.

use datasets::scenario::{Asker, Network};
use kernels::exchange::Tally;

use super::below::Below;
use super::state::{Own, Running, What};
use super::through::Through;
use crate::error::Error;
use crate::gossip::around::Around;
use crate::gossip::seats::{Full, Moved, Seats};
use crate::population::Changes;
use crate::schedule::Cycle;
use crate::schedule::purpose::{INSTANCE, KEYS};

impl Running {
    fn around<'a>(&self, below: Below<'a>, seats: Option<&'a Seats>, cycle: Cycle) -> Around<'a> {
        below.around(seats, (self.app, self.purpose), cycle)
    }

    /// Values that nobody holds yet are put somewhere, if their time has come.
    fn put(&mut self, around: &Around<'_>) {
        let Some(registry) = &mut self.registry else { return };
        if registry.is_unborn() {
            registry.put(&self.instance.stands(around));
        }
    }

    /// Values whose turn it is are put where they belong. Returns the bytes that were sent.
    fn renew(&mut self, (below, around): (Below<'_>, &Around<'_>), network: &Network, cycle: Cycle) -> u64 {
        let Self { registry: Some(registry), instance, app, .. } = self else { return 0 };
        let through = Through { instance: &**instance, around, below, app: *app, asker: Asker::Members };
        let stream = cycle.stream(KEYS + app.map_or(0, |app| u32::from(app) + 1) * INSTANCE);
        registry.renew(&through, network, cycle, stream)
    }
}

impl Own {
    /// The run begins: all members do.
    pub fn start(&mut self, below: Below<'_>, cycle: Cycle) {
        if let (Some(seats), Some(applications)) = (&mut self.seats, below.applications) {
            self.full = seats.take(&applications.places).err();
        }
        let Self { seats, running, .. } = self;
        for one in running {
            let around = one.around(below, seats.as_ref(), cycle);
            one.instance.start(&around);
            one.put(&around);
        }
    }

    /// The members of an application, or of the whole cloud, begin to build their topology anew, from what they know of
    /// their random overlay. Returns how many they are.
    pub fn begin_anew(&mut self, below: Below<'_>, app: Option<u8>, cycle: Cycle) -> u64 {
        let Self { seats, running, .. } = self;
        let topologies = running.iter_mut().filter(|one| one.app == app && matches!(one.what, What::Topology { .. }));
        topologies.map(|one| one.instance.start(&one.around(below, seats.as_ref(), cycle))).sum()
    }

    /// Nodes leave; unless they crash, they have time to say so. To be called while all wings below still count them as
    /// live and as members.
    pub fn leave(&mut self, below: Below<'_>, cycle: Cycle, changes: &Changes, is_crash: bool) {
        if self.running.is_empty() {
            return;
        }
        let left = || changes.all().filter(|change| change.left).map(|change| change.node);
        let of_cloud: Moved = left().map(|node| (node as usize, node)).collect();
        let Self { seats, running, .. } = self;
        let of_apps = seats.as_mut().map(|seats| seats.give_back(left())).unwrap_or_default();
        for one in running {
            let around = one.around(below, seats.as_ref(), cycle);
            let gone = one.app.map_or(&of_cloud, |app| &of_apps[usize::from(app)]);
            one.instance.go(&around, gone, !is_crash);
            if let Some(registry) = &mut one.registry {
                registry.forget(gone);
            }
        }
    }

    /// Nodes have come to the cloud, and know others there.
    pub fn welcome(&mut self, below: Below<'_>, cycle: Cycle, changes: &Changes) {
        let Self { seats, running, .. } = self;
        for one in running.iter_mut().filter(|one| one.app.is_none()) {
            let came: Moved = changes.came().map(|node| (node as usize, node)).collect();
            let around = one.around(below, seats.as_ref(), cycle);
            one.instance.come(&around, &came);
        }
    }

    /// Members of applications come and go, and each protocol has its cycle. Returns the messages of each, and the
    /// bytes of all.
    pub fn cycle(&mut self, below: Below<'_>, network: &Network, cycle: Cycle) -> Vec<(Tally, [u64; 2], u64)> {
        if self.running.is_empty() || self.full.is_some() {
            return Vec::new();
        }
        self.move_members(below, cycle);
        let Self { seats, running, course, .. } = self;
        let of = |(one, course): (&mut Running, &mut (u64, u64))| {
            let around = one.around(below, seats.as_ref(), cycle);
            let (tally, told) = one.instance.cycle(&around);
            *course = (course.0 + tally.messages() - tally.failed, course.1 + told);
            one.put(&around);
            let renewed = one.renew((below, &around), network, cycle);
            (tally, one.instance.wire_bytes(), told + renewed)
        };
        running.iter_mut().zip(course).map(of).collect()
    }

    fn move_members(&mut self, below: Below<'_>, cycle: Cycle) {
        let Self { seats, running, full, .. } = self;
        let (Some(seats), Some(applications)) = (seats, below.applications) else { return };
        let gone = seats.release(&applications.places);
        let came = match seats.take(&applications.places) {
            Ok(came) => came,
            Err(found) => {
                *full = Some(found);
                return;
            }
        };
        for one in running {
            let Some(app) = one.app.map(usize::from) else { continue };
            let around = one.around(below, Some(seats), cycle);
            one.instance.go(&around, &gone[app], true);
            if let Some(registry) = &mut one.registry {
                registry.forget(&gone[app]);
            }
            one.instance.come(&around, &came[app]);
        }
    }

    /// Why the run cannot go on, if it cannot.
    ///
    /// # Errors
    /// If an application has more members than rows.
    pub fn check(&self, names: &[String]) -> Result<(), Error> {
        match self.full {
            None => Ok(()),
            Some(Full { app, members, rows }) => {
                Err(Error::NoRows { app: names.get(app).cloned().unwrap_or_default(), members, rows })
            }
        }
    }
}
