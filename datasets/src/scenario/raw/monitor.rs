//! With which key nodes sign, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::At;

/// The key with which nodes sign the versions that rules of the suite make, where `suite.trust` says whose they take.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Monitor {
    /// The private key, in PEM. Paths as for `fleet.file`.
    pub key: At<String>,
    /// The owner's certificate for that key, unless it is the owner's. Paths as for `fleet.file`.
    pub certificate: Option<At<String>>,
}
