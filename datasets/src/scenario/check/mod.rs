//! From what is written to what is meant: ranges are checked, names resolved, defaults filled in.

mod distribution;
mod fleet;
mod number;
mod suite;

use std::ops::Range;

use super::document::Document;
use super::raw::{self, At};
use super::{
    Aggregate, Event, EventKind, Fleet, Function, Network, Pairing, Panel, Partners, Run, Sample, Sampling,
    SamplingProtocol, Scenario, Slicing, SlicingProtocol, Source, Trace,
};
use crate::error::{Error, Kind};

/// Nodes in a snapshot if the scenario does not say.
const PANEL_NODES: u32 = 10_000;

/// Checks a scenario of the given name.
pub(super) fn scenario(name: String, document: &Document<'_>) -> Result<Scenario, Error> {
    let raw = document.typed()?;
    let shortened = raw.run.cycles.as_ref().is_some_and(|cycles| document.is_override(&cycles.span()));
    let check = Check { document, shortened };
    let run = check.run(&raw.run)?;
    let fleet = check.fleet(&raw.fleet)?;
    Ok(Scenario {
        name,
        sampling: check.sampling(raw.sampling.as_ref())?,
        network: check.network(raw.network.as_ref())?,
        slicing: Slicing {
            protocol: raw.slicing.and_then(|slicing| slicing.protocol).unwrap_or(SlicingProtocol::Ordered),
        },
        aggregates: check.aggregates(&raw.aggregate, &fleet)?,
        suite: check.suite(raw.suite.as_ref(), &fleet.attributes)?,
        trace: check.trace(raw.trace.as_ref(), &run)?,
        events: check.events(&raw.event, &run)?,
        run,
        fleet,
    })
}

/// The largest view.
const MOST_PEERS: u64 = 128;

/// The document that errors point into.
struct Check<'d, 't> {
    document: &'d Document<'t>,
    /// Whether the number of cycles comes from the command line.
    shortened: bool,
}

impl Check<'_, '_> {
    fn run(&self, raw: &raw::Run) -> Result<Run, Error> {
        Ok(Run {
            nodes: self.count(&raw.nodes)?,
            cycles: raw.cycles.as_ref().map_or(Ok(40), |cycles| self.count(cycles))?,
            seed: raw.seed.as_ref().map_or(Ok(1), |seed| self.whole(seed, 0, i64::MAX as u64))?,
            cycle_seconds: raw.cycle_seconds.as_ref().map_or(Ok(10.0), |seconds| self.positive(seconds))?,
        })
    }

    fn sampling(&self, raw: Option<&raw::Sampling>) -> Result<Sampling, Error> {
        let view = raw.and_then(|raw| raw.view.as_ref());
        Ok(Sampling {
            protocol: raw.and_then(|raw| raw.protocol).unwrap_or(SamplingProtocol::Oracle),
            view: view.map_or(Ok(20), |view| self.whole(view, 1, MOST_PEERS).map(|view| view as u32))?,
            pairing: raw.and_then(|raw| raw.pairing).unwrap_or(Pairing::Ordered),
            partners: raw.and_then(|raw| raw.partners).unwrap_or(Partners::Drawn),
        })
    }

    fn network(&self, raw: Option<&raw::Network>) -> Result<Network, Error> {
        let loss = |loss: Option<&At<raw::Number>>| loss.map_or(Ok(0.0), |loss| self.fraction(loss));
        Ok(Network {
            request_loss: loss(raw.and_then(|raw| raw.request_loss.as_ref()))?,
            reply_loss: loss(raw.and_then(|raw| raw.reply_loss.as_ref()))?,
        })
    }

    fn aggregates(&self, raw: &[raw::Aggregate], fleet: &Fleet) -> Result<Vec<Aggregate>, Error> {
        self.unique("aggregate", raw.iter().map(|aggregate| &aggregate.name))?;
        raw.iter()
            .map(|raw| {
                let attribute = self.attribute(&raw.attribute, &fleet.attributes)?;
                if *raw.function == Function::GeometricMean {
                    self.all_positive(raw, attribute, &fleet.source)?;
                }
                Ok(Aggregate { name: raw.name.clone(), function: *raw.function, attribute })
            })
            .collect()
    }

    fn all_positive(&self, raw: &raw::Aggregate, attribute: usize, source: &Source) -> Result<(), Error> {
        let Source::Classes(classes) = source else {
            return Ok(());
        };
        let offender = classes.iter().find(|class| class.share > 0.0 && !class.attributes[attribute].is_positive());
        offender.map_or(Ok(()), |class| {
            let message = format!(
                "the geometric mean needs positive values, but `{}` of class \"{}\" may be 0 or less",
                *raw.attribute, class.name
            );
            Err(self.refuse(
                raw.attribute.span(),
                message,
                "choose another function, or a distribution of positive values",
            ))
        })
    }

    fn trace(&self, raw: Option<&raw::Trace>, run: &Run) -> Result<Trace, Error> {
        let every = raw.and_then(|raw| raw.every.as_ref());
        Ok(Trace {
            every: every.map_or(Ok(1), |every| self.count(every))?,
            nodes: raw.and_then(|raw| raw.nodes.as_ref()).map_or(Ok(None), |nodes| self.panel(nodes, run))?,
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
        let sample = match &raw.sample {
            None => PANEL_NODES,
            Some(sample) => match &**sample {
                raw::Sample::All(_) => u32::MAX,
                raw::Sample::Count(count) => self.whole_at(*count, sample.span(), 1, u32::MAX.into())? as u32,
            },
        };
        let sample = if sample >= run.nodes { Sample::All } else { Sample::Count(sample) };
        Ok((!cycles.is_empty()).then_some(Panel { cycles, sample }))
    }

    fn events(&self, raw: &[At<raw::Event>], run: &Run) -> Result<Vec<Event>, Error> {
        let events = raw.iter().filter_map(|raw| self.event(raw, run).transpose());
        let mut events = events.collect::<Result<Vec<Event>, Error>>()?;
        events.sort_by_key(|event| event.at_cycle);
        Ok(events)
    }

    fn event(&self, raw: &At<raw::Event>, run: &Run) -> Result<Option<Event>, Error> {
        let at_cycle = self.cycle(&raw.at_cycle, 1, run)?;
        let Some(crash) = &raw.crash else {
            let help = "say what happens, as in `crash = { share = 0.5 }`";
            return Err(self.refuse(raw.span(), "this event does nothing", help));
        };
        let kind = EventKind::Crash { share: self.fraction(&crash.share)? };
        Ok(at_cycle.map(|at_cycle| Event { at_cycle, kind }))
    }

    /// A cycle of the run; `None` if it is one of the file's that the command line cuts off by a shorter run.
    fn cycle(&self, raw: &At<raw::Whole>, first: u32, run: &Run) -> Result<Option<u32>, Error> {
        let cut = self.shortened && !self.document.is_override(&raw.span());
        let last = if cut { u32::MAX } else { run.cycles };
        self.whole(raw, first.into(), last.into())
            .map(|cycle| Some(cycle as u32).filter(|&cycle| cycle <= run.cycles))
            .map_err(|error| error.helped(format!("the run has {} cycles (`run.cycles`)", run.cycles)))
    }

    fn refuse(&self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Error {
        self.document.error(Kind::Value, span, message).helped(help)
    }
}
