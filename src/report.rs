//! `subcloud report`.

use std::fs;
use std::path::{Path, PathBuf};

use analysis::Report;

use crate::failure::Failure;
use crate::file;
use crate::paragraph::paragraph;
use crate::run::print;

/// Make a report of a run or a sweep: a page to show to others, which needs no network, or its tables for a
/// spreadsheet.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud report out/telco
  subcloud report out/telco --format xlsx --out telco.xlsx
  subcloud report out/telco --format csv")]
pub struct Arguments {
    /// The directory that run, size or sweep wrote with --out.
    directory: PathBuf,
    /// What to make: a page, a workbook, or a folder of comma-separated tables.
    #[arg(long, value_enum, default_value_t = Format::Html)]
    format: Format,
    /// Where to put it [default: report.html, report.xlsx or the folder report in the directory]; an earlier report is
    /// replaced.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Html,
    Xlsx,
    Csv,
}

/// Makes a report.
pub fn report(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { directory, format, out } = arguments;
    let name = match format {
        Format::Html => "report.html",
        Format::Xlsx => "report.xlsx",
        Format::Csv => "report",
    };
    datasets::trace::settle(directory);
    let report = Report::read(directory).map_err(unread)?;
    let place = match out {
        Some(out) => Place::Elsewhere(out.clone()),
        None => Place::Beside(directory, name),
    };
    let out = place.path();
    check(&out, *format)?;
    match format {
        Format::Html => place.write("", report.to_html()?.as_ref())?,
        Format::Xlsx => place.write("", &report.to_workbook()?)?,
        Format::Csv => tables(&place, &report)?,
    }
    print(&paragraph(report.headline(), [0, 0]));
    print(&format!("report in {}", out.display()));
    Ok(())
}

/// A directory without a run or a sweep is bad input; a damaged run is a failed report.
fn unread(error: analysis::Error) -> Failure {
    use datasets::trace::Error::{NoRun, SeveralRuns};
    match &error {
        analysis::Error::Trace(NoRun { .. } | SeveralRuns { .. }) => Failure::input(error.to_string(), error.remedy()),
        _ => error.into(),
    }
}

/// A page is not written over a folder, nor tables over a file.
fn check(out: &Path, format: Format) -> Result<(), Failure> {
    let wants_folder = matches!(format, Format::Csv);
    if out.is_dir() && !wants_folder {
        let message = format!("--out {} is a directory", out.display());
        return Err(Failure::input(message, "give the name of a file, as in --out report.html"));
    }
    if out.is_file() && wants_folder {
        let message = format!("--out {} is a file", out.display());
        return Err(Failure::input(message, "give the name of a directory: --format csv makes a file a table"));
    }
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty());
    if parent.is_some_and(|parent| !parent.is_dir()) {
        let message = format!("--out {}: there is no such directory to put it in", out.display());
        return Err(Failure::input(message, "make the directory, or choose another one"));
    }
    Ok(())
}

/// A file a table.
fn tables(place: &Place, report: &Report) -> Result<(), Failure> {
    let folder = place.path();
    fs::create_dir_all(&folder).map_err(|error| {
        let message = format!("cannot create {}: {error}", folder.display());
        Failure::run(message, Some("choose a directory that can be written with --out".to_owned()))
    })?;
    for sheet in report.sheets() {
        place.write(&format!("/{}.csv", sheet.name), sheet.to_csv().as_ref())?;
    }
    Ok(())
}

/// Where a report goes.
enum Place<'p> {
    /// Where the user wants it.
    Elsewhere(PathBuf),
    /// Into the directory that it is about, under this name: it is listed there as ours, and leaves with the run.
    Beside(&'p Path, &'static str),
}

impl Place<'_> {
    fn path(&self) -> PathBuf {
        match self {
            Place::Elsewhere(path) => path.clone(),
            Place::Beside(directory, name) => directory.join(name),
        }
    }

    /// Writes a file whose path ends so.
    fn write(&self, ending: &str, content: &[u8]) -> Result<(), Failure> {
        match self {
            Place::Elsewhere(path) if ending.is_empty() => file::write(path, content),
            Place::Elsewhere(path) => file::write(&path.join(ending.trim_start_matches('/')), content),
            Place::Beside(directory, name) => {
                let path = format!("{name}{ending}");
                datasets::trace::list(directory, &path, content)?;
                file::write(&directory.join(path), content)
            }
        }
    }
}
