//! What a file is, by its first bytes and not by its name.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// What a file is by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fleet) enum FileKind {
    /// There are no bytes.
    Empty,
    Parquet,
    /// Parquet whose footer is encrypted.
    ParquetEncrypted,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    Lz4,
    Zip,
    /// A workbook of Excel 2007 or later: a zip file with a folder `xl/`.
    Xlsx,
    /// A sheet of LibreOffice: a zip file that names its type.
    Ods,
    /// A workbook of Excel 2003 or earlier.
    Xls,
    Orc,
    Avro,
    /// Arrow IPC in a file, which is Feather of version 2.
    Arrow,
    /// Feather of version 1.
    Feather,
    Sqlite,
    Hdf5,
    /// Text of 16 bits a letter, the low byte first.
    Utf16Le,
    /// Text of 16 bits a letter, the high byte first.
    Utf16Be,
    Html,
    Xml,
    Json,
    /// Any other text, csv for one: in UTF-8, with or without its mark, or in an encoding of one byte a letter.
    Text,
    /// None of these.
    Binary,
}

/// So many bytes from the beginning of a file tell what it is.
pub(in crate::fleet) const HEAD: usize = 1024;

/// Files that begin with these bytes. A beginning that goes on as another one comes after it.
const BEGINNINGS: [(&[u8], FileKind); 17] = [
    (b"PAR1", FileKind::Parquet),
    (b"PARE", FileKind::ParquetEncrypted),
    (b"\x1f\x8b", FileKind::Gzip),
    (b"\x28\xb5\x2f\xfd", FileKind::Zstd),
    (b"BZh", FileKind::Bzip2),
    (b"\xfd7zXZ\0", FileKind::Xz),
    (b"\x04\x22\x4d\x18", FileKind::Lz4),
    (b"PK\x03\x04", FileKind::Zip),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind::Xls),
    (b"ORC", FileKind::Orc),
    (b"Obj\x01", FileKind::Avro),
    (b"ARROW1\0\0", FileKind::Arrow),
    (b"FEA1", FileKind::Feather),
    (b"SQLite format 3\0", FileKind::Sqlite),
    (b"\x89HDF\r\n\x1a\n", FileKind::Hdf5),
    (b"\xff\xfe", FileKind::Utf16Le),
    (b"\xfe\xff", FileKind::Utf16Be),
];

/// The mark with which text in UTF-8 may begin.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

impl FileKind {
    /// What the file at a path is. A pipe is not looked into: its bytes come but once.
    pub fn at(path: &Path) -> io::Result<Self> {
        if path.exists() && !path.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        let mut head = Vec::with_capacity(HEAD);
        File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
        Ok(Self::of(&head))
    }

    /// What a file is that begins with these bytes: at least [`HEAD`] of them, or all there are.
    pub fn of(head: &[u8]) -> Self {
        if head.is_empty() {
            return Self::Empty;
        }
        let begun = BEGINNINGS.into_iter().find(|(beginning, _)| head.starts_with(beginning));
        match begun {
            Some((_, Self::Zip)) => of_zip(head),
            // Text may begin with the letters `ORC`, `PAR1` or `BZh` too: then a column has such a name.
            Some((beginning, kind)) if !(is_letters(beginning) && is_text(head)) => kind,
            _ if is_text(head) => of_text(head),
            // Text may hold any other byte than 0, of an escape sequence or of an encoding for one.
            _ if !head.contains(&0) => Self::Text,
            _ => of_unmarked_utf16(head).unwrap_or(Self::Binary),
        }
    }

    /// What the file is, in words that follow "it is".
    pub fn named(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Parquet => "a Parquet file",
            Self::ParquetEncrypted => "an encrypted Parquet file",
            Self::Gzip => "a gzip file",
            Self::Zstd => "a zstd file",
            Self::Bzip2 => "a bzip2 file",
            Self::Xz => "an xz file",
            Self::Lz4 => "an lz4 file",
            Self::Zip => "a zip file",
            Self::Xlsx => "an Excel workbook",
            Self::Ods => "an OpenDocument sheet",
            Self::Xls => "an old Excel workbook",
            Self::Orc => "an ORC file",
            Self::Avro => "an Avro file",
            Self::Arrow => "an Arrow file (Feather)",
            Self::Feather => "an old Feather file",
            Self::Sqlite => "an SQLite database",
            Self::Hdf5 => "an HDF5 file",
            Self::Utf16Le | Self::Utf16Be => "text in UTF-16",
            Self::Html => "a web page (HTML)",
            Self::Xml => "XML",
            Self::Json => "JSON",
            Self::Text => "text",
            Self::Binary => "of no known format",
        }
    }

    /// How to make a table that can be read of a file that is none.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Empty => "write it again: whatever was to fill it did not",
            Self::Gzip | Self::Zstd | Self::Bzip2 | Self::Xz | Self::Lz4 | Self::Zip => "unpack it",
            Self::Xlsx | Self::Ods | Self::Xls => "save the sheet as csv",
            Self::Sqlite => "export the table as csv",
            Self::Html => "download the file itself, not the page that shows it",
            Self::ParquetEncrypted => "write it again without encryption",
            Self::Binary => "it may be damaged or not be a table: copy it again, or save it as csv or Parquet",
            _ => "save it as csv or Parquet",
        }
    }
}

/// Whether bytes could be the beginning of a text.
fn is_letters(beginning: &[u8]) -> bool {
    beginning.iter().all(u8::is_ascii_alphanumeric)
}

/// Whether there are only bytes that a text has: of the control characters those that part lines, cells and pages.
fn is_text(head: &[u8]) -> bool {
    head.iter().all(|byte| !matches!(byte, 0..=8 | 14..=31 | 127))
}

/// What a zip file is, by the names of its first parts.
fn of_zip(head: &[u8]) -> FileKind {
    let holds = |part: &[u8]| head.windows(part.len()).any(|window| window == part);
    if holds(b"xl/") || holds(b"[Content_Types].xml") {
        FileKind::Xlsx
    } else if holds(b"opendocument.spreadsheet") {
        FileKind::Ods
    } else {
        FileKind::Zip
    }
}

/// What a text is, by its first letters that are not blank.
fn of_text(head: &[u8]) -> FileKind {
    let text = head.strip_prefix(UTF8_MARK).unwrap_or(head).trim_ascii_start();
    let begins = |tag: &[u8]| text.get(..tag.len()).is_some_and(|begun| begun.eq_ignore_ascii_case(tag));
    match text.first() {
        _ if begins(b"<!doctype html") || begins(b"<html") => FileKind::Html,
        _ if begins(b"<?xml") => FileKind::Xml,
        Some(b'{' | b'[') => FileKind::Json,
        _ => FileKind::Text,
    }
}

/// Text in UTF-16 without its mark, if the first two letters are plain Latin ones.
fn of_unmarked_utf16(head: &[u8]) -> Option<FileKind> {
    match head.get(..4)?.iter().map(|&byte| byte == 0).collect::<Vec<bool>>()[..] {
        [false, true, false, true] => Some(FileKind::Utf16Le),
        [true, false, true, false] => Some(FileKind::Utf16Be),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_magic_number_is_what_it_says() {
        let cases: [(&[u8], FileKind); 17] = [
            (b"PAR1\x15\x04", FileKind::Parquet),
            (b"PARE\x15\x04", FileKind::ParquetEncrypted),
            (b"\x1f\x8b\x08\0", FileKind::Gzip),
            (b"\x28\xb5\x2f\xfd\x04", FileKind::Zstd),
            (b"BZh91AY&SY\x01", FileKind::Bzip2),
            (b"\xfd7zXZ\0\0", FileKind::Xz),
            (b"\x04\x22\x4d\x18\x64", FileKind::Lz4),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", FileKind::Xls),
            (b"ORC\x0a\x03", FileKind::Orc),
            (b"Obj\x01\x04", FileKind::Avro),
            (b"ARROW1\0\0\xff", FileKind::Arrow),
            (b"FEA1\0\0\0\0", FileKind::Feather),
            (b"SQLite format 3\0\x10", FileKind::Sqlite),
            (b"\x89HDF\r\n\x1a\n\0", FileKind::Hdf5),
            (b"\xff\xfeu\0p\0", FileKind::Utf16Le),
            (b"\xfe\xff\0u\0p", FileKind::Utf16Be),
            (b"", FileKind::Empty),
        ];
        for (head, kind) in cases {
            assert_eq!(FileKind::of(head), kind, "{head:?}");
        }
    }

    #[test]
    fn zip_files_are_told_apart_by_their_parts() {
        assert_eq!(FileKind::of(b"PK\x03\x04\x14\0\0\0inv.csv"), FileKind::Zip);
        assert_eq!(FileKind::of(b"PK\x03\x04\x14\0\0\0[Content_Types].xml"), FileKind::Xlsx);
        assert_eq!(FileKind::of(b"PK\x03\x04\x14\0\0\0xl/workbook.xml"), FileKind::Xlsx);
        let sheet = b"PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet";
        assert_eq!(FileKind::of(sheet), FileKind::Ods);
    }

    #[test]
    fn text_is_text_even_if_it_begins_as_a_magic_number_does() {
        for text in ["up,disk\n1,2\n", "\u{feff}up,disk\n", "ORC,up\n1,2\n", "PAR1,up\n", "BZh,up\n", "größe;up\n"] {
            assert_eq!(FileKind::of(text.as_bytes()), FileKind::Text, "{text}");
        }
        // In Latin-1.
        assert_eq!(FileKind::of(b"gr\xf6\xdfe;up\r\n"), FileKind::Text);
        assert_eq!(FileKind::of(b"up\tdisk\r\n"), FileKind::Text);
    }

    #[test]
    fn marked_up_text_is_no_table() {
        assert_eq!(FileKind::of(b"\n<!DOCTYPE html><html>"), FileKind::Html);
        assert_eq!(FileKind::of(b"<HTML lang=en>"), FileKind::Html);
        assert_eq!(FileKind::of(b"<?xml version=\"1.0\"?>"), FileKind::Xml);
        assert_eq!(FileKind::of(b"\xef\xbb\xbf {\"up\": 1}"), FileKind::Json);
        assert_eq!(FileKind::of(b"[1, 2]"), FileKind::Json);
    }

    #[test]
    fn text_of_16_bits_needs_no_mark_and_the_rest_is_of_no_known_format() {
        assert_eq!(FileKind::of(b"u\0p\0,\0"), FileKind::Utf16Le);
        assert_eq!(FileKind::of(b"\0u\0p\0,"), FileKind::Utf16Be);
        assert_eq!(FileKind::of(b"\0\0\0\0"), FileKind::Binary);
        assert_eq!(FileKind::of(b"\x7fELF\x02\x01\0"), FileKind::Binary);
        assert_eq!(FileKind::of(b"up,\x1b[31mdisk\n"), FileKind::Text);
    }
}
