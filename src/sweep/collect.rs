//! `subcloud sweep collect`: points that several machines have done, each in a directory of its own, in one.

use std::fs;
use std::path::{Path, PathBuf};

use analysis::number::counted;
use datasets::trace::collect::{Part, check, copy_point};
use datasets::trace::{Error, Tree};

use super::finish::{derived, there};
use crate::failure::Failure;
use crate::run::print;

/// Put the points of a sweep into one directory that several machines have done, each in a directory of its own.
///
/// Directories are read and not changed. All must be of the same sweep; a point that two of them have must be the same
/// in both, to the byte. The tables are then those of the sweep done in one place. Called again, also after it was
/// killed, it copies what is missing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud sweep loss.toml --points 0-49 --out first     (on one machine)
  subcloud sweep loss.toml --points 50- --out second     (on another)
  subcloud sweep collect first second --out out/loss     (where both directories were brought)")]
pub struct Arguments {
    /// Directories that hold points of the sweep.
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Directory of all points [default: out/ and the sweep's name].
    #[arg(long, value_name = "OUT")]
    out: Option<PathBuf>,
}

/// Collects points.
pub fn collect(arguments: &Arguments) -> Result<(), Failure> {
    let parts = arguments.folders.iter().map(|folder| Part::open(folder));
    let parts: Vec<Part> = parts.collect::<Result<_, _>>().map_err(refused)?;
    check(&parts).map_err(refused)?;
    let Some(sweep) = parts.first().map(Part::sweep) else { return Ok(()) };
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("out").join(&sweep.sweep));
    apart(&out, &arguments.folders)?;
    let fits = || check(parts.iter().chain([&Part::open(&out)?]));
    if Tree::record(&out).is_some_and(|found| found.hash == sweep.hash) {
        fits().map_err(refused)?;
    }
    let tree = Tree::open(&out, sweep, false).map_err(refused)?;
    if tree.added() > 0 {
        fits().map_err(refused)?;
    }
    let mut count = 0;
    for part in &parts {
        for number in part.points() {
            count += u64::from(copy_point(&tree, part, number).map_err(refused)?);
        }
    }
    let (total, there) = (sweep.points.len(), there(&tree, sweep.points.iter().map(|point| point.point))?);
    let all = counted(total as u64, "point is there", "points are there");
    let from = counted(parts.len() as u64, "directory", "directories");
    let now = format!("{there} of {all} in {}, {count} collected from {from}", out.display());
    print(&if there < total {
        format!("{now}, {} missing", total - there)
    } else {
        format!("{}\n{now}", derived(&tree, &out)?)
    });
    Ok(())
}

/// Refuses to collect into one of the directories, which are not to be changed.
fn apart(out: &Path, folders: &[PathBuf]) -> Result<(), Failure> {
    let Ok(place) = fs::canonicalize(out) else { return Ok(()) };
    if folders.iter().all(|folder| fs::canonicalize(folder).is_ok_and(|folder| folder != place)) {
        return Ok(());
    }
    let message = format!("{} is one of the directories to collect from, which are not changed", out.display());
    Err(Failure::input(
        message,
        "leave it out of them: points that --out has are kept; or choose another one with --out",
    ))
}

/// Directories that do not fit together are bad input; trouble with the disk is a failed run.
fn refused(error: Error) -> Failure {
    match error {
        Error::Unlike(unlike) => Failure::input(unlike.to_string(), unlike.remedy()),
        Error::OtherSweep { .. } | Error::Occupied { .. } => {
            Failure::input(error.to_string(), "choose another directory with --out")
        }
        Error::Busy { .. } => Failure::input(error.to_string(), error.remedy()),
        error => error.into(),
    }
}
