//! How much memory and disk there is, and whether a scenario fits.

use analysis::number::count;
use std::fs;
use std::path::Path;

use datasets::scenario::Scenario;

use crate::failure::Failure;

/// Refuses a scenario whose cloud does not fit in memory, or whose columns do not fit on the disk of `state`, of which
/// the widest lie in so many bytes of memory.
pub fn check(scenario: &Scenario, state: Option<(&Path, u64)>) -> Result<(), Failure> {
    let columns = engine::estimate(scenario).column_bytes;
    let needed = needed(scenario, state.is_some()) + state.map_or(0, |(_, memory)| memory.min(columns));
    let nodes = count(scenario.run.nodes.into());
    if let Some(available) = available().filter(|&available| needed > available) {
        let fit = available.saturating_mul(u64::from(scenario.run.nodes)) / needed.max(1);
        let files =
            if state.is_some() { "give less --state-memory" } else { "keep the columns in files with --state DIR" };
        let help = format!("run about {} nodes (--nodes), free memory, or {files}", count(fit / 1000 * 1000));
        let message = format!("{nodes} nodes need {} of memory, and {} are available", bytes(needed), bytes(available));
        return Err(Failure::input(message, help));
    }
    if let Some((folder, free)) =
        state.and_then(|(folder, _)| Some((folder, free(folder)?))).filter(|&(_, free)| columns > free)
    {
        let message = format!(
            "{nodes} nodes need {} on the disk of {}, and {} are free",
            bytes(columns),
            folder.display(),
            bytes(free)
        );
        return Err(Failure::input(
            message,
            "free space there, choose another --state DIR, or run fewer nodes with --nodes",
        ));
    }
    Ok(())
}

/// Bytes of memory that a scenario needs at its height.
pub fn needed(scenario: &Scenario, in_files: bool) -> u64 {
    let estimate = engine::estimate(scenario);
    estimate.peak_bytes - if in_files { estimate.column_bytes } else { 0 }
}

/// The part of the memory that is left which columns may take that files would slow down.
const FOR_COLUMNS: f64 = 0.98;

/// Bytes of memory for the widest columns of a cloud whose columns lie in files: as much as there is, but for a
/// fiftieth, where not all of them fit; none where they do, since then there is no need of files.
pub fn for_columns(scenario: &Scenario) -> u64 {
    let left = |available: u64| (FOR_COLUMNS * available.saturating_sub(needed(scenario, true)) as f64) as u64;
    available().filter(|&available| needed(scenario, false) > available).map_or(0, left)
}

/// Bytes of memory that can be had: what the system calls available, within the limits of the control group.
pub fn available() -> Option<u64> {
    let meminfo = fs::read_to_string("/proc/meminfo").ok()?;
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let system = line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024;
    let read = |name: &str| fs::read_to_string(Path::new("/sys/fs/cgroup").join(name)).ok()?.trim().parse::<u64>().ok();
    let group = read("memory.max").map(|limit| limit.saturating_sub(read("memory.current").unwrap_or(0)));
    Some(group.map_or(system, |group| group.min(system)))
}

/// Bytes free on the disk of a directory, or of the nearest one above it that exists.
fn free(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    engine::memory::free_bytes(there).ok()
}

/// The most memory that this process has used.
pub fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}

/// A number of bytes for people.
pub fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB"] {
        if value < 1024.0 {
            return if unit == "B" { format!("{value} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1024.0;
    }
    format!("{value:.1} GiB")
}
