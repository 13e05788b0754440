//! Quotes in csv: each that opens a cell must close it.
//!
//! A quote that is never closed, or by the quote of a later row, would make one cell of all the rows between. Such a
//! quote is found while the text is read: the bytes pass through, and the fault comes instead of the next ones.

use std::error::Error;
use std::fmt;
use std::io::{self, Read};

use memchr::{memchr, memchr2};

/// What is wrong with a quote. Places are bytes from the beginning of the text that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuoteFault {
    /// The quote at a place opens a cell that no quote closes.
    NotClosed { at: u64 },
    /// Behind the quote that closes the cell, at its end, the cell goes on.
    GoesOn { at: u64, end: u64 },
    /// The line within the cell that begins at a place is a row of the table.
    HoldsRows { at: u64, row: u64 },
}

impl QuoteFault {
    /// Where the cell begins, and where the fault shows.
    pub fn places(self) -> [u64; 2] {
        match self {
            Self::NotClosed { at } => [at; 2],
            Self::GoesOn { at, end } => [at, end],
            Self::HoldsRows { at, row } => [at, row],
        }
    }

    /// What is wrong, with the line in which it shows.
    pub fn message(self, line: u64) -> String {
        match self {
            Self::NotClosed { .. } => "the quote that opens a cell here is never closed".to_owned(),
            Self::GoesOn { .. } => {
                format!("the quote that opens a cell here is closed in the middle of a cell, in line {line}")
            }
            Self::HoldsRows { .. } => {
                format!("the quote that opens a cell here is not closed before line {line}, which is a row of its own")
            }
        }
    }
}

impl fmt::Display for QuoteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a quote is not closed where it should be")
    }
}

impl Error for QuoteFault {}

/// Text whose quotes are watched.
pub(super) struct Watched<R, F> {
    text: R,
    separator: u8,
    /// Whether a line is a row of the table.
    is_row: F,
    /// Bytes before the next one.
    read: u64,
    /// The byte before the next one: none at the beginning.
    last: Option<u8>,
    /// The cell in quotes that is being read.
    cell: Option<Cell>,
}

/// A cell in quotes.
struct Cell {
    /// Where it begins.
    at: u64,
    /// Whether the last byte was a quote: it closes the cell, unless another one follows.
    may_close: bool,
    /// The line within the cell that is being read, as far as it is no longer than a row may be; none before the first
    /// line break.
    inner: Option<Vec<u8>>,
    /// Where that line begins.
    inner_at: u64,
}

/// Bytes of the longest line within a cell that is taken for a row.
const LONGEST_ROW: usize = 1 << 16;

impl<R: Read, F: FnMut(&[u8]) -> bool> Watched<R, F> {
    /// The text; `is_row` says whether a line is a row of the table.
    pub fn new(text: R, separator: u8, is_row: F) -> Self {
        Self { text, separator, is_row, read: 0, last: None, cell: None }
    }

    /// Follows the quotes of the next bytes.
    fn follow(&mut self, bytes: &[u8]) -> Result<(), QuoteFault> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let next = match self.cell.take() {
                None => self.outside(rest),
                Some(cell) => self.inside(cell, rest)?,
            };
            self.read += (rest.len() - next.len()) as u64;
            rest = next;
        }
        Ok(())
    }

    /// Goes on to the next quote that opens a cell; returns what follows it.
    fn outside<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let mut from = 0;
        while let Some(at) = memchr(b'"', &bytes[from..]).map(|at| from + at) {
            let before = if at == 0 { self.last } else { Some(bytes[at - 1]) };
            if before.is_none_or(|byte| byte == self.separator || matches!(byte, b'\n' | b'\r')) {
                self.last = Some(b'"');
                self.cell = Some(Cell { at: self.read + at as u64, may_close: false, inner: None, inner_at: 0 });
                return &bytes[at + 1..];
            }
            from = at + 1;
        }
        self.last = bytes.last().copied();
        &[]
    }

    /// Goes on within a cell in quotes, to its end at most; returns what follows.
    fn inside<'b>(&mut self, mut cell: Cell, bytes: &'b [u8]) -> Result<&'b [u8], QuoteFault> {
        if cell.may_close {
            let Some(&next) = bytes.first() else { return Ok(bytes) };
            if next == b'"' {
                cell.may_close = false;
                self.cell = Some(cell);
                return Ok(&bytes[1..]);
            }
            if next != self.separator && !matches!(next, b'\n' | b'\r') {
                return Err(QuoteFault::GoesOn { at: cell.at, end: self.read });
            }
            // The byte behind the cell is looked at as one outside of it.
            self.last = Some(b'"');
            return Ok(bytes);
        }
        let at = memchr2(b'"', b'\n', bytes);
        if let Some(inner) = &mut cell.inner {
            let room = LONGEST_ROW - inner.len();
            inner.extend_from_slice(&bytes[..at.unwrap_or(bytes.len()).min(room)]);
        }
        let rest = match at {
            None => &[],
            Some(at) if bytes[at] == b'"' => {
                cell.may_close = true;
                &bytes[at + 1..]
            }
            Some(at) => {
                let line = cell.inner.get_or_insert_default();
                if (self.is_row)(line.trim_ascii_end()) {
                    return Err(QuoteFault::HoldsRows { at: cell.at, row: cell.inner_at });
                }
                line.clear();
                cell.inner_at = self.read + at as u64 + 1;
                &bytes[at + 1..]
            }
        };
        self.cell = Some(cell);
        Ok(rest)
    }
}

impl<R: Read, F: FnMut(&[u8]) -> bool> Read for Watched<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.text.read(buffer)?;
        let is_open = self.cell.as_ref().filter(|cell| !cell.may_close);
        let fault = match is_open {
            Some(cell) if count == 0 => Err(QuoteFault::NotClosed { at: cell.at }),
            _ => self.follow(&buffer[..count]),
        };
        fault.map_err(io::Error::other)?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{QuoteFault, Watched};

    /// What is wrong with a text, read in steps of any length. A row has three cells, the last of which is a number.
    fn fault(text: &str) -> Option<QuoteFault> {
        let found = [1, 2, 5, 1000].map(|step| {
            let is_row = |line: &[u8]| {
                let cells: Vec<_> = line.split(|&byte| byte == b',').collect();
                cells.len() == 3 && cells[2].first().is_some_and(u8::is_ascii_digit)
            };
            let mut watched = Watched::new(text.as_bytes(), b',', is_row);
            let mut buffer = vec![0; step];
            loop {
                match watched.read(&mut buffer) {
                    Ok(0) => return None,
                    Ok(_) => {}
                    Err(error) => return error.get_ref().and_then(|error| error.downcast_ref()).copied(),
                }
            }
        });
        assert!(found.iter().all(|fault| *fault == found[0]), "{found:?}");
        found[0]
    }

    #[test]
    fn quotes_as_they_should_be_are_none_of_our_business() {
        for text in [
            "id,up,disk\na,0.5,50\n",
            "id,up,disk\n\"a\",0.5,50\n",
            "id,up,disk\n\"a, \"\"b\"\"\",0.5,50\r\n\"\",1,\"2\"",
            "id,up,disk\n\"two\nlines, and more\n\",0.5,50\n",
            "id,up,disk\n19\" rack,0.5,50\n a \"b\",1,2\n",
            "\"id\",up,disk\n",
            "",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told_by_its_place() {
        assert_eq!(fault("id,up,disk\na,1,2\n\"b,1,2\n"), Some(QuoteFault::NotClosed { at: 17 }));
        assert_eq!(fault("\"id,up,disk"), Some(QuoteFault::NotClosed { at: 0 }));
        let rows = "id,up,disk\n\n\"a,1,2\nb,1,2\nc,1,2\n\"d\",1,2\n";
        assert_eq!(fault(rows), Some(QuoteFault::HoldsRows { at: 12, row: 19 }));
        assert_eq!(fault("id,up,disk\n\"a,1,2\n\"b\",1,2\n"), Some(QuoteFault::GoesOn { at: 11, end: 19 }));
        assert_eq!(fault("id,up,disk\n\"a\" b,1,2\n"), Some(QuoteFault::GoesOn { at: 11, end: 14 }));
    }
}
