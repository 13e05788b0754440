//! From what is written to what is meant: ranges are checked, names resolved, defaults filled in.

mod aggregate;
mod churn;
mod clouds;
mod distribution;
mod event;
mod fleet;
mod launch;
mod monitor;
mod own;
mod sampling;
mod slicing;
mod subcloud;
mod suite;
mod topology;

use super::launch::{app_names, apps_ever, first_sizes, needs_size};
use super::raw::{self, At};
use super::{Export, Network, Overlay, Panel, Run, Sample, Sampling, Scenario, Spreading, Subcloud, Trace};
use crate::error::Error;
use crate::suite::{App, Suite};
use crate::written::{Check, Document};
use aggregate::Around;
use sampling::CLOUD;
use topology::Among;

/// Nodes in a snapshot if the scenario does not say.
const PANEL_NODES: u32 = 10_000;

/// Checks a scenario of the given name.
pub(super) fn scenario(name: String, document: &Document<'_>) -> Result<Scenario, Error> {
    let raw: raw::Scenario = document.typed().map_err(|error| match error.key() {
        Some("suite.app") => {
            error.helped("write each application under [[suite.app]]; those of `suite.file` are changed in that file")
        }
        _ => error,
    })?;
    let shortened = raw.run.cycles.as_ref().is_some_and(|cycles| document.is_override(&cycles.span()));
    let check = Check { document, shortened };
    let run = check.run(&raw.run)?;
    let fleet = check.fleet(&raw.fleet, &run)?;
    let sampling = check.sampling(raw.sampling.as_ref(), CLOUD, Some(run.nodes))?;
    let beginning = check.suite(raw.suite.as_ref(), &run, &fleet)?;
    let clouds = check.clouds(&raw.cloud, &raw.event, &fleet)?;
    let mut due = check.events(&raw.event, &run, &fleet, &clouds)?;
    let entering = check.launches(&mut due, &beginning, &run, &fleet)?;
    let launches = &entering.launches;
    if !clouds.is_empty() {
        let later = launches.iter().map(|launch| &launch.suite);
        let suites: Vec<&Suite> = std::iter::once(&beginning.version.suite).chain(later).collect();
        check.several_clouds(&raw, &sampling, &suites)?;
    }
    let adversaries =
        raw.adversaries.as_ref().map_or(Ok(None), |raw| check.adversaries(raw, &beginning, &entering, &run, &fleet))?;
    let network = check.network(raw.network.as_ref())?;
    let slicing = check.slicing(raw.slicing.as_ref(), &run, &sampling, &network)?;
    let spreading = check.spreading(raw.spreading.as_ref(), &sampling)?;
    let apps = app_names(&beginning.version.suite, launches);
    let sizes = first_sizes(&beginning.version.suite, launches, run.nodes);
    let all: Vec<&App> = apps_ever(&beginning.version.suite, launches).collect();
    let subcloud =
        raw.subcloud.as_ref().map(|raw| check.subcloud(raw, (&fleet, run.nodes), (apps.len(), &all))).transpose()?;
    let changes = fleet.churns() || !due.is_empty() || !clouds.is_empty();
    let among = Among { key: "topology", is_inside: false, changes, nodes: run.nodes };
    let topology = raw.topology.as_ref().map(|raw| check.topology(raw, among, &fleet)).transpose()?;
    let lookups = raw.lookups.as_ref().map(|raw| check.lookups(raw, topology.as_slice(), among)).transpose()?;
    let builds = |name: &str| {
        let app = all.iter().find(|app| app.name == name);
        app.and_then(|app| subcloud.as_ref()?.topology_of(app, run.nodes)).is_some()
    };
    let has_topology = topology.is_some() || all.iter().any(|app| builds(&app.name));
    check.begun_anew(&raw.event, &apps, |app| app.map_or(topology.is_some(), builds))?;
    let registry = raw.registry.as_ref().map(|raw| check.registry(raw, topology.as_slice(), among)).transpose()?;
    let protocols = check.protocols(&raw.protocol, (&apps, subcloud.is_some()))?;
    let around = Around { run: &run, fleet: &fleet, sampling: &sampling, network: &network, apps, sizes };
    let aggregates = check.aggregates(&raw, needs_size(&beginning.version.suite, launches), &around)?;
    check.codes_fit((raw.suite.as_ref(), raw.subcloud.as_deref()), &beginning, &entering, subcloud.as_ref())?;
    check.rules_know(raw.suite.as_ref(), &beginning, &entering, &aggregates)?;
    let trace = check.trace(raw.trace.as_ref(), &run, (&sampling, subcloud.as_ref()), has_topology)?;
    Ok(Scenario {
        name,
        network,
        slicing,
        spreading,
        aggregates,
        monitor: check.monitor(&raw, &beginning, &entering)?,
        first: beginning.version,
        trust: beginning.trust,
        launches: entering.launches,
        subcloud,
        topology,
        lookups,
        registry,
        protocols,
        adversaries,
        trace,
        events: due.into_iter().map(|(event, _)| event).collect(),
        fork: None,
        clouds,
        run,
        fleet,
        sampling,
    })
}

/// The most nodes from which path lengths are measured.
const MOST_PATHS: u64 = 1024;

/// That number times the nodes of the cloud, if the scenario does not say: 64 sources in 10^5 nodes.
const PATHS_AND_NODES: u32 = 6_400_000;

/// Whether there is an overlay to measure: of views or a graph, of the cloud or of applications.
pub(super) fn has_overlay(sampling: &Sampling, subcloud: Option<&Subcloud>) -> bool {
    sampling.has_links() || subcloud.is_some_and(|subcloud| subcloud.sampling.protocol.has_views())
}

impl Check<'_, '_> {
    fn run(&self, raw: &raw::Run) -> Result<Run, Error> {
        Ok(Run {
            nodes: self.count(&raw.nodes)?,
            cycles: raw.cycles.as_ref().map_or(Ok(40), |cycles| self.count(cycles))?,
            seed: raw.seed.as_ref().map_or(Ok(1), |seed| self.whole(seed, 0, i64::MAX as u64))?,
            cycle_seconds: raw.cycle_seconds.as_ref().map_or(Ok(10.0), |seconds| self.positive(seconds))?,
            starts_at: raw.starts_at.as_ref().map(|moment| self.moment(moment)).transpose()?,
        })
    }

    /// A whole number within a range, or what it is where nothing is said.
    fn number_or(&self, raw: Option<&At<raw::Whole>>, default: u32, low: u64, high: u64) -> Result<u32, Error> {
        raw.map_or(Ok(default), |raw| self.whole(raw, low, high).map(|number| number as u32))
    }

    fn spreading(&self, raw: Option<&At<raw::Spreading>>, sampling: &Sampling) -> Result<Spreading, Error> {
        let Some(raw) = raw else { return Ok(Spreading::default()) };
        if sampling.protocol.has_views() {
            let protocol = sampling.protocol;
            let message = format!("`[spreading]` means nothing with `sampling.protocol = \"{protocol}\"`");
            let help = "leave it out: where nodes keep views, the suite rides along with peer sampling, as \
                        `sampling.propagation` of `generic` says";
            return Err(self.refuse(raw.span(), message, help));
        }
        let default = Spreading::default();
        Ok(Spreading {
            propagation: raw.propagation.unwrap_or(default.propagation),
            rounds: raw.rounds.unwrap_or(default.rounds),
        })
    }

    fn network(&self, raw: Option<&raw::Network>) -> Result<Network, Error> {
        let loss = |loss: Option<&At<raw::Number>>| loss.map_or(Ok(0.0), |loss| self.fraction(loss));
        let request = raw.and_then(|raw| raw.request_loss.as_ref());
        let link = raw.and_then(|raw| raw.link_failure.as_ref());
        if let (Some(_), Some(link)) = (request, link) {
            let message = "`link_failure` is another name of `request_loss`";
            return Err(self.refuse(link.span(), message, "keep one of them"));
        }
        Ok(Network {
            request_loss: loss(request.or(link))?,
            reply_loss: loss(raw.and_then(|raw| raw.reply_loss.as_ref()))?,
        })
    }

    fn trace(
        &self,
        raw: Option<&raw::Trace>,
        run: &Run,
        (sampling, subcloud): (&Sampling, Option<&Subcloud>),
        builds: bool,
    ) -> Result<Trace, Error> {
        let every = raw.and_then(|raw| raw.every.as_ref());
        let overlay = raw.and_then(|raw| raw.overlay.as_ref());
        let has_overlay = has_overlay(sampling, subcloud);
        self.only_if(has_overlay, overlay, "overlay", (sampling.protocol, CLOUD.name), "newscast")?;
        let edges = raw.and_then(|raw| raw.edges.as_ref());
        self.only_if(has_overlay, edges, "edges", (sampling.protocol, CLOUD.name), "newscast")?;
        // Eight sources are one search of the whole graph; in small clouds there is time for more.
        let paths = (PATHS_AND_NODES / run.nodes).clamp(8, 64);
        Ok(Trace {
            every: every.map_or(Ok(1), |every| self.count(every))?,
            nodes: raw.and_then(|raw| raw.nodes.as_ref()).map_or(Ok(None), |nodes| self.panel(nodes, run))?,
            edges: edges.map(|edges| self.export(edges, run)).transpose()?,
            overlay: Overlay {
                every: self.number_or(overlay.and_then(|raw| raw.every.as_ref()), 10, 1, u32::MAX.into())?,
                sample: self.number_or(overlay.and_then(|raw| raw.sample.as_ref()), 1000, 1, u32::MAX.into())?,
                paths: self.number_or(overlay.and_then(|raw| raw.paths.as_ref()), paths, 0, MOST_PATHS)?,
            },
            judged: match raw.and_then(|raw| raw.topology.as_ref()) {
                Some(judged) if !builds => {
                    let help = "add `[topology]` or `subcloud.topology`, or leave it out";
                    return Err(self.refuse(judged.span(), "`trace.topology` means nothing without a topology", help));
                }
                judged => judged.map(|judged| self.count(&judged.sample)).transpose()?,
            },
        })
    }

    fn panel(&self, raw: &raw::Panel, run: &Run) -> Result<Option<Panel>, Error> {
        let mut cycles = raw
            .cycles
            .iter()
            .filter_map(|cycle| self.cycle(cycle, 0, run).transpose())
            .collect::<Result<Vec<u32>, Error>>()?;
        cycles.sort_unstable();
        cycles.dedup();
        if raw.cycles.is_empty() {
            let help = format!("list at least one cycle, as in [0, {}], or leave `nodes` out", run.cycles);
            return Err(self.refuse(raw.cycles.span(), "`trace.nodes.cycles` is empty", help));
        }
        let sample = self.sample(raw.sample.as_ref(), run)?;
        Ok((!cycles.is_empty()).then_some(Panel { cycles, sample }))
    }

    fn export(&self, raw: &raw::Export, run: &Run) -> Result<Export, Error> {
        let every = self.number_or(raw.every.as_ref(), 10, 1, u32::MAX.into())?;
        Ok(Export { every, sample: self.sample(raw.sample.as_ref(), run)? })
    }

    fn sample(&self, raw: Option<&At<raw::Sample>>, run: &Run) -> Result<Sample, Error> {
        let sample = match raw {
            None => PANEL_NODES,
            Some(sample) => match &**sample {
                raw::Sample::All(_) => u32::MAX,
                raw::Sample::Count(count) => self.whole_at(*count, sample.span(), 1, u32::MAX.into())? as u32,
            },
        };
        Ok(if sample >= run.nodes { Sample::All } else { Sample::Count(sample) })
    }

    /// A cycle of the run; `None` if it is one of the file's that the command line cuts off by a shorter run.
    fn cycle(&self, raw: &At<raw::Whole>, first: u32, run: &Run) -> Result<Option<u32>, Error> {
        let cut = self.shortened && !self.document.is_override(&raw.span());
        let last = if cut { u32::MAX } else { run.cycles };
        self.unambiguous(&raw.span())?;
        self.whole(raw, first.into(), last.into())
            .map(|cycle| Some(cycle as u32).filter(|&cycle| cycle <= run.cycles))
            .map_err(|error| error.helped(format!("the run has {} cycles (`run.cycles`)", run.cycles)))
    }
}
