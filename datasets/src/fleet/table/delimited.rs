//! Tables in csv, compressed or not: a header, then the rows, comma separated.

use std::io::{ErrorKind, Read};

use csv::{ByteRecord, ReaderBuilder};

use super::{Asked, Column, Wanted};
use crate::error::{Error, Kind};

pub(super) fn read(wanted: &Wanted<'_>, input: impl Read) -> Result<Vec<Column>, Error> {
    let mut reader = ReaderBuilder::new().from_reader(input);
    let header = reader.byte_headers().map_err(|error| refuse(wanted, error, 0))?;
    let there: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let places = wanted.places(&there).map_err(|error| error.line_number(1))?;
    let mut columns: Vec<_> = wanted.columns.iter().map(|asked| asked.content.column()).collect();
    let mut record = ByteRecord::new();
    let mut row = 0;
    while reader.read_byte_record(&mut record).map_err(|error| refuse(wanted, error, row))? {
        row += 1;
        for ((column, place), asked) in columns.iter_mut().zip(&places).zip(wanted.columns) {
            let cell = record.get(*place).unwrap_or_default();
            if !take(column, asked, cell) {
                let line = record.position().map_or(0, csv::Position::line);
                return Err(wanted.bad_cell(asked, row, &String::from_utf8_lossy(cell)).line_number(line));
            }
        }
    }
    Ok(columns)
}

/// Puts a cell into its column; says whether it is what is asked for.
fn take(column: &mut Column, asked: &Asked<'_>, cell: &[u8]) -> bool {
    let Some(cell) = std::str::from_utf8(cell).ok().map(str::trim) else { return false };
    match column {
        Column::Numbers(values) => {
            let value = cell.parse().ok().and_then(|value| asked.content.scaled(value));
            values.extend(value);
            value.is_some()
        }
        Column::Ids(_) if cell.is_empty() => false,
        Column::Ids(ids) => {
            ids.push(cell);
            true
        }
    }
}

/// What is wrong with the file after so many good rows.
fn refuse(wanted: &Wanted<'_>, error: csv::Error, rows: usize) -> Error {
    let line = error.position().map(csv::Position::line);
    let refusal = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => wanted
            .wrong(format!("row {} has {len} cells, expected {expected_len} as in the header", rows + 1))
            .helped("complete the row, or put cells that hold a comma in double quotes"),
        csv::ErrorKind::Io(cause) => match cause.kind() {
            ErrorKind::UnexpectedEof => wanted
                .wrong(format!("the compressed file ends too early, after {rows} whole rows"))
                .helped("it was cut short: copy or compress it again"),
            ErrorKind::InvalidInput | ErrorKind::InvalidData => wanted
                .wrong(format!("not a sound gzip file, after {rows} whole rows: {cause}"))
                .helped("copy or compress it again; a file that is not compressed must end in .csv"),
            _ => Error::new(Kind::Unreadable, wanted.path, format!("cannot read the table: {cause}"))
                .helped(format!("check `{}` in the scenario, and that the file may be read", wanted.file_key)),
        },
        _ => wanted.wrong(format!("not sound csv: {error}")).helped("save it as comma-separated text in UTF-8"),
    };
    let refusal = match line {
        Some(line) => refusal.line_number(line),
        None => refusal,
    };
    refusal.caused_by(error)
}
