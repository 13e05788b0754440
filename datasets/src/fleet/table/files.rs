//! The files of a table: one, those of a folder as Spark writes it, or all that a pattern fits.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};
use walkdir::{DirEntry, WalkDir};

use super::kind::FileKind;

/// A file of a table, and what the names of its folders say: `day=2010-01-01` says that `day` is 2010-01-01 in its
/// rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub path: PathBuf,
    pub keys: Vec<(String, String)>,
}

/// Why a path leads to no table, and what to do about it.
#[derive(Debug)]
pub(crate) struct NoTable {
    pub message: String,
    pub help: String,
}

/// Of the names of a folder so many are told.
const MOST_NAMES: usize = 8;

/// Letters that make a name a pattern.
const PATTERN: [char; 3] = ['*', '?', '['];

/// The files of a table, in the order of their paths. A path that leads to a file is that file, whatever letters it
/// holds; one that leads nowhere is left to whoever opens it.
pub(crate) fn parts(path: &Path) -> Result<Vec<Part>, NoTable> {
    if path.is_dir() {
        return in_folder(path);
    }
    let (folder, pattern) = split(path);
    if path.exists() || !pattern.to_string_lossy().contains(PATTERN) {
        return Ok(vec![Part { path: path.to_owned(), keys: Vec::new() }]);
    }
    fitting(&folder, &pattern)
}

/// The longest beginning of a path that is there, and the rest.
fn split(path: &Path) -> (PathBuf, PathBuf) {
    let there = path.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new(""));
    (there.to_owned(), path.strip_prefix(there).unwrap_or(path).to_owned())
}

/// The tables of a folder and of those in it.
fn in_folder(folder: &Path) -> Result<Vec<Part>, NoTable> {
    must_be_plain(folder)?;
    let files = walk(folder)?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let pattern = format!("name the tables by a pattern, as in \"{name}/*.parquet\" or \"{name}/**/*.csv\"");
    if let Some(other) = files.iter().find(|file| Format::of(file).is_none()) {
        return Err(NoTable {
            message: format!(
                "the folder {} holds {}, which is no table by its name",
                folder.display(),
                within(folder, other).display()
            ),
            help: format!("move it elsewhere, or {pattern}"),
        });
    }
    if files.is_empty() {
        return Err(NoTable {
            message: format!("the folder {} holds no table: {}", folder.display(), held(folder)),
            help: "put csv or Parquet files in it; names that begin with `_` or `.` are left out".to_owned(),
        });
    }
    must_be_alike(&files, folder, &format!("one of them would be read twice if they hold the same rows: {pattern}"))?;
    Ok(with_keys(files, folder))
}

/// The files that a pattern below a folder fits; all of a folder that it fits.
fn fitting(folder: &Path, pattern: &Path) -> Result<Vec<Part>, NoTable> {
    let none = |message: String, help: &str| NoTable { message, help: help.to_owned() };
    let whole = folder.join(pattern);
    let (Some(start), Some(rest)) = (folder.to_str(), pattern.to_str()) else {
        let message = format!("{} is a pattern, but not in UTF-8", whole.display());
        return Err(none(message, "rename the folder, or name one file"));
    };
    // A separator at the end of the folder's path would stand twice.
    let start = Pattern::escape(start.strip_suffix(std::path::MAIN_SEPARATOR).unwrap_or(start));
    let escaped = if folder.as_os_str().is_empty() {
        rest.to_owned()
    } else {
        format!("{start}{}{rest}", std::path::MAIN_SEPARATOR)
    };
    let options =
        MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };
    let found = glob::glob_with(&escaped, options).map_err(|cause| {
        none(
            format!("{} is not a sound pattern: {}", whole.display(), cause.msg),
            "a `[` needs its `]`, as in `[a-c]`, and `**` stands between two `/`",
        )
    })?;
    let names_hidden = pattern.file_name().is_some_and(is_hidden);
    let mut files = Vec::new();
    for path in found {
        let path = path.map_err(|cause| {
            none(
                format!("cannot read the folder {}: {}", cause.path().display(), cause.error()),
                "check that the folder may be read",
            )
        })?;
        let hides = |part: Component<'_>| is_hidden(part.as_os_str());
        if !names_hidden && within(folder, &path).components().any(hides) {
            continue;
        }
        if path.is_dir() {
            files.extend(walk(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        let message = format!("no file fits the pattern {}", whole.display());
        let help = format!(
            "{} is there: see what is in it; `*` and `?` stand for letters of one name, `**` for any folders, and \
             names that begin with `_` or `.` are left out",
            if folder.as_os_str().is_empty() { "the current folder".into() } else { folder.display().to_string() }
        );
        return Err(NoTable { message, help });
    }
    if let Some(other) = files.iter().find(|file| Format::of(file).is_none()) {
        let message = format!("{} fits the pattern, and is no table by its name", other.display());
        return Err(none(message, "narrow the pattern, as in \"parts/*.parquet\""));
    }
    must_be_alike(&files, folder, "narrow the pattern, as in \"parts/*.parquet\"")?;
    Ok(with_keys(files, folder))
}

/// All files of a folder and of those in it, in the order of their paths.
fn walk(folder: &Path) -> Result<Vec<PathBuf>, NoTable> {
    let is_shown = |entry: &DirEntry| entry.depth() == 0 || !is_hidden(entry.file_name());
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).into_iter().filter_entry(is_shown) {
        let entry = entry.map_err(|cause| NoTable {
            message: format!("cannot read the folder {}: {cause}", folder.display()),
            help: "check that the folder and what is in it may be read, and that no link leads back into it".to_owned(),
        })?;
        if !entry.file_type().is_dir() {
            files.push(entry.into_path());
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a name is one of those that Spark and Hadoop write beside the data.
fn is_hidden(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with(['_', '.'])
}

/// A folder that keeps rows which are no longer valid, as Delta Lake does, cannot be read file by file.
fn must_be_plain(folder: &Path) -> Result<(), NoTable> {
    let signs = [("_delta_log", "a Delta Lake"), (".hoodie", "a Hudi"), ("metadata/version-hint.text", "an Iceberg")];
    let sign = signs.into_iter().find(|(sign, _)| folder.join(sign).exists());
    sign.map_or(Ok(()), |(_, kind)| {
        Err(NoTable {
            message: format!("the folder {} is {kind} table, some of whose files may be out of date", folder.display()),
            help: "write the rows that it has now as one Parquet file, for instance with Spark or DuckDB".to_owned(),
        })
    })
}

/// How a file of a folder is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Text,
    Parquet,
}

impl Format {
    /// Parquet by the first bytes of the file, else by its name; `None` if it has another name than a table.
    fn of(path: &Path) -> Option<Self> {
        const TEXTS: [&str; 4] = [".csv", ".tsv", ".csv.txt", ".tab"];
        const PACKED: [&str; 5] = ["", ".gz", ".zst", ".zstd", ".zip"];
        if let Ok(FileKind::Parquet | FileKind::ParquetEncrypted) = FileKind::at(path) {
            return Some(Self::Parquet);
        }
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let is_text = PACKED
            .iter()
            .filter_map(|end| name.strip_suffix(end))
            .any(|name| TEXTS.iter().any(|end| name.ends_with(end)));
        if name.ends_with(".parquet") { Some(Self::Parquet) } else { is_text.then_some(Self::Text) }
    }
}

/// Files of one table are all csv or all Parquet.
fn must_be_alike(files: &[PathBuf], folder: &Path, help: &str) -> Result<(), NoTable> {
    let parquet = files.iter().find(|file| Format::of(file) == Some(Format::Parquet));
    let other = files.iter().find(|file| Format::of(file) != Some(Format::Parquet));
    let (Some(parquet), Some(other)) = (parquet, other) else { return Ok(()) };
    let [parquet, other] = [parquet, other].map(|file| within(folder, file).display());
    Err(NoTable {
        message: format!("{} holds both Parquet and csv: {parquet} and {other}", folder.display()),
        help: help.to_owned(),
    })
}

/// Adds what the names of the folders say in which the files lie.
fn with_keys(files: Vec<PathBuf>, folder: &Path) -> Vec<Part> {
    let key = |part: Component<'_>| {
        let name = part.as_os_str().to_string_lossy().into_owned();
        let (key, value) = name.split_once('=')?;
        Some((unescaped(key), unescaped(value)))
    };
    let part = |path: PathBuf| {
        let folders = within(folder, &path).parent().unwrap_or(Path::new(""));
        Part { keys: folders.components().filter_map(key).collect(), path }
    };
    files.into_iter().map(part).collect()
}

/// Text in which letters that no folder may have are written as `%` and two digits, as Hive does.
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).filter(|digits| *first == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let code = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A path as it is written from a folder.
fn within<'a>(folder: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(folder).unwrap_or(path)
}

/// What is in a folder, in words.
fn held(folder: &Path) -> String {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    let more = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    match (names.is_empty(), more) {
        (true, _) => "it is empty".to_owned(),
        (false, 0) => format!("there is only {}", names.join(", ")),
        (false, more) => format!("there is only {} and {more} more", names.join(", ")),
    }
}
