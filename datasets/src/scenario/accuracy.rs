//! How long an epoch must be, and how many instances a count needs, for an accuracy that is wished.
//!
//! Push-pull averaging in atomic, ordered exchanges lowers the variance over nodes by 1/(2 sqrt(e)) = 0.3033 a cycle,
//! so that an epoch of `(ln N + 2 ln(1/e)) / 1.193` cycles leaves a relative error of `e` among N nodes. Among views of
//! peer sampling it falls more slowly, the more so the smaller and the more clustered they are: see [`SLOWER`].
//!
//! What an instance of a count ends with also errs as a whole: mass goes where an exchange updates only one of two
//! nodes, and with nodes that leave. Early on, when few nodes have all the mass, this weighs most; over all cycles the
//! variance is that of the first, summed as a geometric series. The mean of t instances errs by `1 / sqrt(t)` of that;
//! dropping the outer thirds of them costs a fifth.
//!
//! Jelasity, Montresor and Babaoglu, Gossip-based aggregation in large dynamic networks (TOCS 2005).

use super::{Churn, Class, Fleet, Lengths, Network, Sampling, SamplingProtocol, StaticGraph, Wiring};

/// Cost of leaving the outer thirds out of a mean, as a factor of its standard deviation.
const TRIMMED: f64 = 1.2;

/// The most instances that an accuracy asks for by itself.
const MOST_INSTANCES: u32 = 20;

/// The factor by which the variance falls in a cycle among random partners.
const RANDOM: f64 = 0.3033;

/// By how much it falls in a cycle among the views of a protocol: entries of a view, and the factor in per cent.
type Slower = [(f64, f64)];

/// The factors of Newscast; of the generic framework with healing of half the view; of that without healing, where
/// swapping would lower the factor; of Cyclon; of a window. Measured here: geometric mean over the second epoch of 25
/// cycles, mean of three runs of 20,000 nodes. Between two lengths of view the true factor lies below the straight
/// line, so that epochs are rather too long.
///
/// The shortest views do not hold a cloud together (`doubt.rs` has how long they must be): it falls into more and more
/// parts, whose averages differ, so that no epoch reaches the error there, however long. The factors of these views say
/// no more than that a cloud mixes badly.
const SLOWER: [&Slower; 5] = [
    &[(4.0, 96.8), (8.0, 93.1), (12.0, 79.8), (16.0, 47.0), (20.0, 36.2), (24.0, 32.9), (30.0, 31.8), (60.0, 31.0)],
    &[(4.0, 95.0), (8.0, 78.4), (12.0, 48.8), (15.0, 37.9), (20.0, 33.7), (30.0, 31.6), (60.0, 30.9)],
    &[(4.0, 55.9), (8.0, 34.9), (20.0, 32.6), (60.0, 31.7)],
    &[(4.0, 32.8), (8.0, 31.2), (20.0, 30.6), (60.0, 30.4)],
    &[(4.0, 81.4), (8.0, 40.7), (12.0, 35.8), (20.0, 33.0), (60.0, 31.1)],
];

/// The longest epoch that an accuracy asks for by itself.
const MOST_CYCLES: u32 = 10_000;

/// Cycles of an epoch after which nodes are within this relative error, at least 1 and at most [`MOST_CYCLES`]. Lost
/// messages and clustered views each make it longer by a factor of their own: a cycle in which nine of ten requests are
/// lost is a part of a cycle, whoever the partners are.
pub(super) fn epoch_cycles(nodes: u32, error: f64, network: &Network, sampling: &Sampling) -> u32 {
    let slower = libm::log(among_views(sampling)) / libm::log(RANDOM);
    let cycles = (libm::log(f64::from(nodes)) - 2.0 * libm::log(error)) / (-libm::log(factor(network)) * slower);
    cycles.ceil().clamp(1.0, f64::from(MOST_CYCLES)) as u32
}

/// The factor along a graph whose mixing is not known: a cautious guess.
const UNKNOWN: f64 = 0.9;

/// The factor by which the variance falls in a cycle where nothing is lost: as measured ([`SLOWER`]), between two
/// lengths of view on a straight line; for shorter views that of the shortest, for longer ones that of the longest.
fn among_views(sampling: &Sampling) -> f64 {
    let [newscast, healing, blind, cyclon, window] = SLOWER;
    let measured = match sampling.protocol {
        SamplingProtocol::Oracle => return RANDOM,
        SamplingProtocol::Static => match sampling.graph.as_ref() {
            // Its links are those of views that are never renewed.
            Some(StaticGraph { wiring: Wiring::KOut, .. }) => blind,
            Some(StaticGraph { wiring: Wiring::Complete, .. }) => return RANDOM,
            _ => return UNKNOWN,
        },
        SamplingProtocol::Newscast => newscast,
        SamplingProtocol::Generic if sampling.healing > 0 => healing,
        SamplingProtocol::Generic => blind,
        SamplingProtocol::Cyclon => cyclon,
        SamplingProtocol::Window => window,
    };
    let links = sampling.graph.as_ref().map_or(sampling.view, |graph| graph.degree);
    let view = f64::from(links).clamp(measured[0].0, measured[measured.len() - 1].0);
    let around = measured.windows(2).find(|pair| view <= pair[1].0);
    around.map_or(RANDOM, |pair| {
        let [(shorter, slow), (longer, fast)] = [pair[0], pair[1]];
        (slow + (fast - slow) * (view - shorter) / (longer - shorter)) / 100.0
    })
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
pub(super) fn leaving(fleet: &Fleet, nodes: u32, cycle_seconds: f64) -> f64 {
    let counted = |class: &Class| class.nodes.map_or(0.0, |count| f64::from(count) / f64::from(nodes));
    let others = 1.0 - fleet.classes().iter().map(counted).sum::<f64>();
    let share = |class: &Class| counted(class) + class.share * others;
    let of_class = |class: &Class| share(class) * leaving_of(&class.churn, cycle_seconds);
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

    fn network(request_loss: f64, reply_loss: f64) -> Network {
        Network { request_loss, reply_loss }
    }

    /// The peer sampling of a scenario.
    fn sampling(keys: &str) -> Sampling {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("any.toml");
        let text = format!(
            "[run]\nnodes = 100\ncycles = 1\n[[fleet.class]]\nname = \"any\"\nshare = 1\nattributes.x = 1\n\
             [sampling]\n{keys}"
        );
        std::fs::write(&path, text).unwrap();
        crate::scenario::read(&path, &[]).unwrap().sampling
    }

    #[test]
    fn an_epoch_grows_with_the_logarithm_of_cloud_and_accuracy() {
        let oracle = sampling("protocol = \"oracle\"");
        let cycles = [(100_000_000, 0.01), (100_000, 0.01), (1_000_000, 0.001)]
            .map(|(nodes, e)| epoch_cycles(nodes, e, &network(0.0, 0.0), &oracle));
        // (18.42 + 9.21) / 1.193 = 23.2, (11.51 + 9.21) / 1.193 = 17.4, (13.82 + 13.82) / 1.193 = 23.2.
        assert_eq!(cycles, [24, 18, 24]);
        // With a fifth of the requests lost the factor is 0.402: 27.63 / 0.911 = 30.3.
        assert_eq!(epoch_cycles(100_000_000, 0.01, &network(0.2, 0.0), &oracle), 31);
        assert_eq!(epoch_cycles(1, 0.999, &network(0.0, 0.0), &oracle), 1);
    }

    #[test]
    fn an_epoch_is_longer_among_small_and_clustered_views() {
        let cycles = |keys: &str| epoch_cycles(100_000, 0.01, &network(0.0, 0.0), &sampling(keys));
        // 20.72 over the logarithms of 0.362, 0.931, 0.31 and, in the middle of 0.362 and 0.329, 0.3455.
        let newscast = ["view = 20", "view = 8", "view = 100", "view = 22"]
            .map(|view| cycles(&format!("protocol = \"newscast\"\n{view}")));
        assert_eq!(newscast, [21, 290, 18, 20]);
        // 0.337, 0.326, 0.306 and 0.330.
        let others = ["generic\"\nhealing = 10", "generic\"", "cyclon\"", "window\""]
            .map(|keys| cycles(&format!("view = 20\nprotocol = \"{keys}")));
        assert_eq!(others, [20, 19, 18, 19]);
        // Of nine in ten requests lost the logarithm is 0.101, a twelfth of 1.193, so there are twelve times as many.
        let lossy = epoch_cycles(100_000, 0.01, &network(0.9, 0.0), &sampling("protocol = \"newscast\"\nview = 8"));
        assert_eq!(lossy, 3414);
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
