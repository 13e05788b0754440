//! A scenario in another size, with another request, or without a suite: what sizing varies.

use std::sync::Arc;

use super::{CloudMembers, EventKind, Group, Sampling, SamplingProtocol, Scenario, Size, Trace};
use crate::suite::{Request, Suite, Verdict, Version};

impl Scenario {
    /// The same scenario with so many nodes, at least 1: what it says in numbers of nodes is scaled to them. Shares,
    /// durations and distributions stay, and snapshots are left out. Links of a graph from a file lead between nodes
    /// that there are: fewer nodes have a part of the links, as many a node as before.
    ///
    /// `None` if rules of its suite compare sizes or sums, whose limits are numbers that cannot be told from others.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("small.toml");
    /// # std::fs::write(&path, "run.nodes = 1_000\n[[fleet.class]]\nname = \"a\"\nshare = 1\nattributes.x = { uniform = [0, 1] }\n\
    /// #     [[suite.app]]\nname = \"chat\"\nnodes = 100\n")?;
    /// use datasets::suite::Request;
    ///
    /// let scenario = datasets::scenario::read(&path, &[])?;
    /// let large = scenario.resized(50_000).expect("it has no rules");
    /// assert_eq!(large.first.suite.apps[0].request, Request::Nodes(5_000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn resized(&self, nodes: u32) -> Option<Scenario> {
        let mut resized = self.clone();
        if nodes == self.run.nodes {
            return Some(resized);
        }
        let factor = f64::from(nodes) / f64::from(self.run.nodes);
        resized.run.nodes = nodes;
        let graph = resized.sampling.graph.as_mut();
        if let Some(edges) = graph.and_then(|graph| graph.edges.as_mut()).filter(|_| factor < 1.0) {
            edges.links = fewer(&edges.links, nodes, factor);
        }
        resized.trace.nodes = None;
        resized.trace.edges = None;
        resize(&mut resized.first.suite, factor)?;
        resized.launches.iter_mut().try_for_each(|launch| resize(&mut launch.suite, factor))?;
        let count = |nodes: u32| (f64::from(nodes) * factor).round().max(1.0) as u32;
        for event in &mut resized.events {
            match &mut event.kind {
                EventKind::Crash(group)
                | EventKind::Leave(group)
                | EventKind::Outage(group, _)
                | EventKind::Join(group) => resize_group(group, count),
                EventKind::Scale(scale) => resize_group(&mut scale.group, count),
                EventKind::Suite(_, nodes) => *nodes = count(*nodes).min(*nodes),
                EventKind::Split(split) => resize_group(&mut split.group, count),
                EventKind::Merge(merge) => merge.contacts = count(merge.contacts).min(merge.contacts),
                EventKind::Bootstrap(_) => {}
            }
        }
        for cloud in &mut resized.clouds {
            if let CloudMembers::These(group) = &mut cloud.members {
                resize_group(group, count);
            }
        }
        for counting in resized.aggregates.iter_mut().filter_map(|aggregate| aggregate.counting.as_mut()) {
            counting.first_estimate = (counting.first_estimate * factor).max(1.0);
        }
        Some(resized)
    }

    /// The same scenario, in which an application asks for something else: in the suite with which the run begins, and
    /// in every later version that nodes take and that has it.
    #[must_use]
    pub fn asking(&self, app: &str, request: Request) -> Scenario {
        let mut asking = self.clone();
        for app in asking.versions_mut().flat_map(|suite| &mut suite.apps).filter(|other| other.name == app) {
            app.request = request;
        }
        asking
    }

    /// The same nodes, which come and go as before and run nothing: without suites, aggregates and snapshots. Which
    /// nodes live does not depend on what is left out, and a cycle costs little more than the churn.
    #[must_use]
    pub fn population_alone(&self) -> Scenario {
        let mut events = self.events.clone();
        let changes_nobody = |kind: &EventKind| {
            matches!(kind, EventKind::Suite(..) | EventKind::Bootstrap(_) | EventKind::Split(_) | EventKind::Merge(_))
        };
        events.retain(|event| !changes_nobody(&event.kind));
        Scenario {
            first: Version::default(),
            launches: Vec::new(),
            adversaries: None,
            aggregates: Vec::new(),
            monitor: None,
            subcloud: None,
            topology: None,
            lookups: None,
            registry: None,
            protocols: Vec::new(),
            clouds: Vec::new(),
            events,
            sampling: Sampling { protocol: SamplingProtocol::Oracle, graph: None, ..self.sampling.clone() },
            trace: Trace { nodes: None, edges: None, ..self.trace.clone() },
            ..self.clone()
        }
    }

    /// The largest share of so many live nodes that the others leave an application, in every version that has it.
    #[must_use]
    pub fn room(&self, app: &str, live: f64) -> f64 {
        let asked = |request| match request {
            Request::Share(share) => share,
            Request::Nodes(asked) => asked as f64 / live,
            Request::Rest(_) => 0.0,
        };
        let others = |suite: &Suite| -> f64 {
            suite.apps.iter().filter(|other| other.name != app).map(|other| asked(other.request)).sum()
        };
        let having = self.versions().filter(|suite| suite.apps.iter().any(|other| other.name == app));
        having.map(|suite| (1.0 - others(suite)).max(0.0)).fold(1.0, f64::min)
    }

    fn versions_mut(&mut self) -> impl Iterator<Item = &mut Suite> {
        let taken = self.launches.iter_mut().filter(|launch| launch.verdict == Verdict::Valid);
        std::iter::once(&mut self.first.suite).chain(taken.map(|launch| &mut launch.suite))
    }
}

/// A part of the links of a graph, between fewer nodes: what was node number k is number k modulo their number.
fn fewer(links: &[[u32; 2]], nodes: u32, factor: f64) -> Arc<[[u32; 2]]> {
    let kept = (links.len() as f64 * factor).round() as usize;
    let of = |link: &[u32; 2]| link.map(|node| node % nodes);
    // Every so many, for links of one node may stand side by side.
    let some = (0..kept).map(|number| of(&links[(number as f64 / factor) as usize % links.len()]));
    some.filter(|[from, to]| from != to).collect()
}

/// Scales what a suite says in numbers of nodes; `None` if it has rules.
fn resize(suite: &mut Suite, factor: f64) -> Option<()> {
    let scaled = |nodes: u64| (nodes as f64 * factor).round() as u64;
    for app in &mut suite.apps {
        if !app.rules.is_empty() {
            return None;
        }
        if let Request::Nodes(nodes) = &mut app.request {
            *nodes = scaled(*nodes);
        }
        app.min_nodes = app.min_nodes.map(scaled);
    }
    Some(())
}

fn resize_group(group: &mut Group, count: impl Fn(u32) -> u32) {
    if let Size::Nodes(nodes) = &mut group.size {
        *nodes = count(*nodes);
    }
}
