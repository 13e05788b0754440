//! Nodes are born as the scenario says: the attributes follow their laws, and inventories are drawn with replacement.

mod common;

use common::scenario;
use datasets::fleet::Distribution;
use datasets::scenario::Source;

const NODES: usize = 200_000;

/// The values of all attributes of nodes that are born.
fn born(text: &str) -> Vec<Vec<f32>> {
    let (cloud, _) = common::born(&scenario(text));
    cloud.population.values().into_iter().map(<[f32]>::to_vec).collect()
}

/// The largest distance between the values' distribution and the law (Kolmogorov), times the root of their number:
/// above 1.95 with a probability of 0.001.
fn kolmogorov(values: &[f32], law: &Distribution) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let count = sorted.len() as f64;
    let distance = (1..1000).map(|k| {
        let probability = f64::from(k) / 1000.0;
        let below = sorted.partition_point(|&value| f64::from(value) <= law.quantile(probability)) as f64 / count;
        (below - probability).abs()
    });
    distance.fold(0.0, f64::max) * count.sqrt()
}

#[test]
fn every_continuous_law_is_drawn_as_its_quantiles_say() {
    let laws = [
        "uniform = [2.0, 5.0]",
        "beta = [9.0, 1.0]",
        "beta = [0.5, 3.0]",
        "lognormal = { median = 75.0, sigma = 1.1 }",
        "weibull = { shape = 0.7, scale = 3.0 }",
        "normal = { mean = 1.0, sd = 2.0 }",
        "quantiles = [[0.25, 1.4], [0.5, 15.9], [0.75, 83.0], [0.9, 179.0], [0.99, 751.0]]",
    ];
    for law in laws {
        let text = format!(
            "[run]\nnodes = {NODES}\n[[fleet.class]]\nname = \"any\"\nshare = 1.0\nattributes.value = {{ {law} }}\n"
        );
        let Source::Classes(classes) = scenario(&text).fleet.source else { panic!("there are classes") };
        let distance = kolmogorov(&born(&text)[0], classes[0].attributes[0].as_ref().unwrap());
        assert!(distance < 1.95, "{law}: {distance}");
    }
}

#[test]
fn classes_and_choices_have_their_shares() {
    let text = format!(
        "[run]\nnodes = {NODES}\n[[fleet.class]]\nname = \"a\"\nshare = 0.7\nattributes.value = {{ constant = 1.0 }}\n\
         [[fleet.class]]\nname = \"b\"\nshare = 0.3\nattributes.value = {{ choice = [[2.0, 1.0], [3.0, 3.0]] }}\n"
    );
    let attributes = born(&text);
    for (value, share) in [(1.0, 0.7), (2.0, 0.075), (3.0, 0.225)] {
        let found = attributes[0].iter().filter(|&&found| found.to_bits() == f32::to_bits(value)).count() as f64;
        let error = (NODES as f64 * share * (1.0 - share)).sqrt();
        assert!((found - NODES as f64 * share).abs() < 4.0 * error, "{value}: {found}");
    }
}

#[test]
fn attributes_of_a_node_are_independent_within_a_class_and_neighbours_too() {
    let text = format!(
        "[run]\nnodes = {NODES}\n[[fleet.class]]\nname = \"any\"\nshare = 1.0\nattributes.a = {{ uniform = [0, 1] }}\n\
         attributes.b = {{ uniform = [0, 1] }}\n"
    );
    let attributes = born(&text);
    let (a, b) = (&attributes[0], &attributes[1]);
    // The covariance of two independent uniform values is zero, with a standard error of 1/12 / sqrt(N).
    let covariance = |pairs: Vec<(f32, f32)>| {
        pairs.iter().map(|&(x, y)| (f64::from(x) - 0.5) * (f64::from(y) - 0.5)).sum::<f64>() / NODES as f64
    };
    let error = 4.0 / 12.0 / (NODES as f64).sqrt();
    assert!(covariance(a.iter().copied().zip(b.iter().copied()).collect()).abs() < error);
    assert!(covariance(a.iter().copied().zip(a.iter().copied().skip(1)).collect()).abs() < error);
}

#[test]
fn rows_of_an_inventory_stay_together_and_are_drawn_evenly() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fleet.csv");
    std::fs::write(&file, "up,disk\n0.1,10\n0.2,20\n0.3,30\n0.4,40\n").unwrap();
    let text = format!(
        "[run]\nnodes = {NODES}\n[fleet]\nfile = {file:?}\n[fleet.attributes]\nup = {{ column = \"up\" }}\n\
         disk = {{ column = \"disk\", scale = 0.1 }}\n"
    );
    let attributes = born(&text);
    let mut counts = [0; 4];
    for (&up, &disk) in attributes[0].iter().zip(&attributes[1]) {
        assert!((up * 10.0 - disk).abs() < 1e-5, "{up} {disk}");
        counts[disk.round() as usize - 1] += 1;
    }
    for count in counts {
        assert!((f64::from(count) - NODES as f64 / 4.0).abs() < 4.0 * (NODES as f64 * 3.0 / 16.0).sqrt(), "{counts:?}");
    }
}

#[test]
fn real_relays_tie_at_the_border_and_the_truth_says_how_many() {
    let data = std::env::var("SUBCLOUD_DATA").unwrap_or_else(|_| "../../shared/data".into());
    let file = std::path::Path::new(&data).join("tor_fleet/fleet.csv.gz");
    if !file.exists() {
        eprintln!("skipped: there is no {}", file.display());
        return;
    }
    let file = file.canonicalize().unwrap();
    let text = format!(
        "[run]\nnodes = {NODES}\n[fleet]\nfile = {file:?}\n[fleet.attributes]\nup = {{ column = \"availability\" }}\n\
         [[suite.app]]\nname = \"best\"\ntop = \"up\"\nshare = 0.1\n"
    );
    let scenario = scenario(&text);
    let (cloud, mut truth) = common::born(&scenario);
    let found = truth.find(&cloud.population, &cloud.government.versions, scenario.run.seed).unwrap();
    // 21.9 % of the 18,281 rows have an availability of exactly 1.
    assert!((found.border_ties[0] as f64 / NODES as f64 - 0.219).abs() < 0.004, "{found:?}");
    assert_eq!(found.asked[0], NODES as u64 / 10);
}
