//! Where the numbers of a sweep come from.

use datasets::record::SweepRecord;

use super::SweepSource;
use crate::number::count;
use crate::report::provenance::Provenance;
use crate::report::sheet::{Cell, Sheet};

/// What is known of a sweep beside its numbers.
pub fn provenance(source: &SweepSource) -> Provenance {
    let SweepRecord { sweep, hash, scenario, text, versions, .. } = source.record.clone();
    let points = source.sweep.points();
    let nodes = points.first().map_or(0, |point| point.row.nodes_count);
    let seeds: Vec<String> =
        (points.iter().filter(|point| point.row.setting == 0)).map(|point| point.run.meta().seed.to_string()).collect();
    let facts = vec![
        ("Sweep", sweep),
        ("Hash of the sweep", hash),
        ("Scenario", scenario),
        ("Nodes of the first point", count(nodes)),
        ("Seeds", seeds.join(", ")),
        ("Version of subcloud", versions.subcloud),
        ("Version of the tables", versions.trace_schema),
    ];
    Provenance {
        facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        of: "The sweep, as it was read",
        scenario: text,
        summary: source.study.to_string(),
    }
}

/// Which run each point is.
pub fn points(source: &SweepSource) -> Sheet {
    let columns = ["point", "setting", "replicate", "seed", "run", "scenario_hash", "state_digest", "params"];
    let mut sheet = Sheet::new("points", &columns);
    for point in source.sweep.points() {
        let row = &point.row;
        let params: Vec<String> = point.params.iter().map(|param| format!("{} = {}", param.key, param.value)).collect();
        let numbers = [row.point, row.setting, row.replicate].map(|number| Cell::Count(number.into()));
        let texts = [&point.run.meta().run_id, &row.scenario_hash, &row.state_digest, &params.join(", ")];
        let texts = texts.map(|text| Cell::from(text.as_str()));
        sheet.rows.push([&numbers[..], &[Cell::Count(point.run.meta().seed)], &texts].concat());
    }
    sheet
}
