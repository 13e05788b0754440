//! The sheets of a report.

use datasets::trace::Table;

use super::answer::Answer;
use super::cost;
use super::provenance::Provenance;
use super::sheet::{Cell, Sheet};
use super::source::Source;
use crate::Error;

/// The tables of a run that go into a report as they are.
const TABLES: [(&str, Table); 11] = [
    ("apps", Table::Apps),
    ("slices", Table::Slices),
    ("suites", Table::Suites),
    ("breaches", Table::Breaches),
    ("rules", Table::Rules),
    ("attributes", Table::Attributes),
    ("aggregates", Table::Aggregates),
    ("epochs", Table::Epochs),
    ("overlay", Table::Overlay),
    ("cycles", Table::Cycles),
    ("events", Table::Events),
];

/// All sheets, the summary first. A table without rows is an empty sheet, so that there are always the same ones.
pub fn sheets(source: &Source, answer: &Answer, provenance: &Provenance) -> Result<Vec<Sheet>, Error> {
    let mut sheets = vec![summary(source, answer)];
    for (name, table) in TABLES {
        sheets.push(Sheet::of(name, &source.run.table(table)?));
    }
    sheets.push(cost::sheet(source));
    sheets.push(size(source));
    sheets.push(origin(provenance));
    Ok(sheets)
}

/// The headline and the figures below it.
pub fn headline(answer: &Answer) -> Sheet {
    let mut sheet = Sheet::new("summary", &["what", "of", "value", "note"]);
    let mut row = |what: &str, value: &str, note: &str| {
        sheet.rows.push(vec![what.into(), Cell::Empty, value.into(), note.into()]);
    };
    row("headline", &answer.headline, "");
    for fact in &answer.facts {
        row(fact.name, &fact.value, &fact.note);
    }
    sheet
}

/// What a search for a size says of each cycle.
fn size(source: &Source) -> Sheet {
    let columns = ["cycle", "mean", "low", "high"];
    let mut sheet = Sheet::new("size", &columns);
    for row in source.size.iter().flat_map(|size| &size.series) {
        sheet.rows.push([f64::from(row.cycle), row.mean, row.low, row.high].map(|number| Some(number).into()).into());
    }
    sheet
}

/// The headline, the figures below it, and what each application holds.
fn summary(source: &Source, answer: &Answer) -> Sheet {
    let mut sheet = headline(answer);
    let mut row = |what: &str, of: &str, value: Cell, note: &str| {
        sheet.rows.push(vec![what.into(), of.into(), value, note.into()]);
    };
    for app in &source.summary.applications {
        row("asked_count", &app.app, app.asked_count.into(), "nodes asked for at the end");
        row("held_count", &app.app, app.held_count.into(), "nodes held at the end");
        row(
            "wrong_count",
            &app.app,
            app.wrong_count.into(),
            "of these, nodes that a central sort would have put elsewhere",
        );
        let settled = app.settling.cycles[1].map(u64::from);
        row("settled_cycle", &app.app, settled.into(), "from which on fewer than 1 % were wrong");
    }
    let size = serde_json::to_value(&source.size).unwrap_or_default();
    for (key, value) in size.as_object().into_iter().flatten() {
        let cell = match value {
            serde_json::Value::Number(number) => number.as_f64().into(),
            serde_json::Value::String(text) => text.as_str().into(),
            serde_json::Value::Bool(flag) => Cell::Flag(*flag),
            _ => continue,
        };
        row("size", key, cell, "");
    }
    sheet
}

/// Where the numbers come from.
pub fn origin(provenance: &Provenance) -> Sheet {
    let mut sheet = Sheet::new("provenance", &["what", "value"]);
    for (name, value) in &provenance.facts {
        sheet.rows.push(vec![(*name).into(), value.as_str().into()]);
    }
    let lines = provenance.scenario.lines().map(|line| vec![provenance.of.into(), line.into()]);
    sheet.rows.extend(lines);
    sheet
}
