//! Churn of real fleets, as far as figures are known.

use super::raw::Preset;
use super::{Churn, HOURS, Lengths, Rhythm, Sessions, TimeUnit};
use crate::fleet::Distribution;

/// How the nodes of a preset come and go.
pub(super) fn preset(preset: Preset) -> Churn {
    let (up, down, rhythm) = match preset {
        // Fitted to the availability of 32,946 Tor relays seen for 30 days or more between January 2023 and August
        // 2026: mean 0.904, quantiles 5/10/25/50 % 0.411/0.655/0.925/0.990 (here 0.910, 0.48/0.71/0.92/0.99); their
        // completed sessions have a median of 72 h and a mean of 761 h (here 92 and 650).
        Preset::AlwaysOn => (weibull(0.7, 3950.0, 1.5), weibull(0.5, 125.0, 2.2), None),
        // Overnet, mostly home PCs: 6.4 joins a day, half of the hosts up at most 30 % of the time (Bhagwan, Savage and
        // Voelker, Understanding availability, IPTPS 2003); sessions in file sharing are Weibull of shape 0.34 to 0.59
        // (Stutzbach and Rejaie, Understanding churn in peer-to-peer networks, IMC 2006). The spread is an assumption.
        Preset::HomePc => (weibull(0.5, 0.66, 0.5), weibull(0.5, 1.52, 0.5), None),
        // Phones that are idle, charged and on Wi-Fi: 36 % at 04:00 and 16 % at 13:00 local time; half cosines between
        // and sessions of an hour are assumptions.
        Preset::Phone => {
            let rhythm = Rhythm { shares: phone_shares(), time_zone: Distribution::Constant(0.0) };
            (exponential(1.0), exponential(2.85), Some(rhythm))
        }
        // No figures are known: up for eleven days between cuts of power of eight hours.
        Preset::SetTopBox => (weibull(0.7, 210.0, 1.0), Lengths { spread: 0.5, ..exponential(8.0) }, None),
    };
    Churn { sessions: Some(Sessions { up, down, rhythm }), ..Churn::NONE }
}

fn weibull(shape: f64, scale: f64, spread: f64) -> Lengths {
    Lengths { distribution: Distribution::Weibull { shape, scale }, unit: TimeUnit::Hours, spread }
}

fn exponential(mean: f64) -> Lengths {
    Lengths { distribution: Distribution::Exponential { mean }, unit: TimeUnit::Hours, spread: 0.0 }
}

/// Half a cosine down from 04:00 to 13:00, and up again.
fn phone_shares() -> [f64; HOURS] {
    const HIGH: (f64, f64) = (4.0, 0.36);
    const LOW: (f64, f64) = (13.0, 0.16);
    std::array::from_fn(|hour| {
        let since = (hour as f64 - HIGH.0).rem_euclid(HOURS as f64);
        let fall = LOW.0 - HIGH.0;
        let phase = if since <= fall { since / fall } else { 1.0 + (since - fall) / (HOURS as f64 - fall) };
        let share = LOW.1 + (HIGH.1 - LOW.1) * 0.5 * (1.0 + libm::cos(std::f64::consts::PI * phase));
        (share * 1000.0).round() / 1000.0
    })
}
