//! Files that commands write: complete or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use datasets::disk;

use crate::failure::Failure;

/// A path whose name ends in something more.
pub fn with_ending(path: &Path, ending: &str) -> Result<PathBuf, Failure> {
    let text = path.as_os_str().as_encoded_bytes();
    match path.file_name() {
        Some(name) if !text.ends_with(b"/") => {
            let mut name = name.to_owned();
            name.push(ending);
            Ok(path.with_file_name(name))
        }
        _ => Err(Failure::input(format!("{} is no name of a file", path.display()), "give a name, as in keys/owner")),
    }
}

/// Refuses to overwrite a file unless it is forced to.
pub fn may_write(path: &Path, force: bool) -> Result<(), Failure> {
    if force || path.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Failure::input(format!("{} exists", path.display()), "give --force to replace it, or another name with --out"))
}

/// Writes a file beside its place, and puts it there when all of it is on the disk.
pub fn write(path: &Path, content: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
    let folder = path.parent().unwrap_or(Path::new(""));
    let written = disk::write_synced(&beside, content.as_ref()).and_then(|()| fs::rename(&beside, path));
    written.and_then(|()| disk::sync_folder(folder)).map_err(|error| {
        // The error that led here is the one to tell.
        fs::remove_file(&beside).ok();
        Failure::input(
            format!("{}: cannot be written: {error}", path.display()),
            "choose a directory that can be written, with --out",
        )
    })
}
