//! Tables in text, as spreadsheets, databases and scripts write them: a header, then the rows.
//!
//! What may differ from one program to the other is found out, and told if it is not the usual: compression (gzip,
//! zstd, a zip file of one part), the encoding (UTF-8 or UTF-16), what sets cells apart (commas, semicolons, tabs,
//! bars, or what a first line `sep=` names), and the decimal sign. A text is read once if its numbers have decimal
//! points; else a second time, to see all of them before any is taken.

mod header;
mod quotes;
mod text;

use std::io::{self, ErrorKind, Read};

use csv::{ByteRecord, ReaderBuilder};

use super::faults::{Fault, Faults};
use super::kind::FileKind;
use super::notation::{self, Doubt, Evidence, Witness, is_number, number};
use super::{Asked, Column, Content, Wanted, moments};
use crate::error::{Error, Kind};
use crate::scenario::Decimal;
use header::Header;
use quotes::{QuoteFault, Watched};
use text::{NoText, Text};

/// Bytes from the beginning of a text in which its header and first row are looked for.
const FIRST_ROWS: u64 = 1 << 20;

/// Reads columns from a text; returns with them what is to be told of it.
pub(super) fn read(wanted: &Wanted<'_>, kind: FileKind) -> Result<(Vec<Column>, Vec<String>), Error> {
    let table = Delimited::open(wanted, kind)?;
    let mut decimal = wanted.decimal;
    let mut columns = table.rows(decimal)?;
    if columns.is_none() {
        decimal = Some(table.decimal()?);
        columns = table.rows(decimal)?;
    }
    let (columns, decimal) = (columns.unwrap_or_default(), decimal.unwrap_or(Decimal::Point));
    Ok((columns, table.told(decimal)))
}

/// The lines in which rows begin, rows counted from 1 after the header, ascending.
pub(super) fn lines(wanted: &Wanted<'_>, kind: FileKind, rows: &[usize]) -> Result<Vec<u64>, Error> {
    Delimited::open(wanted, kind)?.lines(rows)
}

/// A table in text.
struct Delimited<'w> {
    wanted: &'w Wanted<'w>,
    text: Text<'w>,
    header: Header,
}

/// What to do with the next row.
enum Next {
    GoOn,
    Stop,
}

impl<'w> Delimited<'w> {
    fn open(wanted: &'w Wanted<'w>, kind: FileKind) -> Result<Self, Error> {
        let refuse = |none| no_text(wanted, none);
        let text = Text::of(wanted.path, kind).map_err(refuse)?;
        let head = text.read(|text| {
            let mut head = Vec::new();
            text.take(FIRST_ROWS).read_to_end(&mut head).map(|_| head)
        });
        let head = head.and_then(|head| Ok(head?)).map_err(refuse)?;
        let header = match Header::find(wanted, &head) {
            Ok(header) => header,
            Err(error) => {
                // A quote that is not closed may be why.
                let mut quotes = Watched::new(&*head, b',', |_| false);
                let fault = io::copy(&mut quotes, &mut io::sink()).err();
                let fault = fault.as_ref().and_then(quote_fault);
                return Err(fault.map_or(error, |fault| refuse_quote(wanted, text, fault, 0)));
            }
        };
        Ok(Self { wanted, text, header })
    }

    /// Goes through the rows: their numbers, from 1, and their cells. A blank line is no row; a line that holds nothing
    /// but what sets cells apart is a row.
    fn each(&self, mut see: impl FnMut(usize, &ByteRecord) -> Next) -> Result<(), Error> {
        let Header { separator, before, .. } = self.header;
        let mut row = 0;
        let read = self.text.read(|text| -> Result<(), csv::Error> {
            io::copy(&mut text.take(before as u64), &mut io::sink())?;
            let watched = Watched::new(text, separator, |line: &[u8]| self.is_row(line));
            let mut reader =
                ReaderBuilder::new().delimiter(separator).flexible(true).buffer_capacity(1 << 13).from_reader(watched);
            let mut record = ByteRecord::new();
            reader.byte_headers()?;
            while reader.read_byte_record(&mut record)? {
                row += 1;
                if matches!(see(row, &record), Next::Stop) {
                    break;
                }
            }
            Ok(())
        });
        let whole_rows = row;
        match read {
            Ok(Ok(())) => Ok(()),
            Err(none) => Err(no_text(self.wanted, none)),
            Ok(Err(error)) => Err(self.refuse(error, whole_rows)),
        }
    }

    /// Whether a line is a row, by its cells in the wanted columns. Those of ids tell nothing.
    fn is_row(&self, line: &[u8]) -> bool {
        let cells: Vec<&[u8]> = line.split(|&byte| byte == self.header.separator).collect();
        let mut numbers = self.header.places.iter().zip(self.wanted.columns).filter(|(_, asked)| !asked.is_of_ids());
        cells.len() == self.header.width
            && numbers.all(|(&place, _)| {
                let cell = String::from_utf8_lossy(cells[place]);
                let cell = cell.trim().trim_matches('"');
                is_number(cell) || moments::date(cell).is_some()
            })
    }

    /// Reads the columns, numbers with this decimal sign. Without a decimal sign, numbers are read as programs write
    /// them, and `None` says that one is written in another way. Rows without any cell filled are left out.
    fn rows(&self, decimal: Option<Decimal>) -> Result<Option<Vec<Column>>, Error> {
        let Header { width, ref places, .. } = self.header;
        let mut columns: Vec<Column> = self.wanted.columns.iter().map(|asked| asked.content.column()).collect();
        let mut faults = Faults::default();
        let mut is_usual = true;
        self.each(|row, record| {
            // In a table of one column, a row without a value lacks it.
            if width > 1 && is_blank(record) {
                return Next::GoOn;
            }
            if record.len() != width {
                faults.note(|| self.wrong_length(row, record.len()));
                return Next::GoOn;
            }
            for ((column, &place), asked) in columns.iter_mut().zip(places).zip(self.wanted.columns) {
                let cell = record.get(place).unwrap_or_default();
                if !take(column, asked, cell, decimal) {
                    let text = String::from_utf8_lossy(cell);
                    if decimal.is_none() && !asked.is_of_ids() && is_number(text.trim()) {
                        is_usual = false;
                        return Next::Stop;
                    }
                    faults.note(|| Wanted::bad_cell(asked, row, &text));
                }
            }
            Next::GoOn
        })?;
        if !is_usual {
            return Ok(None);
        }
        if faults.are_none() { Ok(Some(columns)) } else { Err(self.wanted.refuse_file(faults)) }
    }

    /// The decimal sign, by all numbers of the wanted columns.
    fn decimal(&self) -> Result<Decimal, Error> {
        let mut evidence = Evidence::default();
        let numbers = || self.header.places.iter().zip(self.wanted.columns).filter(|(_, asked)| !asked.is_of_ids());
        self.each(|row, record| {
            for (&place, asked) in numbers() {
                let cell = String::from_utf8_lossy(record.get(place).unwrap_or_default());
                evidence.see(row, asked.name, cell.trim());
            }
            Next::GoOn
        })?;
        let place = |of: &Witness| format!("row {}, column `{}` is \"{}\"", of.row, of.column, of.text);
        evidence.decimal().map_err(|doubt| {
            let (first, message) = match &doubt {
                Doubt::Mixed(point, comma) => {
                    let [point_text, comma_text] = [place(point), place(comma)];
                    (comma, format!("{comma_text}, with a decimal comma, and {point_text}, with a decimal point"))
                }
                Doubt::Either(either) => {
                    let [point, comma] = [Decimal::Point, Decimal::Comma].map(|decimal| number(&either.text, decimal));
                    let [point, comma] = [point, comma].map(Option::unwrap_or_default);
                    (either, format!("{}, which is {comma} or {point}", place(either)))
                }
            };
            let help = match doubt {
                Doubt::Mixed(..) => "write all numbers of the file in one way".to_owned(),
                Doubt::Either(_) => format!(
                    "say which by `decimal = \",\"` or `decimal = \".\"` in {}: the other one sets thousands apart",
                    self.wanted.section
                ),
            };
            let line = self.lines(&[first.row]).ok().and_then(|lines| lines.first().copied());
            let error = self.wanted.wrong(message).keyed(&*first.column).helped(help);
            line.into_iter().fold(error, Error::line_number)
        })
    }

    /// What is to be told of the text, if it is not as usual.
    fn told(&self, decimal: Decimal) -> Vec<String> {
        let is_utf16 = self.text.is_utf16().then(|| "it is text in UTF-16".to_owned());
        let comma = (decimal == Decimal::Comma).then(|| "a comma is the decimal sign".to_owned());
        let is_comma = self.header.separator == b',';
        let apart = (!is_comma).then(|| format!("cells are set apart by {}", self.header.separators_named()));
        let said: Vec<String> = is_utf16.into_iter().chain(apart).chain(comma).collect();
        if said.is_empty() { Vec::new() } else { vec![format!("{}: {}.", self.wanted.path.display(), said.join(", "))] }
    }

    /// The lines in which rows begin, ascending: blank lines and line breaks within cells are counted.
    fn lines(&self, rows: &[usize]) -> Result<Vec<u64>, Error> {
        let mut offsets = Vec::new();
        let mut wanted = rows.iter().peekable();
        self.each(|row, record| {
            if wanted.next_if(|wanted| **wanted == row).is_some() {
                offsets.push(record.position().map_or(0, csv::Position::byte) + self.header.before as u64);
            }
            if wanted.peek().is_none() { Next::Stop } else { Next::GoOn }
        })?;
        let lines = self.text.read(|text| lines_at(text, &offsets));
        lines.and_then(|lines| Ok(lines?)).map_err(|none| no_text(self.wanted, none))
    }

    fn wrong_length(&self, row: usize, cells: usize) -> Fault {
        let (width, separators) = (self.header.width, self.header.separators_named());
        Fault {
            row,
            message: format!(" has {cells} cells, expected {width} as in the header"),
            column: self.wanted.columns.first().map_or_else(String::new, |asked| asked.name.to_owned()),
            help: format!("complete the row, or put cells that hold {separators} in double quotes"),
        }
    }

    /// What is wrong with the file after so many good rows.
    fn refuse(&self, error: csv::Error, rows: usize) -> Error {
        let csv::ErrorKind::Io(cause) = error.kind() else {
            let message = format!("not sound csv: {error}");
            return self.wanted.wrong(message).helped("save it as comma-separated text in UTF-8").caused_by(error);
        };
        if let Some(fault) = quote_fault(cause) {
            return refuse_quote(self.wanted, self.text, fault, self.header.before as u64);
        }
        let is_of_file = !self.text.is_packed() || cause.raw_os_error().is_some();
        let refusal = match cause.kind() {
            ErrorKind::UnexpectedEof => self
                .wanted
                .wrong(format!("the compressed file ends too early, after {rows} whole rows"))
                .helped("it was cut short: copy or compress it again"),
            ErrorKind::InvalidData if !self.text.is_packed() => {
                self.wanted.wrong(format!("{cause}, after {rows} whole rows")).helped("save it as text in UTF-8")
            }
            _ if is_of_file => unreadable(self.wanted, cause),
            _ => self
                .wanted
                .wrong(format!("not a sound compressed file, after {rows} whole rows: {cause}"))
                .helped("copy or compress it again"),
        };
        refusal.caused_by(error)
    }
}

/// Whether a row has nothing in any cell.
fn is_blank(record: &ByteRecord) -> bool {
    // All cells of a record stand side by side.
    record.as_slice().iter().all(u8::is_ascii_whitespace)
}

/// Puts a cell into its column, or something in its place; says whether it is what is asked for.
pub(super) fn take(column: &mut Column, asked: &Asked<'_>, cell: &[u8], decimal: Option<Decimal>) -> bool {
    let cell = std::str::from_utf8(cell.trim_ascii()).ok();
    if let Column::Numbers(values) = column {
        // White space beyond ASCII is rare, and takes long to look for.
        let read = |cell| notation::read(cell, decimal).or_else(|| notation::read(cell.trim(), decimal));
        let value = cell.and_then(read).and_then(|value| asked.content.scaled(value));
        values.push(value.unwrap_or(f64::NAN));
        return value.is_some();
    }
    match (column, cell.map(str::trim)) {
        (Column::Moments(moments), Some(cell)) => match asked.content {
            Content::Ends { open } if moments::is_open(cell, open) => {
                moments.push_open();
                true
            }
            _ => moments.take(cell, decimal),
        },
        (Column::Ids(ids), Some(cell)) if !cell.is_empty() => {
            ids.push(cell);
            true
        }
        _ => false,
    }
}

fn quote_fault(error: &io::Error) -> Option<QuoteFault> {
    error.get_ref().and_then(|error| error.downcast_ref()).copied()
}

/// The refusal of a text for a quote, with its line; `before` are bytes of the text before what was watched.
fn refuse_quote(wanted: &Wanted<'_>, text: Text<'_>, fault: QuoteFault, before: u64) -> Error {
    let help = match fault {
        QuoteFault::GoesOn { .. } => {
            "close the cell, or write a quote within a cell twice and the cell in quotes, as in \"19\"\" rack\""
        }
        QuoteFault::NotClosed { .. } | QuoteFault::HoldsRows { .. } => {
            "close the cell in its line, or take the quote away"
        }
    };
    let places = fault.places().map(|place| place + before);
    let lines = text.read(|text| lines_at(text, &places)).ok().and_then(Result::ok).unwrap_or_default();
    let [line, shown] = [0, 1].map(|number| lines.get(number).copied().unwrap_or_default());
    wanted.wrong(fault.message(shown)).line_number(line).helped(help)
}

fn no_text(wanted: &Wanted<'_>, none: NoText) -> Error {
    match none {
        NoText::Io(cause) if cause.raw_os_error().is_some() => unreadable(wanted, &cause).caused_by(cause),
        NoText::Io(cause) if cause.kind() == ErrorKind::UnexpectedEof => wanted
            .wrong("the compressed file ends too early, after 0 whole rows")
            .helped("it was cut short: copy or compress it again")
            .caused_by(cause),
        NoText::Io(cause) => wanted
            .wrong(format!("not a sound file, after 0 whole rows: {cause}"))
            .helped("copy or write it again")
            .caused_by(cause),
        NoText::Other(kind) => {
            wanted.wrong(format!("this is {}, expected csv or Parquet", kind.named())).helped(kind.remedy())
        }
        NoText::Packed(kind) => wanted
            .wrong(format!("what is packed in it is {}, expected csv", kind.named()))
            .helped(if kind == FileKind::Parquet { "unpack it" } else { kind.remedy() }),
        NoText::Several(names) if names.is_empty() => {
            wanted.wrong("the zip file is empty").helped("pack the table again, or give the table itself")
        }
        NoText::Several(names) => {
            let first: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
            let more = if names.len() > first.len() { ", …" } else { "" };
            wanted
                .wrong(format!("the zip file holds {} files: {}{more}", names.len(), first.join(", ")))
                .helped("unpack it, and name the one that is meant")
        }
    }
}

fn unreadable(wanted: &Wanted<'_>, cause: &io::Error) -> Error {
    Error::new(Kind::Unreadable, wanted.path, format!("cannot read the table: {cause}"))
        .helped(format!("check `{}` in the scenario, and that the file may be read", wanted.file_key))
}

/// The lines, from 1, of the first bytes from these places on that are no line breaks.
fn lines_at(text: &mut dyn Read, offsets: &[u64]) -> io::Result<Vec<u64>> {
    let (mut line, mut at, mut lines) = (1, 0, Vec::with_capacity(offsets.len()));
    let mut bytes = vec![0; 1 << 16];
    let mut last = 0;
    while lines.len() < offsets.len() {
        let count = text.read(&mut bytes)?;
        if count == 0 {
            lines.resize(offsets.len(), line);
        }
        for &byte in &bytes[..count] {
            let is_break = matches!(byte, b'\n' | b'\r');
            while !is_break && offsets.get(lines.len()).is_some_and(|&offset| offset <= at) {
                lines.push(line);
            }
            // A break of two bytes is one.
            line += u64::from(is_break && !(byte == b'\n' && last == b'\r'));
            (last, at) = (byte, at + 1);
        }
    }
    Ok(lines)
}
