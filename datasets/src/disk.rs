//! Files that are on the disk when a call returns, whatever happens to the machine after it.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

/// Writes a file that is not there yet, and forces it to the disk.
///
/// # Errors
///
/// If the file is there, or cannot be written.
pub fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Forces the entries of a directory to the disk: the names of what is in it. The path may be empty, for the current
/// directory.
///
/// # Errors
///
/// If the directory cannot be opened, or the disk fails.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// Gives a finished file a second name, `to`, where the file system knows such links; else copies it. The file must
/// not be written any more by either name.
///
/// # Errors
///
/// If `to` is there, or cannot be made.
pub fn link_or_copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && error.kind() != io::ErrorKind::NotFound => {
            let mut copy = File::create_new(to)?;
            io::copy(&mut File::open(from)?, &mut copy)?;
            copy.sync_all()
        }
        linked => linked,
    }
}

/// The state after a cycle is on the disk. A program with debug assertions aborts here after the cycle that the
/// environment variable `SUBCLOUD_STOP_AFTER` names.
pub fn stop_after(cycle: u32) {
    let is_named = |at: String| at.parse() == Ok(cycle);
    if cfg!(debug_assertions) && std::env::var("SUBCLOUD_STOP_AFTER").is_ok_and(is_named) {
        std::process::abort();
    }
}

/// The size of a file in bytes, and the XXH3 of its content, 64 bits.
///
/// # Errors
///
/// If the file cannot be read.
pub fn digest(path: &Path) -> io::Result<(u64, u64)> {
    let mut file = File::open(path)?;
    let (mut hash, mut bytes, mut buffer) = (Xxh3::new(), 0, vec![0; 1 << 18]);
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => return Ok((bytes, hash.digest())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        hash.update(&buffer[..count]);
        bytes += count as u64;
    }
}

/// A step of putting something in place has been taken, and the next one begins. Whatever ends the process between two
/// steps must leave what was there before, or what is there after.
///
/// A program with debug assertions aborts here, without any tidying up, at the step whose number the environment
/// variable `SUBCLOUD_ABORT_AT` names; the first step of a process is 1. Tests find out so what a kill would leave.
pub fn step() {
    #[cfg(debug_assertions)]
    {
        use std::sync::atomic::{AtomicU64, Ordering};
        static TAKEN: AtomicU64 = AtomicU64::new(0);
        let number = TAKEN.fetch_add(1, Ordering::SeqCst) + 1;
        let at = std::env::var("SUBCLOUD_ABORT_AT").ok().and_then(|at| at.parse().ok());
        if at == Some(number) {
            std::process::abort();
        }
    }
}
