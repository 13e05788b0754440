//! `subcloud suite keygen`.

use std::fs;
use std::path::{Path, PathBuf};

use datasets::suite::PrivateKey;

use crate::failure::Failure;
use crate::file::with_ending;
use crate::run::print;

/// Make a pair of keys: NAME.pem, which stays secret, and NAME.pub.pem, which others get.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  subcloud suite keygen keys/owner")]
pub struct Arguments {
    /// Name of the key, the start of both files' names.
    name: PathBuf,
}

/// Makes a pair of keys.
pub fn keygen(arguments: &Arguments) -> Result<(), Failure> {
    let (private, public) = (with_ending(&arguments.name, ".pem")?, with_ending(&arguments.name, ".pub.pem")?);
    free(&private)?;
    free(&public)?;
    let key = PrivateKey::generate().map_err(|error| {
        Failure::run(format!("no key: {error}"), Some("the operating system has no randomness to give".into()))
    })?;
    key.create(&private)?;
    key.public().create(&public).inspect_err(|_| drop(fs::remove_file(&private)))?;
    print(&format!("{}: the private key; whoever has it can sign", private.display()));
    print(&format!("{}: the public key {}", public.display(), key.public()));
    Ok(())
}

/// Keys are never overwritten: what they signed could not be signed again.
fn free(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Failure::input(format!("{} exists: keys are never overwritten", path.display()), "choose another name"))
}
