//! How nodes learn their rank.

use super::aggregate::{LEAST_POINTS, LONGEST_EPOCH, MOST_POINTS};
use super::sampling::MOST_PEERS;
use crate::error::Error;
use crate::scenario::accuracy::epoch_cycles;
use crate::scenario::raw::{self, At};
use crate::scenario::slicing::SLICES;
use crate::scenario::{Network, Run, Sampling, Slicing, SlicingProtocol};
use crate::written::Check;

/// Comparisons that a node of `ranking` remembers.
const WINDOW: u32 = 1024;

/// The most of them.
const LONGEST_WINDOW: u64 = 1 << 14;

/// The most equal slices: they are noted in a byte.
const MOST_SLICES: u64 = 256;

/// Points at which a node of `quantile` knows the distribution.
const POINTS: u32 = 50;

/// What stands for the epochs of `quantile` where there are none.
const EPOCH_CYCLES: u32 = 25;

/// The relative error that they are long enough for.
const ERROR: f64 = 0.001;

impl Check<'_, '_> {
    pub(super) fn slicing(
        &self,
        raw: Option<&raw::Slicing>,
        run: &Run,
        sampling: &Sampling,
        network: &Network,
    ) -> Result<Slicing, Error> {
        let written = raw.and_then(|raw| raw.protocol.as_ref());
        let protocol = written.map_or(SlicingProtocol::Ordered, |protocol| **protocol);
        let steadiness = raw.and_then(|raw| raw.steadiness.as_ref()).map_or(Ok(0.0), |steadiness| {
            let expected = "a fraction of at least 0 and below 0.5";
            self.number_where(steadiness, expected, |value| (0.0..0.5).contains(&value))
        })?;
        let window = self.window(raw.and_then(|raw| raw.window.as_ref()), protocol)?;
        let candidates = self.candidates(raw.and_then(|raw| raw.candidates.as_ref()), protocol, sampling)?;
        let quantile = protocol == SlicingProtocol::Quantile;
        let points = raw.and_then(|raw| raw.points.as_ref());
        self.only_for(SlicingProtocol::Quantile, protocol, points, "points")?;
        let cycles = raw.and_then(|raw| raw.epoch_cycles.as_ref());
        self.only_for(SlicingProtocol::Quantile, protocol, cycles, "epoch_cycles")?;
        if let Some(written) = written.filter(|_| quantile) {
            self.epochs_fit(sampling, || (written.span(), format!("`protocol = \"{protocol}\"`")))?;
        }
        let default = if quantile { epoch_cycles(run.nodes, ERROR, network, sampling) } else { EPOCH_CYCLES };
        Ok(Slicing {
            protocol,
            candidates,
            window,
            steadiness,
            points: self.number_or(points, POINTS, LEAST_POINTS, MOST_POINTS)?,
            epoch_cycles: self.number_or(cycles, default, 1, LONGEST_EPOCH)?,
            slices: self.number_or(raw.and_then(|raw| raw.slices.as_ref()), SLICES, 2, MOST_SLICES)?,
        })
    }

    fn candidates(
        &self,
        raw: Option<&At<raw::Whole>>,
        protocol: SlicingProtocol,
        sampling: &Sampling,
    ) -> Result<Option<u32>, Error> {
        let swaps = matches!(protocol, SlicingProtocol::Ordered | SlicingProtocol::OrderedMaxGain);
        let Some(written) = raw else { return Ok(None) };
        if !swaps {
            self.only_for(SlicingProtocol::Ordered, protocol, raw, "candidates")?;
        }
        let candidates = self.number_or(raw, 1, 1, MOST_PEERS)?;
        if candidates > sampling.view {
            let message = format!("`slicing.candidates` is {candidates}, but a node sees {} peers", sampling.view);
            let help = "write no more than `sampling.view`, or leave it out to look at all".to_owned();
            return Err(self.refuse(written.span(), message, help));
        }
        Ok(Some(candidates))
    }

    fn window(&self, raw: Option<&At<raw::Whole>>, protocol: SlicingProtocol) -> Result<u32, Error> {
        self.only_for(SlicingProtocol::Ranking, protocol, raw, "window")?;
        let length = self.number_or(raw, WINDOW, 0, LONGEST_WINDOW)?;
        if let Some(window) = raw.filter(|_| !length.is_multiple_of(64)) {
            let message = format!("`slicing.window` is {length}, expected a multiple of 64");
            let help = format!("write {}, or 0 to remember all", length.next_multiple_of(64));
            return Err(self.refuse(window.span(), message, help));
        }
        Ok(length)
    }

    /// Refuses a key that would mean nothing under a protocol.
    fn only_for<T>(
        &self,
        only: SlicingProtocol,
        protocol: SlicingProtocol,
        raw: Option<&At<T>>,
        key: &str,
    ) -> Result<(), Error> {
        let Some(raw) = raw.filter(|_| protocol != only) else { return Ok(()) };
        let message = format!("`{key}` means nothing with `protocol = \"{protocol}\"`");
        Err(self.refuse(raw.span(), message, format!("leave it out, or choose `protocol = \"{only}\"`")))
    }
}
