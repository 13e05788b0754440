//! How nodes meet: in the cloud, and inside an application.

use std::ops::Range;

use crate::error::Error;
use crate::fleet::links;
use crate::scenario::raw::{self, At};
use crate::scenario::{
    Edges, Introducer, OnDead, OnLeave, Pairing, Peer, Propagation, Sampling, SamplingProtocol, Start, StaticGraph,
    Wiring,
};
use crate::written::Check;

/// The most links of a node.
const MOST_DEGREE: u64 = u32::MAX as u64;

/// The most links of a graph: they are numbered in 32 bits.
const MOST_LINKS: u64 = u32::MAX as u64;

/// The largest view.
pub(super) const MOST_PEERS: u64 = 128;

/// Live nodes that a node knows when it comes.
const CONTACTS: u32 = 3;

/// Links of a node in a graph.
const DEGREE: u32 = 20;

/// Where it stands how nodes meet, and what it is where nothing is said.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Its name in a scenario.
    pub name: &'static str,
    pub protocol: SamplingProtocol,
    pub view: u32,
}

/// How all nodes meet.
pub(super) const CLOUD: Place = Place { name: "[sampling]", protocol: SamplingProtocol::Oracle, view: 20 };

impl Check<'_, '_> {
    /// How nodes meet. `nodes` are those of the cloud, between whom there may be a graph; none inside an application.
    pub(super) fn sampling(
        &self,
        raw: Option<&raw::Sampling>,
        place: Place,
        nodes: Option<u32>,
    ) -> Result<Sampling, Error> {
        let protocol = raw.and_then(|raw| raw.protocol.as_deref().copied()).unwrap_or(place.protocol);
        let generic = protocol == SamplingProtocol::Generic;
        let views = protocol.has_views();
        // A view of one would swap itself away.
        let least = if generic || protocol == SamplingProtocol::Cyclon { 2 } else { 1 };
        let view = self.number_or(raw.and_then(|raw| raw.view.as_ref()), place.view, least, MOST_PEERS)?;
        let of = (protocol, place.name);
        let pairing = raw.and_then(|raw| raw.pairing.as_ref());
        let matching = pairing.filter(|pairing| ***pairing == Pairing::Matching);
        self.only_if(!views, matching, "matching", of, "oracle")?;
        let (start, on_dead) = (raw.and_then(|raw| raw.start.as_ref()), raw.and_then(|raw| raw.on_dead.as_ref()));
        let is_static = protocol == SamplingProtocol::Static;
        self.only_if(views, start, "start", of, "newscast")?;
        self.only_if(views || is_static, on_dead, "on_dead", of, "newscast")?;
        let (peer, propagation) = (raw.and_then(|raw| raw.peer.as_ref()), raw.and_then(|raw| raw.propagation.as_ref()));
        self.only_if(generic, peer, "peer", of, "generic")?;
        self.only_if(generic, propagation, "propagation", of, "generic")?;
        let (healing, swapping) = (raw.and_then(|raw| raw.healing.as_ref()), raw.and_then(|raw| raw.swapping.as_ref()));
        self.only_if(generic, healing, "healing", of, "generic")?;
        self.only_if(generic, swapping, "swapping", of, "generic")?;
        let shuffle = raw.and_then(|raw| raw.shuffle.as_ref());
        self.only_if(protocol == SamplingProtocol::Cyclon, shuffle, "shuffle", of, "cyclon")?;
        let contacts = raw.and_then(|raw| raw.contacts.as_ref());
        self.only_if(views, contacts, "contacts", of, "newscast")?;
        let introducer = raw.and_then(|raw| raw.introducer.as_ref());
        self.only_if(views, introducer, "introducer", of, "newscast")?;
        let is_first = introducer.is_some_and(|introducer| **introducer == Introducer::First);
        if let Some(contacts) = contacts.filter(|_| is_first) {
            let help = "leave it out, or choose `introducer = \"random\"`";
            return Err(self.refuse(
                contacts.span(),
                "`contacts` means nothing where the first node is the only one",
                help,
            ));
        }
        let graph = self.graph(raw, of, nodes)?;
        let half = view / 2;
        let healed = self.number_or(healing, 0, 0, half.into())?;
        Ok(Sampling {
            protocol,
            view,
            pairing: pairing.map_or(Pairing::Ordered, |pairing| **pairing),
            listed: false,
            start: start.map_or(Start::Random, |start| **start),
            on_dead: on_dead.map_or(OnDead::Retry, |on_dead| **on_dead),
            peer: peer.map_or(Peer::Rand, |peer| **peer),
            propagation: propagation.map_or(Propagation::Pushpull, |propagation| **propagation),
            healing: healed,
            swapping: self.number_or(swapping, 0, 0, (half - healed).into()).map_err(|error| {
                error.helped(format!("healing and swapping together are at most half a view, which is {half} here"))
            })?,
            shuffle: self.number_or(shuffle, half.max(1), 1, view.into())?,
            contacts: if is_first { 1 } else { self.number_or(contacts, CONTACTS.min(view), 1, view.into())? },
            introducer: introducer.map_or(Introducer::Random, |introducer| **introducer),
            graph,
        })
    }

    /// The graph along which nodes meet, if it stays as it is.
    fn graph(
        &self,
        raw: Option<&raw::Sampling>,
        of: (SamplingProtocol, &str),
        nodes: Option<u32>,
    ) -> Result<Option<StaticGraph>, Error> {
        let is_static = of.0 == SamplingProtocol::Static;
        let Some(raw) = raw else { return Ok(None) };
        let raw::Sampling { graph, edges, degree, undirected, rewiring, on_leave, .. } = raw;
        self.only_if(is_static, graph.as_ref(), "graph", of, "static")?;
        self.only_if(is_static, edges.as_ref(), "edges", of, "static")?;
        self.only_if(is_static, degree.as_ref(), "degree", of, "static")?;
        self.only_if(is_static, undirected.as_ref(), "undirected", of, "static")?;
        self.only_if(is_static, rewiring.as_ref(), "rewiring", of, "static")?;
        self.only_if(is_static, on_leave.as_ref(), "on_leave", of, "static")?;
        let (Some(protocol), true) = (&raw.protocol, is_static) else { return Ok(None) };
        let Some(nodes) = nodes else {
            let message = "there is no graph of the members of an application, who come and go";
            let help = "choose another protocol under `subcloud.sampling`, or leave it out";
            return Err(self.refuse(protocol.span(), message, help));
        };
        let wiring = match (graph, edges) {
            (Some(graph), None) if **graph != Wiring::Edges => **graph,
            (None, Some(_)) => Wiring::Edges,
            (Some(graph), None) => {
                let help = "write `edges = { file = \"…\" }` instead";
                return Err(self.refuse(graph.span(), "it is not said in which file the links stand", help));
            }
            (Some(graph), Some(_)) => {
                let message = "the links are both those of `graph` and those of `edges`";
                return Err(self.refuse(graph.span(), message, "keep one of them"));
            }
            (None, None) => {
                let message = "it is not said along which graph nodes meet";
                let help = "write `graph = \"k-out\"`, or one of \"ring\", \"watts-strogatz\", \"barabasi-albert\", \
                            \"star\" and \"complete\", or `edges = { file = \"…\" }`";
                return Err(self.refuse(protocol.span(), message, help));
            }
        };
        let means = |allowed: bool, key: &str, span: Option<Range<usize>>, help: &str| match span {
            Some(span) if !allowed => {
                let message = format!("`{key}` means nothing to `graph = \"{wiring}\"`");
                Err(self.refuse(span, message, help))
            }
            _ => Ok(()),
        };
        let has_degree = !matches!(wiring, Wiring::Star | Wiring::Complete | Wiring::Edges);
        means(has_degree, "degree", degree.as_ref().map(At::span), "leave it out")?;
        let is_free = matches!(wiring, Wiring::KOut | Wiring::Edges);
        means(is_free, "undirected", undirected.as_ref().map(At::span), "leave it out: its links lead both ways")?;
        let is_small = wiring == Wiring::WattsStrogatz;
        means(is_small, "rewiring", rewiring.as_ref().map(At::span), "leave it out, or choose \"watts-strogatz\"")?;
        means(wiring != Wiring::Complete, "on_leave", on_leave.as_ref().map(At::span), "leave it out")?;
        if let (None, true) = (rewiring, is_small) {
            let message = "it is not said how many links of the ring lead to random nodes";
            return Err(self.refuse(
                protocol.span(),
                message,
                "give `rewiring`, a probability, as in `rewiring = 0.1`",
            ));
        }
        let links = self.number_or(degree.as_ref(), DEGREE, 1, MOST_DEGREE)?;
        if let Some(degree) = degree.as_ref().filter(|_| wiring != Wiring::KOut && !links.is_multiple_of(2)) {
            let message = format!("{links} links of a node cannot be halved");
            return Err(self.refuse(degree.span(), message, "half of them lead to either side: give an even number"));
        }
        let graph = StaticGraph {
            wiring,
            degree: links,
            undirected: !is_free || undirected.as_ref().is_some_and(|undirected| **undirected),
            rewiring: rewiring.as_ref().map_or(Ok(0.0), |rewiring| self.fraction(rewiring))?,
            on_leave: on_leave.as_ref().map_or(OnLeave::Hole, |on_leave| **on_leave),
            edges: edges.as_ref().map(|edges| self.edges(edges, nodes)).transpose()?,
        };
        let most = graph.most_links(nodes);
        if most > MOST_LINKS {
            let message = format!("the graph has {most} links, and at most {MOST_LINKS} can be told apart");
            let help = "give a smaller `sampling.degree`, or fewer nodes (`run.nodes`)";
            return Err(self.refuse(degree.as_ref().map_or(protocol.span(), At::span), message, help));
        }
        Ok(Some(graph))
    }

    /// Links that stand in a file.
    fn edges(&self, raw: &At<raw::Edges>, nodes: u32) -> Result<Edges, Error> {
        let path = self.data_path(&raw.file);
        self.must_be_table(&raw.file, &path, "sampling.edges.file")?;
        let name =
            |raw: &Option<At<String>>, usual: &str| raw.as_ref().map_or(usual.to_owned(), |name| (**name).clone());
        let columns = [name(&raw.from, "from"), name(&raw.to, "to")];
        let links = links(&path, &columns, nodes)?;
        Ok(Edges { path, columns, links: links.into() })
    }

    /// Refuses a key that would mean nothing under a protocol, which a place of the scenario names.
    pub(super) fn only_if<T>(
        &self,
        allowed: bool,
        raw: Option<&At<T>>,
        key: &str,
        (protocol, place): (SamplingProtocol, &str),
        other: &str,
    ) -> Result<(), Error> {
        match raw {
            Some(raw) if !allowed => {
                let message = format!("`{key}` means nothing with `protocol = \"{protocol}\"`");
                let help = format!("leave it out, or choose `protocol = \"{other}\"` under {place}");
                Err(self.refuse(raw.span(), message, help))
            }
            _ => Ok(()),
        }
    }
}
