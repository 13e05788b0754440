//! What lies at a path. Links are never followed, but for those on the way to the output directory itself.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::trace::Error;

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trace) enum Kind {
    Nothing,
    File,
    Folder,
    Link,
    /// A device, a pipe, …
    Other,
}

/// What lies at a path, which may be a link.
pub(in crate::trace) fn kind(path: &Path) -> Result<Kind, Error> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Ok(Kind::Link),
        Ok(found) if found.is_file() => Ok(Kind::File),
        Ok(found) if found.is_dir() => Ok(Kind::Folder),
        Ok(_) => Ok(Kind::Other),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Kind::Nothing),
        Err(error) => Err(Error::io("read", path)(error)),
    }
}

/// What lies at a path below `root`, on the way to which are directories alone.
///
/// # Errors
///
/// If there is a link at the path or on the way, or a file on the way.
pub(in crate::trace) fn below(root: &Path, relative: &str) -> Result<Kind, Error> {
    let mut path = root.to_owned();
    let mut found = Kind::Folder;
    for name in relative.split('/') {
        match found {
            Kind::Folder => path.push(name),
            Kind::Nothing => return Ok(Kind::Nothing),
            _ => return Err(Error::InTheWay { path }),
        }
        found = kind(&path)?;
        if found == Kind::Link {
            return Err(Error::Link { path });
        }
    }
    Ok(found)
}

/// The names in a directory, sorted; none if there is no such directory.
pub(in crate::trace) fn names(folder: &Path) -> Result<Vec<String>, Error> {
    if kind(folder)? != Kind::Folder {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
        names.push(entry.map_err(Error::io("list", folder))?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The files below a directory, by their paths below `root`, sorted by name; what is no file and no directory too.
pub(in crate::trace) fn files(root: &Path, below: &str, found: &mut Vec<String>) -> Result<(), Error> {
    for name in names(&root.join(below))? {
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        match kind(&root.join(&path))? {
            Kind::Folder => files(root, &path, found)?,
            _ => found.push(path),
        }
    }
    Ok(())
}
