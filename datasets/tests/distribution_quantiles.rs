//! Quantiles against an independent library, known values and their own distribution functions.
#![forbid(unsafe_code)]

use datasets::fleet::Distribution;
use proptest::prelude::*;
use statrs::distribution::{Beta, ContinuousCDF, LogNormal, Normal, Weibull};
use statrs::function::beta::beta_reg;

const SPREAD: [f64; 13] = [1e-9, 1e-6, 1e-3, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0 - 1e-6, 1.0 - 1e-9];

fn close(found: f64, expected: f64, relative: f64) -> bool {
    (found - expected).abs() <= relative * expected.abs().max(1e-300)
}

#[test]
fn the_normal_quantiles_are_those_of_the_tables() {
    let standard = Distribution::Lognormal { median: 1.0, sigma: 1.0 };
    for (u, z) in [
        (0.841_344_746_068_542_9, 1.0),
        (0.975, 1.959_963_984_540_054),
        (0.999, 3.090_232_306_167_813_5),
        (1e-9, -5.997_807_015_007_687),
        (1e-20, -9.262_340_089_798_408),
    ] {
        assert!((libm::log(standard.quantile(u)) - z).abs() < 1e-13 * z.abs().max(1.0), "{u}");
    }
}

#[test]
fn lognormal_weibull_and_beta_quantiles_invert_the_distribution_functions_of_statrs() {
    for u in SPREAD {
        for sigma in [0.3, 1.1, 2.0] {
            let x = Distribution::Lognormal { median: 75.0, sigma }.quantile(u);
            let other = LogNormal::new(libm::log(75.0), sigma).unwrap();
            assert!(close(other.cdf(x), u, 1e-9) && close(other.sf(x), 1.0 - u, 1e-6), "lognormal {sigma} {u}");
        }
        for shape in [0.5, 1.0, 3.0] {
            let x = Distribution::Weibull { shape, scale: 30.0 }.quantile(u);
            let other = Weibull::new(shape, 30.0).unwrap();
            assert!(close(other.cdf(x), u, 1e-9) && close(other.sf(x), 1.0 - u, 1e-6), "weibull {shape} {u}");
        }
        for (alpha, beta) in [(9.0, 1.0), (60.0, 1.2), (2.0, 5.0), (0.5, 0.5), (1.0, 3.0), (300.0, 700.0)] {
            let x = Distribution::Beta { alpha, beta }.quantile(u);
            let other = Beta::new(alpha, beta).unwrap();
            assert!(close(other.cdf(x), u, 1e-8), "beta {alpha} {beta} {u}: {x} {}", other.cdf(x));
        }
    }
}

#[test]
fn the_upper_tail_of_a_beta_near_one_is_exact() {
    // Of beta(a, b) for large a and x near 1: the share above x is that of beta(b, a) below 1 - x.
    for (alpha, beta) in [(9.0, 1.0), (9.0, 1.5), (60.0, 1.2), (5.0, 3.0)] {
        for tail in [1e-3, 1e-6, 1e-9] {
            let u = 1.0 - tail;
            let x = Distribution::Beta { alpha, beta }.quantile(u);
            assert!(close(beta_reg(beta, alpha, 1.0 - x), 1.0 - u, 1e-6), "{alpha} {beta} {tail}");
        }
    }
}

#[test]
fn a_normal_is_cut_off_below_zero() {
    for (mean, sd) in [(10.0, 1.0), (1.0, 1.0), (0.0, 2.0), (-3.0, 1.0), (-20.0, 1.0)] {
        let other = Normal::new(mean, sd).unwrap();
        let kept = other.sf(0.0);
        let cut = Distribution::Normal { mean, sd };
        for u in SPREAD {
            let x = cut.quantile(u);
            assert!(x >= 0.0);
            assert!(close(other.sf(x), (1.0 - u) * kept, 1e-6), "{mean} {sd} {u}: {x}");
        }
    }
}

#[test]
fn means_are_those_of_the_formulas() {
    let mean = |distribution: &Distribution| {
        let steps = 20_000;
        (0..steps).map(|i| distribution.quantile((f64::from(i) + 0.5) / f64::from(steps))).sum::<f64>()
            / f64::from(steps)
    };
    let cases = [
        (Distribution::Constant(4.0), 4.0),
        (Distribution::Uniform { low: -1.0, high: 5.0 }, 2.0),
        (Distribution::Beta { alpha: 9.0, beta: 1.0 }, 0.9),
        (Distribution::Beta { alpha: 2.0, beta: 5.0 }, 2.0 / 7.0),
        (Distribution::Lognormal { median: 2.0, sigma: 0.5 }, 2.0 * libm::exp(0.125)),
        (Distribution::Weibull { shape: 2.0, scale: 1.0 }, std::f64::consts::PI.sqrt() / 2.0),
        (Distribution::Normal { mean: 0.0, sd: 1.0 }, (2.0 / std::f64::consts::PI).sqrt()),
        (Distribution::Quantiles(vec![(0.0, 1.0), (0.5, 2.0), (1.0, 5.0)]), 2.5),
        (Distribution::Choice(vec![(1.0, 0.25), (3.0, 0.75)]), 2.5),
    ];
    for (distribution, expected) in cases {
        assert!(close(mean(&distribution), expected, 1e-3), "{distribution:?}: {}", mean(&distribution));
    }
}

#[test]
#[expect(clippy::float_cmp, reason = "these values are exact")]
fn a_quantile_table_starts_at_zero_and_goes_on_at_its_end() {
    let table = Distribution::Quantiles(vec![(0.25, 1.0), (0.5, 16.0), (0.75, 20.0)]);
    let found = [0.0, 0.125, 0.25, 0.375, 0.75, 1.0].map(|u| table.quantile(u));
    assert_eq!(found, [0.0, 0.5, 1.0, 8.5, 20.0, 24.0]);
    let below_zero = Distribution::Quantiles(vec![(0.5, -2.0), (1.0, 3.0)]);
    assert_eq!([0.0, 0.3, 0.5].map(|u| below_zero.quantile(u)), [-2.0; 3]);
    let fixed = Distribution::Quantiles(vec![(0.0, 5.0), (1.0, 7.0)]);
    assert_eq!([0.0, 0.5, 1.0].map(|u| fixed.quantile(u)), [5.0, 6.0, 7.0]);
}

#[test]
#[expect(clippy::float_cmp, reason = "these values are exact")]
fn a_choice_gives_each_value_its_weight() {
    let choice = Distribution::Choice(vec![(1.0, 0.0), (2.0, 0.5), (3.0, 0.25), (4.0, 0.25), (9.0, 0.0)]);
    let found = [0.0, 0.499, 0.5, 0.74, 0.76, 1.0].map(|u| choice.quantile(u));
    assert_eq!(found, [2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
}

fn any_distribution() -> impl Strategy<Value = Distribution> {
    prop_oneof![
        (-1e6..1e6_f64).prop_map(Distribution::Constant),
        (-1e6..1e6_f64, 0.0..1e6_f64).prop_map(|(low, width)| Distribution::Uniform { low, high: low + width }),
        (0.05..200.0_f64, 0.05..200.0_f64).prop_map(|(alpha, beta)| Distribution::Beta { alpha, beta }),
        (1e-3..1e6_f64, 0.0..4.0_f64).prop_map(|(median, sigma)| Distribution::Lognormal { median, sigma }),
        (0.2..10.0_f64, 1e-3..1e6_f64).prop_map(|(shape, scale)| Distribution::Weibull { shape, scale }),
        (-20.0..100.0_f64, 1.0..50.0_f64).prop_map(|(mean, sd)| Distribution::Normal { mean, sd }),
        prop::collection::vec((0.001..0.1_f64, 0.0..100.0_f64), 1..9).prop_map(|steps| {
            let mut at = (0.0, -20.0);
            Distribution::Quantiles(
                steps
                    .iter()
                    .map(|step| {
                        at = (at.0 + step.0, at.1 + step.1);
                        at
                    })
                    .collect(),
            )
        }),
        prop::collection::vec((0.0..100.0_f64, 0.1..1.0_f64), 1..9).prop_map(|steps| {
            let sum: f64 = steps.iter().map(|step| step.1).sum();
            let mut value = -50.0;
            Distribution::Choice(
                steps
                    .iter()
                    .map(|step| {
                        value += step.0;
                        (value, step.1 / sum)
                    })
                    .collect(),
            )
        }),
    ]
}

#[test]
fn a_normal_cut_at_zero_does_not_fall_where_it_begins() {
    let cut = Distribution::Normal { mean: 85.072_751_714_091_95, sd: 35.207_440_184_201_62 };
    let values = [0.0, 1e-300, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-12].map(|u| cut.quantile(u));
    assert!(values.is_sorted(), "{values:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn quantiles_are_finite_and_never_fall(
        distribution in any_distribution(),
        mut us in prop::collection::vec(0.0..=1.0_f64, 2..20),
    ) {
        us.extend([0.0, 1e-300, 1e-17, 1.0 - 1e-16, 1.0]);
        us.sort_by(f64::total_cmp);
        let values: Vec<f64> = us.iter().map(|u| distribution.quantile(*u)).collect();
        prop_assert!(values.iter().all(|value| value.is_finite()), "{values:?}");
        prop_assert!(values.is_sorted(), "{values:?}");
    }
}
