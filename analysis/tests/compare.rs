//! Spreads and comparisons of made-up numbers, whose true differences are known.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use analysis::compare::Sweeps;
use analysis::{Dispersion, Metric, Name, Point, Setting, Study};
use datasets::trace::{ParamRow, RunRow};
use statrs::distribution::{ContinuousCDF, Normal};

/// Numbers of the standard normal distribution, from a counter.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let uniform = ((mixed ^ (mixed >> 31)) >> 11) as f64 + 0.5;
        Normal::new(0.0, 1.0).unwrap().inverse_cdf(uniform / (1_u64 << 53) as f64)
    }
}

fn name(metric: &'static str) -> Name {
    Name { metric, subject: "chat".into(), unit: "nodes" }
}

/// A setting whose points have these values of `held`, with the seeds 0, 1, …
fn setting(number: u32, share: &str, values: &[Option<f64>]) -> Setting {
    let point = |(seed, &value): (u64, &Option<f64>)| Point {
        row: RunRow { setting: number, state_digest: format!("{value:?}"), ..RunRow::default() },
        seed,
        metrics: vec![Metric { name: name("held"), value }],
    };
    let param = ParamRow { key: "suite.app.chat.share".into(), value: share.into(), ..ParamRow::default() };
    Setting {
        setting: number,
        params: vec![param],
        points: (0..).zip(values).map(point).collect(),
        spreads: Vec::new(),
    }
}

fn study(settings: Vec<Setting>) -> Study {
    Study { folder: "nowhere".into(), name: "made up".into(), replicates: 5, settings, effects: Vec::new() }
}

#[test]
fn an_interval_is_that_of_student_and_quantiles_are_of_type_7() {
    let spread = Dispersion::of(&[5.0, 1.0, 4.0, 2.0, 3.0]).unwrap();
    // Student's t of four degrees of freedom is 2.776445 at 97.5 %.
    let half = 2.776_445_105 * (2.5_f64 / 5.0).sqrt();
    let [low, high] = spread.interval.unwrap();
    assert!((low - (3.0 - half)).abs() < 1e-8 && (high - (3.0 + half)).abs() < 1e-8, "{low} {high}");
    let expected = [1.04, 1.4, 3.0, 4.6, 4.96];
    assert!(spread.quantiles.iter().zip(expected).all(|(own, expected)| (own - expected).abs() < 1e-12), "{spread:?}");
    assert_eq!(Dispersion::of(&[]), None);
    assert_eq!(Dispersion::of(&[0.1]).unwrap().interval, None);
    let same = Dispersion::of(&[0.1; 3]).unwrap();
    assert_eq!((same.mean, same.interval), (0.1, Some([0.1, 0.1])));
}

#[test]
fn the_paired_interval_holds_the_true_difference_as_often_as_it_says() {
    const TRIALS: u32 = 4000;
    const TRUE: f64 = 0.7;
    let mut draws = Draws(11);
    let mut held = 0;
    for _ in 0..TRIALS {
        // What both runs of a pair share is a hundred times what they do not.
        let pairs: Vec<[f64; 2]> = (0..5)
            .map(|_| {
                let shared = 100.0 * draws.next();
                [shared + draws.next(), shared + TRUE + draws.next()]
            })
            .collect();
        let side = |side: usize| {
            study(vec![setting(0, "0.1", &pairs.iter().map(|pair| Some(pair[side])).collect::<Vec<_>>())])
        };
        let compared = Sweeps::of([&side(0), &side(1)]);
        let difference = &compared.groups[0].differences[0].difference;
        let [low, high] = difference.interval.unwrap();
        held += u32::from((low..=high).contains(&TRUE));
        assert!(high - low < 20.0, "pairs do not help: {low} to {high}");
    }
    // Four standard deviations of a binomial count.
    let (expected, sd) = (0.95 * f64::from(TRIALS), (0.95 * 0.05 * f64::from(TRIALS)).sqrt());
    assert!((f64::from(held) - expected).abs() < 4.0 * sd, "{held} of {TRIALS}");
}

#[test]
fn several_settings_are_taken_together_by_the_seed() {
    let values = |values: &[f64]| values.iter().map(|&value| Some(value)).collect::<Vec<_>>();
    let one = study(vec![setting(0, "0.1", &values(&[1.0, 2.0, 3.0])), setting(1, "0.2", &values(&[5.0, 6.0, 9.0]))]);
    let other = study(vec![setting(0, "0.2", &values(&[6.0, 8.0, 9.0])), setting(1, "0.1", &values(&[2.0, 4.0]))]);
    let compared = Sweeps::of([&one, &other]);
    let pairs: Vec<usize> = compared.groups.iter().map(|group| group.pairs).collect();
    assert_eq!((pairs, compared.same_digests), (vec![2, 3], 1));
    assert_eq!(compared.missing, ["only the first has the seeds 2 of: suite.app.chat.share = 0.1"]);
    // The seeds 0 and 1 have both settings: their means are 3 and 4 beside 4 and 6.
    let overall = compared.overall.unwrap();
    let Dispersion { count, mean, .. } = overall.differences[0].difference;
    assert_eq!((overall.pairs, count, mean, overall.differences[0].means), (2, 2, 1.5, [3.5, 5.0]));
}

#[test]
fn what_one_side_lacks_is_told_and_left_out() {
    let one = study(vec![setting(0, "0.1", &[Some(1.0), None, Some(3.0)])]);
    let other = study(vec![setting(0, "0.3", &[Some(2.0), Some(5.0), None])]);
    let compared = Sweeps::of([&one, &other]);
    let difference = &compared.groups[0].differences[0];
    assert_eq!((difference.difference.count, difference.difference.mean, difference.means), (1, 1.0, [1.0, 2.0]));
    let nothing = study(vec![setting(0, "0.1", &[None, None, None])]);
    let compared = Sweeps::of([&one, &nothing]);
    assert!(compared.groups[0].differences.is_empty());
    assert_eq!(compared.groups[0].only, [vec!["held of chat".to_owned()], Vec::new()]);
}
