//! What every application gets inside: contacts through which those who belong to it find each other, and an overlay of
//! its own.

use super::choices::choices;
use super::launch::apps_ever;
use super::{Lookups, Registry, Sampling, Scenario, Topology, TopologyProtocol};
use crate::suite::{App, AppTopology, Code, CodeSettings};

/// What every application gets inside.
#[derive(Clone, Debug, PartialEq)]
pub struct Subcloud {
    /// How the members of an application meet. They meet one by one and in order, and the view of whoever joins holds
    /// nobody: what [`Sampling`] says of pairing, of views at the start and of contacts is that of the default.
    pub sampling: Sampling,
    /// How those who belong to an application find others.
    pub contacts: Contacts,
    /// Who is in the overlay of an application when the run begins.
    pub start: Opening,
    /// Nodes that hold a new application by decree, at least 1.
    pub seeds: u32,
    /// What holds of the code of an application that does not say it itself; `None` if nothing is said. An application
    /// of which nobody says how many bytes its code has runs at once.
    pub code: Option<CodeSettings>,
    /// How many chunks a node can send; `None` for any number.
    pub uplink: Option<Uplink>,
    /// The topology that the members of every application build, if they do.
    pub topology: Option<Topology>,
    /// Requests that go through the topology of every application.
    pub lookups: Option<Lookups>,
    /// Values that members of every application hold.
    pub registry: Option<Registry>,
}

/// How fast a node sends code. In a cycle it sends as many chunks, over all of its exchanges, as the line carries in
/// that time; what is left of a chunk is carried into the next cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uplink {
    /// How fast the lines of nodes are.
    pub rate: Rate,
    /// The share of its line that a node gives to code, above 0, at most 1.
    pub share: f64,
}

/// How fast the lines of nodes are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// As fast each, in Mbit/s, above 0.
    Mbps(f64),
    /// As fast as the attribute of this index says, in Mbit/s; those below 0 carry nothing.
    Attribute(usize),
}

/// How those who belong to an application find others.
#[derive(Clone, Debug, PartialEq)]
pub struct Contacts {
    /// How contacts become known.
    pub protocol: ContactsProtocol,
    /// Contacts of each application that a node keeps, at least 1.
    pub keep: u32,
    /// Nodes that a contact lets in a cycle, at least 1.
    pub accept: u32,
    /// Probability that a member meets one of its contacts in a cycle, instead of an entry of its view.
    pub share: f64,
}

choices! {
    /// How contacts become known.
    ContactsProtocol {
        /// Members publish themselves: whoever meets tells the other its contacts, and the youngest are kept.
        Gossip = "gossip",
        /// A uniform random member, drawn fresh, as no node of a real cloud knows it.
        Oracle = "oracle",
    }

    /// Who is in the overlay of an application when the run begins.
    Opening {
        /// Those whom the first version of the suite assigns to it, with random views and contacts.
        Settled = "settled",
        /// Its seeds alone.
        Launch = "launch",
    }
}

/// The code of an application under one of its numbers: a *release*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The name of the application.
    pub app: String,
    /// The code.
    pub code: Code,
}

impl Subcloud {
    /// The code of an application, if it has any.
    #[must_use]
    pub fn code_of(&self, app: &App) -> Option<Code> {
        app.code.unwrap_or_default().or(self.code.unwrap_or_default()).code()
    }

    /// The topology that members of an application build, if any, among so many nodes.
    #[must_use]
    pub fn topology_of(&self, app: &App, nodes: u32) -> Option<Topology> {
        let protocol = match app.topology {
            None => return self.topology.clone(),
            Some(AppTopology::None) => return None,
            Some(AppTopology::Ring) => TopologyProtocol::Ring,
            Some(AppTopology::Torus) => TopologyProtocol::Torus,
            Some(AppTopology::Chord) => TopologyProtocol::Chord,
            Some(AppTopology::Prefix) => TopologyProtocol::Prefix,
        };
        let same = self.topology.clone().filter(|topology| topology.protocol == protocol);
        Some(same.unwrap_or_else(|| Topology::usual(protocol, nodes)))
    }
}

impl Scenario {
    /// The topology that members of an application build, by its name, if any.
    #[must_use]
    pub fn topology_of(&self, name: &str) -> Option<Topology> {
        let app = apps_ever(&self.first.suite, &self.launches).find(|app| app.name == name)?;
        self.subcloud.as_ref()?.topology_of(app, self.run.nodes)
    }

    /// The code of all applications of all versions that nodes may ever take, in the order in which it comes up, each
    /// once.
    #[must_use]
    pub fn releases(&self) -> Vec<Release> {
        let Some(subcloud) = &self.subcloud else { return Vec::new() };
        let mut releases: Vec<Release> = Vec::new();
        for app in apps_ever(&self.first.suite, &self.launches) {
            let Some(code) = subcloud.code_of(app) else { continue };
            let is_it = |known: &Release| known.app == app.name && known.code.version == code.version;
            if !releases.iter().any(is_it) {
                releases.push(Release { app: app.name.clone(), code });
            }
        }
        releases
    }
}
