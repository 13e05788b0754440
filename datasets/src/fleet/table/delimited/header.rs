//! The header of a table in text: what sets its cells apart, and where the wanted columns stand.

use csv::{ByteRecord, ReaderBuilder};

use crate::error::Error;
use crate::fleet::table::Wanted;

/// What may set cells apart, the most usual one first.
const SEPARATORS: [u8; 4] = *b",;\t|";

/// The header of a table.
#[derive(Debug)]
pub(super) struct Header {
    /// What sets cells apart.
    pub separator: u8,
    /// Bytes before the header: those of a line that names the separator.
    pub before: usize,
    /// Cells of the header, and of each row.
    pub width: usize,
    /// The place of each wanted column.
    pub places: Vec<usize>,
}

impl Header {
    /// Finds the header at the beginning of a text: with the separator by which all wanted columns are there.
    pub fn find(wanted: &Wanted<'_>, head: &[u8]) -> Result<Self, Error> {
        let (named, before) = named_separator(head);
        let separators = named.map_or_else(|| SEPARATORS.to_vec(), |separator| vec![separator]);
        let sheets: Vec<Sheet> = separators.iter().map(|&separator| Sheet::of(&head[before..], separator)).collect();
        let fit: Vec<&Sheet> = sheets.iter().filter(|sheet| sheet.holds(wanted)).collect();
        // Of several, as there are in a table of one column, that by which the first row is as long as the header.
        let best = fit.iter().find(|sheet| sheet.is_even()).or(fit.first()).copied();
        // Without any: that which parts the header most.
        let best = best.or_else(|| sheets.iter().rev().max_by_key(|sheet| sheet.names.len()));
        let line = if before > 0 { 2 } else { 1 };
        let Some(sheet) = best.filter(|sheet| sheet.names.iter().any(|name| !name.is_empty())) else {
            return Err(wanted.wrong("the table has no header").helped("name its columns in the first line"));
        };
        let places = wanted.places(&sheet.names).map_err(|error| error.line_number(line))?;
        Ok(Self { separator: sheet.separator, before, width: sheet.names.len(), places })
    }

    /// What sets cells apart, in words.
    pub fn separators_named(&self) -> String {
        match self.separator {
            b',' => "commas".to_owned(),
            b';' => "semicolons".to_owned(),
            b'\t' => "tabs".to_owned(),
            b'|' => "bars".to_owned(),
            other => format!("\"{}\"", char::from(other).escape_default()),
        }
    }
}

/// The separator that a first line names, as `sep=;` does, and the bytes of that line.
fn named_separator(head: &[u8]) -> (Option<u8>, usize) {
    let line = head.split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default();
    let plain = line.trim_ascii_end();
    let plain = plain.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(plain);
    let is_named = plain.get(..4).is_some_and(|key| key.eq_ignore_ascii_case(b"sep="));
    match plain.get(4..) {
        // A tab at the end of the line is no white space here.
        Some([]) if is_named && line.get(4) == Some(&b'\t') => (Some(b'\t'), line.len()),
        Some(&[separator]) if is_named => (Some(separator), line.len()),
        _ => (None, 0),
    }
}

/// The first lines of a table, parted by a separator.
struct Sheet {
    separator: u8,
    names: Vec<String>,
    /// Cells of the first row; `None` if there is none.
    first: Option<usize>,
}

impl Sheet {
    fn of(head: &[u8], separator: u8) -> Self {
        let mut reader = ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(head);
        let mut record = ByteRecord::new();
        // What is wrong with the text is told when it is read as a whole.
        let mut next = || reader.read_byte_record(&mut record).unwrap_or(false).then(|| record.clone());
        let names = next().unwrap_or_default();
        let names = names.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        Self { separator, names, first: next().map(|first| first.len()) }
    }

    fn holds(&self, wanted: &Wanted<'_>) -> bool {
        wanted.columns.iter().all(|asked| self.names.iter().any(|name| name == asked.name))
    }

    fn is_even(&self) -> bool {
        self.first == Some(self.names.len())
    }
}

#[cfg(test)]
mod tests {
    use super::named_separator;

    #[test]
    fn a_first_line_may_name_the_separator() {
        assert_eq!(named_separator(b"sep=;\r\nid;up\n"), (Some(b';'), 7));
        assert_eq!(named_separator(b"SEP=,\nid,up\n"), (Some(b','), 6));
        assert_eq!(named_separator(b"\"sep=|\"\nid|up\n"), (Some(b'|'), 8));
        assert_eq!(named_separator(b"sep=\t\nid\tup\n"), (Some(b'\t'), 6));
        for head in ["sep,up\n", "sep=\n1\n", "id,up\n", "", "sep=ab\n"] {
            assert_eq!(named_separator(head.as_bytes()), (None, 0), "{head}");
        }
    }
}
