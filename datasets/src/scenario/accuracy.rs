//! How long an epoch must be, and how many instances a count needs, for an accuracy that is wished.
//!
//! Push-pull averaging in atomic, ordered exchanges lowers the variance over nodes by 1/(2 sqrt(e)) = 0.3033 a cycle,
//! so that an epoch of `(ln N + 2 ln(1/e)) / 1.193` cycles leaves a relative error of `e` among N nodes.
//!
//! What an instance of a count ends with also errs as a whole: mass goes where an exchange updates only one of two
//! nodes, and with nodes that leave. Early on, when few nodes have all the mass, this weighs most; over all cycles the
//! variance is that of the first, summed as a geometric series. The mean of t instances errs by `1 / sqrt(t)` of that;
//! dropping the outer thirds of them costs a fifth.
//!
//! Jelasity, Montresor and Babaoglu, Gossip-based aggregation in large dynamic networks (TOCS 2005).

use super::{Churn, Class, Fleet, Lengths, Network, SamplingProtocol};

/// Cost of leaving the outer thirds out of a mean, as a factor of its standard deviation.
const TRIMMED: f64 = 1.2;

/// The most instances that an accuracy asks for by itself.
const MOST_INSTANCES: u32 = 20;

/// How much slower the variance falls among views of Newscast, which are clustered: by 0.356 a cycle over the first
/// epoch of 25 cycles with views of 20, by 0.362 over later ones. It falls more slowly among smaller views: by 0.8 with
/// 12 entries; by 0.318 with 30.
const CLUSTERED: f64 = 0.356 / 0.3033;

/// The longest epoch that an accuracy asks for by itself.
const MOST_CYCLES: u32 = 10_000;

/// Cycles of an epoch after which nodes are within this relative error, at least 1 and at most [`MOST_CYCLES`].
pub(super) fn epoch_cycles(nodes: u32, error: f64, network: &Network, protocol: SamplingProtocol) -> u32 {
    let slower = if protocol == SamplingProtocol::Newscast { CLUSTERED } else { 1.0 };
    let cycles = (libm::log(f64::from(nodes)) - 2.0 * libm::log(error)) / -libm::log(factor(network) * slower);
    cycles.ceil().clamp(1.0, f64::from(MOST_CYCLES)) as u32
}

/// The factor by which the variance falls in a cycle: 1/(2 sqrt(e)) where nothing is lost, else as for links that fail.
fn factor(network: &Network) -> f64 {
    let lost = 1.0 - (1.0 - network.request_loss) * (1.0 - network.reply_loss);
    f64::midpoint(1.0, lost) * libm::exp(-(1.0 - lost) / 2.0)
}

/// Instances of a count that are within this relative error, each with this relative standard deviation.
pub(super) fn instances(error: f64, deviation: f64) -> u32 {
    let instances = TRIMMED * deviation / error;
    ((instances * instances).ceil() as u32).clamp(1, MOST_INSTANCES)
}

/// Relative standard deviation of what an instance ends with, where this share of the nodes leaves in a cycle.
pub(super) fn deviation(network: &Network, leaving: f64) -> f64 {
    let one_sided = (1.0 - network.request_loss) * network.reply_loss;
    ((one_sided / 2.0 + leaving) / (1.0 - factor(network))).sqrt()
}

/// The share of the nodes that is expected to leave in a cycle, by their class; a replay is not looked at.
pub(super) fn leaving(fleet: &Fleet, cycle_seconds: f64) -> f64 {
    let of_class = |class: &Class| class.share * leaving_of(&class.churn, cycle_seconds);
    let of_file = leaving_of(&fleet.churn, cycle_seconds);
    (of_file + fleet.classes().iter().map(of_class).sum::<f64>()).min(1.0)
}

fn leaving_of(churn: &Churn, cycle_seconds: f64) -> f64 {
    let up = churn.sessions.as_ref().map(|sessions| &sessions.up);
    let lifetime = churn.turnover.as_ref().map(|turnover| &turnover.lifetime);
    let rate = |lengths: &Lengths| cycle_seconds / lengths.mean_seconds();
    up.into_iter().chain(lifetime).map(rate).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORACLE: SamplingProtocol = SamplingProtocol::Oracle;

    fn network(request_loss: f64, reply_loss: f64) -> Network {
        Network { request_loss, reply_loss }
    }

    #[test]
    fn an_epoch_grows_with_the_logarithm_of_cloud_and_accuracy() {
        let cycles = [(100_000_000, 0.01), (100_000, 0.01), (1_000_000, 0.001)]
            .map(|(nodes, e)| epoch_cycles(nodes, e, &network(0.0, 0.0), ORACLE));
        // (18.42 + 9.21) / 1.193 = 23.2, (11.51 + 9.21) / 1.193 = 17.4, (13.82 + 13.82) / 1.193 = 23.2.
        assert_eq!(cycles, [24, 18, 24]);
        // With a fifth of the requests lost the factor is 0.402: 27.63 / 0.911 = 30.3.
        assert_eq!(epoch_cycles(100_000_000, 0.01, &network(0.2, 0.0), ORACLE), 31);
        assert_eq!(epoch_cycles(100_000_000, 0.01, &network(0.0, 0.0), SamplingProtocol::Newscast), 27);
        assert_eq!(epoch_cycles(1, 0.999, &network(0.0, 0.0), ORACLE), 1);
    }

    #[test]
    fn an_instance_errs_by_what_is_lost_and_who_leaves() {
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 5e-4, "{found} for {expected}");
        near(deviation(&network(0.0, 0.0), 0.0), 0.0);
        // A lost request is no exchange: it only takes longer.
        near(deviation(&network(0.2, 0.0), 0.0), 0.0);
        // 0.1 / (1 - 0.6 e^-0.4), and 0.01 / (1 - 0.3033).
        near(deviation(&network(0.0, 0.2), 0.0), 0.4090);
        near(deviation(&network(0.0, 0.0), 0.01), 0.1198);
    }

    #[test]
    fn one_instance_will_do_without_loss_and_churn_and_twenty_are_the_most() {
        assert_eq!([0.0, 0.004, 0.02, f64::INFINITY, f64::NAN].map(|sd| instances(0.01, sd)), [1, 1, 6, 20, 1]);
    }
}
