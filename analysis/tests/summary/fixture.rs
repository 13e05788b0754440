//! Traces with known answers.

use std::path::Path;

use analysis::Summary;
use datasets::trace::{AggregateRow, AppRow, CycleRow, Meta, OverlayRow, SliceRow, Writer};
use tempfile::{TempDir, tempdir};

pub const ORDERED: &str = r#"{"scenario_resolved": {"sampling": {"protocol": "oracle", "pairing": "ordered"},
    "network": {"request_loss": 0.0, "reply_loss": 0.0}}}"#;

pub fn meta() -> Meta {
    Meta {
        run_id: "test-1".into(),
        seed: 7,
        attributes: vec!["availability".into(), "bandwidth_mbps".into()],
        apps: vec!["monitoring".into(), "chat".into()],
        ..Meta::default()
    }
}

/// Writes a trace with `fill` and reads its summary.
pub fn summary(run_json: &str, fill: impl FnOnce(&mut Writer)) -> Summary {
    let folder: TempDir = tempdir().unwrap();
    write(folder.path(), meta(), run_json, fill);
    Summary::read(folder.path()).unwrap()
}

pub fn write(out: &Path, meta: Meta, run_json: &str, fill: impl FnOnce(&mut Writer)) {
    let mut writer = Writer::create(out, meta, false).unwrap();
    fill(&mut writer);
    writer.finish(run_json).unwrap();
}

pub fn cycle(cycle: u32) -> CycleRow {
    let messages_count = if cycle == 0 { 0 } else { 4_000_000 };
    CycleRow { cycle, alive_count: 1_000_000, messages_count, payload_bytes: messages_count * 8, ..CycleRow::default() }
}

pub fn app(cycle: u32, app: &str, held_count: u64, wrong_count: u64) -> AppRow {
    AppRow {
        cycle,
        app: app.into(),
        asked_count: 100_000,
        held_count,
        correct_count: held_count - wrong_count,
        wrong_count,
        joins_count: 0,
        leaves_count: 0,
        border_ties_count: u64::from(app == "monitoring") * 220_000,
        mean_attributes: vec![Some(0.98), (held_count > 0).then_some(75.0)],
        ..AppRow::default()
    }
}

pub fn slice(cycle: u32, gradient: u32) -> SliceRow {
    SliceRow {
        cycle,
        gradient,
        attribute: "availability".into(),
        protocol: "ordered".into(),
        members_count: 1_000_000,
        gdm_normalised: 0.0001,
        slices_count: 10,
        sdm_normalised: 0.07,
        ldm_normalised: None,
        rms_rank_error_fraction: 0.01 / f64::from(cycle + 1),
        wrong_slice_fraction: 0.07,
        wrong_decile_fraction: Some(0.07),
        slice_changes_fraction: 0.02,
        useless_swaps_fraction: None,
    }
}

/// An overlay of a million nodes with views of 20, of which so many entries are dead.
pub fn overlay(cycle: u32, dead_links_count: u64) -> OverlayRow {
    OverlayRow {
        cycle,
        app: None,
        protocol: "newscast".into(),
        in_degree_mean: 20.0,
        in_degree_sd: 9.5,
        in_degree_min: 1.0,
        in_degree_max: 70.0,
        dead_links_count,
        dead_links_mean: dead_links_count as f64 / 1e6,
        gone_links_count: None,
        isolated_count: None,
        entries_count: 20_000_000,
        age_mean: 1.0,
        age_p50: 1.0,
        age_p90: 2.0,
        age_p99: 3.0,
        age_max: 250.0,
        clustering_coefficient: 0.25,
        clustering_sample_count: 1000,
        path_length_mean: 4.5,
        path_sample_count: 8,
        components_count: 1,
        largest_component_fraction: 1.0,
    }
}

/// An estimate whose variance starts at 1 and falls by 0.3 a cycle, around a mean of 100.
pub fn estimate(cycle: u32, function: &str) -> AggregateRow {
    let variance = 0.3_f64.powf(f64::from(cycle));
    AggregateRow {
        cycle,
        aggregate: function.into(),
        function: function.into(),
        epoch: 0,
        participants_count: 10,
        true_value: 100.0,
        mean: 100.0,
        variance,
        min: 100.0 - variance,
        max: 100.0 + variance,
        relative_error: Some(variance.sqrt() / 100.0),
        held_count: 0,
        held_mean: None,
        held_relative_error: None,
    }
}
