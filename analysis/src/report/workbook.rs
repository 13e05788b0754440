//! The sheets as a workbook.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::sheet::{Cell, Sheet};
use crate::Error;

/// Rows that a sheet of a workbook can have, below its header.
const MOST_ROWS: usize = 1_048_575;

/// Whole numbers up to which a workbook, whose numbers are floats, holds every one.
const EXACT: u64 = 1 << 53;

/// Characters that a cell of a workbook can have.
const MOST_CHARACTERS: usize = 32_767;

/// The workbook. The same sheets give the same bytes.
pub fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>, Error> {
    build(sheets).map_err(|source| Error::Workbook { source: Box::new(source) })
}

fn build(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    for sheet in sheets {
        // A table that is too long for a sheet goes on in others.
        let parts: Vec<&[Vec<Cell>]> =
            if sheet.rows.is_empty() { vec![&[]] } else { sheet.rows.chunks(MOST_ROWS).collect() };
        for (number, rows) in parts.into_iter().enumerate() {
            let name = if number == 0 { sheet.name.to_owned() } else { format!("{} {}", sheet.name, number + 1) };
            fill(workbook.add_worksheet().set_name(name)?, &sheet.columns, rows)?;
        }
    }
    workbook.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, columns: &[String], rows: &[Vec<Cell>]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (column, name) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(0, column, cut(name), &bold)?;
        sheet.set_column_width(column, width(name, rows, column.into()))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (number, cells) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Text(text) => sheet.write_string(number, column, cut(text))?,
                Cell::Count(count) if *count <= EXACT => sheet.write_number(number, column, *count as f64)?,
                Cell::Count(count) => sheet.write_string(number, column, count.to_string())?,
                Cell::Measure(value) if value.is_finite() => sheet.write_number(number, column, *value)?,
                Cell::Flag(flag) => sheet.write_boolean(number, column, *flag)?,
                Cell::Empty | Cell::Measure(_) => continue,
            };
        }
    }
    Ok(())
}

/// A width that fits the first rows.
fn width(name: &str, rows: &[Vec<Cell>], column: usize) -> f64 {
    let of_cell = |row: &Vec<Cell>| match row.get(column) {
        Some(Cell::Text(text)) => text.chars().count(),
        _ => 10,
    };
    let most = rows.iter().take(100).map(of_cell).max().unwrap_or(0).max(name.chars().count());
    most.min(60) as f64 + 2.0
}

fn cut(text: &str) -> String {
    super::words::short(text, MOST_CHARACTERS)
}
