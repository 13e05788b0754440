//! The protocols of a scenario, and what lasts of them beside their columns.

use datasets::scenario::{self, Lookups, Routing, Topology, TopologyProtocol};
use datasets::suite::{Request, Suite};
use kernels::permutation::Permutation;
use kernels::topology::place::Positions;

use super::known::made;
use crate::gossip::instance::{AnyInstance, Instance};
use crate::gossip::seats::{Full, Seats};
use crate::memory::{Field, Fields};
use crate::plans::Needs;
use crate::schedule::purpose::{INSTANCE, KEYS, OWN, POSITIONS, TOPOLOGY, for_life};
use crate::topology::numbering::{InTree, OnLine, OnRing, OnTorus};
use crate::topology::prefix::Prefix;
use crate::topology::registry::Registry;
use crate::topology::tman::Tman;

/// The protocols that run among members.
#[derive(Debug)]
pub struct Own {
    /// The rows of members, if a protocol runs inside applications.
    pub seats: Option<Seats>,
    /// The protocols.
    pub running: Vec<Running>,
    /// What has been sent since the last row, of each.
    pub course: OwnCourse,
    /// There are more members than rows: the run cannot go on.
    pub(super) full: Option<Full>,
}

/// What has been sent since the last row: messages, and bytes of which exchanges have told, of each protocol.
pub type OwnCourse = Vec<(u64, u64)>;

/// A protocol with its members.
#[derive(Debug)]
pub struct Running {
    /// What it is.
    pub what: What,
    /// The application among whose members it runs; `None` for the whole cloud.
    pub app: Option<u8>,
    /// Its random words.
    pub purpose: u32,
    /// The protocol, and what members keep.
    pub instance: Box<dyn AnyInstance>,
    /// The values that members hold, if they do.
    pub registry: Option<Registry>,
}

/// What a protocol is.
#[derive(Clone, Debug)]
pub enum What {
    /// A topology, which may have requests go through it.
    Topology {
        /// Which.
        protocol: TopologyProtocol,
        /// The requests.
        lookups: Option<Lookups>,
    },
    /// One of one's own, by its name.
    Own(String),
}

/// Rows beyond what an application asks for, whatever it asks: chance is larger in small clouds.
const MORE_ROWS: usize = 64;

impl Own {
    /// The columns that a scenario needs.
    #[must_use]
    pub fn declare(needs: &Needs<'_>) -> Self {
        let scenario = needs.scenario;
        let nodes = scenario.run.nodes;
        let mut running = Vec::new();
        running.extend(
            (scenario.topology.iter())
                .map(|topology| Running::topology(needs, topology, (scenario.lookups, scenario.registry), None)),
        );
        let topologies: Vec<Option<Topology>> =
            needs.plans.apps.iter().map(|name| scenario.topology_of(name)).collect();
        // All protocols of an application have their rows in one table.
        let rows = |(app, name): (usize, &String)| {
            let own = scenario.protocols.iter().filter(|own| own.app == Some(app)).map(|own| own.room);
            let room = own.chain(topologies[app].as_ref().map(|topology| topology.room)).reduce(f64::max)?;
            let asked = scenario.versions().map(|suite| asked(suite, name, nodes)).fold(0.0, f64::max);
            let chance = 6.0 * asked.sqrt();
            Some(((asked * room + chance).ceil() as usize + MORE_ROWS).min(nodes as usize))
        };
        let rows: Vec<Option<usize>> = needs.plans.apps.iter().enumerate().map(rows).collect();
        let asked = scenario.subcloud.as_ref().map_or((None, None), |inside| (inside.lookups, inside.registry));
        for (app, (topology, &rows)) in topologies.iter().zip(&rows).enumerate() {
            if let (Some(topology), Some(rows)) = (topology, rows) {
                running.push(Running::topology(needs, topology, asked, Some((app as u8, rows))));
            }
        }
        for (number, own) in (0..).zip(&scenario.protocols) {
            let column = format!("own-{number}-{}", own.name);
            running.push(Running {
                what: What::Own(own.name.clone()),
                app: own.app.map(|app| app as u8),
                purpose: OWN + number * INSTANCE,
                instance: made(&own.name, &own.keys, column, own.app.and_then(|app| rows[app])),
                registry: None,
            });
        }
        Self {
            seats: rows.iter().any(Option::is_some).then(|| Seats::declare(&rows)),
            course: vec![(0, 0); running.len()],
            running,
            full: None,
        }
    }

    /// Takes up what lasts where a book has left it. Says whether it is of these protocols.
    pub fn take_up(&mut self, course: OwnCourse) -> bool {
        let fits = course.len() == self.running.len();
        self.course = course;
        fits
    }
}

impl Running {
    /// A topology of all nodes, or of the members of an application, who have so many rows, with the requests that go
    /// through it and the values that are found there.
    fn topology(
        needs: &Needs<'_>,
        topology: &Topology,
        (lookups, registry): (Option<Lookups>, Option<scenario::Registry>),
        app: Option<(u8, usize)>,
    ) -> Self {
        let (number, rows) = app.map_or((0, None), |(app, rows)| (u32::from(app) + 1, Some(rows)));
        let column = match app {
            None => "topology-records".to_owned(),
            Some((app, _)) => format!("topology-{app}-records"),
        };
        let stream = for_life(needs.scenario.run.seed, POSITIONS);
        let [low, high, ..] = stream.quad_of_many(number, 0);
        let positions = Positions { key: [low, high] };
        let lookups = lookups.and_then(|lookups| topology.lookups(lookups));
        let registry = registry.filter(|_| !topology.routings().is_empty());
        let usual = topology.routings().first().copied().unwrap_or(Routing::Chord);
        let routing = lookups.map_or(usual, |lookups| lookups.routing);
        let holders = app.map_or("registry".to_owned(), |(app, _)| format!("registry-{app}"));
        let keys = for_life(needs.scenario.run.seed, KEYS).quad_of_many(number, 0);
        let registry = registry.map(|asked| Registry::new(asked, routing, [keys[0], keys[1]], holders));
        let instance: Box<dyn AnyInstance> = match topology.protocol {
            TopologyProtocol::Ring | TopologyProtocol::Chord => {
                Box::new(Instance::new(Tman::new(OnRing(positions), topology), column, rows))
            }
            TopologyProtocol::Prefix => {
                let digits = topology.digits.unwrap_or_else(|| unreachable!("a table of prefixes has digits"));
                Box::new(Instance::new(Prefix::new(OnRing(positions), topology, digits, routing), column, rows))
            }
            TopologyProtocol::Torus => Box::new(Instance::new(Tman::new(OnTorus(positions), topology), column, rows)),
            TopologyProtocol::Line => {
                let attribute = topology.attribute.unwrap_or_default();
                Box::new(Instance::new(Tman::new(OnLine { attribute }, topology), column, rows))
            }
            TopologyProtocol::Tree => {
                let order = Permutation::new(needs.scenario.run.nodes, &stream);
                Box::new(Instance::new(Tman::new(InTree(order), topology), column, rows))
            }
        };
        Self {
            what: What::Topology { protocol: topology.protocol, lookups },
            app: app.map(|(app, _)| app),
            purpose: TOPOLOGY + number * INSTANCE,
            instance,
            registry,
        }
    }
}

/// How many of so many nodes an application of a suite asks for.
fn asked(suite: &Suite, name: &str, nodes: u32) -> f64 {
    let nodes = f64::from(nodes);
    let of = |request: Request| match request {
        Request::Share(share) => share * nodes,
        Request::Nodes(count) => (count as f64).min(nodes),
        Request::Rest(_) => 0.0,
    };
    let weight = |request: Request| if let Request::Rest(weight) = request { weight } else { 0.0 };
    let Some(app) = suite.apps.iter().find(|app| app.name == name) else { return 0.0 };
    let (taken, weights) = suite
        .apps
        .iter()
        .fold((0.0, 0.0), |(taken, weights), app| (taken + of(app.request), weights + weight(app.request)));
    match app.request {
        Request::Rest(own) => (nodes - taken).max(0.0) * own / weights,
        request => of(request),
    }
}

impl Fields for Own {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Field)) {
        self.seats.visit(see);
        for running in &self.running {
            running.instance.visit(see);
            running.registry.visit(see);
        }
    }
}
