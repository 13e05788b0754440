//! Nodes are the rows of an inventory.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod common;

use engine::{Simulation, Storage, on_threads};

const ROWS: u32 = 1_000;

/// How often each row is in a cloud of so many nodes, and the row of each node.
fn rows(nodes: u32, keys: &str) -> (Vec<u32>, Vec<u32>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fleet.csv").to_str().unwrap().to_owned();
    let lines: Vec<String> = (0..ROWS).map(|row| format!("{row}\n")).collect();
    std::fs::write(&file, format!("id\n{}", lines.concat())).unwrap();
    let text = format!(
        "[run]\nnodes = {nodes}\ncycles = 1\n[fleet]\nfile = {file:?}\n{keys}\n[fleet.attributes]\nid = {{ column = \
         \"id\" }}\n"
    );
    let scenario = common::scenario(&text);
    let simulation = Simulation::new(&scenario, &Storage::Memory).unwrap();
    let of_nodes: Vec<u32> = simulation.cloud().population.attributes[0].iter().map(|&id| id as u32).collect();
    let mut counts = vec![0; ROWS as usize];
    for &row in &of_nodes {
        counts[row as usize] += 1;
    }
    (counts, of_nodes)
}

#[test]
fn each_row_is_a_node_if_there_are_as_many() {
    let (counts, nodes) = rows(ROWS, "");
    assert!(counts.iter().all(|&count| count == 1));
    // Which node is which row is drawn, so that neighbours in the file are none in the cloud.
    let ascending = nodes.windows(2).filter(|pair| pair[0] < pair[1]).count() as f64;
    // Of random neighbours half are ascending, with a variance of a twelfth of their number.
    assert!((ascending - 499.5).abs() < 4.0 * (1_001.0_f64 / 12.0).sqrt(), "{ascending}");
    assert_eq!(rows(ROWS, "resample = \"exact\"").1, nodes);
}

#[test]
fn no_row_is_more_than_once_more_often_there_than_another() {
    for nodes in [1, 10, 999, 1_001, 2_000, 25_500] {
        let (counts, _) = rows(nodes, "");
        let within = (nodes / ROWS)..=nodes.div_ceil(ROWS);
        assert!(counts.iter().all(|count| within.contains(count)), "{nodes} nodes");
    }
}

#[test]
fn with_replacement_a_third_of_the_rows_is_missed() {
    let (counts, _) = rows(ROWS, "resample = \"random\"");
    let missed = counts.iter().filter(|&&count| count == 0).count() as f64;
    // 1 / e of the rows; the variance is that of occupancy, (1 / e - 2 / e²) of their number.
    let (share, rows) = (1.0 / std::f64::consts::E, f64::from(ROWS));
    let error = (rows * (share - 2.0 * share * share)).sqrt();
    assert!((missed - share * rows).abs() < 4.0 * error, "{missed}");
}

#[test]
fn the_rows_are_the_same_for_any_number_of_threads() {
    let one = on_threads(1, || rows(70_001, "").1).unwrap();
    assert_eq!(on_threads(3, || rows(70_001, "").1).unwrap(), one);
}
