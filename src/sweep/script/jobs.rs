//! The jobs of a sweep, whoever starts them: which points each does, and what it needs.

use std::path::{Path, PathBuf};

use datasets::sweep::Sweep;

use crate::checkpoint::Cadence;
use crate::failure::Failure;
use crate::memory;

/// A sweep as jobs that do equally many points each; the last one may do fewer.
pub struct Jobs {
    /// The name of the sweep in letters, digits and `_`.
    pub name: String,
    /// Points of the sweep.
    pub points: usize,
    /// Points of a job, side by side on a processor each.
    pub pack: usize,
    /// Memory of the largest job in MiB: a tenth more than its points are estimated to need, and the program itself.
    pub mebibytes: u64,
    /// The directory of the points.
    pub out: PathBuf,
    /// The sweep file.
    pub sweep: PathBuf,
    /// When a point saves its state, if that is said.
    pub checkpoint: Option<Cadence>,
}

/// MiB of the program without any point, pages of its file included: they count where a container has a limit, and a
/// point is refused that does not fit into what is left.
const PROGRAM: u64 = 64;

impl Jobs {
    /// The jobs of a sweep in this file, with its points in `out`, so many to a job.
    pub fn new(sweep: &Sweep, path: &Path, out: &Path, pack: usize) -> Result<Self, Failure> {
        let points = sweep.points.len();
        let pack = pack.clamp(1, points.max(1));
        let needed: Vec<u64> = sweep.points.iter().map(|point| memory::needed(&point.scenario, false)).collect();
        let needed = needed.chunks(pack).map(|job| job.iter().sum::<u64>()).max().unwrap_or(0);
        let name = sweep.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        for path in [path, out] {
            if path.to_str().is_none_or(|text| text.chars().any(char::is_control)) {
                let message = format!("the path {} cannot stand in a script", path.display());
                return Err(Failure::input(message, "give it a name of letters and digits"));
            }
        }
        let mebibytes = (needed / 10 * 11).div_ceil(1 << 20) + PROGRAM;
        let (out, sweep) = (out.to_owned(), path.to_owned());
        Ok(Self { name, points, pack, mebibytes, out, sweep, checkpoint: None })
    }

    /// How many jobs there are.
    pub fn count(&self) -> usize {
        self.points.div_ceil(self.pack)
    }

    /// The number of the last job.
    pub fn last(&self) -> usize {
        self.count().saturating_sub(1)
    }

    /// What a shell does to find the points of a job whose number is in `$job`: lines before the call, and the
    /// arguments of the call.
    pub fn choice(&self) -> [String; 2] {
        if self.pack == 1 {
            return [String::new(), format!("{}--point \"$job\"", self.saves())];
        }
        let (pack, last) = (self.pack, self.points - 1);
        let lines = format!(
            "first=$((job * {pack}))\nlast=$((first + {}))\n[ \"$last\" -le {last} ] || last={last}\n",
            pack - 1
        );
        [lines, format!("{}--points \"$first-$last\"", self.saves())]
    }

    /// The argument that says when a point saves its state, with a blank behind it; nothing where that is not said.
    pub fn saves(&self) -> String {
        self.checkpoint.map_or_else(String::new, |when| format!("--checkpoint {when} "))
    }
}

/// A path as a word of a shell.
pub fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}
