//! A table in several files: the rows of one after those of the other.

use super::files::{self, Part};
use super::{Asked, Column, Read, Wanted, delimited};
use crate::error::{Error, Kind};

/// The value of a partition that Hive and Spark write for a null.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Of so many files it is told how they were read.
const MOST_REMARKS: usize = 3;

/// Reads the columns from all files of a table.
pub(super) fn read(wanted: &Wanted<'_>) -> Result<Read, Error> {
    let parts = files::parts(wanted.path)
        .map_err(|none| Error::new(Kind::Unreadable, wanted.path, none.message).helped(none.help))?;
    let mut all = Read { columns: Vec::new(), files: Vec::new(), remarks: Vec::new() };
    for part in &parts {
        let (read, remarks) = read_part(wanted, part, parts.len() > 1)?;
        all.files.push((part.path.clone(), read.first().map_or(0, Column::rows)));
        all.remarks.extend(remarks);
        if all.columns.is_empty() {
            all.columns = read;
            continue;
        }
        for ((column, read), asked) in all.columns.iter_mut().zip(read).zip(wanted.columns) {
            if !column.append(read) {
                return Err(Wanted { path: &part.path, ..*wanted }
                    .wrong(format!(
                        "column `{}` holds dates here, and numbers in another file, or so in turn",
                        asked.name
                    ))
                    .keyed(asked.name)
                    .helped("write all moments of the trace in one way"));
            }
        }
    }
    all.remarks.truncate(MOST_REMARKS);
    Ok(all)
}

/// Reads the columns from one file, and from the names of its folders.
fn read_part(wanted: &Wanted<'_>, part: &Part, is_one_of_many: bool) -> Result<(Vec<Column>, Vec<String>), Error> {
    let value_of = |asked: &Asked<'_>| part.keys.iter().rfind(|(key, _)| key == asked.name).map(|(_, value)| &**value);
    let in_file: Vec<Asked<'_>> = wanted.columns.iter().filter(|asked| value_of(asked).is_none()).copied().collect();
    let one = Wanted { path: &part.path, columns: &in_file, ..*wanted };
    if in_file.is_empty() {
        return Err(one
            .wrong("all columns that are asked for are names of folders, as in `day=2010-01-01`")
            .helped("ask for at least one column that the files have"));
    }
    let (read, remarks) = one.read_file().map_err(|error| at_home(error, part, is_one_of_many))?;
    let mut read = read.into_iter().peekable();
    let rows = read.peek().map_or(0, Column::rows);
    let mut column = |asked: &Asked<'_>| match value_of(asked) {
        Some(value) => repeated(&one, asked, value, rows),
        None => Ok(read.next().unwrap_or_else(|| asked.content.column())),
    };
    let columns = wanted.columns.iter().map(&mut column).collect::<Result<_, Error>>()?;
    Ok((columns, remarks))
}

/// A column in which each row has the value that the name of a folder says.
fn repeated(wanted: &Wanted<'_>, asked: &Asked<'_>, value: &str, rows: usize) -> Result<Column, Error> {
    let mut column = asked.content.column();
    let is_good =
        value != NULL && (0..rows).all(|_| delimited::take(&mut column, asked, value.as_bytes(), wanted.decimal));
    if is_good || rows == 0 {
        return Ok(column);
    }
    let expected = asked.content.expected();
    Err(wanted
        .wrong(format!("it lies in the folder `{}={value}`, expected {expected}", asked.name))
        .keyed(asked.name)
        .helped(format!("name another column as {} of the scenario, or rename the folder", wanted.named_in)))
}

/// A refusal of a file: a column that it lacks may be in others of the table, or the name of a folder.
fn at_home(error: Error, part: &Part, is_one_of_many: bool) -> Error {
    let is_alone = !is_one_of_many && part.keys.is_empty();
    if is_alone || !error.message().starts_with("there is no column") {
        return error;
    }
    let keys: Vec<&str> = part.keys.iter().map(|(key, _)| &**key).collect();
    let named = if keys.is_empty() { String::new() } else { format!(" or a folder's name ({})", keys.join(", ")) };
    error.helped(format!("name a column that each file of the table has{named}, or leave this file out by a pattern"))
}
