//! The protocols that scenarios may name.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use datasets::scenario::{Keys, know_protocol};
use serde::de::DeserializeOwned;

use crate::gossip::instance::{AnyInstance, Instance};
use crate::gossip::protocol::Protocol;

/// Makes a protocol from the keys that stand beside its name, whose records are a column of a name, with so many rows
/// or one a node.
type Make = fn(&Keys, String, Option<usize>) -> Result<Box<dyn AnyInstance>, String>;

static KNOWN: RwLock<BTreeMap<String, Make>> = RwLock::new(BTreeMap::new());

/// From now on scenarios may name a protocol: `[[protocol]] name = "…"`, with its own keys beside that, which are
/// read as the protocol itself. To be called before a scenario is read.
pub fn register<P: Protocol + DeserializeOwned>(name: &str) {
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), make::<P>);
    know_protocol(name, |keys| keys.read::<P>().map(drop));
}

fn make<P: Protocol + DeserializeOwned>(
    keys: &Keys,
    column: String,
    rows: Option<usize>,
) -> Result<Box<dyn AnyInstance>, String> {
    Ok(Box::new(Instance::new(keys.read::<P>()?, column, rows)))
}

/// The protocol of a name.
///
/// # Panics
/// If it is not registered: no scenario with its name can have been read then.
pub(super) fn made(name: &str, keys: &Keys, column: String, rows: Option<usize>) -> Box<dyn AnyInstance> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(name).copied();
    let protocol = known.ok_or_else(|| "it is not registered".to_owned()).and_then(|make| make(keys, column, rows));
    protocol.unwrap_or_else(|error| panic!("the protocol \"{name}\": {error}"))
}
