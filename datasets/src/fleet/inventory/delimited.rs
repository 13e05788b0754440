//! Inventories in csv, compressed or not: a header, then a row a node, comma separated.

use std::io::{ErrorKind, Read};

use csv::{ByteRecord, ReaderBuilder};

use crate::error::{Error, Kind};
use crate::scenario::Inventory;

pub(super) fn read(inventory: &Inventory, input: impl Read) -> Result<Vec<Vec<f32>>, Error> {
    let mut reader = ReaderBuilder::new().from_reader(input);
    let header = reader.byte_headers().map_err(|error| refuse(inventory, error, 0))?;
    let there: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let places = inventory.places(&there).map_err(|error| error.line_number(1))?;
    let mut columns = vec![Vec::new(); places.len()];
    let mut record = ByteRecord::new();
    let mut row = 0;
    while reader.read_byte_record(&mut record).map_err(|error| refuse(inventory, error, row))? {
        row += 1;
        for ((values, place), column) in columns.iter_mut().zip(&places).zip(&inventory.columns) {
            let cell = String::from_utf8_lossy(record.get(*place).unwrap_or_default());
            let value = cell.trim().parse().ok().and_then(|value| Inventory::scaled(column, value));
            values.push(value.ok_or_else(|| {
                let line = record.position().map_or(0, csv::Position::line);
                inventory.bad_cell(column, row, &cell).line_number(line)
            })?);
        }
    }
    Ok(columns)
}

/// What is wrong with the file after so many good rows.
fn refuse(inventory: &Inventory, error: csv::Error, rows: usize) -> Error {
    let line = error.position().map(csv::Position::line);
    let refusal = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => inventory
            .wrong(format!("row {} has {len} cells, expected {expected_len} as in the header", rows + 1))
            .helped("complete the row, or put cells that hold a comma in double quotes"),
        csv::ErrorKind::Io(cause) => match cause.kind() {
            ErrorKind::UnexpectedEof => inventory
                .wrong(format!("the compressed file ends too early, after {rows} whole rows"))
                .helped("it was cut short: copy or compress it again"),
            ErrorKind::InvalidInput | ErrorKind::InvalidData => inventory
                .wrong(format!("not a sound gzip file, after {rows} whole rows: {cause}"))
                .helped("copy or compress it again; a file that is not compressed must end in .csv"),
            _ => Error::new(Kind::Unreadable, &inventory.path, format!("cannot read the inventory: {cause}"))
                .helped("check `fleet.file` in the scenario, and that the file may be read"),
        },
        _ => inventory.wrong(format!("not sound csv: {error}")).helped("save it as comma-separated text in UTF-8"),
    };
    let refusal = match line {
        Some(line) => refusal.line_number(line),
        None => refusal,
    };
    refusal.caused_by(error)
}
