use datasets::trace::read::{Column, Values};
use datasets::trace::{CycleRow, EdgeRows, NodeRows, Table, Writer, read};
use tempfile::tempdir;

use crate::fixture::{
    self, aggregate, app, attribute, breach, cycle, degree, edges, epoch, event, meta, nodes, overlay, param, rule,
    slice, suite,
};

#[test]
fn every_table_comes_back_as_it_was_written() {
    let folder = tempdir().unwrap();
    fixture::write(folder.path());
    let run = read::Run::open(folder.path()).unwrap();
    assert_eq!(*run.meta(), meta());
    assert_eq!(run.cycles().unwrap(), [0, 1, 2].map(cycle));
    assert_eq!(run.slices().unwrap(), [0, 1, 2].map(slice));
    assert_eq!(run.apps().unwrap()[4..], [app(2, "monitoring", None), app(2, "chat", Some(0.9))]);
    assert_eq!(run.suites().unwrap()[..3], [suite(0, 1), suite(0, u64::MAX), suite(1, 1)]);
    assert_eq!(run.breaches().unwrap(), [breach("min_nodes", Some(98.0)), breach("min_mean bandwidth_mbps", None)]);
    assert_eq!(run.aggregates().unwrap(), [0, 1, 2].map(aggregate));
    assert_eq!(run.epochs().unwrap(), [epoch(0, None), epoch(1, Some(1001.5))]);
    assert_eq!(run.rules().unwrap(), [rule(1, "taken"), rule(2, "expired")]);
    assert_eq!(run.overlay().unwrap(), [overlay(2)]);
    assert_eq!(run.contacts().unwrap(), [fixture::contact(2)]);
    assert_eq!(run.members().unwrap(), [fixture::member(2)]);
    assert_eq!(run.code().unwrap(), [fixture::code(2)]);
    assert_eq!(run.topologies().unwrap(), [fixture::topology(2)]);
    assert_eq!(run.lookups().unwrap(), [fixture::lookup(2)]);
    assert_eq!(run.registry().unwrap(), [fixture::registry(2)]);
    assert_eq!(run.own().unwrap(), [fixture::own(2)]);
    assert_eq!(run.clouds().unwrap(), [fixture::clouds(2)]);
    assert_eq!(run.degrees().unwrap(), [degree(2, 19), degree(2, 70_000)]);
    assert_eq!(run.attributes().unwrap(), [0.0, 0.25].map(attribute));
    assert_eq!(run.events().unwrap(), [event(2)]);
    assert_eq!(run.runs().unwrap(), [fixture::run(3)]);
    let params = [param(3, "network.reply_loss", "0.25", Some(0.25)), param(3, "slicing.protocol", "ranking", None)];
    assert_eq!(run.params().unwrap(), params);
    assert_eq!(snapshots(&run), [nodes(0, 0..1000), nodes(2, 0..1000)]);
    let mut found: Vec<EdgeRows> = Vec::new();
    run.edges(|mut rows| match found.last_mut().filter(|last| last.cycle == rows.cycle) {
        None => found.push(rows),
        Some(last) => {
            last.overlays.append(&mut rows.overlays);
            last.from.append(&mut rows.from);
            last.to.append(&mut rows.to);
            last.ages.append(&mut rows.ages);
        }
    })
    .unwrap();
    assert_eq!(found, [edges(0, 0..500), edges(2, 0..700)]);
}

#[test]
fn a_table_comes_column_by_column_whatever_its_columns_are() {
    let folder = tempdir().unwrap();
    fixture::write(folder.path());
    let run = read::Run::open(folder.path()).unwrap();
    let column = |name: &str, values| Column { name: name.into(), values };
    let events = run.table(Table::Events).unwrap();
    let names = Values::Names(vec![Some("crash".into())]);
    assert_eq!(
        events,
        [
            column("cycle", Values::Counts(vec![Some(2)])),
            column("kind", names),
            column("version", Values::Counts(vec![None])),
            column("rule", Values::Names(vec![None])),
            column("nodes_count", Values::Counts(vec![Some(500)]))
        ]
    );
    let breaches = run.table(Table::Breaches).unwrap();
    assert_eq!(breaches[7], column("worst_value", Values::Measures(vec![Some(98.0), None])));
    assert_eq!(breaches[8], column("has_ended", Values::Flags(vec![true, false])));
    let nodes = run.table(Table::Nodes).unwrap();
    assert!(nodes.iter().all(|column| column.values.len() == 2000), "{} columns", nodes.len());
    assert_eq!(nodes[3].values, Values::Names((0..2000).map(|node| name_of(node % 1000)).collect()));
}

/// The application of a node in the fixture.
fn name_of(node: u32) -> Option<String> {
    ["monitoring", "chat"].get(node as usize % 3).map(|&app| app.to_owned())
}

#[test]
fn a_snapshot_larger_than_a_row_group_comes_back_whole() {
    let folder = tempdir().unwrap();
    let mut writer = Writer::create(folder.path(), meta(), false).unwrap();
    writer.push(cycle(0));
    writer.nodes(&nodes(0, 0..100_000)).unwrap();
    writer.nodes(&nodes(0, 100_000..300_000)).unwrap();
    let finished = writer.finish("{}").unwrap();
    assert_eq!(finished.files[1].rows, 300_000);

    let run = read::Run::open(folder.path()).unwrap();
    assert_eq!(snapshots(&run), [nodes(0, 0..300_000)]);
}

#[test]
fn tables_without_rows_are_not_written_and_read_as_empty() {
    let folder = tempdir().unwrap();
    let mut writer = Writer::create(folder.path(), meta(), false).unwrap();
    writer.push(CycleRow::default());
    let finished = writer.finish("{}").unwrap();
    assert_eq!((finished.files.len(), finished.rows), (1, 1));

    let run = read::Run::open(folder.path()).unwrap();
    assert!(run.slices().unwrap().is_empty() && run.apps().unwrap().is_empty());
    assert!(run.suites().unwrap().is_empty() && run.breaches().unwrap().is_empty());
    assert!(run.aggregates().unwrap().is_empty() && run.events().unwrap().is_empty());
    assert!(run.attributes().unwrap().is_empty() && run.table(Table::Attributes).unwrap().is_empty());
    assert!(run.epochs().unwrap().is_empty() && run.rules().unwrap().is_empty());
    assert!(run.runs().unwrap().is_empty() && run.params().unwrap().is_empty());
    assert!(snapshots(&run).is_empty());
}

#[test]
fn a_measure_of_no_node_is_null_in_the_file_and_not_a_number_in_the_row() {
    let folder = tempdir().unwrap();
    let mut writer = Writer::create(folder.path(), meta(), false).unwrap();
    writer.push(cycle(0));
    let mut row = aggregate(0);
    (row.mean, row.min, row.max) = (f64::NAN, f64::INFINITY, f64::NEG_INFINITY);
    writer.push(row);
    writer.nodes(&NodeRows { rank_fractions: vec![vec![None; 5]], ..nodes(0, 0..5) }).unwrap();
    writer.finish("{}").unwrap();

    let run = read::Run::open(folder.path()).unwrap();
    let row = &run.aggregates().unwrap()[0];
    assert!(row.mean.is_nan() && row.min.is_nan() && row.max.is_nan());
    assert_eq!(snapshots(&run)[0].rank_fractions, [[None; 5]]);
}

/// The snapshots of a run, batches of one cycle put together again.
fn snapshots(run: &read::Run) -> Vec<NodeRows> {
    let mut snapshots: Vec<NodeRows> = Vec::new();
    run.nodes(|mut rows| match snapshots.last_mut().filter(|last| last.cycle == rows.cycle) {
        None => snapshots.push(rows),
        Some(last) => {
            last.node_ids.append(&mut rows.node_ids);
            last.alive.append(&mut rows.alive);
            last.apps.append(&mut rows.apps);
            last.memberships.append(&mut rows.memberships);
            last.phases.append(&mut rows.phases);
            for ((_, all), (_, values)) in last.estimates.iter_mut().zip(&mut rows.estimates) {
                all.append(values);
            }
            for (all, ranks) in last.rank_fractions.iter_mut().zip(&mut rows.rank_fractions) {
                all.append(ranks);
            }
            for (all, values) in last.attributes.iter_mut().zip(&mut rows.attributes) {
                all.append(values);
            }
        }
    })
    .unwrap();
    snapshots
}
