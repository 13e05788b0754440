//! The cloud: what its nodes know, wing by wing.

use datasets::scenario::Scenario;

use crate::aggregate::{Aggregation, Around, Inside, Scopes};
use crate::application::{Applications, CODE, UPGRADES, Wanted, Who};
use crate::error::Error;
use crate::government::Government;
use crate::memory::fields;
use crate::overlay::Overlay;
use crate::own::{Below, Own};
use crate::plans::Needs;
use crate::population::{Above, Changes, Fleet, Population};
use crate::schedule::Cycle;
use crate::slicing::Slicing;

/// The state of every node.
#[derive(Debug)]
pub struct Cloud {
    /// Who is there.
    pub population: Population,
    /// Who meets whom.
    pub overlay: Overlay,
    /// What nodes learn together.
    pub aggregation: Aggregation,
    /// What nodes know of their rank.
    pub slicing: Slicing,
    /// Who follows which version of the suite.
    pub government: Government,
    /// What happens inside applications, if the scenario asks for it.
    pub applications: Option<Applications>,
    /// The protocols that run among members.
    pub own: Own,
}

impl Cloud {
    /// The columns that a scenario needs, without memory.
    #[must_use]
    pub fn declare(needs: &Needs<'_>) -> Self {
        let slicing = Slicing::declare(needs);
        let aggregation = Aggregation::declare(needs, slicing.items());
        let meets = aggregation.passes() + slicing.gradients.len();
        Self {
            population: Population::declare(needs),
            overlay: Overlay::declare(needs, meets, slicing.lists(), aggregation.first_pass()),
            aggregation,
            slicing,
            government: Government::declare(needs),
            applications: Applications::declare(needs),
            own: Own::declare(needs),
        }
    }

    /// Nodes are born, and know whom they meet and which version of the suite they hold: everything but what they
    /// believe.
    ///
    /// # Errors
    /// If an inventory holds values that an aggregate cannot take.
    pub fn birth(&mut self, scenario: &Scenario, fleet: &Fleet) -> Result<(), Error> {
        let Self { population, overlay, aggregation, slicing, government, .. } = self;
        population.birth(scenario, fleet)?;
        slicing.birth(population, scenario.run.seed);
        // A cloud from which nobody has parted yet begins as any other.
        let borders = population.borders().filter(|_| population.clouds_now().len() > 1);
        overlay.start(population.live(), borders, scenario.run.seed);
        government.birth(scenario, population, overlay, aggregation);
        Ok(())
    }

    /// Nodes have decided for the first time: they know whom they meet inside their applications.
    pub fn open(&mut self, scenario: &Scenario) {
        let Self { population, overlay, government, applications, own, .. } = self;
        let cycle = Cycle::new(scenario, 0);
        if let Some(applications) = applications {
            let wanted = wanted(applications, government);
            if let Some(who) = decided(population, government, &wanted) {
                applications.birth(who, scenario.run.seed, |node| government.may_seed(node), cycle);
            }
        }
        own.start(Below { population, overlay, applications: applications.as_ref() }, cycle);
    }

    /// The newest version has entered at some nodes, ascending: what it has of new applications begins at seeds. Those
    /// who are not among these nodes are given the version, too; returns the bytes that they were sent.
    pub fn launch(&mut self, at: &[u32], cycle: Cycle) -> u64 {
        let Self { population, overlay, government, applications, .. } = self;
        let Some(applications) = applications else { return 0 };
        let wanted = wanted(applications, government);
        let Some(who) = decided(population, government, &wanted) else { return 0 };
        let number = government.versions.newest() as u8;
        let more = applications.seed(who, (number, at), |node| government.may_seed(node), cycle);
        government.hand(&more, overlay)
    }

    /// Members of an application, or of the whole cloud, begin to build their topology anew. Returns how many they are.
    pub fn bootstrap(&mut self, app: Option<&str>, cycle: Cycle) -> u64 {
        let Self { population, overlay, government, applications, own, .. } = self;
        let app = match app {
            None => None,
            // Nobody has joined an application that has not come up yet.
            Some(name) => match government.versions.plans.apps.iter().position(|app| app == name) {
                None => return 0,
                Some(app) => Some(app as u8),
            },
        };
        own.begin_anew(Below { population, overlay, applications: applications.as_ref() }, app, cycle)
    }

    /// Settles what has happened to nodes, wing by wing; `is_crash` says that they had no time to say goodbye. Touches
    /// the columns of these nodes alone, in the order of their indices.
    pub fn settle(
        &mut self,
        scenario: &Scenario,
        fleet: &Fleet,
        cycle: Cycle,
        (changes, is_crash): (&Changes, bool),
        above: Option<Above>,
    ) {
        let Self { population, overlay, aggregation, slicing, government, applications, own } = self;
        own.leave(Below { population, overlay, applications: applications.as_ref() }, cycle, changes, is_crash);
        if let Some(applications) = applications {
            applications.leave(changes, is_crash);
        }
        government.leave(changes);
        slicing.leave(changes);
        population.settle(scenario, fleet, cycle, changes, above);
        slicing.welcome(population, aggregation, cycle, changes);
        aggregation.welcome(population, cycle, changes);
        overlay.welcome((population.alive(), population.borders()), cycle, changes);
        government.forget(overlay, changes);
        own.welcome(Below { population, overlay, applications: applications.as_ref() }, cycle, changes);
    }

    /// Fills the columns of these names, which the saved state of the cloud does not have since nothing needed them
    /// until now: they are as they would have become. Returns the name of one of which that is not known.
    pub fn grow(&mut self, scenario: &Scenario, names: &[String]) -> Option<String> {
        // These hold what they hold at first as long as nobody dies, there is no code, and no rule is in force.
        let is_as_at_first =
            |name: &String| ["alive", "life-next", CODE].contains(&&**name) || name.starts_with("rule-");
        let mut unknown = names.iter().filter(|name| !is_as_at_first(name)).peekable();
        unknown.peek()?;
        let Self { population, overlay, aggregation, slicing, government, .. } = self;
        if let Some(clouds) = population.clouds.as_mut().filter(|_| names.iter().any(|name| name == "clouds")) {
            clouds.begin();
        }
        if names.iter().any(|name| name == "versions") {
            government.spread_from_now(scenario, population.alive(), overlay);
        }
        let of_gradients = slicing.take_part(population, names);
        let of_groups = aggregation.tag(names);
        let known = [&of_gradients[..], &of_groups].concat();
        let is_filled =
            |name: &str| ["versions", "acting", "clouds", "clouds-now"].contains(&name) || UPGRADES.contains(&name);
        unknown.find(|name| !is_filled(name) && !known.contains(name)).cloned()
    }

    /// Runs what nodes learn together, in a cycle.
    pub fn aggregating<R>(
        &mut self,
        scenario: &Scenario,
        cycle: u32,
        work: impl FnOnce(&mut Aggregation, &mut Overlay, &mut Around<'_>) -> R,
    ) -> R {
        let Self { population, overlay, aggregation, slicing, government, applications, .. } = self;
        let (apps, inside) = match applications.as_mut().and_then(Applications::fellows) {
            Some((overlay, places, list)) => (Some(places), Some(Inside { overlay, places, list })),
            None => (government.apps.as_deref(), None),
        };
        let (gradients, slots) = slicing.parts();
        let mut around = Around {
            cycle: Cycle::new(scenario, cycle),
            is_last: cycle == scenario.run.cycles,
            known: scenario.sampling.view,
            scopes: Scopes { population, apps, gradients },
            slots,
            borders: &|gradient| government.versions.borders(gradient),
            inside,
        };
        work(aggregation, overlay, &mut around)
    }

    /// Among whom there can be aggregates: of an application, among those in its overlay, if it has one.
    pub fn scopes(&self) -> Scopes<'_> {
        let inside = self.applications.as_ref().filter(|applications| applications.overlay.views.is_some());
        Scopes {
            population: &self.population,
            apps: inside.map(|applications| &*applications.places).or(self.government.apps.as_deref()),
            gradients: self.slicing.gradients.iter().map(|gradient| gradient.members.as_deref()).collect(),
        }
    }
}

/// What the versions that have entered say of applications.
pub fn wanted(applications: &Applications, government: &Government) -> Wanted {
    let versions = &government.versions;
    applications.releases.wanted(versions.entered(), &versions.plans.apps)
}

/// What nodes have decided, if there is a suite; `wanted` is what each version says of applications.
pub fn decided<'a>(population: &'a Population, government: &'a Government, wanted: &'a Wanted) -> Option<Who<'a>> {
    let (apps, acting) = (government.apps.as_deref()?, government.acting.as_deref());
    Some(Who { apps, acting, alive: population.alive(), wanted })
}

fields!(Cloud { population, slicing, government, aggregation, overlay, applications, own });
