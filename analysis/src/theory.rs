//! What published theorems say a run should show.

use std::f64::consts::E;

use crate::{Pairing, Settings};

/// By what factor the variance of averaging falls in a cycle; `None` where no theorem is known for the settings.
///
/// Ordered exchange: ((1 + p) / 2) · e^(−(1 − p) / 2) with requests lost at probability p, which is 1/(2√e) without
/// loss. Matching: 1/4 without loss. (Jelasity, Montresor and Babaoglu, *Gossip-based aggregation in large dynamic
/// networks*, ACM TOCS 2005.) They hold where a node meets random others: along a graph that stays as it is the
/// variance falls by what the graph allows, unless it links everybody with everybody.
///
/// ```
/// use analysis::{Settings, theory};
///
/// let factor = theory::variance_factor(&Settings::default()).unwrap();
/// assert!((factor - 0.3033).abs() < 1e-4);
/// ```
#[must_use]
pub fn variance_factor(settings: &Settings) -> Option<f64> {
    let lost = settings.request_loss;
    if settings.reply_loss > 0.0 || settings.graph.as_deref().is_some_and(|graph| graph != "complete") {
        return None;
    }
    match settings.pairing {
        Pairing::Ordered => Some(f64::midpoint(1.0, lost) * E.powf((lost - 1.0) / 2.0)),
        Pairing::Matching => (lost == 0.0).then_some(0.25),
    }
}
