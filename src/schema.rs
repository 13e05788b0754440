//! `subcloud schema`.

use crate::failure::Failure;
use crate::run::print;

/// Print the JSON Schema of a scenario, for editors.
#[derive(Debug, clap::Args)]
pub struct Arguments {}

/// Prints the schema.
#[expect(clippy::unnecessary_wraps, reason = "every command may fail")]
pub fn schema(_: &Arguments) -> Result<(), Failure> {
    print(&format!("{:#}", datasets::scenario::json_schema()));
    Ok(())
}
