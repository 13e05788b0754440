//! What theory says: factors of the variance over nodes, and of the mean of an instance.
//!
//! In a cycle of ordered exchanges each node starts one, at a random moment t in 0..1. Let u and m be the mean squares
//! of the deviations of those that have yet to start, and of all; q the chance that a request arrives, w that its reply
//! is then lost.
//!
//! ```text
//! u' = -q u / 2                                    who has not started changes only as a partner of a node like itself
//! m' = -q (1-w) (u + m) / 2 + q w (u - 3 m) / 4    both take the mean; or the partner alone
//! ```
//!
//! Jelasity, Montresor and Babaoglu, *Gossip-based aggregation in large dynamic networks*, TOCS 2005; the losses of
//! replies are worked out here, since the paper has them by experiment alone.

/// Steps by which a cycle is integrated: the error is below 10^-4 of the result.
const STEPS: u32 = 20_000;

/// The factor of the variance in a cycle in which a link fails with probability `failed`, in both directions at once.
pub fn link_failure(failed: f64) -> f64 {
    f64::midpoint(1.0, failed) * libm::exp(-(1.0 - failed) / 2.0)
}

/// The factor of the variance in a cycle, where requests arrive with probability `arrives`, of which replies are then
/// lost with probability `lost`.
pub fn factor(arrives: f64, lost: f64) -> f64 {
    if lost == 0.0 {
        return link_failure(1.0 - arrives);
    }
    let own = arrives / 2.0;
    let all = arrives * (0.5 + lost / 4.0);
    let from_own = arrives * (0.75 * lost - 0.5);
    libm::exp(-all) + from_own * (libm::exp(-own) - libm::exp(-all)) / (all - own)
}

/// The variance that the sum of all values gains in a cycle, for a sum of squared deviations of one at its beginning.
///
/// A node that alone takes the mean changes the sum by half the difference to its initiator, d. That adds d² to the
/// second moment of the sum, and more where those that have yet to start hold more than their part of it: `sums` are
/// the second moments of their sum a and the sum of all, s: aa, as, ss.
pub fn drift(arrives: f64, lost: f64) -> f64 {
    let step = 1.0 / f64::from(STEPS);
    let (mut own, mut all) = (1.0, 1.0);
    let mut sums = [0.0; 3];
    let one_sided = arrives * lost;
    for k in 0..STEPS {
        let t = (f64::from(k) + 0.5) * step;
        let left = 1.0 - t;
        let [aa, ab, bb] = sums;
        let slopes = [
            -2.0 * aa / left + (1.0 - arrives) * own + arrives * (t * own + left * own / 2.0),
            -ab / left + one_sided * ((aa / left - ab) / 2.0 - own / 2.0 + left * own / 2.0),
            one_sided * (ab / left - bb + (own + all) / 4.0),
        ];
        for (sum, slope) in sums.iter_mut().zip(slopes) {
            *sum += slope * step;
        }
        let change = -arrives * (1.0 - lost) * (own + all) / 2.0 + one_sided * (own - 3.0 * all) / 4.0;
        own -= arrives * own / 2.0 * step;
        all += change * step;
    }
    sums[2]
}

/// The relative variance of the mean of an instance of a count, after so many cycles of loss.
pub fn loss(arrives: f64, lost: f64, cycles: u32) -> f64 {
    let factor = factor(arrives, lost);
    drift(arrives, lost) * (1.0 - factor.powi(cycles as i32)) / (1.0 - factor)
}

/// The relative variance of the mean of an instance after a share of the nodes has died, so many cycles from its
/// beginning.
pub fn crash(died: f64, cycles: u32) -> f64 {
    link_failure(0.0).powi(cycles as i32) * died / (1.0 - died)
}

/// The same where that share of all live nodes is substituted before each cycle from the second to the last, by nodes
/// that refuse. Those that still take part are a falling share of all, and as many of their exchanges succeed.
pub fn substitution(substituted: f64, cycles: u32) -> f64 {
    let (mut taking_part, mut spread, mut variance) = (1.0, 1.0, 0.0);
    for _ in 1..cycles {
        spread *= link_failure(1.0 - taking_part);
        variance += spread / taking_part * substituted / (1.0 - substituted);
        taking_part *= 1.0 - substituted;
    }
    variance
}

/// Cycles after which a count among so many nodes has a relative spread of at most `error`.
pub fn cycles(nodes: u32, error: f64, factor: f64) -> u32 {
    ((libm::log(f64::from(nodes)) - 2.0 * libm::log(error)) / -libm::log(factor)).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not within {tolerance} of {expected}");
    }

    #[test]
    fn the_factors_are_the_published_ones() {
        assert_near(factor(1.0, 0.0), 0.303_265, 1e-6);
        assert_near(link_failure(0.2), 0.4022, 1e-4);
        assert_near(link_failure(0.5), 0.5841, 1e-4);
        assert_near(factor(0.7, 1e-9), factor(0.7, 0.0), 1e-6);
        assert_eq!(cycles(100_000, 0.01, factor(1.0, 0.0)), 18);
    }

    #[test]
    fn few_losses_let_the_mean_drift_as_the_paper_says() {
        // To the first order w (u + m) / 4 over the cycle, and less by what correlates.
        assert_near(drift(1.0, 0.0), 0.0, 1e-12);
        assert_near(crash(0.5, 10), 0.303_265_f64.powi(10), 1e-9);
        // The closed sum of the theorem, with links that do not fail.
        let ratio = link_failure(0.0) / 0.99;
        let theorem = 0.01 / 0.99 * (1.0 - ratio.powi(29)) / (1.0 - ratio) * link_failure(0.0);
        assert_near(substitution(0.01, 30), theorem, 0.02 * theorem);
    }

    /// One loop over nodes in a random order, many times: the factor and the drift of a peak.
    #[test]
    fn a_plain_simulation_agrees() {
        for (arrives, lost) in [(1.0, 0.3), (0.5, 0.5), (0.8, 1.0)] {
            let (squares, sums) = simulated(arrives, lost);
            assert_near(squares, factor(arrives, lost), 0.012);
            assert_near(sums, drift(arrives, lost), 0.03 * drift(arrives, lost));
        }
    }

    /// The sum of squared deviations and the variance of the sum, after one cycle from a peak.
    fn simulated(arrives: f64, lost: f64) -> (f64, f64) {
        const NODES: usize = 400;
        const RUNS: usize = 20_000;
        let mut state = 1_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 32) as f64 * 2_f64.powi(-32)
        };
        let (mut squares, mut sums) = (0.0, 0.0);
        for _ in 0..RUNS {
            // The peak lies anywhere, so the order of nodes may be that of their numbers.
            let mut values = [0.0; NODES];
            values[(draw() * NODES as f64) as usize] = 1.0;
            for from in 0..NODES {
                let to = (from + 1 + (draw() * (NODES - 1) as f64) as usize) % NODES;
                if draw() < arrives {
                    let mean = f64::midpoint(values[from], values[to]);
                    values[to] = mean;
                    if draw() >= lost {
                        values[from] = mean;
                    }
                }
            }
            let sum: f64 = values.iter().sum();
            squares += values.iter().map(|value| value * value).sum::<f64>() - sum * sum / NODES as f64;
            sums += (sum - 1.0) * (sum - 1.0);
        }
        (squares / RUNS as f64, sums / RUNS as f64)
    }
}
