//! Tables of real nodes, and of when they were up, in text or in Parquet, in one file or several.
//!
//! Every cell of a column that is asked for must be there, but for the end of a session that is not over: one that is
//! empty, no number or not finite is an error that names its row and column, since what to put in its place is for the
//! owner of the data to say. All such cells of a file are told at once.

mod delimited;
mod faults;
mod files;
mod ids;
mod kind;
mod moments;
mod notation;
mod parquet;
mod several;

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind};
use crate::scenario::Decimal;
pub(super) use faults::{Fault, Faults};
pub(crate) use files::parts;
pub(super) use ids::Ids;
use kind::FileKind;
pub(crate) use moments::date;
pub(super) use moments::{Moments, OPEN};

/// Columns of a table at rest, and the keys of the scenario that name them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub path: &'a Path,
    pub columns: &'a [Asked<'a>],
    /// The decimal sign of numbers in text; `None` to find it out.
    pub decimal: Option<Decimal>,
    /// The key that names the file.
    pub file_key: &'static str,
    /// Where the scenario names the columns.
    pub named_in: &'static str,
    /// The section of the scenario that says how the file is written.
    pub section: &'static str,
}

/// A column that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub name: &'a str,
    pub content: Content<'a>,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content<'a> {
    /// Finite numbers.
    Numbers {
        /// They count from this.
        offset: f64,
        /// They are multiplied by this.
        scale: f64,
        /// The largest that can be kept.
        largest: f64,
    },
    /// Moments at which sessions begin.
    Begins,
    /// Moments at which sessions end, or nothing where they do not.
    Ends {
        /// What the archive has, beside nothing, where a session does not end.
        open: Option<&'a str>,
    },
    /// Names of hosts. A name is kept as it is written: `7` and `007` are two names, and so are `1e3` and `1000`.
    Ids,
}

/// A column that has been read.
#[derive(Debug)]
pub(super) enum Column {
    Numbers(Vec<f64>),
    Moments(Moments),
    Ids(Ids),
}

/// What has been read.
#[derive(Debug)]
pub(super) struct Read {
    /// The columns, as they were asked for.
    pub columns: Vec<Column>,
    /// The files that were read, and how many rows each has.
    pub files: Vec<(PathBuf, usize)>,
    /// What is to be told of the files.
    pub remarks: Vec<String>,
}

impl Asked<'_> {
    /// Whether the cells are names.
    fn is_of_ids(&self) -> bool {
        matches!(self.content, Content::Ids)
    }
}

impl Content<'_> {
    /// A column without rows.
    fn column(self) -> Column {
        match self {
            Self::Numbers { .. } => Column::Numbers(Vec::new()),
            Self::Begins | Self::Ends { .. } => Column::Moments(Moments::default()),
            Self::Ids => Column::Ids(Ids::default()),
        }
    }

    /// A number in the unit that is asked for, if it can be kept.
    fn scaled(self, value: f64) -> Option<f64> {
        let Self::Numbers { offset, scale, largest } = self else { return None };
        Some((value - offset) * scale).filter(|scaled| scaled.abs() <= largest)
    }

    /// What is expected of a cell.
    fn expected(self) -> &'static str {
        match self {
            Self::Numbers { .. } => "a finite number",
            Self::Begins | Self::Ends { .. } => "a moment: a number, or a date such as 2010-01-31T12:00:00Z",
            Self::Ids => "the id of a host",
        }
    }
}

impl Column {
    /// Rows that have been read.
    fn rows(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Moments(moments) => moments.values.len(),
            Self::Ids(ids) => ids.rows.len(),
        }
    }

    /// Adds the rows of another file; says whether its moments are written as those before.
    fn append(&mut self, rows: Self) -> bool {
        match (self, rows) {
            (Self::Numbers(values), Self::Numbers(more)) => values.extend(more),
            (Self::Moments(moments), Self::Moments(more)) => return moments.append(more),
            (Self::Ids(ids), Self::Ids(more)) => ids.append(more),
            _ => {}
        }
        true
    }

    /// The numbers; none if something else was asked for.
    pub fn numbers(self) -> Vec<f64> {
        if let Self::Numbers(values) = self { values } else { Vec::new() }
    }

    /// The moments; none if something else was asked for.
    pub fn moments(self) -> Moments {
        if let Self::Moments(moments) = self { moments } else { Moments::default() }
    }

    /// The ids; none if something else was asked for.
    pub fn ids(self) -> Ids {
        if let Self::Ids(ids) = self { ids } else { Ids::default() }
    }
}

impl Wanted<'_> {
    /// Reads the columns from all files of the table. Takes 8 bytes a number or a moment, 4 an id, and the text of each
    /// different id once.
    pub fn read(&self) -> Result<Read, Error> {
        let read = several::read(self)?;
        match read.columns.first().map_or(0, Column::rows) {
            0 => Err(self.wrong("the table has no rows").helped("give at least one")),
            _ => Ok(read),
        }
    }

    /// Reads the columns from one file, which may have no rows, and what is to be told of it.
    fn read_file(&self) -> Result<(Vec<Column>, Vec<String>), Error> {
        match self.kind()? {
            FileKind::Parquet | FileKind::ParquetEncrypted => {
                let file = File::open(self.path).map_err(|cause| self.unreadable(cause))?;
                Ok((parquet::read(self, file)?, Vec::new()))
            }
            kind => delimited::read(self, kind),
        }
    }

    /// What the file is: by its first bytes, but for one that is named as Parquet and may be cut short.
    fn kind(&self) -> Result<FileKind, Error> {
        let is_named = self.path.extension().is_some_and(|end| end.eq_ignore_ascii_case("parquet"));
        let kind = FileKind::at(self.path).map_err(|cause| self.unreadable(cause))?;
        Ok(if is_named { FileKind::Parquet } else { kind })
    }

    fn unreadable(&self, cause: std::io::Error) -> Error {
        Error::new(Kind::Unreadable, self.path, format!("cannot read the table: {cause}"))
            .helped(format!("check `{}` in the scenario, and that the file may be read", self.file_key))
            .caused_by(cause)
    }

    /// Faults of rows of all files, in the order of the rows, as one error of the file of the first.
    pub fn refuse(&self, faults: Faults, files: &[(PathBuf, usize)]) -> Error {
        let mut before = 0;
        let first = faults.rows().first().copied().unwrap_or(1);
        for (path, rows) in files {
            if first <= before + rows {
                return Wanted { path, ..*self }.refuse_file(faults.of_file(before, *rows));
            }
            before += rows;
        }
        self.refuse_file(faults)
    }

    /// Faults of the rows of one file as one error, with their lines.
    fn refuse_file(&self, faults: Faults) -> Error {
        let rows = faults.rows();
        let lines = match self.kind() {
            Ok(FileKind::Parquet | FileKind::ParquetEncrypted) | Err(_) => Vec::new(),
            Ok(kind) => delimited::lines(self, kind, &rows).unwrap_or_default(),
        };
        faults.error(self.path, |row| rows.binary_search(&row).ok().and_then(|at| lines.get(at).copied()))
    }

    /// What is wrong with the table.
    pub fn wrong(&self, message: impl Into<String>) -> Error {
        Error::new(Kind::Data, self.path, message)
    }

    /// The place of each wanted column among those there are.
    fn places(&self, there: &[String]) -> Result<Vec<usize>, Error> {
        let place = |wanted: &Asked<'_>| {
            let mut found = (0..there.len()).filter(|index| there[*index] == wanted.name);
            match (found.next(), found.next()) {
                (Some(index), None) => Ok(index),
                (Some(_), Some(_)) => Err(self
                    .wrong(format!("two columns are named `{}`", wanted.name))
                    .keyed(wanted.name)
                    .helped("rename one of them")),
                (None, _) => Err(self
                    .wrong(format!("there is no column `{}`; the columns are: {}", wanted.name, there.join(", ")))
                    .keyed(wanted.name)
                    .helped(format!("name one of them as {} of the scenario", self.named_in))),
            }
        };
        self.columns.iter().map(place).collect()
    }

    /// What is wrong with a cell; `row` counts from 1, after the header.
    fn bad_cell(asked: &Asked<'_>, row: usize, found: &str) -> Fault {
        let found = match found.trim() {
            "" => "is empty".to_owned(),
            value => format!("is \"{}\"", shortened(value)),
        };
        let help = match asked.content {
            _ if found.contains(char::REPLACEMENT_CHARACTER) => "save the file as text in UTF-8",
            Content::Numbers { .. } | Content::Ids => "put the right one in, or remove the row",
            Content::Begins => "write all moments of the trace in one way, and put the right one in or remove the row",
            Content::Ends { .. } => {
                "write all moments of the trace in one way; leave the end of a session that is not over empty, or give \
                 what stands there as `open_end` in [fleet.replay]"
            }
        };
        let expected = asked.content.expected();
        let message = format!(", column `{}` {found}, expected {expected}", asked.name);
        Fault { row, message, column: asked.name.to_owned(), help: help.to_owned() }
    }
}

/// A cell as it is told: not more of it than a line.
fn shortened(cell: &str) -> String {
    const LONGEST: usize = 60;
    match cell.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}

/// The folder for which `$SUBCLOUD_DATA/` stands: the environment variable, or `../shared/data`.
pub(crate) fn data_folder() -> PathBuf {
    env::var_os("SUBCLOUD_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from)
}
